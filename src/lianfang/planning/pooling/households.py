"""How infections cluster in households: the chance of each number of infected members.

Source: I. M. Longini, J. S. Koopman (1982), Household and community transmission parameters from final
distributions of infections in households, Biometrics 38:115-126.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from lianfang.planning.pooling.formulas import require_probability
from lianfang.planning.result import ProblemError

CHINA_2020_SIZES = {1: 0.254, 2: 0.297, 3: 0.210, 4: 0.132, 5: 0.062, 6: 0.031, 7: 0.014}
"""Assumption: shares of households by size, rounded to a mean of about 2.62 persons (census of 2020: 2.62)."""


@lru_cache(maxsize=4096)
def final_sizes(size: int, from_outside: float, attack_rate: float) -> tuple[float, ...]:
    """Probability that 0, 1, ..., size members of one household are infected.

    from_outside: probability that one member is infected from the community; attack_rate: probability that one
    infected member infects one other member (secondary attack rate).
    """
    escape, contact = 1.0 - from_outside, 1.0 - attack_rate
    whole: list[float] = []  # whole[k] = probability that all of k members are infected
    for k in range(size + 1):
        partly = sum(math.comb(k, j) * whole[j] * escape ** (k - j) * contact ** (j * (k - j)) for j in range(k))
        whole.append(max(0.0, 1.0 - partly))
    return tuple(
        math.comb(size, k) * whole[k] * escape ** (size - k) * contact ** (k * (size - k)) for k in range(size + 1)
    )


@dataclass(frozen=True)
class HouseholdModel:
    """Households of known sizes with a given overall prevalence and secondary attack rate.

    prevalence: share of persons infected. attack_rate: see `final_sizes`; 0 means infections are independent.
    sizes: share of households (any positive weights) by number of members.
    """

    prevalence: float
    attack_rate: float
    sizes: tuple[tuple[int, float], ...] = tuple(CHINA_2020_SIZES.items())

    def __post_init__(self) -> None:
        require_probability("prevalence", self.prevalence)
        require_probability("attack_rate", self.attack_rate)
        if not self.sizes or any(size < 1 or not share > 0 for size, share in self.sizes):
            raise ProblemError("pooling.household_sizes", "Household sizes start at 1 and their shares are positive.")

    @cached_property
    def from_outside(self) -> float:
        """Community infection probability that yields the stated prevalence, by bisection."""
        low, high = 0.0, 1.0
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (middle, high) if self._prevalence_at(middle) < self.prevalence else (low, middle)
        return high

    def _prevalence_at(self, from_outside: float) -> float:
        infected = people = 0.0
        for size, share in self.sizes:
            counts = final_sizes(size, from_outside, self.attack_rate)
            infected += share * sum(k * chance for k, chance in enumerate(counts))
            people += share * size
        return infected / people

    def counts(self, size: int) -> tuple[float, ...]:
        """Probability of 0, 1, ..., size infected members in a household of that size."""
        return final_sizes(size, self.from_outside, self.attack_rate)

    def entropy_per_person(self) -> float:
        """Bits of uncertainty per person when who lives with whom is known: no error-free plan uses fewer tests."""
        bits = people = 0.0
        for size, share in self.sizes:
            people += share * size
            for k, chance in enumerate(self.counts(size)):
                if chance > 0:
                    bits -= share * chance * math.log2(chance / math.comb(size, k))
        return bits / people

    def draw_sizes(self, people: int, seed: int) -> list[int]:
        """Household sizes in door order until `people` persons live there; the last one is cut to fit."""
        rng = np.random.default_rng(seed)
        sizes = np.array([size for size, _ in self.sizes])
        shares = np.array([share for _, share in self.sizes], dtype=float)
        drawn: list[int] = []
        left = people
        while left > 0:
            size = min(int(rng.choice(sizes, p=shares / shares.sum())), left)
            drawn.append(size)
            left -= size
        return drawn

    def draw_infections(self, households: list[int], rng: np.random.Generator) -> npt.NDArray[np.bool_]:
        """One random outcome: infected[person], persons in household order."""
        infected: list[npt.NDArray[np.bool_]] = []
        for size in households:
            chances = np.array(self.counts(size))
            count = int(rng.choice(size + 1, p=chances / chances.sum()))
            members = np.zeros(size, dtype=np.bool_)
            members[rng.permutation(size)[:count]] = True
            infected.append(members)
        return np.concatenate(infected) if infected else np.zeros(0, dtype=np.bool_)
