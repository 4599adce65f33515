"""What binds and what one more would buy: never left out. Where nothing binds it is said; where it is not known, why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from lianfang.domain.plans.registry import Remark
from lianfang.domain.plans.words import Words
from lianfang.planning import Result

_TOPICS: Final = {
    "remark.short": "binds", "remark.full": "binds", "remark.range": "binds", "remark.in_range": "binds", "remark.barriers": "binds",
    "remark.joined": "binds", "remark.pins": "binds", "remark.one_more": "buys",
}  # fmt: skip
"""Codes of remarks about limits whose names do not begin with their topic."""
_WORDS: Final[Words] = {
    "binds.none": _("Nothing binds: all that was asked for is placed, and no people, seats or hours are short."),
    "buys.none": _("One more person, unit or hour: changes nothing (0)."),
    "binds.unknown": _("Which limit binds is not reported by this computation, so it is not guessed."),
    "buys.unknown": _("What one more would buy is only known by computing again with it, so it is not guessed."),
}


def topic_of(code: str) -> str:
    """binds, buys or notes: under which head a remark stands."""
    return code.partition(".")[0] if code.startswith(("binds.", "buys.")) else _TOPICS.get(code, "notes")


def sentence(code: str) -> str:
    """The words of this module's own remarks; '' for those of a kind."""
    return str(_WORDS.get(code, ""))


def complete(result: Result, remarks: Sequence[Remark]) -> list[Remark]:
    """A kind's remarks, and a sentence for either question that it left open.

    A result that counts what it could not place (`unmet`) and counts nothing answers both: nothing is short, one more buys nothing.
    """
    unmet: Any = getattr(result, "unmet", None)
    answer = "none" if unmet is not None and not unmet.any() else "unknown"
    told = {topic_of(one.code) for one in remarks}
    return [*remarks, *(Remark(f"{topic}.{answer}") for topic in ("binds", "buys") if topic not in told)]


__all__ = ["complete", "sentence", "topic_of"]
