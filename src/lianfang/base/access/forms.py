"""The forms of signing in, of slips, and of one's own account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

LONGEST = 200
"""Characters of a password; far above what anybody types, so that hashing stays bounded."""


def _code_widget(mode: str) -> forms.TextInput:
    return forms.TextInput(
        attrs={
            "autocomplete": "one-time-code",
            "inputmode": mode,
            "autofocus": True,
            "class": "code",
            "spellcheck": "false",
        }
    )


class SignInForm(forms.Form):
    """User name and password; both work with password managers."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"), max_length=LONGEST, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class CodeForm(forms.Form):
    """Six digits of an authenticator, or a recovery code."""

    code = forms.CharField(label=pgettext_lazy("second factor", "Code"), max_length=20, widget=_code_widget("text"))


class SlipForm(forms.Form):
    """The code of a printed slip."""

    code = forms.CharField(
        label=_("Code on the slip"), max_length=40, help_text=_("Twelve letters and digits in three groups."),
        widget=_code_widget("text"),
    )  # fmt: skip


class PairForm(forms.Form):
    """A new password, typed twice."""

    password = forms.CharField(
        label=_("New password"), max_length=LONGEST,
        help_text=_("At least ten characters; a few words in a row are easy to remember and hard to guess."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    again = forms.CharField(
        label=_("New password once more"), max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Both must be the same."""
        given = super().clean() or {}
        if given.get("password") and given.get("again") and given["password"] != given["again"]:
            self.add_error("again", gettext("The two passwords differ. Type the new one twice."))
        return given


class OwnPasswordForm(PairForm):
    """The old password and the new one."""

    field_order = ("old", "password", "again")
    old = forms.CharField(
        label=_("Present password"), max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip


class DeviceForm(forms.Form):
    """The known password, to let go of a lost authenticator."""

    password = forms.CharField(
        label=_("Password"), max_length=LONGEST, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class AuthenticatorForm(forms.Form):
    """Password and the first code of a new authenticator."""

    old = forms.CharField(
        label=_("Present password"), max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip
    code = forms.CharField(
        label=_("Six digits that the authenticator shows now"), max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code"}),
    )  # fmt: skip
