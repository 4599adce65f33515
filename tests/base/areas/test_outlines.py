"""Outlines of buildings in the tree of areas: which building each one is, taken once, repeated, decided by a person, undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from lianfang.base.areas.api import (
    NewBarrier,
    NewBuilding,
    NewOutline,
    add_barrier,
    add_buildings,
    barriers,
    buildings,
    decide_row,
    discard_outlines,
    drop_barrier,
    keep_drawing,
    load_divisions,
    outline_import,
    outline_rows,
    outlines,
    refused_counts,
    shipped_divisions,
    stage_outlines,
    take_outlines,
    undo_outlines,
)
from lianfang.base.areas.outline_rules import label_of, name_key
from lianfang.kernel.errors import LianfangError
from tests.domain.residents.offices import acting, office, owner

HERE, THERE = "411621001001", "411621001002"
pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.row("A5")]
STEP, WIDE, DEEP = 0.0005, 0.00026, 0.00011


@pytest.fixture(scope="module", autouse=True)
def tree(database: object) -> None:
    load_divisions(shipped_divisions("fugou"), edition=2020)


@pytest.fixture
def clerk() -> Any:
    for table in (
        "areas_outline_row",
        "areas_outline_import",
        "areas_outline",
        "areas_barrier",
        "areas_grid_building",
        "areas_building",
    ):
        owner(f"delete from {table}")
    return office(HERE)


def outline(n: int, name: str | None = None, *, east: float = 0.0, **words: Any) -> NewOutline:
    """The n-th house of a row."""
    x, y = 114.39 + n * STEP + east, 34.06
    ring = [[x, y], [x + WIDE, y], [x + WIDE, y + DEEP], [x, y + DEEP], [x, y]]
    said = {"compound": "", "community": "", "code": "", "floors": 6, "households": None} | words
    return NewOutline(
        name=f"{n}#" if name is None else name, layer="JMD", ref=f"{n:X}", area_m2=288.0, at=(x + WIDE / 2, y + DEEP / 2),
        geometry={"type": "Polygon", "coordinates": [ring]}, **said,
    )  # fmt: skip


WALL = NewBarrier("wall", "", "WQ", "W", {"type": "LineString", "coordinates": [[114.39, 34.0605], [114.4, 34.0605]]})


def sent(
    actor: Any,
    shapes: Sequence[NewOutline],
    *,
    digest: str = "a",
    path: str = HERE,
    lost: Sequence[tuple[str, str, str]] = (),
) -> Any:
    number = keep_drawing(
        path=path, filename="图.dxf", digest=digest, drawing=b"x", account=actor.account_id, settings={}
    )
    return number, stage_outlines(number=number, outlines=shapes, barriers=[WALL], settings={"k": 1}, left_out=lost)


@pytest.mark.parametrize(
    ("one", "other"), [("3号楼", "３#"), ("三号楼", "03"), ("十二栋", "12幢"), ("二十一号楼", "21号"), ("a座", "A 座")]
)
def test_one_building_written_in_two_ways(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_names_for_people() -> None:
    assert [label_of(word) for word in ("3#", "03幢", "幼儿园", "A座")] == ["3号楼", "3号楼", "幼儿园", "A座"]


def test_new_buildings_come_with_their_outlines_and_go_with_them(clerk: Any) -> None:
    with acting(clerk):
        add_buildings([NewBuilding(HERE, "", "1号楼")])
        number, counts = sent(clerk, [outline(1), outline(2), outline(3)], lost=[("outlines.open", "JMD", "7")])
        assert {k: v for k, v in counts.items() if v} == {"changed": 1, "new": 2, "refused": 1, "line_new": 1}
        assert refused_counts(number) == (("outlines.open", "JMD", 1),)
        assert not outlines(HERE)  # nothing is written before it is taken
        taken = take_outlines(number=number)
        assert (taken.outlines, taken.buildings, taken.barriers) == (3, 2, 1)
        assert [one.name for one in buildings(HERE)] == ["1号楼", "2号楼", "3号楼"]
        assert sorted(outlines(HERE)) == [f"{HERE}{n:04d}" for n in (1, 2, 3)]
        assert [line.kind for line in barriers(HERE)] == ["wall"]
        undone = undo_outlines(number=number)
        assert (undone.outlines, undone.buildings, undone.barriers, undone.kept) == (3, 2, 1, 0)
        assert [one.name for one in buildings(HERE)] == ["1号楼"]
        assert not outlines(HERE)


def test_the_same_plan_again_changes_nothing(clerk: Any) -> None:
    with acting(clerk):
        number, _ = sent(clerk, [outline(1), outline(2)])
        take_outlines(number=number)
        assert keep_drawing(path=HERE, filename="x", digest="a", drawing=b"y", account=1, settings={}) == number
        with pytest.raises(LianfangError) as caught:
            take_outlines(number=number)
        assert caught.value.code == "areas.outline_state"
        _, counts = sent(clerk, [outline(1), outline(2)], digest="b")
        assert {k: v for k, v in counts.items() if v} == {"same": 2, "line_same": 1}


def test_a_later_plan_replaces_and_undo_brings_back(clerk: Any) -> None:
    with acting(clerk):
        first, _ = sent(clerk, [outline(1), outline(2)])
        take_outlines(number=first)
        old = outlines(HERE)[f"{HERE}0001"].geometry
        second, counts = sent(clerk, [outline(1, east=0.0001), outline(2)], digest="b")
        assert (counts["changed"], counts["same"]) == (1, 1)
        take_outlines(number=second)
        assert undo_outlines(number=first).kept == 1  # the moved outline, and its building with it
        assert f"{HERE}0001" in outlines(HERE)
        undo_outlines(number=second)
        assert outlines(HERE)[f"{HERE}0001"].geometry == old


def test_doubts_wait_for_a_person(clerk: Any) -> None:
    with acting(clerk):
        add_buildings(
            [NewBuilding(HERE, "东院", "1号楼"), NewBuilding(HERE, "西院", "1号楼"), NewBuilding(HERE, "", "9号楼")]
        )
        first, _ = sent(clerk, [outline(9)], digest="0")
        take_outlines(number=first)
        shapes = [
            outline(1), outline(2, ""), outline(3, "8号楼"), outline(4, "8#"), outline(9, "10号楼"), outline(20, "9号楼"),
            outline(5, "1", compound="西院"), outline(6, code=THERE + "0001"),
        ]  # fmt: skip
        number, _ = sent(clerk, shapes)
        found = {row.number: (row.verdict, row.reason.removeprefix("areas.outline_")) for row in outline_rows(number)}
        assert found == {
            1: ("person", "several"), 2: ("person", "no_name"), 3: ("person", "same_twice"), 4: ("person", "same_twice"),
            5: ("person", "name_differs"), 6: ("person", "far"), 7: ("changed", ""), 8: ("refused", "code_unknown"),
        }  # fmt: skip
        decide_row(number=number, row=1, building=buildings(HERE)[0].path)
        decide_row(number=number, row=2, name="幼儿园")
        decide_row(number=number, row=4, skip=True)
        for wrong in ({"name": "幼儿园"}, {"building": buildings(HERE)[0].path}, {"name": "９号楼"}):
            with pytest.raises(LianfangError) as caught:
                decide_row(number=number, row=5, **wrong)
            assert caught.value.code == "areas.outline_claimed"
        with pytest.raises(LianfangError) as caught:
            decide_row(number=number, row=5)
        assert caught.value.code == "areas.outline_answer_needed"
        assert {row.number: row.verdict for row in outline_rows(number)}[3] == "new"  # its double was left out
        assert take_outlines(number=number).outlines == 4
        assert "幼儿园" in {one.name for one in buildings(HERE)}


@pytest.mark.usefixtures("clerk")
def test_outlines_of_a_township_find_their_communities() -> None:
    town = office(HERE[:9], "township_dispatcher")
    with acting(town):
        name = owner("select name from areas_area where path = %s", HERE)[0][0]
        number, _ = sent(town, [outline(1, community=name), outline(2, community=THERE), outline(3)], path=HERE[:9])
        assert {row.number: (row.path, row.verdict) for row in outline_rows(number)} == {
            1: (HERE, "new"), 2: (THERE, "new"), 3: (HERE[:9], "person"),
        }  # fmt: skip
        take_outlines(number=number)
        assert {path[:12] for path in outlines(HERE[:9])} == {HERE, THERE}
        assert {line.path for line in barriers(HERE)} == {
            HERE
        }  # a line of the township's plan is kept for each community it passes


def test_who_sees_and_draws(clerk: Any) -> None:
    with acting(clerk):
        number, _ = sent(clerk, [outline(1), outline(2)])
        take_outlines(number=number)
        held = [one.path for one in buildings(HERE)]
        line = add_barrier(path=HERE, kind="river", points=[(114.39, 34.06), (114.4, 34.06)])
        assert drop_barrier(path=HERE, number=line)
        for wrong in ({"kind": "moat"}, {"points": [(1.0, 2.0)]}, {"points": [(999.0, 0.0), (0.0, 0.0)]}):
            with pytest.raises(LianfangError):
                add_barrier(**{"path": HERE, "kind": "wall", "points": [(114.0, 34.0), (114.1, 34.0)]} | wrong)
    owner(
        "insert into areas_grid (net, path, code, name, started_on) values ('community', %s, '1', '一', '2020-01-01')",
        HERE,
    )
    grid = owner("select max(id) from areas_grid")[0][0]
    owner("insert into areas_grid_building (grid_id, net, building_id, path, from_on) select %s, 'community', id, path, '2020-01-01' "
          "from areas_building where path = %s", grid, held[0])  # fmt: skip
    with acting(office(HERE, "grid_worker", grids=[grid])):
        assert list(outlines(HERE)) == held[:1]
        with pytest.raises(LianfangError):
            outline_import(number)
    with acting(office(THERE)):
        assert not outlines(HERE)
        assert not barriers(HERE)
        with pytest.raises(LianfangError):
            undo_outlines(number=number)


def test_thrown_away_is_gone(clerk: Any) -> None:
    with acting(clerk):
        number, _ = sent(clerk, [outline(1)])
        discard_outlines(number=number)
        assert outline_rows(number) == ()
        with pytest.raises(LianfangError):
            take_outlines(number=number)


def test_a_building_that_is_lived_in_stays(clerk: Any) -> None:
    with acting(clerk):
        number, _ = sent(clerk, [outline(1), outline(2)])
        take_outlines(number=number)
        home = buildings(HERE)[0].path
    columns = owner("select column_name from information_schema.columns where table_name = 'residents_household' and is_nullable = 'NO' "
                    "and column_default is null and column_name <> 'path' and is_identity = 'NO'")  # fmt: skip
    values = {"sealed": b"x", "blind": b"x"}
    names = [name for (name,) in columns]
    owner(f"insert into residents_household (path, {', '.join(names)}) values (%s, {', '.join(['%s'] * len(names))})",
          home + "01001", *(values.get(name, b"x") for name in names))  # fmt: skip
    with acting(clerk):
        undone = undo_outlines(number=number)
        assert (undone.buildings, undone.kept) == (1, 1)
        assert [one.path for one in buildings(HERE)] == [home]
    owner("delete from residents_household")
