"""Synthetic units and their people: real-shaped sizes and levels, homes in communities near the office. Nobody in them exists.

Identity numbers carry the region 99, which is not assigned, in a block that no community uses; telephones a range without
subscribers. Shares of levels, kinds, ages and skills are assumptions of ours.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import xlsxwriter

from lianfang.exchange.synthetic import identity, names
from lianfang.exchange.synthetic.census import CENSUS_DAY
from lianfang.kernel.errors import LianfangError, define

Ints = npt.NDArray[np.int64]

SKILLS: Final = ("采样", "护理", "驾驶", "心理疏导", "信息化", "消毒", "物流", "医疗")
"""By bit of Workforce.skills."""
LEVELS: Final = ("city", "county", "township")
"""By Workforce.unit_level."""
KINDS: Final = ("office", "company", "hospital", "school")
"""By Workforce.unit_kind; the words of domain.workforce."""
_LEVEL_SHARES: Final = (0.15, 0.45, 0.40)  # assumption
_SIZE_SPREAD: Final = 0.9  # assumption: standard deviation of the logarithm of a unit's size
_NEAR: Final = 0.8  # assumption: how many live in the township or county of their office
_PARTY: Final = 0.55  # assumption
_OLDEST, _YOUNGEST = 59, 22
_SKILL_SHARE: Final = np.array([0.06, 0.04, 0.2, 0.02, 0.08, 0.1, 0.08, 0.03])  # assumption
_OFFICES: Final = (
    "财政局", "教育局", "民政局", "司法局", "交通运输局", "水利局", "农业农村局", "商务局", "审计局", "统计局", "税务局", "气象局",
    "卫生健康局", "市场监督管理局", "应急管理局", "城市管理局", "自然资源局", "生态环境局", "文化旅游局", "行政审批局", "信访局",
    "总工会", "妇女联合会", "共青团委", "档案馆", "供销社", "住房和城乡建设局", "人力资源和社会保障局", "发展和改革局", "科学技术局",
)  # fmt: skip
_TOWN_OFFICES: Final = (
    "党政办公室",
    "综合执法队",
    "农业服务中心",
    "便民服务中心",
    "财政所",
    "退役军人服务站",
    "文化站",
    "网格中心",
)
_COMPANIES: Final = (
    "供电公司",
    "供水公司",
    "燃气公司",
    "公交公司",
    "农商银行",
    "建设集团",
    "热力公司",
    "粮食储备公司",
    "邮政公司",
    "纺织公司",
)
_HOSPITALS: Final = ("人民医院", "中医院", "妇幼保健院", "疾病预防控制中心")
_SCHOOLS: Final = ("第一中学", "第二中学", "实验小学", "职业教育中心", "第三中学", "育才小学")
_WORDS: Final = {"office": _OFFICES, "company": _COMPANIES, "hospital": _HOSPITALS, "school": _SCHOOLS}
_KIND_SHARES: Final = (0.62, 0.18, 0.05, 0.15)  # assumption

define(
    "synthetic.workforce_impossible",
    status=422,
    zh="{units}个单位装不下{people}人，或者没有给出村社区。每个单位至少一人。",
    en="{people} people do not fit into {units} units, or no community is given. Each unit has at least one person.",
)


@dataclass(frozen=True)
class Workforce:
    """Units and their people as columns. Nobody in them exists.

    Units: unit_name (text), unit_kind (index of KINDS), unit_level (index of LEVELS), unit_area (S12, the code where the office
    lies), unit_parent (index of the unit above, -1 for none). People, ordered by unit: unit (index), name (U3), male, birth_date
    (datetime64[D]), phone (S11, empty: none), id_no (S18, region 99), home (S12, a community of the given codes), skills (bits of
    SKILLS), party, head (one a unit).
    """

    unit_name: npt.NDArray[np.str_]
    unit_kind: npt.NDArray[np.int8]
    unit_level: npt.NDArray[np.int8]
    unit_area: npt.NDArray[np.bytes_]
    unit_parent: Ints
    unit: Ints
    name: npt.NDArray[np.str_]
    male: npt.NDArray[np.bool_]
    birth_date: npt.NDArray[np.datetime64]
    phone: npt.NDArray[np.bytes_]
    id_no: npt.NDArray[np.bytes_]
    home: npt.NDArray[np.bytes_]
    skills: Ints
    party: npt.NDArray[np.bool_]
    head: npt.NDArray[np.bool_]

    def skill_words(self, person: int) -> tuple[str, ...]:
        """The skills of one person in words."""
        return tuple(word for bit, word in enumerate(SKILLS) if self.skills[person] >> bit & 1)


def units(
    codes: Sequence[str], people: int, units: int, seed: int = 0, *, place_names: Mapping[str, str] | None = None
) -> Workforce:
    """So many people in so many units of three levels, at home in the communities of `codes` (12 digits each).

    place_names: names by code (12 digits) to stand before a unit's own; without them the words stand alone. The same
    arguments give the same people. Raises synthetic.workforce_impossible.
    """
    if units < 1 or people < units or not codes:
        raise LianfangError("synthetic.workforce_impossible", people=people, units=units)
    rng = np.random.default_rng([seed, people, units])
    homes = np.array(sorted(codes), dtype="S12")
    level = _levels(units, rng)
    area = _offices(homes, level, rng)
    kind = np.where(level == 2, 0, rng.choice(len(KINDS), units, p=_KIND_SHARES)).astype(np.int8)
    label, parent = _named(level, kind, area, place_names or {})
    unit = np.repeat(np.arange(units), _sizes(units, people, rng))
    male = rng.random(people) < 0.56  # assumption
    age = rng.integers(_YOUNGEST, _OLDEST + 1, people)
    birth = np.datetime64(CENSUS_DAY) - (age * 365 + rng.integers(0, 365, people)).astype("timedelta64[D]")
    shares = np.where(
        (kind[unit] == 2)[:, None], np.minimum(_SKILL_SHARE * np.array([9, 9, 1, 3, 1, 3, 1, 12]), 0.9), _SKILL_SHARE
    )
    bits = (rng.random((people, len(SKILLS))) < shares) @ (1 << np.arange(len(SKILLS)))
    return Workforce(
        label, kind, level, area, parent, unit, names.full_names(rng, names.surnames(rng, people), male, birth), male, birth,
        identity.phones(rng, rng.random(people) < 0.99), identity.identity_numbers(birth, male, f"workforce-{seed}"),
        _homes(homes, area[unit], level[unit], rng), bits.astype(np.int64), rng.random(people) < _PARTY,
        np.r_[True, unit[1:] != unit[:-1]],
    )  # fmt: skip


def _levels(units: int, rng: np.random.Generator) -> npt.NDArray[np.int8]:
    counts = np.floor(np.array(_LEVEL_SHARES) * units).astype(int)
    counts[1] += units - counts.sum()
    return np.repeat(np.arange(3), counts).astype(np.int8)


def _sizes(units: int, people: int, rng: np.random.Generator) -> Ints:
    """At least one person a unit; the rest by the largest remainders of a skewed share."""
    share = np.exp(rng.normal(0, _SIZE_SPREAD, units))
    exact = share / share.sum() * (people - units)
    size = np.floor(exact).astype(np.int64)
    size[np.argsort(exact - size, kind="stable")[::-1][: people - units - int(size.sum())]] += 1
    return np.asarray(size + 1, dtype=np.int64)


def _offices(
    homes: npt.NDArray[np.bytes_], level: npt.NDArray[np.int8], rng: np.random.Generator
) -> npt.NDArray[np.bytes_]:
    area = np.zeros(level.size, dtype="S12")
    for number, length in enumerate((4, 6, 9)):
        places = np.unique(homes.astype(f"S{length}"))
        wanted = np.flatnonzero(level == number)
        turns = rng.permutation(places.size)[np.arange(wanted.size) % places.size]
        area[wanted] = [place.ljust(12, b"0") for place in places[turns]]
    return area


def _named(
    level: npt.NDArray[np.int8],
    kind: npt.NDArray[np.int8],
    area: npt.NDArray[np.bytes_],
    place_names: Mapping[str, str],
) -> tuple[npt.NDArray[np.str_], Ints]:
    used: dict[tuple[bytes, str], int] = {}
    at_city: dict[tuple[bytes, str], int] = {}
    labels: list[str] = []
    parent = np.full(level.size, -1, dtype=np.int64)
    for number, (tier, sort, place) in enumerate(zip(level.tolist(), kind.tolist(), area.tolist(), strict=True)):
        words = _TOWN_OFFICES if tier == 2 else _WORDS[KINDS[sort]]
        count = used.get((place, KINDS[sort]), 0)
        used[(place, KINDS[sort])] = count + 1
        word, again = words[count % len(words)], count // len(words)
        before = place_names.get(place.decode(), "")
        labels.append(f"{before}{word}" + (f"（{again + 1}）" if again else ""))
        if tier == 0:
            at_city.setdefault((place[:4], word), number)
        elif tier == 1:
            parent[number] = at_city.get((place[:4], word), -1)
    return np.array(labels), parent


def _homes(
    homes: npt.NDArray[np.bytes_], office: npt.NDArray[np.bytes_], level: npt.NDArray[np.int8], rng: np.random.Generator
) -> npt.NDArray[np.bytes_]:
    """Most live in the township of a township's office or the county of a county's, the others anywhere in its city."""
    length = np.where(rng.random(office.size) < _NEAR, np.array([4, 6, 9])[level], 4)
    chosen = np.zeros(office.size, dtype="S12")
    for one in (4, 6, 9):
        at = np.flatnonzero(length == one)
        prefix = office[at].astype(f"S{one}")
        pool = homes.astype(f"S{one}")
        low, high = np.searchsorted(pool, prefix, "left"), np.searchsorted(pool, prefix, "right")
        chosen[at] = homes[low + (rng.random(at.size) * (high - low)).astype(np.int64)]
    return chosen


UNIT_HEADINGS: Final = (
    "单位", "上级单位", "姓名", "性别", "证件号", "电话", "居住社区", "技能", "政治面貌", "职务",
)  # fmt: skip


def unit_list_xlsx(made: Workforce, *, rows: slice = slice(None), title: str = "下沉干部花名册（演练）") -> bytes:
    """People as offices list them: a merged title, the columns of the unit list, one row a person. rows: which of them."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": False})
    sheet = book.add_worksheet("花名册")
    sheet.merge_range(0, 0, 0, len(UNIT_HEADINGS) - 1, title)
    sheet.write_row(1, 0, UNIT_HEADINGS)
    for at, person in enumerate(range(made.unit.size)[rows]):
        sheet.write_row(2 + at, 0, _cells(made, person))
    book.close()
    return out.getvalue()


def _cells(made: Workforce, person: int) -> list[Any]:
    unit = int(made.unit[person])
    above = int(made.unit_parent[unit])
    return [
        str(made.unit_name[unit]), "" if above < 0 else str(made.unit_name[above]), str(made.name[person]),
        "男" if made.male[person] else "女", made.id_no[person].decode(), made.phone[person].decode(), made.home[person].decode(),
        "、".join(made.skill_words(person)), "中共党员" if made.party[person] else "群众", "负责人" if made.head[person] else "",
    ]  # fmt: skip
