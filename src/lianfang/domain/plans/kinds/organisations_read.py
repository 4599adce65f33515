"""What a pairing of whole organisations is made from: units with their people, communities with what they want, how far apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lianfang.base.access.pages import reader_language
from lianfang.base.areas.api import AreaLine, subtree
from lianfang.base.database.select import run
from lianfang.base.metrics.api import children
from lianfang.base.playbooks.api import PairingItem, PairingTemplate
from lianfang.domain.pairings.api import templates
from lianfang.domain.pairings.catalogue import UNIT
from lianfang.domain.plans.engines import weights
from lianfang.domain.plans.ground import Ground
from lianfang.domain.plans.kinds import organisations_extent as extent
from lianfang.domain.plans.models import Plan
from lianfang.domain.plans.shares import whole_shares
from lianfang.kernel.errors import LianfangError, define

KINDS: Final = ("office", "company", "hospital", "school")
"""Kinds of organisation that send people in their working hours."""
MOST_PAIRS: Final = 40_000
"""Units × communities of one plan: 110 × 355 fits; beyond that a county plans by township. Assumption."""
PEOPLE: Final = "residents.present"
SHORTAGE: Final = {"whole": 50.0, "people": 200.0}
"""Metres that one missing person weighs. whole: twenty missing are worth a kilometre, so that units are not split for a few; people:
five are. Assumptions; 57 units and 78 communities are proven in seconds with the first."""

define(
    "plans.no_units",
    status=422,
    zh="本区域内没有可以包联的单位：没有这类单位、单位里没有人员，或都已包联。请先导入单位名单，或换一类单位。",
    en="No unit here can answer for a community: none of this kind, none with people, or all do already. Import their lists, or ask for "
    "another kind.",
)
define(
    "plans.too_many_pairs",
    status=422,
    zh="{units}个单位对{places}个村（社区），一次算不完。请按乡镇（街道）分别规划。",
    en="{units} units for {places} communities are too many for one plan. Plan by township.",
)
define(
    "plans.too_few_seats",
    status=422,
    zh="{units}个单位多于名额：{places}个村（社区）按此模板每处最多{most}个单位。请换模板，或少选单位。",
    en="{units} units are more than the places: {places} communities take {most} units each by this template. Choose another template or "
    "fewer units.",
)


@dataclass
class Units:
    """Whole organisations, ordered by number: number, office path, people in them. left_out: those that answer already."""

    number: list[int]
    path: list[str]
    people: np.ndarray
    left_out: int


@dataclass
class Communities:
    """Communities that want a unit, ordered by path: the live pairing that lacks one (0 for none), and what they weigh.

    left_out: those that have their unit. by: what the weights were made from: gates, residents, equal.
    """

    path: list[str]
    name: list[str]
    pairing: list[int]
    weight: np.ndarray
    left_out: int
    by: str


@dataclass(frozen=True)
class Held:
    """A unit that answers for a community now: its part of a pairing."""

    part: int
    pairing: int
    path: str
    unit: int


def kinds_of(asked: str) -> list[str]:
    """The kinds of organisation that an answer of the form means."""
    return list(KINDS) if asked == "all" else [asked]


def counted(path: str, kinds: Sequence[str], params: Mapping[str, Any]) -> list[tuple[int, str, str, int]]:
    """(unit, kind, office, people) of whole organisations that have people and are asked for; raises access.not_found."""
    rows = run("select unit, kind, path, people from plans_organisations(%b, %b::text[])", [path, list(kinds)])
    return [row for row in rows if row[3] and extent.takes_unit(path, row[2], params)]


def wanted_areas(path: str, params: Mapping[str, Any]) -> list[AreaLine]:
    """The communities that are asked for, in the order of paths."""
    return [area for area in subtree(path, level=5) if extent.takes_place(area.path, params)]


def held_now(path: str, template: str, incident_id: int | None) -> tuple[list[Held], dict[str, int]]:
    """Units that answer under a template within an area, and the live pairing of each community."""
    rows = run(
        "select p.id, p.path, q.id, q.organisation_id from pairings_pairing p "
        "left join pairings_part q on q.pairing_id = p.id and q.kind = 'unit' and q.ended_on is null "
        "where p.ended_on is null and p.target_kind = 'community' and p.template = %b and p.path >= %b and p.path < %b "
        "and p.incident_id is not distinct from %b::int2 order by p.path, q.id",
        [template, path, path + "~", incident_id],
    )
    return [Held(part, pairing, at, unit) for pairing, at, part, unit in rows if part], {
        at: pairing for pairing, at, _part, _unit in rows
    }


def read_units(path: str, params: Mapping[str, Any], held: Sequence[Held], own: set[int]) -> Units:
    """Units that answer for nothing yet. own: parts of the plan that is replaced; they are open. Raises plans.no_units."""
    busy = {one.unit for one in held if one.part not in own}
    rows = counted(path, kinds_of(params["units"]), params)
    free = [row for row in rows if row[0] not in busy]
    if not free:
        raise LianfangError("plans.no_units")
    return Units(
        [row[0] for row in free], [row[2] for row in free], np.array([row[3] for row in free], dtype=np.int64), len(rows) - len(free)
    )  # fmt: skip


def read_communities(
    path: str, params: Mapping[str, Any], held: Sequence[Held], live: Mapping[str, int], own: set[int]
) -> Communities:
    """Communities that no unit answers for; raises plans.nowhere."""
    served = {one.path for one in held if one.part not in own}
    areas = wanted_areas(path, params)
    open_ = [area for area in areas if area.path not in served]
    if not open_:
        raise LianfangError("plans.nowhere")
    paths = [area.path for area in open_]
    weight, by = _weights(path, paths)
    return Communities(
        paths, [area.name for area in open_], [live.get(at, 0) for at in paths], weight, len(areas) - len(open_), by
    )


def _weights(path: str, paths: Sequence[str]) -> tuple[np.ndarray, str]:
    """Compounds by gates and managers where they are known, else residents, else all alike; never zero."""
    rows = run(
        "select left(path, 12), gates, has_manager from areas_compound where path >= %b and path < %b",
        [path, path + "~"],
    )
    by_gates: dict[str, float] = {}
    for at, gates, managed in rows:
        by_gates[at] = (
            by_gates.get(at, 0.0)
            + 1
            + weights.GATE_WEIGHT * max(gates - 1, 0)
            + weights.UNMANAGED_WEIGHT * (not managed)
        )
    if by_gates:
        return np.array([max(1.0, by_gates.get(at, 1.0)) for at in paths]), "gates"
    figures = children(path, [PEOPLE], level=12)
    residents = np.array([float(figures.of(at, PEOPLE, "")) for at in paths])
    if residents.any():
        return np.maximum(residents, max(1.0, float(residents[residents > 0].min()))), "residents"
    return np.ones(len(paths)), "equal"


def sizes(units: Units, share: float) -> np.ndarray:
    """People that each unit can send: its share, at least one."""
    return np.maximum(1, np.floor(units.people * share / 100)).astype(np.int64)


def needs(weight: np.ndarray, total: int) -> np.ndarray:
    """People wanted by each community: all that can be sent, shared by weight, at least one each; largest remainders first."""
    room = max(total - weight.size, 0)
    return whole_shares(weight / weight.sum() * room) + 1


def apart(units: Units, places: Communities, land: Ground) -> np.ndarray:
    """Whole metres between every office and every community on the ground."""
    here = np.array([land.of(at) for at in units.path])
    there = np.array([land.of(at) for at in places.path])
    return np.rint(np.hypot(*(here[:, None, :] - there[None, :, :]).transpose(2, 0, 1)))


def parts_of(plan: Plan | None) -> set[int]:
    """The parts that an adopted plan wrote: open again for the plan that takes its place."""
    return set(plan.summary.get("parts", ())) if plan is not None and plan.state == "adopted" else set()


def unit_item(one: PairingTemplate) -> PairingItem:
    """The item of a template that a unit fills: its own, or the one that any pairing may have."""
    return next((item for item in one.items if item.kind == "unit"), UNIT)


def template_choices(incident_id: int | None) -> list[tuple[str, str]]:
    """The templates a community can have: those with a unit of their own first, the rest in the order of the playbook."""
    found = [(key, one) for key, one in templates(incident_id).items() if "community" in one.targets]
    found.sort(key=lambda pair: unit_item(pair[1]) is UNIT)
    return [(key, one.zh if reader_language() == "zh" else one.en) for key, one in found]


def problem_arguments(
    units: Units, places: Communities, params: Mapping[str, Any], each: int, land: Ground
) -> dict[str, Any]:
    """The problem as `Pairing` is called. each: units that one community takes; raises plans.too_many_pairs, plans.too_few_seats."""
    count, communities = len(units.number), len(places.path)
    if count * communities > MOST_PAIRS:
        raise LianfangError("plans.too_many_pairs", units=count, places=communities)
    if count > communities * each:
        raise LianfangError("plans.too_few_seats", units=count, places=communities, most=each)
    size = sizes(units, float(params["share"]))
    return {
        "size": size, "need": needs(places.weight, int(size.sum())), "cost": apart(units, places, land),
        "shortage_cost": SHORTAGE[params["weigh"]], "most_links": max(int(params["most"]), -(-communities // count)), "most_units": each,
    }  # fmt: skip
