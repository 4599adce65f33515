"""The best nested *adaptive* plan: after each answer, which people to pool next, households kept together.

People stand in door order. A pool is always a run of people starting at the first undecided one; a positive run is
searched from its front. Sobel and Groll solved this for independent infections; here the chance that a run is clean
comes from the household model, so a first infection in a family makes the plan look at the rest of it.
A what-if like every nested plan: swabs in one tube cannot be split.
Source: M. Sobel, P. A. Groll (1959), Group testing to eliminate efficiently all defectives in a binomial sample,
Bell System Technical Journal 38:1179-1252.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import comb

import numpy as np
import numpy.typing as npt

from lianfang.planning.pooling.formulas import require_size
from lianfang.planning.pooling.households import HouseholdModel
from lianfang.planning.result import ProblemError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def _perfect(pool: npt.NDArray[np.bool_]) -> bool:
    return bool(pool.any())


@dataclass
class AdaptivePlan:
    """A tabulated policy. State: (person i, known infected b in i's household, length m of a run known positive).

    cost[i, b, m]: expected further tests. pool[i, b, m]: people to pool next, from i on. m = 0: nothing known.
    """

    households: list[int]
    cap: int
    model: HouseholdModel
    cost: FloatArray = field(repr=False)
    pool: IntArray = field(repr=False)
    household_end: IntArray = field(repr=False)
    label: str = "what_if"

    @property
    def expected_tests(self) -> float:
        """Expected number of tests for all people."""
        return float(self.cost[0, 0, 0])

    @property
    def expected_tests_per_person(self) -> float:
        """Expected tests divided by the number of people."""
        return self.expected_tests / sum(self.households)

    def run(
        self, infected: npt.NDArray[np.bool_], read: Callable[[npt.NDArray[np.bool_]], bool] = _perfect
    ) -> tuple[int, npt.NDArray[np.bool_]]:
        """Follow the policy on one outcome; return the number of tests used and who was found infected.

        infected: bool per person. read: the laboratory's answer to a pool of these people, by default without error.
        """
        people, person, known, positive_run, tests = len(infected), 0, 0, 0, 0
        found = np.zeros(people, dtype=np.bool_)
        while person < people:
            if positive_run == 1:
                found[person] = True
                person, known, positive_run = self._advance(person, known, 1, True, 0)
                continue
            size = int(self.pool[person, known, positive_run])
            tests += 1
            if read(infected[person : person + size]):
                positive_run = size
            else:
                person, known, positive_run = self._advance(person, known, size, False, max(0, positive_run - size))
        return tests, found

    def _advance(self, person: int, known: int, step: int, hit: bool, run: int) -> tuple[int, int, int]:
        stays = person + step < self.household_end[person]
        return person + step, known + int(hit) if stays else 0, run


def adaptive_plan(model: HouseholdModel, cap: int, people: int = 400, *, seed: int = 0) -> AdaptivePlan:
    """Tabulate the best policy for `people` persons drawn from the model's household sizes.

    cap: largest pool. Work grows as people x cap squared x household size. Raises ProblemError on bad numbers.
    """
    if people < 1:
        raise ProblemError("pooling.nobody", "There is nobody to test.")
    return plan_for_households(model, cap, model.draw_sizes(people, seed))


def plan_for_households(model: HouseholdModel, cap: int, households: list[int]) -> AdaptivePlan:
    """Tabulate the best policy for households of the given sizes, in the order they are called."""
    cap = require_size(cap)
    if not households or min(households) < 1:
        raise ProblemError("pooling.nobody", "Give at least one household, each with at least one member.")
    end = np.repeat(np.cumsum(households), households)
    table = _Table(model, cap, households, end)
    for person in range(len(end) - 1, -1, -1):
        table.fill(person)
    return AdaptivePlan(households, cap, model, table.cost, table.pool, end)


class _Table:
    """Backward recursion over people; the recursion of Sobel and Groll, section 4, with household chances."""

    def __init__(self, model: HouseholdModel, cap: int, households: list[int], end: IntArray) -> None:
        self.cap, self.end, self.people = cap, end, len(end)
        self.start = end - np.repeat(households, households)
        largest = max(households)
        self.cost = np.zeros((self.people + 1, largest + 1, cap + 1))
        self.pool = np.zeros((self.people + 1, largest + 1, cap + 1), dtype=np.int64)
        self.clean_households = {size: _clean_chances(model.counts(size)) for size in set(households)}
        self.clean_from_door = np.ones((self.people + 1, cap + 1))

    def fill(self, person: int) -> None:
        """Fill cost and pool of one person, for every number of known infected before them in the household."""
        for known in range(int(person - self.start[person]), -1, -1):
            clean = self._clean(person, known)
            if known == 0 and person == self.start[person]:
                self.clean_from_door[person, : len(clean)] = clean
                self.clean_from_door[person, len(clean) :] = clean[-1]
            self._fill_state(person, known, clean)

    def _clean(self, person: int, known: int) -> FloatArray:
        """clean[k]: chance that the next k people are uninfected, given what is known of this household."""
        longest = min(self.cap, self.people - person)
        size = int(self.end[person] - self.start[person])
        seen = int(person - self.start[person])
        inside = self.clean_households[size][seen][known]
        clean = np.empty(longest + 1)
        rest = size - seen
        here = min(rest, longest)
        clean[: here + 1] = inside[: here + 1]
        if longest > rest:
            clean[rest:] = inside[rest] * self.clean_from_door[self.end[person], : longest - rest + 1]
        return clean

    def _fill_state(self, person: int, known: int, clean: FloatArray) -> None:
        cost, pool = self.cost[person, known], self.pool[person, known]
        longest = len(clean) - 1
        steps = np.arange(1, longest + 1)
        after = person + steps
        stays = np.where(after < self.end[person], known, 0)
        one_on = person + 1
        cost[1] = self.cost[one_on, known + 1 if one_on < self.end[person] else 0, 0]
        for run in range(2, longest + 1):
            k = steps[: run - 1]
            dirty = 1.0 - clean[run]
            if dirty <= 0:
                continue
            none = (clean[k] - clean[run]) / dirty
            options = 1 + none * self.cost[after[: run - 1], stays[: run - 1], run - k] + (1 - none) * cost[k]
            best = int(np.argmin(options))
            cost[run], pool[run] = options[best], best + 1
        options = 1 + clean[1:] * self.cost[after, stays, 0] + (1 - clean[1:]) * cost[1 : longest + 1]
        best = int(np.argmin(options))
        cost[0], pool[0] = options[best], best + 1


def _clean_chances(counts: tuple[float, ...]) -> list[list[FloatArray]]:
    """[seen][known][k]: chance that the next k members are clean after `known` of `seen` were infected.

    Members are exchangeable: a set of j given members has exactly the pattern with b infected with probability
    sum over c of counts[c] x C(size - j, c - b) / C(size, c).
    """

    size = len(counts) - 1

    def pattern(members: int, infected: int) -> float:
        return sum(
            counts[c] * comb(size - members, c - infected) / comb(size, c)
            for c in range(infected, size - members + infected + 1)
        )

    table: list[list[FloatArray]] = []
    for seen in range(size):
        row: list[FloatArray] = []
        for known in range(seen + 1):
            base = pattern(seen, known)
            ways = [pattern(seen + k, known) / base if base > 0 else 1.0 for k in range(size - seen + 1)]
            row.append(np.array(ways))
        table.append(row)
    return table
