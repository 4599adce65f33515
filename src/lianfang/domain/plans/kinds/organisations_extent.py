"""How far a pairing of units reaches: a city's own units or all, its districts or all of it, communities or villages as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lianfang.base.areas.api import children
from lianfang.domain.plans.registry import Field
from lianfang.kernel.divisions import kind_words
from lianfang.kernel.errors import Language

DISTRICTS: Final = range(2, 21)
"""Last two digits of a county-level code that a city's districts have; 01 is the heading they stand under (GB/T 2260)."""


def extent_fields(path: str, language: Language) -> tuple[Field, ...]:
    """Which units, which counties, which places: asked of a city; below it everything in the area is meant."""
    if len(path) != 4:
        return ()
    zh = language == "zh"
    names = [area.short for area in children(path) if _is_district(area.path)]
    joined = ("、" if zh else ", ").join(names)
    where = [("all", "全市" if zh else "the whole city")]
    if names:
        where.insert(0, ("districts", f"中心城区（{joined}）" if zh else f"the districts ({joined})"))
    which = (
        [("urban", "社区（居民委员会）"), ("all", "社区和村")]
        if zh
        else [("urban", "residents' committees"), ("all", "villages as well")]
    )
    whose = [
        ("own", "市直单位" if zh else "the city's own"),
        ("all", "所选县（市、区）的也算" if zh else "those of the counties as well"),
    ]
    return (
        Field("where", "包联哪里" if zh else "Where", where[0][0], "中心城区指各市辖区" if zh else "districts by their codes", where),
        Field("which", "包联什么" if zh else "What", "urban", "按区划代码区分居委会和村委会" if zh else "by their codes", which),
        Field("whose", "谁的单位" if zh else "Whose units", "own",
              "市直单位指名单由本市直接报送的" if zh else "the city's own stand on its own lists", whose),
    )  # fmt: skip


def takes_place(path: str, params: Mapping[str, Any]) -> bool:
    """Whether a community is asked for."""
    if params.get("where") == "districts" and not _is_district(path):
        return False
    return params.get("which") != "urban" or kind_words(path)[1] in ("community", "quasi-community")


def takes_unit(path: str, office: str, params: Mapping[str, Any]) -> bool:
    """Whether a unit with its office there is asked for. path: of the plan."""
    if params.get("whose") == "own":
        return office == path
    return params.get("where") != "districts" or office == path or _is_district(office)


def _is_district(path: str) -> bool:
    return len(path) >= 6 and int(path[4:6]) in DISTRICTS


__all__ = ["extent_fields", "takes_place", "takes_unit"]
