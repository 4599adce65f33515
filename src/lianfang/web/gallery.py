"""The component gallery: each component in every state, the reference of the design and the ground of its tests.

Served only when DEBUG or LIANFANG_GALLERY is set. Everything shown is a sample made in gallery_samples.py.
"""

from __future__ import annotations

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import pgettext, pgettext_lazy

from lianfang.base.access.api import public
from lianfang.web import gallery_samples as samples

PAGE_SIZE = 8


class SampleForm(forms.Form):
    """A form with one field of each kind."""

    place = forms.CharField(
        label=pgettext_lazy("sample", "Place"),
        help_text=pgettext_lazy("sample", "Name of the testing site as it stands on its sign"),
    )
    opened = forms.TimeField(label=pgettext_lazy("sample", "Opens at"), widget=forms.TimeInput(attrs={"type": "time"}))
    desks = forms.IntegerField(label=pgettext_lazy("sample", "Desks"), min_value=1, max_value=20)
    kind = forms.ChoiceField(
        label=pgettext_lazy("sample", "Kind"),
        choices=[("fixed", pgettext_lazy("sample", "Fixed site")), ("door", pgettext_lazy("sample", "Door to door"))],
    )
    remark = forms.CharField(
        label=pgettext_lazy("sample", "Remark"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


@public
def index(request: HttpRequest) -> HttpResponse:
    """Show all components."""
    wrong = SampleForm({"place": "", "opened": "07:30", "desks": "0", "kind": "fixed"})
    context = {
        **samples.everything(),
        "form_fresh": SampleForm(prefix="fresh"),
        "form_wrong": wrong,
        "page": _page(request),
    }
    return render(request, "lianfang/gallery.html", context)


@public
def screen(request: HttpRequest) -> HttpResponse:
    """Show the big screen with sample figures."""
    return render(request, "lianfang/gallery/screen.html", samples.everything())


@public
def states(request: HttpRequest) -> HttpResponse:
    """Show the states that every page has to design."""
    return render(request, "lianfang/gallery/states.html", samples.everything())


@public
def printed(request: HttpRequest) -> HttpResponse:
    """Show a list as it is printed for a building lead."""
    return render(request, "lianfang/gallery/print.html", samples.everything())


@public
def rows(request: HttpRequest) -> HttpResponse:
    """Answer the live region of the gallery: 204 when nothing changed, else the rows."""
    if request.GET.get("v") == samples.VERSION:
        return HttpResponse(status=204)
    context = {**samples.everything(), "page": _page(request)}
    return render(request, "lianfang/gallery/table.html#rows", context)


@public
def form(request: HttpRequest) -> HttpResponse:
    """Take the sample form: 422 with an error summary, or a banner that reports the act."""
    bound = SampleForm(request.POST or None)
    if request.method == "POST" and bound.is_valid():
        done = pgettext("sample", "Site %(place)s was opened.") % {"place": bound.cleaned_data["place"]}
        return render(request, "lianfang/gallery/form.html#form", {"form": SampleForm(), "done": done})
    template = "lianfang/gallery/form.html" + ("#form" if request.headers.get("HX-Request") else "")
    return render(request, template, {"form": bound}, status=422 if request.method == "POST" else 200)


def _page(request: HttpRequest) -> object:
    return Paginator(samples.townships(), PAGE_SIZE).get_page(request.GET.get("page"))
