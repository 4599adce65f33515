"""The component gallery: each component in every state, the reference of the design and the ground of its tests."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def index(request: HttpRequest) -> HttpResponse:
    """Show all components."""
    return render(request, "lianfang/gallery.html", {})


screen = rows = form = index
