"""Forms of rounds: opening one, a visit at a door, a file of results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianfang.base.access.api import AreaField
from lianfang.base.playbooks.api import DoorVisit, Question
from lianfang.domain.residents.api import Resident
from lianfang.domain.rounds.facts_visits import WHY
from lianfang.domain.rounds.models import Round
from lianfang.domain.rounds.playbook import said
from lianfang.domain.rounds.questions import CODE, PERSONS, Mistake, check, headcount_question
from lianfang.domain.rounds.rules import NOBODY_THERE, TUBE_SIZES, RoundKind
from lianfang.kernel.errors import Language, problem

KINDS = (
    (RoundKind.TESTING.value, gettext_lazy("Testing: everybody is sampled")),
    (RoundKind.SCREENING.value, gettext_lazy("Screening: every home is visited")),
)


class OpenRoundForm(forms.Form):
    """Name, kind, questionnaire, scope, tube size, stop rule; everything else follows from the playbook and the ledger."""

    name = forms.CharField(label=gettext_lazy("Name of the round"), max_length=60)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of round"), choices=KINDS, initial=RoundKind.TESTING.value)
    questionnaire = forms.ChoiceField(label=gettext_lazy("Questionnaire for the doors"), required=False)
    area = AreaField(label=gettext_lazy("Area"))
    tube_size = forms.ChoiceField(
        label=gettext_lazy("People in a tube"),
        choices=[(str(size), str(size)) for size in TUBE_SIZES],
        initial="10",
        required=False,
    )
    stop_rule = forms.ChoiceField(label=gettext_lazy("Rule for ending the series"), required=False)

    def __init__(
        self,
        *args: Any,
        within: str,
        rules: Sequence[tuple[str, str]] = (),
        questionnaires: Sequence[tuple[str, str]] = (),
        tests: bool = True,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.fields["area"].within = within
        if questionnaires:
            self.fields["questionnaire"].choices = list(questionnaires)
            self.fields["questionnaire"].help_text = _("Asked in a screening; a testing round has none.")
        else:
            del self.fields["questionnaire"]
        if not tests:  # a flood, mosquitoes: only doors
            self.fields["kind"].choices = [one for one in KINDS if one[0] != RoundKind.TESTING]
            self.fields["kind"].initial = RoundKind.SCREENING.value
            del self.fields["tube_size"]
        if rules:
            self.fields["stop_rule"].choices = list(rules)
            self.fields["stop_rule"].help_text = _("Suggested by the division code; choose the one that applies.")
        else:
            del self.fields["stop_rule"]


class ResultsForm(forms.Form):
    """A laboratory's file for one round."""

    round = forms.ChoiceField(label=gettext_lazy("Round"))
    file = forms.FileField(label=gettext_lazy("File with the results"))

    def __init__(self, rounds: Sequence[Round], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["round"].choices = [(str(one.id), f"{one.id} · {one.name}") for one in rounds]
        self.fields["file"].help_text = _(
            "Excel or CSV with the columns 采样管, 结果, 检测时间 (tube, result, tested at)."
        )


class VisitForm(forms.Form):
    """The playbook's questionnaire for one home: its outcome, the household's questions, a block for each person.

    The last block is for somebody who lives there and is not registered.
    """

    use_required_attribute = False

    def __init__(
        self,
        visit: DoorVisit,
        people: Sequence[Resident],
        symptoms: Sequence[tuple[str, str]],
        language: Language,
        *args: Any,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.visit, self.people, self.symptoms, self.language = visit, list(people), symptoms, language
        self.headcount = headcount_question(visit)
        outcomes = [("", "–"), *((one.key, said(one, language)) for one in visit.outcomes)]
        self.fields["outcome"] = forms.ChoiceField(label=_("Outcome of the visit"), choices=outcomes)
        for question in visit.questions:
            if question.of == "household":
                self.fields[_name(question.key, None)] = self._field(question)
        for number in range(len(self.people) + 1):
            for question in visit.questions:
                if question.of == "person":
                    self.fields[_name(question.key, number)] = self._field(question)

    def _field(self, question: Question) -> forms.Field:
        hints = [said(question.reason, self.language)]
        if question.show_if is not None:
            hints.append(self._condition(question))
        more: dict[str, Any] = {
            "label": said(question, self.language),
            "help_text": " · ".join(hints),
            "required": False,
        }
        choices = (
            list(self.symptoms)
            if question.choices_from
            else [(one.key, said(one, self.language)) for one in question.choices]
        )
        if question.kind == "yes_no":
            return forms.ChoiceField(choices=[("", "–"), ("yes", _("Yes")), ("no", _("No"))], **more)
        if question.kind == "choice":
            return forms.ChoiceField(choices=[("", "–"), *choices], **more)
        if question.kind == "many":
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **more)
        if question.kind == "date":
            return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)
        if question.kind == "text":
            return forms.CharField(max_length=200, **more)
        step = "0.1" if question.kind == "temperature" else "1"
        widget = forms.NumberInput(attrs={"inputmode": "decimal", "step": step, "class": "num"})
        return forms.FloatField(widget=widget, **more)

    def _condition(self, question: Question) -> str:
        asked = next(one for one in self.visit.questions if question.show_if and one.key == question.show_if.question)
        answer = question.show_if.answer if question.show_if else ""
        words = {"yes": _("yes"), "no": _("no"), "any": _("anything")} | {
            one.key: said(one, self.language) for one in asked.choices
        }
        return _("only if '%(question)s' is answered: %(answer)s") % {
            "question": said(asked, self.language),
            "answer": words.get(answer, answer),
        }

    def clean(self) -> dict[str, Any]:
        """Check the answers against the questions; each mistake stands at its field."""
        cleaned: dict[str, Any] = super().clean() or {}
        outcome = next((one for one in self.visit.outcomes if one.key == cleaned.get("outcome")), None)
        if outcome is None or not outcome.done or outcome.key in NOBODY_THERE or self.errors:
            return cleaned
        symptoms = [key for key, _label in self.symptoms]
        for mistake in check(self.visit.questions, self.answers(), symptoms=symptoms, people=self.met()):
            self._add(mistake)
        if not self.met() and not outcome.nobody_met and not self.errors:
            self.add_error(
                _name(self.headcount, None) if self.headcount else None,
                problem("visit.nobody_met").sentence({"given": said(outcome, self.language)}, self.language),
            )
        return cleaned

    def _add(self, mistake: Mistake) -> None:
        asked = next(one for one in self.visit.questions if one.key == mistake.key)
        number = mistake.person
        if number is None and asked.of == "person":
            number = 0
        values = {
            "question": said(asked, self.language),
            "low": f"{asked.minimum or 0:g}",
            "high": f"{asked.maximum or 0:g}",
        }
        position = None if number is None else self._filled()[number] if mistake.person is not None else 0
        self.add_error(_name(mistake.key, position), problem(WHY[mistake.why][0]).sentence(values, self.language))

    def met(self) -> int:
        """How many people were met, from the household's own answer; 0 where nobody was."""
        return int(self.cleaned_data.get(_name(self.headcount, None)) or 0) if self.headcount else 0

    def answers(self) -> dict[str, Any]:
        """The answers as a fact carries them; what was left blank is left out."""
        found = {
            question.key: value
            for question in self.visit.questions
            if question.of == "household" and (value := self._value(question, None)) is not None
        }
        persons = [self._person(number) for number in self._filled()]
        return {**found, PERSONS: persons} if persons else found

    def _filled(self) -> list[int]:
        """The numbers of the blocks that count: registered people, and the last one if anything was said there."""
        return [number for number in range(len(self.people) + 1) if number < len(self.people) or self._said(number)]

    def _said(self, number: int) -> dict[str, Any]:
        return {
            question.key: value
            for question in self.visit.questions
            if question.of == "person" and (value := self._value(question, number)) is not None
        }

    def _person(self, number: int) -> dict[str, Any]:
        code = {CODE: self.people[number].code} if number < len(self.people) else {}
        return {**code, **self._said(number)}

    def _value(self, question: Question, number: int | None) -> Any:
        value = self.cleaned_data.get(_name(question.key, number))
        if value in (None, "", []):
            return None
        if question.kind == "date":
            return value.isoformat()
        if question.kind == "number":
            return int(value) if float(value).is_integer() else value
        return value

    def blocks(self) -> list[dict[str, Any]]:
        """The form in parts: the household, each registered person, somebody not registered."""
        for question in self.visit.questions:  # shown as asked for; whether an answer is missing depends on the outcome
            for number in [None] if question.of == "household" else range(len(self.people)):
                self.fields[_name(question.key, number)].required = question.required
        home = [self["outcome"], *(self[_name(one.key, None)] for one in self.visit.questions if one.of == "household")]
        parts: list[dict[str, Any]] = [{"title": _("The household"), "fields": home}]
        for number in range(len(self.people) + 1):
            title = self.people[number].name if number < len(self.people) else _("Somebody who is not registered")
            fields = [self[_name(one.key, number)] for one in self.visit.questions if one.of == "person"]
            parts.append({"title": title, "fields": fields, "extra": number == len(self.people)})
        return parts


def _name(key: str, number: int | None) -> str:
    return f"home_{key}" if number is None else f"person{number}_{key}"
