"""Returnees for the daily report: counted once, on the day of the register, by origin, for the incident they came home in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from lianfang.base.access.api import Actor, enter, open_session, token_digest
from lianfang.base.access.services import create_account, create_grant
from lianfang.base.areas.api import load_divisions, shipped_divisions
from lianfang.base.incidents import api as incidents
from lianfang.base.metrics import api as metrics
from lianfang.base.vault.api import incident_box
from lianfang.domain.reports import api as reports
from lianfang.domain.residents.api import import_residents, undo_import
from lianfang.domain.residents.origins import origin_class
from lianfang.exchange.tables import RETURNEE
from lianfang.kernel.clock import beijing_day
from tests.domain.residents import rosters
from tests.domain.residents.offices import office, owner
from tests.support.keys import forget_key

HERE = "411621001001"
COUNTY = "411621"
NAMES = ["residents.returnees_new", "residents.returnees_by_origin"]
pytestmark = [pytest.mark.row("C3"), pytest.mark.row("I1")]


def person(role: str, path: str) -> str:
    account = create_account(
        username=f"{role}-{path}-{owner('select count(*) from access_account')[0][0]}", name="王芳", password="x" * 12
    )
    create_grant(account_id=account, role=role, path=path)
    return open_session(account)


@pytest.fixture(scope="module")
def tree(database: object) -> None:
    load_divisions(shipped_divisions("fugou"), edition=2020)


@pytest.fixture(scope="module")
def clerk(tree: None) -> Actor:
    return office(HERE)


@pytest.fixture
def incident(tree: None) -> Iterator[int]:
    with transaction.atomic():
        actor = enter(token_digest(person("command", COUNTY)))
        number = incidents.propose_incident(
            actor=actor, name="返乡", path=COUNTY, playbook="covid-2022", drill=True, edition="cn-ed8"
        )
        forget_key(number)
    with transaction.atomic():
        incidents.open_incident(actor=enter(token_digest(person("command", COUNTY))), incident_id=number)
    yield number
    with connections["owner"].cursor() as cursor:
        cursor.execute("update incidents_incident set state = 'closed' where id = %s", [number])
        cursor.execute("delete from residents_return")
        cursor.execute("delete from metrics_value where name = any (%s)", [NAMES])


def register(folder: Path, rows: list[dict[str, Any]], name: str = "returnees.xlsx") -> Path:
    made = [
        {**{key: rosters.person(row["n"])[key] for key in ("name", "id_no", "phone")}, "home_address": f"幸福路{row['n']}号",
         **{key: value for key, value in row.items() if key != "n"}}
        for row in rows
    ]  # fmt: skip
    return rosters.write(folder / name, made, columns=RETURNEE)


def column(actor: Actor, key: str) -> Any:
    metrics.fold()
    assert metrics.recompute(NAMES) == []
    with transaction.atomic():
        enter(token_digest(person("community_head", HERE)))
        found = reports.unit_report(reports.period_of(HERE, day=beijing_day(timezone.now())), HERE).derived
    return found.values.get(key)


ROWS = [
    {"n": 1, "return_date": "2022-03-10", "origin_address": "湖北省武汉市洪山区", "return_note": "G1234"},
    {"n": 2, "return_date": "2022-03-10", "origin_address": "河南省郑州市"},
    {"n": 3, "return_date": "2022-03-11", "origin_type": "省外返", "origin_address": "打工"},
]


def test_the_daily_report_counts_who_came_home(clerk: Actor, incident: int, tmp_path: Path) -> None:
    report = import_residents(actor=clerk, path_to_file=register(tmp_path, ROWS), area_path=HERE, register="returnee")
    assert column(clerk, "returnees_new") == 3
    with transaction.atomic():
        enter(token_digest(person("township_dispatcher", HERE[:9])))
        found = reports.unit_report(reports.period_of(HERE[:9]), HERE[:9]).derived.values
    assert (found["returnees_other_province"], found["returnees_same_province"], found["returnees_total"]) == (2, 1, 3)
    rows = owner(
        "select person, origin, sealed, returned_on::text from residents_return where incident = %s order by file_row",
        incident,
    )
    codes = [code for (code,) in owner("select code from residents_person order by id")]
    assert [row[0] for row in rows] == [incident_box(incident).pseudonym(code) for code in codes]
    assert "武汉".encode() not in bytes(rows[0][2])
    # another office lists one of them again, with the same day: the same return; and with a later one: another
    again = [ROWS[0] | {"return_note": "汽车"}, {"n": 2, "return_date": "2022-04-02", "origin_address": "河北省沧州市"}]
    other = import_residents(
        actor=clerk, path_to_file=register(tmp_path, again, "2.xlsx"), area_path=HERE, register="returnee"
    )
    assert column(clerk, "returnees_new") == 4
    undo_import(actor=clerk, file_id=other.file_id)
    assert column(clerk, "returnees_new") == 3
    undo_import(actor=clerk, file_id=report.file_id)
    assert column(clerk, "returnees_new") == 0
    assert owner("select count(*) from residents_return") == [(0,)]


def test_another_incidents_returnees_are_not_counted_here(clerk: Actor, incident: int, tmp_path: Path) -> None:
    import_residents(actor=clerk, path_to_file=register(tmp_path, ROWS, "3.xlsx"), area_path=HERE, register="returnee")
    assert column(clerk, "returnees_new") == 3
    with connections["owner"].cursor() as cursor:  # the next incident over the same place, on the same day
        cursor.execute(
            "update metrics_value set dim = replace(dim, %s, '9999') where name like 'residents.returnees%%'",
            [str(incident)],
        )
        cursor.execute(
            "update metrics_delta set dim = replace(dim, %s, '9999') where name like 'residents.returnees%%'",
            [str(incident)],
        )
    metrics.fold()
    with transaction.atomic():
        enter(token_digest(person("community_head", HERE)))
        found = reports.unit_report(reports.period_of(HERE), HERE).derived.values
    assert found["returnees_new"] == 0
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "update metrics_value set dim = replace(dim, '9999', %s) where name like 'residents.returnees%%'",
            [str(incident)],
        )
    with connections[
        "owner"
    ].cursor() as cursor:  # the incident's end forgets the figures, its record keeps them by area
        cursor.execute("select residents_end_record(%s::smallint)", [incident])
        record = cursor.fetchone()[0]
        cursor.execute("select residents_end_forget(%s::smallint)", [incident])
    assert 3 in [one["value"] for one in (json.loads(record) if isinstance(record, str) else record)]
    assert owner("select count(*) from metrics_value where name = any (%s)", NAMES) == [(0,)]


def test_without_an_incident_nobodys_journey_is_kept(clerk: Actor, tmp_path: Path) -> None:
    before = owner("select count(*) from residents_return")
    rows = [{"n": 8, "return_date": "2022-03-10", "origin_address": "湖北省武汉市"}]
    report = import_residents(
        actor=clerk, path_to_file=register(tmp_path, rows, "4.xlsx"), area_path=HERE, register="returnee"
    )
    assert report.counts == {"new": 1}
    assert owner("select count(*) from residents_return") == before


def test_a_return_in_the_future_is_not_counted(clerk: Actor, incident: int, tmp_path: Path) -> None:
    rows = [{"n": 9, "return_date": "2199-03-10", "origin_address": "湖北省武汉市"}]
    import_residents(actor=clerk, path_to_file=register(tmp_path, rows, "5.xlsx"), area_path=HERE, register="returnee")
    assert column(clerk, "returnees_new") == 0


@pytest.mark.parametrize(
    ("said", "address", "found"),
    [
        ("省外返", "", "other_province"), ("省内返", "湖北省", "same_province"), ("", "湖北省武汉市", "other_province"),
        ("", "河南省郑州市", "same_province"), ("", "中国香港", "abroad"), ("境外", "韩国", "abroad"), ("", "打工", "unknown"),
        ("", "", "unknown"), ("学生", "内蒙古自治区", "other_province"),
    ],
)  # fmt: skip
def test_classes_of_origin(said: str, address: str, found: str) -> None:
    assert origin_class(said, address, HERE) == found
