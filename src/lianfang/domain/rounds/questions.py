"""Pure: answers of a door visit against the questions of the playbook; every mistake names its question.

Answers of the household stand under the question's key; answers of its people in the list `persons`, one object a
person, with the printed `code` of whoever is registered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lianfang.base.playbooks.api import DoorVisit, Question

PERSONS = "persons"
CODE = "code"
TEXT_LIMIT = 200
"""Characters of a free answer: an assumption, one sentence."""
NONE = "none"
PEOPLE = "person"
"""The unit of a question whose answer is a number of people."""


def headcount_question(visit: DoorVisit) -> str:
    """The key of the household question that says how many people were met: its first number of people; '' without one."""
    heads = (one for one in visit.questions if one.of == "household" and one.kind == "number" and one.unit == PEOPLE)
    return next((one.key for one in heads if not one.counted), "")


@dataclass(frozen=True)
class Mistake:
    """What is wrong with the answer to one question. why: missing, not_asked, kind, choice, range, unknown."""

    key: str
    why: str
    person: int | None = None


def choices_of(question: Question, symptoms: Sequence[str]) -> frozenset[str]:
    """The keys that may be picked."""
    if question.choices_from == "symptoms":
        return frozenset(symptoms)
    return frozenset(choice.key for choice in question.choices)


def is_asked(question: Question, *known: Mapping[str, Any]) -> bool:
    """Whether the question is asked, given the answers so far (the person's first, then the household's)."""
    if question.show_if is None:
        return True
    given = next((one[question.show_if.question] for one in known if question.show_if.question in one), None)
    picked = [item for item in (given if isinstance(given, list) else [given]) if item not in (None, "", NONE)]
    return bool(picked) if question.show_if.answer == "any" else question.show_if.answer in picked


def check(
    questions: Sequence[Question], answers: Mapping[str, Any], *, symptoms: Sequence[str] = (), people: int = 0
) -> list[Mistake]:
    """Every mistake in the order of the questions; people: how many were met, who need an answer where one is required."""
    household = {question.key: question for question in questions if question.of == "household"}
    personal = {question.key: question for question in questions if question.of == "person"}
    persons = answers.get(PERSONS, [])
    if not isinstance(persons, list) or not all(isinstance(one, dict) for one in persons):
        return [Mistake(PERSONS, "kind")]
    found = [Mistake(key, "unknown") for key in answers if key not in household and key != PERSONS]
    for question in household.values():
        found += _check_one(question, answers, symptoms, None, answers)
    for number, one in enumerate(persons):
        found += [Mistake(key, "unknown", number) for key in one if key not in personal and key != CODE]
        for question in personal.values():
            required = question.required and not _hangs_on(question, household)
            found += _check_one(question, one, symptoms, number, one, answers, required=required)
    return found + _unanswered(personal, household, persons, answers, people)


def _unanswered(
    personal: Mapping[str, Question],
    household: Mapping[str, Question],
    persons: Sequence[Mapping[str, Any]],
    answers: Mapping[str, Any],
    people: int,
) -> list[Mistake]:
    """A question about people that hangs on the household's answer needs one person who answers it."""
    found = []
    for question in personal.values():
        if not question.required or any(question.key in one for one in persons):
            continue
        if (_hangs_on(question, household) and is_asked(question, answers)) or (
            question.show_if is None and people > 0 and not persons
        ):
            found.append(Mistake(question.key, "missing"))
    return found


def _hangs_on(question: Question, household: Mapping[str, Question]) -> bool:
    return question.show_if is not None and question.show_if.question in household


def _check_one(
    question: Question,
    given: Mapping[str, Any],
    symptoms: Sequence[str],
    person: int | None,
    *known: Mapping[str, Any],
    required: bool | None = None,
) -> list[Mistake]:
    needed = question.required if required is None else required
    if question.key not in given or given[question.key] in ("", None, []):
        return [Mistake(question.key, "missing", person)] if needed and is_asked(question, *known) else []
    if not is_asked(question, *known):
        return [Mistake(question.key, "not_asked", person)]
    why = _wrong(question, given[question.key], choices_of(question, symptoms))
    return [Mistake(question.key, why, person)] if why else []


def _wrong(question: Question, value: Any, choices: frozenset[str]) -> str:
    if question.kind == "yes_no":
        return "" if value in ("yes", "no") else "choice"
    if question.kind == "choice":
        return "" if isinstance(value, str) and value in choices else "choice"
    if question.kind == "many":
        picked = value if isinstance(value, list) else [None]
        return "" if all(isinstance(item, str) and item in choices for item in picked) else "choice"
    if question.kind == "text":
        return "" if isinstance(value, str) and len(value) <= TEXT_LIMIT else "kind"
    if question.kind == "date":
        return "" if _is_date(value) else "kind"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "kind"
    low = question.minimum if question.minimum is not None else value
    high = question.maximum if question.maximum is not None else value
    return "" if low <= value <= high else "range"


def _is_date(value: Any) -> bool:
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True
