"""The acts at the doors: one round for each questionnaire of the playbook, its answers made up as people might give them.

All people are synthetic and so are their answers; nothing here says how often anything happens in life.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from lianfang.base.incidents.api import incident_for
from lianfang.base.playbooks.api import DoorVisit, Question
from lianfang.cli.demo.cast import COMMUNITY, COUNTY
from lianfang.cli.demo.phones import Fact, make_fact, send_all
from lianfang.cli.demo.stage import Stage
from lianfang.domain.residents.api import people_of
from lianfang.domain.rounds.api import open_round
from lianfang.domain.rounds.questions import CODE, PERSONS, choices_of, headcount_question, is_asked
from lianfang.domain.rounds.rules import NOBODY_THERE

UNUSUAL_EVERY = 12
"""At every twelfth door the visit does not end as hoped, and something is found that has to be seen to (assumption of the drill)."""
UNSEEN_EVERY = 41
"""Every 41st door has not been reached yet when the story ends (assumption of the drill)."""
MOST_COUNTED = 6
"""The largest number of things counted at one door (assumption of the drill)."""
DAYS_BACK = 14
"""How many days ago a date of an answer lies at most (assumption of the drill)."""
A_CALL = 20


def knock(stage: Stage, visit: DoorVisit, path: str = COMMUNITY) -> None:
    """Open a round with one questionnaire over a path and knock at its doors.

    A questionnaire that follows another one is carried to the homes that the one before settled with people in them.
    """
    homes = _homes(stage, path)
    before = stage.told.get("settled")
    if before is not None:
        homes = {path: codes for path, codes in homes.items() if path in set(before)}
    with transaction.atomic():
        actor = stage.company.enter("county")
        found = incident_for(COUNTY)
        if found is None:
            raise RuntimeError("the incident is not open")
        opened = open_round(
            actor=actor, incident_id=found.id, name=visit.zh, path=path, kind="screening", questionnaire=visit.key
        )
    facts: list[Fact] = []
    outcomes: Counter[str] = Counter()
    settled: list[str] = []
    for number, (home, codes) in enumerate(sorted(homes.items()), 1):
        if number % UNSEEN_EVERY == 0:
            continue
        outcome, payload = visit_payload(visit, codes, number, stage.dice)
        facts.append(
            make_fact("rounds.household_visited/1", COMMUNITY, {"round": opened.id, "household": home, **payload})
        )
        outcomes[outcome] += 1
        if payload["people"]:
            settled.append(home)
    calls = [facts[at : at + A_CALL] for at in range(0, len(facts), A_CALL)]
    tally = send_all(lambda: stage.phone("head"), calls, phones=4)
    stage.told["settled"] = settled
    stage.told.setdefault("doors", []).append(
        {
            "round": opened.id, "name": visit.zh, "en": visit.en, "expected": opened.expected, "visited": len(facts),
            "accepted": tally.accepted, "refused": tally.refusals[:3], "outcomes": dict(outcomes),
        }
    )  # fmt: skip


def _homes(stage: Stage, path: str) -> dict[str, list[str]]:
    """Home → the printed codes of the people who live there, under a path."""
    with transaction.atomic():
        stage.company.enter("clerk")
        people = [person for person in people_of(path) if person.present]
    homes: dict[str, list[str]] = {}
    for person in people:
        homes.setdefault(person.path, []).append(person.code)
    return homes


def visit_payload(
    visit: DoorVisit, codes: Sequence[str], number: int, dice: random.Random
) -> tuple[str, dict[str, Any]]:
    """The outcome at the door with this number, and what a phone sends of it: outcome, people, answers."""
    usual = next(outcome for outcome in visit.outcomes if outcome.done)
    others = [outcome for outcome in visit.outcomes if outcome is not usual]
    unusual = number % UNUSUAL_EVERY == 0 and others
    outcome = others[number // UNUSUAL_EVERY % len(others)] if unusual else usual
    payload: dict[str, Any] = {"outcome": outcome.key}
    if not outcome.done or outcome.key in NOBODY_THERE:
        return outcome.key, {**payload, "people": 0}
    met = 0 if outcome.nobody_met else len(codes)
    answers = answers_of(visit, codes, dice, met=met, found=number % UNUSUAL_EVERY == 1)
    return outcome.key, {**payload, "people": met, "answers": answers}


def answers_of(
    visit: DoorVisit, codes: Sequence[str], dice: random.Random, *, met: int, found: bool = False
) -> dict[str, Any]:
    """Answers of one home that its questionnaire takes. met: how many people were spoken to; found: something turns up."""
    head = headcount_question(visit)
    answers: dict[str, Any] = {}
    most = MOST_COUNTED
    for question in visit.questions:
        if question.of != "household" or not _answers(question, found, answers):
            continue
        if question.kind == "number" and question.unit == "person":
            people = max(len(codes), int(question.minimum or 0))
            answers[question.key] = people if question.key == head or question.show_if else min(met, people)
            continue
        answers[question.key] = _answer(question, dice, found and bool(met), most)
        if question.kind == "number":  # "of these …": no more than were counted before
            most = answers[question.key]
    if met:
        persons = [
            {CODE: code, **_of_person(visit, dice, answers, first=not at, found=found)} for at, code in enumerate(codes)
        ]
        answers |= {PERSONS: persons} if any(len(one) > 1 for one in persons) else {}
    return answers


def _of_person(
    visit: DoorVisit, dice: random.Random, household: Mapping[str, Any], *, first: bool, found: bool
) -> dict[str, Any]:
    """Answers of one person; what hangs on the household's answer is told of the first."""
    given: dict[str, Any] = {}
    asked_at_home = {question.key for question in visit.questions if question.of == "household"}
    for question in visit.questions:
        if question.of != "person" or not _answers(question, found and first, given, household):
            continue
        if question.show_if is not None and question.show_if.question in asked_at_home and not first:
            continue
        given[question.key] = _answer(question, dice, found and first, MOST_COUNTED)
    return given


def _answers(question: Question, found: bool, *known: Mapping[str, Any]) -> bool:
    """Whether somebody answers: what must be answered or is counted, and where something was found what may be."""
    if not is_asked(question, *known):
        return False
    told = found and bool(question.raises_matter) and not question.choices_from
    return question.required or question.counted or told


def _answer(question: Question, dice: random.Random, found: bool, most: int) -> Any:
    """One answer of the right kind."""
    if question.kind == "yes_no":
        return "yes" if found else "no"
    if question.kind in ("choice", "many"):
        choices = [choice.key for choice in question.choices] or sorted(choices_of(question, ()))
        picked = dice.choice(choices) if found or question.show_if else choices[0 if dice.random() < 0.8 else -1]
        return [picked] if question.kind == "many" else picked
    if question.kind == "date":
        return (date.today() - timedelta(days=dice.randrange(DAYS_BACK))).isoformat()
    if question.kind == "text":
        return "演练"
    if question.kind == "temperature":
        return 36.5
    low = int(question.minimum or 0)
    high = max(low, min(int(question.maximum if question.maximum is not None else most), most))
    return dice.randint(low, high)
