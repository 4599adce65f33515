"""Tubes filled, and people who could not be sampled: set-based, many tubes in one statement."""

from __future__ import annotations

import struct
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import ClassVar, cast

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
    RoundRow,
    ask_people,
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
        texts = [text for fact in facts for text in (fact.payload.tube, *fact.payload.people)]
        codes, place = read_codes(texts), 0
        for fact in facts:
            first, place = place, place + 1 + len(fact.payload.people)
            number, people = codes[first], codes[first + 1 : place]
            if number is None:
                number = code_number(fact, fact.payload.tube)
            if None in people:
                given = zip(people, fact.payload.people, strict=True)
                people = [code_number(fact, text) if code is None else code for code, text in given]
            if number is not None and fact.refusal is None:
                fact.state = TubeState(number, cast(list[int], people), [], [])  # one that is missing refused the fact
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
        counties = {county_of(home) for home in homes.values()}
        for fact in self.facts:
            if fact.refusal is None:
                _check_size(fact, rounds[fact.payload.round])
                first = taken.setdefault((fact.payload.round, fact.state.number), fact.id)
                if first != fact.id:
                    fact.refuse("tube.code_taken", outcome="conflict", tube=fact.payload.tube)
                _find_people(fact, homes, counties)
        _hide_people(self.facts)

    def statements(self, facts: list[Fact]) -> list[Statement]:
        # in the order of people, so that two transactions never wait for each other in a circle
        people = np.array([person for fact in facts for person in fact.state.people], np.int64)
        order = np.argsort(people, kind="stable")
        homes = [home for fact in facts for home in fact.state.homes]
        tubes_of = np.repeat(np.arange(1, len(facts) + 1), [len(fact.state.people) for fact in facts])
        people = people[order]
        figures = _figures(facts)
        careful = self._expects_repeats(people)
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
            "s_person": int8s(people.tolist()),
            "s_path": literal([homes[place] for place in order.tolist()]),
            "s_tube": int4s(tubes_of[order].tolist()),
            "f_name": literal(name for name, _, _, _ in figures),
            "f_dim": literal(str(round_id) for _, round_id, _, _ in figures),
            "f_day": days(day for _, _, day, _ in figures),
            "f_path": literal(path for _, _, _, path in figures),
            "f_value": int8s(figures.values()),
        }
        return [(statement("tubes" if careful else "tubes_first"), tubes)]

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


def _find_people(fact: Fact, homes: Mapping[int, str], counties: Set[str]) -> None:
    """Put the home of each swab on the fact, or refuse whoever is unknown or lives in another county than the tube."""
    county = county_of(fact.path)
    found = list(map(homes.get, fact.state.codes))
    if None in found or counties != {county}:  # then it is worth looking at each
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
        hidden = iter(incident_box(number).pseudonyms(code for fact in mine for code in fact.state.codes))
        for fact in mine:
            fact.state.people = list(islice(hidden, len(fact.state.codes)))


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


def pack(people: list[int]) -> bytes:
    """Pseudonyms as 8 bytes each, in order."""
    return struct.pack(f">{len(people)}q", *people)


def unpack(raw: bytes) -> list[int]:
    """The pseudonyms in a packed tube, in order."""
    return list(struct.unpack(f">{len(raw) // 8}q", raw))
