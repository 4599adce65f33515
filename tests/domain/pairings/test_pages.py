"""Every page of pairings through the real routes, in both languages: what lacks, who takes over, who is told."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from lianfang.domain.pairings import api
from lianfang.domain.pairings.api import NewPart, Target
from lianfang.domain.pairings.services import sweep, today
from tests.domain.pairings.world import COUNTY, HERE, NEXT, TOWN, County, build_county_in_incident, figures
from tests.domain.residents.offices import owner

LIVE_HANDS = (
    "select id from pairings_part where pairing_id = %s and ended_on is null and kind in ('person', 'unit', 'group')"
)
SOME = "select path, name from areas_area where parent_path = '411621003' order by path offset %s limit 3"
LANGUAGES = ["zh-hans", "en"]
TOKENS: dict[tuple[str, str], str] = {}


@pytest.fixture(scope="module")
def county(database: object) -> County:
    """One county for the module, with an incident and a resident."""
    TOKENS.clear()
    return build_county_in_incident()


def client(role: str, path: str, language: str = "zh-hans", **grant: Any) -> Client:
    """A browser of somebody signed in."""
    from lianfang.base.access.api import create_account, create_grant, open_session

    key = (role, path)
    if key not in TOKENS:
        account = create_account(username=f"page-{role}-{path}", name="演练员", password="only-for-tests")
        create_grant(account_id=account, role=role, path=path, **grant)
        TOKENS[key] = open_session(account)
    made = Client()
    made.cookies[settings.SESSION_COOKIE] = TOKENS[key]
    made.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return made


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:3000]
    return str(answer.content.decode())


@pytest.mark.row("B4")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_county_sees_how_its_towns_stand(county: County, language: str) -> None:
    sweep()
    figures(COUNTY)
    page = text(client("county_dispatcher", COUNTY, language).get(f"/pairings/area/{COUNTY}000000/"))
    towns = owner("select count(*) from areas_area where parent_path = %s and ended_on is null", COUNTY)[0][0]
    assert page.count('<svg class="stand"') == towns
    assert f"/pairings/orphans/{TOWN}000/?kind=community" in page
    assert ("无人包联" if language == "zh-hans" else "With nobody") in page
    below = text(client("county_dispatcher", COUNTY, language).get(f"/pairings/orphans/{TOWN}000/?kind=community"))
    assert (
        below.count("/pairings/new/")
        == owner("select count(*) from areas_area where parent_path = %s and ended_on is null", TOWN)[0][0]
    )


@pytest.mark.row("B4")
@pytest.mark.row("B6")
@pytest.mark.parametrize("language", LANGUAGES)
def test_from_nobody_to_complete_to_a_successor(county: County, language: str) -> None:
    """The whole way through forms: pair, see what lacks, fill, hand over, release, end."""
    town = client("township_dispatcher", TOWN, language)
    county_desk = client("county_dispatcher", COUNTY, language)
    at = owner(
        "select path from areas_area where parent_path = %s order by path offset %s limit 1",
        TOWN,
        3 if language == "en" else 4,
    )[0][0]
    assert "first_secretary" in text(town.get(f"/pairings/new/{at}/?kind=community"))
    form = {
        "template": "first_secretary",
        "tick": f"community:{at}:0",
        "from_on": str(today()),
        "until_on": "2020-01-01",
        "share": "",
    }
    wrong = text(town.post(f"/pairings/new/{at}/", form), 422)
    assert 'id="error-summary"' in wrong
    assert "community:" in wrong
    made = town.post(f"/pairings/new/{at}/", form | {"until_on": ""})
    assert made.status_code == 303
    number = int(made["Location"].strip("/").split("/")[-1])
    page = text(town.get(made["Location"]))
    assert page.count(f"/pairings/{number}/fill/") >= 5
    assert ("第一书记" if language == "zh-hans" else "first secretary") in page
    people = text(county_desk.get(f"/pairings/{number}/fill/first_secretary/?unit={county.bureau}"))
    assert "成员1-00003" in people
    filled = county_desk.post(
        f"/pairings/{number}/fill/first_secretary/?unit={county.bureau}", {"member": county.members[3], "code": ""}
    )
    assert filled.status_code == 303
    missing = text(
        county_desk.post(f"/pairings/{number}/fill/first_secretary/", {"member": "", "code": "AAAAAAAAA"}), 422
    )
    assert ("没有这位人员" if language == "zh-hans" else "There is no such member") in missing
    county_desk.post(f"/pairings/{number}/fill/unit/", {"unit": county.bureau})
    county_desk.post(f"/pairings/{number}/fill/team/", {"unit": county.bureau})
    for item in ("equips", "family"):
        assert (
            town.post(f"/pairings/{number}/fill/{item}/", {"text": "每周一次", "due_on": str(today())}).status_code
            == 303
        )
    assert (
        town.post(f"/pairings/{number}/fill/plan/", {"title": "计划", "where": "村委会", "link": ""}).status_code == 303
    )
    whole = text(town.get(f"/pairings/{number}/"))
    assert ("没有缺项" if language == "zh-hans" else "Nothing lacks") in whole
    promise = re.search(rf"/pairings/{number}/part/(\d+)/done/", whole)
    assert promise
    assert town.post(promise[0]).status_code == 303
    part = re.search(rf"/pairings/{number}/part/(\d+)/handover/", whole)
    assert part
    lead = owner("select id from pairings_part where pairing_id = %s and item = 'first_secretary'", number)[0][0]
    address = f"/pairings/{number}/part/{lead}/handover/?unit={county.bureau}"
    again = {"member": county.members[3], "code": "", "on": str(today()), "note": "给自己"}
    assert ("回到原来的人" if language == "zh-hans" else "nothing is handed over") in text(
        county_desk.post(address, again), 422
    )
    assert county_desk.post(address, again | {"member": county.members[4], "note": "钥匙在门卫"}).status_code == 303
    after = text(county_desk.get(f"/pairings/{number}/"))
    assert "成员1-00004" in after
    assert "钥匙在门卫" in after
    assert ("已交接" if language == "zh-hans" else "handed over") in after
    for (live,) in owner(
        "select id from pairings_part where pairing_id = %s and ended_on is null and kind in ('person','unit','group')",
        number,
    ):
        assert town.post(f"/pairings/{number}/part/{live}/release/").status_code == 303
    assert ("原有包联，现无人" if language == "zh-hans" else "fell open") in text(
        town.get(f"/pairings/orphans/{TOWN}000/?kind=community")
    )
    assert f"/pairings/{number}/" in text(town.get("/worklist/"))
    assert town.post(f"/pairings/{number}/end/").status_code == 303
    assert "409" in str(town.post(f"/pairings/{number}/end/").status_code)
    assert f"/pairings/{number}/" not in text(town.get("/worklist/"))


@pytest.mark.row("B4")
def test_offices_see_their_own_area_only(county: County) -> None:
    number = api.adopt_pairings(
        actor=county.head, template="building_lead", targets=[Target("building", HERE + "0001")],
        parts=[NewPart(0, "lead", member=county.members[5])], from_on=today(),
    )[0]  # fmt: skip
    head, other = client("community_head", HERE), client("community_head", NEXT)
    assert "1号楼" in text(head.get(f"/pairings/{number}/"))
    assert other.get(f"/pairings/{number}/").status_code == 404
    assert other.get(f"/pairings/area/{HERE}/").status_code == 404
    assert other.post(f"/pairings/{number}/end/").status_code == 404
    assert client("community_clerk", HERE).post(f"/pairings/{number}/end/").status_code == 404
    assert client("grid_worker", HERE, grids=[]).get(f"/pairings/area/{HERE}/").status_code == 404
    city = client("command", COUNTY[:4])
    assert "成员1" not in text(city.get(f"/pairings/area/{HERE}/?kind=building"))


@pytest.mark.row("B4")
def test_the_ledger_leaves_as_an_office_table(county: County) -> None:
    answer = client("county_dispatcher", COUNTY).get(f"/pairings/file/{COUNTY}000000/")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    head = next(row for row in rows if row[0] == "区域")
    assert list(head[:4]) == ["区域", "包联对象", "包联模板", "范围"]
    lines = rows[rows.index(head) + 1 :]
    count = owner(
        "select count(*) from pairings_pairing where ended_on is null and target_kind not in ('person', 'household')"
    )[0][0]
    assert len(lines) == count > 0


@pytest.mark.row("B4")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_of_existing_pairings_gets_a_verdict_a_row(county: County, language: str) -> None:
    """New, paired already, refused with the cell; only the new ones are taken, and none twice."""
    places = owner(SOME, 5 if language == "en" else 10)
    api.adopt_pairings(
        actor=county.head, template="community_2022", targets=[Target("community", places[2][0])], parts=[], from_on=today(),
        incident_id=county.incident,
    )  # fmt: skip
    book = Workbook()
    for row in (
        ["包联单位", "包联社区", "包联领导", "包联人员"],
        ["县住建局", places[0][1], "成员1-00006", "成员1-00007、成员1-00008"],
        ["县住建局", places[1][0] + "", "", ""],
        ["县住建局", places[2][1], "成员1-00006", ""],
        ["县住建局", "没有这个村", "成员1-00006", ""],
        ["没有这个局", places[1][1], "", ""],
        ["县住建局", places[1][1], "无此人", ""],
        ["", places[1][1], "", ""],
        ["县住建局", places[0][1], "成员1-00009", ""],
    ):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    desk = client("county_dispatcher", COUNTY, language)
    out.seek(0)
    out.name = "包联.xlsx"
    page = text(desk.post("/pairings/import/", {"template": "community_2022", "file": out, "do": "check"}))
    assert page.count("badge good") == 2
    assert page.count("badge unknown") == 1
    assert page.count("badge act") == 5
    kept = re.search(r'name="kept" value="([^"]+)"', page)
    assert kept
    before = owner("select count(*) from pairings_pairing")[0][0]
    assert (
        desk.post("/pairings/import/", {"template": "community_2022", "kept": kept[1], "do": "take"}).status_code == 303
    )
    assert owner("select count(*) from pairings_pairing")[0][0] == before + 2
    again = text(desk.post("/pairings/import/", {"template": "community_2022", "kept": kept[1], "do": "take"}), 422)
    assert ("没有可以采用的行" if language == "zh-hans" else "No row of the table can be taken") in again
    assert text(desk.post("/pairings/import/", {"template": "community_2022", "kept": "forged", "do": "take"}), 422)
    people = owner(
        "select count(*) from pairings_part q join pairings_pairing p on p.id = q.pairing_id where p.path = %s",
        places[0][0],
    )
    assert people == [(4,)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_page_by_page_and_by_state(county: County, language: str) -> None:
    """And the overview of the county says how many places have nobody, once anything is paired there."""
    desk = client("county_dispatcher", COUNTY, language)
    everything = text(desk.get(f"/pairings/list/{COUNTY}000000/"))
    assert everything.count('id="pairing-') > 3
    whole = text(desk.get(f"/pairings/list/{COUNTY}000000/?state=complete"))
    assert 0 < whole.count('id="pairing-') < everything.count('id="pairing-')
    assert text(desk.get(f"/pairings/list/{COUNTY}000000/?state=open"))
    sweep()
    figures(COUNTY)
    overview = text(desk.get(reverse("area", args=[f"{COUNTY}000000"])))
    assert ("无人包联的村社区" if language == "zh-hans" else "Villages with nobody paired") in overview
