"""The navigation offers what exists and what the view itself would open, and marks where the reader is."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import include, path

from lianfang.base.access.views_support import public, requires
from lianfang.web import nav


class Actor:
    """An actor with the given rights."""

    def __init__(self, *rights: str, lists: bool = True) -> None:
        self.rights, self.lists = rights, lists

    def sees(self, what: str, level: str) -> bool:
        """Whether the right to see was given."""
        return f"see:{what}:{level}" in self.rights

    def may(self, kind: str, verb: str) -> bool:
        """Whether the right to act was given."""
        return f"{kind}:{verb}" in self.rights


def view(request: HttpRequest) -> HttpResponse:
    """Answer nothing."""
    return HttpResponse("")


@pytest.fixture(autouse=True)
def routes() -> Iterator[None]:
    """Install a few pages under the names that the navigation knows."""
    module: Any = ModuleType("nav_routes")
    residents = [path("", requires("see:residents:masked", lists=True)(view), name="index")]
    residents += [path("import/", requires("other:import")(view), name="import")]
    module.urlpatterns = [
        path("", public(view), name="home"),
        path("rounds/", requires("see:metrics:figures", "other:open_round")(view), name="rounds"),
        path("residents/", include((residents, "residents"))),
    ]
    with override_settings(ROOT_URLCONF=module):
        yield


def shown(path: str, actor: Actor) -> list[tuple[str, str]]:
    """Return addresses and marks of the navigation."""
    return [(link.href, link.current) for link in nav.links(path, actor)]


def test_only_pages_that_would_open_are_offered() -> None:
    assert shown("/", Actor()) == [("/", "page")]
    assert shown("/", Actor("see:metrics:figures")) == [("/", "page"), ("/rounds/", "")]
    assert shown("/", Actor("see:residents:masked")) == [("/", "page"), ("/residents/", "")]
    assert shown("/", Actor("see:residents:masked", lists=False)) == [("/", "page")]


def test_the_nearest_entry_is_marked() -> None:
    actor = Actor("see:residents:masked", "other:import")
    assert shown("/residents/import/3/", actor) == [("/", ""), ("/residents/", ""), ("/residents/import/", "true")]
    assert shown("/residents/7/", actor) == [("/", ""), ("/residents/", "true"), ("/residents/import/", "")]
    assert shown("/residents/", actor)[1] == ("/residents/", "page")
    assert all(mark == "" for _, mark in shown("/elsewhere/", actor))


def test_the_first_page_is_marked_on_the_overview_it_leads_to() -> None:
    assert shown("/areas/411621000000/", Actor())[0] == ("/", "true")
    assert shown("/elsewhere/", Actor())[0] == ("/", "")
