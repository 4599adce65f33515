"""The main navigation, in the order of a day.

An entry is shown when its page is installed and would open: the same rights that the view demands (`view.requires`,
`view.lists`, set by `access.requires`) are asked here, so that menu and page can never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, resolve, reverse
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
    found = [(item, href) for item in items if (href := _address(item)) is not None and may_open(href, actor)]
    holders = [href for item, href in found if path == href or path.startswith(_inside(item, href))]
    nearest = max(holders, key=len, default=None)
    return [
        NavLink(href, str(item.label), item.icon, ("page" if href == path else "true") if href == nearest else "")
        for item, href in found
    ]


def may_open(href: str, actor: Any) -> bool:
    """Tell whether the view behind an address would let an actor in, as far as rights go."""
    view = resolve(href).func
    if getattr(view, "lists", False) and not actor.lists:
        return False
    rights = [right for right in getattr(view, "requires", ()) if right != "public"]
    return not rights or any(_has(actor, *right.split(":")) for right in rights)


def _has(actor: Any, kind: str, what: str, level: str = "") -> bool:
    return bool(actor.sees(what, level) if kind == "see" else actor.may(kind, what))


def _inside(item: NavItem, href: str) -> tuple[str, ...]:
    """How the addresses of an entry's pages begin; the root itself begins them all, so it holds none."""
    return tuple(one for one in (href, item.leads_to) if one not in {"", "/"})


def _address(item: NavItem) -> str | None:
    for name in item.url_names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return None
