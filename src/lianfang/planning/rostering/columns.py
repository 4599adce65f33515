"""The master programme of dives and neighbourhoods: whole rosters of some members, mixed by a simplex that is warm.

Each column is one member's roster; the master picks a mix of one per member (Dantzig and Wolfe, Operations
Research 8, 1960). The bound over all members comes from `climb.py`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp

from lianfang.planning.rostering.bound import Relaxation
from lianfang.planning.rostering.model import Floats, Ints

REDUCED = 1e-6


class Master:
    """The restricted master programme over some members (all by default); keeps its columns and grows.

    need[d, a] is what these members shall cover: the demand, less what everybody else already covers.
    """

    def __init__(
        self, relaxation: Relaxation, ceiling: float, who: Ints | None = None, need: Ints | None = None
    ) -> None:
        self.relaxation, model = relaxation, relaxation.model
        self.model = model
        self.who = np.arange(len(model.group)) if who is None else who
        self.inside = np.zeros(len(model.group), dtype=bool)
        self.inside[self.who] = True
        self.need = model.need if need is None else need
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        self.solver.SetSolverSpecificParametersAsString("use_preprocessing:false")  # keeps the warm start
        self.objective = self.solver.Objective()
        self.objective.SetMinimization()
        self.cover: dict[tuple[int, int], pywraplp.Constraint] = {}
        self._cover_rows()
        infinity = self.solver.infinity()
        self.limits: dict[tuple[int, int], pywraplp.Constraint] = {}
        for m, s in zip(*np.nonzero(relaxation.limited & self.inside[:, None]), strict=True):
            self.limits[int(m), int(s)] = self.solver.Constraint(-infinity, float(model.limit[m, s]))
        self.pick = {int(m): self.solver.Constraint(1, 1) for m in self.who}
        for row in self.pick.values():  # keeps the master feasible until real columns arrive
            artificial = self.solver.NumVar(0, infinity, "")
            row.SetCoefficient(artificial, 1)
            self.objective.SetCoefficient(artificial, ceiling)
        self.rosters: list[tuple[int, Ints]] = []
        self.costs: list[float] = []
        self.valid: list[bool] = []
        self.columns: list[pywraplp.Variable] = []
        self.known: set[tuple[int, bytes]] = set()

    def _cover_rows(self) -> None:
        model, infinity = self.model, self.solver.infinity()
        reachable = np.isfinite(model.cost[self.who]).any(axis=0)
        for d, a in zip(*np.nonzero(reachable), strict=True):
            row = self.solver.Constraint(float(self.need[d, a]), float(self.need[d, a]))
            missing = self.solver.NumVar(0, infinity, "")
            extra = self.solver.NumVar(0, infinity, "")
            row.SetCoefficient(missing, 1)
            row.SetCoefficient(extra, -1)
            self.objective.SetCoefficient(missing, float(model.under[d, a]))
            self.objective.SetCoefficient(extra, float(model.over[d, a]))
            self.cover[int(d), int(a)] = row

    def add(self, roster: Ints, who: Ints | None = None) -> int:
        """Add rows of a roster[m, d] (of everybody, size and order as the model) as columns; → how many were new."""
        personal = self.model.personal_cost(roster)
        added = 0
        for m in self.who if who is None else who:
            row = roster[m].astype(np.int16)
            key = (int(m), row.tobytes())
            if key in self.known or not np.isfinite(personal[m]):
                continue
            self.known.add(key)
            self._column(int(m), row.astype(np.int64), float(personal[m]))
            added += 1
        return added

    def add_row(self, m: int, row: Ints) -> None:
        """Add one member's row[d] as a column, unless it is there."""
        small = row.astype(np.int16)
        key = (m, small.tobytes())
        if key not in self.known:
            self.known.add(key)
            self._column(m, row, self.model.row_cost(m, row))

    def _column(self, m: int, row: Ints, cost: float) -> None:
        column = self.solver.NumVar(0, self.solver.infinity(), "")
        self.pick[m].SetCoefficient(column, 1)
        for d in np.flatnonzero(row >= 0):
            self.cover[int(d), int(row[d])].SetCoefficient(column, 1)
        valid = not (self.relaxation.loose[m] and self.model.excess(m, row))
        if self.relaxation.limited[m].any():
            used = np.bincount(self.model.act_shift[row[row >= 0]], minlength=self.model.limit.shape[1])
            for s in np.flatnonzero(self.relaxation.limited[m] & (used > 0)):
                self.limits[m, int(s)].SetCoefficient(column, float(used[s]))
        self.objective.SetCoefficient(column, cost)
        self.columns.append(column)
        self.rosters.append((m, row))
        self.costs.append(cost)
        self.valid.append(valid)

    def solve(self, seconds: float) -> float | None:
        """Solve the mix; → its value, or None when the time ran out."""
        self.solver.SetTimeLimit(max(1, int(seconds * 1000)))
        if self.solver.Solve() != pywraplp.Solver.OPTIMAL:
            return None
        return float(self.objective.Value())

    def duals(self) -> tuple[Floats, Floats, Floats]:
        """Prices place[d, a], limit[m, s] and each member's own value[m]."""
        place, limit = np.zeros(self.model.need.shape), np.zeros(self.model.limit.shape)
        own = np.zeros(len(self.model.group))
        for (d, a), row in self.cover.items():
            place[d, a] = row.dual_value()
        for (m, s), row in self.limits.items():
            limit[m, s] = -row.dual_value()
        for m, row in self.pick.items():
            own[m] = row.dual_value()
        return np.clip(place, -self.model.over, self.model.under), np.maximum(limit, 0.0), own

    def shares(self) -> Floats:
        """How much of each column the mix takes."""
        return np.array([column.solution_value() for column in self.columns])

    def allow_invalid(self, allowed: bool) -> None:
        """Let columns that break a left-out rule into the mix (for the bound), or bar them (for whole rosters)."""
        for column, valid in zip(self.columns, self.valid, strict=True):
            if not valid:
                column.SetUb(self.solver.infinity() if allowed else 0.0)

    def price(self, still: NDArray[np.bool_]) -> int:
        """One pricing round for the members still open, with the mix's own duals; → how many columns were added."""
        place, limit, own = self.duals()
        values, roster = self.relaxation.answer(place, limit, still)
        charged = (limit * np.where(self.relaxation.limited, self.model.limit, 0)).sum(axis=1)
        better = np.flatnonzero(still & (values - charged < own - REDUCED))
        return self.add(roster, better) if better.size else 0
