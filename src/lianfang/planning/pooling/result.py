"""What a pool plan says."""

from __future__ import annotations

from dataclasses import dataclass

from lianfang.planning.pooling.adaptive import AdaptivePlan
from lianfang.planning.pooling.problem import Design
from lianfang.planning.result import Result


@dataclass(frozen=True, kw_only=True)
class PoolResult(Result):
    """objective: expected tests per person. stages: pool sizes, largest first, ending with 1 (single tubes).

    compared: (size of the first pool, tests per person) of the other choices. floor: tests per person that no plan of
    any design can beat. what_if: True for designs no playbook may adopt. policy: the table of an adaptive plan.
    """

    design: Design
    stages: tuple[int, ...]
    floor: float
    compared: tuple[tuple[int, float], ...] = ()
    policy: AdaptivePlan | None = None

    @property
    def size(self) -> int:
        """Swabs in a tube of the first stage."""
        return self.stages[0]

    @property
    def what_if(self) -> bool:
        """Whether this plan is for thought only: swabs sharing a tube cannot be split again."""
        return self.design is not Design.TWO_STAGE
