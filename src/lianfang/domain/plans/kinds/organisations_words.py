"""The words of a pairing of units: reasons of lines, figures, what binds, what one more would buy, broken rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from lianfang.base.access.pages import listed
from lianfang.domain.plans.words import Words, said, with_way

WORDS: Final[Words] = {
    "near.same_community": _("the unit's office is in this community"),
    "near.same_township": _("the unit's office is in this township"),
    "near.same_county": _("the unit's office is in this county"),
    "near.same_city": _("the unit's office is in this city"),
    "near.far": _("the unit's office is elsewhere"),
    "why.nearest": _("{near}; it is the nearest unit"),
    "why.rank": _("{near}; number {rank} by distance, the nearer ones are needed elsewhere"),
    "why.alike": _("every unit is equally far from here; matched by its people"),
    "of_unit": _("this unit answers for {of_unit} communities"),
    "of_place": _("{of_place} units answer here"),
    "why.by_hand": _("set by hand; {near}, number {rank} by distance"),
    "figure.units": _("units"),
    "figure.places": _("communities with a unit"),
    "figure.links": _("links"),
    "figure.several": _("units with several communities"),
    "figure.placed": _("people sent"),
    "figure.missing": _("people missing"),
    "figure.km": _("mean distance"),
    "figure.far": _("farthest"),
    "figure.in_township": _("links within the township"),
    "binds.nothing": _("Nothing binds: every community has its unit and its people, and no unit is at its limit."),
    "binds.units": _(
        "There are fewer units than communities: {units} for {places}, so {several} units answer for several."
    ),
    "binds.most": _("{units} units are at their limit of {most} communities each."),
    "binds.short": _(
        "{missing} people are missing, most at {names}. Units elsewhere have {spare} more, but splitting them or going farther costs more."
    ),
    "buys.person": _("One more person: given to the unit of {place}, one less is missing."),
    "buys.person_none": _("One more person: changes nothing (0); everybody wanted is there."),
    "buys.unit": _("One more unit, where the way is longest: {gain}."),
    "buys.link": _("One community more for each unit: {gain}."),
    "buys.unit_unknown": _(
        "What one more unit would buy was not proven in the time given, so it is not guessed. Allow more seconds to know."
    ),
    "buys.link_unknown": _("What a higher limit would buy was not proven in the time given, so it is not guessed."),
    "buys.unproven": _(
        "What one more unit would buy is not known: the plan is not proven best, or lines are pinned, so nothing compares with it."
    ),
    "buys.edited": _("What one more unit would buy is not known after a change by hand; compute again to know."),
    "remark.by_gates": _("People are shared by compounds, their gates, and whether a manager looks after them."),
    "remark.by_residents": _("People are shared by the number of residents."),
    "remark.by_equal": _("Neither compounds nor residents are known: people are shared evenly."),
    "remark.left_out": _("{units} units and {places} communities that are paired already are left out."),
    "remark.most_raised": _("{asked} communities a unit are too few to serve all; {most} were allowed."),
    "remark.tree": _(
        "No outlines were given: nearness is judged by community, township, county; no kilometres are shown."
    ),
    "remark.proven": _("Proven: no other plan is better."),
    "assignment.too_few_links": _("too few units for all communities under their limit"),
    "assignment.too_few_seats": _("too many units for what communities take"),
    "assignment.pin.conflict": _("the pinned lines leave no plan"),
    "assignment.link": _("a unit is paired with the same community twice"),
    "assignment.size": _("a unit sends more people than it can"),
    "assignment.links": _("a unit has no community, or more than its limit"),
    "assignment.unserved": _("a community is left without a unit"),
    "assignment.crowded": _("a community has more units than its template takes"),
    "assignment.unmet": _("the missing people are not counted right"),
    "assignment.amount": _("a number of people is not right"),
    "assignment.objective": _("the figures of the plan do not add up"),
}


def sentence(code: str, values: Mapping[str, Any]) -> str:
    """A code in words; the engine's own sentence where there are none."""
    filled = dict(values)
    if "near" in values:
        filled["near"] = WORDS[f"near.{values['near']}"]
    if code in ("buys.unit", "buys.link"):
        filled["gain"] = _gain(values)
    if "names" in values:
        filled["names"] = listed(f"{name} {count}" for name, count in values["names"])
    text = said(WORDS, code, filled)
    if not code.startswith("why."):
        return text
    also = [said(WORDS, key, values) for key in ("of_unit", "of_place") if key in values]
    return pgettext("between sentences", "; ").join([with_way(text, values), *also])


def _gain(values: Mapping[str, Any]) -> str:
    """What changes for those who are there now: kilometres where they are known, and people."""
    km, people = float(values["km"]), int(values["people"])
    found = []
    if values["real"] and km:
        way = (
            gettext("the others' ways get {km} km shorter")
            if km > 0
            else gettext("the others' ways get {km} km longer")
        )
        found.append(way.format(km=abs(km)))
    if people:
        many = (
            gettext("{people} fewer people are missing") if people > 0 else gettext("{people} more people are missing")
        )
        found.append(many.format(people=abs(people)))
    return pgettext("between clauses", ", ").join(found) or gettext("nothing changes (0)")


__all__ = ["WORDS", "sentence"]
