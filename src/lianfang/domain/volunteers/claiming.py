"""Members claim free places of published shifts for themselves. Runs in the scope of the member who acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from lianfang.base.database.select import call
from lianfang.domain.volunteers.services import rest_json
from lianfang.kernel.errors import LianfangError

DAYS: Final = 14
"""Days ahead that a member is shown: an assumption, the length of a roster."""


@dataclass(frozen=True)
class Claimable:
    """A published shift with free places. near: 0 in a community where the member lives or serves, 1 elsewhere in its township."""

    shift: int
    post: str
    kind: str
    path: str
    community: str
    starts_at: datetime
    ends_at: datetime
    free: int
    skill: str
    near: int


def claimable_for(member: int, days: int = DAYS) -> list[Claimable]:
    """What the acting member may still claim, nearest first and then by time; nothing for anybody else.

    Only published shifts that do not overlap their own, ask no skill they lack, and belong to no other unit.
    """
    if not _is_me(member):
        return []
    return [Claimable(*row) for row in call("select * from volunteers_claimable(%s)", [days])]


def claim(member: int, shift: int) -> None:
    """Take a free place, first come first served. Raises volunteers.double_booked, volunteers.shift_full,
    volunteers.claimed_already, a rule of the roster (duty.…), access.not_found."""
    if not _is_me(member):
        raise LianfangError("access.not_found")
    with transaction.atomic():
        playbook = call("select volunteers_rest(%s)", [shift])[0][0]
        call("select volunteers_claim(%s, %s::jsonb)", [shift, rest_json(playbook)])


def _is_me(member: int) -> bool:
    return bool(call("select workforce_me() = %s", [member])[0][0])
