"""Verify a pool plan by another road than the one that made it."""

from __future__ import annotations

from itertools import pairwise
from math import comb

import numpy as np

from lianfang.planning.pooling.problem import Design, Problem
from lianfang.planning.pooling.result import PoolResult
from lianfang.planning.pooling.together import simulate
from lianfang.planning.result import Status, Violation

TOLERANCE = 1e-9
"""Relative tolerance of recomputed expectations (rounding of floating point only)."""

STANDARD_ERRORS = 6.0
"""Distance between a tabulated and a simulated mean that chance explains less than once in 10^8 checks."""


def check(problem: Problem, result: PoolResult) -> list[Violation]:
    """Return every rule the result breaks: sizes, cap, divisibility, stated tests per person, stated floor."""
    if result.objective is None:
        return [Violation("pooling.no_plan", "The result holds no plan.")]
    found = _shape(problem, result)
    if found:
        return found
    stated = result.objective
    if result.policy is not None or problem.attack_rate is not None:
        return _check_by_lottery(problem, result)
    again = staged_by_counting(problem, result.stages)
    if abs(again - stated) > TOLERANCE * max(1.0, again):
        text = f"The plan states {stated:.6f} tests per person; counting outcomes gives {again:.6f}."
        found.append(Violation("pooling.tests", text, abs(again - stated)))
    perfect = problem.sensitivity == 1 and problem.specificity == 1
    if perfect and stated < result.floor - TOLERANCE:
        text = f"{stated:.6f} tests per person is below the floor of {result.floor:.6f} that no plan can beat."
        found.append(Violation("pooling.floor", text, result.floor - stated))
    return found


def _shape(problem: Problem, result: PoolResult) -> list[Violation]:
    found = []
    stages = result.stages
    if not stages or stages[-1] != 1 or max(stages) > problem.cap:
        found.append(Violation("pooling.stages", f"Stages {stages} must end with 1 and stay within {problem.cap}."))
    if problem.design is Design.TWO_STAGE and stages and stages[0] not in problem.sizes:
        found.append(Violation("pooling.size", f"Size {stages[0]} is not among the allowed sizes."))
    if problem.design is Design.NESTED and any(a % b or a <= b for a, b in pairwise(stages)):
        found.append(Violation("pooling.stages", f"Each stage of {stages} must divide the one before."))
    if result.status is Status.OPTIMAL and result.bound is not None and result.objective is not None:
        excess = result.objective - result.bound
        if excess > TOLERANCE:
            found.append(Violation("pooling.not_optimal", "Stated as optimal above its own bound.", excess))
    return found


def staged_by_counting(problem: Problem, stages: tuple[int, ...]) -> float:
    """Expected tests per person, by counting the infected in a pool and passing down the distribution."""
    first = stages[0]
    if first == 1:
        return 1.0
    p = problem.prevalence
    chance = [comb(first, k) * p**k * (1 - p) ** (first - k) for k in range(first + 1)]
    return sum(c * _tests(problem, stages, k) for k, c in enumerate(chance)) / first


def _tests(problem: Problem, stages: tuple[int, ...], infected: int) -> float:
    """Expected tests to resolve one pool of stages[0] people of whom `infected` are infected, in random places."""
    reads = problem.sensitivity if infected else 1 - problem.specificity
    if len(stages) == 1 or reads == 0:
        return 1.0
    size, part = stages[0], stages[1]
    below = 0.0
    for k in range(max(0, infected - (size - part)), min(part, infected) + 1):
        share = comb(part, k) * comb(size - part, infected - k) / comb(size, infected)
        below += share * _tests(problem, stages[1:], k)
    return 1.0 + reads * (size // part) * below


def _check_by_lottery(problem: Problem, result: PoolResult) -> list[Violation]:
    adaptive = result.policy is not None
    if adaptive and result.policy is not None and int(np.max(result.policy.pool)) > problem.cap:
        return [Violation("pooling.stages", f"The policy pools more than {problem.cap} people.")]
    size = problem.cap if adaptive else result.size
    seen = simulate(problem.households, size, adaptive=adaptive, people=problem.people, outcomes=400, seed=0)
    distance = abs(seen.tests_per_person - float(result.objective or 0.0))
    # Another seed of the door order shifts the mean by little; 2 % covers it for 400 people (measured below 1 %).
    if distance > STANDARD_ERRORS * seen.standard_error + 0.02 * seen.tests_per_person:
        text = f"The plan states {result.objective:.5f} tests per person; playing it used {seen.tests_per_person:.5f}."
        return [Violation("pooling.tests", text, distance)]
    if seen.found_share < 1:
        return [Violation("pooling.missed", "Playing the plan with a perfect test missed infections.")]
    return []
