"""More than 500 people outside one's own community leave only when a second person agreed: once, counted, marked, on record."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from lianfang.base.access.api import Actor
from lianfang.base.areas.api import load_divisions, shipped_divisions
from lianfang.domain.residents import large_exports
from lianfang.domain.residents.api import import_residents, write_roll
from lianfang.kernel.errors import LianfangError
from tests.domain.residents import rosters
from tests.domain.residents.offices import acting, office, owner

HERE, TOWN, COUNTY = "411621001001", "411621001", "411621"
PEOPLE = 520
pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.row("C1")]


@pytest.fixture(scope="module")
def people(database: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A community of 520."""
    load_divisions(shipped_divisions("fugou"), edition=2020)
    file = rosters.write(tmp_path_factory.mktemp("r") / "a.xlsx", [rosters.person(n) for n in range(PEOPLE)])
    assert import_residents(actor=office(HERE), path_to_file=file, area_path=HERE).taken == PEOPLE


@pytest.fixture
def asker(people: None) -> Actor:
    owner("truncate residents_export_request, access_event, worklist_item")
    return office(COUNTY, "county_dispatcher")


@pytest.fixture
def second(people: None) -> Actor:
    return office(COUNTY, "county_dispatcher")


def refused(code: str) -> object:
    return pytest.raises(LianfangError, check=lambda error: error.code == code)


def test_alone_nobody_takes_more_than_five_hundred(asker: Actor) -> None:
    with refused("access.second_person_needed"):
        write_roll(actor=asker, path=TOWN, target=io.BytesIO(), stamp="x")


def test_two_people_once_counted_and_marked(asker: Actor, second: Actor) -> None:
    number = large_exports.ask_export(actor=asker, path=TOWN, purpose="audit")
    assert owner("select people, state from residents_export_request") == [(PEOPLE, "asked")]
    assert owner("select path, for_role from worklist_item") == [(COUNTY, "county_dispatcher")]
    with refused("residents.export_not_open"):
        large_exports.take_export(actor=asker, request_id=number, stamp="x")
    with refused("residents.export_same_person"):
        large_exports.decide_export(actor=asker, request_id=number, agreed=True)
    large_exports.decide_export(actor=second, request_id=number, agreed=True)
    with refused("access.not_found"):
        large_exports.take_export(actor=second, request_id=number, stamp="x")
    body, rows = large_exports.take_export(actor=asker, request_id=number, stamp="2022-04-03 20:00")
    assert rows == PEOPLE
    book = load_workbook(io.BytesIO(body))
    cells = [str(cell.value) for row in book.active.iter_rows() for cell in row if cell.value is not None]
    text = " ".join([*cells, str(book.active.oddFooter.center.text), str(book.active.oddHeader.center.text)])
    assert rosters.person(1)["name"] not in text, "masked as the role sees people"
    assert asker.username in text
    assert f"№{number}" in text
    assert owner("select state, rows from residents_export_request") == [("taken", PEOPLE)]
    assert owner("select what, detail from access_event where what in ('exported', 'export_agreed') order by id") == [
        ("export_agreed", f"request {number}, {TOWN}, {PEOPLE} people"), ("exported", f"residents-large, {TOWN}, {PEOPLE}"),
    ]  # fmt: skip
    with refused("residents.export_not_open"):
        large_exports.take_export(actor=asker, request_id=number, stamp="x")
    assert owner("select count(*) from worklist_item where done_at is null") == [(0,)]


def test_an_old_agreement_and_a_refusal_give_nothing(asker: Actor, second: Actor) -> None:
    first = large_exports.ask_export(actor=asker, path=TOWN, purpose="audit")
    large_exports.decide_export(actor=second, request_id=first, agreed=False)
    with refused("residents.export_not_open"):
        large_exports.take_export(actor=asker, request_id=first, stamp="x")
    with refused("residents.export_decided"):
        large_exports.decide_export(actor=second, request_id=first, agreed=True)
    later = large_exports.ask_export(actor=asker, path=TOWN, purpose="audit")
    large_exports.decide_export(actor=second, request_id=later, agreed=True)
    owner("update residents_export_request set decided_at = now() - interval '25 hours'")
    with refused("residents.export_not_open"):
        large_exports.take_export(actor=asker, request_id=later, stamp="x")


def test_what_cannot_be_asked(asker: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    with refused("residents.purpose_unknown"):
        large_exports.ask_export(actor=asker, path=TOWN, purpose="curiosity")
    with refused("access.not_found"):
        large_exports.ask_export(actor=asker, path="411622", purpose="audit")
    with refused("access.not_found"):
        large_exports.ask_export(actor=office(HERE), path=HERE, purpose="audit")
    monkeypatch.setattr(large_exports, "MOST", 100)
    with refused("residents.export_too_large"):
        large_exports.ask_export(actor=asker, path=TOWN, purpose="audit")
    with acting(asker):
        assert large_exports.requests(actor=asker) == []


def test_the_pages(asker: Actor, second: Actor) -> None:
    from django.conf import settings
    from django.test import Client

    from lianfang.base.access.api import open_session

    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    ours, theirs = Client(), Client()
    ours.cookies[settings.SESSION_COOKIE] = open_session(asker.account_id)
    theirs.cookies[settings.SESSION_COOKIE] = open_session(second.account_id)
    assert ours.post("/residents/exports/ask/", {"area": TOWN.ljust(12, "0"), "purpose": "audit"}).status_code == 303
    number = owner("select max(id) from residents_export_request")[0][0]
    assert f"/exports/{number}/decide/" not in ours.get("/residents/exports/").content.decode()
    assert f"/exports/{number}/decide/" in theirs.get("/residents/exports/").content.decode()
    assert theirs.post(f"/residents/exports/{number}/decide/", {"agreed": "1"}).status_code == 303
    file = ours.post(f"/residents/exports/{number}/file/")
    assert (file.status_code, file["X-Rows"]) == (200, str(PEOPLE))
    assert ours.post(f"/residents/exports/{number}/file/").status_code == 409
