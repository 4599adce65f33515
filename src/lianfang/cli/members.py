"""`lianfang import members FILE --area CODE`: units' lists of their people, volunteers and sampling teams."""

from __future__ import annotations

import argparse
from pathlib import Path

from lianfang.cli.actors import actor_for
from lianfang.kernel.divisions import normalise_code, path_of
from lianfang.kernel.errors import LianfangError


def run(args: argparse.Namespace) -> int:
    """Import a list, or take one back with --undo; returns 0, or 1 when nothing was taken (with --strict: anything left)."""
    from lianfang.domain.workforce.api import import_members, undo_member_import

    if args.undo is not None:
        actor = actor_for(args.account, _area_of_import(args.undo), verb="keep_members")
        undone = undo_member_import(actor=actor, file_id=args.undo)
        print(f"removed {undone.removed}, put back {undone.restored}, kept {undone.kept} that something touched since")
        return 1 if args.strict and undone.kept else 0
    if not args.area:
        raise LianfangError("request.malformed", field="--area", value="", reason="a statistical code is needed")
    area = path_of(normalise_code(args.area))
    actor = actor_for(args.account, area, verb="keep_members")
    report = import_members(
        actor=actor,
        path_to_file=Path(args.file),
        area_path=area,
        register=args.register or "unit",
        dry_run=args.dry_run,
    )
    for note in report.notes:
        print(note)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(report.counts.items()))
    number = f"import {report.file_id}: " if report.file_id is not None else "dry run: "
    print(
        f"{number}{report.rows} rows, {counts}; {report.taken} written, {report.units_made} organisations made in {report.seconds:.1f} s"
    )
    left = report.counts.get("refused", 0) + report.counts.get("needs_person", 0)
    if args.strict and left:
        return 1
    return 1 if report.rows and left == report.rows else 0


def _area_of_import(file_id: int) -> str:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("select path from workforce_import_file where id = %s", [file_id])
        row = cursor.fetchone()
    if row is None:
        raise LianfangError("workforce.import_unknown", number=file_id)
    return str(row[0])
