"""Door-to-door screening: the questionnaire through the door and by the form, homes left to visit, coverage of homes."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.db import connections, transaction
from python_calamine import CalamineWorkbook

from lianfang.domain.rounds.services import open_round
from tests.domain.rounds.conftest import Station
from tests.domain.rounds.test_pages import text
from tests.support.world import COUNTY, HOME, fold, total

pytestmark = pytest.mark.row("D3")
PERSONS = [{"place_contact": "none"}]
ANSWERS = {"people_present": 1, "arrived_recently": "no", "persons": PERSONS}


@pytest.fixture(scope="module")
def screening(told: Station) -> int:
    """A screening round over one community."""
    with transaction.atomic():
        actor = told.world.enter("county_dispatcher", COUNTY)
        opened = open_round(
            actor=actor, incident_id=told.world.incident, name="摸排", path=HOME, kind="screening", stop_rule=3
        )
    fold()
    assert opened.expected == 12
    return opened.id


def visit(station: Station, number: int, household: str, **payload: Any) -> dict[str, Any]:
    fact = station.fact(
        "rounds.household_visited/1", {"household": household, "people": 1, "answers": ANSWERS, **payload}
    )
    fact["payload"]["round"] = number
    [answer] = station.send([fact], role="community_clerk", path=HOME)
    return answer


@pytest.mark.parametrize(
    ("payload", "code", "word"),
    [
        ({"outcome": "answered", "answers": {**ANSWERS, "arrived_recently": "maybe"}}, "visit.answer_choice", "近7天"),
        (
            {"outcome": "answered", "answers": {"people_present": 1, "persons": PERSONS}},
            "visit.answer_missing",
            "近7天",
        ),
        ({"outcome": "by_phone", "answers": {**ANSWERS, "people_present": 99}}, "visit.answer_range", "现住几人"),
        ({"outcome": "answered", "answers": {**ANSWERS, "pets": 3}}, "visit.question_unknown", "pets"),
        ({"outcome": "answered", "people": 0}, "visit.nobody_met", "已入户"),
        ({"outcome": "danced"}, "visit.outcome_unknown", "danced"),
    ],
)
def test_a_bad_answer_is_refused_with_the_question(
    told: Station, screening: int, payload: dict[str, Any], code: str, word: str
) -> None:
    answer = visit(told, screening, told.world.people[HOME][0].path, **payload)
    assert (answer["status"], answer["code"]) == ("refused", code), answer
    assert word in answer["detail"]


def test_homes_are_settled_one_by_one(told: Station, screening: int, browse: Any) -> None:
    homes = sorted({person.path for person in told.world.people[HOME]})
    assert visit(told, screening, homes[0], outcome="not_home", people=0, answers={})["status"] == "accepted"
    assert visit(told, screening, homes[1], outcome="vacant", people=0, answers={})["status"] == "accepted"
    assert visit(told, screening, homes[2], outcome="answered")["status"] == "accepted"
    fold()
    assert total("rounds.expected_households", str(screening), HOME) == 12
    assert total("rounds.visited_households", str(screening), HOME) == 2
    assert total("rounds.visits_failed", f"{screening}:not_home", HOME) == 1
    clerk = browse("community_clerk", HOME)
    area = text(clerk.get(f"/rounds/{screening}/{HOME}/"))
    assert "待入户10户" in area
    assert "家中无人" in area
    left = text(clerk.get(f"/rounds/{screening}/{HOME}/missing/"))
    assert f"/rounds/{screening}/visit/{homes[0]}/" in left
    assert f"/rounds/{screening}/visit/{homes[2]}/" not in left
    assert "应入户12户" in left


def test_the_form_asks_checks_and_records(told: Station, screening: int, browse: Any) -> None:
    home = told.world.people[HOME][6].path
    worker = browse("grid_worker", HOME, grids=[told.grid])
    address = f"/rounds/{screening}/visit/{home}/"
    page = text(worker.get(address))
    assert "近7天有人从外地来或返回吗" in page
    assert told.world.people[HOME][6].name in page
    english = text(browse("grid_worker", HOME, "en", grids=[told.grid]).get(address))
    assert "Has anybody arrived from elsewhere" in english
    wrong = text(
        worker.post(address, {"outcome": "answered", "home_people_present": "2", "home_arrived_recently": "yes"}), 422
    )
    assert "没有回答“从哪里来”" in wrong
    assert "没有回答“是否在通报场所工作、居住或到过”" in wrong
    good = {
        "outcome": "answered", "home_people_present": "2", "home_arrived_recently": "yes", "home_need": ["medicine"],
        "person0_place_contact": "none", "person0_symptoms": ["fever"], "person0_temperature": "38.2",
        "person1_place_contact": "none", "person1_origin": "abroad", "person1_arrived_on": "2022-03-20",
    }  # fmt: skip
    answer = worker.post(address, good)
    assert (answer.status_code, answer["Location"]) == (303, f"/rounds/{screening}/{home[:16]}/missing/")
    with connections["owner"].cursor() as cursor:
        cursor.execute("select outcome, people, done from rounds_visit where path = %s", [home])
        assert cursor.fetchone() == ("answered", 2, True)
        cursor.execute("select count(*) from facts_log where kind = 'rounds.household_visited/1'")
        assert cursor.fetchone()[0] >= 1
    left = text(worker.get(f"/rounds/{screening}/{HOME}/missing/"))
    assert address not in left
    text(worker.get(f"/rounds/{screening}/visit/{HOME}000201001/"), 404)
    text(browse("laboratory", "").get(address), 404)
    assert "1号楼" in text(worker.get("/"))


def test_an_unknown_reason_is_refused_with_the_playbooks_list(told: Station) -> None:
    fact = told.fact("rounds.not_sampled/1", {"person": told.world.people[HOME][13].code, "reason": "bored"})
    [answer] = told.send([fact], role="community_clerk", path=HOME)
    assert answer["code"] == "round.reason_unknown"
    assert "外出未归" in answer["detail"]


def test_homes_left_leave_as_file_and_paper(told: Station, screening: int, browse: Any) -> None:
    homes = sorted({person.path for person in told.world.people[HOME]})
    visit(told, screening, homes[5], outcome="refused", people=0, answers={})
    clerk = browse("community_clerk", HOME)
    page = text(clerk.get(f"/rounds/{screening}/{HOME}/missing/"))
    assert f"/rounds/{screening}/{HOME}/missing.xlsx" in page
    answer = clerk.get(f"/rounds/{screening}/{HOME}/missing.xlsx")
    assert answer.status_code == 200
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert ["楼栋", "户室", "上次结果", "记录时间"] in [row[:4] for row in rows]
    assert any(row[2] == "拒绝" for row in rows)
    paper = text(clerk.get(f"/rounds/{screening}/{HOME}/missing/print/"))
    assert "本次结果" in paper
    assert "拒绝" in paper
    grid = browse("grid_worker", HOME, grids=[told.grid])
    assert "社区办公室" in text(grid.get(f"/rounds/{screening}/{HOME}/missing/"))
    assert grid.get(f"/rounds/{screening}/{HOME}/missing.xlsx").status_code == 404
