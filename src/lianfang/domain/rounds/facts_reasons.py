"""People who were expected and could not be sampled, each with a reason of the playbook."""

from __future__ import annotations

from dataclasses import dataclass

from lianfang.base.facts.api import Batch, Fact, Rows, Statement, literal
from lianfang.base.playbooks.api import Playbook
from lianfang.domain.rounds.facts_common import (
    ask_grids,
    ask_people,
    ask_playbooks,
    ask_rounds,
    code_number,
    playbooks,
    pseudonyms,
    settle_rounds,
)
from lianfang.domain.rounds.rules import OLDER_REASONS, lifted
from lianfang.domain.rounds.sqlfiles import statement
from lianfang.kernel.errors import define

define(
    "round.reason_unknown",
    status=422,
    zh="预案没有未检原因“{reason}”。请从这些里选：{known}。",
    en="The playbook has no reason '{reason}' for not being sampled. Choose one of: {known}.",
)


@dataclass(frozen=True, slots=True)
class NotSampledState:
    """Who was not sampled, where they live, and the playbook's key of the reason."""

    person: int
    home: str
    reason: str


def _reason(fact: Fact, books: dict[int, Playbook]) -> str:
    """The playbook's key of the reason; a word it does not have refuses the fact."""
    book = books.get(fact.payload.round)
    if fact.refusal is not None or book is None:
        return ""
    known = {reason.key: reason for reason in book.rounds.not_sampled_reasons}
    found = lifted(fact.payload.reason, OLDER_REASONS, known)
    if found is None:
        names = "、".join(f"{one.key} {one.zh}" for one in known.values())
        fact.refuse("round.reason_unknown", reason=fact.payload.reason, known=names)
    return found or ""


class NotSampledBatch(Batch):
    """People who were expected but could not be sampled, each with a reason."""

    def __init__(self, facts: list[Fact]) -> None:
        super().__init__(facts)
        for fact in facts:
            fact.state = code_number(fact, fact.payload.person)

    def questions(self) -> list[Statement]:
        codes = [fact.state for fact in self.facts if isinstance(fact.state, int)]
        return [ask_rounds(self.facts), ask_people(codes), ask_playbooks(self.facts), ask_grids(codes)]

    def decide(self, answers: list[Rows]) -> None:
        settle_rounds(self.facts, answers[0])
        homes: dict[int, str] = dict(answers[1])
        books = playbooks(answers[2])
        grids: dict[int, int | None] = dict(answers[3])
        pseudonym = pseudonyms(self.facts)
        for fact in self.facts:
            home = homes.get(fact.state)
            if fact.refusal is None and not fact.reaches(home, grids.get(fact.state)):
                fact.refuse("fact.subject_unknown", area=fact.area, subject=fact.payload.person)
            reason = _reason(fact, books)
            if fact.refusal is None:
                fact.state = NotSampledState(pseudonym[fact.incident_id](fact.state), str(home), reason)

    def statements(self, facts: list[Fact]) -> list[Statement]:
        latest: dict[tuple[int, int], Fact] = {}
        for fact in sorted(facts, key=lambda fact: fact.at):
            latest[fact.payload.round, fact.state.person] = fact
        rows = [latest[key] for key in sorted(latest)]
        keys = {
            "incident": literal([fact.incident_id for fact in rows]),
            "round": literal([fact.payload.round for fact in rows]),
            "person": literal([fact.state.person for fact in rows]),
        }
        return [
            (statement("not_sampled_lock"), keys),
            (
                statement("not_sampled"),
                {
                    **keys,
                    "path": literal([fact.state.home for fact in rows]),
                    "reason": literal([fact.state.reason for fact in rows]),
                    "at": literal([fact.at.isoformat() for fact in rows]),
                    "account": literal([fact.account_id for fact in rows]),
                },
            ),
        ]
