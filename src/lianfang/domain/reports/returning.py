"""Sending a confirmed return back to its unit, with a reason; the unit answers with a new version."""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from lianfang.base.access.actor import Actor
from lianfang.base.database.errors import refusals
from lianfang.base.metrics import api as metric_api
from lianfang.base.metrics.api import Delta
from lianfang.domain.reports import metrics
from lianfang.domain.reports.forms import level_of_form
from lianfang.domain.reports.models import Return
from lianfang.domain.reports.selectors import live_return
from lianfang.domain.reports.services import period_of
from lianfang.domain.reports.worklist import NOW, RETURNED, add_correcting
from lianfang.kernel.divisions import code_of, level_of_path
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.texts import own_words

LONGEST_REASON = 200


def return_report(
    *, actor: Actor, path: str, version: int, reason: str, day: date | None = None, form: str = "", part: int = 1
) -> Return:
    """Send a unit's confirmed version back: it stays in force, and the unit's list asks for an answer first thing.

    version: the one the person looked at. Raises access.not_found, access.refused, report.return_reason_missing,
    .not_confirmed_yet, .version_stale, .returned_already, .return_own, and what `period_of` raises.
    """
    if not reason.strip():
        raise LianfangError("report.return_reason_missing")
    period = period_of(path, day=day, form=form, part=part, now=timezone.now())
    if not actor.covers(path) or level_of_path(path) != level_of_form(period.form):
        raise LianfangError("access.not_found")
    live = live_return(period, path)
    if live is None:
        raise LianfangError("report.not_confirmed_yet", area=path, day=period.day.isoformat())
    with transaction.atomic():
        with refusals(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "select reports_send_back(%s, %s, %s)", [live.id, version, own_words(reason, LONGEST_REASON)]
            )
        metric_api.add([Delta(metrics.RETURNED, period.day, path, 1, period.form.key)])
        add_correcting(period, [(path, code_of(path), live.version)], RETURNED, NOW)
    live.refresh_from_db()
    return live
