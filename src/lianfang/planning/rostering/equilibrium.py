"""A market for working days: members answer prices one by one, prices follow what is missing, until both agree.

The cover rows are moved into the objective as an augmented Lagrangian, sum over places of
pull/2 (counts - need)^2 - multiplier (counts - need), and minimised member by member: each visit is one exact cheapest
path. Multipliers follow the rows (Hestenes 1969; Powell 1969), the pull grows, and noise on every price fades, as in
the noising method (Charon, Hudry, Operations Research Letters 14, 1993). Large numbers of alike members make this
fast: 2,000 members x 14 days reach the bound in about a hundred sweeps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from lianfang.planning.rostering import kernels
from lianfang.planning.rostering.bound import Relaxation
from lianfang.planning.rostering.model import Floats, Ints, Model
from lianfang.planning.rostering.tables import terms
from lianfang.planning.stop import Clock

STEPS_A_SECOND = 5e8
"""Path steps a second that the number of sweeps is planned with (about half of what one core did when measured)."""
LEAST_SWEEPS, MOST_SWEEPS = 30, 2000
TRIES = 6
KEPT_SWEEPS = 12
"""So many last sweeps hand their rosters on as columns (assumption)."""
LOOK_EVERY = 10
BATCH = 64
"""Members between two looks at the clock (assumption)."""


@dataclass(frozen=True)
class Schedule:
    """First and last values, in units of the model's typical price; follow: share of pull that multipliers move by.

    Tuned on seed 11 of 200 x 28 and 2,000 x 14 (the choice of `follow` mattered most: 0.1 left five places empty).
    """

    heat: tuple[float, float] = (0.17, 0.02)
    pull: tuple[float, float] = (0.04, 0.4)
    follow: float = 0.3


FIRM = Schedule(heat=(0.5, 0.06), pull=(2.4, 24.0), follow=0.03)
"""For members under many limits of their own: prices stay near the true ones (file 13: 1914 in 60 sweeps, where the
soft schedule ended at 15,639; on 200 x 28 it freezes early, at 942 instead of 8)."""


@dataclass
class Outcome:
    """Best roster met and its price, the last multipliers, and rosters of the last sweeps."""

    roster: Ints
    cost: float
    multiplier: Floats
    seen: list[Ints] = field(default_factory=list)


class Market:
    """Keeps the tables of one model; `run` may be called again and again, each run continues the random stream."""

    def __init__(self, relaxation: Relaxation, model: Model, seed: int) -> None:
        self.relaxation, self.model = relaxation, model
        self.terms = terms(model, seed)
        self.rng = np.random.default_rng(seed)
        positive = model.cost[np.isfinite(model.cost) & (model.cost > 0)]
        self.unit = float(positive.mean()) if positive.size else 1.0

    def sweeps(self, seconds: float) -> int:
        """How many sweeps are planned for so many seconds: a function of the problem, not of the machine."""
        work = float(self.relaxation.tables.work[self.model.group].sum())
        return int(np.clip(seconds * STEPS_A_SECOND / work, LEAST_SWEEPS, MOST_SWEEPS))

    def sweep(self, roster: Ints, counts: Ints, heat: float, pull: float, multiplier: Floats, clock: Clock) -> bool:
        """Visit everybody once in random order, in place; → False when the clock ran out."""
        t, m, r = self.terms, self.model, self.relaxation
        order = self.rng.permutation(len(m.group))
        for first in range(0, len(order), BATCH):
            if clock.left <= 0:
                return False
            kernels.settle(
                order[first : first + BATCH], TRIES, heat, pull, m.group, r.loose, r.tables.onward, r.tables.start,
                r.tables.size, r.tables.end, r.tables.end_at, t.cost, t.off, m.need, m.under, m.over, multiplier,
                r.of_class, m.act_shift, m.shift_units, m.limit, t.hours, t.weekend, t.charge, roster, counts, t.state,
            )  # fmt: skip
        return True

    def run(
        self,
        roster: Ints,
        multiplier: Floats,
        sweeps: int,
        schedule: Schedule,
        clock: Clock,
        enough: Callable[[float], bool],
        until: float,
        look: Callable[[Floats], None] = lambda _: None,
    ) -> Outcome:
        """Anneal from a lawful roster[m, d] over so many sweeps; ends early when a price is `enough`.

        On a slow machine it cools faster, so that it is cold at `until` seconds of the clock.
        look is shown the multipliers now and then.
        """
        model = self.model
        roster, multiplier = roster.copy(), multiplier.copy()
        counts = np.ascontiguousarray(model.counts(roster))
        best = Outcome(roster.copy(), model.search_cost(roster), multiplier)
        began = clock.elapsed
        for k in range(sweeps):
            part = min(1.0, max(k / max(1, sweeps - 1), (clock.elapsed - began) / max(1e-9, until - began)))
            heat = self.unit * schedule.heat[0] * (schedule.heat[1] / schedule.heat[0]) ** part
            pull = self.unit * schedule.pull[0] * (schedule.pull[1] / schedule.pull[0]) ** part
            going = self.sweep(roster, counts, heat, pull, multiplier, clock)
            multiplier += schedule.follow * pull * (model.need - counts)
            np.clip(multiplier, -model.over, model.under, out=multiplier)
            cost = model.search_cost(roster)
            if cost < best.cost:
                best.cost, best.roster = cost, roster.copy()
            best.seen = [*best.seen[-KEPT_SWEEPS:], roster.copy()]
            clock.report("market", best.cost)
            if k % LOOK_EVERY == LOOK_EVERY - 1:
                look(multiplier)
            if not going or enough(best.cost) or clock.elapsed > until:
                break
        best.multiplier = multiplier
        return best
