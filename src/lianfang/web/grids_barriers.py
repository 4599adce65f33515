"""Walls, rivers and main roads of a community, and outlines of its houses: drawn on the map or typed, and what they do to the grids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lianfang.base.access.api import Actor, requires
from lianfang.base.access.pages import actor_of, reader_language, see_other
from lianfang.base.access.places import Place, place_of
from lianfang.base.areas.api import BarrierLine, add_barrier, barriers, buildings, drop_barrier, outlines
from lianfang.base.areas.outline_hand import change_barrier, draw_outline
from lianfang.domain.plans.api import propose
from lianfang.domain.plans.kinds.grids_ground import components
from lianfang.domain.plans.kinds.grids_read import Land, read_land
from lianfang.kernel.divisions import Level
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.geo import haversine_m
from lianfang.web.grids import HOUSEHOLDS_A_GRID
from lianfang.web.grids_map import LABELS_UP_TO, net_of, net_tabs
from lianfang.web.grids_svg import Picture, Shape, picture, rings_of

KIND_WORDS: Final = {"wall": gettext_lazy("Wall"), "river": gettext_lazy("River"), "road": gettext_lazy("Main road")}
MOST_LINES: Final = 500
"""Lines of the text of points that are read."""
DONE: Final = {
    "added": gettext_lazy("The line is on the map."), "changed": gettext_lazy("The line is changed."),
    "dropped": gettext_lazy("The line is off the map."), "outline": gettext_lazy("The outline is saved."),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A barrier on the page: its points as text, its length, whether it belongs to this community or to an area around it."""

    barrier: BarrierLine
    word: str
    points: str
    metres: int
    own: bool


@dataclass(frozen=True)
class Cut:
    """A grid of today: in how many pieces the barriers leave it."""

    name: str
    houses: int
    pieces: int


@requires("other:import", "other:assign", lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The lines of a community on its map and as a table, its outlines, and which of today's grids they cut."""
    actor = actor_of(request)
    at = place_of(actor, code)
    if at.level is not Level.COMMUNITY or actor.grids:
        raise LianfangError("access.not_found")
    lines: list[str] = []
    if request.method == "POST":
        try:
            return see_other(_act(actor, at, request.POST))
        except LianfangError as error:
            if error.status == 404:
                raise
            lines = [error.render(reader_language())]
    context = _context(actor, at, request) | {"lines": lines, "has_errors": bool(lines)}
    return render(request, "lianfang/grids/barriers.html", context, status=422 if lines else 200)


def _act(actor: Actor, at: Place, posted: Mapping[str, str]) -> str:
    """Do what was asked; the address to go on to."""
    here, act, number = reverse("grids-barriers", args=[at.code]), posted.get("act", ""), posted.get("number", "")
    if act == "recut":
        params = {"net": net_of(posted), "keep": "redraw"}
        made = propose(actor=actor, kind="grids", path=at.path, params=params)
        return reverse("plan", args=[made])
    if act == "drop":
        if not (number.isascii() and number.isdigit() and drop_barrier(path=at.path, number=int(number[:15]))):
            raise LianfangError("access.not_found")
        return f"{here}?done=dropped"
    points = points_of(posted.get("points", ""))
    if act == "outline":
        building = posted.get("building", "")[:16]
        if not building.startswith(at.path):
            raise LianfangError("access.not_found")
        draw_outline(building=building, points=points)
        return f"{here}?done=outline&building={building}"
    kind, name = posted.get("kind", ""), posted.get("name", "").strip()
    if number.isascii() and number.isdigit():
        change_barrier(path=at.path, number=int(number[:15]), kind=kind, points=points, name=name)
        return f"{here}?done=changed"
    add_barrier(path=at.path, kind=kind, points=points, name=name)
    return f"{here}?done=added"


def points_of(text: str) -> list[tuple[float, float]]:
    """Longitude and latitude, a point a line; raises outlines.number_needed with the line."""
    found = []
    for line in text.replace("，", ",").splitlines()[:MOST_LINES]:
        if not line.strip():
            continue
        words = line.replace(",", " ").split()
        try:
            x, y = (float(word) for word in words)
        except ValueError:
            raise LianfangError("outlines.number_needed", text=line.strip()[:30]) from None
        found.append((x, y))
    return found


def _context(actor: Actor, at: Place, request: HttpRequest) -> dict[str, Any]:
    known = [_line(one, at) for one in barriers(at.path)]
    houses, shapes = buildings(at.path), outlines(at.path)
    chosen = request.POST.get("building") or request.GET.get("building", "")
    ring = shapes[chosen].geometry["coordinates"][0][:-1] if chosen in shapes else []
    net = net_of(request.GET)
    try:
        land: Land | None = read_land(at.path, net, HOUSEHOLDS_A_GRID[0])
    except LianfangError:
        land = None
    posted = request.POST if request.method == "POST" else {}
    return {
        "place": at, "known": known, "kinds": list(KIND_WORDS.items()), "now_at": timezone.now(), "net": net,
        "nets": net_tabs(net),
        "ground": _ground(known, [(one.name, shapes[one.path].geometry) for one in houses if one.path in shapes]), "drawn": len(shapes),
        "houses": [(one.path, f"{one.compound} {one.name}".strip()) for one in houses if not one.path.endswith("0000")],
        "chosen": chosen, "ring": posted.get("points", "") if posted.get("act") == "outline" else text_of(ring),
        "cuts": _cuts(land) if land is not None else [], "may_plan": actor.may("other", "plan"), "typed": posted,
        "said": DONE.get(request.GET.get("done", ""), ""),
    }  # fmt: skip


def _line(one: BarrierLine, at: Place) -> Line:
    points = one.geometry["coordinates"]
    metres = sum(haversine_m(*a, *b) for a, b in pairwise(points))
    return Line(one, str(KIND_WORDS.get(one.kind, one.kind)), text_of(points), round(metres), one.path == at.path)


def text_of(points: Sequence[Sequence[float]]) -> str:
    """Points as the page's text: a point a line."""
    return "\n".join(f"{x:.7f}, {y:.7f}" for x, y, *_ in points)


def _ground(known: Sequence[Line], shapes: Sequence[tuple[str, Mapping[str, Any]]]) -> Picture | None:
    """The picture, with room around for new lines; None when nothing is there to begin with."""
    label = len(shapes) <= LABELS_UP_TO
    houses = [
        Shape("house", "gx-plain", rings_of(shape), label=name.removesuffix("号楼") if label else "", title=name)
        for name, shape in shapes
    ]
    lines = [
        Shape(
            str(one.barrier.id),
            f"plan-line plan-{one.barrier.kind}",
            rings_of(one.barrier.geometry),
            closed=False,
            title=one.barrier.name,
        )
        for one in [one for one in known if one.own] or known
    ]
    drawn = [*houses, *lines]
    return picture(drawn, degrees=True, most=10_000, room=0.15) if drawn else None


def _cuts(land: Land) -> list[Cut]:
    """Today's grids and the pieces that barriers leave of each, most pieces first."""
    town, held = land.towns[0], land.grid_of()
    assert town.ground is not None  # noqa: S101 - read_land has set it
    grid = [held.get(site.path) for site in town.sites]
    piece = components(len(grid), [(a, b) for a, b in town.ground.pairs if grid[a] == grid[b]])
    mine: dict[int, list[int]] = defaultdict(list)
    for at, label in zip(grid, piece.tolist(), strict=True):
        if at is not None:
            mine[at].append(label)
    found = [Cut(land.grids[at].name, len(labels), len(set(labels))) for at, labels in mine.items()]
    return sorted(found, key=lambda one: (-one.pieces, one.name))


__all__ = ["points_of", "show", "text_of"]
