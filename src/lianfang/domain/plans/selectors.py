"""Reads of plans within the caller's scope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db import connection

from lianfang.domain.plans import codec
from lianfang.domain.plans.models import Line, Plan
from lianfang.domain.plans.registry import Built, PlanLine, kind_of
from lianfang.kernel.errors import LianfangError
from lianfang.planning import Result

PAGE: Final = 100
"""Lines on one page; a desk shows thirty at once."""
_HEAVY: Final = ("problem", "result")


def plans(path: str, *, limit: int = 50, before: int | None = None) -> list[Plan]:
    """The plans of an area and below it, newest first, without their problems."""
    found = Plan.objects.defer(*_HEAVY).filter(path__gte=path, path__lt=path + "~")
    if before is not None:
        found = found.filter(id__lt=before)
    return list(found.order_by("-id")[:limit])


def plan_by_id(number: int, *, whole: bool = False) -> Plan:
    """One plan; raises access.not_found. whole: with its problem and result."""
    found = Plan.objects.all() if whole else Plan.objects.defer(*_HEAVY)
    one = found.filter(id=number).first()
    if one is None:
        raise LianfangError("access.not_found")
    return one


def lines_of(plan_id: int) -> list[PlanLine]:
    """All lines of a plan in their order."""
    columns = ("subject", "target", "path", "role", "amount", "reason", "values", "pinned", "edited")
    return [PlanLine(*row) for row in Line.objects.filter(plan_id=plan_id).order_by("n").values_list(*columns)]


def page_of_lines(
    plan_id: int, *, path: str = "", show: str = "", subject: str = "", after: int = -1, limit: int = PAGE
) -> list[Line]:
    """Lines after one, below a path. show: '' all, unplaced, pinned, edited. subject: of one subject only (`unit:3`)."""
    found = Line.objects.filter(plan_id=plan_id, n__gt=after)
    if path:
        found = found.filter(path__gte=path, path__lt=path + "~")
    if subject:
        found = found.filter(subject=subject)
    if show == "unplaced":
        found = found.filter(target="")
    elif show == "pinned":
        found = found.filter(pinned=True)
    elif show == "edited":
        found = found.filter(edited=True)
    return list(found.order_by("n")[:limit])


def counts_of_lines(plan_id: int) -> dict[str, int]:
    """How many lines a plan has: all, unplaced, pinned, edited."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*), count(*) filter (where target = ''), count(*) filter (where pinned), "
            "count(*) filter (where edited) from plans_line where plan_id = %s",
            [plan_id],
        )
        return dict(zip(("all", "unplaced", "pinned", "edited"), cursor.fetchone(), strict=True))


def placed_below(plan_id: int, length: int) -> dict[str, float]:
    """Sum of amounts with a target, by path cut to a length."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select left(path, %s), sum(amount) from plans_line where plan_id = %s and target <> '' group by 1",
            [length, plan_id],
        )
        return dict(cursor.fetchall())


def built_of(plan: Plan) -> Built:
    """The problem as it was solved, with its labels, pins and earlier result; raises access.not_found without one."""
    if plan.problem is None:
        raise LianfangError("access.not_found")
    kept: dict[str, Any] = codec.unseal(plan.path, plan.problem, codec.PROBLEM)
    return Built(
        kept["problem"], kept["labels"], pins=kept["pins"], previous=kept["previous"], params=kept["params"],
        arguments=kept["arguments"],
    )  # fmt: skip


def keep_built(plan: Plan, built: Built) -> bytes:
    """The sealed bytes of a problem."""
    kept = {
        "problem": built.problem, "labels": built.labels, "pins": built.pins, "previous": built.previous,
        "params": built.params, "arguments": built.arguments,
    }  # fmt: skip
    return codec.seal(plan.path, kept, codec.PROBLEM)


def result_of(plan: Plan) -> Result:
    """The engine's result as it was; raises access.not_found without one."""
    if plan.result is None:
        raise LianfangError("access.not_found")
    found: Result = codec.unseal(plan.path, plan.result, codec.RESULT)
    return found


def adopted_since(kind: str, path: str, since: Any) -> list[tuple[int, str, int, Any]]:
    """(number, path, account, moment) of plans of a kind adopted over the same ground since a moment, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, path, adopted_by, adopted_at from plans_adopted_since(%s, %s, %s)", [kind, path, since]
        )
        return list(cursor.fetchall())


def kinds_for(actor: Any) -> Sequence[Any]:
    """The kinds this actor may propose for their own area."""
    from lianfang.domain.plans.registry import kinds

    level = {2: 1, 4: 2, 6: 3, 9: 4, 12: 5}.get(len(actor.path), 0)
    return [kind for kind in kinds() if level in kind.levels and actor.may("other", kind.propose)]


__all__ = [
    "PAGE", "adopted_since", "built_of", "counts_of_lines", "keep_built", "kind_of", "kinds_for", "lines_of", "page_of_lines",
    "placed_below", "plan_by_id", "plans", "result_of",
]  # fmt: skip
