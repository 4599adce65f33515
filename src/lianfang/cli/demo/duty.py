"""Forty-three posts round the clock: rostered for two weeks by the planner, published, one shift worked, one no-show replaced."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.db import connections, transaction

from lianfang.base.areas.api import subtree
from lianfang.cli.demo.cast import COUNTY
from lianfang.cli.demo.stage import Stage
from lianfang.domain.duty import api as duty
from lianfang.domain.plans.kinds import roster_problem
from lianfang.kernel.clock import BEIJING, beijing_day
from lianfang.planning import Stop, rostering

POSTS, PLACES, DAYS = 43, 150, 14
"""The county of the documents: 43 posts, 150 people a day; two weeks are the drill's (assumption)."""
CREW: Final = 240
"""People put on the roster: 150 places a day, at most six shifts of eight hours a week, and some to spare (assumption)."""
SECONDS: Final = 4.0
"""The planner's stop rule: a desk waits that long without thinking of it (assumption)."""


def posts_on_duty(stage: Stage) -> None:
    """Set up the posts, roster them, publish, and let one shift run with somebody missing."""
    clock = time.monotonic()
    now = datetime.now(BEIJING)
    with transaction.atomic():
        actor = stage.company.enter("county")
        _set_up(actor, now)
        stand = duty.read(actor=actor, ask=duty.Ask(COUNTY, beijing_day(now), DAYS + 1, units=_units(), near=False))
    made = roster_problem.build(stand)
    solving = time.monotonic()
    roster = rostering.solve(made.problem, stop=Stop(seconds=SECONDS, gap=0.01), seed=1, pins=made.pins)
    solved = time.monotonic() - solving
    broken = rostering.check(made.problem, roster)
    if broken or not roster.slots:
        raise RuntimeError(f"no roster: {roster.status} {roster.reasons or broken[:3]}")
    lines = roster_problem.seats(roster, made.problem.members, made.shift_of, [place.shift for place in stand.places])
    with transaction.atomic():
        actor = stage.company.enter("county")
        written = duty.adopt_roster(
            actor=actor, shifts=[place.shift for place in stand.places], rest=stand.rest,
            lines=[duty.RosterLine(one.shift, one.member) for one in lines if one.member is not None],
        )  # fmt: skip
    told: dict[str, Any] = {
        "posts": POSTS, "places": len(lines), "written": written, "open": sum(one.member is None for one in lines),
        "people": len(stand.people), "days": DAYS, "solved": round(solved, 1), "bound": roster.bound, "objective": roster.objective,
    }  # fmt: skip
    told |= _one_shift(stage, stand, lines, now)
    stage.told["duty"] = told | {"seconds": round(time.monotonic() - clock, 1)}


def _set_up(actor: Any, now: datetime) -> None:
    """Posts at villages all over the county, with shifts from now on: three crews, a second person by day at 21 of them."""
    places = [area for area in subtree(COUNTY) if area.level == 5]
    step = len(places) // POSTS
    day, *others = duty.round_the_clock(3, 1)
    double = PLACES - 3 * POSTS
    for number in range(POSTS):
        at = places[number * step]
        post = duty.create_post(
            actor=actor, path=at.path, kind="checkpoint", name=f"{at.name.removesuffix('村民委员会')}卡点"
        )
        crews = [replace(day, wanted=2 if number < double else 1), *others]
        shifts = [one for one in duty.rolled_out(crews, beijing_day(now), DAYS + 1) if one.ends_at > now]
        duty.create_shifts(actor=actor, post=post, shifts=shifts)


def _units() -> tuple[int, ...]:
    """Units of the county, one after the other, until they have enough people."""
    chosen, people = [], 0
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select m.organisation_id, count(*) from workforce_membership m join workforce_organisation o on o.id = m.organisation_id "
            "where m.net = 'work' and m.to_on is null and o.path >= %s and o.path < %s group by 1 order by 1", [COUNTY, COUNTY + "~"],
        )  # fmt: skip
        for unit, count in cursor.fetchall():
            if people >= CREW:
                break
            chosen.append(int(unit))
            people += int(count)
    return tuple(chosen)


def _one_shift(stage: Stage, stand: duty.Stand, lines: list[roster_problem.Seat], now: datetime) -> dict[str, Any]:
    """The shifts that run now: all come but one, who is replaced by somebody near and rested; the first leaves a note."""
    running = {place.shift: place for place in stand.places if place.starts_at <= now < place.ends_at}
    on = [one for one in lines if one.shift in running and one.member is not None]
    if len(on) < 2:
        return {}
    with transaction.atomic():
        actor = stage.company.enter("county")
        slots = {(slot, member): number for number, slot, member in _slots([one.shift for one in on])}
        mine = [slots[one.shift, one.member or 0] for one in on]
        for slot in mine[1:]:
            duty.check_in(actor=actor, slot=slot)
        duty.write_handover(actor=actor, post=running[on[1].shift].post, words="测温枪二号电量低，已报镇里更换")
        duty.missed(actor=actor, slot=mine[0])
        can = [one for one in duty.candidates(actor=actor, slot=mine[0]) if one.can]
        if can:
            duty.replace(actor=actor, slot=mine[0], member=can[0].member)
    return {"present": len(mine) - 1, "no_show": 1, "replaced": bool(can), "could": len(can)}


def _slots(shifts: list[int]) -> list[tuple[int, int, int]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select id, shift_id, member_id from duty_slot where shift_id = any (%s) and state = 'published'", [shifts]
        )
        return [(int(a), int(b), int(c)) for a, b, c in cursor.fetchall()]


__all__ = ["posts_on_duty"]
