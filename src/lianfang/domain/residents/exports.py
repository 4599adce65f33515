"""The roll of an area as an office table: what the role may see, streamed page by page, counted and watermarked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lianfang.base.access.api import Actor, scoped
from lianfang.base.database.select import run
from lianfang.domain.residents import rules
from lianfang.domain.residents.selectors import list_people
from lianfang.exchange.tables import HOUSEHOLD, ColumnSpec, write_table
from lianfang.kernel.errors import Language, LianfangError

EXPORT_LIMIT = 500
"""People beyond one's own community that one person may export (rule of access.yaml); more needs a second person."""
_SHOWN = ("building", "entrance", "door", "relation_to_head", "name", "sex", "phone", "residence_kind", "care_tags")
_CODE = ColumnSpec("code", "居民编号", "Resident code")
_SEX = {1: "男", 2: "女"}


def write_roll(
    *,
    actor: Actor,
    path: str,
    target: str | Path | IO[bytes],
    stamp: str,
    language: Language = "zh",
    agreed: bool = False,
) -> int:
    """Write everybody present below a path in the columns of the household register, masked by the role's level.

    stamp: the time for the watermark. agreed: a second person agreed to this very list (large_exports).
    Returns how many. Raises access.not_found for roles without lists,
    access.second_person_needed above 500 people outside one's own community.
    """
    specs = {spec.name: spec for spec in HOUSEHOLD}
    columns = [_CODE, *(specs[name] for name in _SHOWN)]
    mark = f"{actor.username} {stamp}"
    with scoped(actor):
        if not agreed and not (len(actor.path) >= 12 and path.startswith(actor.path)):
            low, high = rules.range_of_place(path)
            counted = run(
                "select count(*) from (select 1 from residents_presence where path >= %b and path < %b limit %b) as few",
                [low, high, EXPORT_LIMIT + 1],
            )
            if counted[0][0] > EXPORT_LIMIT:
                raise LianfangError("access.second_person_needed", action="export")
        return write_table(target, columns=columns, rows=_rows(actor, path), watermark=mark, language=language)


def _rows(actor: Actor, path: str) -> Iterator[list[object]]:
    after: tuple[str, int] | None = None
    while True:
        page = list_people(actor=actor, path=path, after=after, limit=1_000)
        for line in page.lines:
            yield [
                line.code,
                line.building,
                line.entrance,
                line.door,
                line.relation,
                line.name,
                _SEX.get(line.sex, ""),
                line.phone,
                line.kind,
                line.tags,
            ]
        if page.after is None:
            return
        after = page.after
