"""A drawing, the meaning of its layers and its coordinates → outlines of buildings with names, and lines nobody crosses."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import cos, radians
from typing import Final

import numpy as np
import shapely

from lianfang.exchange.outlines.drawing import Drawing, LeftOut, Point, Ring, Text
from lianfang.exchange.outlines.frames import Frame, to_degrees
from lianfang.exchange.outlines.layers import BARRIERS, Role, of_kind
from lianfang.exchange.outlines.problems import LEAST_M2, MOST_M2
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.geo import METRES_PER_DEGREE

_STRUCTURE: Final = re.compile(r"^(砼|砖|混|简|钢|破|铁|木|土|石|框|建|B|A|C)+\s*(\d{1,2})?$")
"""What surveyors write into a house: its structure and number of floors, as in 砼6 (GB/T 20257.1; from memory)."""
_BUILDING: Final = re.compile(
    r"(\d|[一二三四五六七八九十百])\s*(号|#|＃|栋|幢|座|楼)|[楼栋幢座院房厦校馆站]$|^[A-Za-z]?\d{1,4}#?$"
)
_INSIDE: Final = 0.6
"""An outline of which this share lies inside another is a part of it (assumption)."""
_DIGITS: Final = 7


@dataclass(frozen=True, slots=True)
class Outline:
    """One building: name ('' if none was found), rings in WGS-84 degrees (outer first), area in square metres, label point."""

    layer: str
    ref: str
    name: str
    compound: str
    community: str
    building: str
    floors: int | None
    households: int | None
    rings: tuple[tuple[Point, ...], ...]
    area_m2: float
    at: Point


@dataclass(frozen=True, slots=True)
class Barrier:
    """A line that grids do not cross: wall, river or main road, in WGS-84 degrees."""

    layer: str
    ref: str
    kind: str
    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Reading:
    """What a file gives once its layers and coordinates are decided; left_out: everything else that was meant as a building."""

    outlines: list[Outline]
    barriers: list[Barrier]
    left_out: list[LeftOut]
    unused: dict[str, int] = field(default_factory=dict)


def compose(drawing: Drawing, roles: Mapping[str, Role], frame: Frame) -> Reading:
    """Outlines with names and barriers, either of them at least; raises what `to_degrees` raises, and outlines.nothing_found."""
    work = _Work(drawing, roles, frame)
    reading = work.run()
    if not reading.outlines and not reading.barriers:
        counts = {"rings": len(drawing.rings), "strokes": len(drawing.strokes), "texts": len(drawing.texts)}
        raise LianfangError("outlines.nothing_found", **counts)
    return reading


class _Work:
    def __init__(self, drawing: Drawing, roles: Mapping[str, Role], frame: Frame) -> None:
        self.drawing, self.roles, self.frame = drawing, roles, frame
        self.left_out = list(drawing.left_out)
        self.unused: Counter[str] = Counter()

    def run(self) -> Reading:
        houses: list[Ring] = []
        others: dict[str, list[Ring]] = defaultdict(list)
        for ring in self.drawing.rings:
            role = self._role(ring.layer, ring.kind)
            if role == "building":
                houses.append(ring)
            elif role in ("compound", "community", *BARRIERS):
                others[role].append(ring)
            else:
                self.unused[ring.layer] += 1
        kept, shapes, metres = self._buildings(houses)
        names, floors, loose = self._names(shapes)
        compounds = self._holders(others["compound"], shapes, loose)
        communities = self._holders(others["community"], shapes, loose)
        found = []
        for n, (ring, shape) in enumerate(zip(kept, shapes, strict=True)):
            at = shapely.point_on_surface(shape)
            found.append(Outline(
                ring.layer, ring.ref, ring.name or names.get(n, ""), ring.compound or compounds.get(n, ""),
                ring.community or communities.get(n, ""), ring.building, ring.floors or floors.get(n), ring.households,
                tuple(tuple((round(float(x), _DIGITS), round(float(y), _DIGITS)) for x, y in part.coords)
                      for part in (shape.exterior, *shape.interiors)),
                round(metres[n], 1), (round(at.x, _DIGITS), round(at.y, _DIGITS)),
            ))  # fmt: skip
        return Reading(found, self._barriers(others), self.left_out, dict(self.unused))

    def _role(self, layer: str, kind: str) -> Role:
        role = self.roles.get(layer, "none")
        return (of_kind(kind) or role) if role in ("building", *BARRIERS) else role

    def _buildings(self, rings: list[Ring]) -> tuple[list[Ring], list[shapely.Polygon], list[float]]:
        """Whole, single, building-sized shapes in degrees with their areas in square metres."""
        for stroke in self.drawing.strokes:
            if self._role(stroke.layer, stroke.kind) == "building":
                self.left_out.append(LeftOut("outlines.open", stroke.layer, stroke.ref))
        kept, shapes, metres = [], [], []
        seen: set[bytes] = set()
        for ring in rings:
            shape, code = self._shape(ring)
            area = _area_m2(shape) if shape is not None else 0.0
            if shape is not None and not LEAST_M2 <= area <= MOST_M2:
                code = "outlines.too_small" if area < LEAST_M2 else "outlines.too_big"
            if shape is not None and not code:
                key = shapely.to_wkb(shapely.set_precision(shape.normalize(), 1e-7).normalize())
                code = "outlines.twice" if key in seen else ""
                seen.add(key)
            if code or shape is None:
                self.left_out.append(LeftOut(code, ring.layer, ring.ref))
                continue
            kept.append(ring)
            shapes.append(shape)
            metres.append(area)
        return self._not_inside(kept, shapes, metres)

    def _shape(self, ring: Ring) -> tuple[shapely.Polygon | None, str]:
        parts = []
        for points in (ring.points, *ring.holes):
            degrees = to_degrees(self.frame, np.array(points, dtype=float))
            if len({tuple(one) for one in degrees.tolist()}) < 3:
                return None, "outlines.few_points"
            parts.append(degrees)
        shape = shapely.Polygon(parts[0], parts[1:])
        if not shape.is_valid:
            return None, "outlines.crosses_itself"
        return shapely.orient_polygons(shape), ""

    def _not_inside(
        self, rings: list[Ring], shapes: list[shapely.Polygon], metres: list[float]
    ) -> tuple[list[Ring], list[shapely.Polygon], list[float]]:
        """Without those that lie for the most part inside a larger one."""
        if not shapes:
            return rings, shapes, metres
        tree, lost = shapely.STRtree(shapes), set()
        small, large = tree.query(shapes, predicate="intersects")
        pairs = np.array(metres)[small] < np.array(metres)[large]
        for one, two in zip(small[pairs].tolist(), large[pairs].tolist(), strict=True):
            if one not in lost and shapes[one].intersection(shapes[two]).area > _INSIDE * shapes[one].area:
                lost.add(one)
                self.left_out.append(LeftOut("outlines.inside_another", rings[one].layer, rings[one].ref))
        keep = [n for n in range(len(shapes)) if n not in lost]
        return [rings[n] for n in keep], [shapes[n] for n in keep], [metres[n] for n in keep]

    def _names(self, shapes: list[shapely.Polygon]) -> tuple[dict[int, str], dict[int, int], list[Text]]:
        """The name and the floors of each outline from the texts inside it, and the texts that lie in none."""
        texts = [
            one
            for one in self.drawing.texts
            if self.roles.get(one.layer, "none") in ("name", "building", "compound", "community")
        ]
        if not texts:
            return {}, {}, []
        degrees = to_degrees(self.frame, np.array([[one.x, one.y] for one in texts]))
        number, holder = shapely.STRtree(shapes).query(shapely.points(degrees), predicate="intersects")
        inside: dict[int, list[str]] = defaultdict(list)
        for text, shape in zip(number.tolist(), holder.tolist(), strict=True):
            inside[shape].append(texts[text].text)
        names, floors = {}, {}
        for shape, words in inside.items():
            for word in words:
                said = _STRUCTURE.match(word)
                if said and said.group(2) and not _BUILDING.search(word):
                    floors[shape] = int(said.group(2))
            likely = sorted(
                (w for w in words if not _STRUCTURE.match(w)), key=lambda w: (not _BUILDING.search(w), len(w), w)
            )
            if likely:
                names[shape] = likely[0]
        held = set(number.tolist())
        loose = [
            Text(one.layer, x, y, one.text)
            for n, (one, (x, y)) in enumerate(zip(texts, degrees.tolist(), strict=True))
            if n not in held
        ]
        return names, floors, loose

    def _holders(self, rings: list[Ring], shapes: list[shapely.Polygon], loose: list[Text]) -> dict[int, str]:
        """The name of the compound or community whose outline holds each building; its name is a property or a text inside."""
        large, names = [], []
        for ring in rings:
            shape, code = self._shape(ring)
            if shape is None:
                self.left_out.append(LeftOut(code, ring.layer, ring.ref))
                continue
            large.append(shape)
            names.append(ring.name or _name_inside(ring.layer, shape, loose))
        if not large or not shapes:
            return {}
        middles = [shapely.point_on_surface(one) for one in shapes]
        house, holder = shapely.STRtree(large).query(middles, predicate="intersects")
        return {a: names[b] for a, b in zip(house.tolist(), holder.tolist(), strict=True) if names[b]}

    def _barriers(self, others: Mapping[str, list[Ring]]) -> list[Barrier]:
        found = []
        for stroke in self.drawing.strokes:
            role = self._role(stroke.layer, stroke.kind)
            if role in BARRIERS:
                found.append(self._barrier(stroke.layer, stroke.ref, role, stroke.name, stroke.points))
            elif role != "building":
                self.unused[stroke.layer] += 1
        for role in BARRIERS:
            for ring in others[role]:
                found.append(self._barrier(ring.layer, ring.ref, role, ring.name, [*ring.points, ring.points[0]]))
        return found

    def _barrier(self, layer: str, ref: str, kind: str, name: str, points: list[Point]) -> Barrier:
        degrees = to_degrees(self.frame, np.array(points, dtype=float))
        return Barrier(layer, ref, kind, name, tuple((float(x), float(y)) for x, y in degrees))


def _name_inside(layer: str, shape: shapely.Polygon, loose: list[Text]) -> str:
    """The text inside a compound or community that belongs to no house: on its own layer if there is one."""
    inside = [one for one in loose if shape.intersects(shapely.Point(one.x, one.y))]
    own = [one.text for one in inside if one.layer == layer]
    return min(own or [one.text for one in inside], key=len, default="")


def _area_m2(shape: shapely.Polygon) -> float:
    """Area of a small polygon in degrees, on a plane that touches the earth there."""
    return float(shape.area * METRES_PER_DEGREE**2 * cos(radians(shape.centroid.y)))
