"""What a deployment is made from: who can be sent, where somebody is wanted, and how many at each place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lianfang.base.access.pages import reader_language
from lianfang.base.areas.api import names_of, subtree
from lianfang.base.database.select import run
from lianfang.domain.pairings.api import templates
from lianfang.domain.plans.engines import assignment, weights
from lianfang.domain.plans.ground import Ground, ground
from lianfang.domain.plans.models import Line, Plan
from lianfang.domain.plans.shares import whole_shares
from lianfang.kernel.errors import LianfangError

ROLES: Final = ("lead", "deputy", "member")
HEADS: Final = frozenset({"head", "deputy", "secretary"})
"""Duties in a unit that make somebody a lead without asking."""
FARTHEST: Final = 15_000.0
"""Metres of the longest journey in a problem: below the price of an empty seat (20,000), so that nobody idles while a seat is empty."""
SENIOR: Final = frozenset({"cadre", "party_member"})
"""Kinds of member who may lead where there are fewer heads than places: an assumption, said on the page."""


@dataclass
class People:
    """Who can be sent, one entry a person: number, unit (0 none), base (home community, else the office), at home there or not, skills."""

    member: np.ndarray
    unit: np.ndarray
    base: list[str]
    lives: np.ndarray
    skill: np.ndarray
    heads: int
    widened: bool = False


@dataclass
class Places:
    """Where somebody is wanted: target (`area:…` or `compound:…`), community path, gates, whether a manager looks after it.

    listed, compounds: communities and registered compounds of the whole area, wanted or not. left_out: places that have somebody.
    """

    target: list[str]
    path: list[str]
    gates: np.ndarray
    managed: np.ndarray
    name: list[str]
    listed: int
    compounds: int
    left_out: int = 0


def read_people(path: str, places: int, replaces: Plan | None) -> People:
    """Everybody free in an area; where there are fewer heads than places, more may lead. Raises plans.nobody."""
    free = _members_of(replaces)
    rows = run(
        "select member, home, kind, duty, skills, unit, office from plans_workforce(%b, %b::bigint[])", [path, free]
    )
    if not rows:
        raise LianfangError("plans.nobody")
    heads = np.array([row[3] in HEADS for row in rows])
    senior = np.array([row[2] in SENIOR for row in rows])
    widened = bool(heads.sum() < places)
    leads = heads | senior if widened else heads
    lives = np.array([len(row[1]) >= 12 and row[1].startswith(path) for row in rows])
    base = [row[1][:12] if home else row[6] or path for row, home in zip(rows, lives.tolist(), strict=True)]
    skill = np.column_stack([leads, heads | senior, np.ones(len(rows), dtype=bool)])
    return People(
        np.array([row[0] for row in rows], dtype=np.int64), np.array([row[5] or 0 for row in rows], dtype=np.int64), base, lives, skill,
        int(heads.sum()), widened,
    )  # fmt: skip


def _members_of(plan: Plan | None) -> list[int]:
    """The members an adopted plan binds: free again for the plan that takes its place."""
    if plan is None or plan.state != "adopted":
        return []
    subjects = Line.objects.filter(plan_id=plan.id).exclude(target="").values_list("subject", flat=True)
    return [int(subject.partition(":")[2]) for subject in subjects]


def read_places(path: str, params: Mapping[str, Any], incident_id: int | None, own: Sequence[int] = ()) -> Places:
    """Communities (and compounds, if asked) that nobody answers for yet; raises plans.nowhere.

    own: pairings of the plan that is being replaced; their targets are open.
    """
    taken = {
        (kind, at, number)
        for kind, at, number in run(
            "select target_kind, path, target_id from pairings_pairing where ended_on is null and template = any (%b) "
            "and path >= %b and path < %b and incident_id is not distinct from %b::int2 and not (id = any (%b::bigint[]))",
            [[params["template"], "compound_duty"], path, path + "~", incident_id, list(own)],
        )
    }
    found: list[tuple[str, str, int, bool, str]] = []
    left_out = 0
    listed = subtree(path, level=5)
    for area in listed:
        if ("community", area.path, 0) in taken:
            left_out += 1
        else:
            found.append((f"area:{area.path}", area.path, 1, True, area.name))
    compounds = run(
        "select id, path, gates, has_manager, name from areas_compound where path >= %b and path < %b order by path, id",
        [path, path + "~"],
    )
    if params["places"] == "compounds":
        for number, at, gates, managed, name in compounds:
            if ("compound", at[:12], number) in taken:
                left_out += 1
            else:
                found.append((f"compound:{number}", at[:12], gates, managed, name))
    if not found:
        raise LianfangError("plans.nowhere")
    targets, paths, gates_, managed_, called = (list(column) for column in zip(*found, strict=True))
    return Places(
        targets, paths, np.array(gates_, dtype=np.int64), np.array(managed_, dtype=bool), called, len(listed), len(compounds), left_out
    )  # fmt: skip


def compounds_in(path: str) -> int:
    """How many compounds are registered in an area."""
    return int(run("select count(*) from areas_compound where path >= %b and path < %b", [path, path + "~"])[0][0])


def demand_of(places: Places, people: int, leads: str, reserve: float) -> np.ndarray:
    """People wanted per place and role: a lead for each, a deputy for each community, the rest by weight, largest remainders first.

    leads: lead_deputy, lead or none. A compound's lead is the one of its shifts. Fewer people than that: everybody is asked for
    where it weighs most.
    """
    community = np.array([target.startswith("area:") for target in places.target])
    demand = np.zeros((len(places.target), len(ROLES)), dtype=np.int64)
    total = round(people * (1 - reserve / 100))
    if leads != "none":
        demand[:, 0] = 1
    if leads == "lead_deputy" and total >= community.size + int(community.sum()):
        demand[community, 1] = 1
    rest = total - int(demand.sum())
    if rest > 0:
        weight = 1 + weights.GATE_WEIGHT * np.maximum(places.gates - 1, 0) + weights.UNMANAGED_WEIGHT * ~places.managed
        demand[:, 2] = whole_shares(weight / weight.sum() * rest)
    return demand


def arguments_of(people: People, places: Places, demand: np.ndarray, land: Ground) -> dict[str, Any]:
    """The problem as `Deployment` is called. Points are drawn together until no journey is dearer than an empty seat: a seat is
    filled by whoever is free, from wherever in the area; `scale_of` says by how much."""
    index = {target: n for n, target in enumerate(places.target)}
    home = [
        index.get(f"area:{base}", -1) if lives else -1
        for base, lives in zip(people.base, people.lives.tolist(), strict=True)
    ]
    place_xy = np.array([land.of(at) for at in places.path])
    middle = place_xy.mean(axis=0)
    person_xy = np.array([land.of(base) if land.knows(base) else middle for base in people.base])
    scale = scale_of(np.vstack([person_xy, place_xy]))
    return {
        "person_xy": (person_xy - middle) * scale, "skill": people.skill, "place_xy": (place_xy - middle) * scale, "demand": demand,
        "home_place": np.array(home, dtype=np.int64), "gates": places.gates, "managed": places.managed,
        "scale": scale,
    }  # fmt: skip


def scale_of(xy: np.ndarray) -> float:
    """At most 1: what brings the farthest two corners of the points within FARTHEST."""
    span = float(np.linalg.norm(xy.max(axis=0) - xy.min(axis=0)))
    return min(1.0, FARTHEST / span) if span > 0 else 1.0


def problem_of(arguments: Mapping[str, Any]) -> assignment.Deployment:
    """The problem; raises ProblemError."""
    return assignment.Deployment(**arguments)


def template_choices(incident_id: int | None) -> list[tuple[str, str]]:
    """The pairing templates that a community can have, the incident's first."""
    found = templates(incident_id)
    return [
        (key, one.zh if reader_language() == "zh" else one.en)
        for key, one in found.items()
        if "community" in one.targets and any(item.kind == "person" for item in one.items)
    ]


__all__ = [
    "ROLES", "People", "Places", "arguments_of", "compounds_in", "demand_of", "ground", "names_of", "problem_of", "read_people",
    "read_places", "run", "scale_of", "template_choices",
]  # fmt: skip
