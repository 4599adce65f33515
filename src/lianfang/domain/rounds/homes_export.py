"""Excel file of the homes that a screening still has to visit."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from lianfang.base.access.actor import Actor
from lianfang.base.access.pages import reader_language
from lianfang.base.access.places import Place
from lianfang.domain.rounds.homes import HomesList
from lianfang.domain.rounds.models import Round
from lianfang.domain.rounds.pages import door_labels
from lianfang.domain.rounds.playbook import outcome_words
from lianfang.exchange.tables import ColumnSpec, write_table
from lianfang.kernel.clock import BEIJING

COLUMNS = [
    ColumnSpec("building", "楼栋", "Building"),
    ColumnSpec("door", "户室", "Door"),
    ColumnSpec("outcome", "上次结果", "Last outcome"),
    ColumnSpec("at", "记录时间", "Recorded at"),
]


def homes_file(one: Round, place: Place, found: HomesList, names: Mapping[str, str], actor: Actor) -> bytes:
    """The homes left in one sheet, in the order of the doors; the watermark says who took it, when, how many."""
    doors = door_labels((home.path, home.door) for home in found.homes)
    words = outcome_words(one, reader_language())

    def rows() -> Iterator[list[object]]:
        for home in found.left:
            outcome = words.get(home.outcome, home.outcome)
            yield [names.get(home.path[:16], ""), doors[home.path], outcome, _clock(home.at)]

    said = {"who": actor.name, "now": _clock(timezone.now()), "count": len(found.left)}
    mark = _("%(who)s · %(now)s · %(count)s homes · destroy after use") % said
    out = io.BytesIO()
    title = f"{place.name} · {one.name} · {_('Homes to visit')}"
    write_table(out, columns=COLUMNS, rows=rows(), title=title, watermark=mark, language=reader_language())
    return out.getvalue()


def _clock(at: datetime | None) -> str:
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M") if at else ""
