"""From the master's mix to one whole roster a member: fix the surest, price again, repeat.

Diving with column generation, as in Sadykov et al. (INFORMS J. on Computing 31, 2019), without back-tracking.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lianfang.planning.rostering.columns import REDUCED, Master
from lianfang.planning.rostering.descent import Descent
from lianfang.planning.rostering.model import Floats, Ints
from lianfang.planning.stop import Clock

SURE = 0.999
STEP = 0.03
"""Share of the members that are still open fixed in each round at least; more when the time asks for it (assumption)."""
PRICINGS = 30
"""Most pricing rounds between two fixings: converging beats stopping early (file 9: 439 against 557 with three)."""
ROUND_SHARE = 0.15
"""Most of the time left that one round may price (assumption)."""


def dive(
    master: Master,
    descent: Descent,
    clock: Clock,
    seconds: float,
    fallback: Ints,
    *,
    step: float = STEP,
    pricings: int = PRICINGS,
    noise: float = 0.0,
) -> Ints | None:
    """Fix columns by their share plus noise → a roster[m, d]; None when nothing could be fixed.

    When the time runs out the last mix decides for everybody still open, else the fallback's row.
    """
    fixed: dict[int, int] = {}
    end = clock.elapsed + min(seconds, clock.left)
    master.add(fallback)
    rounds, began, shares = 0, clock.elapsed, np.empty(0)
    while len(fixed) < len(master.who) and clock.elapsed < end and clock.left > 0:
        room = end - clock.elapsed
        if not _price(master, descent, fixed, clock, clock.elapsed + ROUND_SHARE * room, room, pricings):
            break
        rounds += 1
        shares = master.shares() + noise * descent.rng.random(len(master.columns))
        affordable = max(1.0, (end - clock.elapsed) / max(1e-6, (clock.elapsed - began) / rounds))
        _fix(master, fixed, max(step, 1.0 / affordable), shares)
        clock.report("dive")
    if len(fixed) < len(master.who) and shares.size:
        _fix(master, fixed, 1.0, np.append(shares, np.zeros(len(master.columns) - len(shares))))
    for column in fixed.values():
        master.columns[column].SetLb(0.0)
    if not fixed:
        return None
    roster = fallback.copy()
    for m, column in fixed.items():
        roster[m] = master.rosters[column][1]
    return roster


def _price(
    master: Master,
    descent: Descent,
    fixed: dict[int, int],
    clock: Clock,
    until: float,
    room: float,
    pricings: int,
) -> bool:
    """Generate lawful columns for the open members; → whether the mix was solved."""
    still = master.inside.copy()
    still[list(fixed)] = False
    for _ in range(pricings):
        master.allow_invalid(False)
        if master.solve(room) is None:
            return False
        if clock.elapsed > until or not _add_lawful(master, descent, still, clock):
            return True
    return master.solve(room) is not None


def _add_lawful(master: Master, descent: Descent, still: NDArray[np.bool_], clock: Clock) -> int:
    """Price the open members and add what pays and keeps every rule; → how many columns were new."""
    place, limit, own = master.duals()
    values, roster = master.relaxation.answer(place, limit, still)
    charged = (limit * np.where(master.relaxation.limited, master.model.limit, 0)).sum(axis=1)
    better = np.flatnonzero(still & (values - charged < own - REDUCED))
    lawful = []
    for m in better:
        if master.relaxation.loose[m] and master.model.excess(int(m), roster[m]):
            row = descent.best_roster(int(m), -place, limit[m]) if clock.left > 0 else None
            if row is None or _reduced(master, int(m), row, place, own) > -REDUCED:
                continue
            roster[m] = row
        lawful.append(m)
    return master.add(roster, np.array(lawful, dtype=np.int64)) if lawful else 0


def _reduced(master: Master, m: int, row: Ints, place: Floats, own: Floats) -> float:
    days = np.flatnonzero(row >= 0)
    model = master.model
    price = model.cost[m, days, row[days]].sum() + model.off_cost[m][row < 0].sum()
    return float(price - place[days, row[days]].sum() - own[m])


def _fix(master: Master, fixed: dict[int, int], step: float, shares: Floats) -> None:
    """Fix at least a share of the open members, surest column first, and every column that is sure."""
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
