"""Writes of reports: confirm a return, state a zero report, correct one with a reason, open a day for counting."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from lianfang.base.access.actor import Actor
from lianfang.base.incidents.api import incident, incident_at, live_incidents
from lianfang.base.metrics import api as metric_api
from lianfang.base.metrics.api import Delta
from lianfang.domain.reports import metrics
from lianfang.domain.reports.figures import source_of
from lianfang.domain.reports.forms import area_forms, cutoff, form_for, level_of_form, named_form
from lianfang.domain.reports.models import ReportDay, Return
from lianfang.domain.reports.rules import Snapshot, changes, check_zero, state_at, with_answers
from lianfang.domain.reports.selectors import Period, live_return, with_kept_answers
from lianfang.domain.reports.worklist import close_confirming, close_correcting, open_items_of
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.divisions import Level, level_of_path
from lianfang.kernel.errors import LianfangError

_LOCK = "select pg_advisory_xact_lock{shared}(hashtextextended(%s, 410621))"
_COUNT_UNITS = """
insert into metrics_delta (name, dim, day, path, value)
select m.name, m.dim, %(day)s, a.path, 1
from areas_area a
left join reports_return r on r.incident_id = %(incident)s and r.form = %(form)s and r.day = %(day)s
    and r.part = %(part)s and r.level = %(level)s and r.path = a.path and r.live
cross join lateral (
    values (%(expected)s, %(form)s, true), (%(missing)s, %(part_dim)s, r.form is null and %(lowest)s)) as m(name, dim, counts)
where a.path >= %(low)s and a.path < %(high)s and a.level = %(level)s and m.counts
    and (a.started_on is null or a.started_on <= %(day)s) and (a.ended_on is null or a.ended_on > %(day)s)
"""


def period_of(
    path: str, *, day: date | None = None, form: str = "", part: int = 1, now: datetime | None = None
) -> Period:
    """The return of an area: its incident, the form of its level (or the one named), today's unless said otherwise.

    An area above the incident looks into it. Raises incident.none_here, report.form_unknown, report.part_unknown.
    """
    found = incident_at(path)
    if found is None:
        raise LianfangError("incident.none_here", area=path)
    chosen = named_form(found, form) if form else form_for(found, level_of_path(path))
    cutoff(chosen, part)
    return Period(found, chosen, day or beijing_day(now or timezone.now()), part)


def confirm_report(
    *, actor: Actor, path: str, day: date | None = None, form: str = "", part: int = 1, zero: bool = False,
    answers: Mapping[str, str] | None = None, reason: str = "", now: datetime | None = None,
) -> Return:  # fmt: skip
    """Confirm a unit's return with the figures as they are derived now; `zero` states that there was nothing.

    reason is needed when a superior reports on behalf of the unit. Raises access.not_found, access.refused,
    incident.none_here, report.day_future, .not_zero, .zero_unstated, .answer_missing, .already_confirmed, and more.
    """
    at = now or timezone.now()
    period = period_of(path, day=day, form=form, part=part, now=at)
    _require_own(actor, period, path, reason)
    if period.day > beijing_day(at):
        raise LianfangError("report.day_future", day=period.day.isoformat())
    figures = _fresh(period, path, answers or {}, required=not zero)
    check_zero(period.form, figures, stated=zero)
    with transaction.atomic():
        made = _insert(actor, period, path, figures, version=1, zero=zero, reason=reason, at=at)
        _count(period, path, made, at)
        close_confirming(period, path, at)
    return made


def correct_report(
    *, actor: Actor, path: str, reason: str, base_version: int, day: date | None = None, form: str = "", part: int = 1,
    answers: Mapping[str, str] | None = None, now: datetime | None = None,
) -> Return:  # fmt: skip
    """Replace a confirmed return by a new version with the figures derived now (and new answers), for a stated reason.

    base_version: the version the person looked at. A return that was sent back may also be answered with the figures
    unchanged: then the reason is the answer. Raises report.reason_missing, .not_confirmed_yet, .version_stale,
    .nothing_to_correct, and what `confirm_report` raises.
    """
    at = now or timezone.now()
    if not reason.strip():
        raise LianfangError("report.reason_missing")
    period = period_of(path, day=day, form=form, part=part, now=at)
    _require_own(actor, period, path, reason)
    live = live_return(period, path)
    if live is None:
        raise LianfangError("report.not_confirmed_yet", area=path, day=period.day.isoformat())
    kept = Snapshot.from_json(live.figures)
    if answers is None:
        figures = with_kept_answers(period.form, _fresh(period, path, {}, required=False), kept)
    else:
        figures = _fresh(period, path, answers, required=True)
    if live.version != base_version:
        raise LianfangError("report.version_stale", version=live.version)
    changed = bool(changes(period.form, kept, figures))
    if not changed and live.returned_at is None:
        raise LianfangError("report.nothing_to_correct")
    with transaction.atomic():
        if Return.objects.filter(id=live.id, live=True).update(live=False) == 0:
            raise LianfangError("report.version_stale", version=live.version + 1)
        made = _insert(
            actor, period, path, figures, version=live.version + 1, zero=live.zero and not changed, reason=reason, at=at
        )
        close_correcting(period, path, live.version, at)
        metric_api.add([Delta(metrics.CORRECTED, period.day, path, 1, period.form.key)])
    return made


def open_report_day(incident_id: int, *, day: date | None = None, now: datetime | None = None) -> int:
    """Ask for the returns of a day: every unit gets its work item and is counted as expected. Safe to repeat.

    Returns how many returns were newly asked for. Runs as the door, for a timer and for the opening of an incident.
    """
    at = now or timezone.now()
    found = incident(incident_id, using="door")
    if found is None or not found.live:
        return 0
    asked = 0
    for form in area_forms(found):
        for part in range(1, len(form.cutoffs) + 1):
            asked += _open_form(Period(found, form, day or beijing_day(at), part))
    return asked


def open_report_days() -> int:
    """Ask for today's returns of every live incident (the steward calls it each minute; repeating costs a look-up)."""
    return sum(open_report_day(one.id) for one in live_incidents(using="door"))


def _open_form(period: Period) -> int:
    values = _parameters(period)
    with transaction.atomic(using="door"), connections["door"].cursor() as cursor:
        cursor.execute(_LOCK.format(shared=""), [_lock_name(period)])
        if ReportDay.objects.using("door").filter(**_day_key(period)).exists():
            return 0
        cursor.execute(_COUNT_UNITS, values)
        units = open_items_of(cursor, period)
        ReportDay.objects.using("door").create(
            **_day_key(period), path=period.incident.path, level=values["level"], units=units,
            due_at=period.due_at,
        )  # fmt: skip
    return units


def _parameters(period: Period) -> dict[str, object]:
    level = level_of_form(period.form)
    return {
        "incident": period.incident.id, "form": period.form.key, "day": period.day, "part": period.part,
        "level": int(level), "low": period.incident.path, "high": period.incident.path + "~",
        "part_dim": metrics.part_dim(period.part),
        "expected": metrics.EXPECTED, "missing": metrics.NOT_REPORTED, "lowest": level == Level.COMMUNITY,
    }  # fmt: skip


def _day_key(period: Period) -> dict[str, object]:
    return {"incident_id": period.incident.id, "form": period.form.key, "day": period.day, "part": period.part}


def _lock_name(period: Period) -> str:
    return f"reports:{period.incident.id}:{period.form.key}:{period.day}:{period.part}"


def _require_own(actor: Actor, period: Period, path: str, reason: str) -> None:
    """The unit's own office reports; a superior may do it on its behalf, with the reason on record."""
    if not actor.covers(path) or level_of_path(path) != level_of_form(period.form):
        raise LianfangError("access.not_found")
    if not actor.may("other", "confirm_report"):
        raise LianfangError("access.refused")
    if actor.path != path and not reason.strip():
        raise LianfangError("report.on_behalf_reason_missing", area=path)


def _fresh(period: Period, path: str, answers: Mapping[str, str], *, required: bool) -> Snapshot:
    derived = source_of(period.form, period.incident.id, path, period.day, part=period.part).snapshot(period.form, path)
    return with_answers(period.form, derived, answers, required=required)


def _insert(
    actor: Actor, period: Period, path: str, figures: Snapshot, *, version: int, zero: bool, reason: str, at: datetime
) -> Return:
    hour = cutoff(period.form, period.part)
    state = state_at(version=version, zero=zero, confirmed_at=at, day=period.day, cutoff=hour)
    made = Return(
        **_day_key(period), path=path, level=int(level_of_form(period.form)), version=version, state=state,
        figures=figures.as_json(), zero=zero, reason=reason.strip(), confirmed_by=actor.account_id, confirmed_at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        live = live_return(period, path)
        now_at = live.version if live else version
        raise LianfangError("report.already_confirmed", area=path, day=period.day.isoformat(), version=now_at) from None
    return made


def _count(period: Period, path: str, made: Return, at: datetime) -> None:
    """The changes of a first version; a unit that was counted as missing is so no more."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK.format(shared="_shared"), [_lock_name(period)])
        cursor.execute(
            "select 1 from reports_day where incident_id = %s and form = %s and day = %s and part = %s",
            [period.incident.id, period.form.key, period.day, period.part],
        )
        asked = cursor.fetchone() is not None
    key = period.form.key
    deltas = [Delta(metrics.CONFIRMED, period.day, path, 1, key)]
    deltas += [Delta(metrics.ZERO, period.day, path, 1, key)] if made.zero else []
    deltas += [Delta(metrics.LATE, period.day, path, 1, key)] if made.state == "late" else []
    if asked and level_of_form(period.form) == Level.COMMUNITY:
        deltas.append(Delta(metrics.NOT_REPORTED, period.day, path, -1, metrics.part_dim(period.part)))
    metric_api.add(deltas)
