"""What is asked: of an office that publishes a call, of somebody who answers it, of whoever offers to serve."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from lianfang.domain.volunteers.offers import NewOffer
from lianfang.domain.volunteers.rules import MOST_WORDS, ROLES, NewCall, Span, Stated, hours_of, minute_of
from lianfang.domain.volunteers.services import Person
from lianfang.domain.volunteers.words import ROLE_WORDS
from lianfang.kernel.errors import LianfangError

ROWS = (1, 2, 3)
"""Shifts of a day that the page offers."""
ELSEWHERE = "-"


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


def _time(label: Any, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=5, widget=forms.TextInput(attrs={"type": "time"}), **more)


def split_words(text: str) -> tuple[str, ...]:
    """Skills as somebody writes them in one line, without doubles."""
    return tuple(dict.fromkeys(word[:20] for word in re.split(r"[、，,;；\s]+", text) if word))[:10]


class CallForm(forms.Form):
    """A call: what, where, when, who; the communities where an office above publishes."""

    use_required_attribute = False
    role = forms.ChoiceField(
        label=gettext_lazy("What is to be done"), choices=[(key, ROLE_WORDS[key]) for key in ROLES]
    )
    place = forms.CharField(
        label=gettext_lazy("Where people meet"),
        max_length=60,
        help_text=gettext_lazy("As people there call it, for example: east gate."),
    )
    first_on = _day(gettext_lazy("First day"))
    last_on = _day(gettext_lazy("Last day"))
    skills = forms.CharField(
        label=gettext_lazy("Skills asked for"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("One or more words, with commas between them."),
    )
    age_from = forms.IntegerField(label=gettext_lazy("Age from, as a hint"), min_value=14, max_value=99, required=False)
    age_to = forms.IntegerField(
        label=gettext_lazy("Age to, as a hint"),
        min_value=14,
        max_value=99,
        required=False,
        help_text=gettext_lazy("Nobody is turned away for their age; the list shows a warning."),
    )
    says = forms.CharField(
        label=gettext_lazy("What else they should know"),
        max_length=MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    insurance = forms.CharField(
        label=gettext_lazy("Insurance"),
        max_length=120,
        help_text=gettext_lazy("Who insures volunteers during their shifts; it stands on the public page."),
    )

    def __init__(
        self,
        *args: Any,
        communities: Sequence[tuple[str, str]] = (),
        buildings: Sequence[tuple[str, str]] = (),
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        for row in ROWS:
            self.fields[f"from{row}"] = _time(pgettext("clock", "From"), required=row == 1)
            self.fields[f"to{row}"] = _time(pgettext("clock", "To"), required=row == 1)
            self.fields[f"wanted{row}"] = forms.IntegerField(
                label=_("People"), min_value=1, max_value=500, required=row == 1
            )
        if len(communities) > 1:
            self.fields["communities"] = forms.MultipleChoiceField(
                label=_("Communities"), choices=communities, widget=forms.CheckboxSelectMultiple
            )
        elif buildings:
            choices = [("", _("Somewhere in the community")), *buildings]
            self.fields["building"] = forms.ChoiceField(
                label=_("Nearest building"),
                choices=choices,
                required=False,
                help_text=_("People of this building, then of its grid, stand first in the list."),
            )

    @property
    def shift_rows(self) -> list[tuple[int, Any, Any, Any]]:
        """The rows of hours with their bound fields."""
        return [(row, self[f"from{row}"], self[f"to{row}"], self[f"wanted{row}"]) for row in ROWS]

    def wanted(self) -> NewCall:
        """The call; raises volunteers.hours_wrong."""
        said = self.cleaned_data
        hours = tuple(
            hours_of(said[f"from{row}"], said[f"to{row}"] or "", said[f"wanted{row}"] or 1)
            for row in ROWS
            if said[f"from{row}"]
        )
        return NewCall(
            role=said["role"],
            place=said["place"],
            hours=hours,
            first_on=said["first_on"],
            last_on=said["last_on"],
            skills=split_words(said["skills"]),
            age_from=said["age_from"],
            age_to=said["age_to"],
            says=said["says"],
            insurance=said["insurance"],
        )


class PersonForm(forms.Form):
    """Who somebody is: as little as is needed, each with its reason."""

    use_required_attribute = False
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=40,
        help_text=gettext_lazy("So that the office knows how to address you."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Your telephone"),
        max_length=20,
        help_text=gettext_lazy("Only the office sees it, to call you about this."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def __init__(
        self, *args: Any, buildings: Sequence[tuple[str, str]] = (), office: bool = False, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        choices = [("", "–"), *buildings, (ELSEWHERE, _("I live elsewhere"))]
        if buildings:
            self.fields["building"] = forms.ChoiceField(
                label=_("Your building"),
                choices=choices,
                help_text=_("The nearest are asked first; no door number is needed."),
            )
        self.fields["address"] = forms.CharField(
            label=_("Community or street, if you live elsewhere"), max_length=80, required=not buildings
        )
        if office:
            self.fields["phone"].required = False
            self.fields["phone"].help_text = _("Leave it blank where somebody has none.")

    def person(self, **more: Any) -> Person:
        """The person as stated."""
        said = self.cleaned_data
        home = said.get("building", "")
        return Person(
            name=said["name"],
            phone=said["phone"],
            home="" if home == ELSEWHERE else home,
            address=said["address"],
            words=said.get("words", ""),
            careful=said.get("careful", False),
            **more,
        )


class AnswerForm(PersonForm):
    """Somebody answers a call: who they are, on which days, from when to when."""

    def __init__(
        self,
        *args: Any,
        days: Sequence[date],
        span: tuple[str, str],
        skills: Sequence[str],
        ask_age: bool,
        office: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(*args, office=office, **more)
        choices = [(day.isoformat(), dateformat.format(day, pgettext("day of a shift", "j M, D"))) for day in days]
        self.fields["days"] = forms.MultipleChoiceField(
            label=_("Days on which you can come"),
            choices=choices,
            initial=[key for key, _word in choices],
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["begins"] = _time(pgettext("clock", "From"), initial=span[0])
        self.fields["ends"] = _time(pgettext("clock", "To"), initial=span[1])
        if skills:
            self.fields["skills"] = forms.MultipleChoiceField(
                label=_("What you can do"),
                choices=[(one, one) for one in skills],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        if ask_age:
            self.fields["born_year"] = forms.IntegerField(
                label=_("Year of birth"),
                min_value=1920,
                max_value=2020,
                required=False,
                help_text=_("The office hopes for a certain age; nobody is turned away for it."),
            )
        self.fields["careful"] = forms.BooleanField(
            label=_("My health sets limits (standing long, carrying, nights): talk to me before my shifts."),
            required=False,
            help_text=_("Nobody is turned away for it; only the office sees it."),
        )
        self.fields["words"] = forms.CharField(
            label=_("Anything the office should know"),
            max_length=MOST_WORDS,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        self.fields["consent"] = forms.BooleanField(
            label=_("They agree, in person, that the office keeps this.")
            if office
            else _("I agree that the office keeps this until 30 days after the call."),
            required=False,
        )

    def hours(self) -> list[Stated]:
        """What they state; raises volunteers.hours_wrong."""
        begins, ends = minute_of(self.cleaned_data["begins"]), minute_of(self.cleaned_data["ends"])
        if ends <= begins:
            ends += 1440
        return [Stated(date.fromisoformat(day), begins, ends) for day in self.cleaned_data["days"]]


class OfferForm(forms.Form):
    """What an offer to serve says."""

    use_required_attribute = False
    text = forms.CharField(
        label=gettext_lazy("Your words"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Only the office that answers reads them."),
    )
    first_on = _day(gettext_lazy("From which day"))
    last_on = _day(gettext_lazy("Until which day"))
    begins = _time(pgettext_lazy("clock", "From"), initial="08:00")
    ends = _time(pgettext_lazy("clock", "To"), initial="18:00")
    skills = forms.CharField(
        label=gettext_lazy("What you can do"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("One or more words, with commas between them."),
    )

    def __init__(self, *args: Any, today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["first_on"].initial = today
        self.fields["last_on"].initial = today + timedelta(days=13)

    def offer(self, people: int = 1) -> NewOffer:
        """The offer; raises volunteers.hours_wrong."""
        said = self.cleaned_data
        begins, ends = minute_of(said["begins"]), minute_of(said["ends"])
        if ends <= begins:
            ends += 1440
        if ends - begins < 30:
            raise LianfangError("volunteers.hours_wrong")
        return NewOffer(
            text=said["text"],
            first_on=said["first_on"],
            last_on=said["last_on"],
            hours=Span(begins, ends),
            people=people,
            skills=split_words(said["skills"]),
        )


class PersonOfferForm(OfferForm, PersonForm):
    """Somebody offers to serve: who they are, and what they offer."""

    field_order = ("name", "phone", "address", "text")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["address"].label = _("Where you live")
        self.fields["address"].help_text = _("Community or street; a place near you is looked for first.")
        self.fields["consent"] = forms.BooleanField(
            label=_("I agree that the office keeps this until 30 days after its answer."), required=False
        )


class UnitOfferForm(OfferForm):
    """A unit offers its people to an area."""

    def __init__(
        self, *args: Any, units: Sequence[tuple[str, str]], areas: Sequence[tuple[str, str]], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.fields["unit"] = forms.ChoiceField(label=_("Unit"), choices=units)
        self.fields["area"] = forms.ChoiceField(label=_("To"), choices=areas)
        self.fields["people"] = forms.IntegerField(label=_("How many people"), min_value=1, max_value=2000)
        self.order_fields(["unit", "area", "people", "text"])
