"""A county-level city from a file of outlines to adopted grids: 20,000 houses of 100 communities, some 903 grids.

Mission row A5 names 903 grids in one county-level city; with 300 to 500 households a grid, 100 communities of 200 houses
make about as many. Seconds of each step: read and compose the file (GeoJSON, and the same as DXF), judge, take, compute the
plan, adopt it, and a redraw after one new compound with the number of buildings that change their grid.
"""

from __future__ import annotations

import io
import json
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from benchmarks.support.measure import row
from benchmarks.support.own import own_database

COMMUNITIES = 100
CITY = "411621"


def run(*, quick: bool = False) -> list[dict[str, Any]]:
    """Measure every step on an own database; quick: ten communities."""
    folder = tempfile.mkdtemp(prefix="lianfang-grids-")
    try:
        with own_database(folder):
            return _measured(10 if quick else COMMUNITIES)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measured(communities: int) -> list[dict[str, Any]]:
    from lianfang.base.areas.api import load_divisions, shipped_divisions, subtree
    from tests.domain.residents.offices import office
    from tests.support.grid_city import city

    load_divisions(shipped_divisions("fugou"), edition=2020)
    actor = office(CITY, "county_dispatcher")
    codes = [one.code for one in subtree(CITY, level=5)[:communities]]
    features = city(codes)
    houses = sum(1 for one in features if one["geometry"]["type"] == "Polygon")
    raw = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()
    found: list[dict[str, Any]] = []

    def timed(what: str, act: Callable[[], Any], target: float | None = None) -> Any:
        began = time.monotonic()
        value = act()
        seconds = round(time.monotonic() - began, 1)
        holds = None if target is None else seconds <= target
        found.append(
            row("A5", f"{what} ({houses:,} houses)", seconds, "s", "" if target is None else f"<= {target:g}", holds)
        )
        return value

    drawing, reading = _read(timed, raw)
    _read_dxf(timed, features)
    _take(timed, actor, raw, drawing, reading)
    _plan(timed, actor, found)
    return found


def _read(timed: Any, raw: bytes) -> tuple[Any, Any]:
    from lianfang.exchange.outlines import Frame, compose, guess_roles, read_drawing

    drawing = timed(f"read GeoJSON, {len(raw) / 1e6:.1f} MB", lambda: read_drawing(raw))
    return drawing, timed("names, areas, checks", lambda: compose(drawing, guess_roles(drawing), Frame("wgs84")))


def _read_dxf(timed: Any, features: list[dict[str, Any]]) -> None:
    """The same houses in CGCS2000 metres as CASS leaves them."""
    from ezdxf.filemanagement import new
    from pyproj import Transformer

    from lianfang.exchange.outlines import compose, guess_frame, guess_roles, read_drawing

    plane = Transformer.from_crs("EPSG:4490", "EPSG:4526", always_xy=True)  # zone 38, central meridian 114°
    document = new("R2000")
    space = document.modelspace()
    for one in features:
        if one["geometry"]["type"] == "Polygon":
            ring = [plane.transform(*point) for point in one["geometry"]["coordinates"][0][:-1]]
            space.add_lwpolyline(ring, close=True, dxfattribs={"layer": "JMD"})
            space.add_text(
                one["properties"]["name"], dxfattribs={"layer": "ZJ", "insert": (ring[0][0] + 2, ring[0][1] + 2)}
            )
    stream = io.StringIO()
    document.write(stream)
    raw = stream.getvalue().replace("ANSI_1252", "ANSI_936").encode("gbk")
    drawing = timed(f"read DXF, {len(raw) / 1e6:.1f} MB", lambda: read_drawing(raw))
    frame = guess_frame(drawing, None)
    assert frame is not None
    reading = timed("names, areas, checks of the DXF", lambda: compose(drawing, guess_roles(drawing), frame))
    assert len(reading.outlines) == sum(1 for one in features if one["geometry"]["type"] == "Polygon")


def _take(timed: Any, actor: Any, raw: bytes, drawing: Any, reading: Any) -> None:
    from lianfang.base.areas.api import keep_drawing, stage_outlines, take_outlines
    from lianfang.exchange.outlines.drawing import pack
    from lianfang.web.grids_files import staged_of
    from tests.domain.residents.offices import acting

    shapes, lines, lost = staged_of(reading)
    with acting(actor):
        number = keep_drawing(
            path=CITY, filename="city", digest=sha256(raw).hexdigest(), drawing=pack(drawing), account=1, settings={}
        )
        timed(
            "judge", lambda: stage_outlines(number=number, outlines=shapes, barriers=lines, settings={}, left_out=lost)
        )
        timed("take", lambda: take_outlines(number=number))


def _plan(timed: Any, actor: Any, found: list[dict[str, Any]]) -> None:
    from lianfang.base.areas.api import NewBuilding, add_buildings, subtree
    from lianfang.domain.plans import services
    from lianfang.domain.plans.selectors import lines_of, plan_by_id
    from tests.domain.residents.offices import acting

    first = timed("plan, with its problem and lines", lambda: _computed(actor), 60.0)
    with acting(actor):
        plan = plan_by_id(first)
        figures = {one["key"]: one["plan"] for one in plan.summary["figures"]}
        timed("adopt", lambda: services.adopt(actor=actor, plan_id=first))
        draw = random.Random(1)
        town = subtree(CITY, level=5)[3].path
        add_buildings(
            [NewBuilding(town, "新院", f"{n}号楼", floors=6, entrances=draw.choice((2, 3))) for n in range(501, 513)]
        )
    found.append(row("A5", "grids", figures["figure.grids"], "grids", "", None))
    outside = figures["figure.outside"]
    found.append(row("A5", "grids outside 300 to 500 households", outside, "grids", "0", outside == 0))
    again = timed("redraw after one new compound of 12 houses", lambda: _computed(actor), 60.0)
    with acting(actor):
        moved = sum(1 for line in lines_of(again) if line.reason == "why.moved")
    found.append(row("A5", "buildings that change their grid in the redraw", moved, "buildings", "", None))


def _computed(actor: Any) -> int:
    from lianfang.domain.plans import services, worker
    from lianfang.domain.plans.selectors import plan_by_id
    from tests.domain.residents.offices import acting

    asked = {"net": "community", "low": 300, "high": 500, "keep": "redraw"}
    with acting(actor):
        number = services.propose(actor=actor, kind="grids", path=CITY, params=asked, seconds=60)
    worker.run_job(number)
    with acting(actor):
        plan = plan_by_id(number)
        assert plan.state == "proposed", plan.reasons
    return number
