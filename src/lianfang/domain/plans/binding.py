"""What binds and what one more would buy: never left out. Where nothing binds it is said; where it is not known, why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from lianfang.domain.plans.registry import Remark
from lianfang.domain.plans.words import Words, said
from lianfang.planning import Result, Status

_TOPICS: Final = {
    "remark.short": "binds", "remark.full": "binds", "remark.range": "binds", "remark.in_range": "binds", "remark.barriers": "binds",
    "remark.joined": "binds", "remark.pins": "binds", "remark.one_more": "buys",
}  # fmt: skip
"""Codes of remarks about limits whose names do not begin with their topic."""
TELLING: Final = 0.3
"""Shares above the bound from which it says more of the bound than of the plan: an assumption."""
_WORDS: Final[Words] = {
    "binds.none": _("Nothing binds: all that was asked for is placed, and no people, seats or hours are short."),
    "buys.none": _("One more person, unit or hour: changes nothing (0)."),
    "binds.unknown": _("Which limit binds is not reported by this computation, so it is not guessed."),
    "remark.within": _("At most {percent} % from the proven bound."),
    "remark.open": _("How much better a plan could be is not proven within this time; more time may find one."),
    "buys.unknown": _("What one more would buy is only known by computing again with it, so it is not guessed."),
}


def proof_of(result: Result) -> list[Remark]:
    """How far a plan is proven: best, within so many per cent, or, where the bound tells nothing, that it does not."""
    if result.status is Status.OPTIMAL and result.bound is not None:
        return [Remark("remark.proven")]
    if result.gap is None:
        return []
    if result.gap > TELLING:
        return [Remark("remark.open")]
    return [Remark("remark.within", {"percent": round(100 * result.gap, 1)})]


def topic_of(code: str) -> str:
    """binds, buys or notes: under which head a remark stands."""
    return code.partition(".")[0] if code.startswith(("binds.", "buys.")) else _TOPICS.get(code, "notes")


def sentence(code: str, values: Mapping[str, Any] = MappingProxyType({})) -> str:
    """The words of this module's own remarks; '' for those of a kind."""
    return said(_WORDS, code, values) if code in _WORDS else ""


def complete(result: Result, remarks: Sequence[Remark]) -> list[Remark]:
    """A kind's remarks, and a sentence for either question that it left open.

    A result that counts what it could not place (`unmet`) and counts nothing answers both: nothing is short, one more buys nothing.
    """
    unmet: Any = getattr(result, "unmet", None)
    answer = "none" if unmet is not None and not unmet.any() else "unknown"
    told = {topic_of(one.code) for one in remarks}
    return [*remarks, *(Remark(f"{topic}.{answer}") for topic in ("binds", "buys") if topic not in told)]


__all__ = ["complete", "sentence", "topic_of"]
