"""The form that gives or lends a role."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianfang.base.access.accounts import NOT_GIVEN, role_words
from lianfang.base.access.rules import ROLES


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
