"""Writes of metrics: changes beside the rows of an engine, folding them, and proving that nothing was lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connections, transaction

from lianfang.base.metrics.registry import Metric, all_metrics, metric

_INSERT = """
insert into metrics_delta (name, dim, day, path, value)
select * from unnest(%s::text[], %s::text[], %s::date[], %s::text[], %s::bigint[])
"""
_ROLLED = """
select r.name, r.dim, d.day, l.level, left(r.path, l.level) as path, sum(r.value)::bigint as value
from ({rows}) as r(name, dim, day, path, value)
cross join lateral (values (r.day), ('infinity'::date)) as d(day)
join (values (2::smallint), (4), (6), (9), (12), (16)) as l(level)
  on length(r.path) >= l.level and (length(r.path) = l.level or r.name <> all (%(flat)s::text[]))
group by 1, 2, 3, 4, 5
"""
_COMPARE = """
with truth as ({truth}),
pending as ({pending}),
kept as (
    select name, dim, day, level, path, sum(value)::bigint as value
    from (select * from pending union all
          select name, dim, day, level, path, value from metrics_value where name = any (%(names)s::text[])) as k
    group by 1, 2, 3, 4, 5
)
select name, dim, day::text, path, coalesce(kept.value, 0), coalesce(truth.value, 0)
from truth full join kept using (name, dim, day, level, path)
where coalesce(kept.value, 0) <> coalesce(truth.value, 0)
order by name, dim, day, path limit %(limit)s
"""
_REBUILD = """
insert into metrics_value (name, dim, day, level, path, value)
select name, dim, day, level, path, value from ({truth}) as t where value <> 0
"""


@dataclass(frozen=True)
class Delta:
    """One change: a metric, a value of its dimension, the Beijing day, the path where it happened, how much."""

    name: str
    day: date
    path: str
    value: int
    dim: str = ""


@dataclass(frozen=True)
class Difference:
    """A place where the folded changes and the rows disagree; day 'infinity' is the sum over all days."""

    name: str
    dim: str
    day: str
    path: str
    kept: int
    counted: int


def add(deltas: Iterable[Delta], *, using: str = "default") -> None:
    """Write changes in the running transaction, in one statement; they show after the next fold.

    Raises metrics.unknown for a name that no engine publishes.
    """
    rows = [delta for delta in deltas if delta.value]
    for name in {delta.name for delta in rows}:
        metric(name)
    if not rows:
        return
    columns = zip(*((row.name, row.dim, row.day, row.path, row.value) for row in rows), strict=True)
    with connections[using].cursor() as cursor:
        cursor.execute(_INSERT, [list(column) for column in columns])


def fold() -> int:
    """Add all committed changes into the figures of every level; returns how many changes there were.

    Several folders may run at once, and writers go on meanwhile: a change is taken by exactly one of them.
    """
    with connections["door"].cursor() as cursor:
        cursor.execute("select metrics_fold()")
        return int(cursor.fetchone()[0])


def recompute(names: Sequence[str] | None = None, *, limit: int = 100) -> list[Difference]:
    """Where figures (folded and not yet folded) differ from a count of the rows; empty when they agree.

    One statement, so one snapshot: writers need not stop. Runs as the owner. Metrics without a recount are left out;
    raises metrics.unknown for a name that no engine publishes.
    """
    chosen = _countable(names)
    if not chosen:
        return []
    changes = "select name, dim, day, path, value from metrics_delta where name = any (%(names)s::text[])"
    statement = _COMPARE.format(truth=_truth(chosen), pending=_ROLLED.format(rows=changes))
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, {**_parameters(chosen), "limit": limit})
        return [Difference(*row) for row in cursor.fetchall()]


def rebuild(names: Sequence[str] | None = None) -> int:
    """Replace the figures of metrics by a count of the rows; returns how many figures were written.

    Writers of changes wait meanwhile; what they wrote before is in the rows that are counted. Runs as the owner.
    """
    chosen = _countable(names)
    if not chosen:
        return 0
    parameters = _parameters(chosen)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("lock table metrics_delta in share row exclusive mode")
        cursor.execute("delete from metrics_delta where name = any (%(names)s::text[])", parameters)
        cursor.execute("delete from metrics_value where name = any (%(names)s::text[])", parameters)
        cursor.execute(_REBUILD.format(truth=_truth(chosen)), parameters)
        return int(cursor.rowcount)


def publish_registry() -> int:
    """Tell the database which metrics do not add up to parents (set-up, as the owner); returns their number."""
    flat = _flat()
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("delete from metrics_flat where name <> all (%s::text[])", [flat])
        cursor.execute("insert into metrics_flat select unnest(%s::text[]) on conflict do nothing", [flat])
    return len(flat)


def _countable(names: Sequence[str] | None) -> list[Metric]:
    chosen = all_metrics() if names is None else [metric(name) for name in names]
    return [found for found in chosen if found.recount]


def _flat() -> list[str]:
    return [found.name for found in all_metrics() if not found.adds_up]


def _parameters(chosen: Sequence[Metric]) -> dict[str, object]:
    parameters: dict[str, object] = {"names": [found.name for found in chosen], "flat": _flat()}
    return parameters | {f"name_{at}": found.name for at, found in enumerate(chosen)}


def _truth(chosen: Sequence[Metric]) -> str:
    """The recounts of several metrics as one select, rolled up like the changes."""
    parts = [
        f"select %(name_{at})s::text, dim::text, day::date, path::text, value::bigint from ({found.recount}) as q{at}"
        for at, found in enumerate(chosen)
    ]
    return _ROLLED.format(rows=" union all ".join(parts))
