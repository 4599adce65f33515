"""Vehicle-routing files in the VRPLIB format, as CVRPLIB and PyVRP publish them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import vrplib as vrplib_format

from lianfang.planning.result import ProblemError
from lianfang.planning.routing import NEVER, Problem, Vehicle
from lianfang.planning.routing.problem import IntArray

CONVENTIONS = {
    "CVRP": ("round", 1, 1),
    "VRPTW": ("trunc", 10, 10),
    "MDVRPTW": ("round", 1000, 1),
    "MTVRPTWR": ("trunc", 10, 1),
}
"""Per type of problem: how distances are made whole, after which scale, and the units of one published unit."""


def vrplib(path: str | Path) -> Problem:
    """Read a VRPLIB file: place k of the problem is node k + 1; durations equal distances, as published.

    Distances of CVRP files are rounded to whole numbers, of VRPTW truncated to one decimal (objective in whole units
    with that decimal), of MDVRPTW in thousandths, of multi-trip files truncated to tenths (objective in tenths).
    Demands and capacities are never scaled. Raises ProblemError when the file is not in this format.
    """
    name = Path(path).name
    try:
        data: dict[str, Any] = vrplib_format.read_instance(path)
        kind = str(data.get("type", "CVRP")).upper()
        if kind not in CONVENTIONS:
            raise ProblemError("instances.vrplib", f"{name}: problems of type {kind} are not read.")
        return _problem(data, kind)
    except ProblemError:
        raise
    except (KeyError, ValueError, IndexError, TypeError, AttributeError, UnicodeDecodeError, RuntimeError) as error:
        text = f"{name} is not a VRPLIB file that makes sense: {error}."
        raise ProblemError("instances.vrplib", text) from error


def _problem(data: dict[str, Any], kind: str) -> Problem:
    rounding, scale, units = CONVENTIONS[kind]
    places = int(data["dimension"])
    depots = tuple(int(d) for d in np.atleast_1d(data.get("depot", [0])))

    def whole(values: Any) -> IntArray:
        scaled = np.asarray(values, dtype=np.float64) * scale
        made: IntArray = (np.rint(scaled) if rounding == "round" else np.trunc(scaled)).astype(np.int64)
        return made

    windows = whole(data.get("time_window", np.array([[0.0, NEVER / scale]] * places)))
    service = np.broadcast_to(np.asarray(data.get("service_time", 0), dtype=np.float64), places).copy()
    service[list(depots)] = 0
    return Problem(
        distance=whole(data["edge_weight"]),
        vehicles=_vehicles(data, places, whole),
        depots=depots,
        delivery=np.asarray(data.get("demand", np.zeros(places))),
        service=whole(service),
        earliest=windows[:, 0],
        latest=windows[:, 1],
        release=whole(np.broadcast_to(data.get("release_time", 0), places)),
        xy=np.asarray(data["node_coord"], dtype=np.float64) if "node_coord" in data else None,
        units_per_objective=units,
    )


def _vehicles(data: dict[str, Any], places: int, whole: Any) -> tuple[Vehicle, ...]:
    """Vehicles that are alike are one kind, in the order of their first appearance."""
    count = int(data.get("vehicles", places - 1))
    capacity = np.broadcast_to(np.asarray(data.get("capacity", NEVER)), count)
    longest = whole(np.broadcast_to(data["vehicles_max_duration"], count)) if "vehicles_max_duration" in data else None
    home = np.asarray(data.get("vehicles_depot", np.ones(count, dtype=int))) - 1
    reload_lists = data.get("vehicles_reload_depot")
    kinds: Counter[tuple[int, int, int, tuple[int, ...]]] = Counter()
    for k in range(count):
        reloads = () if reload_lists is None else tuple(int(d) - 1 for d in np.atleast_1d(reload_lists[k]))
        limit = NEVER if longest is None else int(longest[k])
        kinds[int(capacity[k]), limit, int(home[k]), reloads] += 1
    return tuple(
        Vehicle(
            count=number, capacity=room, start_depot=depot, end_depot=depot, max_duration=limit,
            reload_depots=reloads, max_trips=places if reloads else 1,
        )
        for (room, limit, depot, reloads), number in kinds.items()
    )  # fmt: skip
