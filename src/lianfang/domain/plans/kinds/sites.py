"""Sampling sites of a round: at which buildings, with how many desks and samplers, and which buildings queue where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil
from time import monotonic
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from lianfang.base.access.api import Actor
from lianfang.domain.plans import worklist
from lianfang.domain.plans.engines import pooling, siting, staffing
from lianfang.domain.plans.kinds.doors import apart, name_buildings, read_doors
from lianfang.domain.plans.models import Plan
from lianfang.domain.plans.registry import (
    Adopted,
    Built,
    Field,
    Figure,
    Heads,
    Kind,
    PlanLine,
    Remark,
    Said,
    Tell,
    register,
)
from lianfang.domain.plans.selectors import lines_of
from lianfang.domain.plans.words import Words, said, with_way
from lianfang.domain.rounds.api import add_site, round_by_id, rounds_of, sites_of
from lianfang.kernel.errors import LianfangError, define
from lianfang.planning import Reason, Result, Status, Stop
from lianfang.planning.stop import OnProgress

SPARE: Final = 1.15
"""Room a site has beyond its even share, so that whole buildings fit: an assumption."""
NEAREST: Final = 12
LEAST: Final = 1.0
"""Seconds below which the plan with one site more is not begun."""
SAVED: Final = "sites.saved"
_WORDS: Final[Words] = {
    "why.at_site": gettext_lazy("the site is at this building"),
    "why.nearest": gettext_lazy("the nearest site"),
    "why.next": gettext_lazy("the nearest site is full; the next one"),
    "why.by_hand": gettext_lazy("set by hand"),
    "figure.sites": gettext_lazy("sites"), "figure.desks": gettext_lazy("desks"), "figure.samplers": gettext_lazy("samplers"),
    "figure.people": gettext_lazy("people"), "figure.walk": gettext_lazy("mean walk"),
    "figure.largest": gettext_lazy("people at the largest site"),
    "binds.count": gettext_lazy("The number of sites is as asked: {count}."),
    "binds.full": gettext_lazy("{buildings} buildings go past their nearest site because it is full."),
    "binds.room": gettext_lazy("No site turns anybody away: every building queues at its nearest."),
    "buys.site": gettext_lazy("One more site: {m} m less to walk, on average."),
    "buys.site_none": gettext_lazy("One more site: nothing changes (0); each building has one."),
    "buys.site_tree": gettext_lazy(
        "What one more site would save is not known: without outlines distances are not real, so it is not guessed."),
    "buys.site_unknown": gettext_lazy(
        "What one more site would save is not known after a change by hand or at the end of the time; compute again."),
    "remark.guide": gettext_lazy("By the guide's third edition: {low}-{high} sites, 600-800 people a desk, 360 a sampler."),
    "remark.tree": gettext_lazy("No outlines: buildings are laid out by number, no walks shown."),
    "remark.have": gettext_lazy("The round has {count} sites already; adopting adds these."),
    "remark.proven": gettext_lazy("Proven: no shorter plan exists."),
    "siting.capacity": gettext_lazy("more people than a site can serve"),
    "siting.open_count": gettext_lazy("the number of sites changed"),
}  # fmt: skip

define(
    "plans.no_round",
    status=422,
    zh="本区域没有进行中的核酸检测轮次。请先开启一轮，再规划采样点。",
    en="No testing round is open here. Open a round first, then plan its sites.",
)


class Sites(Kind):
    """Where a round is sampled."""

    key = "sites"
    label = pgettext_lazy("plan", "Sampling sites")
    says = gettext_lazy(
        "How many sites a testing round has, where, with how many desks, and which building queues at which."
    )
    adopt_right = "open_round"
    engine = "siting"
    icon = "test-pipe"
    levels = (4, 5)
    seconds = 20.0
    maps = False
    board = "plans/board_sites.html"

    def heads(self) -> Heads:
        """Heads of the table of lines."""
        people = _("People")
        return Heads(
            _("Building"), pgettext("plan", "Site"), _("People sampled by area"), people, amount=people, roles=False
        )

    def fields(self, actor: Actor, path: str) -> Sequence[Field]:
        """The round, how many sites, people at one site at most."""
        rounds = [(str(one.id), one.name) for one in rounds_of(path) if one.state == "open" and one.kind == "testing"]
        try:
            doors = read_doors(path)
            need = pooling.staffing(int(doors.people.sum()), int(doors.homes.sum()))
            low, high, people = max(need.sites.low, 1), max(need.sites.high, 1), int(doors.people.sum())
        except LianfangError:
            low, high, people = 1, 1, 0
        guide = _("by the guide: {low}–{high} for {people} people").format(low=low, high=high, people=people)
        return (
            Field("round", pgettext("plan", "Round"), rounds[0][0] if rounds else "", "", rounds or [("", "–")]),
            Field("count", _("Number of sites"), low, guide, least=1, most=200),
        )

    def build(self, actor: Actor, path: str, params: Mapping[str, Any], replaces: Plan | None = None) -> Built:
        """Inhabited buildings as demand and as possible sites."""
        one = round_by_id(int(params["round"] or 0))
        if one is None or one.state != "open" or one.kind != "testing":
            raise LianfangError("plans.no_round")
        doors = read_doors(path)
        people, count = doors.people.astype(float), min(int(params["count"]), len(doors.paths))
        room = max(float(people.max()), ceil(people.sum() / count * SPARE))
        problem = siting.Problem(
            distance=apart(doors.xy), weight=people, open_count=count, capacity=np.full(len(doors.paths), room)
        )
        need = pooling.staffing(int(people.sum()), int(doors.homes.sum()))
        labels = {
            "path": path, "paths": doors.paths, "real": doors.real, "low": need.sites.low, "high": need.sites.high,
            "have": len(sites_of(one.id)), "round": one.id, "round_path": one.path,
        }  # fmt: skip
        return Built(
            problem, labels, inputs=[doors.paths, doors.people, one.id, [site.id for site in sites_of(one.id)]]
        )

    def solve(self, built: Built, *, stop: Stop, seed: int, on_progress: OnProgress | None = None) -> Result:
        """The engine's plan, and with the time that is left the plan with one site more."""
        began = monotonic()
        found = super().solve(built, stop=stop, seed=seed, on_progress=on_progress)
        problem, left = built.problem, stop.seconds - (monotonic() - began)
        if found.objective is None or left < LEAST or problem.open_count >= len(problem.weight):
            return found
        more = siting.Problem(
            distance=problem.distance,
            weight=problem.weight,
            open_count=problem.open_count + 1,
            capacity=problem.capacity,
        )
        other = siting.solve(more, stop=Stop(seconds=left), seed=seed)
        if other.objective is None:
            return found
        saved = max(0.0, found.objective - other.objective) / max(float(problem.weight.sum()), 1.0)
        return replace(
            found, reasons=(*found.reasons, Reason(SAVED, "With one site more.", None, (("m", round(saved)),)))
        )

    def lines(self, built: Built, result: Result) -> Sequence[PlanLine]:
        """One line a building: the site where it queues."""
        assert isinstance(result, siting.SitingResult)  # noqa: S101 - the engine's own
        return [self._line(built, n, int(at), result.open_sites) for n, at in enumerate(result.site_of_demand.tolist())]

    def _line(self, built: Built, n: int, at: int, opened: np.ndarray) -> PlanLine:
        paths, problem = built.labels["paths"], built.problem
        nearest = float(problem.distance[n, opened].min())
        reason = "why.at_site" if n == at else "why.nearest" if problem.distance[n, at] <= nearest else "why.next"
        values = {"m": round(float(problem.distance[n, at]))} if built.labels["real"] and n != at else {}
        return PlanLine(
            f"building:{paths[n]}",
            f"site:{paths[at]}",
            paths[n],
            amount=float(problem.weight[n]),
            reason=reason,
            values=values,
        )

    def result_of(self, built: Built, lines: Sequence[PlanLine]) -> Result:
        """Sites as the lines name them, with the true sum of walks."""
        index = {path: n for n, path in enumerate(built.labels["paths"])}
        at = np.array([index[line.target.partition(":")[2]] for line in lines])
        cost = float((built.problem.weight * built.problem.distance[np.arange(at.size), at]).sum())
        return siting.SitingResult(
            status=Status.FEASIBLE, objective=cost, bound=None, seconds=0.0, open_sites=np.unique(at), site_of_demand=at
        )

    def pin(self, built: Built, lines: Sequence[PlanLine]) -> Built:
        """Pinned buildings keep their site."""
        index = {path: n for n, path in enumerate(built.labels["paths"])}
        pairs = [(line.subject.partition(":")[2], line.target.partition(":")[2]) for line in lines if line.pinned]
        held = {index[one]: index[at] for one, at in pairs if one in index and at in index}
        return replace(built, pins=siting.Pins(site_of_demand=held) if held else None)

    def choices(self, built: Built, lines: Sequence[PlanLine], n: int) -> Sequence[tuple[str, str]]:
        """The other sites, nearest first."""
        index = {path: at for at, path in enumerate(built.labels["paths"])}
        sites = sorted({line.target for line in lines} - {lines[n].target})
        sites.sort(key=lambda site: float(built.problem.distance[n, index[site.partition(":")[2]]]))
        names = name_buildings(set(sites))
        return [(site, f"{names[site].hint} {names[site].words}") for site in sites[:NEAREST]]

    def edit(self, built: Built, lines: Sequence[PlanLine], n: int, choice: str) -> list[PlanLine]:
        """One building queues elsewhere."""
        after = list(lines)
        index = {path: at for at, path in enumerate(built.labels["paths"])}
        made = self._line(built, n, index[choice.partition(":")[2]], np.array([index[choice.partition(":")[2]]]))
        after[n] = replace(made, reason="why.by_hand", pinned=lines[n].pinned)
        return after

    def figures(self, built: Built, result: Result, baseline: Result | None) -> Sequence[Figure]:
        """Sites, desks, samplers, walks."""
        mine, theirs = _measure(built, result), _measure(built, baseline)
        keys = ("sites", "desks", "samplers", "people", "largest", *(("walk",) if built.labels["real"] else ()))
        return [
            Figure(
                f"figure.{key}",
                mine[key],
                theirs.get(key),
                "m" if key == "walk" else "",
                "less" if key in ("walk", "largest") else "",
            )
            for key in keys
        ]

    def remarks(self, built: Built, result: Result, lines: Sequence[PlanLine]) -> Sequence[Remark]:
        """The guide's range, what is there already."""
        labels = built.labels
        found = [Remark("remark.guide", {"low": labels["low"], "high": labels["high"]})]
        past = sum(line.reason == "why.next" for line in lines)
        found += [Remark("binds.count", {"count": built.problem.open_count})]
        found += [
            Remark("binds.full", {"buildings": past}) if past else Remark("binds.room"),
            self._buys(built, result),
        ]
        found += [Remark("remark.have", {"count": labels["have"]})] if labels["have"] else []
        found += [] if labels["real"] else [Remark("remark.tree")]
        found += [Remark("remark.proven")] if result.status is Status.OPTIMAL else []
        return found

    def _buys(self, built: Built, result: Result) -> Remark:
        """What one more site would save, as the computation measured it."""
        if not built.labels["real"]:
            return Remark("buys.site_tree")
        if built.problem.open_count >= len(built.problem.weight):
            return Remark("buys.site_none")
        told = next((one for one in result.reasons if one.code == SAVED), None)
        return Remark("buys.site_unknown") if told is None else Remark("buys.site", dict(told.values))

    def adopt(self, actor: Actor, plan: Plan, built: Built, lines: Sequence[PlanLine]) -> Adopted:
        """Sites with desks and samplers in the round; the communities set them up."""
        one = round_by_id(int(built.labels["round"]))
        if one is None or one.state != "open":
            raise LianfangError("plans.no_round")
        sites = sites_with_people(lines)
        names = name_buildings(set(sites))
        for site, people in sites.items():
            add_site(
                actor=actor, round_id=one.id, path=site.partition(":")[2][:12], name=f"{names[site].words}采样点",
                **_crew(people),
            )  # fmt: skip
        where = sorted({site.partition(":")[2][:12] for site in sites})
        tells = [
            Tell(worklist.SITES_SET, f"sites:{path}", path, for_role="community_head", link=f"/rounds/{one.id}/")
            for path in where
        ]
        return Adopted(len(sites), tells)

    def context(self, plan: Plan, path: str) -> Mapping[str, Any]:
        """The sites with their desks, for the board."""
        found = sites_with_people(lines_of(plan.id))
        names = name_buildings(set(found))
        return {
            "sites": [
                {"name": names[site].words, "community": names[site].hint, "people": people} | _crew(people)
                for site, people in sorted(found.items(), key=lambda item: -item[1])
            ]
        }

    def names(self, plan: Plan, subjects: set[str], targets: set[str]) -> dict[str, Said]:
        """Buildings and sites by name."""
        return name_buildings(subjects | targets)

    def sentence(self, code: str, values: Mapping[str, Any]) -> str:
        """The words of a code."""
        text = said(_WORDS, code, values)
        return with_way(text, values) if code.startswith("why.") else text


def sites_with_people(lines: Sequence[PlanLine]) -> dict[str, int]:
    """People by site."""
    found: dict[str, int] = {}
    for line in lines:
        if line.target:
            found[line.target] = found.get(line.target, 0) + int(line.amount)
    return found


def _crew(people: float) -> dict[str, int]:
    """What a site for so many people needs by the guide: `desks` and `samplers`, at least one of each."""
    desks = ceil(people / staffing.THIRD_EDITION.persons_per_table[1])
    return {"desks": max(1, desks), "samplers": max(1, pooling.staffing(int(people), 0).samplers)}


def _measure(built: Built, result: Result | None) -> dict[str, float]:
    if not isinstance(result, siting.SitingResult) or not result.site_of_demand.size:
        return {}
    problem, at = built.problem, result.site_of_demand
    load = np.bincount(at, problem.weight, len(problem.weight))
    load = load[load > 0]
    walk = float((problem.weight * problem.distance[np.arange(at.size), at]).sum() / max(problem.weight.sum(), 1))
    crews = [_crew(people) for people in load.tolist()]
    return {
        "sites": int(load.size), "people": int(problem.weight.sum()), "largest": int(load.max()), "walk": round(walk),
        **{key: sum(one[key] for one in crews) for key in ("desks", "samplers")},
    }  # fmt: skip


register(Sites())
