"""A small plan on the stage of the access tests: one member of a community, sent to it; solved and sealed as the product does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np


def stage_plan(run: Callable[..., Any], community: str, member: int) -> int:
    """A proposed deployment of one community with its only member as its only line; returns its number."""
    from lianfang.domain.plans import codec
    from lianfang.domain.plans.registry import Built
    from lianfang.domain.plans.selectors import keep_built
    from lianfang.planning import assignment

    arguments: dict[str, Any] = {
        "person_xy": [[0.0, 0.0]],
        "skill": [[1, 1, 1]],
        "place_xy": [[0.0, 0.0]],
        "demand": [[0, 0, 1]],
        "home_place": [0],
    }
    problem = assignment.Deployment(**arguments)
    result = assignment.solve(problem)
    labels = {
        "path": community, "members": np.array([member]), "units": np.array([0]), "bases": [community], "lives": np.array([True]),
        "targets": [f"area:{community}"], "paths": [community], "names": ["本村"], "left_out": 0, "widened": False, "heads_of_units": 0,
        "real": False, "scale": 1.0, "listed": 1, "compounds": 0, "to_compounds": False, "published": [],
    }  # fmt: skip

    class _Where:
        path = community

    sealed = keep_built(_Where(), Built(problem, labels, arguments=arguments))  # type: ignore[arg-type]
    summary = {
        "figures": [{"key": "figure.placed", "plan": 1, "baseline": 1, "unit": "", "better": "more"}],
        "remarks": [],
        "wanted": {},
    }
    number = run(
        "insert into plans_plan (kind, path, title, state, params, seed, stop_seconds, inputs, problem, result, status, objective, "
        "bound, seconds, summary, reasons, version, made_by, read_at) values ('deployment', %s, '人员部署', 'proposed', %s, 0, 10, '', "
        "%s, %s, 'optimal', 0, 0, 0, %s, '[]', 0, 1, now()) returning id",
        community, json.dumps({"template": "village", "places": "communities", "leads": "none", "reserve": 0}), sealed,
        codec.seal(community, result, codec.RESULT), json.dumps(summary),
    )  # fmt: skip
    run(
        "insert into plans_line (plan_id, n, subject, target, path, role, amount, reason, values, pinned, edited) "
        "values (%s, 0, %s, %s, %s, 'member', 1, 'why.home', '{\"from\": \"home\"}', false, false)",
        number, f"member:{member}", f"area:{community}", community,
    )  # fmt: skip
    return int(number)
