"""Tags that only the frame of the page uses: navigation, language, tokens, texts for scripts."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.middleware.csrf import get_token
from django.template import Library
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from lianfang.web import formats, nav, vendored
from lianfang.web.surroundings import Surroundings
from lianfang.web.templating import constant

COMPONENTS = "lianfang/components/"


def vendored_url(package: str, file: str) -> str:
    """Return the address of a vendored file."""
    return static(vendored.path(package, file))


def url_or_blank(name: str, *args: object, **kwargs: object) -> str:
    """Reverse an address, or return nothing when the page is not installed."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return ""


def csrf_meta(context: Mapping[str, Any]) -> SafeString:
    """Put the CSRF token where csrf.js finds it; nothing outside a request."""
    request = context.get("request")
    return format_html('<meta name="csrf-token" content="{}">', get_token(request)) if request else SafeString("")


def main_nav(context: Mapping[str, Any]) -> dict[str, Any]:
    """Show the navigation of the signed-in role; nothing for a visitor."""
    request = context.get("request")
    actor = getattr(request, "actor", None)
    if request is None or actor is None:
        return {"links": []}
    return {"links": nav.links(request.path, actor)}


def language_switch(context: Mapping[str, Any]) -> dict[str, Any]:
    """Offer the other language, named in itself."""
    request = context.get("request")
    chinese = formats.is_chinese()
    return {
        "action": url_or_blank("set_language") if request is not None else "",
        "next": request.get_full_path() if request is not None and request.method == "GET" else "/",
        "other": "en" if chinese else "zh-hans",
        "other_lang": "en" if chinese else "zh-CN",
        "other_name": "English" if chinese else "中文",
        "csrf_token": context.get("csrf_token"),
    }


def surroundings(context: Mapping[str, Any]) -> Surroundings | None:
    """Return incident and drill state of this request (`{% surroundings as shell %}`); None outside a request."""
    request = context.get("request")
    return Surroundings(request) if request is not None else None


def role_label(actor: Any) -> str:
    """Write the role of somebody: its Chinese label, or in English the words of its name."""
    return str(actor.role_label) if formats.is_chinese() else str(actor.role).replace("_", " ").capitalize()


def product_version() -> str:
    """Return the installed version, or nothing when run from a bare folder."""
    try:
        return version("lianfang")
    except PackageNotFoundError:
        return ""


def client_texts() -> SafeString:
    """Write the sentences that scripts may say, as data."""
    texts = {
        "forbidden": gettext("This is outside your area or your task."),
        "gone": gettext("This is not here any more. Reload the page."),
        "conflict": gettext("Somebody changed this meanwhile. Reload the page and look at what is different."),
        "too_large": gettext("This is too large to send."),
        "too_many": gettext("Too many requests. Wait a moment and try again."),
        "refused": gettext("The server refused this. Nothing was changed."),
        "server_error": gettext("The server could not do this. Nothing was changed. Try again in a minute."),
        "sorted_up": gettext("Sorted by {column}, ascending"),
        "sorted_down": gettext("Sorted by {column}, descending"),
        "map_title": gettext("Map of areas; the table beside it holds the same figures"),
        "map_unavailable": gettext("The map cannot be drawn here; the same figures are in the table."),
        "no_data": gettext("No data"),
    }
    return json_script(texts, "client-texts")


def add_to(register: Library) -> None:
    """Register these tags under the names that templates use."""
    register.simple_tag(constant(vendored_url), name="vendored")
    register.simple_tag(url_or_blank)
    register.simple_tag(constant(formats.html_lang))
    register.simple_tag(constant(product_version))
    register.simple_tag(role_label)
    register.simple_tag(surroundings, takes_context=True)
    register.simple_tag(constant(client_texts))
    register.simple_tag(csrf_meta, takes_context=True)
    register.inclusion_tag(COMPONENTS + "nav.html", takes_context=True)(main_nav)
    register.inclusion_tag(COMPONENTS + "language_switch.html", takes_context=True)(language_switch)
