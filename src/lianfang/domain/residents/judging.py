"""The verdict on each row of a batch: new, same, changed, or a matter for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lianfang.base.database.select import run
from lianfang.domain.residents import life_problems as _problems  # noqa: F401 - defines the sentences
from lianfang.domain.residents import rules, sealing
from lianfang.domain.residents.ledger import Ledger
from lianfang.domain.residents.reading import Reason, Record
from lianfang.domain.residents.rules import Verdict

_WORDS = {
    "name": "姓名", "relation": "与户主关系", "care": "重点人群", "phone": "电话", "birth": "出生日期", "paper": "证件类型",
    "registered": "户籍地", "home": "居住地", "employer": "工作单位", "trade": "行业", "note": "备注", "sex": "性别",
    "kind": "居住类型", "tags": "重点人群", "door": "住处", "present": "在住",
}  # fmt: skip


@dataclass(slots=True)
class Known:
    """Somebody the ledger already has, opened for comparison; never shown."""

    person_id: int
    path: str
    open: dict[str, Any]
    secret: dict[str, Any]
    sex: int
    born_year: int
    kind: int
    tags: tuple[int, ...]
    present: bool


@dataclass(slots=True)
class Outcome:
    """The verdict on one record. building, home: paths, None where the import has to make them."""

    record: Record
    verdict: Verdict
    reasons: list[Reason] = field(default_factory=list)
    blind: bytes | None = None
    building: str | None = None
    home: str | None = None
    known: Known | None = None


class Judge:
    """Judges the records of one import, batch by batch; remembers whom it has seen so far."""

    def __init__(self, ledger: Ledger, *, register: str) -> None:
        self.ledger = ledger
        self.register = register
        self._blind = sealing.identity_blinder()
        self._seen: dict[object, int] = {}
        self._died: set[int] = set()

    def judge(self, records: Sequence[Record]) -> list[Outcome]:
        """One outcome a record, in their order."""
        outcomes = [self._place(record) for record in records]
        numbered = [outcome for outcome in outcomes if outcome.blind is not None]
        met: dict[int, tuple[Any, ...]] = {}
        if numbered:
            rows = run(
                "select * from residents_import_match(%b, %b)",
                [self.ledger.area_path, [outcome.blind for outcome in numbered]],
            )
            met = {id(numbered[row[0] - 1]): row for row in rows}
        self._meet_without_papers(outcomes, met)
        absent = [row[2] for row in met.values() if row[2] is not None and not row[10]]
        if absent:
            self._died |= {row[0] for row in run("select residents_life_died(%b::int8[])", [absent])}
        for outcome in outcomes:
            self._decide(outcome, met.get(id(outcome)))
        return outcomes

    def _place(self, record: Record) -> Outcome:
        building = self.ledger.building(record.community, record.compound, record.building)
        home = None
        if building is not None:
            home = self.ledger.home(record.community, building, record.entrance, record.door)
        blind = self._blind(record.number) if record.number else None
        return Outcome(record, Verdict.NEW, blind=blind, building=building, home=home)

    def _decide(self, outcome: Outcome, met: tuple[Any, ...] | None) -> None:
        record = outcome.record
        if not record.empty_home:
            first = self._seen.setdefault(self._key(outcome), record.row)
            if first != record.row:
                self._say(outcome, Verdict.REFUSED, "", "residents.twice_in_file", row=first)
                return
        if record.empty_home:
            outcome.verdict = Verdict.NEW if outcome.home is None else Verdict.SAME
        elif met is not None:
            self._compare(outcome, met)

    def _meet_without_papers(self, outcomes: Sequence[Outcome], met: dict[int, tuple[Any, ...]]) -> None:
        """People without papers are looked for by name and year of birth behind their own door."""
        found: list[tuple[Outcome, int]] = []
        for outcome in outcomes:
            record = outcome.record
            if record.number or record.empty_home or outcome.home is None or record.birth is None:
                continue
            born = record.birth.year
            person = self.ledger.person_without_papers(record.community, outcome.home, record.name, born)
            if person is not None:
                found.append((outcome, person))
        if found:
            persons = [person for _, person in found]
            rows = run("select * from residents_import_known(%b, %b)", [self.ledger.area_path, persons])
            met.update({id(found[row[0] - 1][0]): row for row in rows})

    @staticmethod
    def _key(outcome: Outcome) -> object:
        if outcome.blind is not None:
            return outcome.blind
        record = outcome.record
        home = (record.community, record.compound, record.building, record.entrance, rules.door_key(record.door))
        return (*home, record.name, record.birth)

    def _compare(self, outcome: Outcome, met: tuple[Any, ...]) -> None:
        record = outcome.record
        _, elsewhere, person, path, opened, hidden, sex, born, kind, tags, present = met
        if elsewhere:
            self._say(outcome, Verdict.NEEDS_PERSON, "id_no", "residents.identity_to_check")
            return
        box = self.ledger.box(path)
        known = outcome.known = Known(
            person, path, sealing.unseal(box, opened, sealing.PERSON), sealing.unseal(box, hidden, sealing.SECRET),
            sex, born, kind, tuple(tags), present,
        )  # fmt: skip
        if person in self._died:
            self._say(outcome, Verdict.NEEDS_PERSON, "name", "residents.recorded_dead")
        elif not record.number:
            exact = "number" not in known.secret and known.secret.get("birth") == record.secret.get("birth")
            outcome.verdict = Verdict.SAME
            if not exact or self._differences(outcome, known):
                self._say(outcome, Verdict.NEEDS_PERSON, "name", "residents.perhaps_known")
        elif known.open.get("name") != record.name:
            self._say(outcome, Verdict.NEEDS_PERSON, "name", "residents.name_differs")
        elif path[:12] != record.community:
            self._say(outcome, Verdict.NEEDS_PERSON, "community", "residents.moved_community")
        else:
            fields = self._differences(outcome, known)
            outcome.verdict = Verdict.CHANGED if fields else Verdict.SAME
            if fields:
                words = "、".join(dict.fromkeys(_WORDS.get(name, name) for name in fields))
                outcome.reasons.append(Reason("", "residents.differs", {"fields": words}))

    def _differences(self, outcome: Outcome, known: Known) -> list[str]:
        record = outcome.record
        fields = rules.changed_fields(known.open, record.open) + rules.changed_fields(known.secret, record.secret)
        if self.register == "household":
            if outcome.home != known.path:
                fields.append("door")
            if record.kind and record.kind != known.kind:
                fields.append("kind")
        else:
            outcome.home = known.path
        if record.sex and record.sex != known.sex:
            fields.append("sex")
        if record.tags and record.tags != known.tags:
            fields.append("tags")
        if not known.present:
            fields.append("present")
        return fields

    @staticmethod
    def _say(outcome: Outcome, verdict: Verdict, column: str, code: str, **values: int | str) -> None:
        outcome.verdict = verdict
        outcome.reasons.append(Reason(column, code, values))
