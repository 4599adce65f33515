"""Pure decisions of reports: what each column says, whether identities hold, what counts as zero, late or corrected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Literal

from lianfang.base.playbooks.api import Absent, Column, ColumnTerm, MetricTerm, ReportForm
from lianfang.base.playbooks.formulas import Number
from lianfang.kernel.clock import in_time
from lianfang.kernel.errors import LianfangError

State = Literal["not_reported", "zero_report", "reported", "late", "corrected"]
Figure = int | float
MetricLookup = Callable[[MetricTerm, str], Number]
"""A metric's figure, of the rounds with one questionnaire or ('') of all."""

LONGEST_ANSWER = 200
LARGEST_COUNT = 1_000_000_000
TEXT_UNIT = "text"
"""The unit of a column whose answer is words."""


@dataclass(frozen=True)
class Snapshot:
    """The figures of one return: numbers by column, lists by value of a dimension, answers, and what has no number.

    off: columns whose engine is not in use; unknown: columns that cannot be worked out (a division by zero).
    """

    values: Mapping[str, Figure] = field(default_factory=dict)
    each: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    off: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What the database keeps."""
        return {
            "values": dict(self.values), "each": {key: dict(found) for key, found in self.each.items()},
            "answers": dict(self.answers), "off": list(self.off), "unknown": list(self.unknown),
        }  # fmt: skip

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Snapshot:
        """From what the database keeps."""
        return cls(
            values=raw.get("values", {}), each=raw.get("each", {}), answers=raw.get("answers", {}),
            off=tuple(raw.get("off", ())), unknown=tuple(raw.get("unknown", ())),
        )  # fmt: skip


@dataclass(frozen=True)
class IdentityResult:
    """An accounting identity with both sides; holds is None when a side has no number."""

    zh: str
    en: str
    text: str
    left: Figure | None
    right: Figure | None
    holds: bool | None


@dataclass(frozen=True)
class Change:
    """A column whose figure differs between two versions; None stands for "no number"."""

    key: str
    before: object
    after: object


def plain(number: Fraction) -> Figure:
    """A whole number as int, anything else as float with four decimals."""
    return int(number) if number.denominator == 1 else round(float(number), 4)


def derive(
    form: ReportForm, metric: MetricLookup, by_value: Callable[[str, str], Mapping[str, int] | None]
) -> Snapshot:
    """Every column of a form from metrics. by_value: a metric's figures by dimension, None when its engine is off.

    Both are asked with the column's questionnaire beside the metric.
    """
    values: dict[str, Figure] = {}
    each: dict[str, Mapping[str, int]] = {}
    off: list[str] = []
    unknown: list[str] = []
    for column in form.columns:
        if column.metric is None:
            continue
        if column.metric.by_each_value:
            found = by_value(column.metric.metrics()[0].name, column.door_visit)
            if found is None:
                off.append(column.key)
            else:
                each[column.key] = dict(found)
            continue
        number = column.metric.evaluate(_of_metrics(metric, column.door_visit))
        if isinstance(number, Absent):
            (off if number is Absent.OFF else unknown).append(column.key)
        else:
            values[column.key] = plain(number)
    return Snapshot(values=values, each=each, off=tuple(off), unknown=tuple(unknown))


def _of_metrics(metric: MetricLookup, asked: str) -> Callable[[MetricTerm | ColumnTerm], Number]:
    """A formula's look-up: metrics by the questionnaire of its column; a column speaks of no other column."""
    return lambda term: metric(term, asked) if isinstance(term, MetricTerm) else Absent.UNKNOWN


def questions(form: ReportForm) -> tuple[Column, ...]:
    """The columns that a person is asked."""
    return tuple(column for column in form.columns if column.metric is None)


def with_answers(form: ReportForm, derived: Snapshot, answers: Mapping[str, str], *, required: bool) -> Snapshot:
    """The derived figures together with checked answers; a counted answer becomes a figure.

    Raises report.answer_missing (when required), report.answer_not_a_count, report.answer_too_long.
    """
    texts: dict[str, str] = {}
    values = dict(derived.values)
    missing = []
    for column in questions(form):
        given = answers.get(column.key, "").strip()
        if not given:
            missing.append(column.zh)
        elif column.unit == TEXT_UNIT:
            if len(given) > LONGEST_ANSWER:
                raise LianfangError("report.answer_too_long", column=column.zh, limit=LONGEST_ANSWER)
            texts[column.key] = given
        else:
            values[column.key] = _count(column, given)
    if missing and required:
        raise LianfangError("report.answer_missing", columns="、".join(missing))
    return Snapshot(values=values, each=derived.each, answers=texts, off=derived.off, unknown=derived.unknown)


def _count(column: Column, given: str) -> int:
    digits = given.replace(",", "").replace("，", "")
    if not digits.isascii() or not digits.isdigit() or int(digits) > LARGEST_COUNT:
        raise LianfangError("report.answer_not_a_count", column=column.zh, value=given[:20])
    return int(digits)


def not_zero(form: ReportForm, found: Snapshot) -> tuple[Column, ...]:
    """The columns that speak against a zero report."""
    return tuple(
        column
        for column in form.columns
        if found.values.get(column.key) or any(found.each.get(column.key, {}).values()) or column.key in found.answers
    )


def check_zero(form: ReportForm, found: Snapshot, *, stated: bool) -> None:
    """Zero is a statement: raises report.not_zero for a stated zero over figures, or report.zero_unstated."""
    against = not_zero(form, found)
    if stated and against:
        raise LianfangError("report.not_zero", columns="、".join(column.zh for column in against))
    if not stated and not against and form.zero_report:
        raise LianfangError("report.zero_unstated")


def identities(
    form: ReportForm, today: Snapshot, yesterday: Snapshot | None, metric: MetricLookup
) -> tuple[IdentityResult, ...]:
    """Every identity of a form for a day; without a figure for yesterday it cannot be judged. Nothing is patched."""

    def look(term: MetricTerm | ColumnTerm) -> Number:
        if isinstance(term, MetricTerm):
            return metric(term, "")
        source = yesterday if term.previous else today
        if source is None:
            return Absent.UNKNOWN
        if term.key in source.each:
            return Fraction(sum(source.each[term.key].values()))
        if term.key in source.values:
            return Fraction(str(source.values[term.key]))
        return Absent.OFF if term.key in source.off else Absent.UNKNOWN

    found = []
    for identity in form.identities:
        outcome = identity.holds.check(look)
        left = None if isinstance(outcome.left, Absent) else plain(outcome.left)
        right = None if isinstance(outcome.right, Absent) else plain(outcome.right)
        found.append(IdentityResult(identity.zh, identity.en, identity.holds.text, left, right, outcome.holds))
    return tuple(found)


def state_at(*, version: int, zero: bool, confirmed_at: datetime, day: date, cutoff: str) -> State:
    """The state of a return; lateness counts before zero, and a correction before both."""
    if version > 1:
        return "corrected"
    if not in_time(confirmed_at, day, cutoff):
        return "late"
    return "zero_report" if zero else "reported"


def changes(form: ReportForm, before: Snapshot, after: Snapshot) -> tuple[Change, ...]:
    """The columns that differ between two snapshots, in the order of the form."""

    def shown(found: Snapshot, key: str) -> object:
        return found.values.get(key, found.each.get(key, found.answers.get(key)))

    pairs = ((column.key, shown(before, column.key), shown(after, column.key)) for column in form.columns)
    return tuple(Change(key, old, new) for key, old, new in pairs if old != new)
