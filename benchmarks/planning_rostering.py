"""Rostering: published files against their best known values, and the seeded problems of bar 14 against our own bound.

Run `python -m benchmarks.planning_rostering [--quick] [what …]`; `what` names files (Instance9) or seeds (200x28x11).
"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.support.cells import cell
from benchmarks.support.measure import forget_peak, peak_megabytes, row
from lianfang.planning import Stop, instances, rostering
from lianfang.planning.rostering.generator import BAR_SEEDS, BAR_SIZES, generate

SHARED = Path(os.environ.get("LIANFANG_SHARED", Path(__file__).resolve().parents[1].parent / "shared"))
NURSE = SHARED / "data" / "bench" / "nurse_nrp"
SMALL = ("Instance1", "Instance3", "Instance5", "Instance7", "Instance9", "Instance11")
LARGE = ("Instance13", "Instance15", "Instance17", "Instance19")
HUGE = ("Instance21", "Instance23")
FILE_SECONDS, SEED_SECONDS, QUICK_SECONDS = 600.0, 60.0, 20.0


def run(quick: bool = False, what: Iterable[str] = ()) -> list[dict[str, Any]]:
    """All rows of the bar; quick takes the small files with less time and one seed of each size, and keeps no cell."""
    chosen = tuple(what)
    rows: list[dict[str, Any]] = []
    for members, days in BAR_SIZES:
        for seed in BAR_SEEDS[:1] if quick else BAR_SEEDS:
            name = f"{members}x{days}x{seed}"
            if not chosen or name in chosen:
                rows.append(_cell(quick, name, partial(_seed, members, days, seed)))
    best_known = _best_known()
    gaps: dict[str, float] = {}
    for name in (SMALL if quick else LARGE + HUGE + SMALL) if best_known else ():
        if chosen and name not in chosen:
            continue
        seconds = QUICK_SECONDS if quick else FILE_SECONDS
        row = _cell(quick, name, partial(_file, name, best_known[name], seconds))
        rows.append(row)
        gaps[name] = row["value"]
    return rows + _means(gaps)


def _cell(quick: bool, name: str, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    return measure() if quick else cell("rostering", name, measure)


def _best_known() -> dict[str, float | None]:
    if not (NURSE / "index.csv").exists():
        return {}
    with (NURSE / "index.csv").open(encoding="utf-8") as file:
        return {
            row["file"].removesuffix(".txt"): float(row["best_known"]) if row["best_known"] else None
            for row in csv.DictReader(file)
        }


def _file(name: str, best: float | None, seconds: float) -> dict[str, Any]:
    forget_peak()
    problem = instances.nurse(NURSE / f"{name}.txt")
    result = rostering.solve(problem, stop=Stop(seconds=seconds), seed=1)
    solved = {"best": best, **_solved(result)}
    lawful = result.objective is not None and not rostering.check(problem, result)
    if best is None:
        return row("14 feasible", name, float(lawful), "plan", "1", lawful, **solved)
    gap = float("inf") if result.objective is None else 100 * (result.objective - best) / best
    target = 2.0 if name in SMALL else 8.0
    return row("14 file", name, gap, "% above best known", f"<= {target:g}", lawful and gap <= target, **solved)


def _means(gaps: dict[str, float]) -> list[dict[str, Any]]:
    out = []
    for label, names, target in (("1-11", SMALL, 2.0), ("13-19", LARGE, 8.0)):
        values = [gaps[name] for name in names if name in gaps]
        if len(values) == len(names):
            mean = float(np.mean(values))
            out.append(row("14 mean", f"files {label}", mean, "% above best known", f"<= {target:g}", mean <= target))
    return out


def _seed(members: int, days: int, seed: int) -> dict[str, Any]:
    forget_peak()
    problem = generate(members, days, seed)
    result = rostering.solve(problem, stop=Stop(seconds=SEED_SECONDS), seed=1)
    lawful = result.objective is not None and not rostering.check(problem, result)
    proven = rostering.verify_bound(problem, result) if result.prices is not None else None
    gap = float("inf")
    if result.objective is not None and proven is not None:
        gap = (
            100 * (result.objective - np.ceil(proven - 1e-6)) / max(1.0, result.objective)
        )  # every price is whole here
    shown = "none" if proven is None else f"{proven:.2f}"
    what = f"{members} x {days} seed {seed}, bound proven again {shown}"
    return row("14 proven gap", what, gap, "%", "<= 3", lawful and gap <= 3.0, **_solved(result))


def _solved(result: rostering.Roster) -> dict[str, Any]:
    return {
        "ours": result.objective,
        "bound": result.bound,
        "seconds": round(result.seconds, 1),
        "megabytes": peak_megabytes(),
    }


if __name__ == "__main__":
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    for line in run("--quick" in sys.argv, arguments):
        print(json.dumps(line), flush=True)
