"""The derived figures of a form for one area or for all areas of a level, from metrics, in two reads at most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction

from lianfang.base.metrics import api as metrics
from lianfang.base.playbooks.api import Absent, MetricTerm, ReportForm
from lianfang.base.playbooks.formulas import Number
from lianfang.domain.reports.metrics import PART, part_dim
from lianfang.domain.reports.rules import Snapshot, derive
from lianfang.domain.rounds.api import rounds_asking, rounds_of_others

ALWAYS_UNKNOWN = metrics.Figures(None, {})
ROUND, INCIDENT = "round", "incident"
"""First word of the dimension of metrics that are kept by round, or by incident."""


class Source:
    """The metrics of a form for a day and, for identities, the day before, read once for the areas wanted."""

    def __init__(
        self,
        today: metrics.Figures,
        yesterday: metrics.Figures,
        asking: Mapping[str, frozenset[str]] | None = None,
        part: int = 1,
    ) -> None:
        """asking: questionnaire → the rounds that carry it, for columns that speak of one; part: which return of the day."""
        self.part = part
        self.today = today
        self.yesterday = yesterday
        self.asking = asking or {}

    def number(self, path: str, term: MetricTerm, asked: str = "") -> Number:
        """The value of a metric term at an area, of the rounds with one questionnaire; OFF when no engine publishes it."""
        if not metrics.is_defined(term.name):
            return Absent.OFF
        figures = self.yesterday if term.previous else self.today
        if figures is ALWAYS_UNKNOWN:
            return Absent.UNKNOWN
        dims = self._dims(figures, path, term.name, asked)
        if term.value is None:
            return Fraction(sum(dims.values()))
        return Fraction(by_last(dims).get(term.value, 0))

    def by_value(self, path: str, name: str, asked: str = "") -> Mapping[str, int] | None:
        """A metric at an area by value of its dimension; None when no engine publishes it."""
        return by_last(self._dims(self.today, path, name, asked)) if metrics.is_defined(name) else None

    def _dims(self, figures: metrics.Figures, path: str, name: str, asked: str) -> Mapping[str, int]:
        dims, dimension = figures.by_dim(path, name), metrics.metric(name).dimension
        if dimension == PART:
            return {dim: value for dim, value in dims.items() if dim == part_dim(self.part)}
        if not asked or not dimension.startswith(ROUND):
            return dims
        rounds = self.asking.get(asked, frozenset())
        return {dim: value for dim, value in dims.items() if dim.partition(":")[0] in rounds}

    def snapshot(self, form: ReportForm, path: str) -> Snapshot:
        """Every derived column of the form at an area."""
        return derive(
            form,
            lambda term, asked: self.number(path, term, asked),
            lambda name, asked: self.by_value(path, name, asked),
        )


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


def source_of(form: ReportForm, incident_id: int, path: str, day: date, *, part: int = 1) -> Source:
    """What an incident's form needs at one area, with the day before for its identities."""
    today, before = names_of([form], identities=True)
    others = rounds_of_others(incident_id, path)
    return Source(
        without(metrics.values([path], today, day), others, incident_id) if today else metrics.Figures(day, {}),
        without(metrics.values([path], before, day - timedelta(days=1)), others, incident_id)
        if before
        else metrics.Figures(day, {}),
        _asking(form, incident_id, path),
        part,
    )


def source_below(
    form: ReportForm, incident_id: int, path: str, day: date, *, level: int, part: int = 1, using: str = "default"
) -> Source:
    """What an incident's form needs at every area of a level (length of its path) inside `path`, in one range read."""
    today, _ = names_of([form], identities=False)
    figures = metrics.children(path, today, day, level=level, using=using) if today else metrics.Figures(day, {})
    others = rounds_of_others(incident_id, path, using=using)
    return Source(
        without(figures, others, incident_id), ALWAYS_UNKNOWN, _asking(form, incident_id, path, using=using), part
    )


def _asking(form: ReportForm, incident_id: int, path: str, *, using: str = "default") -> Mapping[str, frozenset[str]]:
    """Which rounds carry which questionnaire, where a column of the form needs to know."""
    wanted = any(column.door_visit for column in form.columns)
    return rounds_asking(incident_id, path, using=using) if wanted else {}


def without(figures: metrics.Figures, others: frozenset[str], incident_id: int) -> metrics.Figures:
    """The figures of one incident: without those of rounds, and of other things kept by incident, of others over the place."""

    def own(name: str, dims: dict[str, int]) -> dict[str, int]:
        dimension = metrics.metric(name).dimension
        if dimension.startswith(ROUND) and others:
            return {dim: value for dim, value in dims.items() if dim.partition(":")[0] not in others}
        if dimension.startswith(INCIDENT):
            return {dim: value for dim, value in dims.items() if dim.partition(":")[0] == str(incident_id)}
        return dims

    return metrics.Figures(figures.day, {(path, name): own(name, dims) for (path, name), dims in figures.rows.items()})
