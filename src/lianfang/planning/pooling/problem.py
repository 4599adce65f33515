"""The question a pool plan answers: how many people share a tube, and in how many stages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lianfang.planning.pooling.formulas import VALIDATED_SIZES, require_probability, require_size
from lianfang.planning.pooling.households import CHINA_2020_SIZES, HouseholdModel
from lianfang.planning.result import ProblemError


class Design(StrEnum):
    """How positives are resolved."""

    TWO_STAGE = "two_stage"
    """Everybody in a positive tube is sampled again alone: what the guides prescribe."""
    NESTED = "nested"
    """Ever smaller pools: a what-if."""
    ADAPTIVE = "adaptive"
    """The best next pool after each answer: a what-if."""


@dataclass(frozen=True)
class Problem:
    """One population to be tested.

    prevalence: share infected, 0..1. cap: most swabs in a tube. sizes: sizes a two-stage plan may choose among.
    sensitivity, specificity: of one test, used by two-stage and nested designs. attack_rate: None treats infections as
    independent; a number keeps households together in door order and lets infections cluster in them.
    household_sizes: (members, share) pairs. people: length of the door order an adaptive or household plan tabulates.
    """

    prevalence: float
    cap: int = 20
    sizes: tuple[int, ...] = VALIDATED_SIZES
    design: Design = Design.TWO_STAGE
    sensitivity: float = 1.0
    specificity: float = 1.0
    attack_rate: float | None = None
    household_sizes: tuple[tuple[int, float], ...] = tuple(CHINA_2020_SIZES.items())
    people: int = 400

    def __post_init__(self) -> None:
        for name in ("prevalence", "sensitivity", "specificity"):
            require_probability(name, getattr(self, name))
        require_size(self.cap)
        object.__setattr__(self, "design", Design(self.design))
        object.__setattr__(self, "sizes", tuple(sorted({require_size(size) for size in self.sizes})))
        if not self.allowed:
            raise ProblemError("pooling.no_size", f"None of the sizes {self.sizes} fits under the cap of {self.cap}.")
        if self.people < 1:
            raise ProblemError("pooling.nobody", "There is nobody to test.")
        imperfect = self.sensitivity < 1 or self.specificity < 1
        if imperfect and (self.design is Design.ADAPTIVE or self.attack_rate is not None):
            raise ProblemError(
                "pooling.imperfect_adaptive",
                "Adaptive and household plans assume a test without error; use simulate() to see errors play out.",
            )
        _ = self.households

    @property
    def allowed(self) -> tuple[int, ...]:
        """Sizes that respect the cap."""
        return tuple(size for size in self.sizes if size <= self.cap)

    @property
    def households(self) -> HouseholdModel:
        """The household model; without an attack rate its infections are independent."""
        return HouseholdModel(self.prevalence, self.attack_rate or 0.0, self.household_sizes)
