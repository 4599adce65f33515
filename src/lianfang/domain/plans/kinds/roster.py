"""Rosters: who stands at which post in which shift, rested, skilled, inside the hours they offered, nights going round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, pairwise
from typing import Any, Final

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from lianfang.base.access.api import Actor
from lianfang.domain.duty import api as duty
from lianfang.domain.plans.engines import roster_check, roster_result, rostering
from lianfang.domain.plans.kinds.roster_binds import held_alone, marked, remarks_of
from lianfang.domain.plans.kinds.roster_problem import ELSEWHERE, Activity, build, paired_posts, seats
from lianfang.domain.plans.kinds.roster_words import sentence
from lianfang.domain.plans.models import Plan
from lianfang.domain.plans.registry import Adopted, Built, Field, Figure, Heads, Kind, PlanLine, Remark, Said, register
from lianfang.domain.workforce.api import member_lines
from lianfang.kernel.clock import BEIJING, beijing_day
from lianfang.kernel.errors import LianfangError
from lianfang.planning import Result, Status, Stop
from lianfang.planning.stop import OnProgress

OFFERED: Final = 30
"""People offered for a line, those with the fewest hours first."""
MOST_DAYS: Final = 31
PAIRED: Final = 7
"""People from whom pairs are offered for a post where nobody stands alone: 21 pairs."""


class RosterKind(Kind):
    """Duty rosters for the posts of an area."""

    key = "roster"
    label = gettext_lazy("Duty roster")
    says = gettext_lazy(
        "Puts people into the shifts of posts: rested, within their hours, nights in turn, duty elsewhere counted."
    )
    engine = "rostering"
    icon = "clock"
    propose = "keep_duty"
    adopt_right = "publish_roster"
    levels = (3, 4, 5)
    seconds = 8.0

    def heads(self) -> Heads:
        """Heads of the table of lines and of the map."""
        return Heads(_("Shift"), _("Who"), _("Shifts by area"), _("Filled / shifts"), roles=False)

    def fields(self, actor: Actor, path: str) -> Sequence[Field]:
        """From when, how long, how far people go."""
        return (
            Field("ahead", _("Begins in how many days"), 1, _("1 is tomorrow"), most=60),
            Field("days", _("For how many days"), 14, _("two weeks"), least=1, most=MOST_DAYS),
            Field("near", pgettext("plan", "People"), "near",
                  _("near home, or their unit's posts"),
                  [("near", _("in their own township")), ("any", _("anywhere in the area"))]),
        )  # fmt: skip

    def build(self, actor: Actor, path: str, params: Mapping[str, Any], replaces: Plan | None = None) -> Built:
        """Shifts of the days, people seen here, and when they are taken or not to be had."""
        first = beijing_day(timezone.now()) + timedelta(days=int(params["ahead"]))
        if replaces is not None and replaces.summary.get("first"):
            first = date.fromisoformat(replaces.summary["first"])
        stand = duty.read(actor=actor, ask=duty.Ask(path, first, int(params["days"]), near=params["near"] == "near"))
        made = build(stand)
        if alone := held_alone(made, fits):
            at = f"{first + timedelta(days=alone[0][0]):%m-%d} {alone[0][1].partition('+')[0]}"
            raise LianfangError("plans.held_alone", count=len(alone), at=at)
        shifts = {str(shift): list(key) for key, shift in made.shift_of.items()}
        labels = {
            "path": path, "first": first.isoformat(), "shifts": shifts, "order": [place.shift for place in stand.places],
            "paths": {str(place.shift): place.path for place in stand.places}, "blocked": [list(one) for one in sorted(made.blocked)],
            "homes": {str(person.id): person.home for person in stand.people}, "rest": [
                stand.rest.rest, stand.rest.shift, stand.rest.nights, stand.rest.week],
            "away": [[who, day, *activity] for (who, day), activity in made.pins.items() if activity[1].startswith(ELSEWHERE)],
            "held": [[who, day, *activity] for (who, day), activity in made.pins.items() if not activity[1].startswith(ELSEWHERE)],
        }  # fmt: skip
        return Built(made.problem, labels, pins=dict(made.pins))

    def solve(self, built: Built, *, stop: Stop, seed: int, on_progress: OnProgress | None = None) -> Result:
        """The planner's roster; where its time was too short to come up to the usual list by turns, that list, if it keeps every rule."""
        found = super().solve(built, stop=stop, seed=seed, on_progress=on_progress)
        if built.pins or found.status is Status.INFEASIBLE:
            return found
        turns = rostering.baseline(built.problem)
        if turns.objective is None or (found.objective is not None and found.objective <= turns.objective):
            return found
        return replace(turns, bound=found.bound, seconds=found.seconds)

    def lines(self, built: Built, result: Result) -> Sequence[PlanLine]:
        """One line a place, by time and post; a place without anybody says so."""
        assert isinstance(result, rostering.Roster)  # noqa: S101 - the engine's own
        shift_of = {
            (day, kind, post, skill): int(shift) for shift, (day, kind, post, skill) in built.labels["shifts"].items()
        }
        held = {(int(who), int(day)) for who, day, *_ in built.labels["held"]}
        found = [
            self._line(built, one.shift, one.skill, one.member, (one.member, one.day) in held)
            for one in seats(result, built.problem.members, shift_of, built.labels["order"])
        ]
        return marked(found, [self._key(built, line) for line in found], paired_posts(built.problem))

    def _line(self, built: Built, shift: int, skill: str | None, member: int | None, held: bool) -> PlanLine:
        path = built.labels["paths"][str(shift)]
        home = built.labels["homes"].get(str(member), "")
        if member is None:
            reason = "why.nobody_free"
        elif held:
            reason = "why.held"
        elif skill:
            reason = "why.skill"
        else:
            reason = "why.home" if home[:12] == path[:12] else "why.town" if home[:9] == path[:9] else "why.rested"
        return PlanLine(
            f"shift:{shift}", "" if member is None else f"member:{member}", path, reason=reason, pinned=held
        )

    def result_of(self, built: Built, lines: Sequence[PlanLine]) -> Result:
        """The roster that the lines say, with its true price."""
        problem: rostering.Problem = built.problem
        activities, table = self._table(built, lines)
        slots, member_of_slot, extra = roster_result.fill_slots(problem, activities, table)
        roster = rostering.Roster(
            status=Status.FEASIBLE, objective=0.0, bound=None, seconds=0.0, activities=activities, activity_of=table, slots=slots,
            member_of_slot=member_of_slot, extra=extra,
        )  # fmt: skip
        return replace(roster, objective=roster_check.objective(problem, roster))

    def _plans(self, built: Built, lines: Sequence[PlanLine]) -> list[list[rostering.Shift | None]]:
        """The shifts of each member by day, in the order of the problem."""
        kinds = {shift.id: shift for shift in built.problem.shifts}
        activities, table = self._table(built, lines)
        return [[None if a < 0 else kinds[activities[a][0]] for a in row] for row in table.tolist()]

    def _table(self, built: Built, lines: Sequence[PlanLine]) -> tuple[tuple[Activity, ...], np.ndarray]:
        """What there is to do, and who does which of it on which day (−1 nothing)."""
        activities = tuple(dict.fromkeys((row.shift, row.post, row.skill) for row in built.problem.demand))
        index = {activity: at for at, activity in enumerate(activities)}
        member = {one.id: at for at, one in enumerate(built.problem.members)}
        table = np.full((len(member), built.problem.horizon), -1, dtype=np.int64)
        for who, day, kind, post, skill in built.labels["away"]:
            table[member[str(who)], int(day)] = index[kind, post, skill]
        for line in lines:
            key, who = self._key(built, line), line.target.partition(":")[2]
            if key is not None and who in member:
                table[member[who], key[0]] = index[key[1:]]
        return activities, table

    def _key(self, built: Built, line: PlanLine) -> tuple[int, str, str, str | None] | None:
        found = built.labels["shifts"].get(line.subject.partition(":")[2])
        return (int(found[0]), found[1], found[2], found[3]) if found is not None else None

    def pin(self, built: Built, lines: Sequence[PlanLine]) -> Built:
        """Pinned places stay; the others change only for a gain."""
        members = {one.id for one in built.problem.members}
        pins, held = dict(built.pins), list(built.labels["held"])
        for line in lines:
            key, who = self._key(built, line), line.target.partition(":")[2]
            if line.pinned and key is not None and who in members and (who, key[0]) not in pins:
                pins[who, key[0]] = key[1:]
                held.append([who, *key])
        return replace(built, pins=pins, previous=self.result_of(built, lines), labels=built.labels | {"held": held})

    def choices(self, built: Built, lines: Sequence[PlanLine], n: int) -> Sequence[tuple[str, str]]:
        """Nobody, and who is free that day and stays within every rule; fewest hours first."""
        key = self._key(built, lines[n])
        if key is None:
            return ()
        plans = self._plans(built, [line for at, line in enumerate(lines) if at != n])
        kinds = {shift.id: shift for shift in built.problem.shifts}
        blocked = {(who, int(day), kind) for who, day, kind in built.labels["blocked"]}
        found = []
        pair = key[2] in paired_posts(built.problem)
        mates = [at for at in self._mates(built, lines, n) if lines[at].target]
        for member, plan in zip(built.problem.members, plans, strict=True):
            if (member.id, key[0], key[1]) not in blocked and fits(
                built.problem, member, plan, key[0], kinds[key[1]], key[2], key[3]
            ):
                found.append((sum(built.problem.worked_minutes(one) for one in plan if one is not None), member.id))
        people = member_lines([int(who) for _, who in sorted(found)[:OFFERED]])
        said = _("hours")
        empty = ("", _("leave open"))
        if pair and len(mates) == 1:
            empty = (
                "",
                _("take both away: nobody stands here alone"),
            )
        if pair and not mates:
            names = [(who, people[int(who)].name) for _, who in sorted(found)[:PAIRED] if int(who) in people]
            return [empty] + [
                (f"pair:{one}:{other}", f"{first} + {second}")
                for (one, first), (other, second) in combinations(names, 2)
            ]
        return [empty] + [
            (f"member:{who}", f"{people[int(who)].name} · {minutes // 60} {said}")
            for minutes, who in sorted(found)[:OFFERED]
            if int(who) in people
        ]

    def edit(self, built: Built, lines: Sequence[PlanLine], n: int, choice: str) -> list[PlanLine]:
        """Line n goes to somebody else, or stays open."""
        after = list(lines)
        mates = self._mates(built, lines, n)
        if choice.startswith("pair:"):
            _, one, other = choice.split(":")
            for at, who in ((n, one), (mates[0], other)):
                after[at] = replace(lines[at], target=f"member:{who}", reason="why.chosen", pinned=True, edited=True)
            return after
        after[n] = replace(lines[n], target=choice, reason="why.chosen" if choice else "why.nobody_free")
        left = [at for at in mates if lines[at].target]
        key = self._key(built, lines[n])
        if not choice and key is not None and key[2] in paired_posts(built.problem) and len(left) == 1:
            after[left[0]] = replace(lines[left[0]], target="", reason="why.no_pair", edited=True)
        return after

    def _mates(self, built: Built, lines: Sequence[PlanLine], n: int) -> list[int]:
        """The other places of the same post in the same hours."""
        keys = [self._key(built, line) for line in lines]
        own = keys[n]
        return [at for at, key in enumerate(keys) if at != n and key and own and key[:3] == own[:3]]

    def figures(self, built: Built, result: Result, baseline: Result | None) -> Sequence[Figure]:
        """Places open, the widest difference of hours and of nights, beside the usual list by turns."""
        usable = baseline is not None and baseline.status in (Status.OPTIMAL, Status.FEASIBLE)
        mine, other = _counts(built, result), _counts(built, baseline) if usable and baseline is not None else None
        return [
            Figure(f"figure.{key}", mine[key], other[key] if other else None) for key in ("open", "hours", "nights")
        ]

    def remarks(self, built: Built, result: Result, lines: Sequence[PlanLine]) -> Sequence[Remark]:
        """Which hours lack people most, which rules stop them, what one more person would fill."""
        keys = [self._key(built, line) for line in lines]
        found = remarks_of(built, lines, keys, self._plans(built, lines), fits)
        return [*found, Remark("remark.elsewhere", {"n": len(built.labels["away"])})] if built.labels["away"] else found

    def adopt(self, actor: Actor, plan: Plan, built: Built, lines: Sequence[PlanLine]) -> Adopted:
        """Publish the roster; whoever has an account hears it, everybody sees it on their own page."""
        wanted = [
            duty.RosterLine(int(line.subject.partition(":")[2]), int(line.target.partition(":")[2]), line.pinned)
            for line in lines
            if line.target
        ]
        written = duty.adopt_roster(
            actor=actor,
            shifts=[int(one) for one in built.labels["order"]],
            lines=wanted,
            rest=duty.Rest(*built.labels["rest"]),
        )
        return Adopted(written)

    def names(self, plan: Plan, subjects: set[str], targets: set[str]) -> dict[str, Said]:
        """Shifts by day, hours and post; members by name and unit."""
        found = {}
        for shift, (post, start, end) in duty.shift_words(
            [int(one.partition(":")[2]) for one in subjects if one.startswith("shift:")]
        ).items():
            hours = duty.span_text(start, end)
            found[f"shift:{shift}"] = Said(f"{start.astimezone(BEIJING):%m-%d} {hours} · {post}")
        for number, line in member_lines(
            [int(one.partition(":")[2]) for one in targets if one.startswith("member:")]
        ).items():
            found[f"member:{number}"] = Said(line.name, hint=line.unit)
        return found

    def sentence(self, code: str, values: Mapping[str, Any]) -> str:
        """The words of reasons, remarks, figures and rules."""
        return sentence(code, values)


def fits(
    problem: rostering.Problem, member: rostering.Member, plan: Sequence[rostering.Shift | None], day: int, shift: rostering.Shift,
    post: str, skill: str | None,
) -> bool:  # fmt: skip
    """Whether one more shift keeps every personal rule: free that day, skill, post, rest, nights, days in a row, hours of the week."""
    rules = problem.rules
    if plan[day] is not None or day in member.leave or (skill is not None and skill not in member.skills):
        return False
    if member.posts is not None and post not in member.posts:
        return False
    if rules.max_shift_minutes is not None and problem.worked_minutes(shift) > rules.max_shift_minutes:
        return False
    trial = [*plan[:day], shift, *plan[day + 1 :]]
    last = next((one for one in problem.shifts if one.id == member.history.last_shift), None)
    rows = [last, *trial]
    if any(a is not None and b is not None and not problem.may_follow(a, b) for a, b in pairwise(rows)):
        return False
    run = member.history.worked_in_row if last is not None else 0
    nights = member.history.nights_in_row if last is not None else 0
    weeks: Counter[int] = Counter({0: member.history.week_minutes} if problem.first_weekday else {})
    for at, one in enumerate(trial):
        run = run + 1 if one is not None else 0
        nights = nights + 1 if one is not None and one.is_night else 0
        weeks[(at + problem.first_weekday) // 7] += problem.worked_minutes(one) if one is not None else 0
        if run > member.contract.max_consecutive or (
            rules.max_nights_in_row is not None and nights > rules.max_nights_in_row
        ):
            return False
    return rules.week_minutes is None or max(weeks.values()) <= rules.week_minutes


def _counts(built: Built, result: Result) -> dict[str, float]:
    assert isinstance(result, rostering.Roster)  # noqa: S101 - the engine's own
    kinds = {shift.id: shift for shift in built.problem.shifts}
    hours, nights = [], []
    for row in result.activity_of:
        worked = [kinds[result.activities[a][0]] for a in row if a >= 0]
        hours.append(sum(built.problem.worked_minutes(one) for one in worked) / 60)
        nights.append(sum(one.is_night for one in worked))
    unfilled = sum(not slot.post.startswith(ELSEWHERE) for slot in result.unfilled)
    return {
        "open": float(unfilled), "hours": round(max(hours) - min(hours), 1) if hours else 0.0,
        "nights": float(max(nights) - min(nights)) if nights else 0.0,
    }  # fmt: skip


register(RosterKind())
