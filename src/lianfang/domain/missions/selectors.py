"""Reads of missions: teams, needs and missions that the entered scope shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import msgspec

from lianfang.base.database.select import call

MOST: Final = 300
"""Rows of one table on a page: an assumption, above the 24 teams and a city's open needs of the documents."""


@dataclass(frozen=True)
class Team:
    """A team. people: how many it has; can: how many of them can go now (not off today, not on a post)."""

    id: int
    name: str
    kind: str
    path: str
    place: str
    skills: tuple[str, ...]
    state: str
    since_on: date
    rest_until: date | None
    people: int
    can: int
    mission: int | None


@dataclass(frozen=True)
class Need:
    """What is asked for. coming: people of missions under way or agreed; there: arrived."""

    id: int
    path: str
    place: str
    beyond: str
    kind: str
    purpose: str
    skills: tuple[str, ...]
    people: int
    severity: int
    from_on: date
    until_on: date
    state: str
    coming: int
    there: int

    @property
    def missing(self) -> int:
        """People still to be found."""
        return max(0, self.people - self.coming)


@dataclass(frozen=True)
class Mission:
    """One sending of a team; the accounts tell which side has agreed."""

    id: int
    need: int
    team: int
    team_name: str
    kind: str
    from_path: str
    from_place: str
    to_path: str
    to_place: str
    beyond: str
    people: int
    across: bool
    state: str
    why: dict[str, float]
    relieves: int | None
    until_on: date
    turns: int
    start_minute: int
    sender: bool
    receiver: bool
    city: bool
    proposed_at: datetime
    sent_at: datetime | None
    arrived_at: datetime | None
    recalled_at: datetime | None
    returned_at: datetime | None
    ended_why: str


@dataclass(frozen=True)
class Goer:
    """Somebody of a mission's list."""

    member: int
    lead: bool
    turn: int
    stayed_home: bool


WHY: Final = 13
"""The column of a mission that holds JSON."""
_TEAMS: Final = """
select t.id, t.name, t.kind, t.path, coalesce(a.name, ''), t.skills, t.state, t.since_on, t.rest_until,
    missions_size(t.id), missions_can(t.id), m.id
from missions_team t left join areas_area a on a.path = t.path
left join missions_mission m on m.team_id = t.id and m.state in ('proposed', 'accepted', 'sent', 'arrived', 'recalled')
where t.state <> 'ended' and (%(team)s::bigint is null or t.id = %(team)s) order by t.path, t.name limit %(most)s
"""
_NEEDS: Final = """
select n.id, n.path, coalesce(a.name, ''), n.beyond, n.kind, n.purpose, n.skills, n.people, n.severity, n.from_on, n.until_on, n.state,
    coalesce(sum(m.people) filter (where m.state in ('proposed', 'accepted', 'sent', 'arrived')), 0),
    coalesce(sum(m.people) filter (where m.state = 'arrived'), 0)
from missions_need n left join areas_area a on a.path = n.path left join missions_mission m on m.need_id = n.id
where n.state = 'open' and (%(need)s::bigint is null or n.id = %(need)s)
group by n.id, a.name order by n.severity desc, n.until_on, n.id limit %(most)s
"""
_MISSIONS: Final = """
select m.id, m.need_id, m.team_id, m.team_name, m.kind, m.from_path, coalesce(f.name, ''), m.to_path, coalesce(t.name, ''), m.beyond,
    m.people, m.across, m.state, m.why::text, m.relieves, m.until_on, m.turns, m.start_minute, m.sender_by is not null,
    m.receiver_by is not null, m.city_by is not null, m.proposed_at, m.sent_at, m.arrived_at, m.recalled_at, m.returned_at, m.ended_why
from missions_mission m left join areas_area f on f.path = m.from_path left join areas_area t on t.path = m.to_path
where (%(mission)s::bigint is null or m.id = %(mission)s) order by m.ended_at is not null, m.id desc limit %(most)s
"""


def teams(number: int | None = None) -> list[Team]:
    """Teams in scope, by place and name."""
    return [Team(*_with_skills(row, 5)) for row in call(_TEAMS, {"team": number, "most": MOST})]


def needs(number: int | None = None) -> list[Need]:
    """Open needs in scope, the most severe first."""
    rows = call(_NEEDS, {"need": number, "most": MOST})
    return [Need(*_with_skills(row, 6)) for row in rows]


def missions(number: int | None = None) -> list[Mission]:
    """Missions in scope, those that are over last."""
    rows = call(_MISSIONS, {"mission": number, "most": MOST})
    decoded = [[msgspec.json.decode(value) if at == WHY else value for at, value in enumerate(row)] for row in rows]
    return [Mission(*row) for row in decoded]


def people_of(mission: int) -> list[Goer]:
    """Who is on a mission's list, by turn."""
    rows = call(
        "select member_id, lead, turn, stayed_home from missions_person where mission_id = %s order by stayed_home, turn, lead desc, id",
        [mission],
    )
    return [Goer(*row) for row in rows]


def crew(team: int) -> list[tuple[int, bool, str]]:
    """Members of a team: (member, lead, whether they can go)."""
    return [
        (member, lead, fit) for _, member, lead, fit in call("select * from missions_who(array[%s]::bigint[])", [team])
    ]


def _with_skills(row: tuple[Any, ...], at: int) -> list[Any]:
    """A row whose array of skills is a tuple."""
    return [tuple(value) if place == at else value for place, value in enumerate(row)]
