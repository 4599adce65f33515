"""Choose pool sizes: exact by enumeration (two-stage, nested) or by backward recursion (adaptive)."""

from __future__ import annotations

from dataclasses import dataclass

from lianfang.planning.pooling.adaptive import adaptive_plan
from lianfang.planning.pooling.formulas import entropy_floor, expected_tests_per_person, require_size
from lianfang.planning.pooling.nested import nested_plan
from lianfang.planning.pooling.problem import Design, Problem
from lianfang.planning.pooling.result import PoolResult
from lianfang.planning.pooling.together import two_stage_together
from lianfang.planning.result import ProblemError, Status
from lianfang.planning.stop import Clock, OnProgress, Stop


@dataclass(frozen=True)
class Params:
    """keep_within: a previous plan's size stays when it costs at most this share more than the best (0.02 = 2 %)."""

    keep_within: float = 0.0


DEFAULT_PARAMS = Params()
DEFAULT_STOP = Stop()


def solve(
    problem: Problem,
    *,
    params: Params = DEFAULT_PARAMS,
    stop: Stop = DEFAULT_STOP,
    seed: int = 0,
    pins: int | None = None,
    previous: PoolResult | None = None,
    on_progress: OnProgress | None = None,
) -> PoolResult:
    """Find the plan with the fewest expected tests per person within the problem's design.

    pins: a first-pool size fixed by a person (two-stage only). previous: see Params. seed: draws the door order of
    household and adaptive plans. Raises ProblemError on a pin above the cap or not allowed.
    """
    clock = Clock(stop, on_progress)
    clock.report(problem.design)
    if pins is not None and problem.design is not Design.TWO_STAGE:
        raise ProblemError("pooling.pin_design", "A size can be pinned in a two-stage plan only.")
    if problem.design is Design.NESTED:
        return _nested(problem, clock)
    if problem.design is Design.ADAPTIVE:
        return _adaptive(problem, clock, seed)
    return _two_stage(problem, clock, params=params, seed=seed, pins=pins, previous=previous)


def floor(problem: Problem) -> float:
    """Tests per person that no error-free plan can beat: entropy, or the pools needed to clear the uninfected."""
    clearing = entropy_floor(problem.prevalence, problem.cap)
    if problem.attack_rate is None:
        return clearing
    return max((1 - problem.prevalence) / problem.cap, problem.households.entropy_per_person())


def cost_per_person(problem: Problem, size: int, seed: int = 0) -> float:
    """Expected tests per person of a two-stage plan of one size, households together if the problem says so."""
    if problem.attack_rate is None:
        return expected_tests_per_person(problem.prevalence, size, problem.sensitivity, problem.specificity)
    households = problem.households.draw_sizes(problem.people, seed)
    return two_stage_together(problem.households, size, households)


def _two_stage(
    problem: Problem, clock: Clock, *, params: Params, seed: int, pins: int | None, previous: PoolResult | None
) -> PoolResult:
    if pins is not None and require_size(pins) not in problem.allowed:
        raise ProblemError("pooling.pin", f"Size {pins} is pinned but not among the allowed {problem.allowed}.")
    allowed = problem.allowed if pins is None else (pins,)
    compared = tuple((size, cost_per_person(problem, size, seed)) for size in allowed)
    size, tests = min(compared, key=lambda pair: (pair[1], pair[0]))
    bound = tests
    for kept, cost in compared:
        if previous is not None and kept == previous.size and cost <= tests * (1 + params.keep_within):
            size, tests = kept, cost
    return PoolResult(
        status=Status.OPTIMAL if tests <= bound else Status.FEASIBLE,
        objective=tests,
        bound=bound,
        seconds=clock.elapsed,
        design=problem.design,
        stages=(size, 1) if size > 1 else (1,),
        floor=floor(problem),
        compared=compared,
    )


def _nested(problem: Problem, clock: Clock) -> PoolResult:
    plan = nested_plan(
        problem.prevalence, problem.cap, sensitivity=problem.sensitivity, specificity=problem.specificity
    )
    return PoolResult(
        status=Status.OPTIMAL,
        objective=plan.expected_tests_per_person,
        bound=plan.expected_tests_per_person,
        seconds=clock.elapsed,
        design=problem.design,
        stages=plan.stages,
        floor=entropy_floor(problem.prevalence, problem.cap),
    )


def _adaptive(problem: Problem, clock: Clock, seed: int) -> PoolResult:
    plan = adaptive_plan(problem.households, problem.cap, problem.people, seed=seed)
    return PoolResult(
        status=Status.OPTIMAL,
        objective=plan.expected_tests_per_person,
        bound=plan.expected_tests_per_person,
        seconds=clock.elapsed,
        design=problem.design,
        stages=(int(plan.pool[0, 0, 0]), 1),
        floor=floor(problem),
        policy=plan,
    )
