"""Reads the published generalised-assignment files (OR-Library layout): m n, m × n costs, m × n loads, m capacities."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lianfang.planning.assignment.problem import Generalised
from lianfang.planning.result import ProblemError


def gap(path: str | Path) -> Generalised:
    """The problem as published: minimise total cost. Raises ProblemError when the file does not hold m, n and the tables."""
    try:
        numbers = np.array(Path(path).read_text(encoding="utf-8").split(), dtype=np.float64)
    except (ValueError, UnicodeDecodeError):
        raise ProblemError("instances.gap.text", "The file holds something that is not a number.") from None
    if numbers.size < 2 or numbers[0] < 1 or numbers[1] < 1 or (numbers[:2] != np.rint(numbers[:2])).any():
        raise ProblemError("instances.gap.head", "The file must begin with the numbers of agents and jobs.")
    agents, jobs = int(numbers[0]), int(numbers[1])
    table = agents * jobs
    body = numbers[2:]
    if body.size != 2 * table + agents:
        text = (
            f"{agents} agents and {jobs} jobs need {2 * table + agents} numbers after the head; there are {body.size}."
        )
        raise ProblemError("instances.gap.size", text)
    if np.isfinite(body).all() and (body == np.rint(body)).all():
        body = body.astype(np.int64)
    shape = (agents, jobs)
    return Generalised(body[:table].reshape(shape), body[table : 2 * table].reshape(shape), body[2 * table :])
