"""Plans of grids: the buildings of communities drawn into connected grids of a wanted number of households.

Mission row A5: 903 grids in one county-level city, 300 to 500 households each. A subject is a building, a target a grid that is
there (`grid:7`) or a new one of its community (`new:411621001001-1`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lianfang.base.access.api import Actor
from lianfang.base.access.heads import posts
from lianfang.base.access.pages import speaking
from lianfang.base.areas.api import NewGrid, names_of, redraw_grids
from lianfang.domain.plans import worklist
from lianfang.domain.plans.engines import districting
from lianfang.domain.plans.kinds import grids_cut as cut
from lianfang.domain.plans.kinds.grids_ground import Int, in_order
from lianfang.domain.plans.kinds.grids_look import changed_grids, sizes_of
from lianfang.domain.plans.kinds.grids_read import Land, read_land
from lianfang.domain.plans.kinds.grids_words import NETS, NEW, grid_names, new_name, words
from lianfang.domain.plans.models import Plan
from lianfang.domain.plans.registry import (
    Adopted,
    Built,
    Field,
    Figure,
    Heads,
    Kind,
    PlanLine,
    Remark,
    Said,
    Tell,
    register,
)
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.errors import LianfangError
from lianfang.planning import Reason, Result, Stop, Violation
from lianfang.planning.stop import OnProgress

LOW, HIGH = 300, 500
"""Households of a grid in a town: GB/T 34300 (from memory) and a provincial explainer of 综合网格."""
HAND: Final = "why.by_hand"


class GridsKind(Kind):
    """Buildings into grids."""

    key = "grids"
    label = pgettext_lazy("plan", "Grids")
    says = gettext_lazy(
        "Buildings drawn into grids by households: neighbours, no building split, no wall, river or main road crossed; "
        "a redraw moves little."
    )
    engine = "districting"
    icon = "layout-grid"
    levels = (3, 4, 5)
    seconds = 60.0

    def heads(self) -> Heads:
        """Heads of the table of lines and of the map."""
        homes = _("Households")
        return Heads(_("Building"), _("Grid"), _("Households by area"), homes, amount=homes, roles=False)

    def links(self, plan: Plan, path: str) -> Sequence[Said]:
        """The map of one community with this plan's grids."""
        if len(path) != 12:
            return ()
        return (Said(_("See it on the map"), f"/grids/{path}/map/?plan={plan.id}"),)

    def fields(self, actor: Actor, path: str) -> Sequence[Field]:
        """Which net, how many households, and whether today's grids are kept as far as possible."""
        nets = [(key, str(words)) for key, words in NETS.items()]
        keep = [
            ("redraw", _("keep today's grids as far as possible")),
            ("fresh", _("draw all anew")),
        ]
        why = _("GB/T 34300: 300 to 500 households in a town")
        return (
            Field("net", _("Which net"), "community", choices=nets),
            Field("low", _("Households of a grid, at least"), LOW, why, least=1, most=5000),
            Field("high", _("Households of a grid, at most"), HIGH, why, least=1, most=10_000),
            Field("keep", _("Today's grids"), "redraw", choices=keep),
        )

    def build(self, actor: Actor, path: str, params: Mapping[str, Any], replaces: Plan | None = None) -> Built:
        """The problem over all buildings below a path; raises plans.nowhere, plans.param_wrong."""
        low, high = float(params["low"]), float(params["high"])
        if low > high:
            raise LianfangError("plans.param_wrong", field="low – high", least=1, most=int(high))
        land = read_land(path, str(params["net"]), low)
        return self._built(land, params, low, high)

    def _built(self, land: Land, params: Mapping[str, Any], low: float, high: float) -> Built:
        xy, weight, pairs, town = [], [], [], []
        paths: list[str] = []
        order: list[int] = []
        for n, one in enumerate(land.towns):
            start = len(paths)
            ground = one.ground
            assert ground is not None  # noqa: S101 - read_land has set it
            xy.append(ground.xy)
            weight += one.households
            pairs += [(a + start, b + start, length) for (a, b), length in sorted(ground.pairs.items())]
            paths += [site.path for site in one.sites]
            town += [n] * len(one.sites)
            order += [start + k for k in in_order(one.sites)]
        ends = np.array([(a, b) for a, b, _ in pairs], dtype=np.int64).reshape(-1, 2)
        problem = districting.Problem(
            weight,
            np.vstack(xy),
            ends,
            np.array([length for *_, length in pairs]),
            weight_range=(0.0, max(sum(weight), 1.0)),
        )
        held = land.grid_of()
        before = [f"grid:{held[path]}" if path in held else "" for path in paths]
        labels = {
            "paths": paths, "names": [site.name for one in land.towns for site in one.sites], "town": town,
            "towns": [one.path for one in land.towns], "order": order, "before": before, "low": low, "high": high, "net": params["net"],
            "home": before if params["keep"] == "redraw" else [""] * len(paths), "pinned": [""] * len(paths), "barriers": land.barriers,
            "grids": {f"grid:{number}": (grid.name, grid.path) for number, grid in land.grids.items()},
            "estimated": sum(one.estimated for one in land.towns), "joined": sum(one.joined for one in land.towns),
            "no_outlines": sum(1 for one in land.towns if not one.drawn),
        }  # fmt: skip
        return Built(problem, labels, inputs=[paths, before, params["net"], land.barriers])

    def solve(self, built: Built, *, stop: Stop, seed: int, on_progress: OnProgress | None = None) -> Result:
        """Every piece of every community by the engine."""
        labels = built.labels
        codes = _codes([*labels["home"], *labels["pinned"]])
        wanted = cut.Wanted(
            labels["low"], labels["high"], _coded(labels["home"], codes), _coded(labels["pinned"], codes)
        )
        return cut.solve(built.problem, wanted, stop=stop, seed=seed, on_progress=on_progress)

    def check(self, built: Built, result: Result) -> list[Violation]:
        """The engine's checker. Neighbourhood is read off a drawing: where a person moved a building, they know better."""
        by_hand = any(reason.code == HAND for reason in result.reasons)
        found = districting.check(built.problem, result)  # type: ignore[arg-type]
        return [one for one in found if not (by_hand and one.code == "districting.disconnected")]

    def baseline(self, built: Built) -> Result | None:
        """By the numbers of the buildings, one after the other."""
        return cut.by_number(built.problem, built.labels["order"], np.array(built.labels["town"]), built.labels["high"])

    def lines(self, built: Built, result: Result) -> Sequence[PlanLine]:
        """One line a building, in the order of paths."""
        labels, grid = built.labels, _grids(result)
        targets = self._targets(built, grid)
        anew = not any(labels["before"]) or labels["home"] != labels["before"]
        found = []
        for n, path in enumerate(labels["paths"]):
            target, before = targets[int(grid[n])], labels["before"][n]
            why = "why.kept" if before == target else "why.new" if not before else "why.moved"
            if anew and why != "why.kept":
                why = "why.drawn"
            values = {"name": labels["names"][n]} | ({"from": before} if why == "why.moved" else {})
            pinned = bool(labels["pinned"][n])
            found.append(
                PlanLine(
                    f"building:{path}", target, path, "building", float(built.problem.weight[n]), why, values, pinned
                )
            )
        return found

    def _targets(self, built: Built, grid: Int) -> list[str]:
        """The name of each grid: of the earlier one it continues (pins decide first), else a new one of its community."""
        labels, weight = built.labels, built.problem.weight
        home = [
            pin or was or now for pin, was, now in zip(labels["pinned"], labels["home"], labels["before"], strict=True)
        ]
        codes = _codes(home)
        heavy = np.where(np.array([bool(pin) for pin in labels["pinned"]]), weight.sum() + 1.0, weight)
        heir = cut.heirs(grid, _coded(home, codes), heavy)
        name = {number: word for word, number in codes.items()}
        used = set(home)
        first = np.unique(grid, return_index=True)[1]
        found: list[str] = []
        count: dict[str, int] = defaultdict(int)
        for number, was in enumerate(heir.tolist()):
            if was >= 0:
                found.append(name[was])
                continue
            town = labels["towns"][labels["town"][int(first[number])]]
            while True:
                count[town] += 1
                word = f"{NEW}:{town}-{count[town]}"
                if word not in used:
                    break
            found.append(word)
        return found

    def result_of(self, built: Built, lines: Sequence[PlanLine]) -> Result:
        """The grids that the lines stand for."""
        codes = _codes([line.target for line in lines])
        reasons = [districting_reason()] if any(line.edited for line in lines) else []
        labels = built.labels
        home = _coded(labels["home"], _codes(labels["home"]))
        return cut.measured(built.problem, _coded([line.target for line in lines], codes), 0.0, home, reasons)

    def pin(self, built: Built, lines: Sequence[PlanLine]) -> Built:
        """Today's problem with the earlier plan's grids as home and its pinned buildings held."""
        earlier = {line.subject.removeprefix("building:"): line for line in lines if line.target}
        found = [earlier.get(path) for path in built.labels["paths"]]
        live = built.labels["grids"]
        fits = [line if line and (line.target.startswith(NEW) or line.target in live) else None for line in found]
        built.labels["home"] = [line.target if line else "" for line in fits]
        built.labels["pinned"] = [line.target if line and line.pinned else "" for line in fits]
        return built

    def choices(self, built: Built, lines: Sequence[PlanLine], n: int) -> Sequence[tuple[str, str]]:
        """The other grids of the building's community, and a new one."""
        town = lines[n].path[:12]
        load: dict[str, float] = defaultdict(float)
        for line in lines:
            if line.path.startswith(town):
                load[line.target] += line.amount
        names = grid_names(built.labels, lines)
        unit = words("household", {})
        found = [
            (target, f"{names[target]} · {load[target]:g} {unit}")
            for target in sorted(load, key=lambda one: names[one])
            if target != lines[n].target
        ]
        return [*found, (_fresh(town, load), _("a new grid"))]

    def edit(self, built: Built, lines: Sequence[PlanLine], n: int, choice: str) -> list[PlanLine]:
        """The building moves; everything else stays."""
        after = list(lines)
        after[n] = replace(
            after[n],
            target=choice,
            reason=HAND,
            values={"name": lines[n].values.get("name", "")},
            edited=True,
            pinned=True,
        )
        return after

    def figures(self, built: Built, result: Result, baseline: Result | None) -> Sequence[Figure]:
        """Sizes and moves beside the rule of thumb."""
        plan, rule = sizes_of(built, result), sizes_of(built, baseline) if baseline is not None else {}
        better = {
            "outside": "less",
            "moved": "less",
            "border": "less",
            "largest": "less",
            "smallest": "more",
            "grids": "",
        }
        return [
            Figure(f"figure.{key}", plan[key], rule.get(key), better=side)
            for key, side in better.items()
            if key in plan
        ]

    def remarks(self, built: Built, result: Result, lines: Sequence[PlanLine]) -> Sequence[Remark]:
        """What binds: sizes, barriers, missing outlines, whose worker stays."""
        labels, sizes = built.labels, sizes_of(built, result)
        limits = {"low": int(labels["low"]), "high": int(labels["high"])}
        found = [
            Remark("remark.range", {"count": int(sizes["outside"]), **limits})
            if sizes["outside"]
            else Remark("remark.in_range", limits)
        ]
        targets = {line.target for line in lines}
        kept = len(targets & set(labels["grids"]))
        found.append(
            Remark("remark.workers", {"kept": kept, "made": len(targets) - kept, "ended": len(labels["grids"]) - kept})
        )
        found += changed_grids(labels, lines)
        homes, count = float(built.problem.weight.sum()), int(sizes["grids"])
        found.append(Remark("buys.grid", {"now": round(homes / max(count, 1)), "then": round(homes / (count + 1))}))
        for key, code in (
            ("barriers", "barriers"),
            ("joined", "joined"),
            ("no_outlines", "no_outlines"),
            ("estimated", "estimated"),
        ):
            if labels[key]:
                found.append(Remark(f"remark.{code}", {"count": labels[key]}))
        lost = sum(1 for reason in result.reasons if reason.code == "grids.pins")
        return [*found, Remark("remark.pins", {"count": lost})] if lost else found

    def adopt(self, actor: Actor, plan: Plan, built: Built, lines: Sequence[PlanLine]) -> Adopted:
        """Draw the grids from today on; those that continue keep number and worker, the others end with their history."""
        if not (actor.may("other", "import") or actor.may("other", "assign")):
            raise LianfangError("access.not_allowed", action="assign")
        held: dict[str, list[str]] = defaultdict(list)
        for line in lines:
            held[line.target].append(line.path)
        with speaking("zh"):  # a grid keeps the name
            names = grid_names(built.labels, lines)
        asked = [
            NewGrid(paths[0][:12], int(target[5:]) if target.startswith("grid:") else None, names[target], tuple(paths))
            for target, paths in sorted(held.items())
        ]
        net = str(built.labels["net"])
        done = redraw_grids(net=net, communities=built.labels["towns"], grids=asked, on=beijing_day(timezone.now()))
        manned = (
            {number for post in posts(plan.path, ["grid_worker"]) for number in post.grids}
            if net == "community"
            else set(done.ids)
        )
        empty = {grid.community for grid, number in zip(asked, done.ids, strict=True) if number not in manned}
        tells = [
            Tell(worklist.GRIDS_DRAWN, f"grids:{town}", town, for_role="community_head", link=f"/grids/{town}/")
            for town in sorted(empty)
        ]
        return Adopted(len(asked), tells)

    def names(self, plan: Plan, subjects: set[str], targets: set[str]) -> dict[str, Said]:
        """Names of buildings and grids the reader's scope shows."""
        paths = [one.removeprefix("building:") for one in subjects if one.startswith("building:")]
        with connection.cursor() as cursor:
            cursor.execute(
                "select b.path, b.name, coalesce(c.name, '') from areas_building b left join areas_compound c on c.id = b.compound_id "
                "where b.path = any(%s)", [paths],
            )  # fmt: skip
            found = {
                f"building:{at}": Said(name, f"/grids/{at[:12]}/map/?plan={plan.id}#b-{at}", compound)
                for at, name, compound in cursor.fetchall()
            }
            cursor.execute(
                "select id, name, path from areas_grid where id = any(%s)",
                [[int(one[5:]) for one in targets if one.startswith("grid:")]],
            )
            grids = cursor.fetchall()
        towns = names_of(sorted({at for *_, at in grids} | {one[4:16] for one in targets if one.startswith(NEW)}))
        found |= {f"grid:{number}": Said(name, f"/grids/{at}/", towns.get(at, "")) for number, name, at in grids}
        return found | {
            one: Said(new_name(one), hint=towns.get(one[4:16], "")) for one in targets if one.startswith(NEW)
        }

    def sentence(self, code: str, values: Mapping[str, Any]) -> str:
        """The words behind a code."""
        return words(code, {"from_name": _("another grid")} | dict(values))


def districting_reason() -> Any:
    """The mark of a result that a person has changed."""
    return Reason(HAND, "set by hand")


def _fresh(town: str, there: Mapping[str, Any]) -> str:
    return next(word for k in range(1, 10_000) if (word := f"{NEW}:{town}-{k}") not in there)


def _codes(values: Sequence[str]) -> dict[str, int]:
    return {word: n for n, word in enumerate(sorted({word for word in values if word}))}


def _coded(values: Sequence[str], codes: Mapping[str, int]) -> Int:
    return np.array([codes.get(word, -1) for word in values], dtype=np.int64)


def _grids(result: Result) -> Int:
    grid: Int = result.grid_of_unit  # type: ignore[attr-defined]
    return grid


register(GridsKind())
