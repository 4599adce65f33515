"""The search that starts from journeys over neighbouring places, against one flow over all pairs of the same problem."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from lianfang.planning import Status, Stop
from lianfang.planning import assignment as engine
from lianfang.planning.assignment import classes
from lianfang.planning.assignment.transit import links_between

pytestmark = pytest.mark.row("B4")
CASES = [
    (seed, people, places) for seed, people, places in [(1, 90, 12), (2, 40, 15), (3, 160, 9), (4, 70, 30), (5, 25, 2)]
]


def problem(seed: int, people: int, places: int, points: int = 0) -> engine.Deployment:
    """Leads, deputies and others, homes at places, some wishes; more seats than people or the other way round.

    points: places share so many points, as the compounds of a community do; 0: each has its own.
    """
    dice = np.random.default_rng(seed)
    place = dice.integers(-9_000, 9_000, (places, 2))
    if points:
        place = place[dice.integers(0, points, places)]
    home = dice.integers(-1, places, people)
    xy = np.where((home >= 0)[:, None], place[home], dice.integers(-9_000, 9_000, (people, 2)))
    senior = dice.random(people) < 0.4
    skill = np.column_stack([senior & (dice.random(people) < 0.5), senior, np.ones(people, bool)])
    wish = np.where(dice.random(people) < 0.2, dice.integers(0, places, people), -1)
    demand = np.column_stack([np.ones(places, int), np.ones(places, int), dice.integers(0, 5, places)])
    return engine.Deployment(
        xy, skill, place, demand, home_place=home, wish_place=wish, gates=dice.integers(1, 4, places)
    )


@pytest.mark.parametrize(("seed", "people", "places"), CASES)
def test_it_finds_what_one_flow_over_all_pairs_finds(
    seed: int, people: int, places: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = problem(seed, people, places)
    whole = engine.solve(one, stop=Stop(seconds=60))
    monkeypatch.setattr(classes, "ARCS", 0)
    rounds: Counter[str] = Counter()
    found = engine.solve(one, stop=Stop(seconds=60), on_progress=lambda told: not rounds.update([told.phase]))
    assert rounds["first"] < 50, "ways that save no whole metre kept it busy until its time was over"
    assert whole.status is found.status is Status.OPTIMAL
    assert found.objective == whole.objective
    assert found.bound == pytest.approx(whole.objective, abs=0.5)
    assert engine.check(one, found) == []


@pytest.mark.parametrize(("seed", "people", "places", "points"), [(11, 90, 30, 6), (12, 60, 40, 3), (13, 50, 12, 1)])
def test_places_at_one_point_are_filled_like_any_others(
    seed: int, people: int, places: int, points: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = problem(seed, people, places, points)
    whole = engine.solve(one, stop=Stop(seconds=60))
    monkeypatch.setattr(classes, "ARCS", 0)
    found = engine.solve(one, stop=Stop(seconds=60))
    assert whole.status is found.status is Status.OPTIMAL
    assert found.objective == whole.objective
    assert engine.check(one, found) == []


def test_a_city_whose_places_share_points_is_solved_within_a_time_that_does_not_explode(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where people could go round between compounds for nothing, following them took 25 times as long: 5.0 s, now 0.2 s of CPU."""
    monkeypatch.setattr(classes, "ARCS", 0)
    dice = np.random.default_rng(3)
    point = dice.integers(-7_000, 7_000, (300, 2))
    place = np.concatenate([point, point[dice.integers(0, 60, 900)]])
    home = dice.integers(0, 300, 5_000)
    senior = dice.random(5_000) < 0.6
    skill = np.column_stack([senior, senior, np.ones(5_000, bool)])
    demand = np.column_stack([np.ones(1_200, int), np.arange(1_200) < 300, dice.integers(1, 5, 1_200)])
    one = engine.Deployment(point[home], skill, place, demand, home_place=home)
    used = time.process_time()
    found = engine.solve(one, stop=Stop(seconds=120, gap=0.002))
    assert time.process_time() - used < 2.5
    assert found.gap is not None
    assert found.gap <= 0.002
    assert engine.check(one, found) == []


def test_the_bound_holds_when_the_search_ends_after_its_first_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    one = problem(7, 300, 60)
    best = engine.solve(one, stop=Stop(seconds=60)).objective
    assert best is not None
    monkeypatch.setattr(classes, "ARCS", 0)
    early = engine.solve(one, stop=Stop(seconds=60), on_progress=lambda progress: False)
    assert early.objective is not None
    assert early.bound is not None
    assert early.bound <= best <= early.objective
    assert (early.place_of_person >= 0).sum() == min(300, int(one.demand.sum())), "nobody idles beside an empty seat"
    assert engine.check(one, early) == []


def test_pinned_people_and_an_earlier_plan_count_on_the_long_way_too(monkeypatch: pytest.MonkeyPatch) -> None:
    one = problem(8, 120, 20)
    before = engine.solve(one, stop=Stop(seconds=60))
    pins = np.full(120, -1)
    pins[:3] = before.place_of_person[:3]
    whole = engine.solve(one, stop=Stop(seconds=60), pins=pins, previous=before)
    monkeypatch.setattr(classes, "ARCS", 0)
    found = engine.solve(one, stop=Stop(seconds=60), pins=pins, previous=before)
    assert found.objective == whole.objective
    assert (found.place_of_person[:3] == pins[:3]).all()
    again = engine.solve(one, stop=Stop(seconds=60), previous=before)
    assert again.moved == 0


@pytest.mark.parametrize(
    "place",
    [
        np.random.default_rng(1).random((200, 2)) * 1e4,
        np.column_stack([np.arange(30) * 10.0, np.zeros(30)]),
        np.zeros((5, 2)),
        np.array([[0.0, 0.0], [5.0, 5.0]]),
    ],
    ids=["scattered", "on one line", "at one point", "two"],
)
def test_links_join_all_places_in_both_directions(place: np.ndarray) -> None:
    one, other = links_between(place)
    pairs = set(zip(one.tolist(), other.tolist(), strict=True))
    assert all((b, a) in pairs and a != b for a, b in pairs)
    graph = coo_matrix((np.ones(one.size), (one, other)), shape=(len(place), len(place)))
    assert connected_components(graph, directed=False)[0] == 1
