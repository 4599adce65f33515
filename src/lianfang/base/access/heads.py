"""Who answers for an area: the live heads of its townships and communities, and its grid workers, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

from lianfang.base.access.services import _NAME_COLUMN
from lianfang.base.vault.api import system_box

HEADS: Final = ("township_dispatcher", "community_head", "grid_worker")
"""The three levels of grid heads (Hebei, 2020–2022): township secretary, village secretary, grid worker."""


@dataclass(frozen=True, slots=True)
class Head:
    """Somebody who answers for an area or for grids of it. grids: numbers, empty unless the role works in grids."""

    account_id: int
    role: str
    path: str
    grids: tuple[int, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Post:
    """That an area has somebody in a role, without telling who."""

    role: str
    path: str
    grids: tuple[int, ...]


def heads(path: str, roles: Sequence[str] = HEADS) -> list[Head]:
    """Live grants below a path inside the entered scope, by path; nothing for who may not see members by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select account_id, role, path, grids, name_sealed from access_heads(%s, %s)", [path, list(roles)]
        )
        rows = cursor.fetchall()
    box = system_box()
    return [
        Head(account, role, at, tuple(grids or ()), box.open(bytes(sealed), _NAME_COLUMN).decode())
        for account, role, at, grids, sealed in rows
    ]


def posts(path: str, roles: Sequence[str] = HEADS) -> list[Post]:
    """Which areas and grids below a path have somebody; nothing for who may see members neither named nor as figures."""
    with connection.cursor() as cursor:
        cursor.execute("select role, path, grids from access_posts(%s, %s)", [path, list(roles)])
        return [Post(role, at, tuple(grids or ())) for role, at, grids in cursor.fetchall()]
