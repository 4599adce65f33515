"""The record of service: derived, contested, read with a purpose, kept as sums at an incident's end, never a ranking."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from django.db import transaction
from python_calamine import CalamineWorkbook

from lianfang.domain.service import entering, record
from lianfang.kernel.ids import format_code
from tests.support.service import NAMES, Stage, owner
from tests.support.world import COUNTY, HOME, NEXT

pytestmark = [pytest.mark.usefixtures("stage"), pytest.mark.row("I5")]
FOLDER = Path(record.__file__).parent


def sums(stage: Stage) -> dict[str, record.Sums]:
    """Name → sums of the whole unit, as its officer reads them."""
    with transaction.atomic():
        actor = stage.world.enter("county_dispatcher", COUNTY)
        return {one.name: one.sums for one in record.unit_record(actor=actor, unit=stage.unit)}


def test_the_record_is_the_work_itself(stage: Stage) -> None:
    one = stage.members[0]
    stage.slot(one, hours_ago=30)
    stage.slot(one, hours_ago=80, length=12, path=NEXT, name="西门")
    stage.slot(one, hours_ago=-20, state="published")
    stage.slot(stage.members[1], hours_ago=20, state="no_show")
    owner("insert into pairings_pairing (incident_id, template, target_kind, path, target_id, share, from_on, required, lacks, "
          "staffed, made_by, ended_why) values (%s, 'five_ones', 'community', %s, 0, '', current_date - 3, '{}', '{}', true, 1, '')",
          stage.world.incident, HOME)  # fmt: skip
    owner("insert into pairings_part (pairing_id, path, item, kind, member_id, from_on, made_by, ended_why) "
          "select id, path, 'lead', 'person', %s, current_date - 3, 1, '' from pairings_pairing", one)  # fmt: skip
    found = sums(stage)
    assert (found[NAMES[0]].shifts, found[NAMES[0]].hours, found[NAMES[0]].days) == (2, 20, 2)
    assert (found[NAMES[0]].places, found[NAMES[0]].pairings) == (2, 1)
    assert found[NAMES[1]].shifts == 0, "who did not come did not serve"
    phone, page = stage.phone(one)
    shown = phone.get(f"{page}record/").content.decode()
    assert "东门" in shown and "西门" in shown


def test_visits_of_my_account_are_days_of_service(stage: Stage) -> None:
    owner("update workforce_member set account_id = 4711 where id = %s", stage.members[0])
    for at in range(3):
        owner("insert into rounds_visit (incident, round_id, household, path, outcome, people, sealed, at, account_id) "
              "values (%s, 7, %s, %s, 'entered', 2, '', now(), 4711)", stage.world.incident, at, HOME + "0001")  # fmt: skip
    found = sums(stage)[NAMES[0]]
    owner("update workforce_member set account_id = null")
    owner("delete from rounds_visit")
    assert (found.visits, found.days, found.minutes) == (3, 1, 0)


def test_an_objection_is_an_item_is_answered_and_corrects_the_line(stage: Stage) -> None:
    slot = stage.slot(stage.members[0], hours_ago=30)
    phone, page = stage.phone(stage.members[0])
    sent = {"line": f"shift:{slot}", "words": "我多守了两小时"}
    assert phone.post(f"{page}record/object/", sent).status_code == 303
    assert phone.post(f"{page}record/object/", sent).status_code == 409
    assert phone.post(f"{page}record/object/", {"line": f"shift:{slot}", "words": ""}).status_code == 422
    assert phone.post(f"{page}record/object/", {"line": "shift:999999", "words": "x"}).status_code == 404
    assert owner("select path, for_role from worklist_item where source = 'service'") == [
        (HOME, "community_clerk")
    ] or owner("select path from worklist_item where source = 'service'") == [(HOME,)]
    number = owner("select id from service_objection")[0][0]
    clerk, other = stage.desk("community_clerk", HOME), stage.desk("community_clerk", NEXT)
    address = f"/service/objections/{number}/"
    assert other.get(address).status_code == 404
    assert "我多守了两小时" in clerk.get(address).content.decode()
    assert clerk.post(address, {"verdict": "upheld", "hours": "30", "words": "好"}).status_code == 422
    assert clerk.post(address, {"verdict": "upheld", "hours": "10", "words": "已核实，更正为10小时"}).status_code == 303
    assert clerk.post(address, {"verdict": "kept", "words": "x"}).status_code == 409
    assert sums(stage)[NAMES[0]].hours == 10
    assert "已核实，更正为10小时" in phone.get(f"{page}record/").content.decode()
    assert owner("select count(*) from worklist_item where source = 'service' and done_at is null") == [(0,)]


def test_a_line_that_stays_keeps_both_views_and_a_missing_one_is_added(stage: Stage) -> None:
    slot = stage.slot(stage.members[0], hours_ago=30)
    phone, page = stage.phone(stage.members[0])
    phone.post(f"{page}record/object/", {"line": f"shift:{slot}", "words": "不是我"})
    phone.post(f"{page}home/", {"code": entering.home_code(HOME)})
    assert (
        phone.post(f"{page}record/object/", {"line": "missing", "day": "2099-01-01", "words": "x"}).status_code == 422
    )
    assert (
        phone.post(
            f"{page}record/object/", {"line": "missing", "day": "2022-03-12", "words": "帮社区送菜六小时"}
        ).status_code
        == 303
    )
    clerk = stage.desk("community_clerk", HOME)
    first, second = (row[0] for row in owner("select id from service_objection order by id"))
    clerk.post(f"/service/objections/{first}/", {"verdict": "kept", "words": "签到记录是您本人"})
    clerk.post(f"/service/objections/{second}/", {"verdict": "upheld", "hours": "6", "role": "other", "words": "属实"})
    found = sums(stage)[NAMES[0]]
    assert (found.hours, found.shifts) == (14, 2)
    shown = phone.get(f"{page}record/").content.decode()
    assert "不是我" in shown and "签到记录是您本人" in shown, "both views are kept"


def test_who_reads_a_record_says_what_for_and_is_seen_by_the_member(stage: Stage) -> None:
    stage.slot(stage.members[0], hours_ago=30)
    code = format_code(owner("select code from workforce_member where id = %s", stage.members[0])[0][0])
    officer, stranger = stage.officer(), stage.desk("community_clerk", HOME)
    assert "东门" not in officer.get(f"/service/members/{code}/record/").content.decode()
    assert officer.post(f"/service/members/{code}/record/", {}).status_code == 422
    assert officer.post(f"/service/members/{code}/record/", {"purpose": "recognition"}).status_code == 200
    assert stranger.post(f"/service/members/{code}/record/", {"purpose": "recognition"}).status_code == 404
    assert owner("select role, purpose from service_look") == [("sending_unit_officer", "recognition")]
    phone, page = stage.phone(stage.members[0])
    assert "县财政局" in phone.get(f"{page}record/").content.decode()


def test_a_host_sees_what_was_done_at_its_place_only(stage: Stage) -> None:
    stage.slot(stage.members[0], hours_ago=30)
    stage.slot(stage.members[0], hours_ago=80, path=NEXT, name="西门")
    owner(
        "insert into workforce_presence (path, member_id, why, until_on) values (%s, %s, 4, current_date + 1)",
        HOME,
        stage.members[0],
    )
    with transaction.atomic():
        actor = stage.world.enter("community_clerk", HOME)
        lines = record.look_at(actor=actor, member=stage.members[0], purpose="question")
    owner("delete from workforce_presence where why = 4")
    assert [line.title for line in lines] == ["东门"]


def test_a_table_leaves_the_unit_only_with_those_who_agreed_and_in_the_order_of_names(stage: Stage) -> None:
    for at, member in enumerate(reversed(stage.members)):  # who comes last by name has served most
        for day in range(5 - at):
            stage.slot(member, hours_ago=30 + 24 * day)
    phone, page = stage.phone(stage.members[3])
    assert phone.post(f"{page}record/consent/", {"agreed": "1"}).status_code == 303
    officer = stage.officer()
    address = f"/service/units/{stage.unit}/record.xlsx"
    assert officer.post(address, {}).status_code == 422
    inside = officer.post(address, {"purpose": "recognition", "outside": "0", "sort": "hours", "order": "-hours"})
    assert names_in(inside.content) == NAMES == sorted(NAMES, key=record.by_name)
    assert names_in(officer.post(address, {"purpose": "recognition"}).content) == [NAMES[3]]
    assert phone.post(f"{page}record/consent/", {"agreed": "0"}).status_code == 303
    assert names_in(officer.post(address, {"purpose": "recognition"}).content) == []
    shown = officer.post(f"/service/units/{stage.unit}/", {"purpose": "assessment"}).content.decode()
    places = [shown.index(name) for name in NAMES]
    assert places == sorted(places)
    assert owner("select count(*) from service_look where member_id = %s", stage.members[0])[0][0] >= 2
    assert stage.desk("community_clerk", HOME).post(address, {"purpose": "recognition"}).status_code == 404


def names_in(content: bytes) -> list[str]:
    """Names of a table, in its order."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    return [str(row[0]) for row in rows if row and str(row[0]) in NAMES]


def test_nothing_here_can_order_people_by_what_they_did() -> None:
    """Neither a statement nor a page nor an export: no order by an amount, no head that sorts, no parameter that asks for one."""
    amount = r"(minutes|hours|days|shifts|visits|missions|pairings|places|times)"
    wrong = []
    for path in sorted(FOLDER.rglob("*")):
        if path.suffix not in (".sql", ".py", ".html"):
            continue
        text = path.read_text("utf-8").lower()
        for order in re.findall(r"order by ([^;)]*)", text):
            if re.search(rf"\b(\w+\.)?{amount}\b", order):
                wrong.append(f"{path.name}: order by {order[:60]}")
        if (
            re.search(rf"(sorted|sort)\([^\n]*{amount}", text)
            or "aria-sort" in text
            or "data-sort" in text
            or re.search(r"\brank\s*\(|row_number", text)
        ):
            wrong.append(path.name)
        if path.suffix == ".py" and re.search(r"(get|post)\.get\(\"(sort|order)", text):
            wrong.append(path.name)
    assert wrong == []


def test_at_an_incidents_end_the_sums_stay_and_the_lines_go(stage: Stage) -> None:
    stage.slot(stage.members[0], hours_ago=30)
    stage.slot(stage.members[0], hours_ago=100, incident=False, name="长期岗")
    incident = stage.world.incident
    before = sums(stage)[NAMES[0]]
    assert owner("select service_end_record(%s::smallint)", incident)[0][0]
    assert sums(stage)[NAMES[0]] == before, "nothing is counted twice while the details are there"
    for table in ("duty_slot", "duty_shift"):
        owner(f"delete from {table} where post_id in (select id from duty_post where incident_id = %s)", incident)
    owner("delete from duty_post where incident_id = %s", incident)
    owner("select service_end_forget(%s::smallint)", incident)
    after = sums(stage)[NAMES[0]]
    assert (after.days, after.minutes, after.shifts) == (before.days, before.minutes, before.shifts)
    phone, page = stage.phone(stage.members[0])
    shown = phone.get(f"{page}record/").content.decode()
    assert "2022年3月疫情" in shown and "东门" not in shown and "长期岗" in shown
    parts = owner(
        "select release, duties, record, forget from retirement_part where app in ('service', 'missions') order by app"
    )
    assert len(parts) == 2


def test_a_correction_after_the_closing_reaches_the_sums(stage: Stage) -> None:
    slot = stage.slot(stage.members[0], hours_ago=30)
    owner("select service_end_record(%s::smallint)", stage.world.incident)
    phone, page = stage.phone(stage.members[0])
    phone.post(f"{page}record/object/", {"line": f"shift:{slot}", "words": "少记"})
    number = owner("select id from service_objection")[0][0]
    stage.desk("community_clerk", HOME).post(
        f"/service/objections/{number}/", {"verdict": "upheld", "hours": "11", "words": "属实"}
    )
    assert owner("select minutes from service_total where member_id = %s", stage.members[0]) == [(660,)]
