"""The compiled paths, the interior point and the market against plain code that knows nothing of them."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, hstack, identity, vstack

from lianfang.planning import Stop, rostering
from lianfang.planning.rostering.automaton import cheapest
from lianfang.planning.rostering.bound import Relaxation, first_prices
from lianfang.planning.rostering.climb import Climb
from lianfang.planning.rostering.equilibrium import Market, Schedule
from lianfang.planning.rostering.generator import generate
from lianfang.planning.rostering.interior import Mix, solve_mix
from lianfang.planning.rostering.model import compile_model
from lianfang.planning.stop import Clock


def some_mix(rng: np.random.Generator, members: int, each: int, rows: int) -> Mix:
    owner = np.repeat(np.arange(members), each)
    sizes = rng.integers(1, 6, len(owner))
    picked = [np.sort(rng.choice(rows, size, replace=False)) for size in sizes]
    return Mix(owner, rng.integers(0, 20, len(owner)).astype(float), np.concatenate([[0], np.cumsum(sizes)]),
               np.concatenate(picked), rng.integers(1, 3, sizes.sum()).astype(float), members)  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_interior_point_equals_simplex(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, mix = 15, some_mix(rng, 12, 8, 15)
    need = rng.integers(0, 5, rows).astype(float)
    under, over = rng.uniform(1, 50, rows), rng.uniform(0.5, 5, rows)
    found = solve_mix(mix, need, under, over, 1e-9)
    columns = np.repeat(np.arange(len(mix.owner)), np.diff(mix.first))
    cover = csr_matrix((mix.weight, (mix.row, columns)), shape=(rows, len(mix.owner)))
    pick = csr_matrix((np.ones(len(mix.owner)), (mix.owner, np.arange(len(mix.owner)))))
    matrix = vstack([hstack([cover, identity(rows), -identity(rows)]), hstack([pick, csr_matrix((12, 2 * rows))])])
    truth = linprog(np.concatenate([mix.cost, under, over]), A_eq=matrix, b_eq=np.append(need, np.ones(12)))
    assert found.value == pytest.approx(truth.fun, abs=1e-5)
    dual = float(need @ found.price + found.own.sum())
    assert dual == pytest.approx(truth.fun, abs=1e-4)


def test_compiled_paths_equal_the_plain_ones() -> None:
    relaxation = Relaxation(compile_model(generate(30, 14, 2)))
    rng = np.random.default_rng(1)
    for g, (graph, who) in enumerate(zip(relaxation.graphs, relaxation.members, strict=True)):
        prices = rng.normal(size=(len(who), 14, graph.classes.count + 1))
        prices[rng.random(prices.shape) < 0.1] = np.inf
        value, chosen = relaxation.tables.answer(g, prices)
        plain, days = cheapest(graph, prices)
        assert value == pytest.approx(plain)
        assert (chosen[np.isfinite(value)] == days[np.isfinite(value)]).all()


def test_market_is_lawful_repeatable_and_near_the_bound() -> None:
    model = compile_model(generate(60, 14, 4))
    relaxation = Relaxation(model)
    _, start = relaxation.answer(np.zeros(model.need.shape), np.zeros(model.limit.shape))
    found = []
    for _ in range(2):
        clock = Clock(Stop(seconds=600))
        market, climb = Market(relaxation, model, 5), Climb(relaxation, first_prices(relaxation), 2.0)
        best = market.run(start, np.zeros(model.need.shape), 60, Schedule(), clock, lambda _: False, 1e9, climb.look)
        climb.pool.add(best.roster)
        climb.run(clock, 60.0, best.cost, best.cost - 1 + 1e-6)
        found.append((best.cost, climb.best.value))
        assert best.cost == pytest.approx(model.search_cost(best.roster))
        assert climb.best.value <= best.cost
        assert not any(model.excess(m, row) for m, row in enumerate(best.roster))
    assert found[0][0] == found[1][0]
    assert found[0][1] == pytest.approx(found[1][1])
    assert found[0][0] < 0.2 * model.search_cost(start)


def test_bound_and_plan_meet_at_medium_size() -> None:
    problem = generate(60, 14, 4)
    started = time.monotonic()
    result = rostering.solve(problem, stop=Stop(seconds=12, gap=0.1), seed=1)
    assert time.monotonic() - started <= 14
    assert result.objective is not None
    assert rostering.check(problem, result) == []
    proven = rostering.verify_bound(problem, result)
    assert result.bound is not None
    assert result.bound <= np.ceil(proven - 1e-6) + 1e-6
