"""What pages of plans show: words, figures, rows, the map of a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from lianfang.base.access.api import Actor
from lianfang.base.access.offices import offices_of, signature
from lianfang.base.access.pages import listed, reader_language
from lianfang.base.access.places import Place
from lianfang.base.areas.api import AreaLine, boundaries, children
from lianfang.domain.plans import binding
from lianfang.domain.plans.jobs import progress_of
from lianfang.domain.plans.models import Line, Plan
from lianfang.domain.plans.registry import Kind, Said, kind_of
from lianfang.domain.plans.rules import state_words
from lianfang.domain.plans.selectors import placed_below
from lianfang.kernel.clock import BEIJING, beijing_day, day_words
from lianfang.kernel.errors import problem

STATE_BADGES = {
    "solving": "watch", "proposed": "watch", "adopted": "good", "withdrawn": "unknown", "superseded": "unknown", "failed": "act",
}  # fmt: skip
STEPS = (0.5, 0.9, 1.0)
"""Shares of seats filled at which the map changes colour; below 100 % is always another colour than 100 %."""


def who_and_when(account: int, when: datetime) -> tuple[str, str]:
    """The office that did something, and the moment in words."""
    return signature(
        account, offices_of([account])
    ), f"{day_words(beijing_day(when), reader_language())} {when.astimezone(BEIJING):%H:%M}"


@dataclass(frozen=True)
class PlanRow:
    """One plan in a list. broken: its computation is gone."""

    plan: Plan
    title: str
    area: str
    badge: str
    state: str
    by: str
    placed: float | None
    unplaced: float | None


def plan_rows(found: Sequence[Plan], names: Mapping[str, str]) -> list[PlanRow]:
    """Plans as rows of a list."""
    offices = offices_of({plan.made_by for plan in found})
    return [_plan_row(plan, names, signature(plan.made_by, offices)) for plan in found]


def _plan_row(plan: Plan, names: Mapping[str, str], by: str) -> PlanRow:
    badge, state = badge_of(plan)
    figures = {figure["key"].rpartition(".")[2]: figure["plan"] for figure in plan.summary.get("figures", ())}
    return PlanRow(
        plan, str(kind_of(plan.kind).label), names.get(plan.path, plan.path), badge, state, by, figures.get("placed"),
        figures.get("unplaced"),
    )  # fmt: skip


def badge_of(plan: Plan) -> tuple[str, str]:
    """(interface state, word) of a plan; a computation whose program is gone has broken off."""
    if plan.state == "solving" and progress_of(plan.id).state == "failed":
        return "act", _("Broken off")
    return STATE_BADGES.get(plan.state, "unknown"), state_words(plan.state)


def reasons_of(plan: Plan) -> list[str]:
    """Why there is no plan, in sentences; what the engine said of it is worded by the kind, under the value's name."""
    kind, found = kind_of(plan.kind), []
    for one in plan.reasons:
        values = dict(one.get("values", {}))
        for name, told in one.get("engine", {}).items():
            values[name] = listed(kind.sentence(each["code"], each["values"]) for each in told)
        found.append(problem(one["code"]).sentence(values, reader_language()))
    return found


@dataclass(frozen=True)
class FigureRow:
    """A figure of the head beside the rule of thumb. verdict: good, watch or '' by which of the two is better."""

    words: str
    value: float
    unit: str
    baseline: float | None
    verdict: str


def figure_rows(plan: Plan) -> list[FigureRow]:
    """The figures of a plan."""
    kind = kind_of(plan.kind)
    found = []
    for one in plan.summary.get("figures", ()):
        mine, other, verdict = one["plan"], one.get("baseline"), ""
        if other is not None and mine != other and one.get("better"):
            verdict = "good" if (mine < other) == (one["better"] == "less") else "watch"
        found.append(FigureRow(kind.sentence(one["key"], {}), mine, one.get("unit", ""), other, verdict))
    return found


def remark_groups(plan: Plan) -> list[tuple[str, list[str]]]:
    """Sentences about the plan under their heads: what binds, what one more would buy, what else is good to know."""
    kind = kind_of(plan.kind)
    heads = {"binds": _("What binds"), "buys": _("What one more would buy"), "notes": _("Good to know")}
    found: dict[str, list[str]] = {topic: [] for topic in heads}
    for one in plan.summary.get("remarks", ()):
        own = binding.sentence(one["code"], one["values"])
        found[binding.topic_of(one["code"])].append(own or kind.sentence(one["code"], one["values"]))
    return [(head, found[topic]) for topic, head in heads.items() if found[topic]]


@dataclass(frozen=True)
class Row:
    """One line of a plan on a page."""

    line: Line
    who: Said
    where: Said
    role: str
    why: str


def rows_of(plan: Plan, lines: Sequence[Line]) -> list[Row]:
    """Lines with their words, names only as far as the reader may see them."""
    kind = kind_of(plan.kind)
    names = kind.names(plan, {line.subject for line in lines}, {line.target for line in lines if line.target})
    unknown = _("outside what you may see")
    found = []
    for line in lines:
        who = names.get(line.subject) or Said(unknown if line.subject.startswith("member:") else line.subject)
        where = names.get(line.target) or Said(line.target)
        role = kind.sentence(f"role.{line.role}", {}) if line.role else ""
        found.append(Row(line, who, where, role, kind.sentence(line.reason, line.values)))
    return found


def filters_of(plan: Plan, counts: Mapping[str, int], show: str, base: str) -> list[dict[str, Any]]:
    """Which lines are shown, with how many each."""
    words = {
        "": (_("All"), ""),
        "unplaced": (_("Not placed"), "watch"),
        "pinned": (_("Pinned"), ""),
        "edited": (_("Changed by hand"), ""),
    }
    return [
        {"href": f"{base}{'&' if '?' in base else '?'}show={key}#rows", "current": key == show, "label": label, "state": state,
         "count": counts["all" if key == "" else key]}
        for key, (label, state) in words.items()
    ]  # fmt: skip


def map_of(plan: Plan, kind: Kind, place: Place) -> dict[str, Any] | None:
    """People placed by area below, as data of a map; None where there is nothing below."""
    below = children(place.path)
    if not below or len(place.path) >= 12 or not kind.maps:
        return None
    placed = placed_below(plan.id, len(below[0].path))
    wanted: dict[str, int] = {}
    for path, seats in plan.summary.get("wanted", {}).items():
        if len(path) >= len(below[0].path):
            key = path[: len(below[0].path)]
            wanted[key] = wanted.get(key, 0) + seats
    outlines, heads = boundaries(place.path), kind.heads()
    known = all(area.path in outlines for area in below)
    return {
        "key": "plan-map", "title": f"{heads.map} · {place.short}", "parent": place.code,
        "children": [{"code": area.code, "name": area.name} for area in below],
        "outlines": {area.code: outlines[area.path] for area in below} if known else None,
        "layers": [_layer(below, placed, wanted, heads.layer)],
        "links": {area.code: f"{reverse('plan', args=[plan.id])}?area={area.code}" for area in below},
        "source": "",
    }  # fmt: skip


def _layer(
    below: Sequence[AreaLine], placed: Mapping[str, float], wanted: Mapping[str, int], label: str
) -> dict[str, Any]:
    values = {}
    for area in below:
        there, seats = int(placed.get(area.path, 0)), wanted.get(area.path)
        share = there / seats if seats else None
        step = None if share is None and not there else 3 if share is None else sum(share >= bound for bound in STEPS)
        text = f"{there}/{seats}" if seats else str(there)
        values[area.code] = {"step": step, "short": text, "long": text, "sort": share if share is not None else there}
    labels = ("< 50%", "50–90%", "90–99%", "100%")
    steps = [{"style": f"scale-{n}", "label": label} for n, label in zip((1, 2, 4, 5), labels, strict=True)]
    return {"key": "placed", "label": label, "steps": steps, "values": values}


def trail(plan: Plan, place: Place, actor: Actor) -> list[dict[str, str]]:
    """The way down from the list of plans to the area shown."""
    found = [{"name": _("Plans"), "href": reverse("plans")}]
    own = reverse("plan", args=[plan.id])
    found += [
        {"name": name, "href": own if code.rstrip("0") == plan.path.rstrip("0") else f"{own}?area={code}"}
        for name, code in place.above
        if len(code.rstrip("0")) >= len(plan.path.rstrip("0"))
    ]
    return [*found, {"name": place.short, "href": ""}]
