"""What this is, its licence, and what it is made of, read from the lock of vendored files."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static

from lianfang.base.access.api import public
from lianfang.web import vendored


def packages() -> list[dict[str, str]]:
    """Return the vendored packages by name, each with version, licence and the address of its licence text."""
    found: dict[str, dict[str, str]] = {}
    for entry in vendored.entries():
        line = found.setdefault(
            entry["name"], {"name": entry["name"], "version": entry["version"], "licence": entry["licence"], "href": ""}
        )
        if "LICENSE" in entry["path"]:
            line["href"] = static(f"vendor/{entry['path']}")
    return sorted(found.values(), key=lambda line: line["name"])


@public
def page(request: HttpRequest) -> HttpResponse:
    """Show product, licence and third-party parts."""
    return render(request, "lianfang/about.html", {"packages": packages()})
