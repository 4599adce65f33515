"""The words of rosters: why somebody stands somewhere, what binds, and the names of the planner's rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from lianfang.domain.plans.words import Words, said

_WORDS: Final[Words] = {
    "why.nobody_free": _("nobody free and rested"),
    "why.no_pair": _("at least two must stand here and no two were found, so nobody does"),
    "why.held": _("claimed or held already"),
    "why.skill": _("has the skill asked for"),
    "why.home": _("lives in this community"),
    "why.town": _("lives in this township"),
    "why.rested": _("rested, fewest hours"),
    "why.chosen": _("chosen by hand"),
    "figure.open": _("places open"),
    "figure.hours": _("most hours less fewest"),
    "figure.nights": _("most nights less fewest"),
    "remark.short": _("shifts from {hours} lack {n} people"),
    "binds.nothing": _("Nothing binds: every place has somebody, within rest and hours."),
    "binds.people": _("Looked at {places} of {of} open places, person by person: {why}."),
    "binds.pairs": _("{n} shifts need two people and no two were found: they stay empty, nobody stands there alone."),
    "buys.nothing": _("One more person or hour: changes nothing (0); no place is open."),
    "buys.person": _("One more person with the skills and all their time: fills {n} of {of} open places."),
    "stop.post": _("{n} may not stand there"),
    "stop.skill": _("{n} lack the skill"),
    "stop.hours": _("{n} are away, on duty elsewhere or outside their hours"),
    "stop.busy": _("{n} have a shift that day"),
    "stop.rest": _("{n} would break rest, nights or hours"),
    "stop.free": _("{n} are free but were not used (compute longer, or place by hand)"),
    "remark.elsewhere": _("{n} shifts elsewhere are counted in"),
    "rostering.leave": _("not to be had that day"),
    "rostering.skill": _("lacks the skill"),
    "rostering.post": _("may not stand at that post"),
    "rostering.rest": _("too little rest between shifts"),
    "rostering.run": _("too many days in a row"),
    "rostering.nights": _("too many nights in a row"),
    "rostering.week": _("hours of the week are over the limit"),
    "rostering.crowd": _("more people than the shift wants"),
    "rostering.alone": _("one person would stand alone"),
    "rostering.shift_length": _("the shift is too long"),
}


def sentence(code: str, values: Mapping[str, Any]) -> str:
    """The words of a code; the planner's own text where it has none."""
    filled = dict(values)
    if "why" in filled:
        filled["why"] = pgettext("between clauses", ", ").join(sentence(why, {"n": n}) for why, n in filled["why"])
    return said(_WORDS, code, filled)
