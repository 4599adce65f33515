"""The form of a proposal, made from the few questions of its kind."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext as _

from lianfang.domain.plans.registry import Field

LONGEST = 900.0
"""Seconds a computation may be allowed at most: an assumption, a quarter of an hour is what somebody waits for."""


class ProposeForm(forms.Form):
    """Area, the kind's questions, and how long the computation may take."""

    def __init__(
        self,
        questions: Sequence[Field],
        areas: Sequence[tuple[str, str]],
        seconds: float,
        *args: object,
        **more: object,
    ) -> None:
        super().__init__(*args, **more)
        if len(areas) > 1:
            self.fields["area"] = forms.ChoiceField(label=_("Area"), choices=areas, initial=areas[0][0])
        for question in questions:
            self.fields[question.name] = _asked(question)
        self.fields["seconds"] = forms.FloatField(
            label=_("Seconds to compute at most"), initial=int(seconds), min_value=1, max_value=LONGEST,
            help_text=_("The best plan found by then is shown, with how far it is from the best possible."),
        )  # fmt: skip


def _asked(question: Field) -> forms.Field:
    if question.choices:
        return forms.ChoiceField(
            label=question.words, choices=list(question.choices), initial=question.default, help_text=question.why
        )
    kind = forms.IntegerField if question.whole else forms.FloatField
    return kind(
        label=question.words,
        initial=question.default,
        help_text=question.why,
        min_value=question.least,
        max_value=question.most,
    )
