"""What was read from a file before anybody said what its layers mean: closed rings, strokes and texts by layer."""

from __future__ import annotations

from collections import Counter
from typing import Final

import msgspec

MEGABYTE: Final = 1 << 20
Point = tuple[float, float]


class Limits(msgspec.Struct, frozen=True):
    """Bounds of a file; all are assumptions: ten times the plan of a county-level city with 20,000 buildings.

    file_bytes: as sent. vertices: of the whole file. ring_vertices: of one ring. parts: rings, strokes and texts together.
    reader_bytes, reader_seconds: address space and processor time of the process that reads.
    """

    file_bytes: int = 64 * MEGABYTE
    vertices: int = 2_000_000
    ring_vertices: int = 20_000
    parts: int = 500_000
    reader_bytes: int = 4096 * MEGABYTE
    reader_seconds: int = 120


class Ring(msgspec.Struct, array_like=True):
    """A closed ring with its holes, in the coordinates of the file; ref: handle or feature number, to find it again."""

    layer: str
    ref: str
    points: list[Point]
    holes: list[list[Point]] = []
    name: str = ""
    compound: str = ""
    community: str = ""
    building: str = ""
    floors: int | None = None
    households: int | None = None
    kind: str = ""


class Stroke(msgspec.Struct, array_like=True):
    """An open line; kind: what the file itself says it is (wall, river, road), or nothing."""

    layer: str
    ref: str
    points: list[Point]
    name: str = ""
    kind: str = ""


class Text(msgspec.Struct, array_like=True):
    """A text with the point it stands at."""

    layer: str
    x: float
    y: float
    text: str


class LeftOut(msgspec.Struct, array_like=True, frozen=True):
    """One thing that was not taken: the code of the reason, the layer, and its handle or number in the file."""

    code: str
    layer: str
    ref: str


class LayerCount(msgspec.Struct, array_like=True):
    """How many of each kind a layer holds."""

    layer: str
    rings: int = 0
    strokes: int = 0
    texts: int = 0
    others: int = 0


class Drawing(msgspec.Struct):
    """A file as read. form: geojson or dxf; encoding: code page of its texts; unit: metres a unit, None if not stated;
    degrees: whether its coordinates can only be longitude and latitude; said: coordinate system the file names ('' none)."""

    form: str
    encoding: str
    rings: list[Ring]
    strokes: list[Stroke]
    texts: list[Text]
    left_out: list[LeftOut]
    others: dict[str, int]
    unit: float | None = None
    degrees: bool = False
    said: str = ""

    def layers(self) -> list[LayerCount]:
        """Every layer with what it holds, in the order of names."""
        rings, strokes = Counter(one.layer for one in self.rings), Counter(one.layer for one in self.strokes)
        texts = Counter(one.layer for one in self.texts)
        lost = Counter(one.layer for one in self.left_out)
        names = sorted({*rings, *strokes, *texts, *self.others, *lost})
        return [
            LayerCount(name, rings[name], strokes[name], texts[name], self.others.get(name, 0) + lost[name])
            for name in names
        ]

    def box(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of all rings and strokes, or None when there is nothing."""
        lines = [one.points for one in self.rings] + [one.points for one in self.strokes]
        xs = [x for points in lines for x, _ in points]
        ys = [y for points in lines for _, y in points]
        return (min(xs), min(ys), max(xs), max(ys)) if xs else None


def pack(drawing: Drawing) -> bytes:
    """The drawing as bytes, to be kept between two pages."""
    return msgspec.msgpack.encode(drawing)


def unpack(data: bytes) -> Drawing:
    """The drawing that `pack` made; raises msgspec.MsgspecError."""
    return msgspec.msgpack.decode(data, type=Drawing)
