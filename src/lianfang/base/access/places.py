"""The area a page is about: found by its code inside the reader's scope, with the way up and the level below."""

from __future__ import annotations

from dataclasses import dataclass

from lianfang.base.access.actor import Actor
from lianfang.base.database.select import select
from lianfang.kernel.divisions import PATH_LENGTH, Level, level_of_path, path_of, short_name
from lianfang.kernel.errors import LianfangError

_AREAS = """
select path, name, code from areas_area where path = any (%(paths)s::text[])
union all
select path, name, path from areas_building where path = any (%(paths)s::text[])
order by path
"""

_BELOW = "select min(level) from areas_area where parent_path = %s and ended_on is null"


@dataclass(frozen=True)
class Place:
    """An area or a building, with what is above it that the reader may open, from the top down.

    code: twelve digits, or sixteen for a building. above: (everyday name, code).
    """

    path: str
    name: str
    code: str
    level: Level
    above: tuple[tuple[str, str], ...]

    @property
    def short(self) -> str:
        """The everyday name."""
        return self.name if self.level is Level.BUILDING else short_name(self.name)


def level_below(path: str) -> Level | None:
    """The level of the areas directly below an area; None when the list has none there."""
    [(found,)] = select(_BELOW, [path])
    return None if found is None else Level(found)


def place_of(actor: Actor, code: str, *, lowest: Level = Level.BUILDING) -> Place:
    """The area or building with this code, no deeper than the lowest level asked for.

    Raises access.not_found when there is none or it lies outside the scope.
    """
    building = (
        lowest is Level.BUILDING and len(code) == PATH_LENGTH[Level.BUILDING] and code.isascii() and code.isdigit()
    )
    try:
        path = code if building else path_of(code)
    except LianfangError:
        raise LianfangError("access.not_found") from None
    if not actor.covers(path):
        raise LianfangError("access.not_found")
    lengths = [length for level, length in PATH_LENGTH.items() if level <= Level.BUILDING and length <= len(path)]
    rows = select(_AREAS, {"paths": [path[:length] for length in lengths if actor.covers(path[:length])]})
    if not rows or rows[-1][0] != path:
        raise LianfangError("access.not_found")
    level = Level.BUILDING if building else level_of_path(path)
    return Place(
        path, rows[-1][1], rows[-1][2], level, tuple((short_name(name), number) for _, name, number in rows[:-1])
    )
