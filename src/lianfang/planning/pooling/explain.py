"""Why this pool size: what the others would cost, how far the floor is, where the choice would turn."""

from __future__ import annotations

from lianfang.planning.pooling.formulas import best_size
from lianfang.planning.pooling.problem import Problem
from lianfang.planning.pooling.result import PoolResult
from lianfang.planning.result import Reason


def explain(problem: Problem, result: PoolResult) -> list[Reason]:
    """Return the reasons behind a plan, most important first."""
    if result.objective is None:
        return list(result.reasons)
    reasons = [
        Reason(
            "pooling.choice",
            f"Pools of {result.size} need {result.objective:.4f} tests per person; single tubes need 1.",
            values=(("size", result.size), ("tests_per_person", result.objective)),
        ),
        Reason(
            "pooling.floor",
            f"No plan of any design needs fewer than {result.floor:.4f}; this one is at {_times(result)} times that.",
            values=(("floor", result.floor),),
        ),
    ]
    for size, tests in result.compared:
        if size != result.size:
            more = tests / result.objective - 1
            text = f"Size {size} would need {tests:.4f} tests per person, {more:+.0%}."
            reasons.append(Reason("pooling.other_size", text, subject=size, values=(("tests_per_person", tests),)))
    if result.what_if:
        text = "For thought only: swabs that share a tube cannot be split, so each stage calls people back."
        reasons.append(Reason("pooling.what_if", text))
    elif problem.attack_rate is None:
        reasons.extend(_turning_points(problem, result))
    return reasons


def _times(result: PoolResult) -> str:
    return "many" if result.floor <= 0 or result.objective is None else f"{result.objective / result.floor:.2f}"


def _turning_points(problem: Problem, result: PoolResult) -> list[Reason]:
    """The prevalence at which another allowed size would be chosen, by bisection on each side."""
    reasons = []
    for limit, code in ((1.0, "pooling.turns_above"), (0.0, "pooling.turns_below")):
        if _choice(problem, limit) == result.size:
            continue
        same, other = problem.prevalence, limit
        for _ in range(60):
            middle = (same + other) / 2
            same, other = (middle, other) if _choice(problem, middle) == result.size else (same, middle)
        word = "Above" if limit else "Below"
        text = f"{word} a prevalence of {other:.3%} pools of {_choice(problem, other)} would be better."
        reasons.append(Reason(code, text, values=(("prevalence", other), ("size", _choice(problem, other)))))
    return reasons


def _choice(problem: Problem, prevalence: float) -> int:
    return best_size(prevalence, problem.allowed, sensitivity=problem.sensitivity, specificity=problem.specificity).size
