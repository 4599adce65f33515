"""The hunt for good plans of the generalised assignment problem: an annealed start, then compiled search on several threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from lianfang.planning.assignment.jobs_search import NEVER, search
from lianfang.planning.assignment.jobs_start import anneal
from lianfang.planning.assignment.problem import Float, Int
from lianfang.planning.stop import Clock

THREADS = 2
MOVES_PER_JOB, MOST_MOVES, TRIES = 50_000, 10_000_000, 3  # of the annealing; assumptions
CHOICES = 10  # agents tried for each job; assumption
HOT, COLD = 1.0, 0.1  # temperatures of the annealing in typical regrets; assumptions
FEW, MANY = 2, 4  # agents whose jobs are given out anew at once
STEPS, NODES, ROUNDS = (
    40,
    20_000,
    25,
)  # effort of each round, rounds between two looks at the clock; tuned on d20100, d40400, d30900
WARM, COOL = 1.5, 0.2  # temperatures of the search in typical regrets; tuned on the same files
WARM_FEW, COOL_FEW, JOBS_FEW = 4.0, 0.3, 15  # the same where agents have few jobs each: it is harder to fit them
FAIR = 1e-9  # least difference of two costs, relative, when costs are not whole


@dataclass(frozen=True, eq=False)
class Hunt:
    """The problem as minimisation, with what its linear relaxation says.

    cost, load, allowed, reduced (infinite where barred)[agents, jobs]; capacity, price[agents] >= 0 of a unit of capacity.
    """

    cost: Float
    load: Float
    capacity: Float
    allowed: np.ndarray
    reduced: np.ndarray
    price: Float
    whole: bool

    @property
    def unit(self) -> float:
        """The least difference between two costs."""
        return 1.0 if self.whole else FAIR * max(1.0, float(np.abs(self.cost).max()))

    @property
    def barred_cost(self) -> Float:
        """cost, and NEVER where a job may not go."""
        return np.where(self.allowed, self.cost, NEVER)

    @property
    def regret(self) -> float:
        """How much dearer the second best agent of a job typically is, in reduced cost: the unit of temperatures."""
        if self.cost.shape[0] == 1:
            return self.unit
        ranked = np.partition(self.reduced, 1, axis=0)
        finite = np.isfinite(ranked[1])
        return max(float(np.median((ranked[1] - ranked[0])[finite])) if finite.any() else 0.0, self.unit)


def prepare() -> None:
    """Have the compiled searches ready: seconds on the first call of a machine, then a fraction of one in each process."""
    one = np.ones((2, 2))
    plan = np.array([0, 1])
    anneal(one, one, one[0], np.array([[0, 1], [1, 0]]), plan, one[0].copy(), 1.0, 0.1, 1, 0)
    search(one, one, one[0], one[0], plan, 2, 2, 1.0, 1.0, 1, 1, 1, 0)


def first_plan(hunt: Hunt, clock: Clock, seed: int) -> Int | None:
    """A plan that overloads nobody, or None when annealing finds none."""
    agents, jobs = hunt.cost.shape
    choice = np.argsort(hunt.reduced, axis=0, kind="stable")[: min(CHOICES, agents)]
    barred = ~np.take_along_axis(hunt.allowed, choice, axis=0)
    choice = np.where(barred, choice[0], choice)
    penalty = 1.5 * np.maximum(hunt.price, 0.3 * hunt.price.max() + hunt.regret / max(1.0, float(hunt.load.max())))
    plan = choice[0].astype(np.int64)
    moves = min(MOST_MOVES, MOVES_PER_JOB * jobs)
    for attempt in range(TRIES):
        if not clock.report("start"):
            break
        total, plan = anneal(
            hunt.barred_cost, hunt.load, hunt.capacity, choice, plan, penalty, HOT * hunt.regret, COLD * hunt.regret, moves,
            seed + attempt,
        )  # fmt: skip
        if np.isfinite(total):
            return plan
    return None


def better_plan(hunt: Hunt, plan: Int, bound: float, clock: Clock, seconds: float, seed: int) -> Int:
    """The best plan that two cooling searches from this one find in the given time."""
    cost = hunt.barred_cost
    began, regret, unit = clock.elapsed, hunt.regret, hunt.unit
    many = min(MANY, hunt.capacity.size)
    warm, cool_down = (WARM_FEW, COOL_FEW) if plan.size <= JOBS_FEW * hunt.capacity.size else (WARM, COOL)

    def cool(thread: int) -> tuple[float, Int]:
        here, least, best, turn = plan.copy(), np.inf, plan, 0
        while (gone := (clock.elapsed - began) / seconds) < 1 and clock.left > 0 and least > bound + unit / 2:
            heat = warm * regret * (cool_down / warm) ** gone
            found = search(
                cost, hunt.load, hunt.capacity, hunt.price, here, min(FEW, many), many, heat, unit, STEPS, NODES, ROUNDS,
                (seed * THREADS + thread) * 1_000_003 + turn,
            )  # fmt: skip
            turn += 1
            if found[0] < least:
                least, best = found
            if thread == 0 and not clock.report("search", least, bound):
                break
        return least, best

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(cool, range(THREADS)))
    return min(found, key=lambda pair: pair[0])[1]
