"""What the pages of organisations and members ask."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianfang.base.access.api import AreaField
from lianfang.base.access.pages import reader_language
from lianfang.domain.workforce import rules
from lianfang.kernel.errors import LianfangError

Choices = Sequence[tuple[str, object]]
TIED_WORDS: Final[dict[str, Promise]] = {
    "": _("Nothing in particular"), "post": _("Post"), "site": _("Site"), "building": _("Building"), "compound": _("Compound"),
    "grid": _("Grid"), "zone": _("Zone"),
}  # fmt: skip
REGISTERS: Final[dict[str, Promise]] = {
    "unit": _("A unit's list of its people"),
    "volunteer": _("Party members and volunteers"),
    "sampling_team": _("Sampling teams"),
}


def _skill_words(text: str) -> list[str]:
    """The skills that a text names, each once."""
    parts = re.split("[、，,;；]", text)
    return list(dict.fromkeys(word.strip() for word in parts if word.strip()))


def words_of(words: dict[str, Any], language: str) -> list[tuple[str, str]]:
    """Keys with their words, as choices."""
    return [(key, one.say(language)) for key, one in words.items()]


class UnitForm(forms.Form):
    """An organisation: name, kind, where its office is, what stands above it, who answers."""

    name = forms.CharField(label=pgettext_lazy("organisation", "Name"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind"))
    area = AreaField(label=_("Area of its office"))
    parent = forms.ChoiceField(label=_("Stands under"), required=False)
    contact = forms.CharField(label=_("Who answers for it"), max_length=40, required=False)
    phone = forms.CharField(
        label=_("Phone"), max_length=20, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )

    def __init__(self, language: str, parents: Choices, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = words_of(rules.KINDS, language)
        self.fields["parent"].choices = [("", "–"), *parents]


class TeamForm(forms.Form):
    """A temporary team: name, kind, where, and what it is tied to."""

    name = forms.CharField(label=pgettext_lazy("organisation", "Name"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind"))
    area = AreaField(label=_("Area or building"))
    tied_what = forms.ChoiceField(label=_("Tied to"), required=False, choices=list(TIED_WORDS.items()))
    tied_which = forms.CharField(
        label=_("Its number or building code"), max_length=40, required=False, widget=forms.TextInput(attrs={"class": "code"})
    )  # fmt: skip
    head = forms.CharField(
        label=_("Printed code of the head"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"class": "code"}),
    )
    members = forms.CharField(
        label=_("Printed codes of the members, one a line"), required=False, widget=forms.Textarea(attrs={"rows": 4, "class": "code"})
    )  # fmt: skip

    def __init__(self, language: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        temporary = {key: one for key, one in rules.KINDS.items() if one.temporary}
        self.fields["kind"].choices = words_of(temporary, language)

    def tied_to(self) -> str:
        """What it is tied to, as it is kept; '' for nothing."""
        said = self.cleaned_data
        return f"{said['tied_what']}:{said['tied_which'].strip()}" if said["tied_what"] else ""


class MemberForm(forms.Form):
    """A member: name, how to reach them, home, what they can do. number stands only where somebody is entered."""

    name = forms.CharField(label=_("Name"), max_length=40)
    number = forms.CharField(
        label=_("Identity number"), max_length=20, required=False, widget=forms.TextInput(attrs={"class": "code", "autocomplete": "off"})
    )  # fmt: skip
    phone = forms.CharField(
        label=_("Phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    home = AreaField(label=_("Home community"), required=False)
    kind = forms.ChoiceField(label=_("Kind"))
    skills = forms.CharField(label=_("Skills"), max_length=100, required=False)
    duty = forms.ChoiceField(label=_("Duty in this organisation"))

    def __init__(self, language: str, *args: Any, editing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = words_of(rules.MEMBER_KINDS, language)
        self.fields["duty"].choices = words_of(rules.DUTIES, language)
        self.fields["skills"].help_text = _("Separated by 、 or commas")
        if editing:
            del self.fields["number"], self.fields["duty"]
            self.fields["phone"].help_text = _("Leave blank to keep the number that is recorded.")

    def clean_skills(self) -> str:
        """The skills as they were written, none longer than a list can hold."""
        text = str(self.cleaned_data["skills"])
        if any(len(word) > rules.MOST_SKILL for word in _skill_words(text)):
            raise forms.ValidationError(LianfangError("workforce.skill_too_long").render(reader_language()))
        return text

    def skill_words(self) -> list[str]:
        """The skills, each once."""
        return _skill_words(self.cleaned_data["skills"])


class HoursForm(forms.Form):
    """Availability as an office writes down what it was told: one line each, such as `周一 08:00-12:00`."""

    lines = forms.CharField(
        label=_("When they can work"), required=False, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One a line: Mon 08:00-12:00, or 2026-11-25 20:00-06:00; a leading minus means they cannot. Blank: any time."),
    )  # fmt: skip


class ReportForm(forms.Form):
    """Reporting to a home community: name with telephone, or the number of the paper."""

    name = forms.CharField(
        label=_("Name"), max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    number = forms.CharField(
        label=_("or identity number"), max_length=20, required=False, widget=forms.TextInput(attrs={"class": "code", "autocomplete": "off"})
    )  # fmt: skip


class UploadForm(forms.Form):
    """A list to be imported."""

    area = AreaField(label=_("Area the list is about"))
    register = forms.ChoiceField(label=_("What the list is"), choices=list(REGISTERS.items()), widget=forms.RadioSelect)
    file = forms.FileField(label=_("File (.xlsx, .xls, .csv)"), widget=forms.FileInput(attrs={"class": "drop"}))
