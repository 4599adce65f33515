"""Recombine routes that the search has met: choose the cheapest set of them that visits every stop once.

The search only ever holds whole plans; good routes from different plans fit together surprisingly often.
Source: B. A. Foster, D. M. Ryan (1976), An integer programming approach to the vehicle scheduling problem,
Operational Research Quarterly 27:367-384; A. Subramanian, E. Uchoa, L. S. Ochi (2013), Computers & OR 40:2519-2531.
"""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import pyvrp
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from lianfang.planning.routing.search import Translation

Pooled = list[tuple[int, int, list[int]]]
"""Vehicle kind, cost and places of routes."""

KEEP = 12_000
"""Most routes remembered; the ones met longest ago go first."""

EVERY = 20
"""One candidate in this many is read, to leave the time to the search."""

NEAR = 1.03
"""Candidates costing at most this multiple of the best plan are read."""


class RoutePool(pyvrp.IteratedLocalSearchCallbacks):
    """Watches a search and keeps feasible routes, for each set of stops and vehicle kind the cheapest one."""

    def __init__(self, translation: Translation) -> None:
        super().__init__()
        self.translation = translation
        self.routes: OrderedDict[tuple[int, frozenset[int]], tuple[int, list[int]]] = OrderedDict()
        self.seen = 0

    def on_iteration(
        self,
        current: pyvrp.Solution,
        candidate: pyvrp.Solution,
        best: pyvrp.Solution,
        cost_evaluator: pyvrp.CostEvaluator,
    ) -> None:
        """Read a candidate now and then."""
        self.seen += 1
        if self.seen % EVERY or not candidate.is_feasible() or not best.is_feasible():
            return
        if cost_evaluator.cost(candidate) <= NEAR * cost_evaluator.cost(best):
            self.add(candidate)

    def on_best(self, best: pyvrp.Solution) -> None:
        """Read every new best plan."""
        if best.is_feasible():
            self.add(best)

    def add(self, solution: pyvrp.Solution) -> None:
        """Remember the routes of a plan."""
        self.take(
            [
                (
                    route.vehicle_type(),
                    route.distance_cost() + route.duration_cost() + route.fixed_vehicle_cost(),
                    self.translation.places(route),
                )
                for route in solution.routes()
            ]
        )

    def met(self) -> Pooled:
        """Every route remembered, the one met longest ago first."""
        return [(kind, cost, places) for (kind, _), (cost, places) in self.routes.items()]

    def take(self, routes: Pooled) -> None:
        """Remember routes that keep every rule."""
        depots = set(self.translation.problem.depots)
        for kind, cost, places in routes:
            key = (kind, frozenset(place for place in places if place not in depots))
            known = self.routes.get(key)
            if known is None or cost < known[0]:
                self.routes[key] = (cost, places)
            self.routes.move_to_end(key)
        while len(self.routes) > KEEP:
            self.routes.popitem(last=False)

    def combine(self, seconds: float) -> list[tuple[int, list[int]]] | None:
        """The cheapest plan made of remembered routes, within the time; None when none was found."""
        problem = self.translation.problem
        keys = list(self.routes)
        if not keys:
            return None
        position = {int(stop): index for index, stop in enumerate(problem.stops)}
        rows = np.concatenate([[position[stop] for stop in sorted(stops)] for _, stops in keys])
        columns = np.repeat(np.arange(len(keys)), [len(stops) for _, stops in keys])
        visits = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(position), len(keys)))
        kinds = np.array([kind for kind, _ in keys])
        fleet = csr_array((np.ones(len(keys)), (kinds, np.arange(len(keys)))), shape=(len(problem.vehicles), len(keys)))
        answer = milp(
            np.array([self.routes[key][0] for key in keys], dtype=np.float64),
            integrality=np.ones(len(keys)),
            bounds=Bounds(0, 1),
            constraints=[
                LinearConstraint(visits, lb=1, ub=1),
                LinearConstraint(fleet, ub=np.array([vehicle.count for vehicle in problem.vehicles])),
            ],
            options={"time_limit": seconds},
        )
        if answer.x is None:
            return None
        return [(keys[k][0], self.routes[keys[k]][1]) for k in np.flatnonzero(answer.x > 0.5)]
