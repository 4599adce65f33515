"""Reading a file of outlines in a process of its own: a hostile or huge file ends that process, never the server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec

import lianfang
from lianfang.exchange.outlines import problems  # noqa: F401 - its sentences
from lianfang.exchange.outlines.drawing import MEGABYTE, Drawing, Limits, unpack
from lianfang.kernel.errors import CatalogueError, LianfangError

_PACKED: Final = (b"PK\x03\x04", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")


def read_drawing(raw: bytes, *, limits: Limits | None = None) -> Drawing:
    """What a GeoJSON or DXF file holds, in its own coordinates.

    Raises outlines.empty_file, too_large, dwg, packed, wrong_type, damaged, too_much, reader_ended, nothing_found.
    """
    bounds = limits or Limits()
    form = form_of(raw, bounds)
    command = [
        sys.executable,
        "-m",
        "lianfang.exchange.outlines.reader_process",
        form,
        msgspec.json.encode(bounds).decode(),
    ]
    wall = bounds.reader_seconds * 3
    environment = {**os.environ, "PYTHONPATH": str(Path(lianfang.__path__[0]).parent), "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(command, input=raw, capture_output=True, timeout=wall, check=False, env=environment)  # noqa: S603 - our own program
    except subprocess.TimeoutExpired:
        raise LianfangError("outlines.reader_ended") from None
    if done.returncode == 3:
        raise _refusal(done.stdout)
    try:
        drawing = unpack(done.stdout) if done.returncode == 0 else None
    except msgspec.MsgspecError:
        drawing = None
    if drawing is None:
        raise LianfangError("outlines.reader_ended")
    if not drawing.rings and not drawing.strokes:
        counts = {"rings": 0, "strokes": len(drawing.strokes), "texts": len(drawing.texts)}
        raise LianfangError("outlines.nothing_found", **counts)
    return drawing


def form_of(raw: bytes, limits: Limits) -> str:
    """'geojson' or 'dxf' by the first bytes, not by the name; raises for everything else."""
    if not raw.strip():
        raise LianfangError("outlines.empty_file")
    if len(raw) > limits.file_bytes:
        size, limit = round(len(raw) / MEGABYTE, 1), round(limits.file_bytes / MEGABYTE)
        raise LianfangError("outlines.too_large", size_mb=size, limit_mb=limit)
    head = raw[:4096]
    if head[:4] in (b"AC10", b"AC1.") or head[:3] == b"AC1":
        raise LianfangError("outlines.dwg")
    if head.startswith(_PACKED):
        raise LianfangError("outlines.packed")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{"):
        return "geojson"
    lines = [line.strip() for line in start.splitlines()[:400]]
    if head.startswith(b"AutoCAD Binary DXF") or (b"SECTION" in lines and (lines[0] in (b"0", b"999"))):
        return "dxf"
    raise LianfangError("outlines.wrong_type")


def _refusal(answer: bytes) -> LianfangError:
    try:
        said = json.loads(answer)
        return LianfangError(str(said["code"]), **said["values"])
    except (ValueError, KeyError, TypeError, CatalogueError):
        return LianfangError("outlines.reader_ended")
