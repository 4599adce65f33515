"""What the pages of residents ask: a file and where it goes, the columns of a file, a purpose, an exact code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lianfang.base.access.looks_purposes import PURPOSES
from lianfang.domain.residents.uploads import Look
from lianfang.kernel.errors import LianfangError, define

define(
    "residents.column_chosen_twice",
    status=422,
    zh="“{name}”选了两次（{columns}列）。每个项目只能对应一列。",
    en="'{name}' is chosen twice (columns {columns}). Each item takes one column only.",
)
define(
    "residents.purpose_unknown",
    status=422,
    zh="请从列表中选择用途。查看会留下记录。",
    en="Choose a purpose from the list. The look is put on record.",
)

REGISTER_WORDS: dict[str, Promise] = {"household": _("Household register"), "returnee": _("Register of returnees")}

OPEN_PURPOSES = {
    name: PURPOSES[name]
    for name in (
        "identity_check",
        "call_person",
        "medical_help",
        "tracing",
        "correct_record",
        "asked_by_person",
        "transfer",
    )
}
"""Why identity and phone of one person are opened."""
CODE_PURPOSES = {name: PURPOSES[name] for name in ("sampling", "gate_check", "treatment", "tracing", "visit")}
"""Why somebody is looked up by their printed code."""
PURPOSE_OF_ROLE = {
    "sampler": "sampling", "gate_keeper": "gate_check", "hospital_officer": "treatment", "county_health": "tracing",
    "police_officer": "visit", "volunteer": "visit",
}  # fmt: skip
"""The purpose that is chosen beforehand for a role."""


class UploadForm(forms.Form):
    """The file, what kind of register it is, and the area it is about."""

    area = forms.ChoiceField(label=_("Where the people live"))
    register = forms.ChoiceField(label=_("What the table is"), choices=list(REGISTER_WORDS.items()))
    file = forms.FileField(
        label=_("Table"),
        allow_empty_file=True,
        help_text=_("Excel (.xlsx, .xls) or text (.csv), up to 64 MB. Choose it or drop it here."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.xlsm,.csv,.txt", "class": "drop"}),
    )

    def __init__(self, areas: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = areas


class CodeForm(forms.Form):
    """A printed code and why it is looked up."""

    code = forms.CharField(
        label=_("Printed code"),
        max_length=40,
        help_text=_("Nine characters below the square on the sheet. Scan or type it."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autofocus": True, "class": "code", "spellcheck": "false"}
        ),
    )
    purpose = forms.ChoiceField(label=_("Purpose"), choices=list(CODE_PURPOSES.items()))


def chosen_columns(posted: Mapping[str, str], look: Look, words: Mapping[str, str]) -> dict[str, int]:
    """Column number by name of the register's column, as a person decided; what is not asked stays as it was taken.

    words: headings by name, for the sentence. Raises residents.column_chosen_twice.
    """
    mapping: dict[str, int] = {}
    letters = {column.number: column.letters for column in look.columns}
    for column in look.columns:
        name = posted.get(f"column_{column.number}", column.name)
        if name not in words:
            continue
        if name in mapping:
            both = f"{letters[mapping[name]]}、{column.letters}"
            raise LianfangError("residents.column_chosen_twice", name=words[name], columns=both)
        mapping[name] = column.number
    return mapping


def purpose_of(posted: Mapping[str, str]) -> str:
    """The purpose of opening somebody's identity; raises residents.purpose_unknown."""
    purpose = posted.get("purpose", "")
    if purpose not in OPEN_PURPOSES:
        raise LianfangError("residents.purpose_unknown")
    return purpose
