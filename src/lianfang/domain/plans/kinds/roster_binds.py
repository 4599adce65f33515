"""What keeps places of a roster open, and how many of them one more person would fill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from lianfang.domain.plans.engines import rostering
from lianfang.domain.plans.kinds.roster_problem import RosterProblem, paired_posts
from lianfang.domain.plans.registry import Built, PlanLine, Remark
from lianfang.kernel.errors import define

Key = tuple[int, str, str, str | None]
"""Day, shift type, post, skill of a place."""
Fits = Callable[..., bool]
LOOKED_AT: Final = 20_000
"""Pairs of an open place and a person that are looked at one by one: about a second. More places than that are a sample."""
define(
    "plans.held_alone",
    status=422,
    zh="有{count}个班已有一人认领或固定，岗位须两人以上，却没有第二个人可排（最早：{at}）。请撤下此人，或找人同去后重新计算。",
    en="{count} shifts have one person who claimed them or is held, two are the rule there, and nobody else could come (first: {at}). "
    "Take that person away or find a second, then compute again.",
)
NEW: Final = "one more"


def remarks_of(
    built: Built,
    lines: Sequence[PlanLine],
    keys: Sequence[Key | None],
    plans: Sequence[Sequence[rostering.Shift | None]],
    fits: Fits,
) -> list[Remark]:
    """Hours that lack most, the rules that stop people there, pairs that could not be found, what one more would fill.

    keys: the place of each line; plans: the shifts of each member by day, in the order of the problem.
    """
    open_ = [key for line, key in zip(lines, keys, strict=True) if not line.target and key is not None]
    if not open_:
        return [Remark("binds.nothing"), Remark("buys.nothing")]
    lacking = Counter(kind for _, kind, _, _ in open_)
    found = [
        Remark("remark.short", {"hours": kind.partition("+")[0], "n": many}) for kind, many in lacking.most_common(3)
    ]
    stops, seen = _stops(built, open_, plans, fits)
    if stops:
        found.append(
            Remark(
                "binds.people", {"places": seen, "of": len(open_), "why": [[why, n] for why, n in stops.most_common(4)]}
            )
        )
    lonely = len(
        {key[:3] for line, key in zip(lines, keys, strict=True) if line.reason == "why.no_pair" and key is not None}
    )
    if lonely:
        found.append(Remark("binds.pairs", {"n": lonely}))
    return [*found, Remark("buys.person", {"n": _filled_by_one(built.problem, open_, fits), "of": len(open_)})]


def _stops(
    built: Built, open_: Sequence[Key], plans: Sequence[Sequence[rostering.Shift | None]], fits: Fits
) -> tuple[Counter[str], int]:
    """By which rule people are kept from the open places, each person once a place, and how many places were looked at."""
    problem: rostering.Problem = built.problem
    kinds = {shift.id: shift for shift in problem.shifts}
    blocked = {(who, int(day), kind) for who, day, kind in built.labels["blocked"]}
    looked = open_[: max(1, LOOKED_AT // max(len(problem.members), 1))]
    stops: Counter[str] = Counter()
    for day, kind, post, skill in looked:
        for member, plan in zip(problem.members, plans, strict=True):
            if member.posts is not None and post not in member.posts:
                stops["stop.post"] += 1
            elif skill is not None and skill not in member.skills:
                stops["stop.skill"] += 1
            elif day in member.leave or (member.id, day, kind) in blocked:
                stops["stop.hours"] += 1
            elif plan[day] is not None:
                stops["stop.busy"] += 1
            elif not fits(problem, member, plan, day, kinds[kind], post, skill):
                stops["stop.rest"] += 1
            else:
                stops["stop.free"] += 1
    return stops, len(looked)


def _filled_by_one(problem: rostering.Problem, open_: Sequence[Key], fits: Fits) -> int:
    """Open places that a person with every skill and no other duty could stand within the rules: a number that is reached, by time.

    A place of a pair is filled only where somebody stands already or another place would stay open anyway; one person alone fills none.
    """
    member = rostering.Member(NEW, frozenset(key[3] for key in open_ if key[3] is not None))
    kinds = {shift.id: shift for shift in problem.shifts}
    gaps = Counter(key[:3] for key in open_)
    wanted: Counter[tuple[int, str, str]] = Counter()
    for row in problem.demand:
        wanted[row.day, row.shift, row.post] += row.count
    pairs, filled = paired_posts(problem), 0
    trial: list[rostering.Shift | None] = [None] * problem.horizon
    for key in sorted(open_, key=lambda one: (one[0], kinds[one[1]].start_minute)):
        day, kind, post, skill = key
        if post in pairs and gaps[key[:3]] >= wanted[key[:3]]:
            continue
        if fits(problem, member, trial, day, kinds[kind], post, skill):
            trial[day] = kinds[kind]
            filled += 1
    return filled


def held_alone(made: RosterProblem, fits: Fits) -> list[tuple[int, str, str]]:
    """(day, shift type, post) where somebody is held, two are the rule, and nobody else could stand there: no roster can exist."""
    problem, pairs = made.problem, paired_posts(made.problem)
    held: Counter[tuple[int, str, str]] = Counter()
    plans: dict[str, list[rostering.Shift | None]] = {one.id: [None] * problem.horizon for one in problem.members}
    kinds = {shift.id: shift for shift in problem.shifts}
    for (who, day), (kind, post, _skill) in made.pins.items():
        plans[who][day] = kinds[kind]
        held[day, kind, post] += post in pairs
    places = {(day, kind, post, skill) for day, kind, post, skill in made.shift_of if held[day, kind, post] == 1}
    able = {
        place[:3]
        for place in places
        for member in problem.members
        if (member.id, place[0], place[1]) not in made.blocked
        and fits(problem, member, plans[member.id], place[0], kinds[place[1]], place[2], place[3])
    }
    return sorted({place[:3] for place in places} - able)


def marked(lines: Sequence[PlanLine], keys: Sequence[Key | None], pairs: frozenset[str]) -> list[PlanLine]:
    """The lines where empty shifts of posts with pairs say so: nobody there, because two could not be found."""
    staffed = {key[:3] for line, key in zip(lines, keys, strict=True) if line.target and key is not None}
    return [
        replace(line, reason="why.no_pair")
        if not line.target and key is not None and key[2] in pairs and key[:3] not in staffed
        else line
        for line, key in zip(lines, keys, strict=True)
    ]


__all__ = ["Key", "held_alone", "marked", "remarks_of"]
