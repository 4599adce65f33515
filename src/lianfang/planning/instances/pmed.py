"""The p-median files of the OR-Library."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from lianfang.planning.result import ProblemError
from lianfang.planning.siting import Problem


def pmed(path: str | Path) -> Problem:
    """Read a p-median file: n, edges, p, then `i j cost` lines; every vertex is a demand point and a site, weight 1.

    An edge listed twice counts with its last cost; distances are shortest paths, so a graph in pieces gives infinite
    distances. Raises ProblemError when the file is not in this format.
    Source: J. E. Beasley (1985), A note on solving large p-median problems, EJOR 21:270-273.
    """
    try:
        numbers = [float(word) for word in Path(path).read_text().split()]
        vertices, edges, count = (int(value) for value in numbers[:3])
        rows = np.array(numbers[3:], dtype=np.float64).reshape(edges, 3)
    except (UnicodeDecodeError, ValueError) as error:
        text = f"{Path(path).name} is not a p-median file: it needs n, edges, p, then one `i j cost` line per edge."
        raise ProblemError("instances.pmed", text) from error
    ends = rows[:, :2].astype(int) - 1
    if vertices < 1 or (len(ends) and (ends.min() < 0 or ends.max() >= vertices)):
        raise ProblemError("instances.pmed", f"{Path(path).name} names a vertex outside 1..{vertices}.")
    if (rows[:, 2] < 0).any():
        raise ProblemError("instances.pmed", f"{Path(path).name} has an edge of negative length.")
    last = {(min(a, b), max(a, b)): cost for (a, b), cost in zip(ends.tolist(), rows[:, 2].tolist(), strict=True)}
    pairs = np.array(list(last), dtype=int).reshape(-1, 2)
    graph = csr_array((np.array(list(last.values())), (pairs[:, 0], pairs[:, 1])), shape=(vertices, vertices))
    return Problem(distance=dijkstra(graph, directed=False), weight=np.ones(vertices), open_count=count)
