"""What daily reports show about a zone: whether its community said anything on each of the last days."""

from __future__ import annotations

from datetime import datetime, timedelta

from lianfang.base.incidents.api import Evidence, Zone, incident, register_evidence
from lianfang.base.playbooks.model.disease import LiftCondition
from lianfang.domain.reports.forms import area_forms, level_of_form
from lianfang.domain.reports.models import Return
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.divisions import PATH_LENGTH, Level

SOURCE = "reports"


def days_reported(zone: Zone, days: int, now: datetime) -> Evidence:
    """Silence is a gap: on how many of the last days the zone's community reported. It never decides by itself."""
    found = incident(zone.incident_id)
    forms = [form for form in area_forms(found) if level_of_form(form) is Level.COMMUNITY] if found else []
    path = zone.path[: PATH_LENGTH[Level.COMMUNITY]]
    if not forms or len(path) < PATH_LENGTH[Level.COMMUNITY] or days < 1:
        return Evidence(None)
    today = beijing_day(now)
    kept = set(
        Return.objects.filter(
            incident_id=zone.incident_id, form=forms[0].key, path=path, live=True,
            day__gt=today - timedelta(days=days), day__lte=today,
        ).values_list("day", flat=True)
    )  # fmt: skip
    said = (f"{days}天中有{len(kept)}天报送了日报", f"daily reports on {len(kept)} of {days} days")
    return Evidence(None, SOURCE, said)


def register() -> None:
    """Let zones ask reports."""
    register_evidence("no_new_case_days", _days)


def _days(zone: Zone, condition: LiftCondition, now: datetime) -> Evidence:
    return days_reported(zone, condition.days or 0, now)
