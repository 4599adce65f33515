"""A superior's table: what the units below have confirmed, beside what is true now, and the difference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lianfang.base.metrics import api as metrics
from lianfang.base.playbooks.api import Column, ReportForm
from lianfang.base.playbooks.formulas import Constant, Operation, Term
from lianfang.domain.reports.figures import source_below, source_of
from lianfang.domain.reports.rules import Figure, Snapshot
from lianfang.domain.reports.selectors import ParentCount, Period, counts_by_parent, read_rows

_SUMS = """
with live as (
    select left(path, %(cut)s) as at, figures from reports_return
    where incident_id = %(incident)s and form = %(form)s and day = %(day)s and part = %(part)s and level = %(level)s
        and live and path >= %(low)s and path < %(high)s
)
select at, v.key, '', sum(v.value::numeric) from live cross join lateral jsonb_each_text(figures -> 'values') as v
group by 1, 2
union all
select at, e.key, d.key, sum(d.value::numeric) from live cross join lateral jsonb_each(figures -> 'each') as e
cross join lateral jsonb_each_text(e.value) as d
group by 1, 2, 3
"""


@dataclass(frozen=True)
class Row:
    """One area below: its units by state, the sum of what they confirmed, and what is true there now."""

    area: ParentCount
    confirmed: Snapshot
    derived: Snapshot

    def differs(self, key: str) -> bool:
        """Whether the confirmed sum of a column is not what the metrics say now."""
        return total(self.confirmed, key) != total(self.derived, key)


@dataclass(frozen=True)
class Table:
    """The areas directly below one area, and their sums."""

    period: Period
    path: str
    rows: tuple[Row, ...]
    confirmed: Snapshot
    derived: Snapshot

    @property
    def expected(self) -> int:
        """How many units owe a return."""
        return sum(row.area.expected for row in self.rows)

    @property
    def missing(self) -> int:
        """How many have not reported."""
        return sum(row.area.missing for row in self.rows)

    def difference(self, column: Column) -> Figure | None:
        """What is true now minus what was confirmed; None when one of them has no number, or it does not add up."""
        now, then = total(self.derived, column.key), total(self.confirmed, column.key)
        return None if now is None or then is None or not adds_up(column) else now - then


def total(found: Snapshot, key: str) -> Figure | None:
    """The number of a column: its value, or the sum of its parts; None when there is none."""
    if key in found.each:
        return sum(found.each[key].values())
    return found.values.get(key)


def adds_up(column: Column) -> bool:
    """Whether units' figures of a column add up to their superior's: sums and differences of metrics that do."""
    if column.metric is None:
        return column.unit != "text"
    return _linear(column.metric.term) and all(
        metrics.metric(term.name).adds_up for term in column.metric.metrics() if metrics.is_defined(term.name)
    )


def _linear(term: Term) -> bool:
    if isinstance(term, Operation):
        scaled = term.sign in "*/" and not (isinstance(term.right, Constant) or isinstance(term.left, Constant))
        return not scaled and _linear(term.left) and _linear(term.right)
    return True


def children_table(period: Period, path: str, *, cut: int) -> Table:
    """The table of the areas directly below `path`, whose paths have `cut` characters; four reads whatever the size."""
    sums = _sums(period.form, read_rows(_SUMS, period, path, cut=cut))
    below = source_below(period.form, period.incident.id, path, period.day, level=cut, part=period.part)
    rows = tuple(
        Row(area, sums.get(area.path, Snapshot()), below.snapshot(period.form, area.path))
        for area in counts_by_parent(period, path, cut=cut)
    )
    top = max(path, period.incident.path, key=len)
    return Table(
        period=period, path=path, rows=rows, confirmed=_added(period.form, [row.confirmed for row in rows]),
        derived=source_of(period.form, period.incident.id, top, period.day, part=period.part).snapshot(period.form, top),
    )  # fmt: skip


def _sums(form: ReportForm, rows: Iterable[tuple]) -> dict[str, Snapshot]:
    additive = {column.key for column in form.columns if adds_up(column)}
    values: dict[str, dict[str, Figure]] = {}
    each: dict[str, dict[str, dict[str, int]]] = {}
    for at, key, dim, number in rows:
        if key in additive and dim:
            each.setdefault(at, {}).setdefault(key, {})[dim] = int(number)
        elif key in additive:
            values.setdefault(at, {})[key] = int(number) if number == int(number) else float(number)
    return {at: Snapshot(values=values.get(at, {}), each=each.get(at, {})) for at in values.keys() | each.keys()}


def _added(form: ReportForm, parts: Iterable[Snapshot]) -> Snapshot:
    values: dict[str, Figure] = {}
    each: dict[str, dict[str, int]] = {}
    for part in parts:
        for key, number in part.values.items():
            values[key] = values.get(key, 0) + number
        for key, dims in part.each.items():
            _add_dims(each.setdefault(key, {}), dims)
    return Snapshot(values=values, each=each)


def _add_dims(into: dict[str, int], dims: Mapping[str, int]) -> None:
    for dim, number in dims.items():
        into[dim] = into.get(dim, 0) + number
