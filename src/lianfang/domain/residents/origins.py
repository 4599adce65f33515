"""Pure: where somebody came home from, as a class: another province, the same one, abroad, or not known."""

from __future__ import annotations

OTHER, SAME, ABROAD, UNKNOWN = "other_province", "same_province", "abroad", "unknown"
_WORDS = {"省外": OTHER, "外省": OTHER, "省内": SAME, "本省": SAME, "境外": ABROAD, "国外": ABROAD, "入境": ABROAD}
"""Words of the register's column 类型 that name a class of origin (common office usage: an assumption)."""
_PROVINCES = {
    "北京": "11", "天津": "12", "河北": "13", "山西": "14", "内蒙古": "15", "辽宁": "21", "吉林": "22", "黑龙江": "23",
    "上海": "31", "江苏": "32", "浙江": "33", "安徽": "34", "福建": "35", "江西": "36", "山东": "37", "河南": "41",
    "湖北": "42", "湖南": "43", "广东": "44", "广西": "45", "海南": "46", "重庆": "50", "四川": "51", "贵州": "52",
    "云南": "53", "西藏": "54", "陕西": "61", "甘肃": "62", "青海": "63", "宁夏": "64", "新疆": "65", "台湾": "71",
    "香港": "81", "澳门": "82",
}  # fmt: skip
"""GB/T 2260: the first two digits by the short name of a province; addresses are written with the province first."""
_BORDER = frozenset({"71", "81", "82"})
"""Counted as from outside: people came through a border control (assumption, as in the entrants of the control plans)."""


def province_of(address: str) -> str:
    """The two digits of the province that an address begins with; '' when it names none."""
    text = address.strip().removeprefix("中国")
    return next((code for name, code in _PROVINCES.items() if text.startswith(name)), "")


def origin_class(said: str, address: str, home: str) -> str:
    """The class of origin from the register's own word, else from the province of the address; home: path of the home."""
    for word, found in _WORDS.items():
        if word in said:
            return found
    province = province_of(address)
    if not province:
        return UNKNOWN
    if province in _BORDER and province != home[:2]:
        return ABROAD
    return SAME if province == home[:2] else OTHER
