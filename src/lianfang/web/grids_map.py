"""The buildings of a community coloured by grid, and moved from one grid to another: today's grids, or those of a plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from shapely import get_coordinates

from lianfang.base.access.api import Actor, requires
from lianfang.base.access.pages import actor_of, reader_language, see_other
from lianfang.base.access.places import Place, place_of
from lianfang.base.areas.api import NETS, NewGrid, barriers, grids, redraw_grids
from lianfang.domain.plans.api import edit_line, kind_of, lines_of, plan_by_id, replan
from lianfang.domain.plans.kinds.grids_read import Land, Town, read_land
from lianfang.domain.plans.models import Plan
from lianfang.domain.plans.registry import PlanLine
from lianfang.domain.plans.selectors import built_of
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.divisions import Level
from lianfang.kernel.errors import LianfangError
from lianfang.web.grids import HOUSEHOLDS_A_GRID
from lianfang.web.grids_svg import Picture, Shape, boxes, picture, rings_of

COLOURS: Final = 8
LABELS_UP_TO: Final = 260
"""Houses that can carry their number on a picture 1,000 wide (assumption: 15 units a label)."""
NET_WORDS: Final = {
    "community": gettext_lazy("Community net"), "party": gettext_lazy("Party net"), "volunteer": gettext_lazy("Volunteer net"),
}  # fmt: skip
NEW: Final = "new"


@dataclass
class House:
    """A building on the map. grid: key of its grid, '' none. others: net and name of its grids in the other nets."""

    path: str
    name: str
    compound: str
    households: int
    grid: str
    others: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Band:
    """A grid on the map: key, name, colour class, households and buildings it holds."""

    key: str
    name: str
    colour: str
    households: int = 0
    houses: int = 0

    @property
    def warning(self) -> str:
        """A hint where it lies outside the usual size of a town's grid."""
        low, high = HOUSEHOLDS_A_GRID
        if not self.houses or low <= self.households <= high:
            return ""
        if self.households < low:
            return _("Under {n} households").format(n=low)
        return _("Over {n} households").format(n=high)


@requires("see:members:named", "see:members:figures", lists=True)
@require_GET
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The map of a community's grids."""
    return _page(request, code, [])


@requires("other:import", "other:assign", lists=True)
@require_POST
def save(request: HttpRequest, code: str) -> HttpResponse:
    """Put buildings into other grids: from today on, or in a plan that is not adopted yet."""
    actor = actor_of(request)
    at = _community(actor, code)
    asked = {name[2:]: value for name, value in request.POST.items() if name.startswith("g-")}
    try:
        plan = _plan(request.POST.get("plan", ""), at)
        if plan is not None:
            onward = _save_plan(actor, plan, at.code, asked, again=request.POST.get("act") == "again")
        else:
            moved = _save_live(at, net_of(request.POST), asked, request.POST.get("stamp", ""))
            onward = f"{reverse('grids-map', args=[at.code])}?net={net_of(request.POST)}&done={moved}"
    except LianfangError as error:
        if error.status == 404:
            raise
        return _page(request, code, [error.render(reader_language())])
    return see_other(onward)


def _page(request: HttpRequest, code: str, lines: list[str]) -> HttpResponse:
    actor = actor_of(request)
    at = _community(actor, code)
    net = net_of(request.POST or request.GET)
    plan = _plan((request.POST or request.GET).get("plan", ""), at)
    done = request.GET.get("done", "")
    context: dict[str, Any] = {
        "place": at, "net": net, "plan": plan, "lines": lines, "has_errors": bool(lines), "limits": HOUSEHOLDS_A_GRID,
        "may_draw": _may_draw(actor, plan), "done": int(done) if done.isascii() and done.isdigit() and len(done) < 6 else None,
        "nets": net_tabs(net), "now_at": timezone.now(),
    }  # fmt: skip
    try:
        land = read_land(at.path, net, HOUSEHOLDS_A_GRID[0])
    except LianfangError:
        return render(request, "lianfang/grids/map.html", context, status=422 if lines else 200)
    context |= _ground(land, at, net, plan)
    return render(request, "lianfang/grids/map.html", context, status=422 if lines else 200)


# ---------------------------------------------------------------------------------------------------- what is shown


def _ground(land: Land, at: Place, net: str, plan: Plan | None) -> dict[str, Any]:
    """Houses and grids with their figures, and the picture."""
    town = land.towns[0]
    held, names = _planned(plan, at) if plan is not None else _live(land)
    houses = [
        House(site.path, site.name, site.compound, round(count), held.get(site.path, ""))
        for site, count in zip(town.sites, town.households, strict=True)
    ]
    bands = _bands(town, houses, names)
    others = _other_nets(at.path, net)
    rest = [one for one in NETS if one != net]
    for house in houses:
        names_there = others.get(house.path, [""] * len(rest))
        house.others = [{"net": NET_WORDS[one], "name": name} for one, name in zip(rest, names_there, strict=True)]
    colours = {band.key: band.colour for band in bands}
    drawn = sum(1 for site in town.sites if site.shape is not None)
    image = _picture(town, houses, colours, at.path)
    return {
        "houses": houses, "bands": bands, "picture": image, "tags": _tags(image, houses, bands),
        "undrawn": len(houses) - drawn if drawn >= 2 else 0, "schematic": drawn < 2, "stamp": _stamp(held), "estimated": town.estimated,
        "others": [words for key, words in NET_WORDS.items() if key != net],
    }  # fmt: skip


def _live(land: Land) -> tuple[dict[str, str], dict[str, str]]:
    held = {path: f"grid:{number}" for path, number in land.grid_of().items()}
    return held, {f"grid:{number}": grid.name for number, grid in land.grids.items()}


def _planned(plan: Plan, at: Place) -> tuple[dict[str, str], dict[str, str]]:
    mine = [line for line in lines_of(plan.id) if line.path.startswith(at.path)]
    targets = {line.target for line in mine if line.target}
    said = kind_of("grids").names(plan, set(), targets)
    return {line.path: line.target for line in mine}, {key: said[key].words if key in said else key for key in targets}


def _bands(town: Town, houses: Sequence[House], names: Mapping[str, str]) -> list[Band]:
    """Grids in the order of names, in colours that differ between neighbours where eight suffice."""
    near: dict[str, set[str]] = defaultdict(set)
    for a, b in town.ground.pairs if town.ground is not None else ():
        one, two = houses[a].grid, houses[b].grid
        if one != two and one and two:
            near[one].add(two)
            near[two].add(one)
    bands: dict[str, Band] = {}
    for n, key in enumerate(sorted(names, key=lambda one: (len(names[one]), names[one], one))):
        taken = {bands[other].colour for other in near[key] if other in bands}
        free = [f"g{(n + k) % COLOURS}" for k in range(COLOURS)]
        bands[key] = Band(key, names[key], next((colour for colour in free if colour not in taken), free[0]))
    for house in houses:
        if house.grid in bands:
            bands[house.grid].households += house.households
            bands[house.grid].houses += 1
    return list(bands.values())


def _picture(town: Town, houses: Sequence[House], colours: Mapping[str, str], path: str) -> Picture:
    """Outlines where they are known; else a box a building in the order of numbers, which is said beside it."""
    real = sum(1 for site in town.sites if site.shape is not None) >= 2
    spots = boxes([(float(x), float(y)) for x, y in town.ground.xy]) if town.ground is not None else []
    label = len(houses) <= LABELS_UP_TO
    shapes = []
    for n, (site, house) in enumerate(zip(town.sites, houses, strict=True)):
        if real and site.shape is None:
            continue
        rings: Any = [get_coordinates(site.shape.exterior)[:-1].tolist()] if real else [spots[n]]
        short = house.name.removesuffix("号楼") if label else ""
        shapes.append(
            Shape(
                house.path,
                colours.get(house.grid, "gx"),
                rings,
                label=short,
                title=f"{house.compound} {house.name}".strip(),
            )
        )
    if real:
        lines = [one for one in barriers(path) if _touches(one.geometry, shapes)]
        shapes += [Shape("", f"plan-line plan-{one.kind}", rings_of(one.geometry), closed=False) for one in lines]
    return picture(shapes, degrees=real, most=10_000)


def _tags(image: Picture, houses: Sequence[House], bands: Sequence[Band]) -> list[dict[str, Any]]:
    """The name of each grid in its middle, a little above the houses' own numbers: colour never stands alone."""
    grid = {house.path: house.grid for house in houses}
    found = []
    for band in bands:
        mine = [piece for piece in image.pieces if piece.key and grid.get(piece.key) == band.key]
        if mine:
            x, y = sum(piece.x for piece in mine) / len(mine), sum(piece.y for piece in mine) / len(mine)
            found.append({"name": band.name, "x": round(x, 1), "y": round(y - image.letter, 1)})
    return found


def _touches(geometry: Mapping[str, Any], shapes: Sequence[Shape]) -> bool:
    """Whether a line comes near the houses; a river of the whole county would shrink them to dots."""
    xs = [point[0] for shape in shapes for ring in shape.rings for point in ring]
    ys = [point[1] for shape in shapes for ring in shape.rings for point in ring]
    room = 0.002
    inside = [
        min(xs) - room <= x <= max(xs) + room and min(ys) - room <= y <= max(ys) + room
        for x, y in geometry["coordinates"]
    ]
    return bool(xs) and all(inside)


def _other_nets(path: str, net: str) -> dict[str, list[str]]:
    """Names of a building's grids in the other nets, in the order of nets."""
    today = beijing_day(timezone.now())
    found: dict[str, list[str]] = {}
    rest = [one for one in NETS if one != net]
    for n, other in enumerate(rest):
        for grid in grids(path, on=today, net=other):
            for house in grid.buildings:
                found.setdefault(house, [""] * len(rest))[n] = grid.name
    return found


# ------------------------------------------------------------------------------------------------------------ writes


def _save_live(at: Place, net: str, asked: Mapping[str, str], stamp: str) -> int:
    """Redraw today's grids so that the chosen buildings move; raises areas.grids_changed when somebody was faster."""
    land = read_land(at.path, net, HOUSEHOLDS_A_GRID[0])
    held, names = _live(land)
    if stamp != _stamp(held):
        raise LianfangError("areas.grids_changed")
    after = dict(held)
    for path, key in asked.items():
        if path in {site.path for site in land.towns[0].sites} and (key in names or key in ("", NEW)):
            after[path] = key
    wanted: dict[str, list[str]] = {key: [] for key in names if key not in set(held.values())}
    for path, key in after.items():
        if key:
            wanted.setdefault(key, []).append(path)
    fresh = next(name for k in range(1, 10_000) if (name := _("Grid {n}").format(n=k)) not in names.values())
    asked_for = [
        NewGrid(at.path, int(key[5:]) if key != NEW else None, names.get(key, fresh), tuple(sorted(paths)))
        for key, paths in wanted.items()
    ]
    return redraw_grids(net=net, communities=[at.path], grids=asked_for, on=beijing_day(timezone.now())).moved


def _save_plan(actor: Actor, plan: Plan, code: str, asked: Mapping[str, str], *, again: bool) -> str:
    """Write the moves into the plan, each pinned; computing again keeps them. Returns where to go on."""
    before = lines_of(plan.id)
    place = {line.path: n for n, line in enumerate(before)}
    moves = [
        (place[path], key) for path, key in asked.items() if path in place and key and key != before[place[path]].target
    ]
    fresh = _fresh_of(plan, before, moves)
    for n, key in moves:
        choice = fresh if key == NEW else key
        plan = edit_line(actor=actor, plan_id=plan.id, n=n, choice=choice, version=plan.version)
    if again:
        return reverse("plan", args=[replan(actor=actor, plan=plan)])
    return f"{reverse('grids-map', args=[code])}?plan={plan.id}&done={len(moves)}"


def _fresh_of(plan: Plan, lines: Sequence[PlanLine], moves: Sequence[tuple[int, str]]) -> str:
    """The name a new grid of the plan gets."""
    first = next((n for n, key in moves if key == NEW), None)
    if first is None:
        return ""
    built = built_of(plan_by_id(plan.id, whole=True))
    return str(kind_of("grids").choices(built, lines, first)[-1][0])


def _stamp(held: Mapping[str, str]) -> str:
    """A mark of who is where, so that two people do not write over each other."""
    return sha256("\n".join(f"{path} {key}" for path, key in sorted(held.items())).encode()).hexdigest()[:16]


def _plan(number: str, at: Place) -> Plan | None:
    """The plan of grids that is edited; raises access.not_found for another kind or another area."""
    if not (number.isascii() and number.isdigit() and len(number) < 12):
        return None
    plan = plan_by_id(int(number))
    if plan.kind != "grids" or not at.path.startswith(plan.path):
        raise LianfangError("access.not_found")
    return plan


def _may_draw(actor: Actor, plan: Plan | None) -> bool:
    if plan is not None:
        return actor.may("other", "plan") and plan.state == "proposed"
    return not actor.grids and (actor.may("other", "import") or actor.may("other", "assign"))


def _community(actor: Actor, code: str) -> Place:
    at = place_of(actor, code)
    if at.level is not Level.COMMUNITY:
        raise LianfangError("access.not_found")
    return at


def net_of(values: Mapping[str, str]) -> str:
    """The net that an address or a form names; the community's without one."""
    net = values.get("net", "community")
    return net if net in NETS else "community"


def net_tabs(net: str) -> list[dict[str, Any]]:
    """The nets as tabs."""
    return [
        {"label": words, "href": f"?net={key}", "current": key == net, "count": None}
        for key, words in NET_WORDS.items()
    ]
