"""People follow the codes of their communities from one edition of the divisions to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lianfang.base.access.api import Actor, scoped
from lianfang.base.areas.api import area, successors
from lianfang.base.database.select import run
from lianfang.domain.residents.services import today
from lianfang.kernel.divisions import code_of
from lianfang.kernel.errors import LianfangError, define

define(
    "residents.code_not_followed",
    status=409,
    zh="只有已停用的村社区代码才能把人迁到在用的村社区。请核对两个代码。",
    en="People follow only from a community whose code has ended to one in use. Check both codes.",
)
define(
    "residents.code_other_county",
    status=422,
    zh="两个村社区属于不同的县，人员须逐人办理转移（加密密钥不同）。",
    en="The communities lie in different counties, whose keys differ: people go one by one as transfers.",
)


@dataclass(frozen=True)
class EndedArea:
    """A community whose code ended while buildings or people are still under it. goes_to: (code, name) it became; none or
    several wait for a person to decide."""

    path: str
    name: str
    ended_on: date
    people: int
    buildings: int
    goes_to: tuple[tuple[str, str], ...]


def ended_areas(*, actor: Actor) -> list[EndedArea]:
    """Communities of the caller's area that people have to be led out of, in the order of codes."""
    found = []
    for path, name, ended_on, people, buildings in run("select * from residents_ended_areas()"):
        codes = [code for code in successors(code_of(path)) if code != code_of(path)]
        goes_to = []
        for code in codes:
            try:
                goes_to.append((code, area(code).name))
            except LianfangError:  # a successor that the loaded list does not have
                continue
        found.append(EndedArea(path, name, ended_on, people, buildings, tuple(goes_to)))
    return found


def follow_code(
    *, actor: Actor, old_path: str, new_path: str, buildings: Sequence[str] | None = None, on: date | None = None
) -> tuple[int, int]:
    """Move an ended community's buildings (all, or those named) with homes, people, grids, open items and grants to another
    one of the county; returns (buildings, people). Rounds and reports of the past keep the code of their day.

    Raises residents.code_not_followed, residents.code_other_county, access.not_found.
    """
    with scoped(actor):
        chosen = list(buildings) if buildings is not None else None
        row = run(
            "select * from residents_follow_code(%b, %b, %b::text[], %b)", [old_path, new_path, chosen, on or today()]
        )[0]
        return int(row[0]), int(row[1])
