"""The Lagrangian bound of site selection: relax "every demand is served once", price the demands, pick the sites.

With price u_i, a site is worth r_j = f_j + sum_i min(0, c_ij - u_i), and sum u + the cheapest allowed set of r is a
lower bound for every u. Subgradient steps (Polyak) raise it towards the bound of the strong linear relaxation.
Source: G. Cornuéjols, M. L. Fisher, G. L. Nemhauser (1977), Location of bank accounts to optimize float,
Management Science 23:789-810; J. E. Beasley (1993), Lagrangean heuristics for location problems, EJOR 65:383-399.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lianfang.planning.siting.costs import Costs, FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]


NARROW_EVERY = 40
"""Steps between two choices of the pairs that current prices can reach."""


@dataclass(frozen=True)
class Selection:
    """Which sets of sites are allowed: `low` to `high` of them, the `forced` ones always; opening costs per site."""

    low: int
    high: int
    opening: FloatArray
    forced: BoolArray

    def restrict(self, kept: IntArray) -> Selection:
        """The same rule for some of the sites."""
        return Selection(self.low, self.high, self.opening[kept], self.forced[kept])

    def pick(self, value: FloatArray) -> IntArray:
        """The allowed set with the smallest sum of values."""
        forced = np.flatnonzero(self.forced)
        free = np.flatnonzero(~self.forced)
        order = free[np.argsort(value[free], kind="stable")]
        least = max(0, self.low - len(forced))
        most = max(least, self.high - len(forced))
        count = max(least, min(most, int(np.searchsorted(value[order], 0.0))))
        picked: IntArray = np.concatenate([forced, order[:count]])
        return picked


@dataclass
class Schedule:
    """The step rule: factor, how many bad steps before it halves, where it ends, how many steps at most."""

    steps: int
    factor: float = 1.0
    patience: int = 10
    smallest: float = 1e-4
    overshoot: float = 1.001
    """The target of the Polyak step, relative to the best plan known."""
    memory: float = 0.7
    """Share of the previous direction kept (Camerini, Fratta, Maffioli 1975)."""


@dataclass
class Dual:
    """The best bound of one subgradient run.

    value: per site, at the best price. share: how often each site was picked in late steps (an estimate of the linear
    relaxation's y). picked: the set at the best price.
    """

    bound: float
    price: FloatArray
    value: FloatArray
    picked: IntArray
    share: FloatArray
    steps: int = field(default=0)


def ascend(
    costs: Costs,
    rule: Selection,
    price: FloatArray,
    target: float,
    *,
    enough: float,
    schedule: Schedule,
    keep_on: Callable[[int, float, IntArray], bool] | None = None,
) -> Dual:
    """Raise the bound by subgradient steps from `price`; end when it passes `enough`.

    target: cost of the best known plan. keep_on(step, bound, picked) may return False to end early.
    """
    factor, bad = schedule.factor, 0
    price = np.clip(price, costs.least, costs.limit)
    best = Dual(-np.inf, price, np.zeros(costs.sites), np.zeros(0, dtype=np.int64), np.zeros(costs.sites))
    share = np.zeros(costs.sites)
    direction = np.zeros(costs.demands)
    near = costs
    for step in range(schedule.steps):
        if step % NARROW_EVERY == 0:
            near = costs.near(price)
        value = rule.opening + near.site_values(price)
        picked = rule.pick(value)
        bound = float(price.sum() + value[picked].sum())
        slope = 1 - near.times_covered(price, picked)
        share *= 0.9
        share[picked] += 0.1
        bad = 0 if bound > best.bound + 1e-6 * abs(best.bound) else bad + 1
        if bound > best.bound:
            best = Dual(bound, price, value, picked, share, step)
        direction = slope + schedule.memory * direction
        length = float((direction * direction).sum())
        if best.bound > enough or length == 0 or (keep_on is not None and not keep_on(step, best.bound, picked)):
            break
        if bad >= schedule.patience:
            factor, bad, price, direction = factor / 2, 0, best.price, 0.0 * direction
        if factor < schedule.smallest:
            break
        reach = max(schedule.overshoot * target - bound, 1e-9 * max(1.0, abs(target)))
        price = np.clip(price + factor * reach / length * direction, near.least, near.limit)
    best.share, best.steps = share, step + 1
    return best
