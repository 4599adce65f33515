"""Tubes filled, and people who could not be sampled: set-based, many tubes in one statement."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import repeat
from typing import ClassVar

from psycopg.errors import UniqueViolation

from lianfang.base.facts.api import (
    Batch,
    Fact,
    Rows,
    Statement,
    byteas,
    days,
    instants,
    int4s,
    int8s,
    literal,
    uuids,
)
from lianfang.domain.rounds.facts_common import (
    BUILDING,
    RoundRow,
    ask_people,
    ask_rounds,
    code_number,
    county_of,
    pseudonyms,
    settle_rounds,
)
from lianfang.domain.rounds.sqlfiles import statement
from lianfang.kernel.errors import define

CAREFUL = 64
"""Transactions of one worker that look for repeats once somebody was sampled twice (assumption): repeats come in rows, as
in re-tests of a pool, and a transaction that does not look for them is undone and written again when it meets one."""
TAKEN = "select round_id, code, id from rounds_tube where round_id = any (%(rounds)s::int[]) and code = any (%(codes)s::bigint[])"

define(
    "tube.code_taken",
    status=409,
    zh="本轮中采样管{tube}已经用过。请核对管号，换新管重新记录；先到的那一管保留。",
    en="Tube {tube} was used in this round already. Check its number and record with a new tube; the first one stands.",
)
define(
    "tube.too_many",
    status=422,
    zh="采样管{tube}有{count}人，本轮每管最多{limit}人。请分管记录。",
    en="Tube {tube} holds {count} people, this round allows {limit}. Record them in several tubes.",
)
define(
    "tube.person_twice",
    status=422,
    zh="采样管{tube}里编号{person}出现两次。请撤销一次后重新提交。",
    en="In tube {tube} the code {person} stands twice. Undo one and send again.",
)
define(
    "rounds.sampled_already",
    status=200,
    zh="第{position}位（编号{person}）本轮已经采过，本次仍随管送检，不重复计数。",
    en="Number {position} (code {person}) was sampled in this round already; the swab is tested, and counted once.",
)


@dataclass(slots=True)
class TubeState:
    """What is known of a tube after looking things up: its number, whose swabs it holds by code, pseudonym and home."""

    number: int
    codes: list[int]
    people: list[int]
    homes: list[str]


class TubeFilledBatch(Batch):
    """Tubes of one merged transaction."""

    careful: ClassVar[int] = 0
    """For how many more transactions repeats are looked for, in this process."""

    def __init__(self, facts: list[Fact]) -> None:
        super().__init__(facts)
        for fact in facts:
            number = code_number(fact, fact.payload.tube)
            codes = [code_number(fact, text) for text in fact.payload.people]
            if number is not None and fact.refusal is None:
                fact.state = TubeState(number, [code for code in codes if code is not None], [], [])
                _check_twice(fact)

    def questions(self) -> list[Statement]:
        good = [fact for fact in self.facts if fact.refusal is None]
        taken = {
            "rounds": int4s({fact.payload.round for fact in good}),
            "codes": int8s(sorted({fact.state.number for fact in good})),
        }
        return [ask_rounds(self.facts), ask_people(code for fact in good for code in fact.state.codes), (TAKEN, taken)]

    def decide(self, answers: list[Rows]) -> None:
        rounds = settle_rounds(self.facts, answers[0])
        homes: dict[int, str] = dict(answers[1])
        taken = {(round_id, code): number for round_id, code, number in answers[2]}
        pseudonym = pseudonyms(self.facts)
        for fact in self.facts:
            if fact.refusal is None:
                _check_size(fact, rounds[fact.payload.round])
                first = taken.setdefault((fact.payload.round, fact.state.number), fact.id)
                if first != fact.id:
                    fact.refuse("tube.code_taken", outcome="conflict", tube=fact.payload.tube)
                _find_people(fact, homes)
            if fact.refusal is None:
                fact.state.people = list(map(pseudonym[fact.incident_id], fact.state.codes))

    def statements(self, facts: list[Fact]) -> list[Statement]:
        # in the order of people, so that two transactions never wait for each other in a circle
        swabs = sorted(
            swab
            for number, fact in enumerate(facts, start=1)
            for swab in zip(fact.state.people, fact.state.homes, repeat(number), strict=False)
        )
        figures = _figures(facts)
        careful = self._expects_repeats(facts, len(swabs))
        tubes = {
            "incident": int4s(fact.incident_id for fact in facts),
            "id": uuids(fact.id for fact in facts),
            "round": int4s(fact.payload.round for fact in facts),
            "code": int8s(fact.state.number for fact in facts),
            "area": literal(fact.path for fact in facts),
            "size": int4s(len(fact.state.people) for fact in facts),
            "people": byteas(pack(fact.state.people) for fact in facts),
            "at": instants(fact.at for fact in facts),
            "day": days(fact.day for fact in facts),
            "account": int8s(fact.account_id for fact in facts),
            "s_person": int8s(person for person, _, _ in swabs),
            "s_path": literal(home for _, home, _ in swabs),
            "s_tube": int4s(number for _, _, number in swabs),
            "f_name": literal(name for name, _, _, _ in figures),
            "f_dim": literal(str(round_id) for _, round_id, _, _ in figures),
            "f_day": days(day for _, _, day, _ in figures),
            "f_path": literal(path for _, _, _, path in figures),
            "f_value": int8s(figures.values()),
        }
        return [(statement("tubes" if careful else "tubes_first"), tubes)]

    def _expects_repeats(self, facts: list[Fact], swabs: int) -> bool:
        """Whether repeats are to be looked for: some were met lately, or somebody is in two of these tubes."""
        if TubeFilledBatch.careful:
            TubeFilledBatch.careful -= 1
            return True
        return len({(fact.payload.round, person) for fact in facts for person in fact.state.people}) < swabs

    def outrun(self, reason: Exception) -> None:
        if isinstance(reason, UniqueViolation) and (reason.diag.table_name or "").startswith("rounds_sample"):
            TubeFilledBatch.careful = CAREFUL

    def noted(self, facts: list[Fact], answers: list[Rows]) -> None:
        if answers[0]:
            TubeFilledBatch.careful = CAREFUL
        by_id = {fact.id: fact for fact in facts}
        for tube, person in answers[0]:
            note_repeat(by_id[tube], person)


def _check_twice(fact: Fact) -> None:
    if len(set(fact.state.codes)) == len(fact.state.codes):
        return
    seen: set[int] = set()
    for code, text in zip(fact.state.codes, fact.payload.people, strict=True):
        if code in seen:
            fact.refuse("tube.person_twice", tube=fact.payload.tube, person=text)
        seen.add(code)


def _check_size(fact: Fact, row: RoundRow) -> None:
    if len(fact.state.codes) > row.tube_size:
        fact.refuse("tube.too_many", tube=fact.payload.tube, count=len(fact.state.codes), limit=row.tube_size)


def _find_people(fact: Fact, homes: Mapping[int, str]) -> None:
    county = county_of(fact.path)
    fact.state.homes = []
    for code, text in zip(fact.state.codes, fact.payload.people, strict=True):
        home = homes.get(code)
        if home is None or not home.startswith(county):
            fact.refuse("fact.subject_unknown", area=fact.area, subject=text)
            return
        fact.state.homes.append(home)


def _figures(facts: Sequence[Fact]) -> Counter[tuple[str, int, date, str]]:
    """What the tubes add to the figures: (name, round, day, path) → count."""
    figures: Counter[tuple[str, int, date, str]] = Counter()
    for fact in facts:
        round_id, day = fact.payload.round, fact.day
        figures["rounds.tubes", round_id, day, fact.path] += 1
        for home in fact.state.homes:
            figures["rounds.sampled", round_id, day, home[:BUILDING]] += 1
    return figures


def note_repeat(fact: Fact, person: int) -> None:
    """Tell the sender which position of the tube was somebody sampled before; a single re-test is meant to repeat."""
    position = fact.state.people.index(person)
    fact.note("rounds.sampled_already", position=position + 1, person=fact.payload.people[position])


def pack(people: list[int]) -> bytes:
    """Pseudonyms as 8 bytes each, in order."""
    return struct.pack(f">{len(people)}q", *people)


def unpack(raw: bytes) -> list[int]:
    """The pseudonyms in a packed tube, in order."""
    return list(struct.unpack(f">{len(raw) // 8}q", raw))
