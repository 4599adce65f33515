"""Tours of a day: teams of samplers or deliverers go from building to building, in an order that keeps their hours."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from lianfang.base.access.api import Actor
from lianfang.domain.plans import engines, worklist
from lianfang.domain.plans.engines import routing
from lianfang.domain.plans.kinds.doors import homes_in, name_buildings, read_doors
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
from lianfang.domain.plans.words import Words, said
from lianfang.planning import Reason, Result, Status, Stop
from lianfang.planning.stop import OnProgress

WALK: Final = 1.1
"""Metres a second between houses, on foot with a bag: an assumption."""
START: Final = 7 * 60 + 30
"""Minutes after midnight: the documents' door-to-door work runs from 07:30 to 15:00."""
MINUTES: Final = 3.0
"""Minutes at a door: an assumption."""
HOURS: Final = 7.5
MOST_TEAMS: Final = 200
WALKING: Final = 1.1
"""Of the time at the doors, with the ways between them: an assumption for the number of teams that is offered."""
BUYS: Final = "routes.one_more"
_WORDS: Final[Words] = {
    "why.stop": gettext_lazy("stop {order}, at {at}, {homes} homes, about {minutes} minutes"),
    "why.by_hand": gettext_lazy("moved to this team by hand, at {at}"),
    "why.too_few": gettext_lazy(
        "the doors take {work} hours, {teams} teams have {there} in all, and no building is shared by two teams: {needed} teams at least"),
    "figure.teams": gettext_lazy("teams used"), "figure.stops": gettext_lazy("buildings"), "figure.homes": gettext_lazy("homes"),
    "figure.hours": gettext_lazy("longest shift (hours)"), "figure.walk": gettext_lazy("walking in all"),
    "binds.teams": gettext_lazy("All {teams} teams are out; the longest shift has {longest} of {hours} hours."),
    "binds.nothing": gettext_lazy("Nothing binds: teams are to spare, and the longest shift has {longest} of {hours} hours."),
    "buys.nothing": gettext_lazy("One more team: changes nothing (0); not all are used."),
    "buys.team": gettext_lazy("One more team: {walk} m to walk in all, the longest shift {longest} hours."),
    "buys.unknown_team": gettext_lazy(
        "What one more team would buy is not known after a change by hand or at the end of the time; compute again."),
    "remark.tree": gettext_lazy("No outlines: buildings are taken to stand some {metres} m apart."),
    "remark.spare": gettext_lazy("{count} teams have nothing to do and can stand by."),
    "routing.vehicles": gettext_lazy("more tours than teams"),
    "routing.fleet": gettext_lazy("so many teams cannot do it in that time"),
    "routing.duration": gettext_lazy("the team's shift is too long"),
    "routing.window": gettext_lazy("the team comes too late"),
    "routing.stop_hours": gettext_lazy("one building alone takes longer than a shift"),
}  # fmt: skip


class Routes(Kind):
    """Who knocks where, in which order."""

    key = "routes"
    label = gettext_lazy("Tours from door to door")
    says = gettext_lazy(
        "Sampling or deliveries at the doors: which buildings each team visits, in which order, at what time; to print."
    )
    engine = "routing"
    icon = "truck-delivery"
    levels = (4, 5)
    seconds = 15.0
    maps = False
    board = "plans/board_routes.html"

    def heads(self) -> Heads:
        """Heads of the table of lines."""
        homes = _("Households")
        return Heads(_("Building"), _("Team"), _("Households by area"), homes, amount=homes, roles=False)

    def fields(self, actor: Actor, path: str) -> Sequence[Field]:
        """Teams, minutes a home, hours of a shift."""
        return (
            Field("teams", pgettext("plan", "Teams"), min(teams_for(homes_in(path) * MINUTES * 60 * WALKING, HOURS * 3600), MOST_TEAMS),
                  _("enough for the homes here at the usual minutes and hours"), least=1, most=MOST_TEAMS),
            Field("minutes", _("Minutes a home"), MINUTES, _("assumption: sampling at a door"),
                  least=0.5, most=60, whole=False),
            Field("hours", _("Hours of a shift at most"), HOURS, "07:30–15:00",
                  least=1, most=12, whole=False),
        )  # fmt: skip

    def build(self, actor: Actor, path: str, params: Mapping[str, Any], replaces: Plan | None = None) -> Built:
        """Inhabited buildings as stops; the teams leave from the middle of them, where the office is taken to be."""
        doors = read_doors(path)
        xy = np.vstack([doors.xy.mean(axis=0), doors.xy])
        distance, duration = engines.tour_problem.from_coordinates(xy, metres_per_second=WALK)
        homes = np.maximum(doors.homes, 1)
        shift = round(float(params["hours"]) * 3600)
        service = np.concatenate([[0], np.rint(homes * float(params["minutes"]) * 60)]).astype(np.int64)
        team = routing.Vehicle(count=int(params["teams"]), max_duration=shift, latest=shift, unit_distance_cost=1)
        problem = routing.Problem(distance=distance, duration=duration, vehicles=(team,), service=service, xy=xy)
        gap = (
            float(np.median(np.sort(distance[1:, 1:] + np.diag([2**30] * len(homes)), axis=1)[:, 0]))
            if len(homes) > 1
            else 0.0
        )
        labels = {
            "path": path, "paths": doors.paths, "homes": homes.tolist(), "real": doors.real, "metres": round(gap), "teams": team.count,
            "minutes": float(params["minutes"]),
        }  # fmt: skip
        return Built(problem, labels, inputs=[doors.paths, homes, team.count, shift])

    def solve(self, built: Built, *, stop: Stop, seed: int, on_progress: OnProgress | None = None) -> Result:
        """The engine's tours; where every team is out, half of the time goes into the tours of one team more. Too few teams for the
        time at the doors alone are no matter of more time: that is said at once."""
        if few := _too_few(built):
            return routing.RoutingResult(
                status=Status.INFEASIBLE, objective=None, bound=None, seconds=0.0, reasons=(few,)
            )
        found = super().solve(built, stop=replace(stop, seconds=stop.seconds / 2), seed=seed, on_progress=on_progress)
        if (
            not isinstance(found, routing.RoutingResult)
            or found.objective is None
            or len(found.routes) < built.labels["teams"]
        ):
            return found
        problem = built.problem
        team = replace(problem.vehicles[0], count=problem.vehicles[0].count + 1)
        other = routing.solve(
            replace(problem, vehicles=(team,)), stop=replace(stop, seconds=stop.seconds / 2), seed=seed
        )
        if other.objective is None:
            return found
        was, now = _measure(built, found), _measure(built, other)
        values = (("walk", round(now["walk"] - was["walk"])), ("longest", round(now["hours"] - was["hours"], 1)))
        return replace(found, reasons=(*found.reasons, Reason(BUYS, "With one team more.", None, values)))

    def lines(self, built: Built, result: Result) -> Sequence[PlanLine]:
        """One line a building, team by team in the order of the tour."""
        assert isinstance(result, routing.RoutingResult)  # noqa: S101 - the engine's own
        return [line for team, route in enumerate(result.routes, 1) for line in self._tour(built, team, route)]

    def _tour(self, built: Built, team: int, route: Sequence[int], reason: str = "why.stop") -> list[PlanLine]:
        problem, clock, before, found = built.problem, 0, 0, []
        for order, stop in enumerate(route, 1):
            clock += int(problem.duration[before, stop])
            homes = built.labels["homes"][stop - 1]
            minute = START + round(clock / 60)
            values = {"order": order, "at": f"{minute // 60:02d}:{minute % 60:02d}", "homes": homes,
                      "minutes": round(homes * built.labels["minutes"])}  # fmt: skip
            path = built.labels["paths"][stop - 1]
            found.append(PlanLine(f"building:{path}", f"team:{team}", path, amount=homes, reason=reason, values=values))
            clock += int(problem.service[stop])
            before = stop
        return found

    def result_of(self, built: Built, lines: Sequence[PlanLine]) -> Result:
        """Tours as the lines say, in the order of their stops, with their true cost."""
        problem, routes = built.problem, list(self._routes(built, lines).values())
        starts = [engines.tours.best_start(problem, problem.vehicles[0], route) for route in routes]
        costs = [
            engines.tours.drive(problem, problem.vehicles[0], route, start).cost(problem.vehicles[0])
            for route, start in zip(routes, starts, strict=True)
        ]
        return routing.RoutingResult(
            status=Status.FEASIBLE, objective=sum(costs) / problem.units_per_objective, bound=None, seconds=0.0, routes=routes,
            vehicle_of_route=[0] * len(routes), start_of_route=starts,
        )  # fmt: skip

    def _routes(self, built: Built, lines: Sequence[PlanLine]) -> dict[str, list[int]]:
        index = {path: n for n, path in enumerate(built.labels["paths"], 1)}
        stops: dict[str, list[tuple[float, int]]] = defaultdict(list)
        for line in lines:
            stop = index.get(line.subject.partition(":")[2])
            if stop is not None and line.target:
                stops[line.target].append((float(line.values.get("order", 0)), stop))
        return {team: [stop for _order, stop in sorted(found)] for team, found in stops.items()}

    def pin(self, built: Built, lines: Sequence[PlanLine]) -> Built:
        """A tour with a pinned stop stays as it is."""
        held = {line.target for line in lines if line.pinned}
        routes = self._routes(built, [line for line in lines if line.target in held])
        pins = tuple(engines.tour_problem.PinnedRoute(0, tuple(route)) for route in routes.values() if route)
        return replace(built, pins=pins or None)

    def choices(self, built: Built, lines: Sequence[PlanLine], n: int) -> Sequence[tuple[str, str]]:
        """The other teams."""
        known = {line.target for line in lines} | {f"team:{team}" for team in range(1, built.labels["teams"] + 1)}
        others = sorted(known - {lines[n].target}, key=lambda team: int(team.partition(":")[2]))
        return [(team, _team(team)) for team in others]

    def edit(self, built: Built, lines: Sequence[PlanLine], n: int, choice: str) -> list[PlanLine]:
        """A building goes to another team, at the place of its tour where the detour is least; both tours get new times."""
        stop = built.labels["paths"].index(lines[n].subject.partition(":")[2]) + 1
        routes = self._routes(built, lines)
        routes[lines[n].target].remove(stop)
        tour = routes.setdefault(choice, [])
        walk = built.problem.distance
        ends = [0, *tour, 0]
        detour = [walk[a, stop] + walk[stop, b] - walk[a, b] for a, b in pairwise(ends)]
        tour.insert(int(np.argmin(detour)), stop)
        made = {
            line.subject: line
            for team in (lines[n].target, choice)
            for line in self._tour(built, int(team.partition(":")[2]), routes[team])
        }
        after = [
            replace(made[line.subject], pinned=line.pinned, edited=line.edited) if line.subject in made else line
            for line in lines
        ]
        after[n] = replace(after[n], reason="why.by_hand")
        return after

    def figures(self, built: Built, result: Result, baseline: Result | None) -> Sequence[Figure]:
        """Teams, buildings, walking, the longest shift."""
        mine, theirs = _measure(built, result), _measure(built, baseline)
        units = {"walk": "m"}
        return [
            Figure(
                f"figure.{key}",
                value,
                theirs.get(key),
                units.get(key, ""),
                "less" if key in ("walk", "hours", "teams") else "",
            )
            for key, value in mine.items()
        ]

    def remarks(self, built: Built, result: Result, lines: Sequence[PlanLine]) -> Sequence[Remark]:
        """Teams to spare, and how distances are known."""
        assert isinstance(result, routing.RoutingResult)  # noqa: S101 - the engine's own
        spare = built.labels["teams"] - len(result.routes)
        limit = round(built.problem.vehicles[0].max_duration / 3600, 1)
        limits = {"teams": built.labels["teams"], "longest": _measure(built, result)["hours"], "hours": limit}
        told = next((one for one in result.reasons if one.code == BUYS), None)
        if spare > 0:
            found = [Remark("binds.nothing", limits), Remark("buys.nothing"), Remark("remark.spare", {"count": spare})]
        elif told is None:
            found = [Remark("binds.teams", limits), Remark("buys.unknown_team")]
        else:
            gain = {key: f"{value:+}" for key, value in told.values if not isinstance(value, str)}
            found = [Remark("binds.teams", limits), Remark("buys.team", gain)]
        return found if built.labels["real"] else [*found, Remark("remark.tree", {"metres": built.labels["metres"]})]

    def adopt(self, actor: Actor, plan: Plan, built: Built, lines: Sequence[PlanLine]) -> Adopted:
        """A task for each team at each community it visits, on the community's list, with the printed tour behind it."""
        where = sorted({(line.target, line.path[:12]) for line in lines if line.target})
        link = f"/plans/{plan.id}/tours/" if len(plan.path) >= 12 else ""  # a community opens only its own plans
        tells = [
            Tell(worklist.TOUR, f"{team}:{path}", path, for_role="community_head", link=link) for team, path in where
        ]
        return Adopted(len({team for team, _path in where}), tells)

    def context(self, plan: Plan, path: str) -> Mapping[str, Any]:
        """The tours for the board."""
        return {"tours": tours_of(plan), "print": f"/plans/{plan.id}/tours/"}

    def names(self, plan: Plan, subjects: set[str], targets: set[str]) -> dict[str, Said]:
        """Buildings by name, teams by number."""
        return name_buildings(subjects) | {team: Said(_team(team)) for team in targets}

    def sentence(self, code: str, values: Mapping[str, Any]) -> str:
        """The words of a code."""
        return said(_WORDS, code, values)


def teams_for(seconds: np.ndarray, shift: float) -> int:
    """The fewest teams for buildings that take so many seconds: all together, and one for each that fills over half a shift."""
    return max(math.ceil(float(seconds.sum()) / shift), int((seconds > shift / 2).sum()), 1)


def _too_few(built: Built) -> Reason | None:
    """Why so many teams cannot do it, whatever their ways."""
    team, service = built.problem.vehicles[0], built.problem.service
    needed = teams_for(service, team.max_duration)
    if needed <= team.count:
        return None
    values = (("work", round(int(service.sum()) / 3600, 1)), ("teams", team.count),
              ("there", round(team.count * team.max_duration / 3600, 1)), ("needed", needed))  # fmt: skip
    return Reason("why.too_few", f"At least {needed} teams are needed.", None, values)


def _team(target: str) -> str:
    return _("team {number}").format(number=target.partition(":")[2])


def tours_of(plan: Plan) -> list[dict[str, Any]]:
    """Teams with their stops in order, as a printed tour shows them."""
    teams: dict[str, list[PlanLine]] = defaultdict(list)
    for line in lines_of(plan.id):
        if line.target:
            teams[line.target].append(line)
    names = name_buildings({line.subject for stops in teams.values() for line in stops})
    found = []
    for team, stops in sorted(teams.items(), key=lambda item: int(item[0].partition(":")[2])):
        stops.sort(key=lambda line: line.values.get("order", 0))
        rows = [{"said": names.get(line.subject, Said(line.subject)), **line.values} for line in stops]
        found.append({"team": int(team.partition(":")[2]), "stops": rows, "homes": int(sum(line.amount for line in stops)),
                      "first": rows[0]["at"], "last": rows[-1]["at"]})  # fmt: skip
    return found


def _measure(built: Built, result: Result | None) -> dict[str, float]:
    if not isinstance(result, routing.RoutingResult) or result.objective is None:
        return {}
    problem = built.problem
    driven = [
        engines.tours.drive(problem, problem.vehicles[0], route, start)
        for route, start in zip(result.routes, result.start_of_route, strict=True)
    ]
    walk = sum(
        int(problem.distance[a, b]) for route in result.routes for a, b in zip([0, *route], [*route, 0], strict=True)
    )
    return {
        "teams": len(result.routes), "stops": len(built.labels["paths"]), "homes": int(sum(built.labels["homes"])),
        "hours": round(max((one.duration for one in driven), default=0) / 3600, 1), "walk": walk,
    }  # fmt: skip


register(Routes())
