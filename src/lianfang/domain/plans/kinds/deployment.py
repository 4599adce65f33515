"""Deployment: people of units to communities and compounds; home first, a lead and a deputy each, more where gates are unmanaged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from lianfang.base.access.api import Actor
from lianfang.base.areas.api import denominators, subtree
from lianfang.base.incidents.api import incident_for
from lianfang.domain.plans import engines
from lianfang.domain.plans.engines import assignment
from lianfang.domain.plans.ground import nearness
from lianfang.domain.plans.kinds import deployment_read as read
from lianfang.domain.plans.kinds.deployment_adopt import adopt_lines
from lianfang.domain.plans.kinds.deployment_fill import filled
from lianfang.domain.plans.kinds.deployment_look import figures_of, names_of_lines, remarks_of
from lianfang.domain.plans.kinds.deployment_words import sentence
from lianfang.domain.plans.models import Plan
from lianfang.domain.plans.registry import Adopted, Built, Field, Figure, Kind, PlanLine, Remark, Said, register
from lianfang.planning import Result, Status, Stop
from lianfang.planning.stop import OnProgress

NEAREST: Final = 30
"""Places and exchanges offered for a line: what fits into a list that somebody reads."""
FEW: Final = 1_000
"""Places up to which seats are kept by community for the map: a county has 400."""
COUNTED: Final = ("communities", "villages", "compounds")
"""What published counts of places are called."""
NEAR: Final = 0.002
"""Share of the cost by which a plan may miss its proven bound when the search ends: assumption, less than where a village's middle lies
is worth. A county's plan is proven all the same."""
BASELINE_PAIRS: Final = 6_000_000
"""People × places up to which the rule of thumb is computed beside the plan: it goes down the list by hand, a second per million."""


class Deployment(Kind):
    """Who goes where."""

    key = "deployment"
    label = gettext_lazy("Deployment")
    says = gettext_lazy(
        "Sends the people of units to communities and compounds: their own first, a lead at each, a deputy in each community."
    )
    engine = "assignment"
    icon = "users"
    seconds = 60.0

    def fields(self, actor: Actor, path: str) -> Sequence[Field]:
        """Template, places, leads, reserve."""
        incident = incident_for(path)
        templates = read.template_choices(incident.id if incident else None)
        communities, compounds = len(subtree(path, level=5)), read.compounds_in(path)
        people = read.run("select count(*) from plans_workforce(%b, '{}')", [path])[0][0]
        counted = _("{communities} communities and {compounds} registered compounds here, {people} people free")
        return (
            Field("template", _("Pairing template"), templates[0][0] if templates else "",
                  _("from the playbook of the incident"), templates),
            Field("places", _("Send to"), "communities",
                  counted.format(communities=communities, compounds=compounds, people=people),
                  [("communities", _("communities")), ("compounds", _("communities and compounds"))]),
            Field("leads", _("Leads"), "lead_deputy", _("a leader and a cadre for each"),
                  [("lead_deputy", _("a lead and a deputy each")), ("lead", _("a lead each")), ("none", pgettext("plan", "none"))]),
            Field("reserve", _("Kept in reserve (%)"), 0, _("everybody else is sent"), least=0, most=90),
        )  # fmt: skip

    def build(self, actor: Actor, path: str, params: Mapping[str, Any], replaces: Plan | None = None) -> Built:
        """Who is free, where somebody is wanted, how near they are."""
        incident = incident_for(path)
        own = replaces.summary.get("pairings", ()) if replaces is not None and replaces.state == "adopted" else ()
        places = read.read_places(path, params, incident.id if incident else None, own)
        people = read.read_people(path, len(places.target), replaces)
        land = read.ground(path)
        demand = read.demand_of(places, people.member.size, params["leads"], float(params["reserve"]))
        arguments = read.arguments_of(people, places, demand, land)
        published = [
            [one.what, one.value, str(one.counted_on), one.source] for one in denominators(path) if one.what in COUNTED
        ]
        labels = {
            "path": path, "members": people.member, "units": people.unit, "bases": people.base, "lives": people.lives,
            "targets": places.target, "paths": places.path, "names": places.name, "left_out": places.left_out, "widened": people.widened,
            "heads_of_units": people.heads, "real": all(at in land.real for at in places.path),
            "listed": places.listed, "compounds": places.compounds, "to_compounds": params["places"] == "compounds",
            "published": published, "scale": arguments.pop("scale"),
        }  # fmt: skip
        inputs = [people.member, people.unit, people.base, people.skill, places.target, places.gates, places.managed]
        return Built(read.problem_of(arguments), labels, inputs=inputs, arguments=arguments)

    def baseline(self, built: Built) -> Result | None:
        """The coordinator's list, where it can be worked through in seconds."""
        problem = built.problem
        return assignment.baseline(problem) if problem.people * problem.places <= BASELINE_PAIRS else None

    def solve(self, built: Built, *, stop: Stop, seed: int, on_progress: OnProgress | None = None) -> Result:
        """The engine's plan; where its stop rule left people over beside empty seats, they are placed as well."""
        found = super().solve(built, stop=replace(stop, gap=max(stop.gap, NEAR)), seed=seed, on_progress=on_progress)
        assert isinstance(found, assignment.DeploymentResult)  # noqa: S101 - the engine's own
        return filled(built.problem, built.arguments or {}, found)

    def lines(self, built: Built, result: Result) -> Sequence[PlanLine]:
        """One line a person, by place and role; who stays in reserve comes last."""
        assert isinstance(result, assignment.DeploymentResult)  # noqa: S101 - the engine's own
        place, role = result.place_of_person, result.role_of_person
        paths = np.array(built.labels["paths"])
        at = np.where(place >= 0, paths[place], "~")
        order = np.lexsort((built.labels["members"], role, place, at))
        open_lead = bool((result.unmet[:, 2] == 0).all() and result.unmet.any())
        return [self._line(built, n, int(place[n]), int(role[n]), open_lead) for n in order.tolist()]

    def _line(self, built: Built, n: int, place: int, role: int, open_lead: bool = False) -> PlanLine:
        labels = built.labels
        subject, base = f"member:{labels['members'][n]}", labels["bases"][n]
        if place < 0:
            return PlanLine(subject, "", labels["path"], reason="why.no_skill" if open_lead else "why.no_seat")
        path, lives = labels["paths"][place], bool(labels["lives"][n])
        near = nearness(base, path)
        values: dict[str, Any] = {"from": "home" if lives else "office"}
        if labels["real"] and near != "same_community":
            away = float(np.linalg.norm(built.problem.person_xy[n] - built.problem.place_xy[place]))
            values["km"] = round(away / 1000 / labels["scale"], 1)
        reason = "why.home" if lives and near == "same_community" else f"why.{near}"
        return PlanLine(subject, labels["targets"][place], path, read.ROLES[role], reason=reason, values=values)

    def result_of(self, built: Built, lines: Sequence[PlanLine]) -> Result:
        """Places and roles as the lines say, with their true cost."""
        problem = built.problem
        place, role = self._arrays(built, lines)
        return assignment.DeploymentResult(
            status=Status.FEASIBLE, objective=engines.people.cost_of(problem, place, role), bound=None, seconds=0.0,
            place_of_person=place, role_of_person=role, unmet=engines.people.missing(problem, place, role),
        )  # fmt: skip

    def _arrays(self, built: Built, lines: Sequence[PlanLine]) -> tuple[np.ndarray, np.ndarray]:
        """(place, role) per person; lines of people or places that are gone are left out."""
        person = {f"member:{number}": n for n, number in enumerate(built.labels["members"].tolist())}
        place_of = {target: n for n, target in enumerate(built.labels["targets"])}
        place = np.full(len(person), -1, dtype=np.int64)
        role = place.copy()
        for line in lines:
            n, at = person.get(line.subject), place_of.get(line.target)
            if n is not None and at is not None:
                place[n], role[n] = at, read.ROLES.index(line.role)
        return place, role

    def pin(self, built: Built, lines: Sequence[PlanLine]) -> Built:
        """Pinned people stay at their place, or in reserve; the others move only for a gain."""
        place, role = self._arrays(built, lines)
        pins, _ = self._arrays(built, [line for line in lines if line.pinned])
        away = {line.subject for line in lines if line.pinned and not line.target}
        arguments = dict(built.arguments or {})
        if away:
            out = np.array([f"member:{number}" in away for number in built.labels["members"].tolist()])
            arguments["skill"] = built.problem.skill & ~out[:, None]
        problem = read.problem_of(arguments)
        fits = self._arrays(built, lines)[0] >= 0
        previous = assignment.DeploymentResult(
            status=Status.FEASIBLE, objective=None, bound=None, seconds=0.0, place_of_person=np.where(fits, place, -1),
            role_of_person=role, unmet=problem.demand,
        )  # fmt: skip
        held = {line.subject for line in lines if line.pinned}
        return replace(
            built,
            problem=problem,
            arguments=arguments,
            pins=pins,
            previous=previous,
            labels=built.labels | {"held": sorted(held)},
        )

    def choices(self, built: Built, lines: Sequence[PlanLine], n: int) -> Sequence[tuple[str, str]]:
        """Reserve, the nearest free seats, and exchanges with people at the nearest places."""
        place, role = self._arrays(built, lines)
        person = built.labels["members"].tolist().index(int(lines[n].subject.partition(":")[2]))
        far = np.linalg.norm(built.problem.place_xy - built.problem.person_xy[person], axis=1)
        names = built.labels["names"]
        found = [("", _("keep in reserve"))]
        free = engines.people.missing(built.problem, place, role)
        for at in np.argsort(far, kind="stable").tolist():
            for seat in np.flatnonzero((free[at] > 0) & built.problem.skill[person]).tolist():
                words = _("{role} (open)").format(role=sentence(f"role.{read.ROLES[seat]}", {}))
                found.append((f"to:{at}:{seat}", f"{names[at]} · {words}"))
            if len(found) > NEAREST:
                break
        if place[person] >= 0:
            found += self._exchanges(built, lines, n, person, far, names)
        return found

    def _exchanges(
        self,
        built: Built,
        lines: Sequence[PlanLine],
        n: int,
        person: int,
        far: np.ndarray,
        names: Sequence[str],
    ) -> list[tuple[str, str]]:
        """Somebody in the same role at another place changes with this person."""
        nearest = {
            built.labels["targets"][at]: rank
            for rank, at in enumerate(np.argsort(far, kind="stable")[: NEAREST + 1].tolist())
        }
        found: dict[str, tuple[int, str, str]] = {}
        for m, line in enumerate(lines):
            rank = nearest.get(line.target)
            if (
                rank is None
                or line.target == lines[n].target
                or line.role != lines[n].role
                or line.pinned
                or line.target in found
            ):
                continue
            at = built.labels["targets"].index(line.target)
            words = _("changes with somebody there")
            found[line.target] = (rank, f"swap:{m}", f"{names[at]} · {words}")
        return [(value, words) for _rank, value, words in sorted(found.values())]

    def edit(self, built: Built, lines: Sequence[PlanLine], n: int, choice: str) -> list[PlanLine]:
        """One person goes elsewhere, or two change places."""
        after = list(lines)
        index = {number: at for at, number in enumerate(built.labels["members"].tolist())}
        person = index[int(lines[n].subject.partition(":")[2])]
        if choice.startswith("swap:"):
            other = int(choice.partition(":")[2])
            second = index[int(lines[other].subject.partition(":")[2])]
            for at, who, seat in ((n, person, lines[other]), (other, second, lines[n])):
                place = built.labels["targets"].index(seat.target)
                after[at] = self._by_hand(built, who, place, read.ROLES.index(seat.role), lines[at])
            after[other] = replace(after[other], edited=True)
            return after
        if choice == "":
            after[n] = replace(self._line(built, person, -1, -1), reason="why.by_hand", pinned=lines[n].pinned)
            return after
        _to, place_, role_ = choice.split(":")
        after[n] = self._by_hand(built, person, int(place_), int(role_), lines[n])
        return after

    def _by_hand(self, built: Built, person: int, place: int, role: int, old: PlanLine) -> PlanLine:
        made = self._line(built, person, place, role)
        return replace(made, values={**made.values, "near": made.reason}, reason="why.by_hand", pinned=old.pinned)

    def figures(self, built: Built, result: Result, baseline: Result | None) -> Sequence[Figure]:
        """Placed, empty, at home, together, beside the rule of thumb."""
        return figures_of(built, result, baseline)

    def remarks(self, built: Built, result: Result, lines: Sequence[PlanLine]) -> Sequence[Remark]:
        """What binds and what one more would buy."""
        return remarks_of(built, result)

    def wanted(self, built: Built) -> Mapping[str, int]:
        """Seats by community; by township where there are more than a page can hold."""
        paths, seats = built.labels["paths"], built.problem.demand.sum(axis=1).tolist()
        length = 12 if len(paths) <= FEW else 9
        found: dict[str, int] = {}
        for path, count in zip(paths, seats, strict=True):
            found[path[:length]] = found.get(path[:length], 0) + int(count)
        return found

    def adopt(self, actor: Actor, plan: Plan, built: Built, lines: Sequence[PlanLine]) -> Adopted:
        """Pairings with leads, people and units; offices of places and units are told."""
        return adopt_lines(actor, plan, built, lines)

    def names(self, plan: Plan, subjects: set[str], targets: set[str]) -> dict[str, Said]:
        """People by name where the reader may see them, places by name."""
        return names_of_lines(plan, subjects, targets)

    def sentence(self, code: str, values: Mapping[str, Any]) -> str:
        """The words of a code."""
        return sentence(code, values)


register(Deployment())
