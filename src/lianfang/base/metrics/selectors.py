"""Reads of metrics: point reads for some areas, range reads for the children of one, always within the scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from lianfang.base.database.select import select
from lianfang.base.metrics.registry import metric
from lianfang.kernel.clock import beijing_day

ALL_DAYS = "infinity"
"""The row that holds the sum over all days."""

LEVELS = (2, 4, 6, 9, 12, 16)
"""Lengths of the paths that figures are kept for: province, city, county, township, community, building."""

_ALL_POINTS = """
select path, name, dim, value from metrics_value
where name = any (%s::text[]) and day = 'infinity' and level = any (%s::smallint[]) and path = any (%s::text[])
"""
_ALL_RANGE = """
select path, name, dim, value from metrics_value
where name = any (%s::text[]) and day = 'infinity' and level = %s::smallint and path >= %s and path < %s
"""
_OF_DIM = " and dim >= %s and dim < %s"
"""With the dimension known the primary key is read, value by value, past those of other rounds."""
_POINTS = """
select v.path, v.name, v.dim, sum(v.value * w.sign)::bigint
from unnest(%s::text[]) as p(path)
cross join unnest(%s::text[], %s::text[]::date[], %s::int[]) as w(name, day, sign)
join metrics_value v on v.name = w.name and v.day = w.day and v.level = length(p.path) and v.path = p.path
group by 1, 2, 3
"""
_RANGE = """
select v.path, v.name, v.dim, sum(v.value * w.sign)::bigint
from unnest(%s::text[], %s::text[]::date[], %s::int[]) as w(name, day, sign)
join metrics_value v on v.name = w.name and v.day = w.day and v.level = %s::smallint and v.path >= %s and v.path < %s
group by 1, 2, 3
"""
_BY_DAY = """
select v.day, v.name, v.dim, v.value from unnest(%s::text[]) as w(name)
join metrics_value v on v.name = w.name and v.day between %s and %s and v.level = %s::smallint and v.path = %s
order by 1, 2, 3
"""


@dataclass(frozen=True)
class Figures:
    """Figures of one day by area, metric and dimension; what was never counted is zero."""

    day: date | None
    rows: dict[tuple[str, str], dict[str, int]]

    def total(self, path: str, name: str) -> int:
        """The figure over all values of the dimension."""
        return sum(self.rows.get((path, name), {}).values())

    def of(self, path: str, name: str, dim: str) -> int:
        """The figure for one value of the dimension."""
        return self.rows.get((path, name), {}).get(dim, 0)

    def by_dim(self, path: str, name: str) -> dict[str, int]:
        """The figures by value of the dimension, zeros left out."""
        return {dim: value for dim, value in sorted(self.rows.get((path, name), {}).items()) if value}

    def paths(self) -> Iterator[str]:
        """The areas that have any figure."""
        yield from dict.fromkeys(path for path, _ in self.rows)


def values(
    paths: Sequence[str], names: Iterable[str], day: date | None = None, *, dim: str = "", using: str = "default"
) -> Figures:
    """The figures of some areas (one point read each) for a day, or over all days when none is given.

    dim: only this value of the dimension and those below it (7 and 7:away), where no day is given. Raises
    metrics.unknown for a name that no engine publishes.
    """
    if day is None:
        levels = sorted({len(path) for path in paths})
        return _all_days(_ALL_POINTS, _known(names), [levels, list(paths)], dim, using)
    return _figures(day, select(_POINTS, [list(paths), *_wanted(names, day)], using=using))


def children(
    path: str, names: Iterable[str], day: date | None = None, *, level: int, dim: str = "", using: str = "default"
) -> Figures:
    """The figures of every area of one level (length of its path) in the subtree of `path`, in one range read.

    dim: as in `values`. Raises metrics.unknown for a name that no engine publishes, ValueError for a level that is not
    kept.
    """
    if level not in LEVELS:
        raise ValueError(f"figures are kept for paths of {LEVELS} characters, not {level}")
    if day is None:
        return _all_days(_ALL_RANGE, _known(names), [level, path, path + "~"], dim, using)
    return _figures(day, select(_RANGE, [*_wanted(names, day), level, path, path + "~"], using=using))


def series(
    path: str, names: Iterable[str], first: date, last: date, *, using: str = "default"
) -> dict[date, dict[tuple[str, str], int]]:
    """Changes per day of one area: day → (name, dim) → what happened that day, for flows and stocks alike.

    Raises metrics.unknown for a name that no engine publishes.
    """
    known = _known(names)
    found: dict[date, dict[tuple[str, str], int]] = defaultdict(dict)
    for day, name, dim, value in select(_BY_DAY, [known, first, last, len(path), path], using=using):
        found[day][name, dim] = value
    return dict(found)


def _known(names: Iterable[str]) -> list[str]:
    return [metric(name).name for name in dict.fromkeys(names)]


def _all_days(statement: str, names: list[str], where: Sequence[object], dim: str, using: str) -> Figures:
    """Running totals, kept as rows of their own: nothing is added up here."""
    if not dim:
        return _figures(None, select(statement, [names, *where], using=using))
    below = dim + ":"
    rows = select(statement + _OF_DIM, [names, *where, dim, dim + ";"], using=using)  # ";" follows ":"
    return _figures(None, [row for row in rows if row[2] == dim or row[2].startswith(below)])


def _wanted(names: Iterable[str], day: date) -> tuple[list[str], list[str], list[int]]:
    """Which rows make up the figures of a day, as (name, day, sign).

    A stock at the end of a day is the sum of all days minus the few days since, so that the reads stay short.
    """
    today = beijing_day(timezone.now())
    found: list[tuple[str, str, int]] = []
    for name in _known(names):
        if metric(name).stock:
            later = (today - day).days + 1  # a device's clock may be a day ahead
            found.append((name, ALL_DAYS, 1))
            found += [(name, str(day + timedelta(days=step)), -1) for step in range(1, later + 1)]
        else:
            found.append((name, str(day), 1))
    return [row[0] for row in found], [row[1] for row in found], [row[2] for row in found]


def _figures(day: date | None, rows: Iterable[tuple]) -> Figures:
    found: dict[tuple[str, str], dict[str, int]] = {}
    for path, name, dim, value in rows:
        of = found.get((path, name))
        if of is None:
            found[path, name] = {dim: value}
        else:
            of[dim] = value
    return Figures(day, found)
