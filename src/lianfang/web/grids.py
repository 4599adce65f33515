"""The three levels of grids with their heads: who answers for a township, a community, a grid, a building.

Level 1 is a township and its secretary, level 2 a community and its secretary, level 3 a grid and its worker (Hebei's
three-level net of 2020–2022). Names of colleagues are for those who may see members by name; the command sees which
posts are filled. Sizes are hints only: no grid is refused for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from lianfang.base.access.actor import Actor
from lianfang.base.access.api import requires
from lianfang.base.access.heads import Head, Post, heads, posts
from lianfang.base.access.pages import actor_of, reader_language, see_other
from lianfang.base.access.places import Place, place_of
from lianfang.base.areas.api import AreaLine, BuildingLine, buildings, children, draw_grid, grids
from lianfang.base.metrics import api as metrics
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.divisions import PATH_LENGTH, Level, kind_words, range_of
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.texts import own_words

HOUSEHOLDS_A_GRID: Final = (300, 500)
"""Households of a general grid in a town: GB/T 34300 (from memory) and a provincial explainer of 综合网格. A village's grids
follow its groups, so nothing is said about them. Real grids are smaller (160 to 255 in one street), hence only a hint."""
TOWNSHIP, COMMUNITY, WORKER = "township_dispatcher", "community_head", "grid_worker"
HOUSEHOLDS = "residents.households"
_AREAS = """
select left(path, %s), level, count(*) from areas_area
where path >= %s and path < %s and ended_on is null and level in (4, 5) group by 1, 2
"""
_BUILDINGS = """
select left(b.path, %s), count(*), count(*) filter (where g.grid_id is null) from areas_building b
left join areas_grid_building g on g.building_id = b.id and g.net = 'community' and g.to_on is null
where b.path >= %s and b.path < %s group by 1
"""
_GRIDS = """
select left(path, %s), count(*), count(*) filter (where id = any (%s)) from areas_grid
where net = 'community' and ended_on is null and path >= %s and path < %s group by 1
"""
_MEMBERS = ("see:members:named", "see:members:figures")


@requires(*_MEMBERS, lists=True)
@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """Lead the reader to the grids of their own area."""
    return HttpResponseRedirect(reverse("grids", args=[actor_of(request).area_code]))


@requires(*_MEMBERS, lists=True)
@require_GET
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The level below an area with its heads, or the grids of a community with their buildings and workers."""
    actor = actor_of(request)
    at = place_of(actor, code)
    if at.level > Level.COMMUNITY:
        raise LianfangError("access.not_found")
    if at.level is Level.COMMUNITY:
        done = request.GET.get("done", "")
        drawn = {"done": int(done) if done.isascii() and done.isdigit() and len(done) < 5 else 0}
        return render(
            request, "lianfang/grids/community.html", _frame(actor, at) | community_context(actor, at) | drawn
        )
    return render(request, "lianfang/grids/area.html", _frame(actor, at) | area_context(actor, at))


@requires("other:import", "other:assign", lists=True)
@require_POST
def draw(request: HttpRequest, code: str) -> HttpResponse:
    """Put buildings that are in no grid into a grid of their community, from today on; a new name makes a new grid."""
    actor = actor_of(request)
    at = place_of(actor, code)
    if at.level is not Level.COMMUNITY:
        raise LianfangError("access.not_found")
    today, chosen = beijing_day(timezone.now()), [path[:16] for path in request.POST.getlist("building")]
    known = {grid.name: grid for grid in grids(at.path, on=today)}
    name = own_words(request.POST.get("grid", "") or request.POST.get("name", ""), 40)
    wrong = _wrong(chosen, name)
    if not wrong:
        grid = known.get(name)
        try:
            held = [*(grid.buildings if grid else ()), *chosen]
            draw_grid(community=at.path, code=grid.code if grid else name, name=name, buildings=held, on=today)
        except LianfangError as error:
            wrong = [{"text": error.render(reader_language()), "href": ""}]
    if wrong:
        given = {"chosen": chosen, "name": request.POST.get("name", ""), "lines_wrong": wrong, "has_errors": True}
        context = _frame(actor, at) | community_context(actor, at) | given
        return render(request, "lianfang/grids/community.html", context, status=422)
    return see_other(f"{reverse('grids', args=[at.code])}?done={len(set(chosen))}")


def _wrong(chosen: Sequence[str], name: str) -> list[dict[str, str]]:
    found = []
    if not chosen:
        found.append({"text": _("Tick at least one building."), "href": "#loose-title"})
    if not name:
        found.append({"text": _("Choose a grid, or name a new one."), "href": "#grid-name"})
    return found


# ------------------------------------------------------------------------------------------ an area and those below


@dataclass(frozen=True)
class Filled:
    """How many of something have somebody."""

    filled: int
    of: int

    @property
    def missing(self) -> int:
        """How many have nobody."""
        return self.of - self.filled


@dataclass(frozen=True)
class Line:
    """One area below: its own heads, and what is filled inside it. own: None where its level has no grid head."""

    area: AreaLine
    own: bool | None
    names: tuple[str, ...]
    townships: Filled
    communities: Filled
    workers: Filled
    buildings: int
    loose: int

    @property
    def state(self) -> tuple[str, str]:
        """(interface state, word): nobody answers for the area itself, something inside it is missing, nothing is drawn."""
        if self.own is False:
            return "act", _("No head")
        if self.townships.missing or self.communities.missing or self.workers.missing or self.loose:
            return "watch", pgettext("grids", "Gaps")
        if not self.workers.of:
            return "unknown", _("No grids yet")
        return "good", pgettext("grids", "Complete")

    @property
    def gaps(self) -> int:
        """How much is missing, for the order of the page."""
        missing = self.townships.missing + self.communities.missing + self.workers.missing + self.loose
        return missing + (1_000_000 if self.own is False else 0)


def area_context(actor: Actor, at: Place) -> dict[str, Any]:
    """What the page of a city, county or township shows: gaps first, with the share that is filled as figures."""
    below = children(at.path)
    lines = _lines(actor, at, below) if below else []
    total = {
        name: Filled(sum(getattr(one, name).filled for one in lines), sum(getattr(one, name).of for one in lines))
        for name in ("townships", "communities", "workers")
    }
    level = Level(below[0].level) if below else None
    return {
        "lines": sorted(lines, key=lambda one: (-one.gaps, one.area.path)), "below": level,
        "total": total, "buildings": sum(one.buildings for one in lines), "loose": sum(one.loose for one in lines),
        "show_townships": level is not None and level < Level.COMMUNITY, "show_own": level in {Level.TOWNSHIP, Level.COMMUNITY},
        "own_label": _("Level-1 head") if level is Level.TOWNSHIP else _("Level-2 head"),
        "show_communities": level is not None and level < Level.COMMUNITY,
    }  # fmt: skip


def _lines(actor: Actor, at: Place, below: Sequence[AreaLine]) -> list[Line]:
    low, high = range_of(at.path)
    cut = len(below[0].path)
    filled = posts(at.path)
    covered = sorted({number for post in filled if post.role == WORKER for number in post.grids})
    areas: dict[tuple[str, int], int] = {(path, level): count for path, level, count in _rows(_AREAS, [cut, low, high])}
    houses = {path: (count, loose) for path, count, loose in _rows(_BUILDINGS, [cut, low, high])}
    drawn = {path: Filled(held, count) for path, count, held in _rows(_GRIDS, [cut, covered, low, high])}
    towns, homes = _places(filled, TOWNSHIP, cut), _places(filled, COMMUNITY, cut)
    role = {Level.TOWNSHIP: TOWNSHIP, Level.COMMUNITY: COMMUNITY}.get(Level(below[0].level))
    names = _names(heads(at.path, [role])) if role and actor.sees("members", "named") else {}
    held = {post.path for post in filled if post.role == role}
    return [
        Line(
            area=one, own=one.path in held if role else None, names=tuple(names.get((role or "", one.path), ())),
            townships=Filled(min(towns.get(one.path, 0), areas.get((one.path, 4), 0)), areas.get((one.path, 4), 0)),
            communities=Filled(min(homes.get(one.path, 0), areas.get((one.path, 5), 0)), areas.get((one.path, 5), 0)),
            workers=drawn.get(one.path, Filled(0, 0)), buildings=houses.get(one.path, (0, 0))[0], loose=houses.get(one.path, (0, 0))[1],
        )
        for one in below
    ]  # fmt: skip


def _places(filled: Iterable[Post], role: str, cut: int) -> dict[str, int]:
    """How many different areas of a role's level have somebody, by the area above them."""
    length = PATH_LENGTH[Level.TOWNSHIP if role == TOWNSHIP else Level.COMMUNITY]
    found: dict[str, set[str]] = defaultdict(set)
    for post in filled:
        if post.role == role and len(post.path) == length:
            found[post.path[:cut]].add(post.path)
    return {path: len(places) for path, places in found.items()}


def _names(found: Iterable[Head]) -> dict[tuple[str, str], list[str]]:
    named: dict[tuple[str, str], list[str]] = defaultdict(list)
    for head in found:
        named[head.role, head.path].append(head.name)
    return named


# -------------------------------------------------------------------------------------------------------- a community


def community_context(actor: Actor, at: Place) -> dict[str, Any]:
    """What the page of a community shows: buildings nobody answers for first, then grids with buildings and workers."""
    houses = buildings(at.path)
    homes = _households([one.path for one in houses])
    workers = _workers(actor, at.path)
    urban = kind_words(at.code)[0] == "社区"
    held: dict[int, list[BuildingLine]] = defaultdict(list)
    for house in houses:
        if house.grid_id is not None:
            held[house.grid_id].append(house)
    lines = []
    for grid in grids(at.path, on=beijing_day(timezone.now())):
        mine = held.get(grid.id, [])
        count = sum(homes[one.path] for one in mine) if homes is not None else None
        names = workers.get(grid.id)
        lines.append(
            {"grid": grid, "buildings": mine, "households": count, "size": _size(count) if urban else None,
             "workers": names or (), "filled": names is not None, "state": _state(names is not None, bool(mine))}
        )  # fmt: skip
    loose = [
        {"building": one, "households": homes[one.path] if homes is not None else None}
        for one in houses
        if one.grid_id is None
    ]
    return {
        "lines": sorted(lines, key=lambda line: (line["filled"], line["grid"].code)), "loose": loose, "houses": len(houses),
        "covered": Filled(sum(1 for line in lines if line["filled"]), len(lines)), "limits": HOUSEHOLDS_A_GRID, "urban": urban,
        "own_label": _("Level-2 head"),
    }  # fmt: skip


def _state(filled: bool, drawn: bool) -> tuple[str, str]:
    if not filled:
        return "act", _("No worker")
    return ("good", pgettext("grids", "Complete")) if drawn else ("watch", _("No buildings"))


def _size(count: int | None) -> str | None:
    """A hint when a grid of a town lies outside the usual size; None when it fits or nothing is known."""
    low, high = HOUSEHOLDS_A_GRID
    if not count or low <= count <= high:
        return None
    return _("Under {n} households").format(n=low) if count < low else _("Over {n} households").format(n=high)


def _workers(actor: Actor, path: str) -> dict[int, tuple[str, ...]]:
    """Names of workers by grid; no names, only which grids have somebody, for who sees members as figures."""
    found: dict[int, list[str]] = defaultdict(list)
    if actor.sees("members", "named"):
        for head in heads(path, [WORKER]):
            for number in head.grids:
                found[number].append(head.name)
    else:
        for post in posts(path, [WORKER]):
            for number in post.grids:
                found[number] = []
    return {number: tuple(names) for number, names in found.items()}


def _households(paths: Sequence[str]) -> Mapping[str, int] | None:
    """Households lived in by building, as the ledger counts them; None while nobody counts them."""
    if not metrics.is_defined(HOUSEHOLDS):
        return None
    figures = metrics.values(paths, [HOUSEHOLDS])
    return {path: figures.total(path, HOUSEHOLDS) for path in paths}


# ------------------------------------------------------------------------------------------------------------ pieces


def _frame(actor: Actor, at: Place) -> dict[str, Any]:
    """What every page of grids shows: where, and who answers for the place itself."""
    role = {Level.TOWNSHIP: TOWNSHIP, Level.COMMUNITY: COMMUNITY}.get(at.level)
    named = actor.sees("members", "named")
    mine = [one.name for one in heads(at.path, [role]) if one.path == at.path] if role and named else []
    held = bool(mine) if named else bool(role) and any(one.path == at.path for one in posts(at.path, [role or ""]))
    return {
        "place": at, "named": named, "has_head": role is not None, "heads": mine, "held": held,
        "head_label": _("Level-1 head") if at.level is Level.TOWNSHIP else _("Level-2 head"),
        "trail": [*({"name": name, "href": reverse("grids", args=[number])} for name, number in at.above), {"name": at.short}],

        "may_draw": actor.may("other", "import") or actor.may("other", "assign"), "now_at": timezone.now(),
        "may_send": actor.may("other", "import"),
    }  # fmt: skip


def _rows(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
