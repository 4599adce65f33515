"""Random histories of rounds sent through the real door, many at once, and one statement that counts them all again.

Each history is a round of its own over one community: swabs, double swabs, reasons that change, results, calls of
"invalid" and re-tests, visits that replace earlier ones, facts that come twice, late, or out of order. Histories are mixed in
the same messages and folds happen in between, so what is proven is the incremental path as it runs in production.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django.db import connections

from lianfang.base.facts.door import Door
from lianfang.base.facts.reading import read_body
from lianfang.base.metrics import api as metrics
from lianfang.kernel.ids import format_code, uuid7
from tests.support.world import COUNTY, HOME, World

MESSAGE = 250
"""Facts in one call; the door takes 500 at most."""
AT_ONCE = 8
"""Calls that the door may merge."""
REASONS = ("away", "no_answer", "refused", "medical", "moved_out")
OUTCOMES = (("answered", True), ("by_phone", True), ("vacant", False), ("not_home", False), ("refused", False))
LAB, CLERK = "laboratory", "community_clerk"
Event = tuple[str, dict[str, Any]]
"""Who sends it, and the fact."""


@dataclass(frozen=True)
class Outcome:
    """What came of all histories. answers: how many facts got which answer."""

    histories: int
    facts: int
    folds: int
    answers: dict[str, int]
    differences: list[metrics.Difference]


def countable() -> list[str]:
    """The metrics of rounds that can be counted again from rows."""
    return [one.name for one in metrics.all_metrics() if one.engine == "rounds" and one.recount]


def open_rounds(world: World, count: int) -> tuple[list[int], list[int]]:
    """`count` open rounds, a quarter of them screenings; (testing, screening)."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into rounds_round (incident_id, kind, name, path, tube_size, edition, state, opened_by) "
            "select %s, case when n %% 4 = 0 then 'screening' else 'testing' end, 'h' || n, %s, 10, 'cn-ed8', 'open', 1 "
            "from generate_series(1, %s) n returning id, kind",
            [world.incident, HOME, count],
        )
        rows = cursor.fetchall()
    return [number for number, kind in rows if kind == "testing"], [
        number for number, kind in rows if kind == "screening"
    ]


class Writer:
    """Makes the facts of one history."""

    def __init__(self, world: World, round_id: int, dice: random.Random, now: datetime) -> None:
        self.world, self.round, self.dice, self.now = world, round_id, dice, now
        self.codes = [person.code for person in world.people[HOME]]
        self.homes = sorted({person.path for person in world.people[HOME]})
        self.tube = round_id * 1000

    def fact(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """A fact of the last three days, often late."""
        at = self.now - timedelta(minutes=self.dice.choice((0, 1, 5, 600, 1500, 3000)), seconds=self.dice.randrange(60))
        return {
            "id": str(uuid7()), "kind": kind, "area": HOME, "recorded_at": at.isoformat(),
            "payload": {"round": self.round, **payload},
        }  # fmt: skip

    def testing(self) -> list[Event]:
        """Tubes with their results, reasons, single re-tests of positive pools."""
        events: list[Event] = []
        for _ in range(self.dice.randint(1, 3)):
            people = self.dice.sample(self.codes, self.dice.randint(1, 6))
            events += self._tube(people)
        for person in self.dice.sample(self.codes, self.dice.randint(0, 3)):
            for reason in self.dice.sample(REASONS, self.dice.randint(1, 2)):
                events.append((CLERK, self.fact("rounds.not_sampled/1", {"person": person, "reason": reason})))
        return events

    def _tube(self, people: list[str]) -> list[Event]:
        self.tube += 1
        code = format_code(self.tube)
        events: list[Event] = [(CLERK, self.fact("rounds.tube_filled/1", {"tube": code, "people": people}))]
        said = self.dice.choices(("negative", "positive", "invalid"), (6, 3, 1))[0]
        for result in [said] if said != "invalid" else ["invalid", self.dice.choice(("negative", "positive"))]:
            events.append((LAB, self.fact("rounds.result_reported/1", {"tube": code, "result": result})))
        if said == "positive" and len(people) > 1:
            for person in self.dice.sample(people, self.dice.randint(1, len(people))):
                self.tube += 1
                single = format_code(self.tube)
                events.append((CLERK, self.fact("rounds.tube_filled/1", {"tube": single, "people": [person]})))
                result = self.dice.choice(("negative", "negative", "positive"))
                events.append((LAB, self.fact("rounds.result_reported/1", {"tube": single, "result": result})))
        return events

    def screening(self) -> list[Event]:
        """Visits; the same door more than once, with another outcome."""
        events: list[Event] = []
        for household in self.dice.choices(self.homes, k=self.dice.randint(2, 7)):
            outcome, asked = self.dice.choice(OUTCOMES)
            met = self.dice.randint(1, 4) if asked else 0
            person = {"place_contact": "none"}
            answers = {"people_present": met, "arrived_recently": "no", "persons": [person]} if asked else {}
            payload = {"household": household, "outcome": outcome, "people": met, "answers": answers}
            events.append((CLERK, self.fact("rounds.household_visited/1", payload)))
        return events


def run_histories(world: World, conninfo: str, count: int, *, seed: int = 1) -> Outcome:
    """Send `count` histories mixed with each other, folding now and then; then count everything again once."""
    dice = random.Random(seed)
    now = datetime.now(UTC)
    testing, screening = open_rounds(world, count)
    chains = [Writer(world, number, dice, now).testing() for number in testing]
    chains += [Writer(world, number, dice, now).screening() for number in screening]
    for chain in chains:
        if dice.random() < 0.2:  # some facts overtake others, so that results come before their swabs
            dice.shuffle(chain)
        if dice.random() < 0.2:  # and some are sent twice
            chain.insert(dice.randrange(len(chain) + 1), dice.choice(chain))
    order = _mixed(chains, dice)
    tokens = {CLERK: world.token(CLERK, HOME), LAB: world.token(LAB, "")}
    with ThreadPoolExecutor(1) as aside:  # a browser test before may have left a loop running in this thread
        answers, folds = aside.submit(asyncio.run, _send(conninfo, order, tokens, dice)).result()
    return Outcome(count, len(order), folds, answers, metrics.recompute(countable()))


def _mixed(chains: list[list[Event]], dice: random.Random) -> list[Event]:
    """The events of all histories shuffled into each other, each history in its own order."""
    turns = [number for number, chain in enumerate(chains) for _ in chain]
    dice.shuffle(turns)
    heads = [iter(chain) for chain in chains]
    return [next(heads[number]) for number in turns]


async def _send(
    conninfo: str, order: list[Event], tokens: dict[str, str], dice: random.Random
) -> tuple[dict[str, int], int]:
    door = Door(conninfo)
    await door.start()
    answers: dict[str, int] = {}
    folds = 0
    try:
        for begin in range(0, len(order), MESSAGE * AT_ONCE):
            wave = order[begin : begin + MESSAGE * AT_ONCE]
            batches = []
            for at in range(0, len(wave), MESSAGE):
                for role, token in tokens.items():
                    facts = [fact for sender, fact in wave[at : at + MESSAGE] if sender == role]
                    if facts:
                        batches.append(_read(facts, token))
            # a laboratory's results follow the swabs they speak of, within a wave as between waves
            for batch in batches:
                await door.submit(batch)
                for fact in batch:
                    said = str(fact.answer("en")["status"])
                    answers[said] = answers.get(said, 0) + 1
            if dice.random() < 0.5:
                await asyncio.to_thread(_fold)
                folds += 1
    finally:
        await door.stop()
    return answers, folds


def _read(facts: list[dict[str, Any]], token: str) -> list[Any]:
    body = msgspec.json.encode(facts)
    return read_body(body, token=hashlib.sha256(token.encode()).digest(), received_at=datetime.now(UTC))


def _fold() -> None:
    metrics.fold()
    connections.close_all()


__all__ = ["COUNTY", "Outcome", "countable", "open_rounds", "run_histories"]
