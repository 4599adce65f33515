"""Figures and remarks of a pairing of units, and what one more unit or one more community each would buy, by solving again."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any, Final

import numpy as np

from lianfang.domain.plans.binding import proof_of
from lianfang.domain.plans.engines import assignment
from lianfang.domain.plans.registry import Built, Figure, Remark
from lianfang.planning import Reason, Result, Status, Stop

SHOWN: Final = 3
"""Communities named as short."""
LEAST: Final = 1.0
"""Seconds below which no second problem is begun."""


def figures_of(built: Built, result: Result, baseline: Result | None) -> Sequence[Figure]:
    """Units, communities, links, people placed and missing, units with several communities, distances."""
    mine = _measure(built, result)
    usable = isinstance(baseline, assignment.PairingResult) and baseline.status is Status.FEASIBLE
    theirs = _measure(built, baseline) if usable and baseline is not None else {}
    keys = (
        "units",
        "places",
        "links",
        "several",
        "placed",
        "missing",
        *(("km", "far") if built.labels["real"] else ("in_township",)),
    )
    better = {"placed": "more", "missing": "less", "km": "less", "far": "less", "links": "less", "in_township": "more"}
    units = {"km": "km", "far": "km", "in_township": "%"}
    return [
        Figure(f"figure.{key}", mine[key], theirs.get(key), units.get(key, ""), better.get(key, "")) for key in keys
    ]


def _measure(built: Built, result: Result) -> dict[str, float]:
    assert isinstance(result, assignment.PairingResult)  # noqa: S101 - the engine's own
    labels, problem = built.labels, built.problem
    away = problem.cost[result.organisation, result.place] / 1000
    offices, paths = labels["offices"], labels["paths"]
    town = sum(
        offices[k][:9] == paths[at][:9]
        for k, at in zip(result.organisation.tolist(), result.place.tolist(), strict=True)
    )
    count = np.bincount(result.organisation, minlength=problem.size.size)
    return {
        "units": int((count > 0).sum()), "places": int(np.unique(result.place).size), "links": int(result.place.size),
        "several": int((count > 1).sum()), "placed": int(result.people.sum()), "missing": int(result.unmet.sum()),
        "km": round(float(away.mean()), 2), "far": round(float(away.max()), 1),
        "in_township": round(100 * town / max(result.place.size, 1), 1),
    }  # fmt: skip


def remarks_of(built: Built, result: Result) -> Sequence[Remark]:
    """What binds, what one more would buy, what was left out, how far it is proven."""
    assert isinstance(result, assignment.PairingResult)  # noqa: S101 - the engine's own
    labels, problem = built.labels, built.problem
    found = [*_binds(built, result), *_buys(built, result)]
    found.append(Remark(f"remark.by_{labels['by']}"))
    if labels["units_left"] or labels["places_left"]:
        found.append(Remark("remark.left_out", {"units": labels["units_left"], "places": labels["places_left"]}))
    if problem.most_links > labels["asked"]:
        found.append(Remark("remark.most_raised", {"most": problem.most_links, "asked": labels["asked"]}))
    if not labels["real"]:
        found.append(Remark("remark.tree"))
    return [*found, *proof_of(result)]


def _binds(built: Built, result: assignment.PairingResult) -> list[Remark]:
    labels, problem = built.labels, built.problem
    count = np.bincount(result.organisation, minlength=problem.size.size)
    found = []
    if problem.size.size < problem.need.size:
        found.append(Remark("binds.units", {
            "units": int(problem.size.size), "places": int(problem.need.size), "several": int((count > 1).sum())}))  # fmt: skip
    full = int((count >= problem.most_links).sum())
    if full and problem.most_links < problem.need.size:
        found.append(Remark("binds.most", {"units": full, "most": problem.most_links}))
    missing = int(result.unmet.sum())
    if missing:
        worst = np.argsort(-result.unmet, kind="stable")[:SHOWN].tolist()
        names = [[labels["names"][at], int(result.unmet[at])] for at in worst if result.unmet[at]]
        found.append(
            Remark(
                "binds.short",
                {"missing": missing, "names": names, "spare": int(problem.size.sum() - result.people.sum())},
            )
        )
    return found or [Remark("binds.nothing")]


def _buys(built: Built, result: assignment.PairingResult) -> list[Remark]:
    """One more person, from this result; one more unit and one more community each, as `what_ifs` measured them."""
    linked = np.flatnonzero(result.unmet[result.place] > 0)
    found = [Remark("buys.person_none")]
    if linked.size:
        at = int(linked[np.argmax(result.unmet[result.place[linked]])])
        unit, place = int(result.organisation[at]), int(result.place[at])
        found = [Remark("buys.person", {"place": built.labels["names"][place], "unit": built.labels["units"][unit]})]
    known = [Remark(one.code, dict(one.values)) for one in result.reasons if one.code.startswith("buys.")]
    return found + (known or [Remark("buys.edited")])


def what_ifs(built: Built, result: assignment.PairingResult, seconds: float, seed: int) -> tuple[Reason, ...]:
    """Solve again with a unit more where the way is longest, and with one community more for each unit.

    Both need a proven plan to compare with and a proof of their own; where there is none it is said.
    """
    if result.status is not Status.OPTIMAL or built.previous is not None or built.pins is not None:
        return (Reason("buys.unproven", "Nothing is proven to compare with."),)
    ends = monotonic() + seconds
    asked = {"unit": _one_unit_more(built, result)}
    count = np.bincount(result.organisation, minlength=built.problem.size.size)
    if (count >= built.problem.most_links).any() and built.problem.most_links < built.problem.need.size:
        asked["link"] = (built.arguments or {}) | {"most_links": built.problem.most_links + 1}
    found = []
    for sort, arguments in asked.items():
        left = (ends - monotonic()) / (2 if sort == "unit" and "link" in asked else 1)
        other = None
        if left > LEAST:
            other = assignment.solve(assignment.Pairing(**arguments), stop=Stop(seconds=left), seed=seed)
        if other is None or other.status is not Status.OPTIMAL:
            found.append(Reason(f"buys.{sort}_unknown", "Its time was over before the answer was proven."))
        else:
            found.append(_compared(built, result, other, sort))
    return tuple(found)


def _one_unit_more(built: Built, result: assignment.PairingResult) -> dict[str, Any]:
    """The same problem with a unit of middling size whose office stands where the longest way ends."""
    arguments, problem = dict(built.arguments or {}), built.problem
    far = int(result.place[np.argmax(problem.cost[result.organisation, result.place])])
    xy = built.labels["xy"]
    row = np.rint(np.hypot(*(xy - xy[far]).T))
    return arguments | {
        "size": np.append(problem.size, int(np.median(problem.size))), "cost": np.vstack([problem.cost, row]),
    }  # fmt: skip


def _compared(built: Built, result: assignment.PairingResult, other: Result, sort: str) -> Reason:
    assert isinstance(other, assignment.PairingResult)  # noqa: S101 - the engine's own
    rows = built.problem.size.size
    cost = built.problem.cost
    before = float(cost[result.organisation, result.place].sum())
    own = other.organisation < rows
    after = float(cost[other.organisation[own], other.place[own]].sum())
    values = (
        ("km", round((before - after) / 1000, 1)), ("people", int(result.unmet.sum() - other.unmet.sum())),
        ("real", int(bool(built.labels["real"]))),
    )  # fmt: skip
    return Reason(f"buys.{sort}", "What it would buy.", None, values)


__all__ = ["figures_of", "remarks_of", "what_ifs"]
