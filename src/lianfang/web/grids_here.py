"""Where somebody stands in their grid: outlines are sent to the browser, the position never leaves it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from lianfang.base.access.actor import Actor
from lianfang.base.access.api import requires
from lianfang.base.access.pages import actor_of
from lianfang.base.areas.api import BuildingLine, OutlineLine, barriers, buildings, grids, names_of, outlines
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.divisions import PATH_LENGTH, Level, short_name
from lianfang.web.grids_svg import Shape, picture, rings_of


@requires("record:visit", lists=True)
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The outlines of one's own grids (or community), to be compared with the position inside the browser."""
    actor = actor_of(request)
    community = actor.path[: PATH_LENGTH[Level.COMMUNITY]]
    context: dict[str, Any] = {"now_at": timezone.now(), "too_wide": len(community) < PATH_LENGTH[Level.COMMUNITY]}
    if not context["too_wide"]:
        context |= _ground(actor, community)
    return render(request, "lianfang/grids/here.html", context)


def _ground(actor: Actor, community: str) -> dict[str, Any]:
    shapes = outlines(actor.path)
    mine = set(actor.grids or ())
    live = [grid for grid in grids(community, on=beijing_day(timezone.now())) if not mine or grid.id in mine]
    named = {path: grid.name for grid in live for path in grid.buildings}
    colour = {grid.name: f"g{n % 8}" for n, grid in enumerate(live)}
    houses = [
        (one, shapes[one.path])
        for one in buildings(actor.path if len(actor.path) > 12 else community)
        if one.path in shapes
    ]
    drawn = [_shape(one.path, one.name, colour.get(named.get(one.path, ""), "gx"), line) for one, line in houses]
    data = [_house(one, line, named.get(one.path, "")) for one, line in houses]
    walls = [
        Shape("", f"plan-line plan-{one.kind}", rings_of(one.geometry), closed=False)
        for one in barriers(community)
        if one.path == community
    ]
    return {
        "community": short_name(names_of([community]).get(community, "")), "names": [grid.name for grid in live], "bound": bool(mine),
        "picture": picture([*drawn, *walls], degrees=True, most=10_000), "houses": data, "count": len(houses),
        "unknown": sum(1 for one in buildings(community) if one.path not in shapes and not one.path.endswith("0000")),
    }  # fmt: skip


def _shape(path: str, name: str, style: str, line: OutlineLine) -> Shape:
    return Shape(path, style, rings_of(line.geometry), label=name.removesuffix("号楼"), title=name)


def _house(one: BuildingLine, line: OutlineLine, grid: str) -> dict[str, Any]:
    """What the browser needs of a building: path, name, grid, rings in degrees."""
    name = f"{one.compound} {one.name}".strip()
    return {"path": one.path, "name": name, "grid": grid, "rings": line.geometry["coordinates"]}
