"""Writes to the tree of areas that are not facts: loading a division list of one edition."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from django.db import connections, transaction

from lianfang.kernel.divisions import path_of

SHIPPED = ("fugou", "cangzhou", "tangshan")


@dataclass(frozen=True)
class Division:
    """One row of a division list: 12-digit code, name, level 1…5, code of the parent."""

    code: str
    name: str
    level: int
    parent_code: str


def read_divisions(source: Path | bytes) -> list[Division]:
    """Read a division list (CSV or CSV in gzip; columns code, name, level, parent_code), in the order of the file."""
    raw = source if isinstance(source, bytes) else source.read_bytes()
    text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text))
    return [Division(row["code"], row["name"], int(row["level"]), row["parent_code"]) for row in rows]


def shipped_divisions(name: str, edition: int = 2020) -> list[Division]:
    """A division list that comes with the package: fugou, cangzhou or tangshan, edition 2018, 2019 or 2020."""
    return read_divisions(files("lianfang.base.areas").joinpath("data", f"{name}_{edition}.csv.gz").read_bytes())


def load_divisions(rows: Iterable[Division], *, edition: int) -> int:
    """Write one edition of a division list as the owner; rows of the same code are brought up to date; returns the count."""
    ordered = sorted(rows, key=lambda row: row.code)
    columns = [
        [row.code for row in ordered],
        [path_of(row.code, row.level) for row in ordered],
        [row.level for row in ordered],
        [row.name for row in ordered],
        [path_of(row.parent_code, row.level - 1) if row.level > 1 else "" for row in ordered],
    ]
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into areas_area (code, path, level, name, parent_path, edition, note) "
            "select c, p, l, n, pp, %s, '' from unnest(%s::text[], %s::text[], %s::smallint[], %s::text[], %s::text[]) "
            "as t(c, p, l, n, pp) on conflict (code) do update set name = excluded.name, edition = excluded.edition, "
            "parent_path = excluded.parent_path",
            [edition, *columns],
        )
    return len(ordered)
