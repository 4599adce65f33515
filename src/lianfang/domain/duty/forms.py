"""Forms of duty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from lianfang.base.access.api import AreaField
from lianfang.domain.duty.rules import DAY_MINUTES, MOST_DAYS, NewShift, Pattern, rolled_out, round_the_clock
from lianfang.domain.duty.words import KIND_WORDS
from lianfang.domain.workforce.api import MemberLine

CREWS = (
    ("3", gettext_lazy("Round the clock, three crews of 8 hours")),
    ("2", gettext_lazy("Round the clock, two crews of 12 hours")),
    ("4", gettext_lazy("Round the clock, four crews of 6 hours")),
    ("1", gettext_lazy("Once a day, by the hours below")),
)


class PatternForm(forms.Form):
    """Shifts that return every day."""

    first = forms.DateField(
        label=gettext_lazy("From day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    days = forms.IntegerField(label=gettext_lazy("For how many days"), min_value=1, max_value=MOST_DAYS, initial=14)
    crews = forms.ChoiceField(label=gettext_lazy("Shifts of a day"), choices=CREWS)
    start = forms.TimeField(
        label=gettext_lazy("First shift starts at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    end = forms.TimeField(
        label=gettext_lazy("Ends at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), required=False,
        help_text=gettext_lazy("Only for one shift a day; earlier than the start means the next day."),
    )  # fmt: skip
    wanted = forms.IntegerField(label=gettext_lazy("People in each shift"), min_value=1, max_value=500, initial=1)
    handover = forms.IntegerField(
        label=gettext_lazy("Handover overlap, minutes"), min_value=0, max_value=60, initial=0, required=False,
        help_text=gettext_lazy("Both crews are there that long after the change."),
    )  # fmt: skip
    skill = forms.CharField(label=gettext_lazy("Skill asked for"), max_length=30, required=False)
    leader = forms.BooleanField(label=gettext_lazy("These are the leader's shifts (leader on duty)"), required=False)

    def shifts(self) -> list[NewShift]:
        """The shifts that the form describes; raises duty.shift_unsound."""
        given = self.cleaned_data
        start = given["start"].hour * 60 + given["start"].minute
        skill, leader = given["skill"].strip(), bool(given["leader"])
        if given["crews"] == "1":
            ends: time = given["end"] or given["start"]
            length = (ends.hour * 60 + ends.minute - start) % DAY_MINUTES or DAY_MINUTES
            patterns: Sequence[Pattern] = [Pattern(start, length, given["wanted"], skill, leader)]
        else:
            extra = given["handover"] or 0
            patterns = [
                Pattern(one.start, one.length + extra, given["wanted"], skill, leader)
                for one in round_the_clock(int(given["crews"]), given["wanted"], start=start)
            ]
        return rolled_out(patterns, given["first"], given["days"])


class PostForm(PatternForm):
    """A post and the shifts it begins with."""

    name = forms.CharField(label=gettext_lazy("Name of the post"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of post"), choices=list(KIND_WORDS.items()))
    area = AreaField(label=gettext_lazy("Area"))
    two_person = forms.BooleanField(label=gettext_lazy("Nobody stands here alone"), required=False)
    field_order = (
        "name",
        "kind",
        "area",
        "two_person",
        "first",
        "days",
        "crews",
        "start",
        "end",
        "wanted",
        "handover",
        "skill",
        "leader",
    )

    def clean(self) -> dict[str, Any]:
        """Two people at least where nobody stands alone."""
        given = super().clean() or {}
        if given.get("two_person") and (given.get("wanted") or 2) < 2:
            given["wanted"] = 2
        return given


def pattern_initial(first: date) -> dict[str, Any]:
    """What is known: round the clock from 8 o'clock, two weeks."""
    return {"first": first, "start": time(8, 0), "days": 14, "wanted": 1, "crews": "3", "handover": 0}


class HandoverForm(forms.Form):
    """What the next crew must know."""

    words = forms.CharField(
        label=gettext_lazy("Handover note"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class AttendanceForm(forms.Form):
    """A key unit's numbers of a day."""

    staff = forms.IntegerField(label=gettext_lazy("On the staff"), min_value=0, max_value=100_000)
    present = forms.IntegerField(label=gettext_lazy("Came today"), min_value=0, max_value=100_000)
    leader = forms.BooleanField(label=gettext_lazy("A leader was on duty round the clock"), required=False)


class KeyUnitForm(forms.Form):
    """A key unit that must never stand empty."""

    name = forms.CharField(label=gettext_lazy("Name of the key unit"), max_length=80)
    organisation = forms.ChoiceField(label=gettext_lazy("Which organisation"), required=False)
    reserve = forms.IntegerField(
        label=gettext_lazy("People in reserve"), min_value=0, max_value=10_000, initial=0, required=False
    )

    def __init__(self, units: Sequence[tuple[int, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["organisation"].choices = [("", "—"), *((str(number), name) for number, name in units)]


class UpkeepForm(forms.Form):
    """Who keeps whose equipment going."""

    organisation = forms.ChoiceField(label=gettext_lazy("For which hospital or unit"))
    member = forms.ChoiceField(label=gettext_lazy("Who"))
    equipment = forms.CharField(label=gettext_lazy("Which equipment"), max_length=60)

    def __init__(self, units: Sequence[tuple[int, str]], people: Sequence[MemberLine], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["organisation"].choices = [(str(number), name) for number, name in units]
        self.fields["member"].choices = [(str(one.id), f"{one.name} · {one.unit}") for one in people]
