"""Generalised assignment: against brute force, pins, infeasible with reasons, the file reader."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.planning import ProblemError, Status, Stop
from lianfang.planning import assignment as engine
from lianfang.planning.assignment.jobs_search import search
from lianfang.planning.instances import gap

SHARED = Path(os.environ.get("LIANFANG_SHARED", Path(__file__).parents[4] / "shared"))
FAST = Stop(seconds=10)


def brute_force(problem):
    best = None
    sign = 1 if problem.sense == "min" else -1
    for plan in itertools.product(range(problem.agents), repeat=problem.jobs):
        used = np.zeros(problem.agents)
        for job, agent in enumerate(plan):
            used[agent] += problem.load[agent, job]
        if (used <= problem.capacity).all():
            value = sign * sum(problem.cost[agent, job] for job, agent in enumerate(plan))
            best = value if best is None else min(best, value)
    return None if best is None else sign * best


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["min", "max"]))
def test_optimum_equals_brute_force(seed, sense):
    rng = np.random.default_rng(seed)
    agents, jobs = int(rng.integers(1, 4)), int(rng.integers(1, 6))
    problem = engine.Generalised(
        rng.integers(0, 30, (agents, jobs)), rng.integers(1, 10, (agents, jobs)), rng.integers(3, 18, agents), sense
    )
    expected = brute_force(problem)
    result = engine.solve(problem, stop=FAST)
    assert engine.check(problem, result) == []
    if expected is None:
        assert result.status is Status.INFEASIBLE
        assert result.reasons
    else:
        assert result.status is Status.OPTIMAL
        assert result.objective == expected


def middle_size(seed=2, agents=6, jobs=40):
    rng = np.random.default_rng(seed)
    load = rng.integers(5, 25, (agents, jobs))
    return engine.Generalised(
        rng.integers(10, 50, (agents, jobs)), load, np.full(agents, int(0.85 * load.mean() * jobs / agents))
    )


def test_better_than_the_rule_of_thumb_and_never_above_its_own_bound():
    problem = middle_size()
    result = engine.solve(problem, stop=FAST)
    assert engine.check(problem, result) == []
    assert result.bound <= result.objective
    plain = engine.baseline(problem)
    assert plain.objective is None or result.objective <= plain.objective
    assert engine.svg(problem, result).startswith("<svg")
    assert {r.code for r in engine.explain(problem, result)} >= {"assignment.capacity_left"}


def test_pinned_jobs_stay():
    problem = middle_size()
    pins = np.full(problem.jobs, -1)
    pins[[0, 1, 2]] = [3, 3, 0]
    result = engine.solve(problem, stop=FAST, pins=pins)
    assert engine.check(problem, result) == []
    assert result.agent_of_job[:3].tolist() == [3, 3, 0]


def large(seed=4, agents=12, jobs=70, fraction=0.0):
    """Loads and costs against each other, as in the published d files: the exact search alone does not prove it soon."""
    rng = np.random.default_rng(seed)
    load = rng.integers(1, 101, (agents, jobs))
    cost = 111 - load + rng.integers(-10, 11, load.shape) + fraction * rng.random(load.shape)
    return engine.Generalised(cost, load, np.full(agents, int(0.8 * load.sum() / agents**2)))


@pytest.mark.parametrize("fraction", [0.0, 0.5])
def test_a_large_problem_ends_close_to_its_bound_within_its_time(fraction):
    problem = large(fraction=fraction)
    result = engine.solve(problem, stop=Stop(seconds=4), seed=1)
    assert engine.check(problem, result) == []
    assert result.gap < 0.05
    assert result.seconds < 6
    plain = engine.baseline(problem)
    assert plain.objective is None or result.objective < plain.objective


def test_pins_hold_in_the_search_of_a_large_problem():
    problem = large(seed=5)
    pins = np.full(problem.jobs, -1)
    pins[:6] = [3, 3, 0, 1, 2, 11]
    result = engine.solve(problem, stop=Stop(seconds=3), pins=pins)
    assert engine.check(problem, result) == []
    assert result.agent_of_job[:6].tolist() == [3, 3, 0, 1, 2, 11]


def test_cancelling_a_large_problem_yields_a_valid_plan():
    problem = large()
    result = engine.solve(problem, on_progress=lambda progress: progress.phase != "search")
    assert engine.check(problem, result) == []
    assert result.objective is not None


def test_compiled_search_lists_the_better_plan_by_hand():
    # Two agents with room 5: jobs of load 3, 2 and 3, 2; the plan at hand swaps the cheap homes.
    cost = np.array([[1.0, 1.0, 9.0, 9.0], [9.0, 9.0, 1.0, 1.0]])
    load = np.array([[3.0, 2.0, 3.0, 2.0], [3.0, 2.0, 3.0, 2.0]])
    plan = np.array([1, 1, 0, 0])
    found, best = search(cost, load, np.array([5.0, 5.0]), np.zeros(2), plan, 2, 2, 0.0, 1.0, 20, 1000, 3, 0)
    assert found == 4.0
    assert best.tolist() == [0, 0, 1, 1]


def test_a_job_nobody_can_take_is_named():
    result = engine.solve(engine.Generalised([[1, 1]], [[1, 9]], [5]))
    assert result.status is Status.INFEASIBLE
    assert result.reasons[0].subject == 1


def test_more_work_than_capacity_says_how_much():
    result = engine.solve(engine.Generalised([[1, 1]], [[4, 4]], [5]))
    assert result.status is Status.INFEASIBLE
    assert dict(result.reasons[0].values) == {"needed": 8.0, "there": 5.0}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (([[]], [[]], [1]), "assignment.empty"),
        (([[1]], [[1, 2]], [1]), "assignment.load.shape"),
        (([[np.nan]], [[1]], [1]), "assignment.cost.nan"),
        (([[1]], [[-1]], [1]), "assignment.load.negative"),
        (([[1]], [[1]], [1], "most"), "assignment.sense"),
    ],
)
def test_bad_input_is_refused_with_a_code(arguments, code):
    with pytest.raises(ProblemError) as error:
        engine.Generalised(*arguments)
    assert error.value.code == code


def test_reader_reads_the_published_layout(tmp_path):
    file = tmp_path / "tiny.txt"
    file.write_text("2 3\n1 2 3\n4 5 6\n7 8 9\n1 1 1\n10 11\n")
    problem = gap(file)
    assert problem.cost.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert problem.load.tolist() == [[7, 8, 9], [1, 1, 1]]
    assert problem.capacity.tolist() == [10, 11]
    for text, code in (("2 3 1 2", "instances.gap.size"), ("a b", "instances.gap.text"), ("", "instances.gap.head")):
        file.write_text(text)
        with pytest.raises(ProblemError) as error:
            gap(file)
        assert error.value.code == code


@pytest.mark.skipif(not (SHARED / "data/bench/gap").is_dir(), reason="published files are not next to the checkout")
@pytest.mark.parametrize(("name", "best"), [("a05100", 1698), ("gap1-0", 261), ("c05100", 1931)])
def test_published_instances_are_proven(name, best):
    problem = gap(SHARED / f"data/bench/gap/{name}.txt")
    result = engine.solve(problem, stop=Stop(seconds=30))
    assert engine.check(problem, result) == []
    assert result.status is Status.OPTIMAL
    assert result.objective == best
