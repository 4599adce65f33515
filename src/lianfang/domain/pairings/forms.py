"""What the pages of pairings ask: which targets for which term, what fills an item, who takes over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianfang.base.playbooks.api import PairingItem
from lianfang.domain.pairings.choices import Candidate, Unit, member_with
from lianfang.domain.pairings.rules import WORDS, NewPart, Paper
from lianfang.kernel.errors import LianfangError


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """A day with the browser's own picker."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


def _code_input() -> forms.TextInput:
    return forms.TextInput(attrs={"class": "code", "autocomplete": "off"})


class TermForm(forms.Form):
    """From when, until when, and the unit that answers; targets are ticked beside it."""

    def __init__(self, found: Sequence[Unit], *args: Any, with_unit: bool, with_code: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if with_code:
            self.fields["resident"] = forms.CharField(
                label=_("Printed code of the person"), max_length=20, widget=_code_input(),
            )  # fmt: skip
        if with_unit:
            choices = [("", "–"), *((str(unit.id), unit.name) for unit in found)]
            self.fields["unit"] = forms.TypedChoiceField(
                label=_("Unit that answers"), choices=choices, required=False, coerce=int, empty_value=None
            )
        self.fields["from_on"] = day_field(_("From"))
        self.fields["until_on"] = day_field(_("Until"), required=False, help_text=_("Blank: until further notice."))


class MemberForm(forms.Form):
    """A member chosen from a unit's list, or by the code on their card."""

    def __init__(self, candidates: Sequence[Candidate], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "–"), *((str(one.line.id), _label(one)) for one in candidates)]
        self.fields["member"] = forms.TypedChoiceField(
            label=_("Member of the unit"), choices=choices, required=False, coerce=int, empty_value=None
        )
        self.fields["code"] = forms.CharField(
            label=_("or the member's code"), required=False, max_length=20, widget=_code_input(),
        )  # fmt: skip

    def chosen(self) -> int:
        """The number of the member; raises pairings.member_unknown."""
        said = self.cleaned_data
        if said["member"]:
            return int(said["member"])
        if not said["code"].strip():
            raise LianfangError("pairings.member_unknown")
        return member_with(said["code"])


def _label(one: Candidate) -> str:
    held = f" · {one.held}" if one.held else ""
    return f"{one.line.name} {one.line.phone}{held}"


class UnitForm(forms.Form):
    """A unit or a team."""

    def __init__(self, found: Sequence[Unit], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(unit.id), unit.name) for unit in found]
        self.fields["unit"] = forms.TypedChoiceField(label=_("Unit or team"), choices=choices, coerce=int)

    def chosen(self) -> int:
        """The number of the unit."""
        return int(self.cleaned_data["unit"])


class PaperForm(forms.Form):
    """A document: its title and where it lies."""

    title = forms.CharField(label=_("Title"), max_length=WORDS)
    where = forms.CharField(label=_("Where it lies"), max_length=WORDS, required=False)
    link = forms.CharField(label=_("Address in the office network"), max_length=WORDS, required=False)


class TextForm(forms.Form):
    """A promise, a talk or visit, a place."""

    text = forms.CharField(label=_("What exactly"), max_length=WORDS, widget=forms.Textarea(attrs={"rows": 2}))
    due_on = day_field(_("Due on"), required=False)


class HandoverForm(forms.Form):
    """The day of a handover and what the successor has to know; who it is stands in a second form."""

    on = day_field(_("From which day"))
    note = forms.CharField(
        label=_("What the successor has to know"), max_length=WORDS, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Open matters, appointments, keys. It is sealed and shown to the successor."),
    )  # fmt: skip


def item_form(item: PairingItem, found: Sequence[Unit], candidates: Sequence[Candidate], data: Any) -> forms.Form:
    """The form that fits an item."""
    if item.kind == "person":
        return MemberForm(candidates, data)
    if item.kind in ("unit", "group"):
        return UnitForm(found, data)
    return PaperForm(data) if item.kind == "document" else TextForm(data)


def part_of(item: PairingItem, form: forms.Form) -> NewPart:
    """What a filled form says; raises pairings.member_unknown."""
    said = form.cleaned_data
    if isinstance(form, MemberForm):
        return NewPart(0, item.key, member=form.chosen())
    if isinstance(form, UnitForm):
        return NewPart(0, item.key, organisation=form.chosen())
    if isinstance(form, PaperForm):
        return NewPart(0, item.key, paper=Paper(said["title"].strip(), said["where"].strip(), said["link"].strip()))
    due: date | None = said["due_on"]
    return NewPart(0, item.key, text=said["text"], due_on=due)
