"""Reading the cells of one column: each kind of column has one function over a whole batch.

A function takes the raw values of a batch and a `refuse(index, code, **values)`; it hands back values of one type, None
for blank and refused cells. Spreadsheet programs hand over numbers, dates and texts as the typist's machine liked them;
here is the only place that knows.
"""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from lianfang.exchange.tables.columns import Kind
from lianfang.exchange.tables.limits import EXCEL_CELL_CHARACTERS


class Refuse(Protocol):
    """Records a verdict on the value at `index` of the batch."""

    def __call__(self, index: int, code: str, /, **values: str | int) -> None: ...


Reader = Callable[[Sequence[object], Refuse, bool], list[object]]

_FIRST_LOST_INTEGER: Final = 10**15
"""Excel keeps fifteen digits of a number (Microsoft, Excel specifications and limits)."""
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+")
_QUOTED_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
_INTEGER = re.compile(r"[-+]?[0-9]+(\.0*)?")
_DECIMAL = re.compile(r"([-+]?[0-9]+(?:\.[0-9]+)?)\s*(?:°C|°|度|C)?")
_DATE = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*[日号]?"
    r"(?:[T\s]\s*[0-9]{1,2}[:：时][0-9]{1,2}(?:[:：分][0-9]{1,2}(?:\.[0-9]+)?)?[秒分]?)?"
)
_DATE_DIGITS = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_LIST = re.compile(r"[、,，;；/|\n]+")
_LAST_SERIAL: Final = 73_050  # 2099-12-31 (assumption: nobody records later dates)
_SHOWN: Final = 30  # characters of a refused value that a sentence repeats


def clean(text: str) -> str:
    """A text without spaces at its ends, invisible characters, or Excel's marks that a cell is text (' and ="…")."""
    text = text.strip()
    if not text.isprintable():
        kept = (
            " " if unicodedata.category(c) in ("Zs", "Zl", "Zp") or c in "\n\r\t" else c
            for c in text
            if c in "\n\r\t" or unicodedata.category(c) not in ("Cc", "Cf")
        )
        text = " ".join("".join(kept).split())
    if text[:1] in ("'", "="):
        quoted = _QUOTED_FORMULA.fullmatch(text)
        text = (quoted[1] if quoted else text.removeprefix("'")).strip()
    return text


def plain_number(value: float) -> str:
    """101.0 → "101"; 3.5 → "3.5"; what a damaged file has for infinity → "inf"."""
    return str(int(value)) if math.isfinite(value) and value == int(value) else repr(value)


def shown(value: object) -> str:
    """A value short enough for a sentence."""
    text = plain_number(value) if isinstance(value, float) else str(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def read_text(values: Sequence[object], refuse: Refuse, _date_1904: bool) -> list[object]:
    """Texts; numbers become their digits. A date is refused: what was typed, such as door 1-2, is gone."""
    result: list[object] = []
    for index, value in enumerate(values):
        if type(value) is str:
            if len(value) > EXCEL_CELL_CHARACTERS:
                refuse(index, "tables.cell_too_long", length=len(value), limit=EXCEL_CELL_CHARACTERS)
                result.append(None)
            else:
                result.append(clean(value) or None)
        elif isinstance(value, datetime.date | datetime.time | datetime.timedelta):
            refuse(index, "tables.date_in_text", text=str(value))
            result.append(None)
        else:
            result.append(_text_of(value))
    return result


def _text_of(value: object) -> str | None:
    if isinstance(value, float):
        return plain_number(value)
    return None if value is None else str(value)


def read_identity(values: Sequence[object], refuse: Refuse, _date_1904: bool) -> list[object]:
    """Numbers of papers: narrow characters, no blanks, capital X. Numbers of 16 or more digits have lost some."""
    result: list[object] = []
    for index, value in enumerate(values):
        text: str | None = None
        if isinstance(value, int | float) and not isinstance(value, bool):
            if abs(value) >= _FIRST_LOST_INTEGER:
                refuse(index, "tables.digits_lost", text=f"{value:.5E}")
            else:
                text = plain_number(float(value))
        elif type(value) is str and value:
            text = "".join(unicodedata.normalize("NFKC", clean(value)).split()).upper() or None
            if text is not None and _SCIENTIFIC.fullmatch(text):
                refuse(index, "tables.digits_lost", text=text[:12])
                text = None
        elif value is not None and value != "":
            text = read_text([value], _at(refuse, index), False)[0]  # type: ignore[assignment]
        result.append(text if text is None or len(text) <= EXCEL_CELL_CHARACTERS else None)
    return result


def _at(refuse: Refuse, index: int) -> Refuse:
    def refuse_here(_index: int, code: str, /, **values: str | int) -> None:
        refuse(index, code, **values)

    return refuse_here


def read_phone(values: Sequence[object], refuse: Refuse, _date_1904: bool) -> list[object]:
    """Telephone numbers: digits and the signs between them, without blanks."""
    result: list[object] = []
    for index, value in enumerate(values):
        if type(value) is str:
            result.append("".join(unicodedata.normalize("NFKC", clean(value)).split()) or None)
        elif isinstance(value, float) and abs(value) < _FIRST_LOST_INTEGER:
            result.append(plain_number(value))
        elif isinstance(value, int) and not isinstance(value, bool):
            result.append(str(value))
        elif value is None:
            result.append(None)
        else:
            refuse(index, "tables.number_unreadable", text=shown(value))
            result.append(None)
    return result


def read_date(values: Sequence[object], refuse: Refuse, date_1904: bool) -> list[object]:
    """Days: dates, Excel serials, 20220301, 2022-3-1, 2022/3/1, 2022.3.1, 2022年3月1日, each with or without time."""
    result: list[object] = []
    for index, value in enumerate(values):
        day: datetime.date | None = None
        if isinstance(value, datetime.datetime):
            day = value.date()
        elif isinstance(value, datetime.date):
            day = value
        elif value is None or (type(value) is str and not clean(value)):
            result.append(None)
            continue
        elif isinstance(value, int | float) and not isinstance(value, bool):
            day = day_of_number(float(value), date_1904=date_1904)
        elif type(value) is str:
            day = day_of_text(clean(value), date_1904=date_1904)
        if day is None:
            refuse(index, "tables.date_unreadable", text=shown(value))
        result.append(day)
    return result


def day_of_number(value: float, *, date_1904: bool) -> datetime.date | None:
    """The day of a serial (1 = 1900-01-01, or 0 = 1904-01-01) or of eight digits; None when it is neither."""
    if not math.isfinite(value):
        return None
    if value >= 1_000_0101:
        digits = _DATE_DIGITS.fullmatch(plain_number(value))
        return _day(*digits.groups()) if digits else None
    whole = int(value)
    if not (0 if date_1904 else 1) <= whole <= _LAST_SERIAL:
        return None
    if date_1904:
        return datetime.date(1904, 1, 1) + datetime.timedelta(days=whole)
    if whole == 60:
        return None  # Excel's 1900-02-29, a day that never was
    return datetime.date(1899, 12, 30 if whole > 60 else 31) + datetime.timedelta(days=whole)


def day_of_text(text: str, *, date_1904: bool = False) -> datetime.date | None:
    """The day a text names; None when it names none, or leaves out the century, the month or the day."""
    narrow = unicodedata.normalize("NFKC", text)
    match = _DATE.fullmatch(narrow) or _DATE_DIGITS.fullmatch(narrow)
    if match:
        return _day(*match.groups()[:3])
    if re.fullmatch(r"[1-9][0-9]{3,4}(\.[0-9]+)?", narrow) and not re.fullmatch(r"(19|20)[0-9]{2}", narrow):
        return day_of_number(float(narrow), date_1904=date_1904)
    return None


def _day(year: str | None, month: str | None, day: str | None) -> datetime.date | None:
    try:
        return datetime.date(int(year or 0), int(month or 0), int(day or 0))
    except ValueError:
        return None


def read_integer(values: Sequence[object], refuse: Refuse, _date_1904: bool) -> list[object]:
    """Whole numbers."""
    result: list[object] = []
    for index, value in enumerate(values):
        number: int | None = None
        if isinstance(value, bool):
            pass
        elif isinstance(value, int) or (isinstance(value, float) and value == int(value)):
            number = int(value)
        elif type(value) is str:
            text = unicodedata.normalize("NFKC", clean(value)).replace(",", "")
            if not text:
                result.append(None)
                continue
            number = int(float(text)) if _INTEGER.fullmatch(text) and len(text) <= 15 else None
        if number is None and value is not None:
            refuse(index, "tables.number_unreadable", text=shown(value))
        result.append(number)
    return result


def read_decimal(values: Sequence[object], refuse: Refuse, _date_1904: bool) -> list[object]:
    """Numbers with a fraction, such as temperatures; a trailing ℃ or 度 is left out."""
    result: list[object] = []
    for index, value in enumerate(values):
        number: float | None = None
        if isinstance(value, int | float) and not isinstance(value, bool):
            number = float(value)
        elif type(value) is str:
            text = unicodedata.normalize("NFKC", clean(value))
            if not text:
                result.append(None)
                continue
            match = _DECIMAL.fullmatch(text) if len(text) <= _SHOWN else None
            number = float(match[1]) if match else None
        if number is None and value is not None:
            refuse(index, "tables.number_unreadable", text=shown(value))
        result.append(number)
    return result


def read_multi(values: Sequence[object], refuse: Refuse, date_1904: bool) -> list[object]:
    """Several words in one cell, parted by 、 , ; / or line breaks: a tuple without blanks."""
    parted = [_LIST.sub("、", v) if type(v) is str else v for v in values]
    words = read_text(parted, refuse, date_1904)
    return [
        None if word is None else tuple(part.strip() for part in str(word).split("、") if part.strip()) or None
        for word in words
    ]


READERS: Final[dict[Kind, Reader]] = {
    **dict.fromkeys(Kind, read_text),
    Kind.ID: read_identity,
    Kind.PHONE: read_phone,
    Kind.DATE: read_date,
    Kind.INT: read_integer,
    Kind.DECIMAL: read_decimal,
    Kind.MULTI: read_multi,
}
