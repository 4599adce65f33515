"""The domain problems on top: people to communities, organisations to communities, reserve teams to where it is worst."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lianfang.planning.assignment.problem import Float, Int, freeze, real_numbers, whole_numbers
from lianfang.planning.result import ProblemError, Result

GATE_WEIGHT = 0.5  # each gate beyond the first adds half a compound's weight; assumption, editable per problem
UNMANAGED_WEIGHT = 1.0  # a compound without a property manager counts one more; assumption
SHORTAGE_METRES = 20_000.0  # one missing person weighs like a journey of 20 km; assumption
WISH_METRES = 5_000.0  # a wish met is worth a detour of 5 km; assumption


def points(values: ArrayLike, name: str, count: int | None = None) -> Float:
    """Coordinates [k, 2] in metres on one plane; negative ones are allowed."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ProblemError(f"assignment.{name}.type", f"{name} must hold numbers.") from None
    if array.ndim != 2 or array.shape[1] != 2 or (count is not None and array.shape[0] != count):
        raise ProblemError(f"assignment.{name}.shape", f"{name} holds two coordinates in metres per line.")
    if not np.isfinite(array).all():
        raise ProblemError(f"assignment.{name}.nan", f"{name} holds a coordinate that is not a finite number.")
    return freeze(array)


def labels(values: ArrayLike | None, name: str, count: int, limit: int | None = None) -> Int:
    """Whole numbers from -1 (none) up, one per line; below `limit` if there is one."""
    array = np.full(count, -1) if values is None else np.array(values)
    if array.shape != (count,) or array.dtype.kind not in "iu":
        raise ProblemError(f"assignment.{name}.shape", f"{name} gives one whole number per line, -1 for none.")
    if count and (array.min() < -1 or (limit is not None and array.max() >= limit)):
        raise ProblemError(f"assignment.{name}.unknown", f"{name} names something that does not exist.")
    return freeze(array.astype(np.int64))


@dataclass(frozen=True, eq=False)
class Deployment:
    """People with home, unit, skills and wishes are placed in communities or compounds, each person in one role at most.

    person_xy[n, 2], place_xy[m, 2]: metres. skill[n, s]: who can do what. demand[m, s]: people wanted per place and
    skill (a lead and a deputy are skills with a demand of one). home_place[n]: the place somebody lives in (cost 0), or -1.
    wish_place[n]: the place somebody asked for, or -1. group[n]: people with the same number stay together, -1 alone.
    gates[m] and managed[m]: a place with many gates and no property manager weighs more when people are short:
    weight = 1 + GATE_WEIGHT × (gates − 1) + UNMANAGED_WEIGHT × not managed. Minimises
    sum of metres (reduced where a wish is met) + SHORTAGE_METRES × weight × missing people. Raises ProblemError.
    """

    person_xy: Float
    skill: NDArray[np.bool_]
    place_xy: Float
    demand: Int
    home_place: Int
    wish_place: Int
    group: Int
    weight: Float

    def __init__(
        self, person_xy: ArrayLike, skill: ArrayLike, place_xy: ArrayLike, demand: ArrayLike, *,
        home_place: ArrayLike | None = None, wish_place: ArrayLike | None = None, group: ArrayLike | None = None,
        gates: ArrayLike | None = None, managed: ArrayLike | None = None,
    ) -> None:  # fmt: skip
        put = object.__setattr__
        put(self, "person_xy", points(person_xy, "person_xy"))
        put(self, "place_xy", points(place_xy, "place_xy"))
        if not self.people or not self.places:
            raise ProblemError("assignment.empty", "There is nobody to place, or no place.")
        put(self, "demand", whole_numbers(demand, "demand"))
        if self.demand.ndim != 2 or self.demand.shape[0] != self.places or not self.demand.shape[1]:
            raise ProblemError("assignment.demand.shape", "demand is a table places × skills.")
        able = np.array(skill)
        if able.shape != (self.people, self.roles) or able.dtype.kind not in "biu":
            raise ProblemError("assignment.skill.shape", "skill is a table people × skills of yes and no.")
        put(self, "skill", freeze(able.astype(bool)))
        put(self, "home_place", labels(home_place, "home_place", self.people, self.places))
        put(self, "wish_place", labels(wish_place, "wish_place", self.people, self.places))
        put(self, "group", labels(group, "group", self.people))
        put(self, "weight", _weight(gates, managed, self.places))

    @property
    def people(self) -> int:
        """Number of people n."""
        return int(self.person_xy.shape[0])

    @property
    def places(self) -> int:
        """Number of places m."""
        return int(self.place_xy.shape[0])

    @property
    def roles(self) -> int:
        """Number of skills s."""
        return int(self.demand.shape[1])


def _weight(gates: ArrayLike | None, managed: ArrayLike | None, places: int) -> Float:
    count = np.ones(places) if gates is None else whole_numbers(gates, "gates", shape=(places,)).astype(np.float64)
    looked_after = np.ones(places, dtype=bool) if managed is None else np.array(managed, dtype=bool)
    if looked_after.shape != (places,):
        raise ProblemError("assignment.managed.shape", "managed gives yes or no per place.")
    return freeze(1.0 + GATE_WEIGHT * np.maximum(count - 1, 0) + UNMANAGED_WEIGHT * ~looked_after)


@dataclass(frozen=True, kw_only=True, eq=False)
class DeploymentResult(Result):
    """place_of_person[n] and role_of_person[n] (-1: stays in reserve); unmet[m, s]; moved: people placed elsewhere than before."""

    place_of_person: Int
    role_of_person: Int
    unmet: Int
    moved: int | None = None


@dataclass(frozen=True, eq=False)
class Pairing:
    """Whole organisations answer for communities: every community gets at least one, every organisation serves one or more.

    size[k]: people an organisation can send. need[m]: people a community wants. cost[k, m]: burden of a pair per link
    (metres, say). people_cost[k, m]: burden per person sent, default 0. shortage_cost: per missing person. most_links: how
    many communities one organisation may serve; most_units: how many organisations one community takes. Raises ProblemError.
    """

    size: Int
    need: Int
    cost: NDArray[Any]
    people_cost: NDArray[Any]
    shortage_cost: float
    most_links: int
    most_units: int

    def __init__(
        self, size: ArrayLike, need: ArrayLike, cost: ArrayLike, *, people_cost: ArrayLike | None = None,
        shortage_cost: float = SHORTAGE_METRES, most_links: int | None = None, most_units: int | None = None,
    ) -> None:  # fmt: skip
        put = object.__setattr__
        put(self, "size", whole_numbers(size, "size"))
        put(self, "need", whole_numbers(need, "need"))
        if self.size.ndim != 1 or self.need.ndim != 1 or not self.size.size or not self.need.size:
            raise ProblemError("assignment.empty", "There is no organisation, or no community.")
        shape = (self.size.size, self.need.size)
        put(self, "cost", real_numbers(cost, "cost", shape=shape))
        put(
            self,
            "people_cost",
            real_numbers(np.zeros(shape) if people_cost is None else people_cost, "people_cost", shape=shape),
        )
        if not np.isfinite(shortage_cost) or shortage_cost < 0:
            raise ProblemError("assignment.shortage_cost", "shortage_cost is a finite number, not negative.")
        if most_links is not None and most_links < 1:
            raise ProblemError("assignment.most_links", "most_links is at least 1.")
        if most_units is not None and most_units < 1:
            raise ProblemError("assignment.most_units", "most_units is at least 1.")
        put(self, "shortage_cost", float(shortage_cost))
        put(self, "most_links", self.need.size if most_links is None else int(most_links))
        put(self, "most_units", self.size.size if most_units is None else int(most_units))


@dataclass(frozen=True, kw_only=True, eq=False)
class PairingResult(Result):
    """Links organisation[l] - place[l] with people[l] sent, ordered; unmet[m]: people missing."""

    organisation: Int
    place: Int
    people: Int
    unmet: Int


@dataclass(frozen=True, eq=False)
class Reserve:
    """Reserve teams go where it is worst and are called back when it is over.

    size[t]: people of a team. metres[t, m]: journey from where it is now. severity[m]: weight of one missing person at a
    place, in metres a team would travel for it. need[m]: people wanted now. now_at[t]: present place, -1 at home.
    recall_metres: what sending a team home costs (0: a team that is not needed goes home). move_metres: fixed cost of a
    new order, so that a re-plan moves few teams. Raises ProblemError.
    """

    size: Int
    metres: Float
    severity: Float
    need: Int
    now_at: Int
    recall_metres: float = 0.0
    move_metres: float = 0.0

    def __init__(
        self, size: ArrayLike, metres: ArrayLike, severity: ArrayLike, need: ArrayLike, *,
        now_at: ArrayLike | None = None, recall_metres: float = 0.0, move_metres: float = 0.0,
    ) -> None:  # fmt: skip
        put = object.__setattr__
        put(self, "size", whole_numbers(size, "size"))
        put(self, "need", whole_numbers(need, "need"))
        if self.size.ndim != 1 or self.need.ndim != 1 or not self.size.size or not self.need.size:
            raise ProblemError("assignment.empty", "There is no team, or no place.")
        put(self, "metres", real_numbers(metres, "metres", shape=(self.size.size, self.need.size)).astype(np.float64))
        put(self, "severity", real_numbers(severity, "severity", shape=self.need.shape).astype(np.float64))
        put(self, "now_at", labels(now_at, "now_at", self.size.size, self.need.size))
        for name, value in (("recall_metres", recall_metres), ("move_metres", move_metres)):
            if not np.isfinite(value) or value < 0:
                raise ProblemError(f"assignment.{name}", f"{name} is a finite number, not negative.")
            put(self, name, float(value))


@dataclass(frozen=True, kw_only=True, eq=False)
class ReserveResult(Result):
    """place_of_team[t]: the place, or -1 for home; sent, recalled, kept: the teams' orders; unmet[m]: people still missing."""

    place_of_team: Int
    sent: tuple[int, ...]
    recalled: tuple[int, ...]
    unmet: Int
