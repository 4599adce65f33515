"""The derived figures of a form for one area or for all areas of a level, from metrics, in two reads at most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction

from lianfang.base.metrics import api as metrics
from lianfang.base.playbooks.api import Absent, MetricTerm, ReportForm
from lianfang.base.playbooks.formulas import Number
from lianfang.domain.reports.rules import Snapshot, derive
from lianfang.domain.rounds.api import rounds_of_others

ALWAYS_UNKNOWN = metrics.Figures(None, {})
ROUND = "round"
"""First word of the dimension of metrics that are kept by round."""


class Source:
    """The metrics of a form for a day and, for identities, the day before, read once for the areas wanted."""

    def __init__(self, today: metrics.Figures, yesterday: metrics.Figures) -> None:
        self.today = today
        self.yesterday = yesterday

    def number(self, path: str, term: MetricTerm) -> Number:
        """The value of a metric term at an area; OFF when no engine publishes the metric."""
        if not metrics.is_defined(term.name):
            return Absent.OFF
        figures = self.yesterday if term.previous else self.today
        if figures is ALWAYS_UNKNOWN:
            return Absent.UNKNOWN
        if term.value is None:
            return Fraction(figures.total(path, term.name))
        return Fraction(by_last(figures.by_dim(path, term.name)).get(term.value, 0))

    def by_value(self, path: str, name: str) -> Mapping[str, int] | None:
        """A metric at an area by value of its dimension; None when no engine publishes it."""
        return by_last(self.today.by_dim(path, name)) if metrics.is_defined(name) else None

    def snapshot(self, form: ReportForm, path: str) -> Snapshot:
        """Every derived column of the form at an area."""
        return derive(form, lambda term: self.number(path, term), lambda name: self.by_value(path, name))


def by_last(dims: Mapping[str, int]) -> dict[str, int]:
    """Figures by the last part of the dimension: a reason within a round is written `round:reason`."""
    found: dict[str, int] = {}
    for dim, value in dims.items():
        last = dim.rpartition(":")[2]
        found[last] = found.get(last, 0) + value
    return {key: value for key, value in sorted(found.items()) if value}


def names_of(forms: Iterable[ReportForm], *, identities: bool) -> tuple[list[str], list[str]]:
    """The published metrics that forms need: for the day, and for the day before."""
    today: dict[str, None] = {}
    before: dict[str, None] = {}
    for form in forms:
        for column in form.columns:
            for term in column.metric.metrics() if column.metric else ():
                today[term.name] = None
        for identity in form.identities if identities else ():
            for leaf in identity.holds.terms():
                if isinstance(leaf, MetricTerm):
                    (before if leaf.previous else today)[leaf.name] = None
                elif leaf.previous and (column := form.column(leaf.key)).metric:
                    before.update((term.name, None) for term in column.metric.metrics())
    return [name for name in today if metrics.is_defined(name)], [name for name in before if metrics.is_defined(name)]


def source_of(form: ReportForm, incident_id: int, path: str, day: date) -> Source:
    """What an incident's form needs at one area, with the day before for its identities."""
    today, before = names_of([form], identities=True)
    others = rounds_of_others(incident_id, path)
    return Source(
        without(metrics.values([path], today, day), others) if today else metrics.Figures(day, {}),
        without(metrics.values([path], before, day - timedelta(days=1)), others)
        if before
        else metrics.Figures(day, {}),
    )


def source_below(
    form: ReportForm, incident_id: int, path: str, day: date, *, level: int, using: str = "default"
) -> Source:
    """What an incident's form needs at every area of a level (length of its path) inside `path`, in one range read."""
    today, _ = names_of([form], identities=False)
    figures = metrics.children(path, today, day, level=level, using=using) if today else metrics.Figures(day, {})
    return Source(without(figures, rounds_of_others(incident_id, path, using=using)), ALWAYS_UNKNOWN)


def without(figures: metrics.Figures, others: frozenset[str]) -> metrics.Figures:
    """The figures without those of rounds that belong to other incidents over the same place."""
    if not others:
        return figures
    rows = {
        (path, name): {dim: value for dim, value in dims.items() if dim.partition(":")[0] not in others}
        if metrics.metric(name).dimension.startswith(ROUND) else dims
        for (path, name), dims in figures.rows.items()
    }  # fmt: skip
    return metrics.Figures(figures.day, rows)
