"""Pages of plans through the real views: list, questions, progress, the plan, a line, adoption, files; and who may not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from lianfang.cli.main import main
from lianfang.domain.plans import worker
from lianfang.domain.plans.selectors import plan_by_id, result_of
from tests.support.plans_desk import Desk
from tests.support.world import COUNTY, TOWN

pytestmark = pytest.mark.row("B4")


def client(desk: Desk, role: str, path: str) -> Client:
    made = Client()
    made.cookies[settings.SESSION_COOKIE] = desk.world.token(role, path)
    return made


def ask(page: Client, **given: Any) -> int:
    answer = page.post("/plans/new/deployment/", {"area": f"{TOWN}000", "template": "village", "places": "communities", "leads": "lead",
                                                  "reserve": "0", "seconds": "20"} | given)  # fmt: skip
    assert answer.status_code == 303, answer.content.decode()[:2000]
    return int(answer["Location"].split("/")[2])


def test_the_command_reads_a_plan_and_its_people_as_its_lines_name_them(desk: Desk) -> None:
    number = ask(client(desk, "township_dispatcher", TOWN), leads="none")
    worker.run_job(number)
    page = client(desk, "command", COUNTY)
    shown = page.get(f"/plans/{number}/")
    assert shown.status_code == 200
    english = page.get(f"/plans/{number}/", headers={"accept-language": "en"}).content.decode()
    assert "Where people go" in english
    assert "成员" in english, "the lines of a plan name people to the command"


def test_from_the_question_to_the_adopted_plan(desk: Desk) -> None:
    page = client(desk, "township_dispatcher", TOWN)
    assert "人员部署" in page.get("/plans/").content.decode()
    form = page.get("/plans/new/deployment/").content.decode()
    assert "包联模板" in form
    assert "人可安排" in form, "the default says where it comes from"
    number = ask(page)
    waiting = page.get(f"/plans/{number}/").content.decode()
    assert "正在排队" in waiting
    worker.run_job(number)
    shown = page.get(f"/plans/{number}/").content.decode()
    assert "住在本村（社区）" in shown
    assert "成员" in shown, "people have names here"
    assert "<svg" in shown
    line = page.get(f"/plans/{number}/line/0/")
    assert line.status_code == 200
    assert page.post(f"/plans/{number}/line/0/pin/", {"pinned": "1"}).status_code == 303
    assert "取消固定" in page.get(f"/plans/{number}/?show=pinned").content.decode()
    edited = page.post(f"/plans/{number}/line/1/", {"choice": "", "version": "1"})
    assert edited.status_code == 303, edited.content.decode()
    assert "人工改动" in page.get(f"/plans/{number}/?show=edited").content.decode()
    stale = page.post(f"/plans/{number}/line/2/", {"choice": "", "version": "1"})
    assert stale.status_code == 422
    assert "刚被别人改过" in stale.content.decode()
    table = page.get(f"/plans/{number}/plan.xlsx")
    assert int(table["X-Rows"]) > 5
    file = json.loads(page.get(f"/plans/{number}/problem.json").content)
    assert file["kind"] == "Deployment"
    assert "成员" not in json.dumps(file, ensure_ascii=False), "nobody has a name in the file"
    asked = page.get(f"/plans/{number}/adopt/").content.decode()
    assert "要么全部生效" in asked
    assert page.post(f"/plans/{number}/adopt/", {"version": "2"}).status_code == 303
    done = page.get(f"/plans/{number}/?done=adopted").content.decode()
    assert "方案已采用" in done
    again = page.post(f"/plans/{number}/adopt/", {"version": "2"})
    assert again.status_code == 409
    assert "已采用" in again.content.decode()


def test_wrong_answers_are_said_beside_the_field(desk: Desk) -> None:
    page = client(desk, "township_dispatcher", TOWN)
    answer = page.post("/plans/new/deployment/", {"area": f"{TOWN}000", "template": "village", "places": "communities", "leads": "lead",
                                                  "reserve": "99", "seconds": "20"})  # fmt: skip
    assert answer.status_code == 422
    assert "id_reserve" in answer.content.decode()
    assert page.get("/plans/new/nonsense/").status_code == 404


def test_others_find_nothing(desk: Desk) -> None:
    number = ask(client(desk, "township_dispatcher", TOWN))
    other = client(desk, "township_dispatcher", "411621003")
    for address in (
        f"/plans/{number}/",
        f"/plans/{number}/plan.xlsx",
        f"/plans/{number}/problem.json",
        f"/plans/{number}/adopt/",
    ):
        assert other.get(address).status_code == 404, address
    clerk = client(desk, "community_clerk", f"{TOWN}001")
    assert clerk.get("/plans/").status_code == 404
    assert client(desk, "county_dispatcher", COUNTY).get(f"/plans/{number}/").status_code == 200


def test_the_file_of_a_plan_solved_on_the_command_line_gives_the_same_answer(desk: Desk, tmp_path: Path) -> None:
    page = client(desk, "county_dispatcher", COUNTY)
    number = ask(page, area=f"{COUNTY}000000")
    worker.run_job(number)
    plan = desk.act(lambda _actor: plan_by_id(number))
    assert plan.state == "proposed", plan.reasons
    file = tmp_path / "plan.json"
    file.write_bytes(page.get(f"/plans/{number}/problem.json").content)
    assert main(["plan", "assignment", str(file), "--seconds", "20", "--out", str(tmp_path / "out.json")]) == 0
    told = json.loads((tmp_path / "out.json").read_text())
    whole = desk.act(lambda _actor: plan_by_id(number, whole=True))
    result = result_of(whole)
    assert told["objective"] == result.objective
    assert told["place_of_person"] == result.place_of_person.tolist()
