"""Reads of reports: a unit's return with its figures, versions, and who has reported in a subtree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lianfang.base.database.select import select
from lianfang.base.incidents.api import Incident
from lianfang.base.playbooks.api import ReportForm
from lianfang.domain.reports.figures import ALWAYS_UNKNOWN, Source, source_of
from lianfang.domain.reports.forms import due_at, level_of_form
from lianfang.domain.reports.models import Return
from lianfang.domain.reports.rules import Change, IdentityResult, Snapshot, changes, identities
from lianfang.kernel.divisions import short_name

PAGE = 200
STATES = ("not_reported", "returned", "late", "corrected", "reported", "zero_report")

_UNITS = """
select a.path, a.name, a.code, r.id, r.version, r.confirmed_at, r.zero,
    case when r.returned_at is not null then 'returned' else coalesce(r.state, 'not_reported') end as state
from areas_area a
left join reports_return r on r.incident_id = %(incident)s and r.form = %(form)s and r.day = %(day)s
    and r.part = %(part)s and r.level = %(level)s and r.path >= %(low)s and r.path < %(high)s and r.live
    and r.path = a.path
where a.path >= %(low)s and a.path < %(high)s and a.level = %(level)s
    and (a.started_on is null or a.started_on <= %(day)s) and (a.ended_on is null or a.ended_on > %(day)s)
"""
_COUNTS = f"select state, count(*) from ({_UNITS}) as u group by 1"
_BY_PARENT = f"""
select p.path, p.name, p.code, u.state, u.number
from (select left(path, %(cut)s) as above, state, count(*) as number from ({_UNITS}) as every group by 1, 2) as u
cross join lateral (select a.path, a.name, a.code from areas_area a where a.path = u.above limit 1) as p order by 1
"""
_LIST = f"""
select path, name, code, id, state, version, confirmed_at, zero from ({_UNITS}) as u
where state = any (%(states)s::text[]) and path > %(after)s order by path limit %(limit)s
"""


@dataclass(frozen=True)
class Period:
    """Which returns are meant: an incident's form, on a day, and which of the day."""

    incident: Incident
    form: ReportForm
    day: date
    part: int = 1

    @property
    def due_at(self) -> datetime:
        """The last instant (UTC) at which these returns are in time."""
        return due_at(self.form, self.day, self.part)

    def overdue(self, now: datetime) -> bool:
        """Whether the cut-off has passed: a return that is missing is awaited until then, and late only after it."""
        return now > self.due_at

    def owed_at(self, path: str) -> bool:
        """Whether units of an area may owe these returns: the area and the incident's touch."""
        return path.startswith(self.incident.path) or self.incident.path.startswith(path)


@dataclass(frozen=True)
class Unit:
    """A unit that owes a return, and what became of it."""

    path: str
    name: str
    code: str
    return_id: int | None
    state: str
    version: int | None
    confirmed_at: datetime | None
    zero: bool | None

    @property
    def short(self) -> str:
        """The everyday name."""
        return short_name(self.name)


@dataclass(frozen=True)
class ParentCount:
    """Units by state below one area."""

    path: str
    name: str
    code: str
    counts: Mapping[str, int]

    @property
    def short(self) -> str:
        """The everyday name."""
        return short_name(self.name)

    @property
    def expected(self) -> int:
        """How many units owe a return."""
        return sum(self.counts.values())

    @property
    def missing(self) -> int:
        """How many have not reported."""
        return self.counts.get("not_reported", 0)


@dataclass(frozen=True)
class UnitReport:
    """A unit's return: live derived figures, the confirmed version if any, identities, and what came in since."""

    period: Period
    path: str
    derived: Snapshot
    confirmed: Return | None
    shown: Snapshot
    yesterday: Snapshot
    identities: tuple[IdentityResult, ...]
    since: tuple[Change, ...]
    """Columns that differ from the confirmed version: what a correction (更正, 补报) would bring."""


def live_return(period: Period, path: str) -> Return | None:
    """The version that stands, if the unit has reported."""
    return _returns(period, path).filter(live=True).first()


def versions(period: Period, path: str) -> Sequence[Return]:
    """Every version of a unit's return, the latest first."""
    return list(_returns(period, path).order_by("-version"))


def unit_report(period: Period, path: str, *, figures: bool = True) -> UnitReport:
    """A unit's return with everything its page shows; without `figures` only what was confirmed, nothing live."""
    source = (
        source_of(period.form, period.incident.id, path, period.day, part=period.part)
        if figures
        else Source(ALWAYS_UNKNOWN, ALWAYS_UNKNOWN)
    )
    derived = source.snapshot(period.form, path)
    found = {one.day: one for one in _around(period, path)}
    confirmed = found.get(period.day)
    kept = Snapshot.from_json(confirmed.figures) if confirmed else None
    before = found.get(period.day - timedelta(days=1))
    yesterday = Snapshot.from_json(before.figures) if before else _yesterday(source, period.form, path)
    shown = kept or derived
    return UnitReport(
        period=period, path=path, derived=derived, confirmed=confirmed, shown=shown, yesterday=yesterday,
        identities=identities(period.form, shown, yesterday, lambda term, asked: source.number(path, term, asked)),
        since=changes(period.form, kept, with_kept_answers(period.form, derived, kept))
        if kept and figures else (),
    )  # fmt: skip


def with_kept_answers(form: ReportForm, derived: Snapshot, kept: Snapshot) -> Snapshot:
    """Fresh figures together with what a person had answered, so that only figures can differ."""
    asked = {column.key for column in form.columns if column.metric is None}
    values = {**derived.values, **{key: kept.values[key] for key in asked if key in kept.values}}
    return Snapshot(values=values, each=derived.each, answers=kept.answers, off=derived.off, unknown=derived.unknown)


def counts(period: Period, path: str) -> dict[str, int]:
    """Units below an area by state of their return, every state named; one range read."""
    rows = read_rows(_COUNTS, period, path)
    return dict.fromkeys(STATES, 0) | dict(rows)


def added(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Units by state of several areas together, every state named."""
    sums = dict.fromkeys(STATES, 0)
    for part in parts:
        for state, number in part.items():
            sums[state] += number
    return sums


def counts_by_parent(period: Period, path: str, *, cut: int) -> list[ParentCount]:
    """The same by area of the level whose paths have `cut` characters, in the order of the tree."""
    found: dict[tuple[str, str, str], dict[str, int]] = {}
    for at, name, code, state, number in read_rows(_BY_PARENT, period, path, cut=cut):
        found.setdefault((at, name, code), {})[state] = number
    return [ParentCount(*key, counts=states) for key, states in found.items()]


def units(
    period: Period, path: str, *, states: Sequence[str] = STATES, after: str = "", limit: int = PAGE
) -> list[Unit]:
    """The units below an area in some states, in the order of the tree, from the one after `after`."""
    rows = read_rows(_LIST, period, path, states=list(states), after=after, limit=limit)
    return [Unit(*row) for row in rows]


def read_rows(statement: str, period: Period, path: str, **more: object) -> list[tuple]:
    """Rows of a statement about the returns of a period inside an area (and inside the incident)."""
    if not period.owed_at(path):
        return []
    low = max(path, period.incident.path, key=len)
    values = {
        "incident": period.incident.id, "form": period.form.key, "day": period.day, "part": period.part,
        "level": int(level_of_form(period.form)), "low": low, "high": low + "~", **more,
    }  # fmt: skip
    return select(statement, values)


def _returns(period: Period, path: str):  # type: ignore[no-untyped-def]  # a Django query set
    return Return.objects.filter(
        incident_id=period.incident.id, form=period.form.key, day=period.day, part=period.part, path=path
    )


def _around(period: Period, path: str) -> Sequence[Return]:
    """The live returns of the day and of the day before (the last one of that day)."""
    before = period.day - timedelta(days=1)
    found = Return.objects.filter(
        incident_id=period.incident.id, form=period.form.key, path=path, live=True, day__in=[before, period.day]
    ).order_by("part")
    return [one for one in found if one.day == before or one.part == period.part]


def _yesterday(source: Source, form: ReportForm, path: str) -> Snapshot:
    return Source(source.yesterday, source.yesterday, source.asking, source.part).snapshot(form, path)
