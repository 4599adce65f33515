"""What pairings publish, by community: how many targets there are, and how many have everything, something, or nobody."""

from __future__ import annotations

from typing import Final

from lianfang.base.metrics.api import Metric, define_metric

_RECOUNT: Final = """
select dim, day, path, value from pairings_figure where name = '{name}'
union all
select dim, (now() at time zone 'Asia/Shanghai')::date, path, coalesce(t.value, 0) - coalesce(f.value, 0)
from (select dim, path, value from pairings_truth('', '~') where name = '{name}') t
full join (select dim, path, sum(value)::bigint as value from pairings_figure where name = '{name}' group by 1, 2) f using (dim, path)
where coalesce(t.value, 0) <> coalesce(f.value, 0)
"""
"""Counted from the rows; by day as it was published, so that what was published wrongly shows on the day of the recount."""


def _define(name: str, zh: str, en: str, unit: tuple[str, str], says: tuple[str, str], dimension: str = "kind") -> str:
    full = f"pairings.{name}"
    define_metric(
        Metric(
            name=full, zh=zh, en=en, unit_zh=unit[0], unit_en=unit[1], says_zh=says[0], says_en=says[1], stock=True,
            recount=_RECOUNT.replace("{name}", full), dimension=dimension,
        )
    )  # fmt: skip
    return full


_PLACES: Final = ("个", "targets")
TARGETS: Final = _define(
    "targets", "应包联对象", "targets to be paired", _PLACES,
    ("实有的村社区、小区、楼栋、企业、项目、重点场所，不论是否录入包联；户和人按已建包联计。",
     "Communities, compounds, buildings, firms, projects and public places that exist, entered or not; homes and people once paired."),
)  # fmt: skip
COMPLETE: Final = _define(
    "complete", "包联齐全", "complete", _PLACES,
    ("所有包联的每一项都已落实的对象。", "Targets whose pairings have every item filled."),
)  # fmt: skip
INCOMPLETE: Final = _define(
    "incomplete", "包联缺项", "incomplete", _PLACES,
    ("有人负责但还有缺项的对象。", "Targets somebody answers for while something is lacking."),
)  # fmt: skip
ORPHANS: Final = _define(
    "orphans", "无人包联", "with nobody", _PLACES,
    ("没有任何人或单位负责的对象。", "Targets that nobody answers for, neither a person nor a unit."),
)  # fmt: skip
PEOPLE: Final = _define(
    "people", "包联人员", "people in pairings", ("人", "people"),
    ("正在承担包联的人数，每人只计一次，计在其最早一项所在的村社区。",
     "Members who answer for something now, each counted once, where their earliest part is."),
    dimension="",
)  # fmt: skip
STATES: Final = (COMPLETE, INCOMPLETE, ORPHANS)
ALL: Final = (TARGETS, *STATES, PEOPLE)
