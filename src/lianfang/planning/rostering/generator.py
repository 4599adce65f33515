"""Seeded rostering problems of any size for the proven-gap bar, and duty rosters of checkpoints.

Every number below is an assumption of the generator, fixed before any of its problems was solved.
"""

from __future__ import annotations

import numpy as np

from lianfang.planning.rostering.problem import Contract, Demand, History, Member, Problem, Rules, Shift, Wish

BAR_SEEDS = (11, 23, 37, 41, 53)
BAR_SIZES = ((200, 28), (2000, 14))

EARLY = Shift("early", 7 * 60, 480)
LATE = Shift("late", 15 * 60, 480)
NIGHT = Shift("night", 23 * 60, 480)
LONG = Shift("long", 8 * 60, 720)

SHARE_OF_WORK = {"early": 0.34, "late": 0.28, "night": 0.20, "long": 0.18}
SHARE_OF_ROLE: dict[str | None, float] = {None: 0.70, "medic": 0.20, "lead": 0.10}
SKILL_RATE = {"medic": 0.35, "lead": 0.25}
TIGHTNESS = 0.97
"""Demanded minutes over the minutes that all contracts allow."""


def generate(members: int, days: int, seed: int) -> Problem:
    """A problem with four shifts, three roles, three contracts, leave, wishes, history and uneven demand."""
    rng = np.random.default_rng(seed)
    weeks = days / 7
    contracts = (
        Contract(round(40 * 60 * weeks), round(32 * 60 * weeks), 5, 2, 2, max_weekends=round(weeks * 0.75)),
        Contract(round(44 * 60 * weeks), round(34 * 60 * weeks), 6, 2, 1, max_weekends=round(weeks * 0.75)),
        Contract(round(24 * 60 * weeks), round(16 * 60 * weeks), 4, 1, 2, max_weekends=round(weeks * 0.5)),
    )
    people = tuple(_person(rng, i, days, contracts) for i in range(members))
    capacity = sum((m.contract.max_minutes or 0) * (1 - len(m.leave) / days) for m in people)
    demand = tuple(_demand(rng, days, capacity * TIGHTNESS / days))
    return Problem(
        (EARLY, LATE, NIGHT, LONG), demand, people, Rules(night_cost=1.0), tuple(_wishes(rng, people, days)), days
    )


def _person(rng: np.random.Generator, number: int, days: int, contracts: tuple[Contract, ...]) -> Member:
    skills = frozenset(name for name, rate in SKILL_RATE.items() if rng.random() < rate)
    leave: frozenset[int] = frozenset()
    if rng.random() < 0.25:
        first = int(rng.integers(days))
        leave = frozenset(range(first, min(days, first + int(rng.integers(1, 4)))))
    history = History(nights_before=int(rng.integers(0, 4)))
    if 0 not in leave and rng.random() < 0.3:
        run = int(rng.integers(2, 4))
        history = History("early", run, 0, 0, history.nights_before)
    limits = {"night": 0} if rng.random() < 0.15 else {}
    contract = contracts[int(rng.choice(3, p=(0.5, 0.35, 0.15)))]
    return Member(f"p{number:05d}", skills, contract, leave, limits, None, history)


def _demand(rng: np.random.Generator, days: int, minutes_a_day: float) -> list[Demand]:
    lengths = {s.id: s.length_minutes for s in (EARLY, LATE, NIGHT, LONG)}
    rows = []
    for day in range(days):
        weekend = 0.85 if day % 7 >= 5 else 1.06
        for shift, share in SHARE_OF_WORK.items():
            for role, part in SHARE_OF_ROLE.items():
                mean = minutes_a_day * weekend * share * part / lengths[shift]
                rows.append(Demand(day, shift, max(0, round(mean * rng.uniform(0.85, 1.15))), "", role, 100.0, 5.0))
    return rows


def _wishes(rng: np.random.Generator, people: tuple[Member, ...], days: int) -> list[Wish]:
    out = []
    for member in people:
        for day in np.sort(rng.choice(days, size=max(1, days // 5), replace=False)):
            weight, kind = float(rng.integers(1, 6)), rng.random()
            if kind < 0.45:
                out.append(Wish(member.id, int(day), None, weight))
            elif kind < 0.75:
                out.append(Wish(member.id, int(day), str(rng.choice(["early", "late", "night"])), weight))
            else:
                out.append(Wish(member.id, int(day), str(rng.choice(["early", "late"])), weight, wants=True))
    return out


def checkpoints(posts: int, people_a_day: int, members: int, days: int = 14, seed: int = 1) -> Problem:
    """A roster of 24-hour checkpoints: three shifts, never one person alone, one lead a shift where it fits.

    people_a_day is spread evenly over posts and shifts with at least two people each, so it must be >= 6 x the posts
    that are open day and night; posts that do not get six people are open by day only (two shifts, or one).
    """
    rng = np.random.default_rng(seed)
    shifts = (EARLY, LATE, NIGHT)
    pairs = people_a_day // 2
    plan = [[0, 0, 0] for _ in range(posts)]
    for k in range(pairs):
        plan[k % posts][(k // posts) % 3] += 2
    if people_a_day % 2:
        plan[0][0] += 1
    demand = tuple(
        Demand(day, shifts[s].id, count, f"post {p + 1}")
        for day in range(days)
        for p, row in enumerate(plan)
        for s, count in enumerate(row)
        if count
    )
    people = tuple(
        Member(
            f"p{i:04d}",
            frozenset(),
            Contract(max_consecutive=6),
            frozenset(int(d) for d in rng.choice(days, 1)) if rng.random() < 0.3 else frozenset(),
            history=History(nights_before=int(rng.integers(0, 3))),
        )
        for i in range(members)
    )
    wishes = [Wish(m.id, int(rng.integers(days)), None, float(rng.integers(1, 4))) for m in people]
    return Problem(shifts, demand, people, Rules(two_person=True, night_cost=1.0), tuple(wishes), days)
