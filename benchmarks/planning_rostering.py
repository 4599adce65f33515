"""Rostering: published files against their best known values, and the seeded problems of bar 14 against our own bound.

Run `python -m benchmarks.planning_rostering [--quick] [what …]`; `what` names files (Instance9) or seeds (200x28x11).
"""

from __future__ import annotations

import csv
import json
import os
import platform
import resource
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from lianfang.planning import Stop, instances, rostering
from lianfang.planning.rostering.generator import BAR_SEEDS, BAR_SIZES, generate

SHARED = Path(os.environ.get("LIANFANG_SHARED", Path(__file__).resolve().parents[1].parent / "shared"))
NURSE = SHARED / "data" / "bench" / "nurse_nrp"
SMALL = ("Instance1", "Instance3", "Instance5", "Instance7", "Instance9", "Instance11")
LARGE = ("Instance13", "Instance15", "Instance17", "Instance19")
HUGE = ("Instance21", "Instance23")
FILE_SECONDS, SEED_SECONDS, QUICK_SECONDS = 600.0, 60.0, 20.0


def run(quick: bool = False, what: Iterable[str] = ()) -> list[dict[str, Any]]:
    """All rows of the bar; quick takes the small files with less time and one seed of each size."""
    chosen = tuple(what)
    rows: list[dict[str, Any]] = []
    best_known = _best_known()
    files = (SMALL if quick else SMALL + LARGE + HUGE) if best_known else ()
    gaps: dict[str, float] = {}
    for name in files:
        if chosen and name not in chosen:
            continue
        rows += _file(name, best_known[name], QUICK_SECONDS if quick else FILE_SECONDS, gaps)
    rows += _means(gaps)
    for members, days in BAR_SIZES:
        for seed in BAR_SEEDS[:1] if quick else BAR_SEEDS:
            if not chosen or f"{members}x{days}x{seed}" in chosen:
                rows.append(_seed(members, days, seed))
    return rows


def _best_known() -> dict[str, float | None]:
    if not (NURSE / "index.csv").exists():
        return {}
    with (NURSE / "index.csv").open(encoding="utf-8") as file:
        return {
            row["file"].removesuffix(".txt"): float(row["best_known"]) if row["best_known"] else None
            for row in csv.DictReader(file)
        }


def _file(name: str, best: float | None, seconds: float, gaps: dict[str, float]) -> list[dict[str, Any]]:
    problem = instances.nurse(NURSE / f"{name}.txt")
    result = rostering.solve(problem, stop=Stop(seconds=seconds), seed=1)
    detail = (
        f"{name}: {result.status}, ours {result.objective}, bound {result.bound}, best known {best}, {_cost(result)}"
    )
    lawful = result.objective is not None and not rostering.check(problem, result)
    if best is None:
        return [_row("14 feasible", detail, float(lawful), "plan", 1.0, lawful)]
    gap = float("inf") if result.objective is None else 100 * (result.objective - best) / best
    gaps[name] = gap
    target = 2.0 if name in SMALL else 8.0
    return [_row("14 file", detail, gap, "% above best known", target, lawful and gap <= target)]


def _means(gaps: dict[str, float]) -> list[dict[str, Any]]:
    out = []
    for label, names, target in (("1-11", SMALL, 2.0), ("13-19", LARGE, 8.0)):
        values = [gaps[name] for name in names if name in gaps]
        if len(values) == len(names):
            mean = float(np.mean(values))
            out.append(_row("14 mean", f"files {label}", mean, "% above best known", target, mean <= target))
    return out


def _seed(members: int, days: int, seed: int) -> dict[str, Any]:
    problem = generate(members, days, seed)
    result = rostering.solve(problem, stop=Stop(seconds=SEED_SECONDS), seed=1)
    gap = 100 * result.gap if result.gap is not None else float("inf")
    proven = rostering.verify_bound(problem, result) if result.prices is not None and members * days <= 6000 else None
    detail = f"{members} x {days} seed {seed}: {result.objective} / bound {result.bound}, verified {proven}"
    return _row("14 proven gap", f"{detail}, {_cost(result)}", gap, "%", 3.0, gap <= 3.0)


def _cost(result: rostering.Roster) -> str:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{result.seconds:.1f} s, peak {memory:.0f} MB"


def _row(bar: str, what: str, value: float, unit: str, target: float, holds: bool) -> dict[str, Any]:
    machine = f"{platform.machine()}, {os.cpu_count()} cpus"
    return {"bar": bar, "what": what, "value": round(value, 3), "unit": unit, "target": target, "holds": bool(holds),
            "machine": machine, "date": datetime.now(UTC).date().isoformat()}  # fmt: skip


if __name__ == "__main__":
    arguments = [a for a in sys.argv[1:] if a != "--quick"]
    for line in run("--quick" in sys.argv, arguments):
        print(json.dumps(line), flush=True)
