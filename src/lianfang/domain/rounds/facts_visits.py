"""Door-to-door visits: a household is counted once a round, the latest visit stands."""

from __future__ import annotations

from typing import Any

import msgspec

from lianfang.base.facts.api import Batch, Fact, literal, literal_bytes
from lianfang.base.vault.api import incident_box
from lianfang.domain.rounds.facts_common import ask_rounds, settle_rounds
from lianfang.domain.rounds.sqlfiles import statement

HOUSEHOLDS = "select path from residents_household where path = any (%(paths)s::text[])"
ANSWERS_COLUMN = b"rounds_visit.sealed"


class HouseholdVisitedBatch(Batch):
    """Visits of one merged transaction."""

    def questions(self) -> list[tuple[str, dict[str, Any]]]:
        return [ask_rounds(self.facts), (HOUSEHOLDS, {"paths": literal(sorted({f.payload.household for f in self.facts}))})]

    def decide(self, answers: list[list[tuple[Any, ...]]]) -> None:
        settle_rounds(self.facts, answers[0])
        known = {row[0] for row in answers[1]}
        for fact in self.facts:
            household = fact.payload.household
            if fact.refusal is None and (household not in known or not household.startswith(fact.path)):
                fact.refuse("fact.subject_unknown", area=fact.area, subject=household)
            if fact.refusal is None:
                number = int.from_bytes(incident_box(fact.incident_id).blind(household)[:8], "big", signed=True)
                fact.state = number

    def statements(self, facts: list[Fact]) -> list[tuple[str, dict[str, Any]]]:
        latest: dict[tuple[int, int], Fact] = {}
        for fact in sorted(facts, key=lambda fact: fact.at):
            latest[fact.payload.round, fact.state] = fact
        rows = [latest[key] for key in sorted(latest)]
        keys = {
            "incident": literal([fact.incident_id for fact in rows]),
            "round": literal([fact.payload.round for fact in rows]),
            "household": literal([fact.state for fact in rows]),
        }
        return [
            (statement("visits_lock"), keys),
            (
                statement("visits"),
                {
                    **keys,
                    "path": literal([fact.payload.household for fact in rows]),
                    "outcome": literal([fact.payload.outcome.value for fact in rows]),
                    "people": literal([fact.payload.people for fact in rows]),
                    "sealed": literal_bytes([_seal(fact) for fact in rows]),
                    "at": literal([fact.at.isoformat() for fact in rows]),
                    "account": literal([fact.account_id for fact in rows]),
                },
            ),
        ]

    def noted(self, facts: list[Fact], answers: list[list[tuple[Any, ...]]]) -> bool:
        return answers[1][0][0] == 0 if answers else True


def _seal(fact: Fact) -> bytes:
    return incident_box(fact.incident_id).seal(msgspec.json.encode(fact.payload.answers), ANSWERS_COLUMN)
