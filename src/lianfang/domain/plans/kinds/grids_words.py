"""The words of grid plans: reasons of lines, remarks, figures, broken rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianfang.base.access.pages import listed
from lianfang.domain.plans.registry import PlanLine
from lianfang.domain.plans.words import Words, said

NEW: Final = "new"
"""How targets begin that stand for a grid which is not there yet."""
NETS: Final[Words] = {
    "community": _("community net"),
    "party": _("party net"),
    "volunteer": _("volunteer net"),
}
WORDS: Final[Words] = {
    "why.kept": _("stays in its grid"),
    "why.moved": _("moved here from {from_name} for the number of households"),
    "why.new": _("was in no grid"),
    "why.drawn": _("neighbours drawn together"),
    "why.by_hand": _("set by hand"),
    "figure.grids": _("grids"),
    "figure.outside": _("grids outside the range"),
    "figure.smallest": _("households of the smallest"),
    "figure.largest": _("households of the largest"),
    "figure.moved": _("buildings that change their grid"),
    "figure.border": _("border between grids"),
    "remark.range": _(
        "{count} grids lie outside {low} to {high} households: walls, rivers or the size of a single "
        "building allow no better; please judge."
    ),
    "remark.in_range": _("Nothing binds: every grid has {low} to {high} households."),
    "buys.grid": _("One more grid and its worker: from {now} to {then} households in a grid on average."),
    "remark.no_outlines": _(
        "{count} communities have no outlines: neighbours go by the order of numbers. Import a plan and "
        "compute again."
    ),
    "remark.estimated": _(
        "{count} buildings have no households in the ledger: taken from the plan, or estimated as "
        "floors × entrances × 2 (assumption)."
    ),
    "remark.changed": _("Beside today's grids {count} of {of} change: {names}. The others stay as they are."),
    "remark.joined": _(
        "{count} small groups cut off by a wall, river or road are too few alone and were joined across "
        "the nearest one."
    ),
    "remark.barriers": _("Grids do not cross the {count} walls, rivers and main roads of the map."),
    "remark.pins": _("In {count} places the pinned buildings could not all be kept; they were let go."),
    "remark.workers": _("{kept} grids keep their number and worker; {made} are new and need one; {ended} end."),
    "districting.disconnected": _("a grid is in pieces that do not touch"),
    "districting.unit": _("a building has no grid"),
    "districting.empty": _("a grid is empty"),
    "role.building": _("building"),
    "household": _("households"),
}  # fmt: skip


def words(code: str, values: Mapping[str, Any]) -> str:
    """The sentence behind a code; the code's own text where an engine gave one."""
    filled = {name: ("–" if value is None else value) for name, value in values.items()}
    if isinstance(filled.get("names"), list):
        filled["names"] = listed(new_name(name) if name.startswith(NEW) else name for name in filled["names"])
    return said(WORDS, code, filled)


def grid_names(labels: Mapping[str, Any], lines: Sequence[PlanLine]) -> dict[str, str]:
    """The name of each grid of a plan: its own, or the next number of its community that is free."""
    used: dict[str, set[str]] = defaultdict(set)
    for name, town in labels["grids"].values():
        used[town].add(name)
    found: dict[str, str] = {}
    for target in sorted({line.target for line in lines}, key=lambda one: (one[:17], len(one), one)):
        if target in labels["grids"]:
            found[target] = labels["grids"][target][0]
            continue
        town, number = target[4:16], 1
        while (name := gettext("Grid {number}").format(number=number)) in used[town]:
            number += 1
        used[town].add(name)
        found[target] = name
    return found


def new_name(target: str) -> str:
    """What a new grid is called before it exists."""
    return gettext("New grid {number}").format(number=target.rpartition("-")[2])
