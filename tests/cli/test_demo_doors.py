"""Made-up answers of the demonstration: every questionnaire of every shipped playbook takes them."""

from __future__ import annotations

import random

import pytest

from lianfang.base.playbooks.api import load_shipped, shipped_names
from lianfang.cli.demo.doors import UNUSUAL_EVERY, visit_payload
from lianfang.cli.demo.stage import edition_of_story
from lianfang.domain.rounds.questions import check
from lianfang.domain.rounds.rules import NOBODY_THERE

CODES = ["00000018", "00000026", "00000034"]
QUESTIONNAIRES = [(name, visit.key) for name in shipped_names() for visit in load_shipped(name).door_visits]


@pytest.mark.parametrize(("playbook", "key"), QUESTIONNAIRES)
def test_every_door_has_an_answer_that_its_questionnaire_takes(playbook: str, key: str) -> None:
    book, dice = load_shipped(playbook), random.Random(7)
    visit = book.door_visit(key)
    assert visit is not None
    outcomes = {outcome.key: outcome for outcome in visit.outcomes}
    told, said = set(), set()
    for number in range(1, UNUSUAL_EVERY * len(outcomes) * 3):
        outcome, payload = visit_payload(visit, CODES[: 1 + number % 3], number, dice)
        told.add(outcome)
        if not outcomes[outcome].done or outcome in NOBODY_THERE:
            assert payload["people"] == 0
            continue
        assert bool(payload["people"]) is not outcomes[outcome].nobody_met
        mistakes = check(
            visit.questions,
            payload["answers"],
            symptoms=[item.key for item in book.symptoms.items],
            people=payload["people"],
        )
        assert mistakes == [], (number, payload)
        said |= set(payload["answers"])
    assert told == set(outcomes)  # every outcome of the playbook is played
    assert {one.key for one in visit.questions if one.of == "household" and one.required} <= said


def test_of_things_counted_no_more_are_found_than_were_looked_at() -> None:
    visit, dice = load_shipped("chikungunya-2025").door_visit(), random.Random(1)
    assert visit is not None
    for number in range(1, 200):
        answers = visit_payload(visit, CODES, number, dice)[1].get("answers")
        if answers:
            assert answers["containers_positive"] <= answers["containers_checked"]


def test_a_drill_plays_by_an_edition_with_zones() -> None:
    chosen = {name: edition_of_story(load_shipped(name)).id for name in shipped_names()}
    assert chosen == {
        "chikungunya-2025": "cn-chik-2025",
        "covid-2020": "cn-2020-zoning",
        "covid-2022": "cn-ed8",
        "flood-2023": "hebei-2023",
    }
