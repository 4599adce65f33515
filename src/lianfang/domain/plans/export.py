"""A plan as files: all lines as an Excel table, the problem as JSON for the command line."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from math import isfinite
from typing import Any, Final, get_args

import numpy as np
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from lianfang.base.access.api import Actor
from lianfang.base.access.pages import speaking
from lianfang.domain.plans.models import Line, Plan
from lianfang.domain.plans.pages import Row, rows_of
from lianfang.domain.plans.registry import Heads, kind_of
from lianfang.domain.plans.selectors import built_of, page_of_lines
from lianfang.exchange.tables import ColumnSpec, Kind, write_table
from lianfang.kernel.clock import BEIJING
from lianfang.kernel.errors import Language

NAMED: Final = 500
"""Lines up to which a table names people; a larger one masks them (access policy: more than 500 people need a second person)."""
STEP: Final = 2_000
COLUMNS: Final = (
    ColumnSpec("number", "序号", "No.", Kind.INT), ColumnSpec("who", "人员或对象", "Who or what"), ColumnSpec("unit", "单位", "Unit"),
    ColumnSpec("where", "去向", "Where"), ColumnSpec("area", "区划代码", "Area code"), ColumnSpec("role", "角色", "Role"),
    ColumnSpec("amount", "数量", "Amount", Kind.DECIMAL), ColumnSpec("why", "理由", "Reason", Kind.ADDRESS),
    ColumnSpec("pinned", "固定", "Pinned"),
)  # fmt: skip


def workbook(plan: Plan, actor: Actor, language: Language) -> tuple[bytes, int]:
    """The table of a plan and how many lines it has."""
    total = Line.objects.filter(plan_id=plan.id).count()
    target = io.BytesIO()
    now = f"{timezone.now().astimezone(BEIJING):%Y-%m-%d %H:%M}"
    title = f"{kind_of(plan.kind).label} · №{plan.id}"
    mark = " · ".join(part for part in ("演练 drill" if settings.DRILL else "", actor.username, now) if part)
    heads = {said: _heads(plan, said) for said in get_args(Language)}
    columns = [
        ColumnSpec("who", heads["zh"].subject, heads["en"].subject) if column.name == "who"
        else ColumnSpec("where", heads["zh"].target, heads["en"].target) if column.name == "where" else column
        for column in COLUMNS
    ]  # fmt: skip
    count = write_table(
        target, columns=columns, rows=_rows(plan, masked=total > NAMED), title=title, watermark=mark, language=language
    )
    return target.getvalue(), count


def _heads(plan: Plan, language: Language) -> Heads:
    """Heads in one of the two languages: a file is read back by either."""
    with speaking(language):
        return kind_of(plan.kind).heads()


def _rows(plan: Plan, *, masked: bool) -> Iterator[list[object]]:
    after = -1
    while lines := page_of_lines(plan.id, after=after, limit=STEP):
        for row in rows_of(plan, lines):
            yield _cells(row, masked=masked)
        after = lines[-1].n


def _cells(row: Row, *, masked: bool) -> list[object]:
    line = row.line
    name = f"{row.who.words[:1]}*" if masked and line.subject.startswith("member:") else row.who.words
    pinned = _("pinned") if line.pinned else ""
    where = f"{row.where.words[:1]}*" if masked and line.target.startswith("member:") else row.where.words
    return [
        line.n + 1,
        name,
        row.who.hint,
        where,
        line.path[:12].ljust(12, "0"),
        row.role,
        line.amount,
        row.why,
        pinned,
    ]


def problem_json(plan: Plan) -> dict[str, Any]:
    """The problem as its class is called, and the run (seed, seconds, pins, earlier plan), for `lianfang plan ENGINE FILE`."""
    built = built_of(plan)
    problem = built.problem
    arguments = built.arguments or {field.name: getattr(problem, field.name) for field in fields(problem)}
    run = {
        "seed": plan.seed,
        "seconds": plan.stop_seconds,
        "pins": _json(built.pins),
        "previous": _json(built.previous),
    }
    return {"kind": type(problem).__name__, **{name: _json(value) for name, value in arguments.items()}, "run": run}


def _json(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return _json(value.tolist())
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): _json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_json(item) for item in value]
    if isinstance(value, float) and not isfinite(value):
        return None
    return value
