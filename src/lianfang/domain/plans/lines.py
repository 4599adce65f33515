"""Lines of a plan as sets: written at once, changed where they differ, and those concerned told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from lianfang.base.database.select import run
from lianfang.domain.plans.models import Line
from lianfang.domain.plans.registry import PlanLine, Tell

_COLUMNS: Final = "n, subject, target, path, role, amount, reason, values, pinned, edited"
_KINDS: Final = ("int", "text", "text", "text", "text", "float8", "text", "text", "boolean", "boolean")
_ARRAYS: Final = ", ".join(f"%b::{kind}[]" for kind in _KINDS)
_WRITE: Final = f"""
insert into plans_line (plan_id, {_COLUMNS})
select %b::bigint, n, subject, target, path, role, amount, reason, values::jsonb, pinned, edited
from unnest({_ARRAYS}) as t({_COLUMNS})
"""
_CHANGE: Final = f"""
update plans_line l set target = t.target, path = t.path, role = t.role, amount = t.amount, reason = t.reason,
       values = t.values::jsonb, pinned = t.pinned, edited = t.edited
from unnest({_ARRAYS}) as t({_COLUMNS}) where l.plan_id = %b::bigint and l.n = t.n
"""
_TELL: Final = "select plans_tell(%b::bigint, %b::text[], %b::text[], %b::bigint[], %b::text[], %b::text[], %b::text[], %b::smallint[])"
_json = msgspec.json.Encoder().encode


def write(plan_id: int, made: Sequence[PlanLine]) -> None:
    """The lines of a plan anew, in one statement."""
    Line.objects.filter(plan_id=plan_id).delete()
    if made:
        run(_WRITE, [plan_id, *_arrays(enumerate(made))])


def change(plan_id: int, before: Sequence[PlanLine], after: Sequence[PlanLine]) -> int:
    """Write the lines that differ; returns how many."""
    changed = [(n, new) for n, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    if changed:
        run(_CHANGE, [*_arrays(changed), plan_id])
    return len(changed)


def pin(plan_id: int, n: int, pinned: bool) -> bool:
    """Hold a line or let it go; False when there is no such line."""
    return bool(Line.objects.filter(plan_id=plan_id, n=n).update(pinned=pinned))


def tell(plan_id: int, tells: Sequence[Tell]) -> int:
    """Put items on the lists of those whom the plan concerns; returns how many are new."""
    if not tells:
        return 0
    rows = [(t.path, t.for_role, t.for_account, t.what, t.subject, t.link, t.urgency) for t in tells]
    columns = [list(column) for column in zip(*rows, strict=True)]
    return int(run(_TELL, [plan_id, *columns])[0][0])


def _arrays(numbered: Iterable[tuple[int, PlanLine]]) -> list[list[Any]]:
    rows = [
        (
            n, line.subject, line.target, line.path, line.role, float(line.amount), line.reason,
            _json(dict(line.values)).decode(), line.pinned, line.edited,
        )
        for n, line in numbered
    ]  # fmt: skip
    return [list(column) for column in zip(*rows, strict=True)]


__all__ = ["change", "pin", "tell", "write"]
