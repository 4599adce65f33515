"""Excel files of rounds."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianfang.base.access.actor import Actor
from lianfang.base.access.api import enter
from lianfang.base.access.looks import note_export
from lianfang.base.access.pages import reader_language
from lianfang.base.access.places import Place
from lianfang.base.database.errors import refusals
from lianfang.domain.residents.api import building_names
from lianfang.domain.rounds.models import Round
from lianfang.domain.rounds.pages import doors_of_missing
from lianfang.domain.rounds.playbook import reason_words
from lianfang.domain.rounds.selectors import MissingList, coverage_at, missing_people, rounds_of
from lianfang.exchange.tables import ColumnSpec, Kind, write_table
from lianfang.kernel.clock import BEIJING
from lianfang.kernel.divisions import PATH_LENGTH, Level
from lianfang.kernel.errors import LianfangError, define
from lianfang.kernel.ids import group_code

COLUMNS = [
    ColumnSpec("building", "楼栋", "Building"),
    ColumnSpec("door", "户室", "Door"),
    ColumnSpec("name", "姓名", "Name"),
    ColumnSpec("code", "编号", "Code", Kind.TEXT),
    ColumnSpec("reason", "未检原因", "Reason"),
    ColumnSpec("at", "记录时间", "Recorded at"),
]


EXPORT_LIMIT = 500
"""People beyond one's own community that one person may take away (rule of access.yaml); more needs a second person."""

define(
    "rounds.none_open",
    status=404,
    zh="这里没有进行中的核酸检测轮次。请核对地区编码，或用 --round 指定轮次。",
    en="No testing round is open here. Check the code of the area, or name the round with --round.",
)


def missing_file(one: Round, place: Place, found: MissingList, names: Mapping[str, str], actor: Actor) -> bytes:
    """The missing list in one sheet, in the order of the doors; the watermark says who took it, when, how many rows."""
    mark = _("%(who)s · %(now)s · %(count)s people · destroy after use") % {
        "who": actor.name,
        "now": _now(),
        "count": len(found.people),
    }
    out = io.BytesIO()
    title = f"{place.name} · {one.name} · {_('Missing people')}"
    write_table(
        out, columns=COLUMNS, rows=_rows(one, found, names), title=title, watermark=mark, language=reader_language()
    )
    return out.getvalue()


def write_missing(*, actor: Actor, path: str, target: Path, number: int | None = None) -> int:
    """Write who is missing below a path, building by building, so that memory does not grow with the list; returns how
    many. number: of the round, the newest open testing round when left out.

    Runs in the actor's scope and puts the file on record with its count. Raises rounds.none_open, access.not_found for
    who may not take lists away, access.second_person_needed above 500 people outside one's own community.
    """
    with refusals(), transaction.atomic():
        if enter(actor.token_digest) is None:
            raise LianfangError("session.expired")
        if not (actor.may("other", "export_small") and actor.covers(path)):
            raise LianfangError("access.not_found")
        one = _round(path, number)
        own = len(actor.path) >= PATH_LENGTH[Level.COMMUNITY]
        if not own and coverage_at(one.id, path).missing > EXPORT_LIMIT:
            raise LianfangError("access.second_person_needed", action="export")
        names = building_names(path)

        def rows() -> Iterator[list[object]]:
            for building in names if len(path) <= PATH_LENGTH[Level.BUILDING] else [path]:
                yield from _rows(one, missing_people(one, building), names)

        title = f"{'演练 ' if settings.DRILL else ''}{path.ljust(12, '0')} · {one.name} · 未检人员"
        mark = f"{actor.name} {actor.username} · {_now()} · 用后销毁"
        count = write_table(target, columns=COLUMNS, rows=rows(), title=title, watermark=mark)
        note_export("missing", path, count)
    return count


def _round(path: str, number: int | None) -> Round:
    for one in rounds_of(path):
        if one.kind == "testing" and (one.id == number if number is not None else one.state == "open"):
            return one
    raise LianfangError("rounds.none_open")


def _rows(one: Round, found: MissingList, names: Mapping[str, str]) -> Iterator[list[object]]:
    doors = doors_of_missing(found)
    words = reason_words(one, reader_language()) | {"": ""}
    for person in found.people:
        resident = person.resident
        at = person.reason_at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M") if person.reason_at else ""
        yield [
            names.get(resident.path[:16], ""),
            doors[resident.path],
            resident.name,
            group_code(resident.code),
            words.get(person.reason, person.reason),
            at,
        ]


def _now() -> str:
    return timezone.now().astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
