"""Pages of outlines: send a plan, say what its layers and coordinates are, see the verdict of each outline, take it, undo it."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.base.access.api import Actor, requires
from lianfang.base.access.pages import actor_of, reader_language, see_other, see_page
from lianfang.base.access.places import Place, place_of
from lianfang.base.areas.api import (
    children,
    decide_row,
    discard_outlines,
    keep_drawing,
    kept_drawing,
    outline_import,
    outline_imports,
    stage_outlines,
    take_outlines,
    undo_outlines,
)
from lianfang.exchange.outlines import Drawing, Limits, compose, fit_points, guess_frame, guess_roles, read_drawing
from lianfang.exchange.outlines.drawing import pack, unpack
from lianfang.kernel.divisions import Level
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.numbers import is_whole
from lianfang.web import grids_outline_pages as pages
from lianfang.web.grids_files import centre_of, require_near, staged_of

IN_A_REQUEST: Final = Limits(vertices=600_000, parts=100_000, reader_seconds=30)
"""A file is read and judged while its sender waits: twice the plan of a county-level city (20,000 houses with their names are
40,000 parts), and no longer than the 90 seconds of waiting that the proxy in front allows (assumption)."""


class PlanForm(forms.Form):
    """The file and the area it shows."""

    area = forms.ChoiceField(label=_("Where the buildings stand"))
    file = forms.FileField(
        label=_("Plan of the buildings"), allow_empty_file=True,
        help_text=_("GeoJSON or DXF, up to 64 MB. A DWG file has to be saved as DXF first."),
        widget=forms.FileInput(attrs={"accept": ".geojson,.json,.dxf", "class": "drop"}),
    )  # fmt: skip

    def __init__(self, areas: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = areas


@requires("other:import", lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Send a plan of buildings, and the plans so far."""
    actor = actor_of(request)
    own = place_of(actor, actor.area_code)
    if own.level > Level.COMMUNITY:
        raise LianfangError("access.not_found")
    choices = _areas(own)
    form = PlanForm(
        choices, request.POST or None, request.FILES or None, initial={"area": request.GET.get("area", own.code)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            return see_page("outline-file", _send(actor, form))
        except LianfangError as error:
            form.add_error("file", error.render(reader_language()))
    context = {
        "form": form, "place": own, "one_area": len(choices) == 1, "done": request.GET.get("done", ""),
        "history": pages.history(outline_imports(own.path)), "has_errors": bool(form.errors),
    }  # fmt: skip
    return render(request, "lianfang/grids/outlines.html", context, status=422 if form.errors else 200)


@requires("other:import", lists=True)
@require_GET
def show(request: HttpRequest, number: int) -> HttpResponse:
    """One plan: its layers and coordinates while they are open, else the verdict of each outline."""
    found = outline_import(number)
    if found.state == "looked" or (found.state == "staged" and "again" in request.GET):
        return _look(request, number, [])
    return _verdicts(request, number, [])


@requires("other:import", lists=True)
@require_POST
def stage(request: HttpRequest, number: int) -> HttpResponse:
    """Judge every outline with the layers and coordinates that were chosen."""
    found = outline_import(number)
    drawing = _drawing(number)
    try:
        roles, frame, settings = pages.chosen(request.POST, drawing)
        reading = compose(drawing, roles, frame)
        require_near(reading, found.path, _place(actor_of(request), found.path).short)
        shapes, lines, lost = staged_of(reading)
        if frame.kind == "points":
            fit = fit_points(frame.points)
            settings |= {"residuals": list(fit.residuals), "scale": fit.scale, "turn": fit.turn}
        stage_outlines(number=number, outlines=shapes, barriers=lines, settings=settings, left_out=lost)
    except LianfangError as error:
        return _look(request, number, [error.render(reader_language())])
    return see_page("outline-file", number)


@requires("other:import", lists=True)
@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """A person says which building an outline is."""
    posted = request.POST
    row = posted.get("row", "")
    try:
        decide_row(
            number=number, row=int(row) if is_whole(row) and len(row) < 9 else 0,
            building=posted.get("building", "")[:16], name=posted.get("name", "")[:40], skip=posted.get("act") == "skip",
        )  # fmt: skip
    except LianfangError as error:
        if error.status == 404:
            raise
        return _verdicts(request, number, [error.render(reader_language())])
    return see_other(f"{reverse('outline-file', args=[number])}?verdict=person&done=decided")


@requires("other:import", lists=True)
@require_POST
def take(request: HttpRequest, number: int) -> HttpResponse:
    """Write what was judged new or changed."""
    return _act(request, number, "taken", lambda: take_outlines(number=number))


@requires("other:import", lists=True)
@require_POST
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Take a plan back."""
    return _act(request, number, "undone", lambda: undo_outlines(number=number))


@requires("other:import", lists=True)
@require_POST
def discard(request: HttpRequest, number: int) -> HttpResponse:
    """Throw a plan away before it was taken."""
    discard_outlines(number=number)
    return see_other(reverse("outlines") + "?done=discarded")


def _act(request: HttpRequest, number: int, word: str, act: Any) -> HttpResponse:
    try:
        done = act()
    except LianfangError as error:
        if error.status == 404:
            raise
        return _verdicts(request, number, [error.render(reader_language())])
    counts = "&".join(
        f"{name}={getattr(done, name)}" for name in ("outlines", "buildings", "barriers", "kept") if hasattr(done, name)
    )
    return see_other(f"{reverse('outline-file', args=[number])}?done={word}&{counts}")


def _send(actor: Actor, form: PlanForm) -> int:
    place = place_of(actor, form.cleaned_data["area"])
    sent = form.cleaned_data["file"]
    raw = sent.read()
    drawing = read_drawing(raw, limits=IN_A_REQUEST)
    return keep_drawing(
        path=place.path, filename=str(sent.name), digest=sha256(raw).hexdigest(), drawing=pack(drawing), account=actor.account_id,
        settings={},
    )  # fmt: skip


def _look(request: HttpRequest, number: int, lines: list[str]) -> HttpResponse:
    actor, found, drawing = actor_of(request), outline_import(number), _drawing(number)
    guess = guess_frame(drawing, centre_of(found.path))
    roles = dict(guess_roles(drawing)) | dict(found.settings.get("roles", {}))
    context = pages.look_context(drawing, roles, guess, found, request.POST) | {
        "file": found, "place": _place(actor, found.path), "lines": lines, "has_errors": bool(lines),
    }  # fmt: skip
    return render(request, "lianfang/grids/outline_look.html", context, status=422 if lines else 200)


def _verdicts(request: HttpRequest, number: int, lines: list[str]) -> HttpResponse:
    found = outline_import(number)
    context = pages.verdict_context(found, request.GET) | {
        "place": _place(actor_of(request), found.path), "lines": lines, "has_errors": bool(lines),
    }  # fmt: skip
    return render(request, "lianfang/grids/outline_file.html", context, status=422 if lines else 200)


def _drawing(number: int) -> Drawing:
    return unpack(kept_drawing(number))


def _place(actor: Actor, path: str) -> Place:
    return place_of(actor, path.ljust(12, "0"))


def _areas(place: Place) -> list[tuple[str, str]]:
    own = [(place.code, place.name)]
    if place.level >= Level.COMMUNITY:
        return own
    return own + [(one.code, f"　{one.name}") for one in children(place.path)]
