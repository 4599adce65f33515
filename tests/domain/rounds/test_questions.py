"""Answers of a door visit against the questions of the shipped playbook; every mistake names its question."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.base.playbooks.api import load_shipped
from lianfang.domain.rounds.questions import PERSONS, Mistake, check
from lianfang.domain.rounds.rules import OLDER_REASONS, lifted

BOOK = load_shipped("covid-2022")
QUESTIONS = BOOK.door_visits[0].questions
SYMPTOMS = [item.key for item in BOOK.symptoms.items]
PERSON = {"place_contact": "none"}
GOOD: dict[str, Any] = {
    "people_present": 2,
    "arrived_recently": "no",
    PERSONS: [PERSON, {"code": "000000000", "place_contact": "visited"}],
}


def found(**change: Any) -> list[Mistake]:
    answers = {key: value for key, value in {**GOOD, **change}.items() if value is not ...}
    return check(QUESTIONS, answers, symptoms=SYMPTOMS, people=2)


@pytest.mark.row("D3")
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"arrived_recently": ...}, [Mistake("arrived_recently", "missing")]),
        ({"arrived_recently": "maybe"}, [Mistake("arrived_recently", "choice")]),
        ({"people_present": 31}, [Mistake("people_present", "range")]),
        ({"people_present": "two"}, [Mistake("people_present", "kind")]),
        ({"people_present": True}, [Mistake("people_present", "kind")]),
        ({"pets": 2}, [Mistake("pets", "unknown")]),
        ({"need": ["medicine", "gold"]}, [Mistake("need", "choice")]),
        ({"need": "medicine"}, [Mistake("need", "choice")]),
        ({"persons": "nobody"}, [Mistake(PERSONS, "kind")]),
        ({"persons": []}, [Mistake("place_contact", "missing")]),
        ({"persons": [{}]}, [Mistake("place_contact", "missing", 0)]),
        ({"persons": [PERSON, {**PERSON, "origin": "abroad"}]}, [Mistake("origin", "not_asked", 1)]),
        ({"persons": [{**PERSON, "temperature": 38.5}]}, [Mistake("temperature", "not_asked", 0)]),
        ({"persons": [{**PERSON, "symptoms": ["fever"], "temperature": 38.5}]}, []),
        ({"persons": [{**PERSON, "symptoms": ["fever"], "temperature": 50}]}, [Mistake("temperature", "range", 0)]),
        ({"persons": [{**PERSON, "shoe": 43}]}, [Mistake("shoe", "unknown", 0)]),
        ({"arrived_recently": "yes"}, [Mistake("origin", "missing"), Mistake("arrived_on", "missing")]),
        (
            {
                "arrived_recently": "yes",
                "persons": [PERSON, {**PERSON, "origin": "abroad", "arrived_on": "2022-03-20"}],
            },
            [],
        ),
        (
            {"arrived_recently": "yes", "persons": [{**PERSON, "origin": "abroad", "arrived_on": "yesterday"}]},
            [Mistake("arrived_on", "kind", 0)],
        ),
    ],
)
def test_mistakes_name_their_question(change: dict[str, Any], expected: list[Mistake]) -> None:
    assert found(**change) == expected


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    )
)
def test_any_value_gives_an_answer_never_an_accident(value: Any) -> None:
    for question in QUESTIONS:
        found(**{question.key: value})
        found(persons=[{question.key: value}])
    found(persons=value)


def test_older_words_are_lifted_to_the_playbooks() -> None:
    keys = {reason.key for reason in BOOK.rounds.not_sampled_reasons}
    assert lifted("not_home", OLDER_REASONS, keys) == "no_answer"
    assert lifted("away", OLDER_REASONS, keys) == "away"
    assert lifted("bored", OLDER_REASONS, keys) is None
    assert set(OLDER_REASONS.values()) <= keys
