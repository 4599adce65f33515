"""Tubes filled, and people who could not be sampled: set-based, many tubes in one statement."""

from __future__ import annotations

import struct
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain
from typing import ClassVar, cast

import msgspec
import numpy as np
from numpy.typing import NDArray
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
from lianfang.base.vault.api import incident_box
from lianfang.domain.rounds.facts_common import (
    BUILDING,
    TUBES_NAMED,
    Homes,
    RoundRow,
    ask_homes,
    ask_rounds,
    code_number,
    county_of,
    settle_rounds,
)
from lianfang.domain.rounds.printed import read_codes
from lianfang.domain.rounds.sqlfiles import statement
from lianfang.kernel.errors import define

CAREFUL = 64
"""Transactions of one worker that look for repeats once somebody was sampled twice (assumption): repeats come in rows, as
in re-tests of a pool, and a transaction that does not look for them is undone and written again when it meets one."""
TAKEN = f"select round_id, code, id from {TUBES_NAMED}"

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


class TubeState(msgspec.Struct):
    """What is known of a tube after looking things up: its number, whose swabs it holds by code, pseudonym and home."""

    number: int
    codes: list[int]
    people: list[int] = []
    homes: list[str] = []


class TubeFilledBatch(Batch):
    """Tubes of one merged transaction."""

    careful: ClassVar[int] = 0
    """For how many more transactions repeats are looked for, in this process."""

    def __init__(self, facts: list[Fact]) -> None:
        super().__init__(facts)
        codes, place = read_codes([text for fact in facts for text in (fact.payload.tube, *fact.payload.people)]), 0
        all_printed = None not in codes
        for fact in facts:
            first, place = place, place + 1 + len(fact.payload.people)
            number, people = codes[first], codes[first + 1 : place]
            if not all_printed:
                number, people = _look_closely(fact, number, people)
            if number is not None and fact.refusal is None:
                fact.state = TubeState(number, cast(list[int], people))  # one that is missing refused the fact
                _check_twice(fact)

    def questions(self) -> list[Statement]:
        good = [fact for fact in self.facts if fact.refusal is None]
        taken = {
            "rounds": int4s({fact.payload.round for fact in good}),
            "codes": int8s(sorted({fact.state.number for fact in good})),
        }
        return [ask_rounds(self.facts), ask_homes([fact.state.codes for fact in good]), (TAKEN, taken)]

    def decide(self, answers: list[Rows]) -> None:
        rounds = settle_rounds(self.facts, answers[0])
        homes = Homes.of(answers[1])
        taken = {(round_id, code): number for round_id, code, number in answers[2]}
        for fact in self.facts:
            if fact.refusal is None:
                _check_size(fact, rounds[fact.payload.round])
                first = taken.setdefault((fact.payload.round, fact.state.number), fact.id)
                if first != fact.id:
                    fact.refuse("tube.code_taken", outcome="conflict", tube=fact.payload.tube)
                _find_people(fact, homes)
        _hide_people(self.facts)

    def statements(self, facts: list[Fact]) -> list[Statement]:
        # in the order of people, so that two transactions never wait for each other in a circle
        sizes = [len(fact.state.people) for fact in facts]
        people = np.array(list(chain.from_iterable(fact.state.people for fact in facts)), np.int64)
        homes = list(chain.from_iterable(fact.state.homes for fact in facts))
        order = np.argsort(people, kind="stable")
        figures = _figures(facts)
        rounds = [fact.payload.round for fact in facts]
        tubes = {
            "incident": int4s([fact.incident_id for fact in facts]),
            "id": uuids(fact.id for fact in facts),
            "round": int4s(rounds),
            "code": int8s([fact.state.number for fact in facts]),
            "area": literal(fact.path for fact in facts),
            "size": int4s(sizes),
            "people": byteas(pack(people, sizes)),
            "at": instants(fact.at for fact in facts),
            "day": days(fact.day for fact in facts),
            "account": int8s([fact.account_id for fact in facts]),
            "s_person": int8s(people[order]),
            "s_path": literal(map(homes.__getitem__, order.tolist())),
            "s_tube": int4s(np.repeat(np.arange(1, len(facts) + 1), sizes)[order]),
            "f_name": literal(name for name, _, _, _ in figures),
            "f_dim": literal(str(round_id) for _, round_id, _, _ in figures),
            "f_day": days(day for _, _, day, _ in figures),
            "f_path": literal(path for _, _, _, path in figures),
            "f_value": int8s(figures.values()),
        }
        return [(statement("tubes" if self._expects_repeats(people[order]) else "tubes_first"), tubes)]

    def _expects_repeats(self, people: NDArray[np.int64]) -> bool:
        """Whether repeats are to be looked for: some were met lately, or somebody is in two of these tubes (people sorted)."""
        if TubeFilledBatch.careful:
            TubeFilledBatch.careful -= 1
            return True
        return bool((people[1:] == people[:-1]).any())

    def outrun(self, reason: Exception) -> None:
        if isinstance(reason, UniqueViolation) and (reason.diag.table_name or "").startswith("rounds_sample"):
            TubeFilledBatch.careful = CAREFUL

    def noted(self, facts: list[Fact], answers: list[Rows]) -> None:
        if not answers[0]:
            return
        TubeFilledBatch.careful = CAREFUL
        by_id = {fact.id: fact for fact in facts}
        for tube, person in answers[0]:
            note_repeat(by_id[tube], person)


def _look_closely(fact: Fact, number: int | None, people: list[int | None]) -> tuple[int | None, list[int | None]]:
    """The codes of a tube again, one by one where they are not exactly as printed; a mistyped one refuses the fact."""
    if number is None:
        number = code_number(fact, fact.payload.tube)
    given = zip(people, fact.payload.people, strict=True)
    return number, [code_number(fact, text) if code is None else code for code, text in given]


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


def _find_people(fact: Fact, homes: Homes) -> None:
    """Put the home of each swab on the fact, or refuse whoever is unknown or lives in another county than the tube."""
    county = county_of(fact.path)
    found = list(map(homes.by_code.get, fact.state.codes))
    if None in found or homes.county != county:  # then it is worth looking at each
        for home, text in zip(found, fact.payload.people, strict=True):
            if home is None or not home.startswith(county):
                fact.refuse("fact.subject_unknown", area=fact.area, subject=text)
                return
    fact.state.homes = found


def _hide_people(facts: Sequence[Fact]) -> None:
    """Put pseudonyms on the facts that stand, all of an incident at once."""
    by_incident: dict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.refusal is None:
            by_incident[fact.incident_id].append(fact)
    for number, mine in by_incident.items():
        hidden, place = incident_box(number).pseudonyms(chain.from_iterable(fact.state.codes for fact in mine)), 0
        for fact in mine:
            first, place = place, place + len(fact.state.codes)
            fact.state.people = hidden[first:place]


def _figures(facts: Sequence[Fact]) -> dict[tuple[str, int, date, str], int]:
    """What the tubes add to the figures: (name, round, day, path) → count."""
    by_day: dict[tuple[int, date], list[Fact]] = defaultdict(list)
    for fact in facts:
        by_day[fact.payload.round, fact.day].append(fact)
    figures: dict[tuple[str, int, date, str], int] = {}
    for (round_id, day), mine in by_day.items():
        for path, tubes in Counter([fact.path for fact in mine]).items():
            figures["rounds.tubes", round_id, day, path] = tubes
        for path, people in Counter([home[:BUILDING] for fact in mine for home in fact.state.homes]).items():
            figures["rounds.sampled", round_id, day, path] = people
    return figures


def note_repeat(fact: Fact, person: int) -> None:
    """Tell the sender which position of the tube was somebody sampled before; a single re-test is meant to repeat."""
    position = fact.state.people.index(person)
    fact.note("rounds.sampled_already", position=position + 1, person=fact.payload.people[position])


def pack(people: NDArray[np.int64], sizes: Sequence[int]) -> Iterator[bytes]:
    """Pseudonyms of one tube after the other as 8 bytes each, in order, tube by tube."""
    raw, place = people.astype(">i8").tobytes(), 0
    for size in sizes:
        first, place = place, place + 8 * size
        yield raw[first:place]


def unpack(raw: bytes) -> list[int]:
    """The pseudonyms in a packed tube, in order."""
    return list(struct.unpack(f">{len(raw) // 8}q", raw))
