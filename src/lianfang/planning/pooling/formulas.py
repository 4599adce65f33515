"""Closed forms of two-stage pooled testing: expected tests, best size, and the entropy floor.

Source: R. Dorfman (1943), The detection of defective members of large populations, Ann. Math. Statist. 14:436-440;
with imperfect tests H.-Y. Kim et al. (2007), Biometrics 63:1152-1163.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from lianfang.planning.result import ProblemError

VALIDATED_SIZES = (1, 5, 10, 20)
"""Swabs per tube whose detection equals single tubes (National Centre for Clinical Laboratories, 9 June 2022)."""


def require_probability(name: str, value: float) -> float:
    """Return value if it is a number from 0 to 1, else raise ProblemError naming it."""
    if not (isinstance(value, int | float) and 0.0 <= value <= 1.0):
        raise ProblemError("pooling.probability", f"{name} must lie between 0 and 1, not {value!r}.")
    return float(value)


def require_size(size: int) -> int:
    """Return size if it is a whole number of at least 1, else raise ProblemError."""
    if isinstance(size, bool) or size != int(size) or size < 1:
        raise ProblemError("pooling.size", f"A pool size is a whole number of at least 1, not {size!r}.")
    return int(size)


def pool_positive(prevalence: float, size: int, sensitivity: float = 1.0, specificity: float = 1.0) -> float:
    """Probability that one pool of `size` independent persons tests positive."""
    p = require_probability("prevalence", prevalence)
    holds_none = (1.0 - p) ** require_size(size)
    se, sp = require_probability("sensitivity", sensitivity), require_probability("specificity", specificity)
    return se * (1.0 - holds_none) + (1.0 - sp) * holds_none


def expected_tests_per_person(
    prevalence: float, size: int, sensitivity: float = 1.0, specificity: float = 1.0
) -> float:
    """Expected tests per person when every member of a positive pool is sampled again in a single tube.

    Raises ProblemError when a probability is outside 0..1 or the size is not a positive whole number.
    """
    positive = pool_positive(prevalence, size, sensitivity, specificity)
    return 1.0 if size == 1 else 1.0 / size + positive


def entropy_floor(prevalence: float, cap: int | None = None) -> float:
    """Tests per person no error-free plan can beat: H(p) bits, and 1/cap to clear almost everybody.

    The second term counts the negatives only: each needs a negative pool of at most `cap` people.
    """
    p = require_probability("prevalence", prevalence)
    bits = 0.0 if p in (0.0, 1.0) else -(p * math.log2(p) + (1 - p) * math.log2(1 - p))
    return bits if cap is None else max(bits, (1.0 - p) / require_size(cap))


@dataclass(frozen=True)
class BestSize:
    """The pool size with the fewest expected tests; `compared`: (size, tests per person) of all that were allowed."""

    size: int
    expected_tests_per_person: float
    compared: tuple[tuple[int, float], ...]


def best_size(
    prevalence: float,
    sizes: Iterable[int] = VALIDATED_SIZES,
    *,
    sensitivity: float = 1.0,
    specificity: float = 1.0,
    cap: int | None = None,
) -> BestSize:
    """Choose the size with the fewest expected tests per person; the smaller one on a tie.

    sizes: allowed sizes, by default those validated for swabs in one tube. cap: largest size to consider.
    Raises ProblemError when nothing is allowed or a number is out of range.
    """
    allowed = sorted({require_size(size) for size in sizes})
    if cap is not None:
        allowed = [size for size in allowed if size <= require_size(cap)]
    if not allowed:
        raise ProblemError("pooling.no_size", "No pool size is allowed: give at least one, and a cap not below it.")
    compared = tuple((n, expected_tests_per_person(prevalence, n, sensitivity, specificity)) for n in allowed)
    size, tests = min(compared, key=lambda pair: (pair[1], pair[0]))
    return BestSize(size, tests, compared)
