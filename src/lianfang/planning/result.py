"""What every planning engine hands back, and the words its checker and its explanation use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a run ended. There is no fifth state: a plan is never empty in silence."""

    OPTIMAL = "optimal"
    """The objective is proven best within the stated tolerance."""
    FEASIBLE = "feasible"
    """A valid plan; `gap` says how far from the proven bound, if there is one."""
    INFEASIBLE = "infeasible"
    """No plan can exist; `reasons` say which wishes conflict."""
    TIMEOUT = "timeout"
    """The stop rule or a cancel came before any valid plan."""


@dataclass(frozen=True)
class Reason:
    """One sentence of an explanation, for a line of the plan or for the plan as a whole.

    code is stable and translated by the page that shows it; subject names the line (an index or an id);
    values fill the sentence.
    """

    code: str
    text: str
    subject: int | str | None = None
    values: tuple[tuple[str, float | int | str], ...] = ()


@dataclass(frozen=True)
class Violation:
    """One rule that a result breaks, found by an engine's independent checker."""

    code: str
    text: str
    amount: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Result:
    """The part of a result that all engines share.

    objective: in the unit the problem states. bound: a proven lower (or upper, when maximising) bound, or None.
    seconds: wall-clock seconds used.
    """

    status: Status
    objective: float | None
    bound: float | None
    seconds: float
    reasons: tuple[Reason, ...] = ()

    @property
    def gap(self) -> float | None:
        """Relative distance of objective and bound; None when either is missing."""
        if self.objective is None or self.bound is None:
            return None
        return abs(self.objective - self.bound) / max(abs(self.objective), 1e-9)


class ProblemError(ValueError):
    """A problem that makes no sense as stated (NaN distances, duplicate ids, mixed units): says where and what to do."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
