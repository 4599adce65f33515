"""The words of what residents put on their community's list."""

from __future__ import annotations

from typing import Literal

from lianfang.base.worklist.api import register_words


def _words(_subject: str, language: Literal["zh", "en"]) -> str:
    return (
        "居民对登记提出意见：请核实并答复"
        if language == "zh"
        else "A resident objects to an entry: look into it and answer"
    )


register_words("selfview", "objection", _words)
