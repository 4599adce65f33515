"""The question of a roster, read from the books: shifts to fill, who can, and when they are taken elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from lianfang.base.access.api import Actor, scoped
from lianfang.base.database.select import run
from lianfang.domain.duty.models import Post, Shift, Slot
from lianfang.domain.duty.rules import LIVE, Rest
from lianfang.domain.duty.selectors import Busy, busy
from lianfang.domain.duty.services import problem_of, rest_json, rest_named
from lianfang.domain.workforce.api import Window, availability_of
from lianfang.kernel.clock import day_bounds
from lianfang.kernel.errors import LianfangError

BACK: Final = timedelta(days=14)
"""How far back duty is read, so that runs of days and of nights and the week's hours carry over (assumption: two weeks)."""
LEADER: Final = "leader"
"""The skill that a leader's place asks for: heads and deputies of their unit, and the post's own lead."""
MOST_MEMBERS: Final = 3000


@dataclass(frozen=True)
class Ask:
    """Which posts, from which day, how many days; units: whose people (empty: everybody seen there).

    near: people stand only in the township they live in, or at posts of their own unit.
    """

    path: str
    first: date
    days: int
    posts: tuple[int, ...] = ()
    units: tuple[int, ...] = ()
    near: bool = True


@dataclass(frozen=True)
class Place:
    """One shift to fill. held: members who keep their place in it (claimed, or pinned by somebody)."""

    shift: int
    post: int
    path: str
    starts_at: datetime
    ends_at: datetime
    wanted: int
    skill: str
    held: tuple[int, ...] = ()


@dataclass(frozen=True)
class Person:
    """One who can be put on the roster. posts: numbers of posts they may stand at, None for any."""

    id: int
    home: str
    skills: frozenset[str]
    nights: int
    posts: frozenset[int] | None = None


@dataclass(frozen=True)
class Stand:
    """All that the planner is told. taken: times of members outside the asked shifts, before and during the horizon."""

    ask: Ask
    rest: Rest
    places: tuple[Place, ...]
    people: tuple[Person, ...]
    taken: Mapping[int, Sequence[Busy]] = field(default_factory=dict)
    offered: Mapping[int, Sequence[Window]] = field(default_factory=dict)
    """Members who stated hours, and when; nobody else is a key."""
    two_person: frozenset[int] = frozenset()
    """Posts where nobody may stand alone."""


def read(*, actor: Actor, ask: Ask) -> Stand:
    """Everything about the asked shifts within the actor's scope; raises duty.no_shifts, duty.nobody, access.not_found."""
    with scoped(actor):
        posts = {
            post.id: post
            for post in Post.objects.filter(ended_on=None, path__gte=ask.path, path__lt=ask.path + "~")
            if not ask.posts or post.id in ask.posts
        }
        start, _ = day_bounds(ask.first)
        end = start + timedelta(days=ask.days)
        places = _places(posts, start, end)
        if not places:
            raise LianfangError("duty.no_shifts")
        people = _people(ask, {place.post for place in places}, posts)
        if not people:
            raise LianfangError("duty.nobody")
        ids = [person.id for person in people]
        own = {place.shift for place in places}
        mine = set(
            Slot.objects.filter(shift_id__in=own, state__in=LIVE).values_list("id", flat=True)
        )  # moved freely, or held by a pin
        taken = {
            member: [one for one in times if one.slot not in mine]
            for member, times in busy(ids, start - BACK, end + timedelta(days=1)).items()
        }
        rests = {post.rest for post in posts.values()}
        rest = rest_named(rests.pop()) if len(rests) == 1 else Rest()
        offered = availability_of(ids, ask.first - timedelta(days=1), ask.days + 2)
        pairs = frozenset(post.id for post in posts.values() if post.two_person)
        return Stand(ask, rest, tuple(places), tuple(people), taken, offered, pairs)


def _places(posts: Mapping[int, Post], start: datetime, end: datetime) -> list[Place]:
    shifts = list(
        Shift.objects.filter(post_id__in=list(posts), starts_at__gte=start, starts_at__lt=end).order_by(
            "starts_at", "post_id", "id"
        )
    )
    held: dict[int, list[int]] = {}
    keeping = Slot.objects.filter(shift__in=[one.id for one in shifts], state__in=LIVE).exclude(
        pinned=False, state__in=("planned", "published"), source="roster"
    )
    for shift, member in keeping.order_by("id").values_list("shift_id", "member_id"):
        held.setdefault(shift, []).append(member)
    return [
        Place(
            one.id, one.post_id, one.path, one.starts_at, one.ends_at, one.wanted, one.skill or (LEADER if one.leader else ""),
            tuple(held.get(one.id, ())),
        )
        for one in shifts
    ]  # fmt: skip


def _people(ask: Ask, wanted: set[int], posts: Mapping[int, Post]) -> list[Person]:
    rows = run("select * from duty_pool(%b, %b::int8[])", [ask.path, list(ask.units)])
    if len(rows) > MOST_MEMBERS:
        raise LianfangError("duty.too_many", most=MOST_MEMBERS, found=len(rows))
    leads = {post.lead_member for post in posts.values()}
    town = {number: posts[number].path[:9] for number in wanted}
    unit_of = {number: posts[number].organisation_id for number in wanted}
    found = []
    for member, home, skills, unit, heads, nights in rows:
        can = frozenset(skills) | ({LEADER} if heads or member in leads else frozenset())
        near = None
        if ask.near:
            mine = frozenset(n for n in wanted if town[n] == home[:9] or (unit is not None and unit_of[n] == unit))
            near = mine or None
        found.append(Person(member, home, can, nights, near))
    return found


@dataclass(frozen=True)
class RosterLine:
    """One place of a roster to be published."""

    shift: int
    member: int
    pinned: bool = False


def adopt_roster(
    *,
    actor: Actor,
    shifts: Sequence[int],
    lines: Sequence[RosterLine],
    rest: Rest,
    force: bool = False,
    link: str = "/mine/",
) -> int:
    """Publish a roster for these shifts, all of it or nothing, and tell those who have an account; returns the new slots.

    Slots of these shifts that are not among the lines come back. Raises duty.roster_broken, duty.alone, duty.double_booked,
    duty.full, duty.shift_over, access.not_found.
    """
    with scoped(actor):
        rows = run(
            "select * from duty_publish(%b::int8[], %b::int8[], %b::int8[], %b::bool[], %b::jsonb, %b)",
            [
                sorted(set(shifts)), [one.shift for one in lines], [one.member for one in lines],
                [one.pinned for one in lines], rest_json(rest), force,
            ],
        )  # fmt: skip
        run("select duty_tell(%b::int8[], 'duty.rostered', %b)", [sorted(set(shifts)), link])
    return len(rows)


def move(*, actor: Actor, slot: int, shift: int, member: int, force: bool = False) -> int:
    """Put a slot into another shift, or another member into it; the new slot is pinned. Raises duty.*, access.not_found."""
    with scoped(actor):
        rest = rest_named(str(run("select duty_rest_of(%b::int8)", [shift])[0][0] or ""))
        made, problem = run(
            "select * from duty_move(%b::int8, %b::int8, %b::int8, %b::jsonb, %b)",
            [slot, shift, member, rest_json(rest), force],
        )[0]
        if problem:
            raise problem_of(problem, rest)
    return int(made)


def pin(*, actor: Actor, slot: int, pinned: bool) -> None:
    """Hold a slot against planning anew, or let it go."""
    with scoped(actor):
        run("select duty_pin(%b::int8, %b)", [slot, pinned])
