"""Bar 15: published routing instances at 60 s, the plain solver given ten times as long, and a county's deliveries."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.support.cells import cell
from benchmarks.support.measure import forget_peak, peak_megabytes
from benchmarks.support.measure import row as bar_row
from lianfang.planning import Stop, instances, routing
from lianfang.planning.routing.search import Searcher, Translation
from lianfang.planning.stop import Clock

SHARED = Path(os.environ.get("LIANFANG_SHARED", Path(__file__).resolve().parents[2] / "shared"))
BENCH = SHARED / "data" / "bench"
SECONDS = 60.0
KINDS = ("cvrp", "vrptw", "mdvrptw", "mtvrptwr")
PLAIN_TIMES = 10
PLAIN_FILES = {"cvrp": "X-n214-k11.vrp", "vrptw": "RC2_10_1.vrp", "mdvrptw": "PR11A.vrp", "mtvrptwr": "R211R0.25.vrp"}
"""One file per kind on which the plain solver runs ten times as long as we do."""

row = partial(bar_row, "15")


def run(quick: bool = False, kinds: Iterable[str] = KINDS, seconds: float | None = None) -> list[dict[str, Any]]:
    """Measure and return the rows of the routing bar; `quick` takes two files a kind and 10 seconds each."""
    seconds = seconds or (10.0 if quick else SECONDS)
    rows: list[dict[str, Any]] = []
    for kind in kinds:
        if (BENCH / kind).exists():
            rows += _published(kind, seconds, 2 if quick else None)
    stops = 300 if quick else 1200
    rows.append(cell("routing", f"county {stops} {seconds:g}", partial(_county, stops, seconds)))
    if not quick:
        rows += [
            cell("routing", f"{kind} plain {seconds:g}", partial(_against_plain, kind, seconds))
            for kind in kinds
            if (BENCH / kind).exists()
        ]
    return rows


def _published(kind: str, seconds: float, count: int | None) -> list[dict[str, Any]]:
    with (BENCH / kind / "index.csv").open() as file:
        lines = list(csv.DictReader(file))
    rows = [
        cell("routing", f"{kind} {line['file'][:-4]} {seconds:g}", partial(_file, kind, line, seconds))
        for line in (lines if count is None else lines[:: max(1, len(lines) // count)][:count])
    ]
    target = 0.005 if kind == "cvrp" else 0.02
    mean = float(np.mean([row["value"] for row in rows]))
    broken = sum(row["broken"] for row in rows)
    rows.append(row(f"{kind}: mean of {len(rows)} files at {seconds:g} s", mean, "over best known", f"<= {target:.1%}",
                    mean <= target))  # fmt: skip
    rows.append(row(f"{kind}: broken rules", broken, "violations", "0", broken == 0))
    return rows


def _file(kind: str, line: dict[str, str], seconds: float) -> dict[str, Any]:
    forget_peak()
    problem = instances.vrplib(BENCH / kind / line["file"])
    best, started = float(line["best_known"]), time.perf_counter()
    result = routing.solve(problem, stop=Stop(seconds))
    used = time.perf_counter() - started
    gap = 1.0 if result.objective is None else result.objective / best - 1
    return row(
        f"{kind} {line['file'][:-4]}", gap, "over best known", "<= 1 %" if kind == "cvrp" else "",
        gap <= (0.01 if kind == "cvrp" else 1.0), best=best, ours=result.objective, seconds=round(used, 1),
        broken=len(routing.check(problem, result)), megabytes=peak_megabytes(),
    )  # fmt: skip


def _against_plain(kind: str, seconds: float) -> dict[str, Any]:
    """Our cost over the plain solver's, which gets ten times our time."""
    forget_peak()
    problem = instances.vrplib(BENCH / kind / PLAIN_FILES[kind])
    ours = routing.solve(problem, stop=Stop(seconds))
    translation = Translation(problem)
    allowed = seconds * PLAIN_TIMES
    longer = Searcher(translation, seed=0).run(Clock(Stop(allowed)), allowed)
    plain = (
        longer.distance_cost() + longer.duration_cost() + longer.fixed_vehicle_cost()
    ) / problem.units_per_objective
    ratio = 99.0 if ours.objective is None else ours.objective / plain
    return row(
        f"{kind} {PLAIN_FILES[kind][:-4]}: ours / PyVRP with 10 x time", ratio, "ratio", "<= 1.01", ratio <= 1.01,
        best=plain, ours=ours.objective, seconds=round(ours.seconds, 1), megabytes=peak_megabytes(),
    )  # fmt: skip


def county(stops: int, seed: int = 1) -> routing.Problem:
    """A seeded county day: supplies from two stores to villages and compounds, tubes collected, hours, two trips."""
    rng = np.random.default_rng(seed)
    towns = rng.random((18, 2)) * 40_000
    xy = np.vstack([towns[0], towns[9], towns[rng.integers(0, 18, stops)] + rng.normal(0, 2500, (stops, 2))])
    metres, seconds = routing.from_coordinates(xy, metres_per_second=10.0)
    opens = 6 * 3600 + rng.choice([0, 2, 4, 6], stops) * 3600
    hours = np.concatenate([[0, 0], opens])
    vehicles = tuple(
        routing.Vehicle(
            count=stops // 24, capacity=120, start_depot=depot, end_depot=depot, reload_depots=(depot,), max_trips=2,
            earliest=5 * 3600, latest=20 * 3600, max_duration=10 * 3600, fixed_cost=20_000, unit_duration_cost=1,
        )
        for depot in (0, 1)
    )  # fmt: skip
    return routing.Problem(
        distance=metres, duration=seconds, vehicles=vehicles, depots=(0, 1), xy=xy,
        delivery=np.concatenate([[0, 0], rng.integers(1, 12, stops)]),
        pickup=np.concatenate([[0, 0], rng.integers(0, 4, stops)]),
        service=np.concatenate([[0, 0], rng.integers(3, 12, stops) * 60]),
        earliest=hours, latest=np.where(np.arange(stops + 2) < 2, routing.NEVER, hours + 6 * 3600),
    )  # fmt: skip


def _county(stops: int, seconds: float) -> dict[str, Any]:
    forget_peak()
    problem = county(stops)
    rule_of_thumb = routing.baseline(problem)
    started = time.perf_counter()
    result = routing.solve(problem, stop=Stop(seconds))
    used = time.perf_counter() - started
    sound = not routing.check(problem, result) and result.objective is not None
    share = 1.0
    if result.objective is not None and rule_of_thumb.objective is not None:
        share = result.objective / rule_of_thumb.objective
    what = f"county day, {stops} stops, 2 depots, windows, 2 trips: cost / rule of thumb"
    return row(what, share, "ratio", f"valid in {seconds:g} s", sound and used <= seconds * 1.1, ours=result.objective,
               seconds=round(used, 1), megabytes=peak_megabytes())  # fmt: skip


if __name__ == "__main__":
    import sys

    chosen = [word for word in sys.argv[1:] if word in KINDS] or KINDS
    for line in run(quick="--quick" in sys.argv, kinds=chosen):
        print(
            f"{line['what']:88s} {line['value']:9.5f} {line['unit']:16s} {line['target']:14s} {line['holds']}",
            flush=True,
        )
