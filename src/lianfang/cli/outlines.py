"""`lianfang outlines FILE … --area CODE`: plans of buildings and barriers, larger than a page takes; staged, judged, and taken if asked."""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lianfang.kernel.divisions import normalise_code, path_of, short_name
from lianfang.kernel.errors import LianfangError, define

if TYPE_CHECKING:
    from lianfang.exchange.outlines import Drawing, Frame

define(
    "outlines.layer_unknown",
    status=422,
    zh="图纸中没有图层“{layer}”，或没有“{role}”这种用途。图层有：{known}；用途有：{roles}。",
    en="The plan has no layer '{layer}', or there is no role '{role}'. Layers: {known}. Roles: {roles}.",
)
MEGABYTES: Final = 512
BEAT: Final = 5.0
"""Seconds between two lines of progress."""
HELP: Final = (
    "读入楼栋轮廓和围墙、河流、道路（GeoJSON、DXF），可超过网页的大小限制；先暂存并逐条判定，--take 时写入。"
    " | Read outlines of buildings, walls, rivers and roads (GeoJSON, DXF) beyond the size a page takes: staged, judged one by one, "
    "written with --take."
)


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add `outlines` to the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "outlines", help="plans of buildings and barriers, of any size 导入楼栋轮廓和隔断", description=HELP
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="GeoJSON 或 DXF 文件，可多个 | one or more files")
    parser.add_argument(
        "--area", metavar="CODE", help="图纸所在区域的统计代码 | the area the plans show, by its statistical code"
    )
    parser.add_argument(
        "--coordinates", metavar="KIND", help="坐标：wgs84、gcj02 或 cgcs2000:117（中央经线）；不写则按数值判断 | wgs84, gcj02 or "
        "cgcs2000:MERIDIAN; without it the numbers tell",
    )  # fmt: skip
    parser.add_argument("--swapped", action="store_true", help="北坐标在前 | northing before easting")
    parser.add_argument(
        "--layer", action="append", default=[], metavar="NAME=ROLE",
        help="图层用途：building、wall、river、road、compound、community、name、none；可多次 | what a layer holds; may be given again",
    )  # fmt: skip
    parser.add_argument(
        "--take", action="store_true", help="判定后写入新的和有变化的 | write what was judged new or changed"
    )
    parser.add_argument("--undo", type=int, metavar="ID", help="撤回一次导入 | take an import back")
    parser.add_argument("--strict", action="store_true", help="有未收下的就返回1 | exit with 1 when anything is left")
    parser.add_argument("--as", dest="account", metavar="USER", help="以哪个账号导入 | the account that imports")
    return parser


def run(args: argparse.Namespace) -> int:
    """Stage (and take) every file, or take one import back; returns 0, 1 when something was refused, 2 for wrong usage."""
    if args.undo is None and not (args.files and args.area):
        print("FILE and --area CODE, or --undo ID, are needed", file=sys.stderr)
        return 2
    if args.undo is not None:
        return _undo(args)
    area = path_of(normalise_code(args.area))
    left = 0
    for name in args.files:
        if not Path(name).is_file():
            raise LianfangError("import.file_missing", path=name)
        left += _one(args, Path(name), area)
    return 1 if args.strict and left else 0


def _one(args: argparse.Namespace, path: Path, area: str) -> int:
    """One file from bytes to verdicts; returns how many outlines wait for a person or were refused."""
    from lianfang.base.areas.api import keep_drawing, names_of, outline_import, stage_outlines, take_outlines
    from lianfang.exchange.outlines import compose, read_drawing
    from lianfang.exchange.outlines.drawing import MEGABYTE, Limits, pack
    from lianfang.web.grids_files import require_near, staged_of

    limits = Limits(MEGABYTES * MEGABYTE, 10_000_000, 200_000, 3_000_000, 8192 * MEGABYTE, 900)
    if path.stat().st_size > limits.file_bytes:
        size = round(path.stat().st_size / MEGABYTE, 1)
        raise LianfangError("outlines.too_large", size_mb=size, limit_mb=MEGABYTES)
    raw = path.read_bytes()
    with _told(f"{path.name}: 读图 reading {len(raw) / MEGABYTE:.1f} MB"):
        drawing = read_drawing(raw, limits=limits)
    for one in drawing.layers():
        print(f"  {one.layer}: {one.rings} rings, {one.strokes} lines, {one.texts} texts")
    with _as_somebody(args, area) as actor:
        frame, roles = _frame(args, drawing, area), _roles(args, drawing)
        with _told("拼合轮廓、名称和隔断 outlines, names and barriers"):
            reading = compose(drawing, roles, frame)
        require_near(reading, area, short_name(names_of([area]).get(area, area)))
        settings = {
            "roles": roles,
            "frame": frame.kind,
            "meridian": frame.meridian,
            "swapped": frame.swapped,
            "points": {},
        }
        shapes, lines, lost = staged_of(reading)
        with _told(f"判定 judging {len(shapes)} outlines, {len(lines)} barriers"):
            number = keep_drawing(
                path=area, filename=path.name, digest=sha256(raw).hexdigest(), drawing=pack(drawing), account=actor.account_id,
                settings={},
            )  # fmt: skip
            if outline_import(number).state == "taken":
                print(f"import {number}: taken already, nothing to do 已导入过，未作改动")
                return 0
            counts = stage_outlines(number=number, outlines=shapes, barriers=lines, settings=settings, left_out=lost)
    said = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()) if count)
    print(f"import {number}: {said or 'nothing'} · /grids/outlines/{number}/")
    if args.take:
        with _as_somebody(args, area), _told("写入 taking"):
            done = take_outlines(number=number)
        print(
            f"import {number}: {done.outlines} outlines, {done.buildings} new buildings, {done.barriers} barriers written"
        )
    return counts.get("refused", 0) + counts.get("person", 0)


def _undo(args: argparse.Namespace) -> int:
    from django.db import connections

    from lianfang.base.areas.api import undo_outlines

    with connections["owner"].cursor() as cursor:
        cursor.execute("select path from areas_outline_import where id = %s", [args.undo])
        row = cursor.fetchone()
    if row is None:
        raise LianfangError("areas.outline_file_unknown")
    with _as_somebody(args, str(row[0])):
        done = undo_outlines(number=args.undo)
    print(
        f"import {args.undo}: {done.outlines} outlines, {done.buildings} buildings, {done.barriers} barriers removed; {done.kept} kept"
    )
    return 1 if args.strict and done.kept else 0


@contextmanager
def _as_somebody(args: argparse.Namespace, area: str) -> Iterator[Any]:
    """One transaction in the scope of the account that imports."""
    from lianfang.base.access.api import scoped
    from lianfang.cli.actors import actor_for

    actor = actor_for(args.account, area)
    with scoped(actor):
        yield actor


def _frame(args: argparse.Namespace, drawing: Drawing, area: str) -> Frame:
    """The coordinates named, else those that the numbers tell; raises outlines.frame_needed, outlines.number_broken."""
    from lianfang.exchange.outlines import Frame, guess_frame
    from lianfang.web.grids_files import centre_of

    if args.coordinates is None:
        found = guess_frame(drawing, centre_of(area))
        if found is None:
            raise LianfangError("outlines.frame_needed")
        print(f"  coordinates: {found.kind}{f':{found.meridian}' if found.meridian else ''}")
        return found
    kind, _, meridian = str(args.coordinates).partition(":")
    if kind == "cgcs2000":
        if not (meridian.isascii() and meridian.isdigit() and len(meridian) < 4):
            raise LianfangError("outlines.number_broken", text=meridian)
        return Frame("cgcs2000", int(meridian), args.swapped)
    if kind not in ("wgs84", "gcj02"):
        raise LianfangError("outlines.frame_needed")
    return Frame("wgs84" if kind == "wgs84" else "gcj02", swapped=args.swapped)


def _roles(args: argparse.Namespace, drawing: Drawing) -> dict[str, Any]:
    """What layers hold: guessed by their names, changed by --layer; raises outlines.layer_unknown."""
    from lianfang.exchange.outlines import guess_roles
    from lianfang.exchange.outlines.layers import ROLES

    roles: dict[str, Any] = dict(guess_roles(drawing))
    for word in args.layer:
        layer, _, role = word.rpartition("=")
        if layer not in roles or role not in ROLES:
            known, every = "、".join(sorted(roles)[:20]), " ".join(ROLES)
            raise LianfangError("outlines.layer_unknown", layer=layer or word, role=role, known=known, roles=every)
        roles[layer] = role
    print("  " + ", ".join(f"{layer} = {role}" for layer, role in roles.items()))
    return roles


@contextmanager
def _told(what: str) -> Iterator[None]:
    """A line when a step begins, every few seconds while it lasts, and when it is done."""
    began, over = time.monotonic(), threading.Event()

    def beat() -> None:
        while not over.wait(BEAT):
            print(f"{what} … {time.monotonic() - began:.0f} s", flush=True)

    print(f"{what} …", flush=True)
    teller = threading.Thread(target=beat, daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()
    print(f"{what}: {time.monotonic() - began:.1f} s", flush=True)
