"""The main navigation, in the order of a day.

An entry is shown when its page is installed and would open: the same rights that the view demands (`view.requires`,
`view.lists`, set by `access.requires`) are asked here, so that menu and page can never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class NavItem:
    """One entry: the names its URL may have (the first that exists counts), its words, its icon; pages it leads to as well."""

    url_names: tuple[str, ...]
    label: object
    icon: str
    leads_to: str = ""


@dataclass(frozen=True)
class NavLink:
    """An entry that can be shown; `current` is the value of `aria-current`, or nothing."""

    href: str
    label: str
    icon: str
    current: str


@dataclass(frozen=True)
class Page:
    """The page behind an entry: its address, whether it shows lists, the rights of which one opens it."""

    href: str
    lists: bool
    rights: tuple[tuple[str, ...], ...]


ITEMS: tuple[NavItem, ...] = (
    NavItem(("home",), pgettext_lazy("navigation", "Home"), "home", leads_to="/areas/"),
    NavItem(("worklist", "worklist:index"), _("To do"), "list-check"),
    NavItem(("rounds", "rounds:index"), _("Rounds"), "test-pipe"),
    NavItem(("duty",), _("Posts on duty"), "calendar-event"),
    NavItem(("residents", "residents:index"), _("Residents"), "users"),
    NavItem(("pairings",), _("Pairings"), "home-check"),
    NavItem(("plans",), _("Plans"), "map-pin"),
    NavItem(("volunteers",), pgettext_lazy("navigation", "Volunteers"), "users-group"),
    NavItem(("volunteers-unit",), pgettext_lazy("navigation", "Calls and offers"), "users-group"),
    NavItem(("missions",), pgettext_lazy("navigation", "Support teams"), "users"),
    NavItem(("service",), pgettext_lazy("navigation", "Own pages"), "qrcode"),
    NavItem(("reports", "reports:index"), _("Daily report"), "report"),
    NavItem(("import", "residents:import"), _("Import"), "upload"),
    NavItem(("workforce",), _("Organisations"), "users-group"),
    NavItem(("areas", "areas:index"), _("Areas and grids"), "sitemap"),
    NavItem(("grids-here",), _("Where am I in the grid?"), "map-2"),
    NavItem(("incidents", "incidents:index"), _("Incident"), "flag"),
    NavItem(("retirement:index",), _("Ended incidents"), "history"),
    NavItem(("quarantine", "facts:quarantine"), _("Held facts"), "alert-triangle"),
    NavItem(("accounts", "access:accounts"), _("Accounts"), "lock"),
    NavItem(("operations",), _("Operations"), "settings"),
    NavItem(("looks", "vault:looks"), _("Looks on record"), "eye"),
)


def links(path: str, actor: Any, items: Iterable[NavItem] = ITEMS) -> list[NavLink]:
    """Return the entries an actor may open, in order; the one that holds `path` most closely is marked current."""
    found = [(item, page.href) for item in items if (page := _page(item)) is not None and may_open(page, actor)]
    holders = [href for item, href in found if path == href or path.startswith(_inside(item, href))]
    nearest = max(holders, key=len, default=None)
    return [
        NavLink(href, str(item.label), item.icon, ("page" if href == path else "true") if href == nearest else "")
        for item, href in found
    ]


def may_open(page: Page, actor: Any) -> bool:
    """Tell whether a page would let an actor in, as far as rights go."""
    if page.lists and not actor.lists:
        return False
    return not page.rights or any(_has(actor, *right) for right in page.rights)


def _has(actor: Any, kind: str, what: str, level: str = "") -> bool:
    return bool(actor.sees(what, level) if kind == "see" else actor.may(kind, what))


def _inside(item: NavItem, href: str) -> tuple[str, ...]:
    """How the addresses of an entry's pages begin; the root itself begins them all, so it holds none."""
    return tuple(one for one in (href, item.leads_to) if one not in {"", "/"})


def _page(item: NavItem) -> Page | None:
    return _page_named(get_resolver(), item.url_names)


@lru_cache(maxsize=256)
def _page_named(resolver: URLResolver, names: tuple[str, ...]) -> Page | None:
    """The first of some names that these routes know; every page asks it, and it never changes while they stand."""
    for name in names:
        try:
            href = reverse(name)
        except NoReverseMatch:
            continue
        view = resolver.resolve(href).func
        rights = (right.split(":") for right in getattr(view, "requires", ()) if right != "public")
        return Page(href, bool(getattr(view, "lists", False)), tuple(tuple(right) for right in rights))
    return None
