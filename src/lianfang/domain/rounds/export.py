"""Excel files of rounds."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from lianfang.base.access.actor import Actor
from lianfang.base.access.places import Place
from lianfang.domain.rounds.models import Round
from lianfang.domain.rounds.pages import door_labels, language
from lianfang.domain.rounds.playbook import reason_words
from lianfang.domain.rounds.selectors import MissingList
from lianfang.exchange.tables import ColumnSpec, Kind, write_table
from lianfang.kernel.clock import BEIJING
from lianfang.kernel.ids import group_code

COLUMNS = [
    ColumnSpec("building", "楼栋", "Building"),
    ColumnSpec("door", "户室", "Door"),
    ColumnSpec("name", "姓名", "Name"),
    ColumnSpec("code", "编号", "Code", Kind.TEXT),
    ColumnSpec("reason", "未检原因", "Reason"),
    ColumnSpec("at", "记录时间", "Recorded at"),
]


def missing_file(one: Round, place: Place, found: MissingList, names: Mapping[str, str], actor: Actor) -> bytes:
    """The missing list in one sheet, in the order of the doors; the watermark says who took it, when, how many rows."""

    doors = door_labels((person.path, person.door) for person in found.everybody)
    words = reason_words(one, language()) | {"": ""}

    def rows() -> Iterator[list[object]]:
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

    now = timezone.now().astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
    mark = _("%(who)s · %(now)s · %(count)s people · destroy after use") % {
        "who": actor.name,
        "now": now,
        "count": len(found.people),
    }
    out = io.BytesIO()
    title = f"{place.name} · {one.name} · {_('Missing people')}"
    write_table(out, columns=COLUMNS, rows=rows(), title=title, watermark=mark, language=language())
    return out.getvalue()
