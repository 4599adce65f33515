"""Tags for long tables and for areas: sortable heads, pages, links that keep the rest of the query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest
from django.template import Library
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

COMPONENTS = "lianfang/components/"
SORT_KEY, PAGE_KEY = "sort", "page"


def query_with(request: HttpRequest | None, **changes: object) -> str:
    """Return `?…` of the current address with some keys changed (None removes a key)."""
    query = request.GET.copy() if request is not None else None
    if query is None:
        return "?"
    for key, value in changes.items():
        if value is None:
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}"


def query(context: Mapping[str, Any], **changes: object) -> str:
    """Template form of query_with: `{% query page=2 %}`."""
    return query_with(context.get("request"), **changes)


def sort_head(context: Mapping[str, Any], column: str, label: object, *, numeric: bool = False) -> dict[str, Any]:
    """Show the head of a column that the server sorts: `?sort=name`, `?sort=-name`; one head carries `aria-sort`."""
    request = context.get("request")
    current = request.GET.get(SORT_KEY, "") if request is not None else ""
    direction = {column: "ascending", f"-{column}": "descending"}.get(current, "")
    following = f"-{column}" if direction == "ascending" else column
    href = query_with(request, **{SORT_KEY: following, PAGE_KEY: None})
    return {"href": href, "label": label, "direction": direction, "numeric": numeric}


def pager(context: Mapping[str, Any], page: Page[Any]) -> dict[str, Any]:
    """Show which rows these are and the way to the next; nothing when there is one page."""
    request = context.get("request")
    return {
        "page": page,
        "previous": query_with(request, page=page.previous_page_number()) if page.has_previous() else "",
        "next": query_with(request, page=page.next_page_number()) if page.has_next() else "",
    }


def area_link(area: Any, url_name: str = "area") -> SafeString | str:
    """Write an area's name (it has `name` and `code`) as a link to its page; plain text when there is none."""
    name, code = (area["name"], area["code"]) if isinstance(area, Mapping) else (area.name, area.code)
    try:
        return format_html('<a href="{}">{}</a>', reverse(url_name, args=[code]), name)
    except NoReverseMatch:
        return str(name)


def add_to(register: Library) -> None:
    """Register these tags under the names that templates use."""
    register.simple_tag(query, takes_context=True)
    register.simple_tag(area_link)
    register.inclusion_tag(COMPONENTS + "sort_head.html", takes_context=True)(sort_head)
    register.inclusion_tag(COMPONENTS + "pager.html", takes_context=True)(pager)
