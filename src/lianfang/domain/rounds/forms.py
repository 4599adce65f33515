"""The form that opens a round."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lianfang.domain.rounds.rules import TUBE_SIZES


class OpenRoundForm(forms.Form):
    """Name, scope and tube size; everything else follows from the playbook and the ledger."""

    name = forms.CharField(label=_("Name of the round"), max_length=60)
    area = forms.CharField(label=_("Area (12-digit code)"), max_length=12, min_length=12)
    tube_size = forms.ChoiceField(label=_("People in a tube"), choices=[(str(size), str(size)) for size in TUBE_SIZES], initial="10")
