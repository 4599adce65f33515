"""Late facts: a confirmed version never changes by itself; when its figures moved on, its unit is asked for a correction.

The unit's own page suggests it at once; its list asks when the day is over, so that an ordinary evening asks nobody.
Looked at by a timer, as the door. A look at a day costs one row per figure of the whole incident while nothing moved.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from lianfang.base.incidents.api import live_incidents
from lianfang.base.metrics import api as metric_api
from lianfang.base.worklist.api import close_items
from lianfang.domain.reports.figures import names_of, source_below
from lianfang.domain.reports.forms import area_forms, level_of_form
from lianfang.domain.reports.models import Return
from lianfang.domain.reports.rules import Snapshot, changes
from lianfang.domain.reports.selectors import Period, with_kept_answers
from lianfang.domain.reports.worklist import LATE_FACTS, SOON, SOURCE, add_correcting, versioned
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.divisions import PATH_LENGTH, code_of

DAYS_BACK = 7
"""How many days back late facts are looked for: an assumption, a phone that was offline for a week has synced by then."""

_seen: dict[tuple[int, str, date, int], object] = {}


def ask_for_corrections(*, now: datetime | None = None) -> int:
    """Ask every unit whose confirmed figures moved on for a correction; returns how many were newly asked."""
    today, asked = beijing_day(now or timezone.now()), 0
    for found in live_incidents(using="door"):
        for form in area_forms(found):
            for back in range(1, DAYS_BACK + 1):
                for part in range(1, len(form.cutoffs) + 1):
                    asked += ask_period(Period(found, form, today - timedelta(days=back), part))
    return asked


def ask_period(period: Period) -> int:
    """Compare every live return of a period with the figures as they are now; returns how many were newly asked."""
    names, _ = names_of([period.form], identities=False)
    path = period.incident.path
    if not names or len(path) not in metric_api.LEVELS:
        return 0
    returns = _live(period)
    figures = metric_api.values([path], names, period.day, using="door")
    key = (period.incident.id, period.form.key, period.day, period.part)
    state = (figures.rows, sorted(one.version for one in returns), len(returns))
    if not returns or _seen.get(key) == state:
        return 0
    asked = _compare(period, returns)
    _seen[key] = state
    return asked


def _live(period: Period) -> list[Return]:
    return list(
        Return.objects.using("door")
        .filter(
            incident_id=period.incident.id, form=period.form.key, day=period.day, part=period.part, live=True,
            level=int(level_of_form(period.form)), path__gte=period.incident.path, path__lt=period.incident.path + "~",
        )
        .only("path", "version", "figures")
    )  # fmt: skip


def _compare(period: Period, returns: list[Return]) -> int:
    level = PATH_LENGTH[level_of_form(period.form)]
    source = source_below(
        period.form, period.incident.id, period.incident.path, period.day, level=level, part=period.part, using="door"
    )
    moved: list[Return] = []
    settled: list[Return] = []
    for one in returns:
        kept = Snapshot.from_json(one.figures)
        now = with_kept_answers(period.form, source.snapshot(period.form, one.path), kept)
        differs = any(change.after is not None for change in changes(period.form, kept, now))
        (moved if differs else settled).append(one)
    subjects = [versioned(period, one.path, one.version) for one in settled]
    close_items(source=SOURCE, what=LATE_FACTS, subjects=subjects, done_by=0, using="door")
    lines = [(one.path, code_of(one.path), one.version) for one in moved]
    return add_correcting(period, lines, LATE_FACTS, SOON, using="door")
