"""What workforce hears from volunteers: calls that lose somebody who leaves, and members who answered or claimed."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from lianfang.base.access.api import Actor
from lianfang.base.database.select import call
from lianfang.domain.workforce.api import knows_members, on_leave


@on_leave
def fell_open(actor: Actor, member: int) -> list[str]:
    """A sentence about the calls that somebody was accepted for; the first of each waiting list is put before the office."""
    count = int(call("select volunteers_fell_open(%s)", [member])[0][0])
    if not count:
        return []
    told = _(
        "{count} calls for volunteers have lost this person; the first of each waiting list is put before the office."
    )
    return [told.format(count=count)]


@knows_members
def known(members: Sequence[int]) -> list[int]:
    """Those of the members who answered a call or claimed a place."""
    return [row[0] for row in call("select * from volunteers_knows(%s::bigint[])", [list(members)])]
