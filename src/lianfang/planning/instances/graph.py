"""Reads the published districting graphs: JSON node-link files with a population per node and a boundary per edge."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from lianfang.planning.districting.problem import Problem
from lianfang.planning.result import ProblemError

WEIGHT_NAMES = ("tot_pop_20", "TOTPOP", "population", "pop", "weight", "POP20", "P0010001")
X_NAMES = ("x", "C_X", "lon", "INTPTLON20", "boundary_x")
Y_NAMES = ("y", "C_Y", "lat", "INTPTLAT20", "boundary_y")


def graph(path: str | Path, *, count: int | None = None, weight_range: tuple[float, float] | None = None) -> Problem:
    """The map of a file, to be cut into `count` grids or grids of `weight_range`. Raises ProblemError."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError:
        raise ProblemError("instances.graph.json", "The file is not JSON.") from None
    if not isinstance(data, dict) or not isinstance(data.get("nodes"), list) or not data["nodes"]:
        raise ProblemError("instances.graph.nodes", "The file has no list of nodes.")
    nodes = data["nodes"]
    number = {_key(node.get("id", k)): k for k, node in enumerate(nodes)}
    if len(number) != len(nodes):
        raise ProblemError("instances.graph.duplicate", "Two nodes have the same id.")
    ends = _links(data, number)
    return Problem(
        weight=[_pick(node, WEIGHT_NAMES, "weight") for node in nodes],
        xy=np.array(
            [[_pick(node, X_NAMES, "x", k), _pick(node, Y_NAMES, "y", k)] for k, node in enumerate(nodes)], dtype=float
        ),
        edges=np.array(sorted(ends), dtype=np.int64).reshape(-1, 2),
        count=count,
        weight_range=weight_range,
    )


def _key(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _links(data: dict[str, Any], number: dict[Any, int]) -> set[tuple[int, int]]:
    """Pairs of nodes from `links`/`edges` (named ends) or `adjacency` (lists per node)."""
    ends: set[tuple[int, int]] = set()
    try:
        for link in data.get("links", data.get("edges", [])):
            a, b = (link["source"], link["target"]) if isinstance(link, dict) else link
            ends.add(_pair(number[_key(a)], number[_key(b)]))
        for k, near in enumerate(data.get("adjacency", [])):
            for other in near:
                ends.add(_pair(k, number[_key(other["id"] if isinstance(other, dict) else other)]))
    except (KeyError, TypeError, ValueError):
        raise ProblemError("instances.graph.edge", "An edge names a node that does not exist.") from None
    return {pair for pair in ends if pair[0] != pair[1]}


def _pair(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def _pick(node: dict[str, Any], names: tuple[str, ...], what: str, fallback: float | None = None) -> float:
    for name in names:
        if name in node:
            return float(node[name])
    if fallback is not None:
        return float(fallback)
    raise ProblemError("instances.graph.attribute", f"A node has no {what}; looked for {', '.join(names)}.")
