"""`lianfang demo --full`: the same act at a small size, so that the long one is known to run before somebody waits for it."""

from __future__ import annotations

import random
from io import StringIO

import pytest
from django.db import connections
from rich.console import Console

from lianfang.base.database import connect
from lianfang.base.playbooks.api import load_shipped
from lianfang.cli.demo import city, deployment, summary
from lianfang.cli.demo.cast import Company
from lianfang.cli.demo.stage import Stage
from lianfang.exchange.synthetic.workforce import units

pytestmark = [pytest.mark.row("B4"), pytest.mark.row("A1")]
SMALL = city.City("cangzhou", "1309", people=1_300, units=40, compounds=300, counties=("130902", "130903"))
"""The two districts of the city: 201 villages and communities."""
LISTED = 201


def count(statement: str) -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


@pytest.fixture(scope="module")
def stage(database: connect.Target) -> Stage:
    """The act, played."""
    made = Stage(
        Console(file=StringIO(), width=400),
        Company(),
        "127.0.0.1",
        0,
        random.Random(1),
        load_shipped("covid-2022"),
        {},
    )
    city.whole_city(made, SMALL)
    return made


def test_everybody_on_the_lists_is_taken_and_each_unit_stands_once(stage: Stage) -> None:
    told = stage.told["city"]
    assert told["listed"] == LISTED
    assert told["import"]["taken"] == SMALL.people
    assert told["import"]["verdicts"] == {"new": SMALL.people}
    assert count("select count(*) from workforce_member") == SMALL.people
    assert told["import"]["units"] == count("select count(*) from workforce_organisation") == SMALL.units
    assert count("select count(distinct path) from workforce_organisation") == 3, "of the city and of two districts"


def test_the_adopted_plan_stands_in_the_tables_and_breaks_no_rule(stage: Stage) -> None:
    told = stage.told["city"]
    assert told["status"] == "optimal"
    assert told["broken"] == told["differs"] == 0
    assert told["figures"]["placed"][0] == SMALL.people
    assert told["figures"]["unplaced"][0] == told["figures"]["empty"][0] == told["figures"]["without_lead"][0] == 0
    by_kind = "select count(*) from pairings_pairing where ended_on is null and target_kind = '{}'"
    assert count(by_kind.format("community")) == LISTED
    assert count(by_kind.format("compound")) == SMALL.compounds
    assert told["pairings"] == LISTED + SMALL.compounds
    assert sum(placed for _, placed, _ in told["counties"]) == SMALL.people


def test_compounds_are_registered_from_their_list_and_each_has_a_lead_of_its_shifts(stage: Stage) -> None:
    told = stage.told["city"]
    assert (told["compounds"], told["compounds_refused"]) == (SMALL.compounds, 0)
    assert count("select count(*) from areas_compound where name like '%（演练）'") == SMALL.compounds
    led = "select count(distinct pairing_id) from pairings_part where item = 'lead' and member_id > 0 and ended_on is null"
    assert count(led) == SMALL.compounds
    assert count("select count(*) from pairings_pairing where target_kind = 'compound' and 'lead' = any (lacks)") == 0


def test_a_pairing_that_does_not_follow_the_plan_is_counted(stage: Stage) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "update pairings_part set ended_on = from_on where id = (select min(id) from pairings_part where member_id > 0)"
        )
    try:
        assert deployment.differs(stage.told["city"]["plan"]) == 1
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("update pairings_part set ended_on = null where ended_on = from_on")


def test_both_counts_of_the_city_are_told_with_their_source(stage: Stage) -> None:
    summary.deployments(stage.console, stage.told)
    text = stage.console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO
    for words in (
        "区划名单中有201个村（社区）",
        "社区339、村5,663（长城网",
        "339 communities, 5,663 villages",
        "登记了300个小区；文件记载：小区2,982（长城网",
        "300 compounds are registered; documents count 2,982 compounds",
        "1,300 / 1,300 人收下",
        "新华区",
        "运河区",
        "0 条违反",
    ):
        assert words in text, words
    rows = count("select count(*) from areas_denominator where path = '1309'")
    assert rows == len(stage.told["city"]["documents"]) == 3


@pytest.mark.parametrize("key", sorted(city.CITIES))
def test_nobody_in_the_city_has_the_number_of_somebody_in_the_county(key: str) -> None:
    one = city.CITIES[key]
    county = units(["411621001001"], deployment.PEOPLE, deployment.UNITS, deployment.SEED)
    made = units([f"{one.path}02001001"], one.people, one.units, int(one.path))
    numbers = {*county.id_no.tolist(), *made.id_no.tolist()}
    assert len(numbers) == deployment.PEOPLE + one.people
