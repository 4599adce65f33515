"""Reads that pages make: asked once while a page only looks, asked again after a write; objects as Django's own reads give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections, transaction

from lianfang.base.areas.models import Area, Boundary
from lianfang.base.database.select import call, reading_once, run, select, select_as

pytestmark = [pytest.mark.pg15, pytest.mark.usefixtures("database")]
NOW = "select name from areas_area where path = %s"
WRITE = (
    "insert into areas_area (code, path, level, name, parent_path, edition, note) values (%s, %s, 1, %s, '', 2023, '')"
)


@pytest.fixture
def asked(database: Any) -> Iterator[list[str]]:
    """Statements that reached the database as the owner, in one transaction that is rolled back."""
    seen: list[str] = []

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    with transaction.atomic(using="owner"):
        run(WRITE.replace("%s", "%b"), ["410000000000", "41", "河南省"], using="owner")
        with connections["owner"].execute_wrapper(watch):
            yield seen
        transaction.set_rollback(True, using="owner")


def test_a_question_is_asked_once_while_a_page_looks(asked: list[str]) -> None:
    with reading_once():
        first = select(NOW, ["41"], using="owner")
        first.clear()  # what one reader does to its rows is its own
        assert select(NOW, ["41"], using="owner") == [("河南省",)]
        assert select(NOW, ["42"], using="owner") == []
        assert select(NOW, ["42"], using="owner") == []
    assert len(asked) == 2
    assert select(NOW, ["41"], using="owner") == [("河南省",)]
    assert select(NOW, ["41"], using="owner") == [("河南省",)]
    assert len(asked) == 4


def test_a_write_makes_the_page_ask_again(asked: list[str]) -> None:
    with reading_once():
        assert select(NOW, ["41"], using="owner") == [("河南省",)]
        run("update areas_area set name = %b where path = '41'", ["河南"], using="owner")
        assert select(NOW, ["41"], using="owner") == [("河南",)]
        assert select(NOW, ["41"], using="owner") == [("河南",)]
        call("select 1")
        assert select(NOW, ["41"], using="owner") == [("河南",)]
    assert len([one for one in asked if one == NOW]) == 3


def test_numbers_and_texts_are_different_questions(asked: list[str]) -> None:
    with reading_once():
        assert select("select %s::text", ["1"], using="owner") == [("1",)]
        assert select("select %s::text", [1], using="owner") == [("1",)]
    assert len(asked) == 2


def test_objects_are_those_of_djangos_own_read(asked: list[str]) -> None:
    shape = {"type": "Polygon", "coordinates": [[[115.5, 34.0], [115.6, 34.0], [115.6, 34.1], [115.5, 34.0]]]}
    Boundary.objects.using("owner").create(path="41", geometry=shape, given_as="wgs84", source="test")
    for model, which in ((Area, "where path = %s"), (Boundary, "where path = %s order by path limit 1")):
        [found], own = select_as(model, which, ["41"], using="owner"), model.objects.using("owner").get(path="41")
        assert {**vars(found), "_state": 0} == {**vars(own), "_state": 0}
        assert found == own
        assert found._state.db == "owner"
        assert not found._state.adding
