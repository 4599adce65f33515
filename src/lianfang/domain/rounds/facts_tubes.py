"""Tubes filled, and people who could not be sampled: set-based, many tubes in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lianfang.base.facts.api import Batch, Fact, literal, literal_bytes
from lianfang.domain.rounds.facts_common import (
    RoundRow,
    ask_people,
    ask_rounds,
    code_number,
    pseudonym,
    same_county,
    settle_rounds,
)
from lianfang.domain.rounds.sqlfiles import statement
from lianfang.kernel.errors import define

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
    """What is known of a tube after looking things up: its number, and (pseudonym, home path) by position."""

    number: int
    codes: list[int]
    people: list[tuple[int, str]]


class TubeFilledBatch(Batch):
    """Tubes of one merged transaction."""

    def __init__(self, facts: list[Fact]) -> None:
        super().__init__(facts)
        for fact in facts:
            number = code_number(fact, fact.payload.tube)
            codes = [code_number(fact, text) for text in fact.payload.people]
            if number is not None and fact.refusal is None:
                fact.state = TubeState(number, [code for code in codes if code is not None], [])
                self._check_twice(fact)

    @staticmethod
    def _check_twice(fact: Fact) -> None:
        seen: set[int] = set()
        for code, text in zip(fact.state.codes, fact.payload.people, strict=True):
            if code in seen:
                fact.refuse("tube.person_twice", tube=fact.payload.tube, person=text)
            seen.add(code)

    def questions(self) -> list[tuple[str, dict[str, Any]]]:
        good = [fact for fact in self.facts if fact.refusal is None]
        taken = {
            "rounds": literal(sorted({fact.payload.round for fact in good})),
            "codes": literal(sorted({fact.state.number for fact in good})),
        }
        return [ask_rounds(self.facts), ask_people(code for fact in good for code in fact.state.codes), (TAKEN, taken)]

    def decide(self, answers: list[list[tuple[Any, ...]]]) -> None:
        rounds = settle_rounds(self.facts, answers[0])
        homes = {code: path for code, path, _ in answers[1]}
        taken = {(round_id, code): number for round_id, code, number in answers[2]}
        claimed: dict[tuple[int, int], Any] = {}
        for fact in self.facts:
            if fact.refusal is None:
                self._decide_one(fact, rounds[fact.payload.round], homes, taken)
            if fact.refusal is None:
                first = claimed.setdefault((fact.payload.round, fact.state.number), fact.id)
                if first != fact.id:
                    fact.refuse("tube.code_taken", outcome="conflict", tube=fact.payload.tube)

    @staticmethod
    def _decide_one(fact: Fact, row: RoundRow, homes: dict[int, str], taken: dict[tuple[int, int], Any]) -> None:
        state: TubeState = fact.state
        if len(state.codes) > row.tube_size:
            fact.refuse("tube.too_many", tube=fact.payload.tube, count=len(state.codes), limit=row.tube_size)
            return
        other = taken.get((row.id, state.number))
        if other is not None and other != fact.id:
            fact.refuse("tube.code_taken", outcome="conflict", tube=fact.payload.tube)
            return
        state.people = []
        for code, text in zip(state.codes, fact.payload.people, strict=True):
            home = homes.get(code)
            if home is None or not same_county(home, fact.path):
                fact.refuse("fact.subject_unknown", area=fact.area, subject=text)
                return
            state.people.append((pseudonym(fact, code), home))

    def statements(self, facts: list[Fact]) -> list[tuple[str, dict[str, Any]]]:
        # in the order of people, so that two transactions never wait for each other in a circle
        swabs = sorted(
            ((person, path, fact) for fact in facts for person, path in fact.state.people), key=lambda swab: swab[0]
        )
        return [
            (
                statement("tubes"),
                {
                    "incident": literal([fact.incident_id for fact in facts]),
                    "id": literal([fact.id for fact in facts]),
                    "round": literal([fact.payload.round for fact in facts]),
                    "code": literal([fact.state.number for fact in facts]),
                    "area": literal([fact.path for fact in facts]),
                    "size": literal([len(fact.state.people) for fact in facts]),
                    "people": literal_bytes([pack([person for person, _ in fact.state.people]) for fact in facts]),
                    "at": literal([fact.at.isoformat() for fact in facts]),
                    "day": literal([fact.day for fact in facts]),
                    "account": literal([fact.account_id for fact in facts]),
                    "s_incident": literal([fact.incident_id for _, _, fact in swabs]),
                    "s_round": literal([fact.payload.round for _, _, fact in swabs]),
                    "s_person": literal([person for person, _, _ in swabs]),
                    "s_path": literal([path for _, path, _ in swabs]),
                    "s_tube": literal([fact.id for _, _, fact in swabs]),
                    "s_at": literal([fact.at.isoformat() for _, _, fact in swabs]),
                    "s_day": literal([fact.day for _, _, fact in swabs]),
                },
            )
        ]

    def noted(self, facts: list[Fact], answers: list[list[tuple[Any, ...]]]) -> bool:
        by_id = {fact.id: fact for fact in facts}
        tubes_written = 0
        for what, tube, person in answers[0]:
            if what == "tube":
                tubes_written += 1
            elif what == "repeat":
                note_repeat(by_id[tube], person)
        return tubes_written == len(facts)


def note_repeat(fact: Fact, person: int) -> None:
    """Tell the sender which position of the tube was somebody sampled before; a single re-test is meant to repeat."""
    for position, (known, _) in enumerate(fact.state.people):
        if known == person:
            fact.note("rounds.sampled_already", position=position + 1, person=fact.payload.people[position])


def pack(people: list[int]) -> bytes:
    """Pseudonyms as 8 bytes each, in order."""
    return b"".join(person.to_bytes(8, "big", signed=True) for person in people)


def unpack(raw: bytes) -> list[int]:
    """The pseudonyms in a packed tube, in order."""
    return [int.from_bytes(raw[at : at + 8], "big", signed=True) for at in range(0, len(raw), 8)]
