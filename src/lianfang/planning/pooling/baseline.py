"""The coordinator's rule of thumb: ten to a tube, as the first rounds were run."""

from __future__ import annotations

from lianfang.planning.pooling.problem import Design, Problem
from lianfang.planning.pooling.result import PoolResult
from lianfang.planning.pooling.solve import cost_per_person, floor
from lianfang.planning.result import Status

USUAL_SIZE = 10
"""First-round pool of the 2021 guide (全员核酸检测组织实施指南, 10 in 1)."""


def baseline(problem: Problem) -> PoolResult:
    """Return the plan with ten to a tube, or the largest allowed size below that."""
    fitting = [size for size in problem.allowed if size <= USUAL_SIZE] or [min(problem.allowed)]
    size = max(fitting)
    return PoolResult(
        status=Status.FEASIBLE,
        objective=cost_per_person(problem, size),
        bound=floor(problem),
        seconds=0.0,
        design=Design.TWO_STAGE,
        stages=(size, 1) if size > 1 else (1,),
        floor=floor(problem),
    )
