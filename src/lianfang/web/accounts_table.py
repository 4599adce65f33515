"""The table of accounts as offices fill it: its columns, reading it, an empty one to fill."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any, Final

from lianfang.base.access.roster import Row
from lianfang.exchange.tables import ColumnSpec, Kind, read_table, write_table
from lianfang.kernel.errors import Language

COLUMNS: Final = (
    ColumnSpec(
        "unit", "单位", "Unit", required=True,
        synonyms=("单位代码", "单位名称", "区划代码", "村社区", "社区", "所在单位", "管辖区域"),
    ),
    ColumnSpec("name", "姓名", "Name", synonyms=("人员姓名", "使用人"), required=True),
    ColumnSpec("role", "岗位", "Role", synonyms=("角色", "职务", "身份"), required=True),
    ColumnSpec("phone", "电话", "Telephone", synonyms=("手机", "手机号", "联系电话", "手机号码")),
    ColumnSpec("username", "账号", "User name", synonyms=("登录名", "用户名", "工号")),
    ColumnSpec("grids", "网格", "Grids", synonyms=("所属网格", "网格名称")),
    ColumnSpec("starts", "开始日期", "From", Kind.DATE, ("起始日期", "生效日期", "自")),
    ColumnSpec("ends", "结束日期", "Until", Kind.DATE, ("到期日期", "截止日期", "止")),
)  # fmt: skip
MOST: Final = 20_000
"""Rows of one table: an assumption, three times the communities of a city of seven million."""
EXAMPLES: Final = (
    ("411621001001", "张三", "社区工作者", "13800000000", "", "", None, None),
    ("西关居民委员会", "李四", "社区书记", "", "lisi", "", None, date(2027, 6, 30)),
)


def rows_of(source: Path | bytes, filename: str = "") -> tuple[list[Row], list[str]]:
    """Read a table of accounts: its rows, with what could not be read in them, and notes about the file in Chinese.

    Raises the refusals of office tables.
    """
    table = read_table(source, columns=COLUMNS, filename=filename)
    batch = table.read_all()
    bad: dict[int, tuple[str, str]] = {}
    for verdict in batch.verdicts:
        bad.setdefault(verdict.row, (verdict.sentence("zh"), verdict.sentence("en")))
    made = []
    for at, number in enumerate(batch.rows):
        cells: dict[str, Any] = {spec.name: batch.columns[spec.name][at] for spec in COLUMNS}
        starts, ends = cells.pop("starts"), cells.pop("ends")
        texts = {name: "" if value is None else str(value).strip() for name, value in cells.items()}
        made.append(Row(number, **texts, starts=starts, ends=ends, trouble=bad.get(number)))
    return made[:MOST], [note.sentence("zh") for note in table.notes]


def empty_table(language: Language) -> bytes:
    """An empty table with two examples to write over."""
    out = io.BytesIO()
    write_table(out, columns=COLUMNS, rows=EXAMPLES, language=language)
    return out.getvalue()
