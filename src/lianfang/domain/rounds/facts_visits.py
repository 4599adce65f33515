"""Door-to-door visits: a household is counted once a round, the latest visit stands; answers follow the playbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from lianfang.base.facts.api import Batch, Fact, Rows, Statement, byteas, literal
from lianfang.base.playbooks.api import DoorVisit, Playbook
from lianfang.base.vault.api import incident_box
from lianfang.domain.rounds.facts_common import ask_playbooks, ask_rounds, playbooks, settle_rounds
from lianfang.domain.rounds.questions import PERSONS, Mistake, check
from lianfang.domain.rounds.rules import NOBODY_THERE, OLDER_OUTCOMES, lifted
from lianfang.domain.rounds.sqlfiles import statement
from lianfang.kernel.errors import define

HOUSEHOLDS = """
select h.path, (select r.grid_id from residents_presence r where r.path = h.path and r.why = 1 limit 1)
from residents_household h where h.path = any (%(paths)s::text[])
"""
ANSWERS_COLUMN = b"rounds_visit.sealed"

define(
    "visit.outcome_unknown",
    status=422,
    zh="预案没有入户结果“{given}”。请从这些里选：{known}。",
    en="The playbook has no outcome '{given}' of a visit. Choose one of: {known}.",
)
define(
    "visit.nobody_met",
    status=422,
    zh="记为“{given}”，但见到的人数是0。请填写人数，或改选结果。",
    en="The visit says '{given}' but nobody was met. Give the number of people, or choose another outcome.",
)
define(
    "visit.no_questionnaire",
    status=422,
    zh="轮次{round}的预案没有入户问卷，不能记录入户。请在摸排轮次里记录。",
    en="The playbook of round {round} has no questionnaire for doors. Record the visit in a screening round.",
)
WHY = {
    "missing": (
        "visit.answer_missing",
        "没有回答“{question}”。请补填。",
        "The question '{question}' has no answer. Answer it.",
    ),
    "not_asked": (
        "visit.answer_not_asked",
        "“{question}”在这种情况下不问。请删去这一项。",
        "'{question}' is not asked in this case. Take the answer out.",
    ),
    "kind": (
        "visit.answer_kind",
        "“{question}”的回答格式不对。请重新填写。",
        "The answer to '{question}' is not of the right kind. Give it again.",
    ),
    "choice": (
        "visit.answer_choice",
        "“{question}”的回答不在选项里。请从选项里选。",
        "The answer to '{question}' is not among the choices. Pick one of them.",
    ),
    "range": (
        "visit.answer_range",
        "“{question}”应在{low}到{high}之间。请核对。",
        "'{question}' must lie between {low} and {high}. Check it.",
    ),
    "unknown": (
        "visit.question_unknown",
        "入户问卷没有“{question}”这一项。请更新问卷后重填。",
        "The questionnaire has no '{question}'. Update it and fill it in again.",
    ),
}
"""Why an answer is refused: code and sentences, each naming the question."""
for _code, _zh, _en in WHY.values():
    define(_code, status=422, zh=_zh, en=_en)


@dataclass(frozen=True, slots=True)
class VisitState:
    """The household's pseudonym, the playbook's key of the outcome, whether that settles the door, and what was counted."""

    household: int
    outcome: str
    done: bool
    counted: dict[str, int]


class HouseholdVisitedBatch(Batch):
    """Visits of one merged transaction."""

    def questions(self) -> list[Statement]:
        paths = literal(sorted({fact.payload.household for fact in self.facts}))
        return [ask_rounds(self.facts), (HOUSEHOLDS, {"paths": paths}), ask_playbooks(self.facts)]

    def decide(self, answers: list[Rows]) -> None:
        rounds = settle_rounds(self.facts, answers[0])
        grids: dict[str, int | None] = dict(answers[1])
        books = playbooks(answers[2])
        for fact in self.facts:
            household = fact.payload.household
            if fact.refusal is None and (household not in grids or not fact.reaches(household, grids[household])):
                fact.refuse("fact.subject_unknown", area=fact.area, subject=household)
            if fact.refusal is None:
                asked = rounds[fact.payload.round].questionnaire
                fact.state = _judge(fact, books[fact.payload.round], asked)

    def statements(self, facts: list[Fact]) -> list[Statement]:
        latest: dict[tuple[int, int], Fact] = {}
        for fact in sorted(facts, key=lambda fact: fact.at):
            latest[fact.payload.round, fact.state.household] = fact
        rows = [latest[key] for key in sorted(latest)]
        keys = {
            "incident": literal([fact.incident_id for fact in rows]),
            "round": literal([fact.payload.round for fact in rows]),
            "household": literal([fact.state.household for fact in rows]),
        }
        return [
            (statement("visits_lock"), keys),
            (
                statement("visits"),
                {
                    **keys,
                    "path": literal([fact.payload.household for fact in rows]),
                    "outcome": literal([fact.state.outcome for fact in rows]),
                    "done": literal([fact.state.done for fact in rows]),
                    "people": literal([fact.payload.people for fact in rows]),
                    "sealed": byteas([_seal(fact) for fact in rows]),
                    "counted": literal([msgspec.json.encode(fact.state.counted).decode() for fact in rows]),
                    "at": literal([fact.at.isoformat() for fact in rows]),
                    "account": literal([fact.account_id for fact in rows]),
                },
            ),
        ]


def household_number(incident_id: int, path: str) -> int:
    """The pseudonym of a household within an incident."""
    return int.from_bytes(incident_box(incident_id).blind(path)[:8], "big", signed=True)


def _judge(fact: Fact, book: Playbook, asked: str) -> VisitState | None:
    """The outcome in the words of the round's questionnaire, or a refusal that names what is wrong."""
    visit = book.door_visit(asked)
    if visit is None:
        fact.refuse("visit.no_questionnaire", round=fact.payload.round)
        return None
    outcomes = {one.key: one for one in visit.outcomes}
    key = lifted(fact.payload.outcome, OLDER_OUTCOMES, outcomes)
    if key is None:
        known = "、".join(f"{one.key} {one.zh}" for one in visit.outcomes)
        fact.refuse("visit.outcome_unknown", given=fact.payload.outcome, known=known)
        return None
    outcome = outcomes[key]
    if outcome.done and key not in NOBODY_THERE:
        if not fact.payload.people and not outcome.nobody_met:
            fact.refuse("visit.nobody_met", given=outcome.zh)
        _check_answers(fact, book, visit)
    if fact.refusal:
        return None
    household = household_number(fact.incident_id, fact.payload.household)
    return VisitState(household, key, outcome.done, counted_of(visit, fact.payload.answers) if outcome.done else {})


def counted_of(visit: DoorVisit, answers: Mapping[str, Any]) -> dict[str, int]:
    """The numbers of things in the answers that the playbook wants added up, by question; they name no person."""
    asked = [one.key for one in visit.questions if one.counted and one.of == "household"]
    return {key: int(answers[key]) for key in asked if answers.get(key)}


def _check_answers(fact: Fact, book: Playbook, visit: DoorVisit) -> None:
    symptoms = [one.key for one in book.symptoms.items]
    mistakes = check(visit.questions, fact.payload.answers, symptoms=symptoms, people=fact.payload.people)
    if mistakes:
        refuse_answer(fact, visit, mistakes[0])


def refuse_answer(fact: Fact, visit: DoorVisit, mistake: Mistake) -> None:
    """Refuse a visit with the sentence for one mistake; the question stands in it in both languages."""
    asked = next((one for one in visit.questions if one.key == mistake.key), None)
    number = "" if mistake.person is None else f"（{mistake.person + 1}）"
    words = f"{asked.zh} / {asked.en}{number}" if asked else mistake.key[:40] if mistake.key != PERSONS else PERSONS
    limits = {"low": asked.minimum or 0, "high": asked.maximum or 0} if asked and mistake.why == "range" else {}
    fact.refuse(WHY[mistake.why][0], question=words, **{key: f"{value:g}" for key, value in limits.items()})


def _seal(fact: Fact) -> bytes:
    return incident_box(fact.incident_id).seal(msgspec.json.encode(fact.payload.answers), ANSWERS_COLUMN)
