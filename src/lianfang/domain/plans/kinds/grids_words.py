"""The words of grid plans: reasons of lines, remarks, figures, broken rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from lianfang.domain.plans.registry import PlanLine
from lianfang.kernel.errors import Language

NETS: Final[dict[str, tuple[str, str]]] = {
    "community": ("社区网格", "community net"),
    "party": ("党建网格", "party net"),
    "volunteer": ("志愿网格", "volunteer net"),
}
WORDS: Final[dict[str, tuple[str, str]]] = {
    "why.kept": ("留在原网格", "stays in its grid"),
    "why.moved": ("由{from_name}调入，使户数合适", "moved here from {from_name} for the number of households"),
    "why.new": ("原来不在任何网格", "was in no grid"),
    "why.drawn": ("相邻楼栋合为一个网格", "neighbours drawn together"),
    "why.by_hand": ("由人工调整", "set by hand"),
    "figure.grids": ("网格数", "grids"),
    "figure.outside": ("户数超出范围的网格", "grids outside the range"),
    "figure.smallest": ("最小网格户数", "households of the smallest"),
    "figure.largest": ("最大网格户数", "households of the largest"),
    "figure.moved": ("换网格的楼栋", "buildings that change their grid"),
    "figure.border": ("网格交界长度", "border between grids"),
    "remark.range": (
        "有{count}个网格不在{low}到{high}户之间：围墙、河流或单栋楼的户数不允许更合适的划分，请人工判断。",
        "{count} grids lie outside {low} to {high} households: walls, rivers or the size of a single building allow no better; "
        "please judge.",
    ),
    "remark.in_range": (
        "没有限制卡住：所有网格都在{low}到{high}户之间。",
        "Nothing binds: every grid has {low} to {high} households.",
    ),
    "buys.grid": (
        "再多一个网格（一名网格员）：平均每格由{now}户降到{then}户。",
        "One more grid and its worker: from {now} to {then} households in a grid on average.",
    ),
    "remark.no_outlines": (
        "{count}个村（社区）没有楼栋轮廓，按楼号顺序相邻；导入图纸后再算会更准。",
        "{count} communities have no outlines: neighbours go by the order of numbers. Import a plan and compute again.",
    ),
    "remark.estimated": (
        "{count}栋楼台账里没有户数，采用图纸上的户数，或按层数×单元数×2估算（假定）。",
        "{count} buildings have no households in the ledger: taken from the plan, or estimated as floors × entrances × 2 (assumption).",
    ),
    "remark.changed": (
        "与现有网格相比，有变动的{count}个（共{of}个）：{names}。其余网格不变。",
        "Beside today's grids {count} of {of} change: {names}. The others stay as they are.",
    ),
    "remark.joined": (
        "有{count}处被隔开的零星楼栋户数太少，只好越过最近的围墙、河流或道路并入相邻网格。",
        "{count} small groups cut off by a wall, river or road are too few alone and were joined across the nearest one.",
    ),
    "remark.barriers": (
        "网格不跨越图上的{count}条围墙、河流和主干道。",
        "Grids do not cross the {count} walls, rivers and main roads of the map.",
    ),
    "remark.pins": (
        "有{count}处固定的楼栋无法同时满足，已放开。",
        "In {count} places the pinned buildings could not all be kept; they were let go.",
    ),
    "remark.workers": (
        "{kept}个网格沿用原编号和网格员；新增{made}个，需安排网格员；撤销{ended}个。",
        "{kept} grids keep their number and worker; {made} are new and need one; {ended} end.",
    ),
    "districting.disconnected": ("有网格被分成互不相连的几块", "a grid is in pieces that do not touch"),
    "districting.unit": ("有楼栋没有网格", "a building has no grid"),
    "districting.empty": ("有空网格", "a grid is empty"),
    "role.building": ("楼栋", "building"),
    "household": ("户", "households"),
}  # fmt: skip


def words(code: str, values: Mapping[str, Any], language: Language) -> str:
    """The sentence behind a code; the code's own text where an engine gave one."""
    found = WORDS.get(code)
    if found is None:
        return str(values.get("text", code))
    filled = {name: ("–" if value is None else value) for name, value in values.items()}
    if isinstance(filled.get("names"), list):
        filled["names"] = ("、" if language == "zh" else ", ").join(filled["names"])
    try:
        return found[language != "zh"].format_map(filled)
    except KeyError:
        return found[language != "zh"]


def grid_names(labels: Mapping[str, Any], lines: Sequence[PlanLine], language: Language) -> dict[str, str]:
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
        while (name := f"第{number}网格" if language == "zh" else f"Grid {number}") in used[town]:
            number += 1
        used[town].add(name)
        found[target] = name
    return found


def new_name(target: str, language: Language) -> str:
    """What a new grid is called before it exists."""
    number = target.rpartition("-")[2]
    return f"新网格{number}" if language == "zh" else f"New grid {number}"
