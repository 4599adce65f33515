"""Forms of missions: founding a team, raising a need."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianfang.domain.missions.words import KINDS, PURPOSES, SEVERITIES

MOST_PEOPLE = 2_000
"""People of one team at most: an assumption, far above the 75 of the documents' largest."""


class TeamForm(forms.Form):
    """A team from a unit."""

    unit = forms.TypedChoiceField(label=_("Unit it is built from"), coerce=int, choices=[])
    name = forms.CharField(label=_("Name of the team"), max_length=60)
    kind = forms.ChoiceField(label=_("Kind"), choices=[(key, word) for key, word in KINDS.items()])
    people = forms.IntegerField(label=_("How many people"), min_value=1, max_value=MOST_PEOPLE)
    skills = forms.CharField(
        label=_("Skills that everybody has"), required=False, max_length=120,
        help_text=_("For medical teams; several with commas, as they stand in the members' list."),
    )  # fmt: skip

    def __init__(self, *args: Any, units: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = units

    def clean_skills(self) -> tuple[str, ...]:
        """Single words."""
        return words(self.cleaned_data["skills"])


class NeedForm(forms.Form):
    """What is asked for."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[(key, word) for key, word in KINDS.items()])
    purpose = forms.ChoiceField(label=_("What for"), choices=[(key, word) for key, word in PURPOSES.items()])
    people = forms.IntegerField(label=_("How many people"), min_value=1, max_value=100_000)
    severity = forms.TypedChoiceField(
        label=_("How bad is it"),
        coerce=int,
        choices=[(key, word) for key, (_state, word) in SEVERITIES.items()],
        initial=2,
    )
    from_on = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until_on = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    skills = forms.CharField(label=_("Skills that are needed"), required=False, max_length=120)
    beyond = forms.CharField(
        label=_("Place outside this city"), required=False, max_length=60,
        help_text=_("Only for support elsewhere, also in another province; leave it empty for your own area."),
    )  # fmt: skip

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"from_on": today, "until_on": today + timedelta(days=13), "severity": 2})
        super().__init__(*args, **kwargs)

    def clean_skills(self) -> tuple[str, ...]:
        """Single words."""
        return words(self.cleaned_data["skills"])


def words(text: str) -> tuple[str, ...]:
    """Words of a line with commas of either script."""
    for mark in ("，", "、", ";", "；"):
        text = text.replace(mark, ",")
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
