"""Forms of incidents: an area or building by code or name, and what a person has to state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianfang.base.access.actor import Actor
from lianfang.base.access.area_field import AreaField
from lianfang.base.access.places import place_of
from lianfang.base.areas.api import buildings
from lianfang.base.incidents.rules import ConditionVerdict
from lianfang.kernel.divisions import path_of
from lianfang.kernel.errors import LianfangError

REASON_LENGTH = 400


class AreaForm(forms.Form):
    """An area inside the reader's scope, by its code or its name."""

    area = AreaField(label=_("Area"), error_messages={"required": _("Say which area.")})

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.fields["area"].within = actor, actor.path

    def clean_area(self) -> str:
        """The path of the area."""
        try:
            path = place_of(self.actor, self.cleaned_data["area"]).path
        except LianfangError:
            raise forms.ValidationError(gettext("No area or building with this code lies in your area.")) from None
        if len(path) > 12 and not isinstance(self.fields["area"], AreaOrBuildingField):
            raise forms.ValidationError(gettext("An area is needed here, not a building."))
        return path


class AreaOrBuildingField(AreaField):
    """An area, or a building by the names of its community and its own."""

    def code_named(self, words: str) -> str:
        """The code of the area, or of the building after a blank."""
        try:
            return super().code_named(words)
        except forms.ValidationError as none:
            community, blank, name = words.rpartition(" ")
            if none.code != "unknown" or not blank:
                raise
        path = path_of(super().code_named(community))
        paths = [one.path for one in buildings(path) if one.name == name] if len(path) == 12 else []
        if len(paths) != 1:
            raise forms.ValidationError(
                gettext("The community has no single building of this name; give its 16 digits.")
            )
        return paths[0]


class IncidentForm(AreaForm):
    """What a proposed incident is: name, area, playbook, whether it is a drill and under which edition."""

    name = forms.CharField(
        label=_("Name of the incident"), max_length=80, help_text=_("Where it is and what it is about."),
        error_messages={"required": _("The incident has no name. Say where it is and what it is about.")},
    )  # fmt: skip
    playbook = forms.ChoiceField(label=_("Playbook"))
    drill = forms.BooleanField(label=_("This is a drill"), required=False)
    edition = forms.ChoiceField(label=_("Edition, for a drill"), required=False)
    field_order = ("name", "area", "playbook", "drill", "edition")

    def __init__(
        self, *args: Any, playbooks: Sequence[tuple[str, str]], editions: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["playbook"].choices = playbooks
        self.fields["edition"].choices = [("", gettext("the one in force today")), *editions]
        self.fields["edition"].help_text = gettext("Only a drill may be played under another edition.")


class ScopeForm(AreaForm):
    """Another subtree for an incident."""


class ZoneForm(AreaForm):
    """A zone: where, at which level, why."""

    area = AreaOrBuildingField(
        label=_("Area"), error_messages={"required": _("Say which area.")},
        help_text=_("A name, or the division code. For a building its 16 digits, or community and building with a blank between."),
    )  # fmt: skip
    level = forms.ChoiceField(label=_("Level"), error_messages={"required": _("Choose a level.")})
    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why.")},
    )  # fmt: skip

    def __init__(self, *args: Any, levels: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [("", "–"), *levels]


class LiftForm(forms.Form):
    """A request to lift a zone: one statement for each condition that no data can tell, and a reason."""

    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why.")},
    )  # fmt: skip

    def __init__(self, *args: Any, verdicts: Sequence[tuple[ConditionVerdict, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for verdict, words in verdicts:
            if verdict.standing == "unknown":
                self.fields[f"statement_{verdict.condition.kind}"] = forms.CharField(
                    label=gettext("Evidence: {condition}").format(condition=words), max_length=REASON_LENGTH,
                    help_text=gettext("Which report or record shows it."),
                    error_messages={"required": gettext("State the evidence: {condition}").format(condition=words)},
                )  # fmt: skip
        self.order_fields([*(name for name in self.fields if name != "reason"), "reason"])

    def statements(self) -> dict[str, str]:
        """What was stated, by kind of condition."""
        return {key.removeprefix("statement_"): text for key, text in self.cleaned_data.items() if key != "reason"}
