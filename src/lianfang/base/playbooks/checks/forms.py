"""Door visits and report forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from lianfang.base.playbooks.checks.common import check_reference, check_unique
from lianfang.base.playbooks.decode import Draft
from lianfang.base.playbooks.formulas import EACH, ColumnTerm, MetricTerm
from lianfang.base.playbooks.metric_names import known_metrics
from lianfang.base.playbooks.model.forms import Column, DoorVisit, Question, ReportForm, Reports
from lianfang.base.playbooks.problems import Path, nearest
from lianfang.kernel.errors import LianfangError

# ---------------------------------------------------------------------------------------------------- door visits


def check_door_visits(draft: Draft) -> None:
    """Questions refer backwards only, choices exist, some outcome ends a visit, matters are known."""
    visits: tuple[DoorVisit, ...] = draft.sections["door_visits"]
    check_unique(draft, ("door_visits",), (visit.key for visit in visits))
    for number, visit in enumerate(visits):
        path: Path = ("door_visits", number)
        check_unique(draft, (*path, "questions"), (question.key for question in visit.questions))
        check_unique(draft, (*path, "outcomes"), (outcome.key for outcome in visit.outcomes))
        if not any(outcome.done for outcome in visit.outcomes):
            draft.add((*path, "outcomes"), LianfangError("playbook.outcome_done_missing"))
        asked: dict[str, Question] = {}
        for place, question in enumerate(visit.questions):
            _check_question(draft, (*path, "questions", place), question, asked)
            asked[question.key] = question


def _check_question(draft: Draft, path: Path, question: Question, asked: Mapping[str, Question]) -> None:
    if question.kind in ("choice", "many") and not (question.choices or question.choices_from):
        draft.add(path, LianfangError("playbook.choices_missing"))
    check_unique(draft, (*path, "choices"), (choice.key for choice in question.choices))
    if question.minimum is not None and question.maximum is not None and question.minimum > question.maximum:
        draft.add((*path, "minimum"), LianfangError("playbook.range_upside_down"))
    if question.show_if is not None:
        before = asked.get(question.show_if.question)
        at = (*path, "show_if")
        if before is None:
            draft.add(at, LianfangError("playbook.show_if_order", question=question.show_if.question))
        else:
            _check_answer(draft, at, before, question.show_if.answer)
    if question.raises_matter is not None:
        kinds = {kind.key for kind in draft.sections["matters"]}
        check_reference(draft, (*path, "raises_matter"), question.raises_matter, kinds, "matters")
        if not question.raises_when:
            draft.add(path, LianfangError("playbook.raises_when_missing"))
        elif question.kind in ("yes_no", "choice", "many"):
            _check_answer(draft, (*path, "raises_when"), question, question.raises_when)


def _check_answer(draft: Draft, path: Path, question: Question, answer: str) -> None:
    answers: Iterable[str] = ("yes", "no")
    if question.kind != "yes_no":
        answers = [choice.key for choice in question.choices]
        if question.choices_from:
            answers = [symptom.key for symptom in draft.sections["symptoms"].items]
    if answer != "any" and answer not in answers:
        draft.add(path, LianfangError("playbook.show_if_answer", question=question.key, answer=answer))


# --------------------------------------------------------------------------------------------------- report forms


_LISTING_ENGINES = ("rounds", "watches", "passes")  # others name their own values


def check_reports(draft: Draft) -> None:
    """Columns have one source each and know their unit; formulas and identities use what exists."""
    reports: Reports = draft.sections["reports"]
    check_unique(draft, ("reports", "forms"), (form.key for form in reports.forms))
    check_metric = _metric_checker(draft)
    for number, form in enumerate(reports.forms):
        path: Path = ("reports", "forms", number)
        check_unique(draft, (*path, "columns"), (column.key for column in form.columns))
        for place, column in enumerate(form.columns):
            _check_column(draft, (*path, "columns", place), column, reports, check_metric)
        _check_identities(draft, path, form, check_metric)


def _check_column(
    draft: Draft, path: Path, column: Column, reports: Reports, check_metric: Callable[[Path, MetricTerm], None]
) -> None:
    check_reference(draft, (*path, "unit"), column.unit, reports.units, "units")
    if (column.metric is None) == (column.ask is None):
        draft.add(path, LianfangError("playbook.column_source", column=column.key))
    if column.door_visit:
        visits = [visit.key for visit in draft.sections["door_visits"]]
        check_reference(draft, (*path, "door_visit"), column.door_visit, visits, "door_visits")
    for metric in column.metric.metrics() if column.metric is not None else ():
        check_metric((*path, "metric"), metric)


def _check_identities(
    draft: Draft, path: Path, form: ReportForm, check_metric: Callable[[Path, MetricTerm], None]
) -> None:
    keys = {column.key for column in form.columns}
    for number, identity in enumerate(form.identities):
        at = (*path, "identities", number, "holds")
        for term in identity.holds.terms():
            if isinstance(term, MetricTerm):
                check_metric(at, term)
            elif isinstance(term, ColumnTerm) and term.key not in keys:
                draft.add(at, nearest("playbook.identity_column_unknown", term.key, keys))


def _metric_checker(draft: Draft) -> Callable[[Path, MetricTerm], None]:
    """A check of one metric: its name, and its value where the playbook itself lists the values."""
    known = known_metrics()
    listed = {
        "reason": ([reason.key for reason in draft.sections["rounds"].not_sampled_reasons], "not_sampled_reasons"),
        "measure": (list(draft.sections["measures"]), "measures"),
    }
    if draft.sections.get("code_colours"):
        listed["colour"] = (list(draft.sections["code_colours"]), "code_colours")

    def check(path: Path, term: MetricTerm) -> None:
        metric = known.get(term.name)
        if metric is None:
            draft.add(path, nearest("playbook.metric_unknown", term.name, known))
            return
        if term.value is None:
            return
        if metric.dimension is None:
            draft.add(path, LianfangError("playbook.dimension_none", metric=metric.name, value=term.value))
        elif metric.engine in _LISTING_ENGINES and metric.dimension in listed and term.value != EACH:
            values, section = listed[metric.dimension]
            if term.value not in values:
                draft.add(
                    path,
                    nearest(
                        "playbook.dimension_value_unknown", term.value, values, metric=metric.name, section=section
                    ),
                )

    return check
