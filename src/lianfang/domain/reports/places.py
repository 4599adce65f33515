"""The area a page is about: found by its code inside the reader's scope, with the way up and the level below."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from lianfang.base.access.actor import Actor
from lianfang.kernel.divisions import Level, ancestor_paths, level_of_path, path_of, short_name
from lianfang.kernel.errors import LianfangError

_AREAS = "select path, name, code from areas_area where path = any (%s::text[]) order by path"
_BELOW = "select min(level) from areas_area where parent_path = %s and ended_on is null"


@dataclass(frozen=True)
class Place:
    """An area with the areas above it that the reader may open, from the top down; below: level of its children."""

    path: str
    name: str
    code: str
    level: Level
    above: tuple[tuple[str, str], ...]
    below: Level | None

    @property
    def short(self) -> str:
        """The everyday name."""
        return short_name(self.name)


def place(actor: Actor, code: str) -> Place:
    """The area with this code; raises access.not_found when there is none or it lies outside the scope."""
    try:
        path = path_of(code)
    except LianfangError:
        raise LianfangError("access.not_found") from None
    if not actor.covers(path):
        raise LianfangError("access.not_found")
    shown = [above for above in ancestor_paths(path) if actor.covers(above)]
    with connection.cursor() as cursor:
        cursor.execute(_AREAS, [[*shown, path]])
        rows = cursor.fetchall()
        cursor.execute(_BELOW, [path])
        below = cursor.fetchone()[0]
    if not rows or rows[-1][0] != path:
        raise LianfangError("access.not_found")
    return Place(
        path=path, name=rows[-1][1], code=rows[-1][2], level=level_of_path(path),
        above=tuple((short_name(name), number) for _, name, number in rows[:-1]),
        below=Level(below) if below is not None else None,
    )  # fmt: skip
