"""Synthetic housing compounds of residents' committees: names as on signs, gates, who manages them. None of them exists.

How many a committee has, the gates and the share without a manager are assumptions of ours; only the sum is a document's.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import xlsxwriter

from lianfang.exchange.synthetic.places import is_urban
from lianfang.kernel.errors import LianfangError, define

HEADINGS: Final = ("社区代码", "小区名称", "出入口数", "有无物业")
MARK: Final = "（演练）"
"""Behind every name, so that nobody takes one for the compound of the same name round the corner."""
_WORDS: Final = (
    "阳光", "和平", "幸福", "锦绣", "御景", "翠湖", "金色", "学府", "东方", "华府", "紫荆", "天成", "朝阳", "光明", "河畔", "龙泉",
    "玉兰", "盛世", "荣盛", "怡和", "颐和", "水岸", "运河", "平安", "春晖", "瑞祥", "福源", "银杏", "书香", "新华",
)  # fmt: skip
_KINDS: Final = ("小区", "花园", "家园", "嘉苑", "公寓", "新村", "宿舍", "名邸")
_SPREAD: Final = 0.7  # assumption: standard deviation of the logarithm of a committee's number of compounds
_GATES: Final = np.array([0.38, 0.27, 0.18, 0.10, 0.05, 0.02])  # assumption: shares of compounds with 1, 2, … gates
_OPEN: Final = 0.35
"""Share of compounds that nobody manages: assumption; the documents name them as the hard ones and tell no share."""
_ANY: Final = 40
"""Compounds of one committee at most: assumption; there are names for 240."""

define(
    "synthetic.compounds_impossible",
    status=422,
    zh="{count}个小区放不进{communities}个居委会：每个至少1个、至多{most}个。",
    en="{count} compounds do not fit into {communities} residents' committees: each has one at least and {most} at most.",
)


@dataclass(frozen=True)
class Compound:
    """A compound that does not exist: its community's code (12 digits), name, gates, whether a manager looks after it."""

    community: str
    name: str
    gates: int
    managed: bool


def compounds(codes: Sequence[str], count: int, seed: int = 0) -> list[Compound]:
    """So many compounds in the residents' committees among `codes`, each with one at least; the same arguments, the same compounds.

    Raises synthetic.compounds_impossible.
    """
    towns = [code for code in sorted(codes) if is_urban(code)]
    if not len(towns) <= count <= len(towns) * _ANY or not towns:
        raise LianfangError("synthetic.compounds_impossible", count=count, communities=len(towns), most=_ANY)
    rng = np.random.default_rng([seed, count, len(towns)])
    each = _each(len(towns), count, rng)
    made = []
    for code, number in zip(towns, each.tolist(), strict=True):
        drawn = rng.choice(len(_WORDS) * len(_KINDS), number, replace=False).tolist()
        gates = 1 + rng.choice(_GATES.size, number, p=_GATES)
        managed = rng.random(number) >= _OPEN
        for at, which in enumerate(drawn):
            name = f"{_WORDS[which // len(_KINDS)]}{_KINDS[which % len(_KINDS)]}{MARK}"
            made.append(Compound(code, name, int(gates[at]), bool(managed[at])))
    return made


def _each(towns: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Compounds of each committee: one, and the rest one by one by a skewed share, as far as there is room."""
    each = np.ones(towns, dtype=np.int64)
    share = np.exp(rng.normal(0, _SPREAD, towns))
    while left := count - int(each.sum()):
        room = each < _ANY
        each += np.minimum(rng.multinomial(left, np.where(room, share, 0) / share[room].sum()), _ANY - each)
    return each


def compound_list_xlsx(made: Sequence[Compound], title: str = "居民小区台账（演练）") -> bytes:
    """Compounds as a housing office lists them: a merged title, the columns, one row a compound."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("小区")
        sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, title)
        sheet.write_row(1, 0, HEADINGS)
        for at, one in enumerate(made):
            sheet.write_row(2 + at, 0, [one.community, one.name, one.gates, "有" if one.managed else "无"])
    return out.getvalue()


__all__ = ["HEADINGS", "MARK", "Compound", "compound_list_xlsx", "compounds"]
