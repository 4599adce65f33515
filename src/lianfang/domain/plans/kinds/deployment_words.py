"""The words of a deployment: reasons of lines, remarks, figures, roles, broken rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from lianfang.base.access.pages import listed
from lianfang.domain.plans.words import Words, said, with_way

WORDS: Final[Words] = {
    "role.lead": _("lead"),
    "role.deputy": _("deputy"),
    "role.member": _("member"),
    "why.home": _("lives in this community"),
    "why.same_community": _("the unit's office is in this community"),
    "why.same_township": _("{from} in this township, the nearest open seat"),
    "why.same_county": _("{from} in this county; the own township is full"),
    "why.same_city": _("{from} in another county of the city; sent to help"),
    "why.far": _("{from} outside the city; sent where needed"),
    "why.by_hand": _("set by hand"),
    "why.no_seat": _("every seat is filled; kept in reserve"),
    "why.no_skill": _("the seats left ask for a lead; kept in reserve"),
    "counted.communities": pgettext_lazy("plan", "communities"),
    "counted.villages": _("villages"),
    "counted.compounds": _("compounds"),
    "from.home": _("home"),
    "from.office": _("the unit"),
    "figure.placed": _("placed"),
    "figure.unplaced": _("in reserve"),
    "figure.empty": _("seats empty"),
    "figure.without_lead": _("places without a lead"),
    "figure.at_home": _("serve where they live"),
    "figure.in_township": _("stay in their township"),
    "figure.km": _("mean distance"),
    "figure.together": _("people of one unit at one place, mean"),
    "remark.denominator": _(
        "The list of divisions has {listed:,} villages and communities; documents count {published}. The plan goes by the list."
    ),
    "remark.compounds": _(
        "{registered:,} compounds are registered; documents count {published}. The plan goes by those registered."
    ),
    "remark.compounds_apart": _(
        "{registered:,} compounds are registered; documents count {published}. This plan goes to communities only."
    ),
    "remark.left_out": _("{count} places that somebody answers for already are left out."),
    "remark.widened": _(
        "There are {heads:,} heads of units for {places:,} places: cadres and party members may lead as well (assumption)."
    ),
    "remark.short": _("{missing} seats for a {role} stay empty: nobody else qualifies."),
    "remark.full": _("Every seat is filled; {reserve} people are in reserve."),
    "remark.one_more": _("One more person would help most at {place} (short of {missing}, weight {weight})."),
    "remark.tree": _(
        "No outlines were given: nearness is judged by community, township, county; no kilometres are shown."
    ),
    "remark.proven": _("Proven: no other plan is better."),
    "assignment.seats": _("more people than seats at a place"),
    "assignment.skill": _("somebody cannot fill that role"),
    "assignment.seat": _("a place without a role"),
    "assignment.objective": _("the figures of the plan do not add up"),
    "assignment.unmet": _("the missing people are not counted right"),
    "assignment.people": _("the list of people is another one"),
    "assignment.pin.seats": _("more people are pinned to a place than it has seats"),
    "assignment.empty": _("there is nobody to place, or no place"),
}


def sentence(code: str, values: Mapping[str, Any]) -> str:
    """A code in words; the engine's own sentence where there are none."""
    filled = dict(values)
    if "from" in values:
        filled["from"] = WORDS[f"from.{values['from']}"]
    if "role" in values:
        filled["role"] = WORDS[f"role.{values['role']}"]
    if "counted" in values:
        filled["published"] = _counted(values["counted"])
    text = said(WORDS, code, filled)
    return with_way(text, values) if code.startswith("why.") else text


def _counted(counted: Sequence[tuple[str, int, str, str]]) -> str:
    """Published counts (what, value, day, source) by source, so that each source is named once."""
    by_source: dict[tuple[str, str], list[str]] = {}
    for what, value, day, source in counted:
        told = gettext("{count} {what}").format(count=f"{value:,}", what=WORDS[f"counted.{what}"])
        by_source.setdefault((day, source), []).append(told)
    return pgettext("between sentences", "; ").join(
        gettext("{counts} ({source}, {day})").format(counts=listed(told), source=source, day=day)
        for (day, source), told in by_source.items()
    )
