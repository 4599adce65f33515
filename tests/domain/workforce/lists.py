"""Lists of members as offices send them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

UNIT = ("单位", "上级单位", "姓名", "证件号", "电话", "居住社区", "技能", "职务")
VOLUNTEER = (
    "镇街",
    "社区",
    "网格",
    "姓名",
    "性别",
    "电话",
    "证件号",
    "年龄",
    "居住地址",
    "网格党支部",
    "网格党小组",
    "服务队",
    "突击队",
    "党员类别",
    "志愿机构",
)
SAMPLING = (
    "小组名称",
    "采样点长",
    "电话",
    "志愿者数",
    "采样人员数",
    "采样工位数",
    "安保人员数",
    "镇街",
    "村居",
    "网格",
    "详细地址",
)


def sheet(headings: Sequence[str], *rows: Sequence[Any], title: str = "花名册") -> bytes:
    """A table as an office sends it, with a merged title above the headings."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    page = book.add_worksheet()
    page.merge_range(0, 0, 0, len(headings) - 1, title)
    for at, row in enumerate((headings, *rows), start=1):
        page.write_row(at, 0, row)
    book.close()
    return out.getvalue()
