"""From the master's mix to one whole roster a member: fix the surest, price again, repeat.

Diving with column generation, as in Sadykov et al. (INFORMS J. on Computing 31, 2019), without back-tracking.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lianfang.planning.rostering.columns import Master
from lianfang.planning.rostering.descent import Descent
from lianfang.planning.rostering.model import Floats, Ints
from lianfang.planning.stop import Clock

SURE = 0.999
STEP = 0.08
"""Share of the members that are still open fixed in each round at least (assumption)."""
PRICINGS = 3
"""Pricing rounds between two fixings (assumption)."""


def dive(master: Master, descent: Descent, clock: Clock, seconds: float, fallback: Ints, step: float = STEP,
         pricings: int = PRICINGS) -> Ints | None:
    """→ a roster[m, d]; members not reached in time keep the fallback's row. None when nothing could be fixed."""
    fixed: dict[int, int] = {}
    started = clock.elapsed
    master.add(fallback)
    while len(fixed) < len(master.who):
        room = min(seconds - (clock.elapsed - started), clock.left)
        if room <= 0 or not _price(master, descent, fixed, room, pricings):
            break
        _fix(master, fixed, step)
        clock.report("dive")
    for column in fixed.values():
        master.columns[column].SetLb(0.0)
    if not fixed:
        return None
    roster = fallback.copy()
    for m, column in fixed.items():
        roster[m] = master.rosters[column][1]
    return roster


def _price(master: Master, descent: Descent, fixed: dict[int, int], seconds: float, pricings: int) -> bool:
    still = master.inside.copy()
    still[list(fixed)] = False
    for _ in range(pricings):
        master.allow_invalid(False)
        if master.solve(seconds) is None:
            return False
        duals = master.duals()
        whole = _lawful(master, descent, still, duals[0])
        if not master.price(still, duals) + whole:
            break
    master.allow_invalid(False)
    return master.solve(seconds) is not None


def _lawful(master: Master, descent: Descent, still: NDArray[np.bool_], place: Floats) -> int:
    """For members whose graph leaves rules out, add a cheap roster that keeps them all; → how many were new."""
    limited = np.flatnonzero(still & master.relaxation.loose)
    if not limited.size:
        return 0
    roster = np.full(master.model.shape[:2], -1, dtype=np.int64)
    found = []
    for m in limited:
        row = descent.best_roster(int(m), -place)
        if row is not None:
            roster[m] = row
            found.append(m)
    return master.add(roster, np.array(found, dtype=np.int64))


def _fix(master: Master, fixed: dict[int, int], step: float) -> None:
    shares = master.shares()
    least = max(1, round(step * (len(master.who) - len(fixed))))
    done = 0
    for column in np.argsort(-shares, kind="stable"):
        m = master.rosters[column][0]
        if m in fixed or not master.valid[column]:
            continue
        if shares[column] < SURE and done >= least:
            break
        fixed[m] = int(column)
        master.columns[column].SetLb(1.0)
        done += 1
