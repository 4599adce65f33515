"""Excel files of reports in the official columns of their forms."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from lianfang.base.access.actor import Actor
from lianfang.base.access.pages import reader_language
from lianfang.base.access.places import Place
from lianfang.base.playbooks.api import Column
from lianfang.domain.reports import pages
from lianfang.domain.reports.rules import Snapshot
from lianfang.domain.reports.selectors import STATES, Period, units
from lianfang.domain.reports.table import Table, total
from lianfang.exchange.tables import ColumnSpec, Kind, write_table
from lianfang.kernel.clock import BEIJING

EVERYBODY = 1_000_000  # more units than any province has; nothing is cut

_CODE = ColumnSpec("code", "区划代码", "Division code", Kind.TEXT)
_UNIT = ColumnSpec("unit", "单位", "Unit", Kind.ADDRESS)
_STATE = ColumnSpec("state", "状态", "State")
_AT = ColumnSpec("at", "确认时间", "Confirmed at")
_EXPECTED = ColumnSpec("expected", "应报", "Expected", Kind.INT)
_MISSING = ColumnSpec("missing", "未报", "Not reported", Kind.INT)
_DUE = ColumnSpec("due", "截止时间", "Due at")


def table_file(table: Table, place: Place, actor: Actor) -> tuple[bytes, int]:
    """The table of the areas below as an .xlsx, sums and differences last; returns it with its number of rows."""
    form = table.period.form
    columns = [_CODE, _UNIT, _EXPECTED, _MISSING, *(_spec(column) for column in form.columns)]

    def rows() -> Iterator[list[object]]:
        for row in table.rows:
            figures = [_cell(column, row.confirmed, row.derived) for column in form.columns]
            yield [row.area.code, row.area.name, row.area.expected, row.area.missing, *figures]
        counts = [table.expected, table.missing]
        yield [
            "",
            _("Sum of confirmed returns"),
            *counts,
            *(_cell(c, table.confirmed, table.derived) for c in form.columns),
        ]
        yield ["", _("Figures now"), *counts, *(_cell(c, table.derived, table.derived) for c in form.columns)]
        yield ["", _("Difference"), None, None, *(table.difference(column) for column in form.columns)]

    return _write(table.period, place, actor, columns, rows())


def late_file(period: Period, place: Place, actor: Actor, states: tuple[str, ...] = STATES) -> tuple[bytes, int]:
    """Every unit below an area with the state of its return as an .xlsx; returns it with its number of rows."""
    words = pages.status_words(period)
    due = _clock(period.due_at)

    def rows() -> Iterator[list[object]]:
        for unit in units(period, place.path, states=states, limit=EVERYBODY):
            yield [unit.code, unit.name, words[unit.state], _clock(unit.confirmed_at), due]

    return _write(period, place, actor, [_CODE, _UNIT, _STATE, _AT, _DUE], rows())


def _write(
    period: Period, place: Place, actor: Actor, columns: list[ColumnSpec], rows: Iterator[list[object]]
) -> tuple[bytes, int]:
    target = io.BytesIO()
    language = reader_language()
    drill = "演练 " if period.incident.drill else ""
    mark = f"{actor.name} {actor.role_label} {_clock(timezone.now())}"
    title = f"{drill}{place.name} {pages.said(period.form)} {period.day.isoformat()}"
    count = write_table(target, columns=columns, rows=rows, title=title, watermark=mark, language=language)
    return target.getvalue(), count


def _spec(column: Column) -> ColumnSpec:
    kind = Kind.TEXT if column.unit in {"text", "list"} else Kind.DECIMAL
    return ColumnSpec(column.key, column.zh, column.en, kind)


def _cell(column: Column, figures: Snapshot, derived: Snapshot) -> object:
    """A figure, a list as words, or 未启用 for a column whose engine is not in use: never 0 for it."""
    if column.key in derived.off and column.key not in figures.values:
        return _("Not in use")
    if column.key in figures.each:
        return "、".join(f"{dim} {number}" for dim, number in figures.each[column.key].items())
    return total(figures, column.key)


def _clock(at: datetime | None) -> str:
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M") if at else ""


def file_name(period: Period, place: Place, what: str) -> str:
    """The name of a file: what it is, where, and for which day."""
    return f"{what}-{place.code}-{period.form.key}-{period.day.isoformat()}.xlsx"
