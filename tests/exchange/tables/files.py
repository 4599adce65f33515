"""Files as offices, programs and attackers make them, built on the spot."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Sequence
from typing import Any

import openpyxl
import xlsxwriter
import xlwt

from lianfang.exchange.tables import ColumnSpec, Kind

NAME = ColumnSpec("name", "姓名", "Name", Kind.TEXT, ("居民姓名",), required=True)
ID = ColumnSpec("id_no", "身份证号", "Identity number", Kind.ID, ("公民身份号码", "证件号码"))
PHONE = ColumnSpec("phone", "电话", "Phone", Kind.PHONE, ("联系电话", "手机号"))
BIRTH = ColumnSpec("birth_date", "出生日期", "Birth date", Kind.DATE)
SEX = ColumnSpec("sex", "性别", "Sex", Kind.CODE, values=("男", "女"))
DOOR = ColumnSpec("door", "户室", "Door", Kind.TEXT)
COLUMNS = (NAME, ID, PHONE, BIRTH, SEX, DOOR)
HEADER = [spec.zh for spec in COLUMNS]
PERSON = ["张三", "11010519491231002X", "13800000000", "1949-12-31", "女", "101"]


def xlsx(rows: Sequence[Sequence[object]], *, merges: Sequence[str] = (), sheet: str = "名单") -> bytes:
    """A workbook with these rows, and these ranges merged, written by openpyxl."""
    book = openpyxl.Workbook()
    page: Any = book.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    for merge in merges:
        page.merge_cells(merge)
    return saved(book)


def saved(book: Any) -> bytes:
    """The bytes of an openpyxl workbook."""
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def with_formulas(formulas: Sequence[tuple[str, object]]) -> bytes:
    """A workbook whose name cells are formulas with these stored results (None: the program stored none)."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet("名单")
        page.write_row(0, 0, HEADER[:2])
        for at, (formula, result) in enumerate(formulas, start=1):
            page.write_formula(at, 0, formula, None, result)
            page.write(at, 1, PERSON[1])
    return target.getvalue()


def xls(rows: Sequence[Sequence[object]], *, formula_at: tuple[int, int] | None = None, merge_title: int = 0) -> bytes:
    """An old binary workbook; a formula without result at one cell, a title merged over so many columns."""
    book = xlwt.Workbook()
    page = book.add_sheet("名单")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if r == 0 and merge_title:
                if c == 0:
                    page.write_merge(0, 0, 0, merge_title - 1, value)
            elif formula_at == (r, c):
                page.write(r, c, xlwt.Formula("1+1"))
            else:
                page.write(r, c, value, day) if isinstance(value, datetime.date) else page.write(r, c, value)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def repacked(data: bytes, changes: dict[str, bytes | None]) -> bytes:
    """A package with some parts replaced, added, or (None) removed."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            if content is not None:
                new.writestr(name, content)
    return target.getvalue()


def sheet_xml(cells: str) -> bytes:
    """The XML of a worksheet around these rows."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?><worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>'.encode()
