"""What the generator of synthetic residents refuses."""

from __future__ import annotations

from lianfang.kernel.errors import define

define(
    "synthetic.county_unknown",
    status=422,
    zh="没有 {code} 的人口普查数据。可用的代码见随附的普查文件。",
    en="There is no census data for {code}. The codes available are those of the shipped census file.",
)
define(
    "synthetic.no_units",
    status=422,
    zh="没有 {code} 的村级区划数据，无法分配人口。",
    en="There are no village-level divisions for {code}, so its people cannot be placed.",
)
define(
    "synthetic.sizes_impossible",
    status=422,
    zh="{people} 人不可能住在 {households} 户中：每户 1 至 {largest} 人。",
    en="{people} people cannot live in {households} households of 1 to {largest} people.",
)
define(
    "synthetic.numbers_exhausted",
    status=422,
    zh="{code} 人数过多，一天出生的人超过演练号码的容量（{limit}）。请拆分为多个社区。",
    en="{code} has so many people that one day of birth has more than the {limit} drill numbers. Split the community.",
)
