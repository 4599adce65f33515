"""From a reading of a file to what the tree of areas stages."""

from __future__ import annotations

from typing import Any, Final

from lianfang.base.areas.api import NewBarrier, NewOutline, boundaries, outlines
from lianfang.exchange.outlines import Reading
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.geo import haversine_m

FAR_KM: Final = 30.0
"""A plan further from its area than this has wrong coordinates: counties are some 30 km across (assumption)."""


def staged_of(reading: Reading) -> tuple[list[NewOutline], list[NewBarrier], list[tuple[str, str, str]]]:
    """Outlines, lines, and (code, layer, ref) of what was left out, as `stage_outlines` takes them."""
    shapes = [
        NewOutline(
            name=one.name, compound=one.compound, community=one.community, code=one.building, floors=one.floors,
            households=one.households, layer=one.layer, ref=one.ref, area_m2=one.area_m2, at=one.at,
            geometry={"type": "Polygon", "coordinates": [[list(point) for point in ring] for ring in one.rings]},
        )
        for one in reading.outlines
    ]  # fmt: skip
    lines = [
        NewBarrier(
            one.kind, one.name, one.layer, one.ref, {"type": "LineString", "coordinates": [list(p) for p in one.points]}
        )
        for one in reading.barriers
    ]
    return shapes, lines, [(one.code, one.layer, one.ref) for one in reading.left_out]


def centre_of(path: str) -> tuple[float, float] | None:
    """A point of the area: from its buildings' outlines, its border, or the border of the nearest area above that has one."""
    known = next(iter(outlines(path, limit=1).values()), None)
    if known is not None:
        return known.at
    for length in (len(path), 9, 6):
        shape = boundaries(path[:length]).get(path[:length])
        if shape is not None:
            return _middle(shape)
    return None


def _middle(shape: dict[str, Any]) -> tuple[float, float]:
    part = shape["coordinates"]
    while isinstance(part[0][0], list):
        part = part[0]
    return sum(p[0] for p in part) / len(part), sum(p[1] for p in part) / len(part)


def require_near(reading: Reading, path: str, name: str) -> None:
    """Refuse a plan that lands in another county; name: what its area is called. Raises outlines.elsewhere."""
    centre, at = centre_of(path), reading.outlines[0].at if reading.outlines else reading.barriers[0].points[0]
    far = haversine_m(*centre, *at) / 1000 if centre is not None else 0.0
    if far > FAR_KM:
        raise LianfangError("outlines.elsewhere", name=name, km=round(far))
