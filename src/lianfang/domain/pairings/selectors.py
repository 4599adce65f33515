"""Reads of pairings; the database shows only what the entered scope may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import msgspec
from django.db import connection

from lianfang.base.database.select import run
from lianfang.base.vault.api import Box, incident_box, standing_box
from lianfang.domain.pairings.rules import Paper
from lianfang.domain.workforce.api import member_lines, organisation_names

PAGE: Final = 200
"""Rows of a list on one page (the shell's rule: beyond 200 rows the server pages)."""
_COLUMNS: Final = (
    "p.id, p.incident_id, p.template, p.target_kind, p.path, p.target_id, p.share, p.from_on, p.until_on, p.required, p.lacks, "
    "p.staffed, p.ended_on, p.ended_why"
)
_LIST: Final = f"""
select {_COLUMNS} from pairings_pairing p
where p.path >= %b and p.path < %b and p.ended_on is null and (%b = '' or p.template = %b) and (%b = '' or p.target_kind = %b)
  and (%b = '' or %b = 'complete' and p.lacks = '{{}}' and p.staffed or %b = 'incomplete' and p.lacks <> '{{}}' and p.staffed
       or %b = 'open' and not p.staffed)
  and (p.path, p.id) > (%b collate "C", %b::int8)
order by p.path, p.id limit %b
"""
_PARTS: Final = """
select q.id, q.pairing_id, q.item, q.kind, q.organisation_id, q.member_id, q.sealed, q.note, q.due_on, q.done_on, q.from_on, q.until_on,
    q.after_id, q.ended_on, q.ended_why
from pairings_part q where q.pairing_id = any (%b::int8[]) and (%b or q.ended_on is null) order by q.pairing_id, q.id
"""
_PLACES: Final = """
select 'a' || path, name from areas_area where path = any (%(areas)s::text[])
union all
select 'b' || b.path, b.name || coalesce(' · ' || c.name, '') from areas_building b left join areas_compound c on c.id = b.compound_id
    where b.path = any (%(buildings)s::text[])
union all
select 'c' || id::text, name from areas_compound where id = any (%(compounds)s::int8[])
"""


@dataclass(frozen=True)
class PartLine:
    """What fills an item. who: a member's or unit's name, '' where the scope shows none; note: said at the handover."""

    id: int
    pairing: int
    item: str
    kind: str
    organisation: int | None
    member: int | None
    who: str
    unit: str
    paper: Paper | None
    text: str
    note: str
    due_on: date | None
    done_on: date | None
    from_on: date
    until_on: date | None
    after: int | None
    ended_on: date | None
    ended_why: str


@dataclass(frozen=True)
class PairingLine:
    """One pairing with its parts. lacks: items of the template with nobody and nothing; place: the target in words."""

    id: int
    incident: int | None
    template: str
    kind: str
    path: str
    target: int
    share: str
    from_on: date
    until_on: date | None
    required: tuple[str, ...]
    lacks: tuple[str, ...]
    staffed: bool
    ended_on: date | None
    ended_why: str
    place: str = ""
    parts: tuple[PartLine, ...] = field(default=())

    @property
    def state(self) -> str:
        """open (nobody), incomplete, complete or ended."""
        if self.ended_on is not None:
            return "ended"
        return "open" if not self.staffed else "incomplete" if self.lacks else "complete"

    @property
    def key(self) -> str:
        """Where the next page goes on."""
        return f"{self.path}.{self.id}"

    def of(self, item: str) -> list[PartLine]:
        """The live parts that fill an item."""
        return [part for part in self.parts if part.item == item and part.ended_on is None]


@dataclass(frozen=True)
class Orphan:
    """A target with nobody. pairing: the live pairing that fell open, if there is one."""

    path: str
    id: int
    name: str
    pairing: int | None

    @property
    def key(self) -> str:
        """Where the next page goes on."""
        return f"{self.path}:{self.id}"


def pairings(
    path: str, *, template: str = "", kind: str = "", state: str = "", after: str = "", limit: int = PAGE
) -> list[PairingLine]:
    """Live pairings within an area with their parts, in the order of the tree. state: complete, incomplete, open or '' for all."""
    at, _, number = after.partition(".")
    rows = run(
        _LIST,
        [path, path + "~", template, template, kind, kind, state, state, state, state, at, int(number or 0), limit],
    )
    return _with_parts(rows, history=False)


def pairing(number: int) -> PairingLine | None:
    """One pairing with everything that ever filled it; None outside the scope."""
    found = _with_parts(run(f"select {_COLUMNS} from pairings_pairing p where p.id = %b", [number]), history=True)
    return found[0] if found else None


def orphans(path: str, kind: str, *, after: str = "", limit: int = PAGE) -> list[Orphan]:
    """Targets of one kind within an area that nobody answers for, counted from what exists. Raises access.not_found."""
    return [
        Orphan(*row) for row in run("select * from pairings_orphans(%b, %b, %b, %b::int4)", [path, kind, after, limit])
    ]


def holders(number: int) -> str:
    """Who answers in a pairing now, by name; a dash where the scope shows nobody."""
    found = _with_parts(run(f"select {_COLUMNS} from pairings_pairing p where p.id = %b", [number]), history=False)
    names = [part.who for one in found for part in one.parts if part.kind in ("unit", "person", "group") and part.who]
    return "、".join(names[:3]) or "—"


def place_names(places: Iterable[tuple[str, str, int]]) -> dict[tuple[str, str, int], str]:
    """(kind, path, number) of targets → their names, public or shown by the scope; a home and a person by their building."""
    wanted = list(dict.fromkeys(places))
    organisations = [number for kind, _, number in wanted if kind in ("enterprise", "project", "public_place")]
    with connection.cursor() as cursor:
        cursor.execute(
            _PLACES,
            {
                "areas": sorted({path[:length] for _, path, _ in wanted for length in (6, 9, 12)}),
                "buildings": sorted({path[:16] for kind, path, _ in wanted if len(path) >= 16}),
                "compounds": [number for kind, _, number in wanted if kind == "compound"],
            },
        )
        names = dict(cursor.fetchall())
    units = organisation_names(organisations)
    return {one: _place_name(one, names, units) for one in wanted}


def _place_name(one: tuple[str, str, int], names: dict[str, str], units: dict[int, str]) -> str:
    kind, path, number = one
    community = names.get(f"a{path[:12]}", names.get(f"a{path[:9]}", names.get(f"a{path[:6]}", path)))
    if kind == "community":
        return community
    if kind in ("enterprise", "project", "public_place"):
        return units.get(number, community)
    own = names.get(f"c{number}", "") if kind == "compound" else names.get(f"b{path[:16]}", "")
    if kind == "household" and len(path) > 18:
        own = f"{own} {path[16:18].lstrip('0')}-{path[18:].lstrip('0')}"
    return f"{community} {own}".strip()


def _with_parts(rows: Sequence[tuple[Any, ...]], *, history: bool) -> list[PairingLine]:
    if not rows:
        return []
    heads = {row[0]: row for row in rows}
    found = run(_PARTS, [list(heads), history])
    members = member_lines(sorted({row[5] for row in found if row[5]}))
    units = organisation_names(sorted({row[4] for row in found if row[4]}))
    boxes: dict[tuple[int | None, str], Box] = {}
    parts: dict[int, list[PartLine]] = {}
    for row in found:
        number, head, item, kind, unit, member, sealed, note, due, done, from_on, until_on, after, ended, why = row
        incident, path = heads[head][1], heads[head][4]
        paper, text = _words(boxes, incident, path, sealed)
        said = _box(boxes, incident, path).open(note, b"pairings_part.note").decode() if note else ""
        line = members.get(member)
        who = line.name if line else units.get(unit, "")
        parts.setdefault(head, []).append(
            PartLine(
                number, head, item, kind, unit, member, who, line.unit if line else "", paper, text, said, due, done, from_on, until_on,
                after, ended, why,
            )
        )  # fmt: skip
    names = place_names((row[3], row[4], row[5]) for row in rows)
    return [_line(row, names, tuple(parts.get(row[0], ()))) for row in rows]


def _line(row: tuple[Any, ...], names: dict[tuple[str, str, int], str], parts: tuple[PartLine, ...]) -> PairingLine:
    number, incident, template, kind, path, target, share, from_on, until_on, required, lacks, staffed, ended, why = row
    return PairingLine(
        number, incident, template, kind, path, target, share, from_on, until_on, tuple(required), tuple(lacks), staffed, ended, why,
        names[kind, path, target], parts,
    )  # fmt: skip


def _box(boxes: dict[tuple[int | None, str], Box], incident: int | None, path: str) -> Box:
    key = (incident, "" if incident is not None else path[:6])
    if key not in boxes:
        boxes[key] = incident_box(incident) if incident is not None else standing_box(path.ljust(6, "0"))
    return boxes[key]


def _words(
    boxes: dict[tuple[int | None, str], Box], incident: int | None, path: str, sealed: bytes | None
) -> tuple[Paper | None, str]:
    if not sealed:
        return None, ""
    said = msgspec.json.decode(_box(boxes, incident, path).open(sealed, b"pairings_part.sealed"))
    return (None, str(said["text"])) if "text" in said else (Paper(**said), "")


@dataclass(frozen=True)
class Held:
    """One thing that a member or a unit answers for: which target, which item, for which term."""

    part: int
    pairing: int
    template: str
    incident: int | None
    kind: str
    path: str
    share: str
    item: str
    place: str
    from_on: date
    until_on: date | None
    ended_on: date | None = None
    note: str = ""
    member: int | None = None
    organisation: int | None = None
    due_on: date | None = None
    done_on: date | None = None
    lacks: tuple[str, ...] = ()


def of_member(member_id: int) -> list[Held]:
    """What a member answers for and answered for, live first: their own page, and their offices."""
    rows = run("select * from pairings_of_member(%b::int8)", [member_id])
    names = place_names((row[4], row[5], row[6]) for row in rows)
    boxes: dict[tuple[int | None, str], Box] = {}
    return [
        Held(
            part, number, template, incident, kind, path, share, item, names[kind, path, target], from_on, until_on, ended_on,
            _box(boxes, incident, path).open(note, b"pairings_part.note").decode() if note else "", member_id,
        )
        for part, number, template, incident, kind, path, target, share, item, from_on, until_on, ended_on, note in rows
    ]  # fmt: skip


def of_unit(organisation_id: int) -> list[Held]:
    """What a unit and its members answer for now, and what it promised: the unit's own office, and the offices around it.

    People under control are left out: a sending unit learns nothing about them.
    """
    rows = run("select * from pairings_of_unit(%b::int8)", [organisation_id])
    names = place_names((row[4], row[5], row[6]) for row in rows)
    return [
        Held(
            part, number, template, incident, kind, path, share, item, names[kind, path, target], from_on, until_on,
            member=member, organisation=organisation, due_on=due, done_on=done, lacks=tuple(lacks),
        )
        for part, number, template, incident, kind, path, target, share, item, member, organisation, from_on, until_on, due, done, lacks
        in rows
    ]  # fmt: skip
