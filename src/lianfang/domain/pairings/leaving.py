"""What workforce hears from pairings: targets without their member when somebody leaves, and members whom pairings refer to."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.utils.translation import gettext as _

from lianfang.base.access.api import Actor
from lianfang.domain.workforce.api import knows_members, on_leave


@on_leave
def fell_open(actor: Actor, member: int) -> list[str]:
    """A sentence about the targets that somebody no longer answers for; their offices have an item for each that is empty."""
    with connection.cursor() as cursor:
        cursor.execute("select pairings_fell_open(%s)", [member])
        count = int(cursor.fetchone()[0])
    if not count:
        return []
    told = _("{count} paired targets have lost this person; their offices are told to name a successor.")
    return [told.format(count=count)]


@knows_members
def known(members: Sequence[int]) -> list[int]:
    """Those of the members who fill, or ever filled, a part of a pairing."""
    with connection.cursor() as cursor:
        cursor.execute("select * from pairings_knows(%s::bigint[])", [list(members)])
        return [row[0] for row in cursor.fetchall()]
