"""Whole organisations to communities: every community a unit, every unit a community, near, few links, more people where it is harder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from lianfang.base.access.api import Actor
from lianfang.base.access.pages import reader_language
from lianfang.base.incidents.api import incident_for
from lianfang.domain.pairings.api import template
from lianfang.domain.plans import engines
from lianfang.domain.plans.engines import assignment
from lianfang.domain.plans.ground import ground, nearness
from lianfang.domain.plans.kinds import organisations_read as read
from lianfang.domain.plans.kinds.organisations_adopt import adopt_lines, names_of_lines
from lianfang.domain.plans.kinds.organisations_edit import choices_for, edited, several, shared
from lianfang.domain.plans.kinds.organisations_extent import extent_fields
from lianfang.domain.plans.kinds.organisations_look import figures_of, remarks_of, what_ifs
from lianfang.domain.plans.kinds.organisations_words import sentence
from lianfang.domain.plans.models import Plan
from lianfang.domain.plans.registry import Adopted, Built, Field, Figure, Heads, Kind, PlanLine, Remark, Said, register
from lianfang.domain.workforce.api import kind_word
from lianfang.planning import Result, Status, Stop
from lianfang.planning.stop import OnProgress

NEAREST: Final = 20
"""Communities and units offered for a line, the nearest first: what fits into a list that somebody reads."""
HALF: Final = 50
"""Per cent of a unit's people who go while the rest keep its office open: an assumption, asked on the form."""


class Organisations(Kind):
    """Which unit answers for which community: of a county or township, or a city's units for its districts."""

    key = "organisations"
    label = gettext_lazy("Units to communities")
    says = gettext_lazy(
        "Which unit answers for which communities and with how many people: near, whole, more where gates are unmanaged."
    )
    engine = "assignment"
    icon = "users"
    levels = (2, 3, 4)
    seconds = 45.0

    def heads(self) -> Heads:
        """Heads of the table of lines and of the map."""
        layer = _("People sent / wanted")
        return Heads(
            _("Unit"),
            pgettext("plan", "Community"),
            _("People by unit and area"),
            layer,
            amount=_("People"),
            roles=False,
        )

    def fields(self, actor: Actor, path: str) -> Sequence[Field]:
        """Template, which units, the share of their people, how many communities one may take, what weighs more."""
        incident = incident_for(path)
        chosen = read.template_choices(incident.id if incident else None)
        asked = extent_fields(path)
        usual = {field.name: field.default for field in asked}
        rows = read.counted(path, read.KINDS, usual)
        count = {kind: sum(row[1] == kind for row in rows) for kind in read.KINDS} | {"all": len(rows)}
        units = [(kind, f"{kind_word(kind, reader_language())} · {count[kind]}") for kind in read.KINDS if count[kind]]
        units.append(("all", _("all of them · {count}").format(count=count["all"])))
        places = len(read.wanted_areas(path, usual))
        first = count[units[0][0]]
        least = -(-places // first) if first else 1
        known = _("{places} communities and {units} units: at least {least} each on average").format(
            places=places, units=first, least=least
        )
        return (
            *asked,
            Field("template", _("Pairing template"), chosen[0][0] if chosen else "",
                  _("from the playbook of the incident, and the standing ones"), chosen),
            Field("units", _("Which units"), units[0][0],
                  _("whole organisations with people on their lists"), units),
            Field("share", _("People a unit can send (%)"), HALF,
                  _("the rest keep its own office open (assumption)"), least=1, most=100),
            Field("most", _("Communities of one unit at most"), min(least + 1, 99), known, least=1, most=99),
            Field("weigh", _("What weighs more"), "whole", "",
                  [("whole", _("units stay whole and near")),
                   ("people", _("every community has its people"))]),
        )  # fmt: skip

    def build(self, actor: Actor, path: str, params: Mapping[str, Any], replaces: Plan | None = None) -> Built:
        """Units that are free, communities without one, how far they are apart."""
        incident = incident_for(path)
        number = incident.id if incident else None
        one = template(params["template"], number)
        held, live = read.held_now(path, params["template"], number)
        own = read.parts_of(replaces)
        units = read.read_units(path, params, held, own)
        places = read.read_communities(path, params, held, live, own)
        land = ground(path)
        arguments = read.problem_arguments(units, places, params, read.unit_item(one).most, land)
        labels = {
            "path": path, "units": units.number, "offices": units.path, "people": units.people, "paths": places.path, "names": places.name,
            "pairings": places.pairing, "units_left": units.left_out, "places_left": places.left_out, "by": places.by,
            "real": all(at in land.real for at in places.path), "asked": int(params["most"]),
            "xy": np.array([land.of(at) for at in places.path]),
        }  # fmt: skip
        inputs = [units.number, units.path, units.people, places.path, places.weight, places.pairing]
        return Built(assignment.Pairing(**arguments), labels, inputs=inputs, arguments=arguments)

    def solve(self, built: Built, *, stop: Stop, seed: int, on_progress: OnProgress | None = None) -> Result:
        """The engine's plan; what is left of its time goes into what one more unit, or one more community each, would buy."""
        began = monotonic()
        found = super().solve(built, stop=stop, seed=seed, on_progress=on_progress)
        if found.status not in (Status.OPTIMAL, Status.FEASIBLE):
            return found
        assert isinstance(found, assignment.PairingResult)  # noqa: S101 - the engine's own
        people = shared(built.problem, found)
        found = replace(found, people=people, unmet=_missing(built.problem, found.place, people))
        return replace(found, reasons=what_ifs(built, found, stop.seconds - (monotonic() - began), seed))

    def lines(self, built: Built, result: Result) -> Sequence[PlanLine]:
        """One line a link, by community."""
        assert isinstance(result, assignment.PairingResult)  # noqa: S101 - the engine's own
        links = sorted(zip(result.place.tolist(), result.organisation.tolist(), result.people.tolist(), strict=True))
        return several([self._line(built, unit, place, people) for place, unit, people in links])

    def _line(self, built: Built, unit: int, place: int, people: int) -> PlanLine:
        labels, far = built.labels, built.problem.cost
        rank = int((far[:, place] < far[unit, place]).sum()) + 1
        near = nearness(labels["offices"][unit], labels["paths"][place])
        values: dict[str, Any] = {"near": near, "rank": rank}
        if labels["real"]:
            values["km"] = round(float(far[unit, place]) / 1000, 1)
        reason = "why.alike" if np.ptp(far[:, place]) == 0 else "why.nearest" if rank == 1 else "why.rank"
        return PlanLine(
            f"unit:{labels['units'][unit]}", f"area:{labels['paths'][place]}", labels["paths"][place], amount=people,
            reason=reason, values=values,
        )  # fmt: skip

    def _links(self, built: Built, lines: Sequence[PlanLine]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(unit, place, people) of lines; those of units or communities that are gone are left out."""
        unit = {f"unit:{number}": n for n, number in enumerate(built.labels["units"])}
        place = {f"area:{path}": n for n, path in enumerate(built.labels["paths"])}
        rows = [
            (unit[line.subject], place[line.target], int(line.amount))
            for line in lines
            if line.subject in unit and line.target in place
        ]
        found = np.array(rows, dtype=np.int64).reshape(-1, 3)
        return found[:, 0], found[:, 1], found[:, 2]

    def result_of(self, built: Built, lines: Sequence[PlanLine]) -> Result:
        """Links as the lines say, with their true cost."""
        unit, place, people = self._links(built, lines)
        problem = built.problem
        return assignment.PairingResult(
            status=Status.FEASIBLE, objective=engines.units.cost_of(problem, unit, place, people), bound=None, seconds=0.0,
            organisation=unit, place=place, people=people, unmet=_missing(problem, place, people),
        )  # fmt: skip

    def pin(self, built: Built, lines: Sequence[PlanLine]) -> Built:
        """Pinned links stay; the others change only for a gain."""
        unit, place, _people = self._links(built, [line for line in lines if line.pinned])
        previous = self.result_of(built, lines)
        return replace(built, pins=(unit, place) if unit.size else None, previous=previous)

    def choices(self, built: Built, lines: Sequence[PlanLine], n: int) -> Sequence[tuple[str, str]]:
        """Another unit for this community, another community for this unit, or two units that change places; nearest first."""
        return choices_for(built, lines, n)

    def edit(self, built: Built, lines: Sequence[PlanLine], n: int, choice: str) -> list[PlanLine]:
        """One link goes elsewhere, or two are exchanged; people follow."""
        return several(edited(built, lines, n, choice, self._line))

    def figures(self, built: Built, result: Result, baseline: Result | None) -> Sequence[Figure]:
        """Units, communities, links, people, distances, beside the rule of thumb."""
        return figures_of(built, result, baseline)

    def remarks(self, built: Built, result: Result, lines: Sequence[PlanLine]) -> Sequence[Remark]:
        """What binds and what one more would buy."""
        return remarks_of(built, result)

    def wanted(self, built: Built) -> Mapping[str, int]:
        """People wanted by community."""
        return {path: int(need) for path, need in zip(built.labels["paths"], built.problem.need.tolist(), strict=True)}

    def adopt(self, actor: Actor, plan: Plan, built: Built, lines: Sequence[PlanLine]) -> Adopted:
        """Units in the pairings of their communities; offices of both sides and the units' contacts are told."""
        return adopt_lines(actor, plan, lines)

    def names(self, plan: Plan, subjects: set[str], targets: set[str]) -> dict[str, Said]:
        """Units and communities by name."""
        return names_of_lines(plan, subjects, targets)

    def sentence(self, code: str, values: Mapping[str, Any]) -> str:
        """The words of a code."""
        return sentence(code, values)


def _missing(problem: assignment.Pairing, place: np.ndarray, people: np.ndarray) -> np.ndarray:
    """People that each community still lacks when these were sent to these places."""
    sent = np.bincount(place, people.astype(np.float64), problem.need.size).astype(np.int64)
    return np.maximum(problem.need - sent, 0)


register(Organisations())
