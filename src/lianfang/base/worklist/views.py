"""`GET /api/worklist`: what is due for this person and this office, merged from all engines."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from lianfang.base.access.api import requires
from lianfang.base.access.pages import actor_of, reader_language
from lianfang.base.worklist.selectors import PAGE, open_items
from lianfang.kernel.errors import LianfangError, define
from lianfang.kernel.numbers import is_whole

MOST_PAGES = 1000

define(
    "worklist.page_malformed",
    status=422,
    zh="页码“{value}”不对，应为1至{limit}的整数。",
    en="The page '{value}' is not right; it is a whole number from 1 to {limit}.",
)


@requires(lists=True)
@require_GET
def items(request: HttpRequest) -> JsonResponse:
    """Open items, most pressing first, a page of 200; raises worklist.page_malformed."""
    actor = actor_of(request)
    text = request.GET.get("page", "1")
    if not is_whole(text) or not 1 <= int(text[:6]) <= MOST_PAGES:
        raise LianfangError("worklist.page_malformed", value=text[:20], limit=MOST_PAGES)
    language = reader_language()
    now = timezone.now()
    found = open_items(actor, page=int(text[:6]))
    rows = [
        {"id": one.id, "source": one.source, "what": one.what, "subject": one.subject, "title": one.title(language),
         "path": one.path, "link": one.link, "urgency": one.urgency, "mine": one.mine, "overdue": one.overdue(now),
         "due_at": one.due_at.isoformat() if one.due_at else None}
        for one in found
    ]  # fmt: skip
    return JsonResponse(
        {"as_of": now.isoformat(), "items": rows, "more": len(found) == PAGE}, json_dumps_params={"ensure_ascii": False}
    )
