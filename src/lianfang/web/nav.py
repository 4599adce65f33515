"""The main navigation: which pages a role meets first.

An item whose page is not installed, or not for the role, is left out. The list decides only what is offered; whether
a page opens is decided by the access rules of the page itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

DESKS = frozenset({"community_clerk", "community_head", "township_dispatcher", "county_dispatcher", "command"})
OFFICES = DESKS | {"county_health"}
DISPATCHERS = frozenset({"township_dispatcher", "county_dispatcher", "command"})


@dataclass(frozen=True)
class NavItem:
    """One entry: the name of its URL, its words, its icon, and the roles it is offered to (None = everybody)."""

    url_name: str
    label: object
    icon: str
    roles: frozenset[str] | None = None


@dataclass(frozen=True)
class NavLink:
    """An entry that can be shown: the address is known, and whether it is the current page or section."""

    href: str
    label: str
    icon: str
    current: str


ITEMS: tuple[NavItem, ...] = (
    NavItem("home", pgettext_lazy("navigation", "Home"), "home"),
    NavItem("worklist", _("To do"), "list-check"),
    NavItem("rounds", _("Rounds"), "test-pipe", OFFICES),
    NavItem("residents", _("Residents"), "users", OFFICES),
    NavItem("reports", _("Daily report"), "report", OFFICES),
    NavItem("import", _("Import"), "upload", frozenset({"community_clerk", "community_head", "township_dispatcher"})),
    NavItem("areas", _("Areas and grids"), "sitemap", OFFICES),
    NavItem("incidents", _("Incident"), "flag", DISPATCHERS),
    NavItem("quarantine", _("Held facts"), "alert-triangle", DESKS),
    NavItem("accounts", _("Accounts"), "lock", frozenset({"security_admin"})),
    NavItem("looks", _("Looks on record"), "eye", frozenset({"audit_admin"})),
    NavItem("gallery", _("Components"), "layout-grid", frozenset({"system_admin"})),
)


def links(path: str, role: str | None, items: Iterable[NavItem] = ITEMS) -> list[NavLink]:
    """Return the entries for a role, in order; the one that holds `path` most closely is marked current."""
    found: list[tuple[NavItem, str]] = []
    for item in items:
        if item.roles is not None and role not in item.roles:
            continue
        try:
            found.append((item, reverse(item.url_name)))
        except NoReverseMatch:
            continue
    holders = [href for _, href in found if path == href or (href != "/" and path.startswith(href))]
    nearest = max(holders, key=len, default=None)
    return [
        NavLink(href, str(item.label), item.icon, ("page" if href == path else "true") if href == nearest else "")
        for item, href in found
    ]
