"""What the assignment engines hand back: lines of a plan, and prices that prove it."""

from __future__ import annotations

from dataclasses import dataclass, field

from lianfang.planning.assignment.problem import Float, Int
from lianfang.planning.result import Result


@dataclass(frozen=True, eq=False)
class Memory:
    """What a later re-plan may reuse: the arcs that mattered, and how far every other arc was from mattering.

    All costs here are whole quanta: quantum = 1 / scale of the problem's cost unit. Every arc outside the list of
    row i had, under `price`, a reduced cost of at least floor[i].
    """

    scale: float
    arc_from: Int
    arc_to: Int
    arc_cost: Int
    price: Int
    floor: Int


@dataclass(frozen=True, kw_only=True, eq=False)
class TransportResult(Result):
    """A transport plan with its dual certificate.

    flow_from[k], flow_to[k], flow_amount[k]: the lines, units sent, ordered by row then column. unmet[m]: units.
    row_price[n] <= 0 and column_price[m] <= shortage cost, in the problem's cost unit, prove `bound`:
    sum(supply × row_price) + sum(demand × column_price), as row_price[i] + column_price[j] <= cost[i, j] for every pair.
    rounds: how often all absent arcs were priced. pinned: lines a person had set; the prices are those of the rest.
    """

    flow_from: Int
    flow_to: Int
    flow_amount: Int
    unmet: Int
    row_price: Float | None = None
    column_price: Float | None = None
    rounds: int = 0
    pinned: tuple[Int, Int, Int] | None = None
    memory: Memory | None = field(default=None, repr=False)

    @property
    def flow(self) -> tuple[Int, Int, Int]:
        """The lines as (from, to, amount)."""
        return self.flow_from, self.flow_to, self.flow_amount


@dataclass(frozen=True, kw_only=True, eq=False)
class GeneralisedResult(Result):
    """agent_of_job[jobs]: the agent of each job, or -1 where no plan was found; agent_price[agents] of the LP bound."""

    agent_of_job: Int
    agent_price: Float | None = None
