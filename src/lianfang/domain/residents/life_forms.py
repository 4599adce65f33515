"""What the pages of the ledger's life ask: what happened, on which day, where to, and who said so."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lianfang.domain.residents.life import Door, Newcomer
from lianfang.domain.residents.pages import KINDS

WHAT: Final[dict[str, Promise]] = {
    "moved_within": _("Moved to another home in this community"),
    "moved_out": _("Moved away"),
    "died": _("Died"),
    "away": _("Away for a time"),
    "stays": _("Stays at another home of this community"),
    "back": _("Is back at home"),
    "residence": _("Lives here in another way: floating, boarding"),
    "paper": _("Has an identity card now"),
}
"""What may happen to somebody on the register, in the order of the page."""
KIND_WORDS: Final[dict[str, Promise]] = {
    "born": _("Born"), "moved_in": _("Moved in"), "returned": _("Came back to live here"),
    "moved_within": _("Moved within the community"), "moved_out": _("Moved away"), "died": _("Died"), "away": _("Away for a time"),
    "stays": _("Stays elsewhere"), "back": _("Back at home"), "residence": _("Kind of residence"), "paper": _("Identity card"),
    "transferred": _("Taken over from another community"), "handed_over": _("Handed over to another community"),
    "code_moved": _("Area code changed"),
}  # fmt: skip
"""Kinds of change as the record shows them."""
NEW: Final[dict[str, Promise]] = {"moved_in": _("Moved in"), "born": _("Born")}
WITH_DOOR: Final = frozenset({"moved_within", "stays", "returned"})
WITH_END: Final = frozenset({"away", "stays"})


def _day(label: Any, *, required: bool = True, initial: date | None = None, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, initial=initial, widget=widget, help_text=help_text)


def _door_fields(form: forms.Form, buildings: list[tuple[str, str]]) -> None:
    form.fields["building"] = forms.ChoiceField(label=_("Building"), choices=buildings)
    form.fields["entrance"] = forms.CharField(label=_("Entrance"), required=False, max_length=20)
    form.fields["door"] = forms.CharField(label=_("Door"), max_length=20)


class ChangeForm(forms.Form):
    """One change of one person; the fields follow from what happened."""

    on = _day(_("On which day"))

    def __init__(self, what: str, buildings: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if what in WITH_DOOR:
            _door_fields(self, buildings)
        if what in WITH_END:
            self.fields["until"] = _day(_("Expected until"), required=False)
        if what == "residence":
            choices = [(str(number), word) for number, word in KINDS.items()]
            self.fields["kind"] = forms.ChoiceField(label=_("Kind of residence"), choices=choices)
        if what == "paper":
            self.fields["number"] = forms.CharField(
                label=_("Identity number"),
                max_length=18,
                widget=forms.TextInput(attrs={"class": "code", "autocomplete": "off"}),
            )
        self.fields["reason"] = forms.CharField(label=_("Reason, or who said so"), max_length=200)

    def door(self) -> Door:
        """The home that was entered."""
        said = self.cleaned_data
        return Door(said["building"], said["entrance"], said["door"])


class NewcomerForm(forms.Form):
    """Somebody new at a door: born there or moved in."""

    def __init__(self, buildings: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"] = forms.ChoiceField(label=_("What happened"), choices=list(NEW.items()))
        self.fields["on"] = _day(_("On which day"))
        _door_fields(self, buildings)
        self.fields["name"] = forms.CharField(label=_("Name"), max_length=40)
        self.fields["number"] = forms.CharField(
            label=_("Identity number"), required=False, max_length=18, help_text=_("Blank where there is no paper yet."),
            widget=forms.TextInput(attrs={"class": "code", "autocomplete": "off"}),
        )  # fmt: skip
        self.fields["birth"] = _day(_("Birth date"), required=False, help_text=_("Not needed with an identity number."))
        self.fields["sex"] = forms.ChoiceField(
            label=_("Sex"), required=False, choices=[("", "–"), ("1", _("male")), ("2", _("female"))]
        )
        self.fields["relation"] = forms.CharField(label=_("Relation to head"), required=False, max_length=20)
        self.fields["kind"] = forms.ChoiceField(
            label=_("Kind of residence"), choices=[(str(number), word) for number, word in KINDS.items()]
        )
        self.fields["reason"] = forms.CharField(label=_("Reason, or who said so"), max_length=200)
        self.fields["another"] = forms.BooleanField(
            label=_("Another person of the same name and year of birth at this door (a twin)"), required=False
        )

    def newcomer(self) -> Newcomer:
        """Who was entered."""
        said = self.cleaned_data
        return Newcomer(
            said["name"], int(said["sex"] or 0), said["birth"], said["number"].strip(), said["relation"], int(said["kind"]),
            said["another"],
        )  # fmt: skip

    def door(self) -> Door:
        """The home that was entered."""
        said = self.cleaned_data
        return Door(said["building"], said["entrance"], said["door"])


class TransferForm(forms.Form):
    """Somebody registered elsewhere who moves here or stays here."""

    def __init__(self, buildings: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"] = forms.ChoiceField(
            label=_("What is asked for"),
            choices=[("move", _("Moves here: the entry changes hands")), ("stay", _("Stays here for a time: the entry stays there"))],
        )  # fmt: skip
        self.fields["name"] = forms.CharField(label=_("Name"), max_length=40)
        self.fields["number"] = forms.CharField(
            label=_("Identity number"),
            max_length=18,
            widget=forms.TextInput(attrs={"class": "code", "autocomplete": "off"}),
        )
        _door_fields(self, buildings)
        self.fields["until"] = _day(_("Expected until"), required=False)
        self.fields["reason"] = forms.CharField(label=_("Reason, or who said so"), max_length=200)

    def door(self) -> Door:
        """The home that was entered."""
        said = self.cleaned_data
        return Door(said["building"], said["entrance"], said["door"])
