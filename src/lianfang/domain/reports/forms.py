"""Which returns the playbook of an incident asks of an area, and when they are due."""

from __future__ import annotations

from datetime import date, datetime

from lianfang.base.incidents.api import Incident, playbook_of
from lianfang.base.playbooks.api import ReportForm
from lianfang.domain.reports import problems as _problems  # noqa: F401 - defines the sentences
from lianfang.kernel.clock import cutoff_instant
from lianfang.kernel.divisions import Level
from lianfang.kernel.errors import LianfangError

LEVEL_OF = {
    "community": Level.COMMUNITY,
    "township": Level.TOWNSHIP,
    "county": Level.COUNTY,
    "city": Level.PREFECTURE,
}
"""Levels of the area chain; forms of the trade chain (schools, firms) belong to establishments, not to areas."""


def area_forms(incident: Incident) -> tuple[ReportForm, ...]:
    """The forms that climb the area chain, lowest level first."""
    forms = [form for form in playbook_of(incident).reports.forms if form.route == "area" and form.level in LEVEL_OF]
    return tuple(sorted(forms, key=lambda form: -LEVEL_OF[form.level]))


def form_for(incident: Incident, level: Level) -> ReportForm:
    """The return of an area of this level; raises report.form_unknown."""
    for form in area_forms(incident):
        if LEVEL_OF[form.level] == level:
            return form
    raise LianfangError("report.form_unknown", area=level.zh)


def named_form(incident: Incident, key: str) -> ReportForm:
    """The form with this key; raises report.form_unknown."""
    for form in area_forms(incident):
        if form.key == key:
            return form
    raise LianfangError("report.form_unknown", area=key[:40])


def level_of_form(form: ReportForm) -> Level:
    """The level of the areas that owe a form."""
    return LEVEL_OF[form.level]


def cutoff(form: ReportForm, part: int) -> str:
    """The cut-off of one return of the day; raises report.part_unknown."""
    if not 1 <= part <= len(form.cutoffs):
        raise LianfangError("report.part_unknown", parts=len(form.cutoffs), part=part)
    return form.cutoffs[part - 1]


def due_at(form: ReportForm, day: date, part: int = 1) -> datetime:
    """The last instant (UTC) at which a return is in time."""
    return cutoff_instant(day, cutoff(form, part))
