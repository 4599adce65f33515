"""What there is to choose from when something is paired: targets of an area, units, members of a unit, homes of a building."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lianfang.base.access.actor import Actor
from lianfang.base.database.select import run
from lianfang.base.playbooks.api import PairingTemplate
from lianfang.base.vault.api import incident_box
from lianfang.domain.pairings.rules import Target
from lianfang.domain.pairings.selectors import PairingLine
from lianfang.domain.residents.api import homes_of, people_of
from lianfang.domain.residents.browsing import person_with
from lianfang.domain.workforce.api import MemberLine, member_lines
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.identity import mask_name
from lianfang.kernel.ids import parse_code

MOST: Final = 400
"""assumption: more than a form can show of one unit or one area; beyond it somebody looks by name or code."""
_UNITS: Final = """
select o.id, o.name, o.temporary from workforce_organisation o
where o.dissolved_on is null and o.kind <> all ('{project,public_place}')
  and (%b = '' or strpos(o.name, %b) > 0) and (not %b or o.temporary)
order by o.path, o.name limit %b
"""
_MEMBERS: Final = """
select m.id from workforce_membership s join workforce_member m on m.id = s.member_id and m.left_on is null
where s.organisation_id = %b and s.to_on is null order by s.duty = 'member', m.id limit %b
"""
_HELD: Final = """
select q.member_id, count(distinct q.pairing_id) from pairings_part q
where q.ended_on is null and q.member_id = any (%b::int8[]) group by 1
"""
_FIRMS: Final = """
select path, id, name from workforce_organisation where kind = any ('{%s}') and not temporary and dissolved_on is null
  and path >= %%b and path < %%b order by name, id
"""
_TARGETS: Final = {
    "community": "select path, 0::int8, name from areas_area "
    "where level = 5 and ended_on is null and path >= %b and path < %b order by path",
    "compound": "select path, id, name from areas_compound where path >= %b and path < %b order by path, id",
    "building": "select b.path, 0::int8, coalesce(c.name || ' ', '') || b.name from areas_building b "
    "left join areas_compound c on c.id = b.compound_id where b.path >= %b and b.path < %b order by b.path",
    "enterprise": _FIRMS % "company,enterprise",
    "project": _FIRMS % "project",
    "public_place": _FIRMS % "public_place",
}  # fmt: skip
_TAKEN: Final = """
select target_kind, path, target_id from pairings_pairing
where template = %b and ended_on is null and path >= %b and path < %b and share = %b and incident_id is not distinct from %b
"""


@dataclass(frozen=True)
class Choice:
    """A target to tick. taken: it has a live pairing of the template already."""

    target: Target
    name: str
    taken: bool

    @property
    def key(self) -> str:
        """What a form sends back for it."""
        return f"{self.target.kind}:{self.target.path}:{self.target.id}"


@dataclass(frozen=True)
class Unit:
    """An organisation to choose."""

    id: int
    name: str
    temporary: bool


@dataclass(frozen=True)
class Candidate:
    """A member to choose. held: how many targets they answer for in the reader's area now."""

    line: MemberLine
    held: int


def targets_of(
    actor: Actor, key: str, template: PairingTemplate, path: str, *, incident_id: int | None, share: str = "", building: str = ""
) -> list[Choice]:  # fmt: skip
    """The targets of a template within an area, in the order of the tree; homes of one building only."""
    low, high = path, path + "~"
    taken = set(run(_TAKEN, [key, low, high, share, incident_id]))
    found: list[Choice] = []
    for kind in template.targets:
        rows: list[tuple[str, int, str]] = []
        if kind == "household" and building:
            homes = homes_of(actor=actor, path=building)
            rows = [
                (home.path, 0, f"{home.entrance} {home.door or home.path[18:].lstrip('0')}".strip()) for home in homes
            ]
        elif kind in _TARGETS:
            rows = [(at, number, name) for at, number, name in run(_TARGETS[kind], [low, high])]
        found += [
            Choice(Target(kind, at, number, share if kind == "compound" else ""), name, (kind, at, number) in taken)
            for at, number, name in rows[:MOST]
        ]
    return found


def resident_target(code: str) -> Target:
    """The person behind a printed code as a target; raises residents.code_unknown, also outside the scope."""
    try:
        line = person_with(parse_code(code))
    except LianfangError:
        line = None
    if line is None:
        raise LianfangError("residents.code_unknown", code=code[:20])
    return Target("person", line.home[:16], line.number)


def person_words(actor: Actor, one: PairingLine) -> str:
    """Who a person's pairing is about, as the reader's role sees residents; '' where it sees none."""
    if one.kind != "person" or not actor.sees("residents", "masked"):
        return ""
    if one.incident is None:
        line = person_with(one.target)
        name = line.name if line else ""
    else:
        box = incident_box(one.incident)
        names = (person.name for person in people_of(one.path) if box.pseudonym(person.number) == one.target)
        name = next(names, "")
    return name if actor.sees("residents", "named") else mask_name(name) if name else ""


def units(word: str = "", *, teams_only: bool = False) -> list[Unit]:
    """Organisations the entered scope shows whose name holds a word, in the order of the tree."""
    tidy = word.strip()
    return [Unit(*row) for row in run(_UNITS, [tidy, tidy, teams_only, MOST])]


def members_of(unit: int) -> list[Candidate]:
    """The members of a unit, heads first, each with how much they hold already."""
    ids = [row[0] for row in run(_MEMBERS, [unit, MOST])]
    lines, held = member_lines(ids), dict(run(_HELD, [ids]))
    return [Candidate(lines[one], held.get(one, 0)) for one in ids if one in lines]


def member_with(code: str) -> int:
    """The number of the member with a printed code; raises pairings.member_unknown."""
    try:
        number = parse_code(code)
    except LianfangError:
        raise LianfangError("pairings.member_unknown") from None
    rows = run("select id from workforce_member where code = %b", [number])
    if not rows:
        raise LianfangError("pairings.member_unknown")
    return int(rows[0][0])
