"""Files of outlines: what is read, what is left out with which reason, which files are refused with which sentence."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from lianfang.exchange.outlines import Frame, Limits, compose, guess_frame, guess_roles, read_drawing, write_geojson
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.geo import haversine_m
from tests.exchange.outlines import plans

pytestmark = pytest.mark.row("A5")
SHARED = Path(os.environ.get("LIANFANG_SHARED") or Path(__file__).parents[4] / "shared")
WGS84 = Frame("wgs84")


def refusal(raw: bytes, **limits: Any) -> str:
    with pytest.raises(LianfangError) as caught:
        read_drawing(raw, limits=Limits(**limits))
    assert caught.value.render("zh")
    return caught.value.code


def test_geojson_in_satellite_degrees() -> None:
    features = [plans.feature(one, floors=6, households=24) for one in plans.houses()]
    raw = plans.collection([*features, plans.line([(0, 30), (160, 30)], "围墙", "北墙")])
    drawing = read_drawing(raw)
    assert guess_frame(drawing, None) == WGS84
    roles = guess_roles(drawing)
    assert roles == {"building": "building", "围墙": "wall"}
    reading = compose(drawing, roles, WGS84)
    assert [one.name for one in reading.outlines] == [f"{n}号楼" for n in range(1, 13)]
    assert {(one.floors, one.households) for one in reading.outlines} == {(6, 24)}
    assert all(abs(one.area_m2 - 24 * 12) < 3 for one in reading.outlines)
    assert [(one.kind, one.name) for one in reading.barriers] == [("wall", "北墙")]


def test_geojson_of_a_chinese_base_map_is_moved_back() -> None:
    raw = plans.collection([plans.feature(one, gcj=True) for one in plans.houses()])
    drawing = read_drawing(raw)
    moved = compose(drawing, guess_roles(drawing), Frame("gcj02")).outlines[0]
    kept = compose(drawing, guess_roles(drawing), WGS84).outlines[0]
    assert haversine_m(*moved.rings[0][0], *plans.ORIGIN) < 1.0
    assert haversine_m(*kept.rings[0][0], *plans.ORIGIN) > 100


def test_written_geojson_is_read_back_as_it_was() -> None:
    first = compose(
        drawing := read_drawing(plans.collection([plans.feature(h) for h in plans.houses()])),
        guess_roles(drawing),
        WGS84,
    )
    shapes = [
        ({"type": "Polygon", "coordinates": one.rings}, {"name": one.name, "layer": "building"})
        for one in first.outlines
    ]
    again = read_drawing(write_geojson(shapes))
    assert compose(again, guess_roles(again), WGS84).outlines == [
        one.__class__(**{n: getattr(one, n) for n in one.__slots__}) for one in first.outlines
    ]


@pytest.mark.parametrize(
    ("version", "page", "encoding", "said"),
    [
        ("R2000", "ANSI_936", "gbk", "gb18030"),
        ("R12", "ANSI_936", "gbk", "gb18030"),
        ("R2004", "ANSI_1252", "gbk", "gb18030"),  # the page a western template leaves in
        ("R2018", "", "utf-8", "utf-8"),
    ],
)
def test_a_plan_as_surveyors_leave_it(version: str, page: str, encoding: str, said: str) -> None:
    """CASS layers, local coordinates, GBK texts inside the houses, structure marks, a wall that only its code names."""

    def more(document: Any, space: Any) -> None:
        document.appids.add("SOUTH")
        if version != "R12":
            wall = space.add_lwpolyline([(0, 30), (160, 30)], dxfattribs={"layer": "JMD"})
            wall.set_xdata("SOUTH", [(1000, "144301")])
        space.add_line((0, -20), (160, -20), dxfattribs={"layer": "SXSS"})
        space.add_line((-20, 0), (-20, 120), dxfattribs={"layer": "DLSS"})
        space.add_point((5, 5), dxfattribs={"layer": "GCD"})

    raw = plans.dxf(plans.houses(), version=version, page=page, encoding=encoding, extra=more)
    drawing = read_drawing(raw)
    assert drawing.encoding == said
    assert guess_frame(drawing, None) is None  # a local grid says nothing about the earth
    roles = guess_roles(drawing)
    assert {roles[name] for name in ("JMD", "ZJ", "SXSS", "DLSS", "GCD")} == {
        "building",
        "name",
        "river",
        "road",
        "none",
    }
    frame = plans.fitted([(0, 0), (136, 0), (136, 92)])
    reading = compose(drawing, roles, frame)
    assert sorted(one.name for one in reading.outlines) == sorted(f"{n}号楼" for n in range(1, 13))
    assert {one.floors for one in reading.outlines} == {6}
    assert haversine_m(*reading.outlines[0].at, *plans.degrees(12, 6)) < 5
    kinds = sorted(one.kind for one in reading.barriers)
    assert kinds == (["river", "road"] if version == "R12" else ["river", "road", "wall"])
    assert drawing.others == {"GCD": 1}


def test_each_thing_left_out_has_its_reason() -> None:
    def more(document: Any, space: Any) -> None:
        add = space.add_lwpolyline
        add([(500, 0), (520, 0), (520, 12), (500, 10)], dxfattribs={"layer": "JMD"})
        add([(600, 0), (620, 12), (620, 0), (600, 12)], close=True, dxfattribs={"layer": "JMD"})
        add([(0, 0), (24, 0), (24, 12), (0, 12)], close=True, dxfattribs={"layer": "JMD"})
        add([(2, 2), (8, 2), (8, 8), (2, 8)], close=True, dxfattribs={"layer": "JMD"})
        add([(700, 0), (701, 0), (701, 1)], close=True, dxfattribs={"layer": "JMD"})
        add([(-900, -900), (900, -900), (900, 900), (-900, 900)], close=True, dxfattribs={"layer": "JMD"})
        add([(800, 0), (824, 0), (824, 12), (800, 12), (800, 0.01)], dxfattribs={"layer": "JMD"})  # closed to the eye
        block = document.blocks.new("HOUSE")
        block.add_lwpolyline([(0, 0), (20, 0), (20, 10), (0, 10)], close=True, dxfattribs={"layer": "JMD"})
        space.add_blockref("HOUSE", (900, 0), dxfattribs={"rotation": 30, "layer": "JMD"})
        space.add_circle((1000, 0), 10, dxfattribs={"layer": "JMD"})

    drawing = read_drawing(plans.dxf(plans.houses(), extra=more))
    reading = compose(drawing, guess_roles(drawing), plans.fitted([(0, 0), (136, 92)]))
    found = sorted(one.code.removeprefix("outlines.") for one in reading.left_out)
    assert found == ["crosses_itself", "inside_another", "open", "too_big", "too_small", "twice"]
    assert len(reading.outlines) == 12 + 3  # closed to the eye, the block, the round house
    assert max(abs(one.area_m2 - 314) for one in reading.outlines if len(one.rings[0]) > 8) < 5


def test_refused_files_say_why(monkeypatch: pytest.MonkeyPatch) -> None:
    good = plans.dxf(plans.houses())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.dxf", b"0" * 5_000_000)
    assert refusal(b"  \n") == "outlines.empty_file"
    assert refusal(b"AC1032\x00\x00\x00rest of a DWG") == "outlines.dwg"
    assert refusal(packed.getvalue()) == "outlines.packed"
    assert refusal(gzip.compress(good)) == "outlines.packed"
    assert refusal(b"name,x,y\n1,2,3\n") == "outlines.wrong_type"
    assert refusal(good[: len(good) // 2]) == "outlines.damaged"
    assert refusal(b'{"type": "FeatureCollection", "features": [') == "outlines.damaged"
    assert refusal(b'{"features": ' + b"[" * 100_000) == "outlines.damaged"
    assert refusal(b'{"type": "FeatureCollection", "features": []}') == "outlines.nothing_found"
    assert refusal(good, file_bytes=1000) == "outlines.too_large"
    assert refusal(good, vertices=10) == "outlines.too_much"
    assert refusal(good, parts=5) == "outlines.too_much"
    assert refusal(good, reader_bytes=50 << 20) == "outlines.reader_ended"


def test_blocks_in_blocks_do_not_grow_for_ever() -> None:
    def bomb(document: Any, space: Any) -> None:
        inner = document.blocks.new("B0")
        inner.add_lwpolyline([(0, 0), (5, 0), (5, 5)], close=True)
        for depth in range(1, 7):
            block = document.blocks.new(f"B{depth}")
            for n in range(20):
                block.add_blockref(f"B{depth - 1}", (n, 0))
        space.add_blockref("B6", (0, 0))

    assert refusal(plans.dxf([], extra=bomb), parts=20_000) == "outlines.too_much"


def test_a_million_points_are_refused_as_one_outline_and_as_a_file() -> None:
    ring = [[114.4 + n * 1e-9, 34.0] for n in range(30_000)]
    one = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    drawing = read_drawing(plans.collection([one, *(plans.feature(h) for h in plans.houses())]))
    assert [lost.code for lost in drawing.left_out] == ["outlines.too_many_points"]
    assert refusal(plans.collection([one] * 40), vertices=1_000_000) == "outlines.too_much"


def test_numbers_that_are_none_and_shapes_that_are_none() -> None:
    good = [plans.feature(one) for one in plans.houses()]
    bad = [
        {"type": "Feature", "properties": None, "geometry": None},
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [["x"]]}},
        {"type": "Feature", "properties": {}, "geometry": {"type": "GeometryCollection", "geometries": []}},
        "no feature at all",
    ]
    drawing = read_drawing(json.dumps({"type": "FeatureCollection", "features": [*good, *bad]}).encode())
    assert len(drawing.rings) == 12
    assert sorted(lost.code for lost in drawing.left_out) == ["outlines.bad_number"] + ["outlines.not_a_polygon"] * 3
    assert (
        refusal(b'{"type": "FeatureCollection", "features": [{"geometry": {"coordinates": [NaN]}}]}')
        == "outlines.damaged"
    )


def test_names_come_from_the_compound_around_and_the_text_inside() -> None:
    def more(document: Any, space: Any) -> None:
        for layer in ("小区", "社区界"):
            document.layers.add(layer)
        space.add_lwpolyline([(-10, -10), (70, -10), (70, 110), (-10, 110)], close=True, dxfattribs={"layer": "小区"})
        space.add_text("幸福小区", dxfattribs={"layer": "小区", "insert": (30, 34)})
        space.add_lwpolyline(
            [(-20, -20), (180, -20), (180, 130), (-20, 130)], close=True, dxfattribs={"layer": "社区界"}
        )
        space.add_text("城关社区", dxfattribs={"layer": "社区界", "insert": (150, 115)})

    drawing = read_drawing(plans.dxf(plans.houses(), extra=more))
    reading = compose(drawing, guess_roles(drawing), plans.fitted([(0, 0), (136, 92)]))
    inside = {one.name for one in reading.outlines if one.compound == "幸福小区"}
    assert inside == {"1号楼", "2号楼", "5号楼", "6号楼", "9号楼", "10号楼"}
    assert {one.community for one in reading.outlines} == {"城关社区"}


@pytest.mark.skipif(not (SHARED / "data").is_dir(), reason="the public data is not beside the checkout")
def test_public_files() -> None:
    """OpenStreetMap's 32 buildings and 14 roads; a survey and a state map in DXF, read as far as they are outlines."""
    drawing = read_drawing((SHARED / "data/osm/planet_10.068_48.135_10.071_48.137.geojson").read_bytes())
    roles = guess_roles(drawing)
    assert roles["building"] == "building"
    assert sum(1 for ring in drawing.rings if ring.layer == "building") == 32
    with pytest.raises(LianfangError) as caught:
        compose(drawing, roles, WGS84)
    assert caught.value.code == "outlines.out_of_range"  # it lies in Germany
    states = read_drawing((SHARED / "data/cad/usa_states_polylines.dxf").read_bytes())
    assert len(states.rings) == 59
    measured = read_drawing((SHARED / "data/cad/Leica_Disto_S910.dxf").read_bytes())
    assert not measured.rings  # lines alone: barriers, if somebody says so
    with pytest.raises(LianfangError) as nothing:
        compose(measured, guess_roles(measured), WGS84)
    assert nothing.value.code == "outlines.out_of_range"  # a survey in metres of its own lies nowhere
