"""The mistakes that offices make in rosters, one of each, on rows that are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from lianfang.exchange.synthetic.allocate import people
from lianfang.exchange.synthetic.community import Community
from lianfang.exchange.tables import HOUSEHOLD
from lianfang.kernel.identity import check_character

Row = list[object]

_AT: Final = {spec.name: index for index, spec in enumerate(HOUSEHOLD)}


@dataclass(frozen=True)
class Mistake:
    """One deliberate mistake. row: as the spreadsheet counts; column: name of the spec; kind: what is wrong."""

    row: int
    column: str
    kind: str


def _wrong_check(row: Row, _others: Sequence[Row], _neighbour: str) -> None:
    number = str(row[_AT["id_no"]])
    row[_AT["id_no"]] = number[:17] + ("0" if number[17] != "0" else "1")


def _impossible_birth(row: Row, _others: Sequence[Row], _neighbour: str) -> None:
    number = str(row[_AT["id_no"]])
    first = number[:6] + "19900230" + number[14:17]
    row[_AT["id_no"]] = first + check_character(first)
    row[_AT["birth_date"]] = None


def _impossible_date(row: Row, _others: Sequence[Row], _neighbour: str) -> None:
    row[_AT["birth_date"]] = "1990-02-30"


def _duplicate(row: Row, others: Sequence[Row], _neighbour: str) -> None:
    for column in ("id_no", "sex", "birth_date"):
        row[_AT[column]] = others[0][_AT[column]]


def _other_community(row: Row, _others: Sequence[Row], neighbour: str) -> None:
    row[_AT["community"]] = neighbour


def _lost_digits(row: Row, _others: Sequence[Row], _neighbour: str) -> None:
    row[_AT["id_no"]] = f"{float(str(row[_AT['id_no']])[:17] + '0'):.5E}"


def _no_name(row: Row, _others: Sequence[Row], _neighbour: str) -> None:
    row[_AT["name"]] = None


def _other_sex(row: Row, _others: Sequence[Row], _neighbour: str) -> None:
    row[_AT["sex"]] = "女" if row[_AT["sex"]] == "男" else "男"


def _other_birth(row: Row, _others: Sequence[Row], _neighbour: str) -> None:
    birth = row[_AT["birth_date"]]
    if isinstance(birth, date):
        row[_AT["birth_date"]] = birth.replace(year=birth.year - 1, day=min(birth.day, 28))


def _short_phone(row: Row, _others: Sequence[Row], _neighbour: str) -> None:
    row[_AT["phone"]] = "1540000"


KINDS: Final[dict[str, tuple[str, Callable[[Row, Sequence[Row], str], None]]]] = {
    "wrong_check_character": ("id_no", _wrong_check),
    "impossible_birth_in_number": ("id_no", _impossible_birth),
    "impossible_date": ("birth_date", _impossible_date),
    "duplicate_number": ("id_no", _duplicate),
    "other_community": ("community", _other_community),
    "lost_digits": ("id_no", _lost_digits),
    "no_name": ("name", _no_name),
    "sex_differs_from_number": ("sex", _other_sex),
    "birth_differs_from_number": ("birth_date", _other_birth),
    "short_phone": ("phone", _short_phone),
}
"""By kind: the column that is wrong, and how it is spoiled."""


def strangers(code: str, seed: int, on: date) -> Community:
    """People beside the community's own, one for each kind of mistake, with numbers of their own."""
    return people(code[:6], n=len(KINDS), households=len(KINDS), seed=seed + 1, on=on)


def spoil(rows: Sequence[Row], others: Sequence[Row], *, neighbour: str, first_row: int) -> tuple[Mistake, ...]:
    """Put one mistake into each row, in place. first_row: the spreadsheet row of others[0]; `rows` follow after."""
    told = []
    for index, (row, (kind, (column, change))) in enumerate(zip(rows, KINDS.items(), strict=True)):
        change(row, others, neighbour)
        told.append(Mistake(first_row + len(others) + index, column, kind))
    return tuple(told)
