"""A unit's table for recognition: its members in the order of names, what each of them did, nothing that ranks them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from lianfang.domain.service.own import beijing
from lianfang.domain.service.record import Served
from lianfang.domain.service.views_record import role_word
from lianfang.exchange.tables.columns import ColumnSpec, Kind
from lianfang.exchange.tables.writer import write_table
from lianfang.kernel.errors import Language

COLUMNS: Final = (
    ColumnSpec("name", "姓名", "Name", Kind.TEXT),
    ColumnSpec("code", "人员编号", "Member code", Kind.TEXT),
    ColumnSpec("unit", "单位", "Unit", Kind.TEXT),
    ColumnSpec("first", "开始日期", "First day", Kind.DATE),
    ColumnSpec("last", "最近日期", "Last day", Kind.DATE),
    ColumnSpec("days", "服务天数", "Days", Kind.INT),
    ColumnSpec("hours", "值守小时", "Hours of shifts", Kind.INT),
    ColumnSpec("shifts", "班次", "Shifts", Kind.INT),
    ColumnSpec("visits", "入户", "Home visits", Kind.INT),
    ColumnSpec("missions", "外出支援", "Missions", Kind.INT),
    ColumnSpec("pairings", "包联", "Answers for", Kind.INT),
    ColumnSpec("places", "服务社区数", "Communities", Kind.INT),
    ColumnSpec("roles", "岗位", "Roles", Kind.ADDRESS),
)


def write_unit(
    target: IO[bytes], *, name: str, people: Sequence[Served], purpose: str, outside: bool, language: Language
) -> int:
    """Write the table in the order given (by name); returns how many people are in it."""
    said = _("only members who agreed that their record leaves the unit") if outside else _("for use inside the unit")
    mark = _("Record of service, derived from the work itself; for: %(purpose)s; %(said)s; %(at)s; in the order of names") % {
        "purpose": purpose, "said": said, "at": beijing(timezone.now()).strftime("%Y-%m-%d %H:%M"),
    }  # fmt: skip
    return write_table(
        target, columns=COLUMNS, rows=(_row(one) for one in people), title=name, watermark=mark, language=language
    )


def _row(one: Served) -> list[object]:
    sums = one.sums
    return [
        one.name, one.code, one.unit, sums.first_on, sums.last_on, sums.days, sums.hours, sums.shifts, sums.visits, sums.missions,
        sums.pairings, sums.places, "、".join(str(role_word(role)) for role in sums.roles),
    ]  # fmt: skip
