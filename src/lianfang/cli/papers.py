"""Slips at the command line: shown on the terminal, or written once as a page for printing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from lianfang.kernel.clock import BEIJING
from lianfang.kernel.errors import LianfangError, define

define(
    "slips.file_exists",
    status=409,
    zh="文件“{path}”已存在，没有覆盖，也没有生成纸条。请换一个文件名。",
    en="The file '{path}' exists already; it was not overwritten and no slip was made. Choose another name.",
)
define(
    "slips.file_unwritable",
    status=422,
    zh="无法写入“{path}”，没有生成纸条。请换一个目录。",
    en="'{path}' can't be written; no slip was made. Choose another folder.",
)

UNSERVED = "http://127.0.0.1:8321"
"""What a printed slip says while nothing was served yet: the address of `lianfang serve` without options."""


def reserve(path: Path | None) -> Path | None:
    """Make the file that slips will be written to, readable by its owner only, before any slip is made.

    Raises slips.file_exists, slips.file_unwritable.
    """
    if path is None:
        return None
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise LianfangError("slips.file_exists", path=str(path)) from None
    except OSError:
        raise LianfangError("slips.file_unwritable", path=str(path)) from None
    return path


def address_of(data: Path) -> str:
    """Where people reach this installation, as `serve` last told; empty before the first time."""
    kept = data / "address"
    return kept.read_text().strip() if kept.exists() else ""


def write(path: Path, made: Sequence[Any], address: str) -> None:
    """Write slips as one page for printing: cut lines, a QR and the code in letters on each."""
    from django.template.loader import render_to_string
    from django.utils.translation import override

    from lianfang.base.access import slips

    page = f"{address or UNSERVED}/slip/"
    css = files("lianfang.base.access").joinpath("static/access/paper.css").read_text("utf-8")
    lines = [{"slip": one, "qr": slips.qr(f"{page}#{one.code}", scale=3)} for one in made]
    with override("zh-hans"):
        path.write_text(
            render_to_string("access/slips_file.html", {"lines": lines, "address": page, "css": css}), "utf-8"
        )


def tell(made: Sequence[Any], address: str) -> None:
    """Show slips on the terminal."""
    for one in made:
        print(f"  {one.role or one.purpose}\n    {one.name}  账号 {one.username}  登录码 {one.code}")
    if made:
        until = f"{made[0].until.astimezone(BEIJING):%Y-%m-%d %H:%M}"
        place = (
            f"{address}/slip/"
            if address
            else "在 serve 给出的网址末尾加 /slip/ · /slip/ at the address that serve tells"
        )
        print(f"  {place}\n  每码一次，{until} 前有效 · each code works once")
