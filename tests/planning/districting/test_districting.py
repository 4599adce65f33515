"""Districting: hand-checked, brute force, properties, walls, buildings, pins, redraws, published maps, bad input."""

from __future__ import annotations

import itertools
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from lianfang.planning import ProblemError, Status, Stop
from lianfang.planning import districting as engine
from lianfang.planning.instances import graph

SHARED = Path(os.environ.get("LIANFANG_SHARED", Path(__file__).parents[4] / "shared"))
QUICK = engine.Params(visits=40_000, starts=2)
FAST = Stop(seconds=10)


def lattice(width, height):
    place = [(x, y) for y in range(height) for x in range(width)]
    number = {p: k for k, p in enumerate(place)}
    edges = [
        (number[p], number[x + dx, y + dy])
        for p in place
        for x, y in [p]
        for dx, dy in ((1, 0), (0, 1))
        if (x + dx, y + dy) in number
    ]
    return np.array(place, dtype=float), np.array(edges)


def planar(seed, units=80, sigma=0.4):
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 1000, (units, 2))
    t = Delaunay(xy).simplices
    edges = np.unique(np.sort(np.concatenate([t[:, :2], t[:, 1:], t[:, [0, 2]]]), axis=1), axis=0)
    return np.rint(rng.lognormal(0, sigma, units) * 100), xy, edges


def solve(problem, **more):
    return engine.solve(problem, params=more.pop("params", QUICK), stop=FAST, **more)


@pytest.mark.row("A4")
def test_a_row_of_houses_is_cut_where_the_weights_say():
    problem = engine.Problem([3, 1, 2, 2, 1, 3], np.zeros((6, 2)), [[k, k + 1] for k in range(5)], count=2)
    result = solve(problem)
    assert engine.check(problem, result) == []
    assert result.objective == 1
    assert sorted(result.grid_weight.tolist()) == [6, 6]


def brute_force(problem, allowed):
    """Shortest border over all partitions into connected grids no heavier than `allowed`."""
    best = None
    for rest in itertools.product(range(problem.count), repeat=problem.units - 1):
        part = np.array((0, *rest))
        if len(set(part.tolist())) < problem.count or np.bincount(part, problem.weight).max() > allowed + 1e-9:
            continue
        cut = float(problem.edge_length[part[problem.edges[:, 0]] != part[problem.edges[:, 1]]].sum())
        shape = engine.DistrictingResult(
            status=Status.FEASIBLE, objective=cut, bound=None, seconds=0, grid_of_unit=part,
            grid_weight=np.bincount(part, problem.weight, problem.count),
        )  # fmt: skip
        if not any(v.code == "districting.disconnected" for v in engine.check(problem, shape)):
            best = cut if best is None else min(best, cut)
    return best


@pytest.mark.parametrize("seed", range(4))
def test_small_maps_reach_the_best_border_that_brute_force_finds(seed):
    weight, xy, edges = planar(seed, 9)
    problem = engine.Problem(weight, xy, edges, count=3)
    result = solve(problem, params=engine.Params(visits=30_000, balance=0.25))
    heaviest = float(result.grid_weight.max())
    assert engine.check(problem, result) == []
    assert result.objective <= brute_force(problem, heaviest) * 1.2 + 1e-9
    assert result.objective >= brute_force(problem, heaviest) - 1e-9


@pytest.mark.row("A4")
@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 9))
def test_the_checker_accepts_every_result(seed, count):
    weight, xy, edges = planar(seed)
    group = np.where(np.random.default_rng(seed).random(80) < 0.2, np.arange(80) // 3, -1)
    problem = engine.Problem(weight, xy, edges, group=group, count=count)
    result = solve(problem)
    assert engine.check(problem, result) == []
    assert engine.check(problem, engine.baseline(problem)) == []
    assert result.imbalance >= result.largest_unit_bound - 1e-9


def test_a_better_balance_and_border_than_the_rule_of_thumb():
    weight, xy, edges = planar(1, 400)
    problem = engine.Problem(weight, xy, edges, count=20)
    result, plain = solve(problem), engine.baseline(problem)
    assert result.imbalance <= 0.03 + 1e-9
    assert result.objective < plain.objective
    assert result.imbalance < plain.imbalance


def test_relabelling_units_changes_neither_limits_nor_count():
    weight, xy, edges = planar(2)
    order = np.random.default_rng(0).permutation(80)
    back = np.argsort(order)
    one = solve(engine.Problem(weight, xy, edges, weight_range=(500, 1500)))
    two = solve(engine.Problem(weight[order], xy[order], back[edges], weight_range=(500, 1500)))
    assert one.status is two.status is Status.FEASIBLE
    assert one.grid_weight.size == two.grid_weight.size


@pytest.mark.row("A4")
def test_households_of_300_to_500_and_a_wall_that_nobody_crosses():
    xy, edges = lattice(20, 20)
    wall = (xy[edges[:, 0], 0] < 10) & (xy[edges[:, 1], 0] >= 10)
    problem = engine.Problem(np.full(400, 20), xy, edges[~wall], weight_range=(300, 500))
    result = solve(problem)
    assert engine.check(problem, result) == []
    assert result.status is Status.FEASIBLE
    assert result.grid_weight.size == 20
    west, east = set(result.grid_of_unit[xy[:, 0] < 10]), set(result.grid_of_unit[xy[:, 0] >= 10])
    assert not west & east


@pytest.mark.row("A5")
def test_one_building_is_never_split():
    xy, edges = lattice(12, 12)
    group = (xy[:, 1] // 2 * 6 + xy[:, 0] // 2).astype(int)
    problem = engine.Problem(np.full(144, 10), xy, edges, group=group, count=6)
    result = solve(problem)
    assert engine.check(problem, result) == []
    for label in range(36):
        assert len(set(result.grid_of_unit[group == label].tolist())) == 1


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_pinned_units_stay_where_they_are_pinned(seed):
    weight, xy, edges = planar(seed)
    pins = np.full(80, -1)
    pins[[int(xy[:, 0].argmin()), int(xy[:, 0].argmax())]] = [3, 1]
    problem = engine.Problem(weight, xy, edges, count=5)
    result = solve(problem, pins=pins)
    assert engine.check(problem, result) == []
    assert (result.grid_of_unit[pins >= 0] == pins[pins >= 0]).all()


@pytest.mark.row("A4")
def test_a_redraw_after_a_new_compound_changes_few_units():
    xy, edges = lattice(30, 20)
    problem = engine.Problem(np.full(600, 20), xy, edges, weight_range=(300, 500))
    first = solve(problem)
    more = np.vstack([xy, [[30, y] for y in range(5)]])
    new_edges = np.vstack([edges, [[600 + y, y * 30 + 29] for y in range(5)], [[600 + y, 601 + y] for y in range(4)]])
    bigger = engine.Problem(np.append(np.full(600, 20), np.full(5, 30)), more, new_edges, weight_range=(300, 500))
    redraw = solve(bigger, previous=np.append(first.grid_of_unit, np.full(5, -1)))
    assert engine.check(bigger, redraw) == []
    assert redraw.status is Status.FEASIBLE
    assert redraw.changed <= 25
    same = solve(problem, previous=first)
    assert same.changed == 0
    assert {r.code for r in engine.explain(bigger, redraw)} >= {"districting.changed", "districting.balance"}


def test_same_seed_same_grids_and_a_picture():
    weight, xy, edges = planar(3)
    problem = engine.Problem(weight, xy, edges, count=5)
    one, two = solve(problem, seed=4), solve(problem, seed=4)
    assert one.grid_of_unit.tolist() == two.grid_of_unit.tolist()
    assert engine.svg(problem, one).count("<circle") == 80


def test_cancel_yields_connected_grids():
    weight, xy, edges = planar(5, 300)
    problem = engine.Problem(weight, xy, edges, count=12)
    result = solve(problem, on_progress=lambda _: False)
    assert engine.check(problem, result) == []


def test_the_stop_rule_is_kept():
    weight, xy, edges = planar(5, 2000)
    result = engine.solve(engine.Problem(weight, xy, edges, count=40), stop=Stop(seconds=1.0))
    assert result.seconds < 3


def test_a_cut_off_piece_and_a_heavy_unit_are_infeasible_with_their_names():
    xy, edges = lattice(4, 1)
    apart = engine.Problem([200, 200, 40, 40], xy, [[0, 1], [2, 3]], weight_range=(300, 500))
    result = solve(apart)
    assert result.status is Status.INFEASIBLE
    assert result.reasons[0].code == "districting.piece"
    assert result.reasons[0].subject == 2
    heavy = solve(engine.Problem([600, 200, 40, 40], xy, edges, weight_range=(300, 500)))
    assert (heavy.status, heavy.reasons[0].code, heavy.reasons[0].subject) == (
        Status.INFEASIBLE,
        "districting.unit_too_heavy",
        0,
    )
    few = solve(engine.Problem([1, 1, 1], np.zeros((3, 2)), [], count=2))
    assert (few.status, few.reasons[0].code) == (Status.INFEASIBLE, "districting.count")


def test_pins_that_a_wall_separates_are_infeasible():
    xy, edges = lattice(3, 1)
    result = solve(engine.Problem([1, 1, 1], xy, edges, count=2), pins=np.array([0, 1, 0]))
    assert result.status is Status.INFEASIBLE
    assert result.reasons[0].code == "districting.pins"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"grid_of_unit": [0, 1, 0, 1]}, "districting.disconnected"),
        ({"grid_of_unit": [0, 0, 0, 0]}, "districting.empty"),
        ({"objective": 9.0}, "districting.objective"),
        ({"grid_weight": [1.0, 3.0]}, "districting.weight"),
    ],
)
def test_the_checker_finds_what_is_wrong(change, code):
    xy, edges = lattice(4, 1)
    problem = engine.Problem([1, 1, 1, 1], xy, edges, count=2)
    bad = replace(solve(problem), **{k: np.array(v) if isinstance(v, list) else v for k, v in change.items()})
    assert code in {v.code for v in engine.check(problem, bad)}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"weight": [], "xy": np.zeros((0, 2)), "edges": [], "count": 1}, "districting.empty"),
        ({"weight": [1, np.nan], "count": 1}, "districting.weight.nan"),
        ({"weight": [1, -1], "count": 1}, "districting.weight.negative"),
        ({"edges": [[0, 0]], "count": 1}, "districting.edges.loop"),
        ({"edges": [[0, 1], [1, 0]], "count": 1}, "districting.edges.duplicate"),
        ({"edges": [[0, 7]], "count": 1}, "districting.edges.unknown"),
        ({"edge_length": [-1.0], "count": 1}, "districting.edge_length.negative"),
        ({"group": [0], "count": 1}, "districting.group.shape"),
        ({"count": 3}, "districting.count"),
        ({}, "districting.count"),
        ({"weight_range": (5, 2)}, "districting.weight_range"),
    ],
)
def test_bad_input_is_refused_with_a_code(arguments, code):
    good = {"weight": [1, 1], "xy": np.zeros((2, 2)), "edges": [[0, 1]]}
    with pytest.raises(ProblemError) as error:
        engine.Problem(**{**good, **arguments})
    assert error.value.code == code


def test_a_building_pinned_twice_is_refused():
    problem = engine.Problem([1, 1, 1], np.zeros((3, 2)), [[0, 1], [1, 2]], group=[0, 0, -1], count=2)
    with pytest.raises(ProblemError, match="one building"):
        solve(problem, pins=np.array([0, 1, -1]))


def test_reader_of_node_link_files(tmp_path):
    file = tmp_path / "map.json"
    nodes = [{"id": k, "TOTPOP": 10 * k + 1, "x": k, "y": 0} for k in range(3)]
    file.write_text(json.dumps({"nodes": nodes, "adjacency": [[{"id": 1}], [{"id": 0}, {"id": 2}], [{"id": 1}]]}))
    problem = graph(file, count=2)
    assert problem.weight.tolist() == [1, 11, 21]
    assert problem.edges.tolist() == [[0, 1], [1, 2]]
    for text, code in (("[]", "instances.graph.nodes"), ("x", "instances.graph.json")):
        file.write_text(text)
        with pytest.raises(ProblemError) as error:
            graph(file, count=2)
        assert error.value.code == code
    file.write_text(json.dumps({"nodes": nodes, "edges": [{"source": 0, "target": 9}]}))
    with pytest.raises(ProblemError) as error:
        graph(file, count=2)
    assert error.value.code == "instances.graph.edge"


@pytest.mark.skipif(
    not (SHARED / "data/bench/districting").is_dir(), reason="published maps are not next to the checkout"
)
@pytest.mark.parametrize(
    ("name", "count"), [("gerrymandria_8x8", 8), ("cangzhou_counties", 4), ("arkansas_blockgroups_2020", 4)]
)
def test_published_maps(name, count):
    problem = graph(SHARED / f"data/bench/districting/{name}.json", count=count)
    result = solve(problem)
    assert engine.check(problem, result) == []
