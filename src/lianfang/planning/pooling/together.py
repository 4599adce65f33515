"""Two-stage testing with households kept together in door order, and the lottery that shows any plan at work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import comb

import numpy as np
import numpy.typing as npt

from lianfang.planning.pooling.adaptive import plan_for_households
from lianfang.planning.pooling.formulas import require_probability, require_size
from lianfang.planning.pooling.households import HouseholdModel

BoolArray = npt.NDArray[np.bool_]


def clean_chance(counts: tuple[float, ...], members: int) -> float:
    """Probability that given `members` of a household hold no infection; counts as in `final_sizes`."""
    size = len(counts) - 1
    return sum(chance * comb(size - members, k) / comb(size, k) for k, chance in enumerate(counts))


def two_stage_together(model: HouseholdModel, size: int, households: list[int]) -> float:
    """Expected tests per person when tubes of `size` are filled in door order, so that families share a tube.

    A household that does not fit is split over two tubes. households: members, in door order.
    """
    if require_size(size) == 1:
        return 1.0
    people = sum(households)
    tests = 0.0
    clean, filled = 1.0, 0
    for members in households:
        left = members
        while left > 0:
            part = min(left, size - filled)
            clean *= clean_chance(model.counts(members), part)
            filled, left = filled + part, left - part
            if filled == size:
                tests += 1 + size * (1 - clean)
                clean, filled = 1.0, 0
    if filled:
        tests += 1 + (filled * (1 - clean) if filled > 1 else 0.0)
    return tests / people


@dataclass(frozen=True)
class Dilution:
    """How a pool's sensitivity falls with its size: F. K. Hwang (1976), Biometrika 63:671-673.

    exponent 0 means none, which the validation of 5, 10 and 20 swabs in one tube supports; 1 means complete dilution.
    """

    sensitivity: float = 1.0
    exponent: float = 0.0

    def __post_init__(self) -> None:
        require_probability("sensitivity", self.sensitivity)
        require_probability("exponent", self.exponent)

    def detects(self, prevalence: float, size: int) -> float:
        """Probability that a pool of `size` holding an infection reads positive."""
        if prevalence <= 0:
            return self.sensitivity
        seen: float = prevalence / (1 - (1 - prevalence) ** (size**self.exponent))
        return self.sensitivity * min(1.0, seen)


@dataclass(frozen=True)
class Simulated:
    """Averages of a simulation: tests per person with its standard error, and the share of infections found."""

    tests_per_person: float
    standard_error: float
    found_share: float


def simulate(
    model: HouseholdModel,
    cap: int,
    *,
    adaptive: bool,
    people: int = 400,
    outcomes: int = 200,
    dilution: Dilution = Dilution(),
    seed: int = 0,
) -> Simulated:
    """Play a plan on random outcomes: the adaptive policy, or two stages of size `cap` in door order.

    Raises ProblemError on bad numbers.
    """
    households = model.draw_sizes(people, seed)
    rng = np.random.default_rng(seed + 1)

    def read(pool: BoolArray) -> bool:
        return bool(pool.any()) and rng.random() < dilution.detects(model.prevalence, len(pool))

    play = plan_for_households(model, cap, households).run if adaptive else _two_stage_player(require_size(cap))
    used, infected_total, found_total = [], 0, 0
    for _ in range(outcomes):
        infected = model.draw_infections(households, rng)
        tests, found = play(infected, read)
        used.append(tests / people)
        infected_total += int(infected.sum())
        found_total += int((found & infected).sum())
    spread = float(np.std(used, ddof=1)) / np.sqrt(outcomes) if outcomes > 1 else float("inf")
    return Simulated(float(np.mean(used)), spread, found_total / infected_total if infected_total else 1.0)


def _two_stage_player(size: int) -> Callable[[BoolArray, Callable[[BoolArray], bool]], tuple[int, BoolArray]]:
    def play(infected: BoolArray, read: Callable[[BoolArray], bool]) -> tuple[int, BoolArray]:
        tests, found = 0, np.zeros(len(infected), dtype=np.bool_)
        for start in range(0, len(infected), size):
            pool = infected[start : start + size]
            tests += 1
            if read(pool):
                if len(pool) == 1:
                    found[start] = True
                    continue
                tests += len(pool)
                found[start : start + size] = [read(pool[i : i + 1]) for i in range(len(pool))]
        return tests, found

    return play
