"""Siting: the published p-median files, a city of 20,000 demand points, and a capacitated district."""

from __future__ import annotations

import csv
import os
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.support.cells import table
from benchmarks.support.measure import forget_peak, peak_megabytes
from benchmarks.support.measure import row as bar_row
from lianfang.planning import Stop, instances, siting

SHARED = Path(os.environ.get("LIANFANG_SHARED", Path(__file__).resolve().parents[2] / "shared"))
FOLDER = SHARED / "data" / "bench" / "pmedian"
SECONDS = 60.0
QUICK_FILES = ("pmed1", "pmed5", "pmed13", "pmed17", "pmed25")

row = partial(bar_row, "siting")


def run(quick: bool = False) -> list[dict[str, Any]]:
    """Measure and return the rows of the siting cells; `quick` takes five files and a smaller city; they are kept unless quick."""
    return _measured(True) if quick else table("siting", "siting", lambda: _measured(False))


def _measured(quick: bool) -> list[dict[str, Any]]:
    rows = _published(quick)
    for open_count in (50,) if quick else (20, 100, 400):
        rows.append(_city(4000 if quick else 20_000, 500 if quick else 2000, open_count))
    rows.append(_capacitated(200 if quick else 1000, 40 if quick else 200, 8 if quick else 30))
    rows += _radius(1000 if quick else 5000, 200 if quick else 800)
    return rows


def _published(quick: bool) -> list[dict[str, Any]]:
    if not FOLDER.exists():
        return []
    rows, optimal, proven, slowest = [], 0, 0, 0.0
    with (FOLDER / "index.csv").open() as file:
        lines = [line for line in csv.DictReader(file) if not quick or line["file"][:-4] in QUICK_FILES]
    for line in lines:
        forget_peak()
        problem, best_known = instances.pmed(FOLDER / line["file"]), int(line["best_known"])
        started = time.perf_counter()
        result = siting.solve(problem, stop=Stop(SECONDS))
        seconds = time.perf_counter() - started
        sound = not siting.check(problem, result)
        hit = sound and result.objective == best_known
        closed = hit and result.bound == best_known
        optimal, proven, slowest = optimal + hit, proven + closed, max(slowest, seconds)
        rows.append(
            row(line["file"], seconds, "s", f"optimum {best_known} in 60 s", hit and seconds <= SECONDS,
                best=best_known, ours=result.objective, bound=result.bound, seconds=round(seconds, 2), megabytes=peak_megabytes())
        )  # fmt: skip
    count = len(lines)
    rows.append(row(f"optimum found, of {count} files", optimal, "files", f"{count}", optimal == count))
    rows.append(
        row(f"optimum proven, of {count} files", proven, "files", f">= {count * 3 // 4}", proven >= count * 3 // 4)
    )
    rows.append(row("slowest file", slowest, "s", "<= 60", slowest <= SECONDS))
    return rows


def city(demands: int, sites: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Seeded compounds around 60 centres in a 30 km square: distances in metres, people per compound 50..799."""
    rng = np.random.default_rng(seed)
    centres = rng.random((60, 2)) * 30_000
    xy = centres[rng.integers(0, 60, demands)] + rng.normal(0, 1500, (demands, 2))
    places = xy[rng.choice(demands, sites, replace=False)]
    distance = np.empty((demands, sites))
    for first in range(0, demands, 1000):
        block = xy[first : first + 1000]
        distance[first : first + 1000] = np.hypot(*(block[:, None, k] - places[None, :, k] for k in (0, 1)))
    return distance, rng.integers(50, 800, demands).astype(float)


def _gap_row(what: str, problem: siting.Problem, target: float) -> dict[str, Any]:
    forget_peak()
    started = time.perf_counter()
    result = siting.solve(problem, stop=Stop(SECONDS, min(target, 0.01)))
    seconds = time.perf_counter() - started
    gap = 1.0 if result.gap is None or siting.check(problem, result) else result.gap
    holds = gap <= target and seconds <= SECONDS * 1.1
    return row(
        what, gap, "proven gap", f"<= {target} in 60 s", holds,
        ours=result.objective, bound=result.bound, seconds=round(seconds, 2), megabytes=peak_megabytes(),
    )  # fmt: skip


def _city(demands: int, sites: int, open_count: int) -> dict[str, Any]:
    distance, weight = city(demands, sites)
    problem = siting.Problem(distance=distance, weight=weight, open_count=open_count)
    return _gap_row(f"{demands} demand points, {sites} sites, {open_count} open", problem, 0.01)


def _capacitated(demands: int, sites: int, open_count: int) -> dict[str, Any]:
    distance, weight = city(demands, sites, seed=2)
    room = np.full(sites, weight.sum() / open_count * 1.15)
    problem = siting.Problem(distance=distance, weight=weight, open_count=open_count, capacity=room)
    return _gap_row(f"capacitated: {demands} x {sites}, {open_count} open, 15 % spare", problem, 0.02)


def _radius(demands: int, sites: int) -> list[dict[str, Any]]:
    """The fewest sites that reach everybody, then a quarter more of them with the least walking."""
    distance, weight = city(demands, sites, seed=3)
    radius = float(max(1500.0, distance.min(axis=1).max() * 1.05))
    forget_peak()
    started = time.perf_counter()
    fewest = siting.solve(siting.Problem(distance=distance, weight=weight, coverage_radius=radius), stop=Stop(SECONDS))
    seconds = time.perf_counter() - started
    least, found = fewest.site_count_bound or 1, len(fewest.open_sites)
    count = row(
        f"fewest sites within {radius:.0f} m: {demands} x {sites}, {found} found", found / least - 1,
        "over proven least", "<= 0.05", 0 < found <= 1.05 * least, ours=found, bound=least, seconds=round(seconds, 2),
        megabytes=peak_megabytes(),
    )  # fmt: skip
    more = max(1, found * 5 // 4)
    problem = siting.Problem(distance=distance, weight=weight, coverage_radius=radius, open_count=more)
    return [count, _gap_row(f"{more} sites within {radius:.0f} m: {demands} x {sites}", problem, 0.02)]


if __name__ == "__main__":
    import sys

    for line in run(quick="--quick" in sys.argv):
        print(
            f"{line['what']:62s} {line['value']:12.4f} {line['unit']:10s} {line['target']:22s} {line['holds']}",
            flush=True,
        )
