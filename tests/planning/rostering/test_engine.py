"""Rostering: hand-checked cases, rules one by one, refusals, pins, change, stop rule."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from lianfang.planning import ProblemError, Status, Stop
from lianfang.planning.rostering import (
    Contract,
    Demand,
    History,
    Member,
    Problem,
    Rules,
    Shift,
    Wish,
    baseline,
    check,
    explain,
    solve,
    svg,
    verify_bound,
)
from lianfang.planning.rostering import replace as step_in
from lianfang.planning.rostering.generator import checkpoints, generate
from tests.planning.rostering.cases import DAY, LATE, NIGHT, THREE, week

FAST = Stop(seconds=8)


def one_shift(days: int, count: int, *members: Member, **rules: object) -> Problem:
    return Problem((DAY,), [Demand(d, "day", count) for d in range(days)], members, Rules(**rules))  # type: ignore[arg-type]


def test_one_place_two_people_prefers_the_one_without_a_wish() -> None:
    problem = Problem((DAY,), [Demand(0, "day", 1)], [Member("a"), Member("b")], wishes=[Wish("a", 0, None, 4.0)])
    result = solve(problem, stop=FAST)
    assert result.status is Status.OPTIMAL
    assert result.objective == 0
    assert problem.members[int(result.member_of_slot[0])].id == "b"


def test_rest_bars_day_after_night() -> None:
    problem = Problem((DAY, NIGHT), [Demand(0, "night", 1), Demand(1, "day", 1)], [Member("a")])
    result = solve(problem, stop=FAST)
    assert result.objective == 100
    assert len(result.unfilled) == 1
    free = solve(replace(problem, rules=Rules(rest_minutes=0)), stop=FAST)
    assert free.objective == 0


@pytest.mark.row("B9")
def test_four_nights_in_a_row_need_a_second_person() -> None:
    alone = Problem((NIGHT,), [Demand(d, "night", 1) for d in range(4)], [Member("a")])
    assert solve(alone, stop=FAST).objective == 100
    two = replace(alone, members=(Member("a"), Member("b")))
    assert solve(two, stop=FAST).objective == 0


def test_week_hours_stop_at_48_and_start_again_on_monday() -> None:
    problem = one_shift(8, 1, Member("a", contract=Contract(max_consecutive=99)))
    assert solve(problem, stop=FAST).objective == 100
    assert solve(replace(problem, rules=Rules(week_minutes=40 * 60)), stop=FAST).objective == 200
    later = replace(problem, first_weekday=4)
    assert solve(later, stop=FAST).objective == 0
    tired = replace(later, members=(Member("a", contract=Contract(max_consecutive=99),
                                           history=History("day", 1, 0, 40 * 60)),))  # fmt: skip
    assert solve(tired, stop=FAST).objective == 200


def test_handover_counts_as_work_and_shortens_rest() -> None:
    problem = Problem((DAY, LATE), [Demand(0, "late", 1), Demand(1, "day", 1)], [Member("a")], Rules(rest_minutes=480))
    assert solve(problem, stop=FAST).objective == 0
    assert solve(replace(problem, rules=Rules(rest_minutes=480, handover_minutes=30)), stop=FAST).objective == 100
    long = one_shift(1, 1, Member("a"), handover_minutes=300)
    assert solve(long, stop=FAST).objective == 100  # 13 hours on duty are over the 12-hour rule


def test_history_carries_runs_and_nights_over() -> None:
    tired = Member("a", contract=Contract(max_consecutive=3), history=History("day", 3))
    assert solve(one_shift(1, 1, tired), stop=FAST).objective == 100
    nightly = Member("a", history=History("night", 3, 3))
    assert solve(Problem((NIGHT,), [Demand(0, "night", 1)], [nightly]), stop=FAST).objective == 100


def test_skill_leave_post_and_limit() -> None:
    medic = Demand(0, "day", 1, "gate", "medic")
    assert solve(Problem((DAY,), [medic], [Member("a")]), stop=FAST).objective == 100
    assert solve(Problem((DAY,), [medic], [Member("a", frozenset({"medic"}))]), stop=FAST).objective == 0
    assert solve(one_shift(1, 1, Member("a", leave=frozenset({0}))), stop=FAST).objective == 100
    elsewhere = Member("a", posts=frozenset({"bridge"}))
    assert solve(Problem((DAY,), [Demand(0, "day", 1, "gate")], [elsewhere]), stop=FAST).objective == 100
    assert solve(one_shift(3, 1, Member("a", shift_limits={"day": 2})), stop=FAST).objective == 100


def test_nobody_stands_alone() -> None:
    demand = [Demand(0, "day", 2, "gate")]
    rules = Rules(two_person=True)
    alone = solve(Problem((DAY,), demand, [Member("a")], rules), stop=FAST)
    assert alone.objective == 200
    assert (alone.activity_of < 0).all()
    pair = solve(Problem((DAY,), demand, [Member("a"), Member("b")], rules), stop=FAST)
    assert pair.objective == 0


def test_nobody_stands_alone_at_the_posts_named() -> None:
    demand = [Demand(0, "day", 2, "gate"), Demand(0, "day", 2, "tower")]
    rules = Rules(two_person=True, two_person_posts=frozenset({"gate"}))
    problem = Problem((DAY,), demand, [Member("a"), Member("b"), Member("c")], rules)
    found = solve(problem, stop=FAST)
    assert found.objective == 100
    assert check(problem, found) == []
    one = Problem((DAY,), demand, [Member("a")], rules)
    found = solve(one, stop=FAST)
    assert [slot.post for slot, who in zip(found.slots, found.member_of_slot, strict=True) if who >= 0] == ["tower"]
    everywhere = Problem((DAY,), demand, [Member("a")], Rules(two_person=True))
    assert [v.code for v in check(everywhere, found)] == ["rostering.alone"]


def test_pairs_together_and_apart() -> None:
    people = [Member("a"), Member("b"), Member("c")]
    demand = [Demand(d, s.id, 1, "gate") for d in range(3) for s in (DAY, LATE)]
    together = Problem((DAY, LATE), demand, people, Rules(together=(("a", "b"),)))
    result = solve(together, stop=Stop(seconds=2))
    assert check(together, result) == []
    shift = np.array([x[0] for x in result.activities] + [""])[result.activity_of]
    assert (shift[0] == shift[1]).all()
    crowd = Problem((DAY,), [Demand(0, "day", 2)], people[:2], Rules(apart=(("a", "b"),)))
    result = solve(crowd, stop=Stop(seconds=2))
    assert result.objective == 100
    assert check(crowd, result) == []


def test_fairness_gives_the_night_to_who_had_fewer() -> None:
    people = [Member("a", history=History(nights_before=4)), Member("b", history=History(nights_before=1))]
    result = solve(Problem((NIGHT,), [Demand(0, "night", 1)], people, Rules(night_cost=1.0)), stop=FAST)
    assert result.activity_of[1, 0] >= 0
    assert result.objective == 0


def test_hours_near_target_are_shared() -> None:
    contract = Contract(target_minutes=2 * 480, max_minutes=6 * 480)
    people = [Member(x, contract=contract) for x in "ab"]
    result = solve(one_shift(4, 1, *people, hour_cost=1.0), stop=FAST)
    assert (result.activity_of >= 0).sum(axis=1).tolist() == [2, 2]


@pytest.mark.row("B9")
def test_checkpoints_of_the_documents_keep_every_rule() -> None:
    problem = checkpoints(21, 150, 179, days=7)
    result = solve(problem, stop=Stop(seconds=10), seed=1)
    assert result.status in (Status.FEASIBLE, Status.OPTIMAL)
    assert check(problem, result) == []
    assert (result.member_of_slot >= 0).mean() > 0.9


def test_contradictory_rules_are_infeasible_with_reasons() -> None:
    person = Member("a", contract=Contract(min_minutes=5 * 480), leave=frozenset({0, 1, 2}))
    result = solve(one_shift(5, 1, person), stop=FAST)
    assert result.status is Status.INFEASIBLE
    assert result.objective is None
    text = result.reasons[0].text
    assert "leave" in text
    assert "least working time" in text
    pair = one_shift(1, 1, Member("a"), Member("b"), together=(("a", "b"),), apart=(("b", "a"),))
    assert solve(pair, stop=FAST).status is Status.INFEASIBLE


def test_more_work_than_people_is_proven_infeasible_when_cover_is_a_must() -> None:
    result = solve(one_shift(2, 2, Member("a"), must_cover=True), stop=FAST)
    assert result.status is Status.INFEASIBLE
    assert result.reasons[0].code == "rostering.too_few"
    assert solve(one_shift(2, 1, Member("a"), must_cover=True), stop=FAST).status is Status.OPTIMAL


@pytest.mark.parametrize(
    "build",
    [
        lambda: Problem((), [Demand(0, "day", 1)], [Member("a")]),
        lambda: Problem((DAY,), [], [Member("a")]),
        lambda: Problem((DAY,), [Demand(0, "day", 1)], []),
        lambda: Problem((DAY, DAY), [Demand(0, "day", 1)], [Member("a")]),
        lambda: Problem((DAY,), [Demand(0, "day", 1)], [Member("a"), Member("a")]),
        lambda: Problem((DAY,), [Demand(0, "day", 1), Demand(0, "day", 2)], [Member("a")]),
        lambda: Problem((DAY,), [Demand(0, "dusk", 1)], [Member("a")]),
        lambda: Problem((DAY,), [Demand(0, "day", -1)], [Member("a")]),
        lambda: Problem((DAY,), [Demand(0, "day", 1, under_cost=float("nan"))], [Member("a")]),
        lambda: Problem((DAY,), [Demand(0, "day", 1)], [Member("a")], wishes=[Wish("a", 0, None, float("inf"))]),
        lambda: Problem((DAY,), [Demand(0, "day", 1)], [Member("a")], wishes=[Wish("z", 0)]),
        lambda: Problem((DAY,), [Demand(9, "day", 1)], [Member("a")], days=3),
        lambda: Problem((Shift("x", 8, 480 * 60),), [Demand(0, "x", 1)], [Member("a")]),
        lambda: Problem((DAY,), [Demand(0, "day", 1)], [Member("a")], Rules(together=(("a", "a"),))),
        lambda: Problem(THREE, [Demand(0, "day", 1)], [Member("a")], Rules(rest_minutes=40 * 60)),
    ],
)
def test_senseless_problems_are_refused(build: object) -> None:
    with pytest.raises(ProblemError) as caught:
        build()  # type: ignore[operator]
    assert caught.value.code.startswith("rostering.")


def test_pins_stay_and_unknown_pins_are_refused() -> None:
    problem = week()
    result = solve(problem, stop=FAST, pins={("m5", 0): "night", ("m4", 3): None, ("m3", 6): ("late", "gate", None)})
    cells = result.cells(problem)
    assert cells["m5", 0] == ("night", "gate", None)
    assert cells["m4", 3] is None
    assert cells["m3", 6] == ("late", "gate", None)
    with pytest.raises(ProblemError):
        solve(problem, stop=FAST, pins={("zz", 0): None})
    on_leave = replace(problem, members=(Member("m0", leave=frozenset({0})), *problem.members[1:]))
    refused = solve(on_leave, stop=FAST, pins={("m0", 0): "day"})
    assert refused.status is Status.INFEASIBLE
    assert "pinned" in refused.reasons[0].text


def test_replanning_changes_little() -> None:
    problem = week(8)
    first = solve(problem, stop=FAST, seed=3)
    ill = replace(problem.members[0], leave=frozenset(range(7)))
    changed = replace(problem, members=(ill, *problem.members[1:]))
    second = solve(changed, stop=Stop(seconds=3), previous=first, seed=9)
    assert check(changed, second) == []
    moved = (second.activity_of != first.activity_of).sum()
    worked = (first.activity_of[0] >= 0).sum()
    assert moved <= 4 * max(1, worked)


def test_same_seed_same_answer() -> None:
    problem = generate(20, 7, 5)
    one, two = (solve(problem, stop=Stop(seconds=20, gap=0.2), seed=4) for _ in range(2))
    assert one.objective == two.objective
    assert (one.activity_of == two.activity_of).all()


def test_stop_and_cancel_are_kept() -> None:
    problem = generate(120, 28, 1)
    started = time.monotonic()
    result = solve(problem, stop=Stop(seconds=3))
    assert time.monotonic() - started <= 5
    assert result.status in (Status.FEASIBLE, Status.TIMEOUT)
    started = time.monotonic()
    solve(problem, stop=Stop(seconds=60), on_progress=lambda _: False)
    assert time.monotonic() - started <= 5


@pytest.mark.row("B9")
def test_somebody_steps_in_with_reasons() -> None:
    problem = week()
    result = solve(problem, stop=FAST)
    slot = next(i for i, m in enumerate(result.member_of_slot) if m >= 0)
    day, absent = result.slots[slot].day, problem.members[int(result.member_of_slot[slot])].id
    candidates, bars = step_in(problem, result, absent, day)
    assert len(candidates) + len(bars) <= len(problem.members) - 1
    working = {problem.members[m].id for m in np.flatnonzero(result.activity_of[:, day] >= 0)}
    assert not working & {c.id for c in candidates}
    assert all(bars[who] == "works already that day" for who in working - {absent})
    with pytest.raises(ProblemError):
        step_in(problem, result, "nobody", 0)


def test_explanation_baseline_and_picture() -> None:
    problem = week(3)
    result = solve(problem, stop=FAST)
    reasons = explain(problem, result)
    codes = {r.code for r in reasons}
    assert {"rostering.summary", "rostering.empty_place", "rostering.fairness"} <= codes
    assert sum(r.code == "rostering.empty_place" for r in reasons) == len(result.unfilled)
    thumb = baseline(problem)
    assert thumb.objective is None or thumb.objective >= (result.objective or 0) - 1e-9
    picture = svg(problem, result)
    assert picture.startswith("<svg")
    assert picture.count("<title>") == int((result.activity_of >= 0).sum())


def test_the_bound_is_proven_again_by_other_code() -> None:
    problem = generate(12, 14, 3)
    result = solve(problem, stop=Stop(seconds=4))
    proven = verify_bound(problem, result)
    assert result.bound is not None
    assert result.bound <= np.ceil(proven - 1e-6) + 1e-6
    assert result.prices is not None
    assert proven == pytest.approx(result.prices.value, abs=1e-5)
    cheating = replace(result, prices=replace(result.prices, place=result.prices.place + 1000))
    with pytest.raises(ValueError, match="out of range"):
        verify_bound(problem, cheating)


def test_checker_sees_what_is_broken() -> None:
    problem = week()
    result = solve(problem, stop=FAST)
    table = result.activity_of.copy()
    table[0] = 2
    codes = {v.code for v in check(problem, replace(result, activity_of=table))}
    assert {"rostering.nights", "rostering.run", "rostering.week", "rostering.slot", "rostering.objective"} <= codes
