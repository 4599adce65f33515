"""What is written opens safely and reads back as it was."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.exchange.tables import HOUSEHOLD, ColumnSpec, Kind, Refused, read_table, write_refused, write_table
from lianfang.exchange.tables import writer as writer_module
from lianfang.exchange.tables.cells import clean
from tests.exchange.tables.files import COLUMNS, PERSON, xlsx

FIELDS = (
    ColumnSpec("name", "姓名", "Name", Kind.TEXT),
    ColumnSpec("id_no", "身份证号", "Identity number", Kind.ID),
    ColumnSpec("day", "日期", "Day", Kind.DATE),
    ColumnSpec("count", "人数", "People", Kind.INT),
    ColumnSpec("temperature", "体温", "Temperature", Kind.DECIMAL),
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cf"]), max_size=20).filter(
    lambda t: not t.startswith(("'", "=")) and clean(t) == t
)
ROWS = st.tuples(
    st.none() | TEXTS.filter(bool),
    st.none() | st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True),
    st.none() | st.dates(datetime.date(1900, 3, 1), datetime.date(2099, 12, 31)),
    st.none() | st.integers(-(10**9), 10**9),
    st.none() | st.floats(30, 45).map(lambda t: round(t, 1)),
).filter(lambda row: sum(value is not None for value in row) > 2)


@settings(max_examples=25, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=8), st.sampled_from(["zh", "en"]))
def test_a_table_reads_back_as_it_was_written(rows: list, language: str) -> None:
    target = io.BytesIO()
    count = write_table(target, columns=FIELDS, rows=rows, title="台账", watermark="演练", language=language)
    batch = read_table(target.getvalue(), columns=FIELDS).read_all()
    assert count == len(rows)
    assert batch.verdicts == ()
    assert list(zip(*(batch.columns[spec.name] for spec in FIELDS), strict=True)) == rows


def test_texts_that_look_like_formulas_stay_texts(tmp_path: Path) -> None:
    texts = ['=HYPERLINK("http://x")', "+1", "-1", "@x", "https://example.org", "007"]
    path = tmp_path / "a.xlsx"
    write_table(path, columns=FIELDS[:2], rows=[(text, PERSON[1]) for text in texts])
    assert read_table(path, columns=FIELDS[:2]).read_all().columns["name"] == texts
    page = openpyxl.load_workbook(path).active
    assert page is not None
    cells = [page.cell(row, 1) for row in range(2, 8)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.quotePrefix for cell in cells] == [True, True, True, True, False, False]
    assert page.cell(2, 2).number_format == "@"
    with zipfile.ZipFile(path) as package:
        xml = package.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in xml
    assert b"hyperlink" not in xml.lower().replace(b"=hyperlink", b"")


@pytest.mark.row("C1")
def test_official_headings_title_and_watermark(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_table(path, columns=HOUSEHOLD, rows=[["x"] * len(HOUSEHOLD)], title="台账", watermark="演练 2022-03-01 某人")
    page = openpyxl.load_workbook(path).active
    assert page is not None
    assert page["A1"].value == "台账"
    assert page["A2"].value == "演练 2022-03-01 某人"
    assert [cell.value for cell in page[3]] == [spec.zh for spec in HOUSEHOLD]
    assert page.freeze_panes == "A4"
    assert "A1:S1" in {str(merge) for merge in page.merged_cells.ranges}


def test_more_rows_than_a_sheet_holds_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "EXCEL_ROWS", 5)
    target = io.BytesIO()
    assert write_table(target, columns=FIELDS[:1], rows=[(str(n),) for n in range(10)]) == 10
    book = openpyxl.load_workbook(target)
    assert [page.max_row - 1 for page in book.worksheets] == [4, 4, 2]


def test_refused_rows_come_back_with_reasons_and_can_be_sent_again() -> None:
    rows = [[spec.zh for spec in COLUMNS], PERSON, ["李四", 1.1e17, None, "2022-2-30", "男", "102"]]
    batch = read_table(xlsx(rows), columns=COLUMNS).read_all()
    bad = [verdict for verdict in batch.verdicts if verdict.row == 3]
    assert len(bad) == 2
    target = io.BytesIO()
    values = {spec.name: batch.columns[spec.name][1] for spec in COLUMNS}
    assert write_refused(target, columns=COLUMNS, refused=[Refused(3, values, bad)], title="退回") == 1
    again = read_table(target.getvalue(), columns=COLUMNS).read_all()
    assert again.columns["name"] == ["李四"]
    page = openpyxl.load_workbook(target).active
    assert page is not None
    assert page["A3"].value == 3
    assert "B3" in page["B3"].value
    assert "D3" in page["B3"].value
