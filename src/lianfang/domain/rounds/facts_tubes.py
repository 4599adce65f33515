"""Tubes filled, and people who could not be sampled: set-based, many tubes in one statement."""

from __future__ import annotations

import struct
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain
from typing import ClassVar

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
    texts,
    uuids,
)
from lianfang.base.vault.api import incident_box
from lianfang.domain.rounds.facts_common import TUBES_NAMED, ask_rounds, code_number, county_of, settle_rounds
from lianfang.domain.rounds.facts_homes import COMMUNITY, COUNTY, Homes, count_buildings
from lianfang.domain.rounds.printed import NOT_PRINTED, read_codes
from lianfang.domain.rounds.sqlfiles import statement
from lianfang.kernel.errors import define

CAREFUL = 64
"""Transactions of one worker that look for repeats once somebody was sampled twice (assumption): repeats come in rows, as
in re-tests of a pool, and a transaction that does not look for them is undone and written again when it meets one."""
NOT_WRITTEN = 0
"""The rank of a tube that is refused or a duplicate; tubes that are written count from 1, as arrays in SQL do."""
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


class TubeFilledBatch(Batch):
    """Tubes of one merged transaction. `state` of a fact is its place in here; swabs lie tube by tube in arrays."""

    careful: ClassVar[int] = 0
    """For how many more transactions repeats are looked for, in this process."""

    def __init__(self, facts: list[Fact]) -> None:
        super().__init__(facts)
        tubes = [fact.payload.tube for fact in facts]
        people = [fact.payload.people for fact in facts]
        self._sizes = np.fromiter(map(len, people), np.int64, len(facts))
        self._ends = np.cumsum(self._sizes)
        codes = read_codes([*tubes, *chain.from_iterable(people)])
        self._numbers, self._codes = codes[: len(facts)], codes[len(facts) :]
        self._hidden, self._told = self._codes, 0
        for place, fact in enumerate(facts):
            fact.state = place
        if codes.min() == NOT_PRINTED:
            for fact in facts:
                self._look_closely(fact)
        in_order = np.sort(codes)
        if (in_order[1:] == in_order[:-1]).any():  # the same number twice: in one tube, or of a tube and a person
            for fact in facts:
                self._check_twice(fact)
        self._homes = Homes(self._codes, [fact.path[:COMMUNITY] for fact in facts], self._sizes)

    def questions(self) -> list[Statement]:
        taken = {"rounds": int4s({fact.payload.round for fact in self.facts}), "codes": int8s(np.sort(self._numbers))}
        return [ask_rounds(self.facts), (TAKEN, taken), *self._homes.questions()]

    def more(self, answers: list[Rows]) -> list[Statement]:
        self._told = len(answers)
        return self._homes.more(answers[2:])

    def decide(self, answers: list[Rows]) -> None:
        rounds = settle_rounds(self.facts, answers[0])
        taken = {(round_id, code): number for round_id, code, number in answers[1]}
        for found in answers[self._told :]:
            self._homes.settle(found)
        self._check_homes()
        for fact, number, size in zip(self.facts, self._numbers.tolist(), self._sizes.tolist(), strict=True):
            if fact.refusal is None:
                row = rounds[fact.payload.round]
                if size > row.tube_size:
                    fact.refuse("tube.too_many", tube=fact.payload.tube, count=size, limit=row.tube_size)
                here = taken.setdefault((row.id, number), fact.id)
                if here is not fact.id and here != fact.id:
                    fact.refuse("tube.code_taken", outcome="conflict", tube=fact.payload.tube)
        self._hide_people()

    def statements(self, facts: list[Fact]) -> list[Statement]:
        # in the order of people, so that two transactions never wait for each other in a circle
        places = np.array([fact.state for fact in facts])
        sizes = self._sizes[places]
        rank = np.full(len(self.facts), NOT_WRITTEN)
        rank[places] = np.arange(1, len(facts) + 1)
        swab_of = np.repeat(rank, self._sizes)
        order = np.argsort(self._hidden, kind="stable")
        if len(facts) < len(self.facts):
            order = order[swab_of[order] != NOT_WRITTEN]
        people, homes = self._hidden[order], self._homes.paths[order]
        figures = self._figures(facts)
        tubes = {
            "incident": int4s([fact.incident_id for fact in facts]),
            "id": uuids(fact.id for fact in facts),
            "round": int4s([fact.payload.round for fact in facts]),
            "code": int8s(self._numbers[places]),
            "area": literal(fact.path for fact in facts),
            "size": int4s(sizes),
            "people": byteas(self._pack(places)),
            "at": instants(fact.at for fact in facts),
            "day": days(fact.day for fact in facts),
            "account": int8s([fact.account_id for fact in facts]),
            "s_person": int8s(people),
            "s_path": texts(homes),
            "s_tube": int4s(swab_of[order]),
            "f_name": literal(name for name, _, _, _, _ in figures),
            "f_dim": literal(str(round_id) for _, round_id, _, _, _ in figures),
            "f_day": days(day for _, _, day, _, _ in figures),
            "f_path": literal(path for _, _, _, path, _ in figures),
            "f_value": int8s([value for _, _, _, _, value in figures]),
        }
        return [(statement("tubes" if self._expects_repeats(people) else "tubes_first"), tubes)]

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
            self._note_repeat(by_id[tube], person)

    def _swabs(self, fact: Fact) -> slice:
        """Where the swabs of a tube lie."""
        end = int(self._ends[fact.state])
        return slice(end - len(fact.payload.people), end)

    def _look_closely(self, fact: Fact) -> None:
        """The codes of a tube again, one by one where they are not exactly as printed; a mistyped one refuses the fact."""
        if self._numbers[fact.state] == NOT_PRINTED:
            self._numbers[fact.state] = _read_closely(fact, fact.payload.tube)
        mine = self._codes[self._swabs(fact)]
        for place in np.flatnonzero(mine == NOT_PRINTED).tolist():
            mine[place] = _read_closely(fact, fact.payload.people[place])

    def _check_twice(self, fact: Fact) -> None:
        codes, seen = self._codes[self._swabs(fact)].tolist(), set[int]()
        for code, text in zip(codes, fact.payload.people, strict=True):
            if code in seen:
                fact.refuse("tube.person_twice", tube=fact.payload.tube, person=text)
            seen.add(code)

    def _check_homes(self) -> None:
        """Refuse the tube of whoever is unknown or lives in another county than it."""
        counties = np.array([county_of(fact.path) for fact in self.facts], f"S{COUNTY}")  # shorter above the county
        strangers = np.flatnonzero(~np.strings.startswith(self._homes.paths, np.repeat(counties, self._sizes)))
        theirs = np.searchsorted(self._ends, strangers, "right")
        for swab, place in zip(strangers.tolist(), theirs.tolist(), strict=True):
            fact = self.facts[place]
            text = fact.payload.people[swab - self._swabs(fact).start]
            fact.refuse("fact.subject_unknown", area=fact.area, subject=text)

    def _hide_people(self) -> None:
        """Pseudonyms in place of codes, all of an incident at once."""
        incidents = np.array([fact.incident_id for fact in self.facts])
        self._hidden = np.zeros_like(self._codes)
        for number in {fact.incident_id for fact in self.facts if fact.refusal is None}:
            mine = np.repeat(incidents == number, self._sizes)
            self._hidden[mine] = incident_box(number).pseudonym_array(self._codes[mine])

    def _pack(self, places: NDArray[np.int64]) -> Iterator[bytes]:
        """Pseudonyms of one tube after the other as 8 bytes each, in order, tube by tube."""
        raw, ends = self._hidden.astype(">i8").tobytes(), self._ends[places]
        for first, end in zip((8 * (ends - self._sizes[places])).tolist(), (8 * ends).tolist(), strict=True):
            yield raw[first:end]

    def _figures(self, facts: Sequence[Fact]) -> list[tuple[str, int, date, str, int]]:
        """What the tubes add to the figures: name, round, day, path, count."""
        by_day: dict[tuple[int, date], list[Fact]] = defaultdict(list)
        for fact in facts:
            by_day[fact.payload.round, fact.day].append(fact)
        figures: list[tuple[str, int, date, str, int]] = []
        for (round_id, day), mine in by_day.items():
            tubes = Counter([fact.path for fact in mine])
            figures += [("rounds.tubes", round_id, day, path, count) for path, count in tubes.items()]
            chosen = np.zeros(len(self.facts), bool)
            chosen[[fact.state for fact in mine]] = True
            homes = self._homes.paths[np.repeat(chosen, self._sizes)]
            figures += [("rounds.sampled", round_id, day, path, count) for path, count in count_buildings(homes)]
        return figures

    def _note_repeat(self, fact: Fact, person: int) -> None:
        """Tell the sender which position of the tube was somebody sampled before; a single re-test is meant to repeat."""
        position = self._hidden[self._swabs(fact)].tolist().index(person)
        fact.note("rounds.sampled_already", position=position + 1, person=fact.payload.people[position])


def _read_closely(fact: Fact, text: str) -> int:
    number = code_number(fact, text)
    return NOT_PRINTED if number is None else number


def unpack(raw: bytes) -> list[int]:
    """The pseudonyms in a packed tube, in order."""
    return list(struct.unpack(f">{len(raw) // 8}q", raw))
