"""`{% load lf %}`: the tags and filters that every page uses. README.md beside the app shows them in use.

Tags take plain values, dicts or objects; engines need not import anything from the shell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.core.files.storage import Storage, storages
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from lianfang.kernel.divisions import short_name
from lianfang.web import charts, formats, states, vendored
from lianfang.web.templatetags import lf_lists, lf_maps, lf_shell
from lianfang.web.templating import constant

register = template.Library()
COMPONENTS = "lianfang/components/"
STALE_AFTER_MINUTES = 30  # assumption: two reporting ticks of the slowest source

register.filter("num", formats.number)
register.filter("svg", charts.plain)
register.filter("moment_text", formats.moment)
register.filter("day", formats.day)
register.filter("clock", formats.clock)
register.filter("place_name", short_name)
lf_shell.add_to(register)
lf_lists.add_to(register)
lf_maps.add_to(register)

BANNER_ICONS = {"good": "circle-check", "watch": "alert-triangle", "act": "alert-octagon", "unknown": "info-circle"}
MESSAGE_STATES = {"success": "good", "warning": "watch", "error": "act", "info": "", "debug": ""}


@lru_cache(maxsize=8)
def _sprite(_storage: Storage) -> str:
    """The address of the icons; rows of a table ask for it again and again."""
    return static(vendored.path("@tabler/icons", "sprite.svg"))


@register.simple_tag
@constant
def icon(name: str, label: str = "") -> SafeString:
    """Draw an outline of the sprite; decorative unless `label` gives it a name."""
    href = f"{_sprite(storages['staticfiles'])}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', href)


@register.simple_tag
def badge(state: str, word: object = "") -> str:
    """Show a state by colour, shape and word; without `word` the state's own word is used."""
    state = state if state in states.STATES else ""
    said = word or (states.word(state) if state else "")
    return _drawn(
        "badge.html",
        formats.html_lang(),
        state=state or "plain",
        word=said if isinstance(said, SafeString) else str(said),
    )


@register.simple_tag
def moment(value: dt.datetime | None) -> SafeString | str:
    """Write a moment as `<time>`: 4月3日 21:04."""
    if value is None:
        return formats.DASH
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.moment(value))


@register.simple_tag
def ago(value: dt.datetime | None) -> SafeString | str:
    """Write how long ago something was, with the exact moment as title."""
    if value is None:
        return formats.DASH
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(), formats.moment(value), formats.ago(value)
    )


@register.simple_tag
def asof(value: dt.datetime | None, stale_after: int = STALE_AFTER_MINUTES) -> SafeString:
    """Write "as of 21:04"; older than `stale_after` minutes it says so in words and colour."""
    if value is None:
        return format_html('<span class="asof">{}</span>', gettext("time unknown"))
    now = timezone.now()
    old = (now - value).total_seconds() > stale_after * 60
    same_day = timezone.localdate(value) == timezone.localdate(now)
    text = gettext("as of %(time)s") % {"time": formats.clock(value) if same_day else formats.moment(value)}
    if old:
        text = gettext("%(text)s, out of date") % {"text": text}
    return format_html(
        '<span class="asof{}"><time datetime="{}">{}</time></span>', " stale" if old else "", value.isoformat(), text
    )


@register.inclusion_tag(COMPONENTS + "figure.html")
def figure(
    label: object,
    value: float | None,
    *,
    denominator: float | None = None,
    of: object = "",
    unit: object = "",
    at: dt.datetime | None = None,
    source: object = "",
    href: str = "",
    state: str = "",
    word: object = "",
    previous: float | None = None,
    trend: Sequence[float | None] = (),
    digits: int | None = None,
    off: bool = False,
) -> dict[str, Any]:
    """Show one figure: value, share of a denominator (`of` says what it is), change, trend, time, source, door.

    `href` leads to the rows that were counted. `value=None` is shown as missing, `off=True` as "not in use"; neither
    ever looks like zero.
    """
    delta = ""
    if previous is not None and value is not None:
        change = value - previous
        sign = "+" if change > 0 else "−" if change < 0 else "±"
        delta = gettext("%(change)s since yesterday") % {"change": f"{sign}{formats.number(abs(change), digits)}"}
    share = formats.percent(value, denominator) if denominator is not None else ""
    trend_label = gettext("%(label)s, trend: %(values)s") % {
        "label": label,
        "values": "、".join(formats.number(point, digits) for point in trend),
    }
    return {
        "label": label, "value": value, "denominator": denominator, "of": of, "unit": unit, "at": at, "source": source,
        "href": href, "state": state, "word": word, "delta_text": delta, "share": share, "trend": trend,
        "trend_label": trend_label, "digits": digits, "off": off,
    }  # fmt: skip


@register.inclusion_tag(COMPONENTS + "sparkline.html")
def sparkline(values: Sequence[float | None], label: object = "") -> dict[str, Any]:
    """Draw a trend, oldest value first; None leaves a gap; fewer than two known values draw nothing."""
    return {"spark": charts.spark(values), "label": label}


@register.simple_tag
def meter(
    value: float | None, of: float | None, label: object = "", *, watch: float | None = None, act: float | None = None
) -> str:
    """Draw a share as a bar with its percentage; `watch` and `act` (0 to 1) colour it by state."""
    share = value / of if value is not None and of else None
    state = states.of_share(value, of, watch=watch, act=act) if watch is not None and act is not None else ""
    width = 0.0 if share is None else round(max(0.0, min(share, 1.0)) * 100, 2)
    text = formats.percent(value, of)
    return _drawn("meter.html", formats.html_lang(), width=width, text=text, label=str(label), state=state)


@register.inclusion_tag(COMPONENTS + "progress.html")
def progress(key: str, label: object, done: float = 0, total: float | None = None) -> dict[str, Any]:
    """Show how far running work is; without `total` it only says that it runs. `key` is the id of the element."""
    return {"key": key, "label": label, "done": min(done, total) if total else done, "total": total}


@register.simple_tag
def share(value: float | None, of: float | None) -> str:
    """Write 5,900 / 6,518 (90.5%), with the brackets of the language."""
    text = f"{formats.number(value)} / {formats.number(of)}"
    rate = formats.percent(value, of)
    return f"{text}（{rate}）" if formats.is_chinese() else f"{text} ({rate})"


@register.filter
def percent_of(value: float | None, of: float | None) -> str:
    """Write value / of as a percentage."""
    return formats.percent(value, of)


@register.inclusion_tag(COMPONENTS + "banner.html")
def banner(text: object, state: str = "", detail: object = "", *, focus: bool = False) -> dict[str, Any]:
    """Tell one rare, important thing before the heading; `state` is one of the four or a Django message level."""
    state = MESSAGE_STATES.get(state, state)
    return {
        "text": text, "state": state, "detail": detail, "focus": focus,
        "icon_name": BANNER_ICONS.get(state, "info-circle"),
    }  # fmt: skip


@register.simple_block_tag
def note(content: str, state: str = "") -> str:
    """Wrap a short remark inside a page: `{% note "watch" %}…{% endnote %}`."""
    context = {"content": content, "state": state, "icon_name": BANNER_ICONS.get(state, "info-circle")}
    return _render("note.html", context)


@register.simple_block_tag
def blank(content: str, title: object, icon_name: str = "", state: str = "") -> str:
    """Show an empty state with a title and what to do; `state="good"` is the friendly "nothing is wrong"."""
    chosen = icon_name or ("circle-check" if state == "good" else "info-circle")
    return _render("blank.html", {"content": content, "title": title, "state": state, "icon_name": chosen})


@register.inclusion_tag(COMPONENTS + "error_summary.html")
def error_summary(form: Any = None, lines: Iterable[Mapping[str, str] | str] = ()) -> dict[str, Any]:
    """List what is wrong, first in the page, each line leading to its field; takes the focus."""
    found: list[dict[str, str]] = []
    for name, errors in form.errors.items() if form is not None else ():
        href = f"#{form[name].id_for_label}" if name in form.fields else ""
        found += [{"href": href, "text": str(error)} for error in errors]
    found += [{"href": "", "text": line} if isinstance(line, str) else dict(line) for line in lines]
    return {"lines": found}


@register.inclusion_tag(COMPONENTS + "field.html")
def field(bound: Any, extra: str = "") -> dict[str, Any]:
    """Show a form field: label, hint, errors, input, tied together for screen readers."""
    return {"field": bound, "extra": extra}


@register.inclusion_tag(COMPONENTS + "crumbs.html")
def crumbs(items: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """Show where this page is in the area tree: items have `name` and, unless last, `href`."""
    return {"crumbs": list(items)}


@register.inclusion_tag(COMPONENTS + "tabs.html")
def tabs(items: Iterable[Mapping[str, Any]], label: object = "") -> dict[str, Any]:
    """Show links as tabs: items have `href`, `label`, `current`, and optionally `count`."""
    return {"tabs": [{"count": None, **item} for item in items], "label": label or gettext("Views")}


@register.inclusion_tag(COMPONENTS + "state_filter.html")
def state_filter(items: Iterable[Mapping[str, Any]], label: object = "") -> dict[str, Any]:
    """Show counts that are filters: items have `href`, `label`, `count`, `current`, and optionally `state`."""
    return {"items": list(items), "label": label or gettext("Filter by state")}


@register.inclusion_tag(COMPONENTS + "task_list.html")
def task_list(tasks: Iterable[Any]) -> dict[str, Any]:
    """Show things to do: each has `title`, `href`, and optionally `id`, `hint`, `state`, `word`, `due`, `done`."""
    return {"tasks": tasks}


@register.inclusion_tag(COMPONENTS + "timeline.html")
def timeline(items: Iterable[Any]) -> dict[str, Any]:
    """Show what happened: each has `at`, `text`, and optionally `who`, `state`, `word`, `href`."""
    return {"items": items}


@register.inclusion_tag(COMPONENTS + "verdict_bar.html")
def verdict_bar(verdicts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Show the verdicts of an import as one bar.

    Each has `key` (new, same, changed, refused, person), `label`, `count`, and optionally `href`.
    """
    items = list(verdicts)
    slices = charts.stack([(item["key"], str(item["label"]), item["count"]) for item in items])
    return {"slices": [{**vars(part), "href": item.get("href", "")} for part, item in zip(slices, items, strict=True)]}


@register.inclusion_tag(COMPONENTS + "door_grid.html")
def door_grid(floors: Iterable[Any], entrances: Iterable[Any], caption: object) -> dict[str, Any]:
    """Show a building: `entrances` (name, width in doors) and `floors` from the top (name, doors).

    A door has `name`, `state`, `word`, `left` (people still missing), `href`; None leaves its place empty.
    """
    return {"floors": floors, "entrances": entrances, "caption": caption}


@register.inclusion_tag(COMPONENTS + "masked.html")
def masked(value: object, href: str = "", label: object = "") -> dict[str, Any]:
    """Show a value that the server masked (张*, 138****0000); `href` leads to the page that asks for a purpose."""
    return {"value": value, "href": href, "label": label or gettext("Show in full; a purpose is asked and recorded")}


@register.inclusion_tag(COMPONENTS + "partial_rights.html")
def partial_rights(count: int, hint: object = "") -> dict[str, Any]:
    """Say that more exists outside the reader's area, without saying what."""
    return {"count": count, "hint": hint}


@register.inclusion_tag(COMPONENTS + "skeleton.html")
def skeleton(lines: int = 6) -> dict[str, Any]:
    """Hold the place of what loads; appears only after 300 ms."""
    return {"lines": range(lines)}


@lru_cache(maxsize=4096, typed=True)
def _drawn(name: str, _language: str, **context: object) -> str:
    """A small component that rows of long tables repeat: drawn once for the same words."""
    return _render(name, context)


def _render(name: str, context: dict[str, Any]) -> str:
    return render_to_string(COMPONENTS + name, context)
