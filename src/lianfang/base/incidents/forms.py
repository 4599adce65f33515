"""Forms of incidents: an area or building by code or name, and what a person has to state."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from lianfang.base.access.actor import Actor
from lianfang.base.access.places import place_of
from lianfang.base.areas.api import buildings, find
from lianfang.base.incidents.rules import ConditionVerdict
from lianfang.kernel.divisions import normalise_code
from lianfang.kernel.errors import LianfangError

CANDIDATES = 6
"""Areas of a name that are offered at most: an assumption, what one sentence can hold."""
REASON_LENGTH = 400


class AreaForm(forms.Form):
    """An area inside the reader's scope, by its code or its name; buildings where the form takes them."""

    takes_buildings = False
    area = forms.CharField(
        label=_("Area"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Say which area.")},
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fields["area"].help_text = (
            gettext("A name, or the division code. For a building its 16 digits, or community and building with a blank between.")
            if self.takes_buildings else gettext("A name, or the 12 digits of the division code.")
        )  # fmt: skip

    def clean_area(self) -> str:
        """The path of the area."""
        words = unicodedata.normalize("NFKC", self.cleaned_data["area"]).strip()
        digits = re.sub(r"\s", "", words)
        path = self._by_code(digits) if re.fullmatch(r"[0-9]+", digits) else self._by_name(words)
        if len(path) > 12 and not self.takes_buildings:
            raise forms.ValidationError(gettext("An area is needed here, not a building."))
        return path

    def _by_code(self, digits: str) -> str:
        try:
            return place_of(self.actor, digits if len(digits) == 16 else normalise_code(digits)).path
        except LianfangError:
            raise forms.ValidationError(gettext("No area or building with this code lies in your area.")) from None

    def _by_name(self, words: str) -> str:
        found = find(words, within=self.actor.path, limit=CANDIDATES + 1)
        if not found and words.removesuffix("社区"):  # the register writes 居委会 where people say 社区
            found = find(words.removesuffix("社区"), within=self.actor.path, limit=CANDIDATES + 1)
        exact = [one for one in found if words in (one.name, one.short)]
        if len(exact) == 1 or len(found) == 1:
            return (exact or list(found))[0].path
        if not found and self.takes_buildings and " " in words:
            community, _blank, name = words.rpartition(" ")
            return self._building(self._by_name(community), name)
        if not found:
            raise forms.ValidationError(gettext("No area in your scope has this name."))
        names = pgettext("list", ", ").join(f"{one.short} {one.code}" for one in found[:CANDIDATES])
        raise forms.ValidationError(gettext("Several areas have this name; give the code: {names}").format(names=names))

    def _building(self, community: str, name: str) -> str:
        paths = [one.path for one in buildings(community) if one.name == name] if len(community) == 12 else []
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

    takes_buildings = True
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
