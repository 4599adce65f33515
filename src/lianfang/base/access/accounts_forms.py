"""The form that gives or lends a role."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianfang.base.access.accounts import (
    NOT_GIVEN,
    checked_name,
    checked_phone,
    checked_username,
    role_words,
)
from lianfang.base.access.pages import reader_language
from lianfang.base.access.rules import ROLES
from lianfang.kernel.errors import LianfangError


class GrantForm(forms.Form):
    """Role, area, grids where the role works in grids, and until when."""

    role = forms.ChoiceField(label=_("Role"))
    code = forms.CharField(
        label=_("Area"),
        required=False,
        max_length=16,
        help_text=_("Twelve digits of the division code; sixteen for a building."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "code"}),
    )
    grids = forms.CharField(
        label=_("Grids"), required=False, max_length=200, help_text=_("Only for grid workers: names of their grids.")
    )
    starts_at = forms.DateTimeField(
        label=_("From"),
        required=False,
        help_text=_("Blank: from now on."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    ends_at = forms.DateTimeField(
        label=_("Until"),
        required=False,
        help_text=_("Lending ends by itself at this time. Blank: until somebody ends it."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(name, role_words(name)) for name in ROLES if name not in NOT_GIVEN]
        self.fields["role"].choices = [("", "–"), *roles]

    def clean_code(self) -> str:
        """The code without blanks."""
        return re.sub(r"\s", "", self.cleaned_data["code"])

    def clean_grids(self) -> list[str]:
        """The names one by one."""
        return [word for word in re.split(r"[、,，;；\s]+", self.cleaned_data["grids"]) if word]


class AccountForm(GrantForm):
    """A new account with its first role."""

    field_order = ("name", "username", "phone", "role", "code", "grids", "starts_at", "ends_at")
    name = forms.CharField(label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    username = forms.CharField(
        label=_("User name"), max_length=60, help_text=_("What the person types to sign in, for example a work number."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    phone = forms.CharField(
        label=_("Telephone"), required=False, max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip

    def clean_name(self) -> str:
        """The name as it is kept."""
        return _checked(checked_name, self.cleaned_data["name"])

    def clean_username(self) -> str:
        """The user name as it is kept."""
        return _checked(checked_username, self.cleaned_data["username"])

    def clean_phone(self) -> str:
        """The number as it is kept."""
        return _checked(checked_phone, self.cleaned_data["phone"])


def _checked(check: Callable[[str], str], text: str) -> str:
    try:
        return check(text)
    except LianfangError as error:
        raise forms.ValidationError(error.render(reader_language())) from None
