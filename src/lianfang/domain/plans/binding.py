"""What binds and what one more would buy: never left out. Where nothing binds it is said; where it is not known, why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from lianfang.domain.plans.registry import Remark
from lianfang.kernel.errors import Language
from lianfang.planning import Result

_TOPICS: Final = {
    "remark.short": "binds", "remark.full": "binds", "remark.range": "binds", "remark.in_range": "binds", "remark.barriers": "binds",
    "remark.joined": "binds", "remark.pins": "binds", "remark.one_more": "buys",
}  # fmt: skip
"""Codes of remarks about limits whose names do not begin with their topic."""
_WORDS: Final[dict[str, dict[Language, str]]] = {
    "binds.none": {
        "zh": "没有限制卡住：要求的都已安排，没有人手、名额或时间上的缺口。",
        "en": "Nothing binds: all that was asked for is placed, and no people, seats or hours are short.",
    },
    "buys.none": {
        "zh": "再多一个人、一个单位或一小时：不会有改变（0）。",
        "en": "One more person, unit or hour: changes nothing (0).",
    },
    "binds.unknown": {
        "zh": "是哪项限制卡住：这类计算不报告，所以不作猜测。",
        "en": "Which limit binds is not reported by this computation, so it is not guessed.",
    },
    "buys.unknown": {
        "zh": "再多一个人能换来多少：要改条件重新计算才知道，所以不作猜测。",
        "en": "What one more would buy is only known by computing again with it, so it is not guessed.",
    },
}


def topic_of(code: str) -> str:
    """binds, buys or notes: under which head a remark stands."""
    return code.partition(".")[0] if code.startswith(("binds.", "buys.")) else _TOPICS.get(code, "notes")


def sentence(code: str, language: Language) -> str:
    """The words of this module's own remarks; '' for those of a kind."""
    return _WORDS[code][language] if code in _WORDS else ""


def complete(result: Result, remarks: Sequence[Remark]) -> list[Remark]:
    """A kind's remarks, and a sentence for either question that it left open.

    A result that counts what it could not place (`unmet`) and counts nothing answers both: nothing is short, one more buys nothing.
    """
    unmet: Any = getattr(result, "unmet", None)
    answer = "none" if unmet is not None and not unmet.any() else "unknown"
    told = {topic_of(one.code) for one in remarks}
    return [*remarks, *(Remark(f"{topic}.{answer}") for topic in ("binds", "buys") if topic not in told)]


__all__ = ["complete", "sentence", "topic_of"]
