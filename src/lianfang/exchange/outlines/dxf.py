"""DXF as a drawing, by ezdxf: closed polylines, hatches and circles as rings, other lines as strokes, texts with their place.

Coordinates stay those of the file. Blocks are resolved with a limit, so that blocks within blocks can't multiply for
ever. Texts of files older than 2007 are read by the code page the file names, or as GBK when it names a wrong one.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import pairwise
from math import isfinite
from typing import Any, Final

import ezdxf
from ezdxf import path as curves
from ezdxf import recover
from ezdxf.lldxf.const import DXFError

from lianfang.exchange.outlines.drawing import Drawing, LeftOut, Limits, Point, Ring, Stroke, Text
from lianfang.kernel.errors import LianfangError

_UNITS: Final = {1: 0.0254, 2: 0.3048, 4: 0.001, 5: 0.01, 6: 1.0, 7: 1000.0, 14: 0.1}
"""Metres a drawing unit by $INSUNITS (Autodesk DXF reference, HEADER section)."""
_UTF8_SINCE: Final = "AC1021"
_BLOCKS_DEEP: Final = 8
_CURVE_SHARE: Final = 0.002
"""How far a straight piece may stray from a curve, as a share of the curve's extent (assumption)."""
_CLOSE_SHARE: Final = 0.002
"""An outline whose ends lie closer than this share of its length counts as closed (assumption)."""
_LINES: Final = {"LWPOLYLINE", "POLYLINE", "LINE", "ARC", "CIRCLE", "ELLIPSE", "SPLINE"}
_TEXTS: Final = {"TEXT", "MTEXT", "ATTRIB"}
_SOUTH: Final = "SOUTH"


def read_dxf(raw: bytes, limits: Limits) -> Drawing:
    """Everything the model space holds; raises outlines.damaged, outlines.too_much."""
    text, encoding = _decoded(raw)
    try:
        document = ezdxf.read(io.StringIO(text)) if text is not None else recover.read(io.BytesIO(raw))[0]  # type: ignore[attr-defined]
    except (DXFError, ValueError, KeyError, IndexError, AttributeError, TypeError, OSError):
        document = _recovered(raw)
    return _Reader(document, encoding, limits).run()


def _recovered(raw: bytes) -> Any:
    """A document with small faults as far as it can be put right; a torn one is refused, half a plan is no plan."""
    if b"EOF" not in raw[-64:] and not raw.startswith(b"AutoCAD Binary DXF"):
        raise LianfangError("outlines.damaged", detail="EOF")
    try:
        document, audit = recover.read(io.BytesIO(raw))
    except (DXFError, ValueError, KeyError, IndexError, AttributeError, TypeError, OSError):
        raise LianfangError("outlines.damaged", detail="DXF") from None
    if audit.has_errors:
        raise LianfangError("outlines.damaged", detail=f"DXF: {len(audit.errors)}")
    return document


def _decoded(raw: bytes) -> tuple[str | None, str]:
    """The text of an ASCII DXF and its code page; (None, …) for a binary one."""
    if raw.startswith(b"AutoCAD Binary DXF"):
        return None, "binary"
    head = raw[:20_000].decode("latin-1")
    version = re.search(r"\$ACADVER\s+1\s+(AC\d{4})", head)
    page = re.search(r"\$DWGCODEPAGE\s+3\s+(\S+)", head)
    modern = version is not None and version.group(1) >= _UTF8_SINCE
    named = "utf-8" if modern else {"936": "gb18030", "950": "big5", "932": "cp932", "949": "cp949"}.get(
        re.sub(r"\D", "", page.group(1)) if page else "", "")  # fmt: skip
    for encoding in (named, "ascii", "utf-8", "gb18030"):
        try:
            return raw.decode(encoding).replace("\r\n", "\n"), encoding
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("gb18030", errors="replace").replace("\r\n", "\n"), "gb18030?"


class _Reader:
    def __init__(self, document: Any, encoding: str, limits: Limits) -> None:
        self.document, self.limits = document, limits
        unit = _UNITS.get(int(document.header.get("$INSUNITS", 0)))
        self.found = Drawing("dxf", encoding, [], [], [], [], {}, unit=unit)
        self.vertices = self.parts = 0

    def run(self) -> Drawing:
        for entity in self._entities(self.document.modelspace(), 0):
            self._take(entity)
        return self.found

    def _entities(self, source: Any, depth: int) -> Iterator[Any]:
        """Single entities, blocks resolved; counted, so that nothing grows without end."""
        for entity in source:
            self.parts += 1
            if self.parts > self.limits.parts:
                raise LianfangError("outlines.too_much", what="图形/shapes", limit=self.limits.parts)
            if entity.dxftype() != "INSERT":
                yield entity
                continue
            if depth >= _BLOCKS_DEEP:
                self._lose(entity, "outlines.block_unread")
                continue
            try:
                yield from self._entities(entity.virtual_entities(), depth + 1)
                yield from entity.attribs
            except (DXFError, ValueError, TypeError, AttributeError, RecursionError):
                self._lose(entity, "outlines.block_unread")

    def _take(self, entity: Any) -> None:
        kind, layer = entity.dxftype(), str(entity.dxf.layer)
        try:
            if kind in _TEXTS:
                self._text(entity, layer)
            elif kind == "HATCH":
                self._hatch(entity, layer)
            elif kind in _LINES:
                self._line(entity, layer)
            else:
                self.found.others[layer] = self.found.others.get(layer, 0) + 1
        except LianfangError:
            raise
        except (DXFError, ValueError, TypeError, AttributeError, IndexError, ZeroDivisionError, OverflowError):
            self._lose(entity, "outlines.bad_number")

    def _text(self, entity: Any, layer: str) -> None:
        words = entity.plain_text()
        place = entity.dxf.insert
        if entity.dxftype() != "MTEXT" and entity.dxf.get("halign", 0) + entity.dxf.get("valign", 0):
            place = entity.dxf.get("align_point", place)
        x, y, _ = entity.ocs().to_wcs(place) if entity.dxf.hasattr("extrusion") else place
        if str(words).strip():
            self.found.texts.append(Text(layer, float(x), float(y), str(words).strip()[:80]))

    def _line(self, entity: Any, layer: str) -> None:
        points, closed = self._points(entity), _is_closed(entity)
        self._count(len(points))
        if not all(isfinite(x) and isfinite(y) for x, y in points):
            self._lose(entity, "outlines.bad_number")
        elif len(points) > self.limits.ring_vertices:
            self._lose(entity, "outlines.too_many_points")
        elif (closed or _nearly_closed(points)) and len(points) > 2:
            self.found.rings.append(Ring(layer, _ref(entity), points, kind=_south(entity)))
        elif len(points) > 1:
            self.found.strokes.append(Stroke(layer, _ref(entity), points, kind=_south(entity)))

    def _hatch(self, entity: Any, layer: str) -> None:
        for edge in curves.from_hatch(entity):
            points = [(float(p.x), float(p.y)) for p in edge.flattening(_fine(edge))]
            self._count(len(points))
            if len(points) > 2 and all(isfinite(x) and isfinite(y) for x, y in points):
                self.found.rings.append(Ring(layer, _ref(entity), points, kind=_south(entity)))

    def _points(self, entity: Any) -> list[Point]:
        kind = entity.dxftype()
        if kind == "LWPOLYLINE" and not entity.has_arc:
            return [(float(p.x), float(p.y)) for p in entity.vertices_in_wcs()]
        if kind == "POLYLINE" and not entity.has_arc:
            if not (entity.is_2d_polyline or entity.is_3d_polyline):
                raise ValueError("a mesh")
            return [(float(p.x), float(p.y)) for p in entity.points_in_wcs()]
        if kind == "LINE":
            return [(float(p.x), float(p.y)) for p in (entity.dxf.start, entity.dxf.end)]
        curve = curves.make_path(entity)
        return [(float(p.x), float(p.y)) for p in curve.flattening(_fine(curve))]

    def _count(self, points: int) -> None:
        self.vertices += points
        if self.vertices > self.limits.vertices:
            raise LianfangError("outlines.too_much", what="点/points", limit=self.limits.vertices)

    def _lose(self, entity: Any, code: str) -> None:
        self.found.left_out.append(LeftOut(code, str(entity.dxf.layer), _ref(entity)))


def _fine(curve: Any) -> float:
    points = list(curve.control_vertices())
    across = max((abs(one.x - points[0].x) + abs(one.y - points[0].y) for one in points), default=1.0)
    return max(float(across) * _CURVE_SHARE, 1e-9)


def _is_closed(entity: Any) -> bool:
    kind = entity.dxftype()
    if kind in ("LWPOLYLINE", "SPLINE"):
        return bool(entity.closed)
    if kind == "POLYLINE":
        return bool(entity.is_closed)
    if kind == "ELLIPSE":
        return abs(entity.dxf.end_param - entity.dxf.start_param) > 6.283
    return kind == "CIRCLE"


def _nearly_closed(points: list[Point]) -> bool:
    """Whether the last point lies on the first, as a person's eye would say."""
    if len(points) < 4:
        return False
    length = sum(abs(b[0] - a[0]) + abs(b[1] - a[1]) for a, b in pairwise(points))
    gap = abs(points[0][0] - points[-1][0]) + abs(points[0][1] - points[-1][1])
    return gap <= length * _CLOSE_SHARE


def _south(entity: Any) -> str:
    """The CASS code in the extended data, or nothing."""
    if not entity.has_xdata(_SOUTH):
        return ""
    return next((str(tag.value) for tag in entity.get_xdata(_SOUTH) if tag.code == 1000), "")[:20]


def _ref(entity: Any) -> str:
    return str(entity.dxf.get("handle") or "block")
