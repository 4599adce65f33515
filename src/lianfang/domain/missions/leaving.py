"""What workforce hears from missions: teams that lose somebody who leaves, and members whom teams refer to."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from lianfang.base.access.api import Actor
from lianfang.base.database.select import call
from lianfang.domain.workforce.api import knows_members, on_leave


@on_leave
def fell_open(actor: Actor, member: int) -> list[str]:
    """A sentence about the team that somebody no longer belongs to; its base is told when the team is asked for or out."""
    left = _("No longer in the team {team}, which has {people} people left.")
    asked = _("No longer in the team {team}, which has {people} people left; its base is told to fill the place.")
    return [
        (asked if out else left).format(team=team, people=people)
        for team, people, out in call("select * from missions_fell_open(%s)", [member])
    ]


@knows_members
def known(members: Sequence[int]) -> list[int]:
    """Those of the members who are, or ever were, in a team or on a mission."""
    return [row[0] for row in call("select * from missions_knows(%s::bigint[])", [list(members)])]
