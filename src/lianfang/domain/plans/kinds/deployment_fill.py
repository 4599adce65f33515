"""Nobody idles while a seat they can fill is empty: what an unfinished search left over is placed by a problem of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from lianfang.domain.plans import engines
from lianfang.domain.plans.engines import assignment
from lianfang.planning import Status, Stop

SECONDS: Final = 30.0
"""The stop rule of one such problem: people who were left over are few (assumption)."""


def filled(
    problem: assignment.Deployment, arguments: Mapping[str, Any], result: assignment.DeploymentResult
) -> assignment.DeploymentResult:
    """The same plan with everybody placed who can be; the bound is at least nothing.

    A proven plan is left alone: there, who is in reserve stays there for a reason. People stay where the search placed them.
    """
    if result.status is not Status.FEASIBLE:
        return result
    place, role = result.place_of_person.copy(), result.role_of_person.copy()
    while True:
        idle = np.flatnonzero((place < 0) & problem.skill.any(axis=1))
        unmet = engines.people.missing(problem, place, role)
        at = np.flatnonzero(unmet.any(axis=1))
        if not idle.size or not at.size:
            break
        rest = assignment.Deployment(
            problem.person_xy[idle], problem.skill[idle], problem.place_xy[at], unmet[at],
            gates=np.asarray(arguments["gates"])[at], managed=np.asarray(arguments["managed"])[at],
        )  # fmt: skip
        found = assignment.solve(rest, stop=Stop(seconds=SECONDS))
        sent = np.flatnonzero(found.place_of_person >= 0)
        if not sent.size:
            break
        place[idle[sent]], role[idle[sent]] = at[found.place_of_person[sent]], found.role_of_person[sent]
    bound = None if result.bound is None else max(result.bound, 0.0)
    return replace(
        result, objective=engines.people.cost_of(problem, place, role), bound=bound, place_of_person=place, role_of_person=role,
        unmet=engines.people.missing(problem, place, role),
    )  # fmt: skip


__all__ = ["filled"]
