"""Plans of grids from outlines to adopted grids: sizes, walls, redraws that move little, pins, edits, three nets."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pytest

from lianfang.base.access.pages import speaking
from lianfang.base.areas.api import (
    NewBuilding,
    NewGrid,
    add_barrier,
    add_buildings,
    buildings,
    grids,
    keep_drawing,
    load_divisions,
    outlines,
    redraw_grids,
    shipped_divisions,
    stage_outlines,
    take_outlines,
)
from lianfang.domain.plans import services, worker
from lianfang.domain.plans.kinds.grids_cut import grids_for, heirs
from lianfang.domain.plans.kinds.grids_ground import Site, components, ground_of, in_order
from lianfang.domain.plans.registry import kind_of
from lianfang.domain.plans.selectors import built_of, lines_of, plan_by_id, result_of
from lianfang.exchange.outlines import Frame, compose, guess_roles, read_drawing
from lianfang.kernel.errors import LianfangError
from lianfang.web.grids_files import staged_of
from tests.domain.residents.offices import acting, office, owner
from tests.support.grid_city import city

TOWN, HERE, THERE = "411621001", "411621001001", "411621001002"
pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.row("A5")]
ASKED = {"net": "community", "low": 300, "high": 500, "keep": "redraw"}


@pytest.fixture(scope="module", autouse=True)
def tree(database: object) -> None:
    load_divisions(shipped_divisions("fugou"), edition=2020)


@pytest.fixture
def dispatcher() -> Any:
    """A township with two drawn communities: 120 houses each, the third block's river is theirs by name only."""
    for table in ("plans_line", "plans_plan", "areas_outline_row", "areas_outline_import", "areas_outline", "areas_barrier",
                  "areas_grid_building", "areas_grid", "areas_building", "areas_compound", "worklist_item"):  # fmt: skip
        owner(f"delete from {table}")
    actor = office(TOWN, "township_dispatcher")
    load(actor, city([HERE, THERE], houses=120))
    return actor


def load(actor: Any, features: list[dict[str, Any]], path: str = TOWN) -> None:
    """File → outlines → buildings, as the pages do it."""
    raw = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    drawing = read_drawing(raw)
    shapes, lines, lost = staged_of(compose(drawing, guess_roles(drawing), Frame("wgs84")))
    with acting(actor):
        number = keep_drawing(
            path=path, filename="城.geojson", digest=str(hash(raw)), drawing=b"", account=actor.account_id, settings={}
        )
        stage_outlines(number=number, outlines=shapes, barriers=lines, settings={}, left_out=lost)
        take_outlines(number=number)


def planned(actor: Any, path: str = TOWN, *, replaces: Any = None, **params: Any) -> Any:
    """A computed plan."""
    with acting(actor):
        number = services.propose(
            actor=actor, kind="grids", path=path, params=ASKED | params, seconds=20, replaces=replaces
        )
    worker.run_job(number)
    with acting(actor):
        plan = plan_by_id(number)
        assert plan.state == "proposed", plan.reasons
    return plan


def held(path: str = TOWN, net: str = "community") -> dict[int, set[str]]:
    return {grid.id: set(grid.buildings) for grid in grids(path, on=date(2030, 1, 1), net=net)}


def test_a_township_from_outlines_to_adopted_grids(dispatcher: Any) -> None:
    plan = planned(dispatcher)
    with acting(dispatcher):
        built, made, result = built_of(plan), lines_of(plan.id), result_of(plan)
        assert len(made) == 240
        loads = result.grid_weight
        assert loads.sum() == built.problem.weight.sum() > 3000
        assert ((loads >= 300) & (loads <= 500)).all()
        figures = {one["key"]: (one["plan"], one["baseline"]) for one in plan.summary["figures"]}
        assert figures["figure.outside"][0] == 0
        assert figures["figure.border"][0] < figures["figure.border"][1]
        assert services.adopt(actor=dispatcher, plan_id=plan.id, version=plan.version) == len(loads)
        now = held()
        assert sum(len(one) for one in now.values()) == 240
        assert all(len({path[:12] for path in one}) == 1 for one in now.values())  # no grid crosses a community
    told = owner("select count(*) from worklist_item where source = 'plans'")
    assert told == [(2,)]  # both communities have grids without a worker


def test_no_grid_crosses_a_wall_that_parts_a_community(dispatcher: Any) -> None:
    with acting(dispatcher):
        shapes = outlines(HERE)
        south = sorted(
            at for at, one in shapes.items() if one.at[1] < sorted(o.at[1] for o in shapes.values())[59] + 1e-9
        )
        cut = sorted(one.at[1] for one in shapes.values())
        level = (cut[59] + cut[60]) / 2
        add_barrier(path=HERE, kind="river", points=[(113.0, level), (115.0, level)])
    plan = planned(dispatcher, HERE)
    with acting(dispatcher):
        for target in {line.target for line in lines_of(plan.id)}:
            sides = {line.path in south for line in lines_of(plan.id) if line.target == target}
            assert len(sides) == 1


def test_a_new_compound_moves_few(dispatcher: Any) -> None:
    first = planned(dispatcher)
    with acting(dispatcher):
        services.adopt(actor=dispatcher, plan_id=first.id)
        before = held()
        add_buildings([NewBuilding(HERE, "新院", f"{n}号楼", floors=6, entrances=3) for n in range(501, 509)])
    second = planned(dispatcher)
    with acting(dispatcher):
        moved = [line for line in lines_of(second.id) if line.reason == "why.moved"]
        fresh = [line for line in lines_of(second.id) if line.reason == "why.new"]
        assert len(fresh) == 8
        assert len(moved) <= 24  # a tenth of the buildings; the other community does not move at all
        assert not [line for line in moved if line.path.startswith(THERE)]
        services.adopt(actor=dispatcher, plan_id=second.id)
        after = held()
        assert len(before.keys() & after.keys()) >= len(before) - 1  # grids keep their numbers and so their workers
        assert {
            grid: held_then for grid, held_then in before.items() if grid in after and THERE in next(iter(held_then))
        } == {grid: after[grid] for grid in before if grid in after and THERE in next(iter(before[grid]))}


def test_pinned_buildings_stay_and_an_edit_is_warned_of_not_refused(dispatcher: Any) -> None:
    plan = planned(dispatcher, HERE)
    with acting(dispatcher):
        kind, built, made = kind_of("grids"), built_of(plan), lines_of(plan.id)
        n = 7
        choices = kind.choices(built, made, n)
        assert all("户" in words or words == "新网格" for _, words in choices)
        target = choices[0][0]
        plan = services.edit_line(actor=dispatcher, plan_id=plan.id, n=n, choice=target, version=plan.version)
        with speaking("en"):
            fresh = kind.choices(built, lines_of(plan.id), 30)[-1]
        assert fresh[1] == "a new grid"
        plan = services.edit_line(actor=dispatcher, plan_id=plan.id, n=30, choice=fresh[0], version=plan.version)
        assert {one["key"]: one["plan"] for one in plan.summary["figures"]}["figure.outside"] >= 1
        number = services.replan(actor=dispatcher, plan=plan)
    worker.run_job(number)
    with acting(dispatcher):
        again = {line.path: line for line in lines_of(number)}
        assert (again[made[n].path].target, again[made[n].path].pinned) == (target, True)


def test_two_people_and_changed_buildings(dispatcher: Any) -> None:
    one, two = planned(dispatcher, HERE), planned(dispatcher)
    with acting(dispatcher):
        services.adopt(actor=dispatcher, plan_id=one.id)
        with pytest.raises(LianfangError) as caught:
            services.adopt(actor=dispatcher, plan_id=two.id)
        assert caught.value.code == "plans.adopted_meanwhile"
    command = office("411621", "county_dispatcher")
    three = planned(command, HERE)
    with acting(dispatcher):
        add_buildings([NewBuilding(HERE, "新院", "900号楼")])
    with acting(command), pytest.raises(LianfangError) as caught:
        services.adopt(actor=command, plan_id=three.id)
    assert caught.value.code == "plans.inputs_changed"


def test_workers_keep_their_grid_and_ended_grids_keep_their_history(dispatcher: Any) -> None:
    with acting(dispatcher):
        paths = [one.path for one in buildings(HERE)]
        old = redraw_grids(net="community", communities=[HERE], on=date(2020, 1, 1), grids=[
            NewGrid(HERE, None, "一", tuple(paths[:20])), NewGrid(HERE, None, "二", tuple(paths[20:22])), NewGrid(HERE, None, "空", ()),
        ])  # fmt: skip
    account = office(HERE, "grid_worker", grids=[old.ids[0]])
    plan = planned(dispatcher, HERE)
    with acting(dispatcher):
        services.adopt(actor=dispatcher, plan_id=plan.id)
        assert old.ids[0] in held(HERE)
        assert {grid.name: len(grid.buildings) for grid in grids(HERE, on=date(2021, 1, 1))} == {
            "一": 20,
            "二": 2,
            "空": 0,
        }
    with acting(account):
        assert len(buildings(HERE)) >= 15


@pytest.mark.row("A6")
def test_three_nets_lie_over_one_geography(dispatcher: Any) -> None:
    for asked in ({"net": "community"}, {"net": "party", "low": 600, "high": 1000}):
        plan = planned(dispatcher, **asked)
        with acting(dispatcher):
            services.adopt(actor=dispatcher, plan_id=plan.id)
    with acting(dispatcher):
        assert len(held(net="party")) < len(held(net="community"))
        assert set().union(*held(net="party").values()) == set().union(*held(net="community").values())
        assert held(net="volunteer") == {}


def test_communities_without_outlines_go_by_numbers(dispatcher: Any) -> None:
    rural = "411621001003"
    with acting(dispatcher):
        add_buildings([NewBuilding(rural, f"{k // 30}组", f"{k + 1}号楼", floors=6, entrances=2) for k in range(60)])
    plan = planned(dispatcher, rural)
    with acting(dispatcher):
        by_target: dict[str, list[int]] = {}
        order = sorted(lines_of(plan.id), key=lambda line: line.path)
        for k, line in enumerate(order):
            by_target.setdefault(line.target, []).append(k)
        assert all(run == list(range(run[0], run[-1] + 1)) for run in by_target.values())
        codes = {one["code"] for one in plan.summary["remarks"]}
        assert {"remark.no_outlines", "remark.estimated"} <= codes


def test_an_area_without_buildings_says_so(dispatcher: Any) -> None:
    with acting(dispatcher):
        number = services.propose(actor=dispatcher, kind="grids", path="411621001004", params=ASKED, seconds=5)
    worker.run_job(number)
    with acting(dispatcher):
        plan = plan_by_id(number)
        assert (plan.state, plan.reasons[0]["code"]) == ("failed", "plans.nowhere")


def test_pure_pieces() -> None:
    assert [grids_for(np.array(w, float), 300, 500) for w in ([100.0] * 8, [550.0], [275.0, 275.0], [90.0], [0.0, 0.0])] == [
        (2, True), (1, False), (2, False), (1, False), (1, False),
    ]  # fmt: skip
    grid, before = np.array([0, 0, 1, 1, 2]), np.array([5, 5, 5, 7, -1])
    assert heirs(grid, before, np.array([10.0, 10, 10, 40, 5])).tolist() == [5, 7, -1]
    names = [Site(f"p{n}", f"{n}号楼", "a") for n in (10, 2, 1)]
    assert in_order(names) == [2, 1, 0]
    chain = ground_of(names, [])
    assert components(3, chain.pairs).tolist() == [0, 0, 0]
    assert sorted(chain.pairs) == [(0, 1), (1, 2)]


def test_a_building_twice_and_a_grid_that_changed(dispatcher: Any) -> None:
    with acting(dispatcher):
        paths = [one.path for one in buildings(HERE)][:3]
        for asked, code in (
            ([NewGrid(HERE, None, "一", tuple(paths)), NewGrid(HERE, None, "二", (paths[0],))], "areas.building_twice"),
            ([NewGrid(HERE, 999_999, "一", tuple(paths))], "areas.grids_changed"),
            ([NewGrid(HERE, None, "一", (THERE + "0001",))], "areas.building_unknown"),
        ):
            with pytest.raises(LianfangError) as caught:
                redraw_grids(net="community", communities=[HERE], grids=asked, on=date(2026, 1, 1))
            assert caught.value.code == code
