"""`GET /api/metrics`: figures of an area or of the areas below it, day by day, with what each of them means."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from lianfang.base.access.actor import Actor
from lianfang.base.access.api import requires
from lianfang.base.access.pages import actor_of
from lianfang.base.metrics.registry import Metric, all_metrics, metric
from lianfang.base.metrics.selectors import LEVELS, Figures, children, values
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.divisions import path_of
from lianfang.kernel.errors import LianfangError, define
from lianfang.kernel.numbers import is_whole

EARLIEST = date(2019, 12, 1)
"""assumption: nothing is recorded from before the first outbreak in the documents."""
MOST_DAYS = 92
"""assumption: a quarter is the longest anybody charts in one call."""

define(
    "metrics.day_malformed",
    status=422,
    zh="日期“{value}”不对。应写作2022-04-06，起止不超过{limit}天，止不早于起，也不晚于今天。",
    en="The day '{value}' is not right. Write 2022-04-06; at most {limit} days, the last not before the first nor after today.",
)
define(
    "metrics.level_unknown",
    status=422,
    zh="没有“{value}”这一级。可选：{known}。",
    en="There is no level '{value}'. Choose one of {known}.",
)


@requires("see:metrics:figures", lists=True)
@require_GET
def figures(request: HttpRequest) -> JsonResponse:
    """Figures for `area` (12 digits) from `from` to `to` (today when left out) for `names` (all when left out).

    below: a level (4, 6, 9, 12 or 16 characters of a path) gives every area of that level inside instead.
    Raises access.not_found, metrics.unknown, metrics.day_malformed, metrics.level_unknown.
    """
    actor = actor_of(request)
    path = _path(actor, request.GET.get("area") or actor.area_code)
    names = [name for name in request.GET.get("names", "").split(",") if name]
    chosen = [metric(name) for name in names] if names else list(all_metrics())
    below = _below(request.GET.get("below", ""), path)
    rows: list[dict[str, Any]] = []
    for day in _days(request):
        wanted = [one.name for one in chosen]
        found = children(path, wanted, day, level=below) if below else values([path], wanted, day)
        rows += _rows(found, day, [path] if not below else list(found.paths()), chosen)
    return JsonResponse(
        {"area": path.ljust(12, "0")[:12], "as_of": timezone.now().isoformat(),
         "metrics": [_meaning(one) for one in chosen], "values": rows},
        json_dumps_params={"ensure_ascii": False},
    )  # fmt: skip


def _rows(found: Figures, day: date, paths: list[str], chosen: list[Metric]) -> list[dict[str, Any]]:
    return [
        {"path": path, "day": day.isoformat(), "name": one.name, "value": found.total(path, one.name),
         **({"by": found.by_dim(path, one.name)} if one.dimension else {})}
        for path in paths for one in chosen
    ]  # fmt: skip


def _meaning(one: Metric) -> dict[str, Any]:
    return {
        "name": one.name, "label": {"zh": one.zh, "en": one.en}, "unit": {"zh": one.unit_zh, "en": one.unit_en},
        "says": {"zh": one.says_zh, "en": one.says_en}, "stock": one.stock, "adds_up": one.adds_up,
        "dimension": one.dimension,
    }  # fmt: skip


def _path(actor: Actor, code: str) -> str:
    try:
        path = path_of(code)
    except LianfangError:
        raise LianfangError("access.not_found") from None
    if not actor.covers(path):
        raise LianfangError("access.not_found")
    return path


def _below(text: str, path: str) -> int:
    known = [level for level in LEVELS if level > len(path)]
    if not text:
        return 0
    if not is_whole(text) or int(text) not in known:
        raise LianfangError("metrics.level_unknown", value=text[:20], known=", ".join(map(str, known)))
    return int(text)


def _days(request: HttpRequest) -> list[date]:
    today = beijing_day(timezone.now())
    texts = request.GET.get("from", ""), request.GET.get("to", "")
    try:
        last = date.fromisoformat(texts[1]) if texts[1] else today
        first = date.fromisoformat(texts[0]) if texts[0] else last
    except ValueError:
        raise LianfangError("metrics.day_malformed", value=" ".join(texts)[:40], limit=MOST_DAYS) from None
    if not timedelta(0) <= last - first < timedelta(days=MOST_DAYS) or not EARLIEST <= first <= last <= today:
        raise LianfangError("metrics.day_malformed", value=" ".join(texts)[:40], limit=MOST_DAYS)
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]
