"""The ledger of pairings as an office table: existing pairings read with a verdict per row, and the whole ledger written."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from lianfang.base.access.actor import Actor
from lianfang.base.access.pages import reader_language
from lianfang.base.access.places import Place
from lianfang.base.database.select import run
from lianfang.base.vault.api import BadSeal, system_box
from lianfang.domain.pairings import catalogue, pages
from lianfang.domain.pairings.choices import member_with
from lianfang.domain.pairings.rules import NewPart, Target
from lianfang.domain.pairings.selectors import PairingLine, pairings
from lianfang.domain.pairings.services import adopt_pairings
from lianfang.domain.workforce.api import member_lines
from lianfang.exchange.tables import ColumnSpec, Kind, read_table, write_table
from lianfang.kernel.clock import BEIJING
from lianfang.kernel.divisions import ABOVE_ALL, short_name
from lianfang.kernel.errors import LianfangError

_PLACE: Final = ("社区", "村", "包联社区", "包联村", "社区名称", "村居", "包联对象")
_LEADER: Final = ("领导", "第一书记", "包村领导", "包联责任人", "负责人", "包联干部", "姓名")
COLUMNS: Final = (
    ColumnSpec("community", "村社区", "Community", Kind.TEXT, _PLACE, required=True),
    ColumnSpec(
        "unit", "包联单位", "Answering unit", Kind.TEXT, ("单位", "派出单位", "包联部门", "责任单位", "单位名称")
    ),
    ColumnSpec("leader", "包联领导", "Leader", Kind.TEXT, _LEADER),
    ColumnSpec("people", "包联人员", "People", Kind.MULTI, ("人员", "工作队员", "队员", "成员")),
)
"""A list of existing pairings as units keep it: one row a place, or one row a person of a place."""
OUT: Final = (
    ColumnSpec("area", "区域", "Area"),
    ColumnSpec("place", "包联对象", "Target"),
    ColumnSpec("template", "包联模板", "Template"),
    ColumnSpec("share", "范围", "Share"),
    ColumnSpec("unit", "包联单位", "Answering unit"),
    ColumnSpec("leads", "负责人", "Who answers"),
    ColumnSpec("people", "人数", "People", Kind.INT),
    ColumnSpec("from_on", "起", "From"),
    ColumnSpec("until_on", "止", "Until"),
    ColumnSpec("state", "状态", "State"),
    ColumnSpec("lacks", "缺项", "Lacking"),
)
_KEPT: Final = b"pairings.kept"
MOST_KEPT: Final = 1_000_000
"""assumption: a list of a county's pairings has some 700 rows, 60 kB; a form carries 2.5 MB at most."""
_AREAS: Final = "select path, name from areas_area where path >= %b and path < %b and level <= 5"


@dataclass
class Row:
    """One row of a list with its verdict: new, same (paired so already) or refused, and why."""

    number: int
    community: str
    unit: str
    who: str
    verdict: str = "new"
    why: str = ""


@dataclass
class Judged:
    """A list that was read: rows with verdicts, and what would be adopted."""

    rows: list[Row] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    parts: list[NewPart] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """Rows by verdict."""
        return {word: sum(row.verdict == word for row in self.rows) for word in ("new", "same", "refused")}


def kept(source: bytes, name: str) -> str:
    """A list sealed for the form that asks to take it; '' where it is too large to travel with a form."""
    if len(source) > MOST_KEPT:
        return ""
    return base64.b64encode(system_box().seal(msgspec.json.encode([name, source]), _KEPT)).decode()


def opened(sealed: str) -> tuple[bytes, str]:
    """The list that a form brought back, and its name; raises pairings.nothing_to_take for anything else."""
    try:
        name, source = msgspec.json.decode(system_box().open(base64.b64decode(sealed), _KEPT), type=tuple[str, bytes])
    except (BadSeal, ValueError, msgspec.DecodeError):
        raise LianfangError("pairings.nothing_to_take") from None
    return source, name


def lead_of(template_key: str, incident_id: int | None) -> str:
    """The item that the column of leaders fills: the first person a template asks for."""
    one = catalogue.template(template_key, incident_id)
    return next((item.key for item in one.items if item.kind == "person"), "people")


def judge(
    *, source: bytes, filename: str, template: str, path: str, incident_id: int | None = None
) -> Judged:  # fmt: skip
    """Read a list of existing pairings of communities and judge every row; nothing is written.

    Raises the file refusals of exchange.tables, pairings.template_unknown, pairings.target_kind.
    """
    one = catalogue.template(template, incident_id)
    if "community" not in one.targets:
        raise LianfangError("pairings.target_kind", template=one.zh)
    reader = _Reader(path, template, incident_id, lead_of(template, incident_id))
    with read_table(source, columns=COLUMNS, filename=filename) as table:
        batch = table.read_all()
        reader.judged.notes = [note.sentence(reader_language()) for note in table.notes]
    refused = {verdict.row: verdict.sentence(reader_language()) for verdict in batch.verdicts}
    for at, number in enumerate(batch.rows):
        said = {name: values[at] for name, values in batch.columns.items()}
        reader.take(number, said, refused.get(number, ""))
    return reader.judged


def take(*, actor: Actor, judged: Judged, template: str, from_on: date, incident_id: int | None = None) -> list[int]:
    """Adopt the rows that are new, in one transaction; raises pairings.nothing_to_take when there is none."""
    if not judged.targets:
        raise LianfangError("pairings.nothing_to_take")
    return adopt_pairings(
        actor=actor,
        template=template,
        targets=judged.targets,
        parts=judged.parts,
        from_on=from_on,
        incident_id=incident_id,
    )


class _Reader:
    """Knows the communities, units and people of a scope while the rows of a list go by."""

    def __init__(self, path: str, template: str, incident_id: int | None, lead: str) -> None:
        self.judged, self.lead = Judged(), lead
        self.communities: dict[str, str] = {}
        rows = run(
            "select path, name, code from areas_area where path >= %b and path < %b and level = 5 and ended_on is null",
            [path, path + ABOVE_ALL],
        )
        for at, name, code in rows:
            for word in dict.fromkeys((name, short_name(name))):
                self.communities[word] = at if self.communities.get(word, at) == at else ""
            self.communities[code] = at
        self.units: dict[str, int] = {}
        for number, name in run("select id, name from workforce_organisation where dissolved_on is null order by id"):
            self.units[name] = 0 if name in self.units else number
        self.paired = {
            at
            for (at,) in run(
                "select path from pairings_pairing where template = %b and target_kind = 'community' and ended_on is null "
                "and incident_id is not distinct from %b and path >= %b and path < %b",
                [template, incident_id, path, path + ABOVE_ALL],
            )
        }
        self.names: dict[int, dict[str, int]] = {}
        self.at: dict[str, int] = {}
        self.held: dict[tuple[int, str], int] = {}

    def take(self, number: int, said: dict[str, Any], refused: str) -> None:
        """Judge one row; a refusal names the cell."""
        community, unit = str(said["community"] or "").strip(), str(said["unit"] or "").strip()
        leader, people = str(said["leader"] or "").strip(), _names(said["people"])
        row = Row(number, community, unit, "、".join(filter(None, [leader, *people])))
        self.judged.rows.append(row)
        try:
            if refused:
                raise _Refused(refused)
            path = self._community(number, community)
            if path in self.paired:
                row.verdict = "same"
                row.why = LianfangError("pairings.row_taken", cell=_cell(number, "community"), text=community).render(
                    reader_language()
                )
                return
            found = self._unit(number, unit)
            if found is None and not leader and not people:
                raise LianfangError("pairings.row_nobody", cell=_cell(number, "unit"))
            lead = self._member(number, leader, found) if leader else None
            others = [self._member(number, name, found) for name in people]
            self._add(number, path, community, found, lead, others)
        except LianfangError as error:
            row.verdict, row.why = "refused", error.render(reader_language())
        except _Refused as error:
            row.verdict, row.why = "refused", str(error)

    def _add(
        self, number: int, path: str, community: str, unit: int | None, lead: int | None, others: Sequence[int]
    ) -> None:
        at = self.at.get(path, len(self.judged.targets))
        for item, value in (("unit", unit), (self.lead, lead)):
            if value is not None and self.held.get((at, item), value) != value:
                raise LianfangError("pairings.row_twice", cell=_cell(number, "community"), text=community)
        if path not in self.at:
            self.at[path] = at
            self.judged.targets.append(Target("community", path))
        known = {(part.item, part.member, part.organisation) for part in self.judged.parts if part.target == at}
        wanted = [NewPart(at, "unit", organisation=unit)] if unit is not None else []
        wanted += [NewPart(at, self.lead, member=lead)] if lead is not None else []
        wanted += [NewPart(at, "people", member=member) for member in dict.fromkeys(others) if member != lead]
        for part in wanted:
            if (part.item, part.member, part.organisation) not in known:
                self.judged.parts.append(part)
                self.held.setdefault((at, part.item), part.organisation or part.member or 0)

    def _community(self, number: int, text: str) -> str:
        found = self.communities.get(text) or self.communities.get(short_name(text))
        if not found:
            raise LianfangError("pairings.row_community_unknown", cell=_cell(number, "community"), text=text[:40])
        return found

    def _unit(self, number: int, text: str) -> int | None:
        if not text:
            return None
        if not self.units.get(text):
            raise LianfangError("pairings.row_unit_unknown", cell=_cell(number, "unit"), text=text[:40])
        return self.units[text]

    def _member(self, number: int, text: str, unit: int | None) -> int:
        found = self._members(unit).get(text, 0) if unit is not None else 0
        if not found:
            try:
                found = member_with(text)
            except LianfangError:
                raise LianfangError(
                    "pairings.row_member_unknown", cell=_cell(number, "leader"), text=text[:20]
                ) from None
        return found

    def _members(self, unit: int) -> dict[str, int]:
        if unit not in self.names:
            ids = [
                row[0]
                for row in run(
                    "select s.member_id from workforce_membership s join workforce_member m on m.id = s.member_id and m.left_on is null "
                    "where s.organisation_id = %b and s.to_on is null", [unit],
                )
            ]  # fmt: skip
            names: dict[str, int] = {}
            for line in member_lines(ids).values():
                names[line.name] = 0 if line.name in names else line.id
            self.names[unit] = names
        return self.names[unit]


class _Refused(Exception):
    """A row that the reader of tables refused, with its sentence."""


def _cell(row: int, name: str) -> str:
    column = next(spec for spec in COLUMNS if spec.name == name)
    return f"{row} · {column.heading(reader_language())}"


def _names(value: Any) -> list[str]:
    """Names in one cell, however they are divided."""
    words = (
        value if isinstance(value, list | tuple) else str(value or "").replace(",", "、").replace(" ", "、").split("、")
    )
    return [str(word).strip() for word in words if str(word).strip()]


def ledger_file(actor: Actor, place: Place, *, template: str = "") -> tuple[bytes, int]:
    """The ledger of pairings of an area (包联台账) as a table and how many rows it has; people and homes are left out."""
    lines = [one for one in _everything(place.path, template) if one.kind not in ("person", "household")]
    names = dict(run(_AREAS, [place.path, place.path + ABOVE_ALL]))

    def rows() -> Iterator[list[object]]:
        for made in pages.rows(lines):
            one: PairingLine = made["line"]
            leads = [part.who for part in one.parts if part.kind == "person" and part.item != "people" and part.who]
            yield [
                names.get(one.path[:9], ""), one.place, made["template"], made["share"], "、".join(made["units"]), "、".join(leads),
                sum(part.kind == "person" for part in one.parts), str(one.from_on), str(one.until_on or ""), str(made["word"]),
                "、".join(made["lacks"]),
            ]  # fmt: skip

    now = timezone.now().astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
    said = {"who": actor.name, "now": now, "count": len(lines)}
    out = io.BytesIO()
    write_table(
        out, columns=OUT, rows=rows(), title=f"{place.name} · {_('Ledger of pairings')}",
        watermark=_("%(who)s · %(now)s · %(count)s pairings") % said, language=reader_language(),
    )  # fmt: skip
    return out.getvalue(), len(lines)


def _everything(path: str, template: str) -> Iterator[PairingLine]:
    after = ""
    while found := pairings(path, template=template, after=after, limit=2_000):
        yield from found
        after = found[-1].key
