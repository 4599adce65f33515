"""Which function answers for which kind of problem and result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from lianfang.planning.result import Result

T = TypeVar("T")
ByKind = Mapping[tuple[type, type], Callable[[Any, Any], list[T]]]
"""(problem type, result type) -> function of both."""


def answer(table: ByKind[T], problem: object, result: Result) -> list[T] | None:
    """What the function for this pair of kinds says; None when problem and result do not belong together."""
    found = table.get((type(problem), type(result)))
    return None if found is None else found(problem, result)
