"""What views of volunteers share: the language, a public page, a square to scan, answers after a form."""

from __future__ import annotations

from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from lianfang.base.access.pages import reader_language
from lianfang.kernel.errors import LianfangError


def page(
    request: HttpRequest, template: str, context: dict[str, Any], error: LianfangError | None = None
) -> HttpResponse:
    """A page, with the sentence of a refusal above it."""
    context |= {"lines": [error.render(reader_language())] if error else []}
    return render(request, template, context, status=error.status if error else 200)


def public_page(
    request: HttpRequest, template: str, context: dict[str, Any], error: LianfangError | None = None
) -> HttpResponse:
    """A page that anybody may open; what stands in its address is told to nobody else, and no machine keeps it."""
    answer = page(request, template, context, error)
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    answer["Cache-Control"] = "no-store"
    return answer


def square(request: HttpRequest, view: str, *arguments: object) -> str:
    """An address as a square to scan, as SVG."""
    made = segno.make(request.build_absolute_uri(reverse(view, args=arguments)), error="m", micro=False)
    return str(made.svg_inline(scale=4, border=4, omitsize=True, svgclass="qr", lineclass=None))


def invalid(form: Any, error: LianfangError | None = None) -> int:
    """The status of a form that was not taken; the refusal stands among its errors."""
    if error is not None:
        form.add_error(None, error.render(reader_language()))
    return error.status if error else 422
