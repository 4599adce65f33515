"""The duty list (值班表) as Excel."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from lianfang.base.access.api import Actor
from lianfang.base.access.pages import reader_language
from lianfang.base.access.places import Place
from lianfang.domain.duty.pages import DutyLine
from lianfang.exchange.tables import ColumnSpec, write_table
from lianfang.kernel.clock import BEIJING

COLUMNS = [
    ColumnSpec("day", "日期", "Day"),
    ColumnSpec("span", "班次", "Shift"),
    ColumnSpec("leader", "带班领导", "Leader on duty"),
    ColumnSpec("people", "值班人员", "On duty"),
    ColumnSpec("phone", "电话", "Telephone"),
    ColumnSpec("post", "岗位", "Post"),
    ColumnSpec("note", "交接事项", "Handover"),
    ColumnSpec("signature", "签字", "Signature"),
]
"""The official columns of 值班表; telephones stay masked: a list is no reason to tell a number."""


def duty_file(lines: Sequence[DutyLine], place: Place, first: date, days: int, actor: Actor) -> tuple[bytes, int]:
    """The file and how many lines it has; the watermark says who took it and when."""
    out = io.BytesIO()
    last = first + timedelta(days=days - 1)
    mark = _("%(who)s · %(now)s · %(count)s lines · destroy after use") % {
        "who": actor.name, "now": f"{timezone.now().astimezone(BEIJING):%Y-%m-%d %H:%M}", "count": len(lines),
    }  # fmt: skip
    count = write_table(
        out, columns=COLUMNS, title=f"{place.name} · {_('Duty list')} · {first.isoformat()} – {last.isoformat()}",
        watermark=mark, language=reader_language(),
        rows=(
            [
                line.day.isoformat(), line.span, line.leader, "、".join(one.name for one in line.people),
                "、".join(one.phone for one in line.people), line.post, "", "",
            ]
            for line in lines
        ),
    )  # fmt: skip
    return out.getvalue(), count
