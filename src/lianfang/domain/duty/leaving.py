"""What workforce hears from duty: shifts that fall open when somebody leaves, and members whom the roster refers to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from lianfang.base.access.api import Actor
from lianfang.base.database.select import run
from lianfang.domain.duty.pages import span_text
from lianfang.domain.workforce.api import knows_members, on_leave
from lianfang.kernel.clock import BEIJING

MOST_NAMED: Final = 5
"""Shifts named one by one on the page of whoever lets a member go (assumption); the others are counted."""


@on_leave
def fell_open(actor: Actor, member: int) -> list[str]:
    """Sentences about each shift that has lost its member; its office has an item that leads to who can step in."""
    rows = run("select * from duty_fell_open(%b::int8)", [member])
    open_now = _("The shift at {post}, {hours}, is open; the post's office is told and shown who can step in.")
    said = [open_now.format(post=post, hours=_hours(begins, ends)) for post, begins, ends in rows[:MOST_NAMED]]
    more = len(rows) - MOST_NAMED
    if more > 0:
        said.append(_("{count} more shifts are open.").format(count=more))
    return said


def _hours(begins: datetime, ends: datetime) -> str:
    return f"{begins.astimezone(BEIJING):%m-%d} {span_text(begins, ends)}"


@knows_members
def known(members: Sequence[int]) -> list[int]:
    """Those of the members who stand, or ever stood, in a shift, a reserve, an upkeep list, or who lead a post."""
    return [row[0] for row in run("select * from duty_knows(%b::int8[])", [list(members)])]
