"""From a reading of a file to what the tree of areas stages."""

from __future__ import annotations

from lianfang.base.areas.api import NewBarrier, NewOutline
from lianfang.exchange.outlines import Reading


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
