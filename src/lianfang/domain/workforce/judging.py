"""The verdict on each row of a list of members: new, same, changed, or a matter for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from lianfang.base.database.select import run
from lianfang.base.vault.api import Box, standing_box
from lianfang.domain.residents.api import Reason, Verdict
from lianfang.domain.workforce import rules, sealing
from lianfang.domain.workforce.directory import Directory
from lianfang.domain.workforce.lists import Record
from lianfang.kernel.errors import define

_WORDS: Final = {
    "phone": "电话", "address": "住址", "contact": "联系人", "politics": "政治面貌", "note": "备注", "number": "证件号", "grid": "网格",
    "home": "居住社区", "skills": "技能", "nets": "所属组织", "sex": "性别", "born": "年龄",
}  # fmt: skip

define(
    "workforce.name_differs",
    status=422,
    zh="证件号已登记，但姓名不同。请对照证件核实是否改名或抄错。",
    en="The number is registered with another name. Compare the paper: a new name, or a slip?",
)
define(
    "workforce.number_differs",
    status=422,
    zh="同名同电话的人员已登记，但证件号不同。请核实是否同一人。",
    en="Somebody of this name and telephone is registered with another number. Check whether it is the same person.",
)
define(
    "workforce.perhaps_known",
    status=422,
    zh="这个单位已有同名人员。这一行没有证件和电话，请核实是否同一人。",
    en="This unit has somebody of that name. The row brings neither paper nor telephone: check whether it is the same person.",
)
define(
    "workforce.differs",
    status=200,
    zh="“{fields}”与已有登记不同，将更新。",
    en="'{fields}' differs from what is registered and will be brought up to date.",
)
define(
    "workforce.left",
    status=422,
    zh="此人已登记为离开。请核实后在人员页面恢复。",
    en="This member is recorded as having left. Check, and bring them back on their page.",
)


@dataclass(slots=True)
class Row:
    """A row of a list on its way into staging."""

    row: int
    values: dict[str, Any]
    verdict: Verdict
    reasons: list[Reason]
    record: Record
    first_row: int = 0
    key_path: str = ""
    identity: bytes | None = None
    contact: bytes | None = None
    units: list[int] = field(default_factory=list)
    nets: list[str] = field(default_factory=list)
    duties: list[str] = field(default_factory=list)
    member_id: int | None = None
    foreign: bool = False
    shown: bytes | None = None
    hidden: bytes | None = None
    skills: list[str] = field(default_factory=list)


class Judge:
    """Judges the rows of one list, batch by batch; remembers whom it has seen so far."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._identity = sealing.identity_blinder()
        self._contact = sealing.contact_blinder()
        self._encode = msgspec.json.Encoder().encode
        self._boxes: dict[str, Box] = {}
        self._seen_numbers: dict[bytes, int] = {}
        self._seen_contacts: dict[bytes, tuple[int, bool]] = {}
        self._seen_names: dict[tuple[str, int], int] = {}
        self._taken_units: dict[int, set[int]] = {}
        self._named: dict[int, dict[str, list[tuple[int, bool]]]] = {}

    def box(self, key_path: str) -> Box:
        """The box of a county's key, opened once."""
        box = self._boxes.get(key_path)
        if box is None:
            box = self._boxes[key_path] = standing_box(key_path)
        return box

    def judge(self, rows: Sequence[Row]) -> None:
        """Give every readable row of a batch its verdict and what would be written."""
        readable = [row for row in rows if row.verdict is not Verdict.REFUSED]
        for row in readable:
            self._blind(row)
        met = {
            line[0] - 1: line
            for line in run(
                "select * from workforce_import_match(%b::bytea[], %b::bytea[])",
                [[row.identity for row in readable], [row.contact for row in readable]],
            )
        }
        for at, row in enumerate(readable):
            if self._first(row):
                self._decide(row, met.get(at))

    def _blind(self, row: Row) -> None:
        record = row.record
        row.identity = self._identity(record.number) if record.number else None
        row.contact = self._contact(record.name, record.phone) if record.phone else None

    def _first(self, row: Row) -> bool:
        """Find in which row of this file the person stands first; False for the same person in the same organisations."""
        first = self._seen_numbers.get(row.identity) if row.identity else None
        if first is None and row.contact is not None:
            before = self._seen_contacts.get(row.contact)
            if before is not None and not (before[1] and row.identity):
                first = before[0]
        if row.identity is None and row.contact is None:
            first = self._seen_names.setdefault((row.record.name, row.units[0]), row.row)
        row.first_row = first if first is not None else row.row
        if row.identity is not None:
            self._seen_numbers.setdefault(row.identity, row.first_row)
        if row.contact is not None:
            self._seen_contacts.setdefault(row.contact, (row.first_row, row.identity is not None))
        already = self._taken_units.setdefault(row.first_row, set())
        if row.first_row != row.row and already.issuperset(row.units):
            _say(row, Verdict.REFUSED, "", "residents.twice_in_file", {"row": row.first_row})
            return False
        already.update(row.units)
        return True

    def _decide(self, row: Row, met: tuple[Any, ...] | None) -> None:
        record = row.record
        if met is None:
            if row.identity is None and row.contact is None and self._same_name(row):
                return
            row.skills = list(record.skills)
            self._write(row, rules.key_path(record.community or self.directory.office), record.shown, record.hidden)
            return
        _, member, seen, by_number, key_path, shown, hidden, *_rest = met
        name = sealing.unseal(self.box(key_path), shown, sealing.MEMBER).get("name")
        if by_number and name != record.name:
            _say(row, Verdict.NEEDS_PERSON, "id_no", "workforce.name_differs")
        elif not seen:
            row.foreign = True
            self._write(row, rules.key_path(record.community or self.directory.office), record.shown, record.hidden)
        else:
            row.member_id = member
            self._compare(row, met, sealing.unseal(self.box(key_path), hidden, sealing.SECRET))

    def _compare(self, row: Row, met: tuple[Any, ...], hidden: dict[str, str]) -> None:
        _, _, _, _, key_path, shown, _, home, _kind, sex, born, skills, units = met
        record = row.record
        if record.number and hidden.get("number") and hidden["number"] != record.number:
            _say(row, Verdict.NEEDS_PERSON, "id_no", "workforce.number_differs")
            return
        fields = [name for name, value in record.hidden.items() if hidden.get(name) != value]
        more = [word for word in record.skills if word not in skills]
        fields += ["skills"] if more else []
        fields += ["home"] if record.community and record.community != home[:12] else []
        fields += ["sex"] if record.sex and record.sex != sex else []
        fields += ["born"] if record.born_year and born is None else []
        joins = [number for number in row.units if self.directory.organisation(number) not in units]
        fields += ["nets"] if joins else []
        row.skills = [*skills, *more]
        if not fields:
            row.verdict = Verdict.SAME
            return
        row.verdict = Verdict.CHANGED
        words = "、".join(dict.fromkeys(_WORDS.get(name, name) for name in fields))
        row.reasons.append(Reason("", "workforce.differs", {"fields": words}))
        if set(fields) & set(record.hidden):
            old = sealing.unseal(self.box(key_path), shown, sealing.MEMBER)
            self._write(row, key_path, {**old, **record.shown}, {**hidden, **record.hidden})

    def _same_name(self, row: Row) -> bool:
        """Whether the organisation of a row without paper and telephone already has that name."""
        record = row.record
        for number in row.units:
            unit = self.directory.organisation(number)
            if unit is None:
                continue
            if unit not in self._named:
                self._named[unit] = _names_of(unit)
            same = self._named[unit].get(record.name, [])
            if same:
                row.member_id = same[0][0]
                row.verdict = Verdict.SAME
                if len(same) > 1 or same[0][1]:
                    _say(row, Verdict.NEEDS_PERSON, "name", "workforce.perhaps_known")
                return True
        return False

    def _write(self, row: Row, key_path: str, shown: dict[str, str], hidden: dict[str, str]) -> None:
        box = self.box(key_path)
        row.key_path = key_path
        row.shown = box.seal(self._encode(shown), sealing.MEMBER)
        row.hidden = box.seal(self._encode(hidden), sealing.SECRET)


def _names_of(unit: int) -> dict[str, list[tuple[int, bool]]]:
    """Members of an organisation by name, each with whether a telephone is known."""
    opener = sealing.Opener()
    found: dict[str, list[tuple[int, bool]]] = {}
    for number, key_path, sealed in run(
        "select m.id, m.key_path, m.sealed from workforce_membership s join workforce_member m on m.id = s.member_id "
        "where s.organisation_id = %b and s.to_on is null",
        [unit],
    ):
        shown = opener.member(key_path, sealed)
        found.setdefault(shown.name, []).append((number, bool(shown.phone)))
    return found


def _say(row: Row, verdict: Verdict, column: str, code: str, values: dict[str, int | str] | None = None) -> None:
    row.verdict = verdict
    row.reasons.append(Reason(column, code, values or {}))
