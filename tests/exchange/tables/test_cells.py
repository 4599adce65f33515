"""Dates, numbers and identity numbers as people and spreadsheet programs write them."""

from __future__ import annotations

import datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.exchange.tables import ColumnSpec, Kind, read_table
from lianfang.exchange.tables.cells import READERS, clean, day_of_number, day_of_text
from tests.exchange.tables.files import saved

DAY = datetime.date(2022, 3, 1)


def read(kind: Kind, value: object, *, date_1904: bool = False) -> tuple[object, str | None]:
    """The value read from one cell, and the code of its verdict."""
    codes: list[str] = []
    result = READERS[kind]([value], lambda _index, code, /, **_values: codes.append(code), date_1904)
    return result[0], codes[0] if codes else None


@pytest.mark.parametrize(
    "value",
    [
        DAY, datetime.datetime(2022, 3, 1, 23, 59), 44621.0, 44621.75, 20220301.0, 20220301, "20220301", "2022-3-1",
        "2022-03-01", "2022/3/1", "2022.3.1", "2022年3月1日", "2022年03月01日", "２０２２－３－１",
        " 2022-3-1 08:30:00 ",
        "2022/3/1 8:30", "2022-03-01T08:30:00", "44621", "'2022-3-1",
    ],
)  # fmt: skip
@pytest.mark.row("C1")
def test_every_way_to_write_a_day(value: object) -> None:
    assert read(Kind.DATE, value) == (DAY, None)


@pytest.mark.parametrize(
    "value", ["2022-2-30", "22.3.1", "3月1日", "2022年3月", "2022", "昨天", 60.0, 1e9, -5.0, True, "99999999"]
)
def test_what_is_no_day_is_refused(value: object) -> None:
    assert read(Kind.DATE, value) == (None, "tables.date_unreadable")


def test_serials_of_both_calendars() -> None:
    assert day_of_number(1, date_1904=False) == datetime.date(1900, 1, 1)
    assert day_of_number(59, date_1904=False) == datetime.date(1900, 2, 28)
    assert day_of_number(61, date_1904=False) == datetime.date(1900, 3, 1)
    assert day_of_number(43159, date_1904=True) == DAY
    assert read(Kind.DATE, 43159.0, date_1904=True) == (DAY, None)


def test_the_calendar_of_1904_is_read_from_the_workbook() -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    assert book.active is not None
    for row in (["day", "x"], [43159, "a"]):
        book.active.append(row)
    columns = (ColumnSpec("day", "日期", "day", Kind.DATE),)
    assert read_table(saved(book), columns=columns).read_all().columns["day"] == [DAY]


@given(st.dates(datetime.date(1900, 3, 1), datetime.date(2099, 12, 31)))
def test_serial_digits_and_text_name_the_same_day(day: datetime.date) -> None:
    serial = (day - datetime.date(1899, 12, 30)).days
    assert day_of_number(serial, date_1904=False) == day
    assert day_of_number(int(f"{day:%Y%m%d}"), date_1904=False) == day
    assert day_of_text(f"{day.year}年{day.month}月{day.day}日") == day
    assert day_of_text(day.isoformat()) == day


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("11010519491231002x", "11010519491231002X"), (" 110105 19491231 002X ", "11010519491231002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"), ("'11010519491231002X", "11010519491231002X"),
        ('="11010519491231002X"', "11010519491231002X"), (110105491231002.0, "110105491231002"),
        ("E12345678", "E12345678"), ("", None), (None, None), ("\u200b110\ufeff", "110"),
    ],
)  # fmt: skip
def test_identity_numbers_as_typed(value: object, text: str | None) -> None:
    assert read(Kind.ID, value) == (text, None)


@pytest.mark.parametrize("value", [1.10105194912310021e17, 110105194912310021, "1.10105E+17", "1E17", 1e15])
@pytest.mark.row("C1")
def test_lost_digits_are_a_verdict(value: object) -> None:
    assert read(Kind.ID, value) == (None, "tables.digits_lost")


def test_other_kinds() -> None:
    assert read(Kind.PHONE, 13800000000.0) == ("13800000000", None)
    assert read(Kind.PHONE, "138 0000\u30000000") == ("13800000000", None)
    assert read(Kind.PHONE, DAY) == (None, "tables.number_unreadable")
    assert read(Kind.TEXT, 101.0) == ("101", None)
    assert read(Kind.TEXT, DAY) == (None, "tables.date_in_text")
    assert read(Kind.TEXT, " 张\n三\u200b ") == ("张 三", None)
    assert read(Kind.INT, "３") == (3, None)
    assert read(Kind.INT, 3.5) == (None, "tables.number_unreadable")
    assert read(Kind.INT, "1,200") == (1200, None)
    assert read(Kind.DECIMAL, "36.5℃") == (36.5, None)
    assert read(Kind.DECIMAL, "正常") == (None, "tables.number_unreadable")
    assert read(Kind.MULTI, "独居、低保;透析") == (("独居", "低保", "透析"), None)


@given(
    st.sampled_from(list(Kind)), st.one_of(st.none(), st.text(), st.floats(allow_nan=False), st.booleans(), st.dates())
)
def test_every_value_has_a_result_or_a_verdict(kind: Kind, value: object) -> None:
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return
    result, code = read(kind, value)
    assert result is None or code is None
    blank = value is None or (isinstance(value, str) and not clean(value).strip("、,，;；/| \n"))
    assert (result is None) == (code is not None) or blank


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text)
    assert clean(once) == once or once[:1] in ("'", "=")
