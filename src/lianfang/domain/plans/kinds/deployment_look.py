"""Figures, remarks and names of a deployment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lianfang.base.areas.api import names_of
from lianfang.base.database.select import run
from lianfang.domain.plans.binding import proof_of
from lianfang.domain.plans.engines import assignment
from lianfang.domain.plans.ground import nearness
from lianfang.domain.plans.kinds.deployment_read import ROLES
from lianfang.domain.plans.models import Plan
from lianfang.domain.plans.registry import Built, Figure, Remark, Said
from lianfang.domain.workforce.api import Opener
from lianfang.planning import Result

SHOWN = 3
"""Places named under `one more person`."""


def figures_of(built: Built, result: Result, baseline: Result | None) -> Sequence[Figure]:
    """Placed, reserve, empty seats, places without a lead, at home, within the township, distance, units together."""
    mine = _measure(built, result)
    theirs = _measure(built, baseline) if isinstance(baseline, assignment.DeploymentResult) else {}
    units = {"at_home": "%", "in_township": "%", "km": "km"}
    more = {"placed", "at_home", "in_township", "together"}
    return [
        Figure(f"figure.{key}", value, theirs.get(key), units.get(key, ""), "more" if key in more else "less")
        for key, value in mine.items()
        if not (key == "km" and not built.labels["real"])
    ]


def _measure(built: Built, result: Result) -> dict[str, float]:
    assert isinstance(result, assignment.DeploymentResult)  # noqa: S101 - the engine's own
    labels, place = built.labels, result.place_of_person
    sent = np.flatnonzero(place >= 0)
    near = [nearness(labels["bases"][n], labels["paths"][place[n]]) for n in sent.tolist()]
    own = sum(
        word == "same_community" and bool(labels["lives"][n]) for n, word in zip(sent.tolist(), near, strict=True)
    )
    town = sum(word in ("same_community", "same_township") for word in near)
    away = np.linalg.norm(built.problem.person_xy[sent] - built.problem.place_xy[place[sent]], axis=1)
    pairs = np.unique(np.column_stack([labels["units"][sent], place[sent]]), axis=0).shape[0] if sent.size else 0
    return {
        "placed": int(sent.size), "unplaced": int(place.size - sent.size), "empty": int(result.unmet.sum()),
        "without_lead": int(result.unmet[:, 0].sum()), "at_home": _percent(own, sent.size), "in_township": _percent(town, sent.size),
        "km": round(float(away.mean()) / 1000 / labels["scale"], 2) if sent.size else 0.0,
        "together": round(sent.size / pairs, 1) if pairs else 0.0,
    }  # fmt: skip


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def remarks_of(built: Built, result: Result) -> Sequence[Remark]:
    """What binds: denominators, roles that are short, full seats, where one more would help most, how far it is proven."""
    assert isinstance(result, assignment.DeploymentResult)  # noqa: S101 - the engine's own
    labels, unmet = built.labels, result.unmet
    found = []
    counted = [one for one in labels["published"] if one[0] != "compounds"]
    if counted:
        found.append(Remark("remark.denominator", {"listed": labels["listed"], "counted": counted}))
    compounds = [one for one in labels["published"] if one[0] == "compounds"]
    if compounds:
        code = "remark.compounds" if labels["to_compounds"] else "remark.compounds_apart"
        found.append(Remark(code, {"registered": labels["compounds"], "counted": compounds}))
    if labels["left_out"]:
        found.append(Remark("remark.left_out", {"count": labels["left_out"]}))
    if labels["widened"]:
        found.append(Remark("remark.widened", {"heads": labels["heads_of_units"], "places": len(labels["targets"])}))
    short = unmet.sum(axis=0)
    found += [
        Remark("remark.short", {"role": ROLES[r], "missing": int(short[r])}) for r in range(len(ROLES)) if short[r]
    ]
    reserve = int((result.place_of_person < 0).sum())
    if not unmet.any():
        found.append(Remark("remark.full", {"reserve": reserve}))
    weight = built.problem.weight
    wanting = np.flatnonzero(unmet.any(axis=1))
    for at in wanting[np.argsort(-weight[wanting] * 1_000 - unmet[wanting].sum(axis=1), kind="stable")][
        :SHOWN
    ].tolist():
        values = {"place": labels["names"][at], "missing": int(unmet[at].sum()), "weight": round(float(weight[at]), 1)}
        found.append(Remark("remark.one_more", values))
    if not labels["real"]:
        found.append(Remark("remark.tree"))
    return [*found, *proof_of(result)]


def names_of_lines(plan: Plan, subjects: set[str], targets: set[str]) -> dict[str, Said]:
    """People with their unit, communities with an address, compounds."""
    found: dict[str, Said] = {}
    areas = [target.partition(":")[2] for target in targets if target.startswith("area:")]
    for path, name in names_of(areas).items():
        found[f"area:{path}"] = Said(name, hint=path)
    numbers = [int(target.partition(":")[2]) for target in targets if target.startswith("compound:")]
    for number, name in run("select id, name from areas_compound where id = any (%b)", [numbers]) if numbers else ():
        found[f"compound:{number}"] = Said(name)
    members = [int(subject.partition(":")[2]) for subject in subjects if subject.startswith("member:")]
    rows = (
        run("select member, key_path, sealed, unit from plans_people(%b::bigint, %b::bigint[])", [plan.id, members])
        if members
        else []
    )
    units = units_of(plan.id, {row[3] for row in rows if row[3]})
    opener = Opener()
    for member, key_path, sealed, unit in rows:
        found[f"member:{member}"] = Said(
            opener.member(key_path, sealed).name, hint=units[unit][0] if unit in units else ""
        )
    return found


def units_of(plan_id: int, units: set[int]) -> dict[int, tuple[str, str, str]]:
    """(name, path, lineage) of units by number, as far as the plan's readers may know them."""
    if not units:
        return {}
    rows = run("select unit, name, path, lineage from plans_units(%b::bigint, %b::bigint[])", [plan_id, sorted(units)])
    return {unit: (name, path, lineage) for unit, name, path, lineage in rows}


__all__ = ["figures_of", "names_of_lines", "remarks_of", "units_of"]
