"""Nested pools: several stages of ever smaller pools, each dividing the one before.

A what-if only: swabs that share a tube cannot be split, so every stage calls people back. No playbook
adopts it.
Source: F. Patel (1962), Technometrics 4:209-217 (multi-stage group screening);
I. Armendáriz et al. (2020), arXiv:2007.02130 (nested pools 3^k, ..., 9, 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from lianfang.planning.pooling.formulas import require_probability, require_size


@dataclass(frozen=True)
class NestedPlan:
    """Pool sizes of the stages, largest first, ending with 1 (everybody in a still positive pool is tested alone)."""

    prevalence: float
    cap: int
    stages: tuple[int, ...]
    expected_tests_per_person: float
    label: str = "what_if"


def staged_tests_per_person(
    prevalence: float, stages: tuple[int, ...], sensitivity: float = 1.0, specificity: float = 1.0
) -> float:
    """Expected tests per person of a chain of stages (m1 > m2 > ... each dividing the one before).

    A stage of size m costs 1/m per person whose pools were positive at every stage before.
    """
    cost = 0.0
    for depth, size in enumerate(stages):
        cost += _all_positive(prevalence, stages[:depth], sensitivity, specificity) / size
    return cost


def _all_positive(prevalence: float, chain: tuple[int, ...], sensitivity: float, specificity: float) -> float:
    """Probability that every pool of a nested chain reads positive, summed over the smallest pool with an infection."""
    free = [(1.0 - prevalence) ** size for size in chain]
    false_positive = 1.0 - specificity
    total = (free[0] if chain else 1.0) * false_positive ** len(chain)
    for depth, size_free in enumerate(free):
        inner_free = free[depth + 1] if depth + 1 < len(free) else 1.0
        holds = inner_free - size_free
        total += holds * sensitivity ** (depth + 1) * false_positive ** (len(chain) - depth - 1)
    return total


def nested_plan(
    prevalence: float, cap: int, *, sensitivity: float = 1.0, specificity: float = 1.0, max_stages: int = 8
) -> NestedPlan:
    """Find the chain of stages with the fewest expected tests, by enumerating all chains of divisors up to `cap`.

    Raises ProblemError when a number is out of range.
    """
    p = require_probability("prevalence", prevalence)
    se, sp = require_probability("sensitivity", sensitivity), require_probability("specificity", specificity)
    cap = require_size(cap)
    best: tuple[float, tuple[int, ...]] = (1.0, (1,))
    for first in range(2, cap + 1):
        for chain in _chains(first):
            if len(chain) <= max_stages:
                cost = staged_tests_per_person(p, chain, se, sp)
                if cost < best[0] - 1e-15:
                    best = (cost, chain)
    return NestedPlan(p, cap, best[1], best[0])


@lru_cache(maxsize=4096)
def _chains(first: int) -> tuple[tuple[int, ...], ...]:
    """All chains first > ... > 1 in which each size divides the one before."""
    if first == 1:
        return ((1,),)
    return tuple((first, *rest) for smaller in range(1, first) if first % smaller == 0 for rest in _chains(smaller))
