"""The words of what members put on an office's list."""

from __future__ import annotations

from typing import Literal

from lianfang.base.worklist.api import register_words


def _words(_subject: str, language: Literal["zh", "en"]) -> str:
    return (
        "人员对服务记录提出异议：请核实并答复"
        if language == "zh"
        else "A member objects to a line of their record of service: look into it and answer"
    )


register_words("service", "objection", _words)
