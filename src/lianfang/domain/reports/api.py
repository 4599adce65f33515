"""The door of reports: what a unit owes, confirming and correcting it, who has reported."""

from __future__ import annotations

from lianfang.domain.reports.forms import area_forms, due_at, form_for, level_of_form, named_form
from lianfang.domain.reports.latefacts import ask_for_corrections
from lianfang.domain.reports.models import Return
from lianfang.domain.reports.returning import return_report
from lianfang.domain.reports.rules import Change, IdentityResult, Snapshot
from lianfang.domain.reports.selectors import (
    ParentCount,
    Period,
    Unit,
    UnitReport,
    added,
    counts,
    counts_by_parent,
    live_return,
    unit_report,
    units,
    versions,
)
from lianfang.domain.reports.services import confirm_report, correct_report, open_report_day, period_of

__all__ = [
    "Change",
    "IdentityResult",
    "ParentCount",
    "Period",
    "Return",
    "Snapshot",
    "Unit",
    "UnitReport",
    "added",
    "area_forms",
    "ask_for_corrections",
    "confirm_report",
    "correct_report",
    "counts",
    "counts_by_parent",
    "due_at",
    "form_for",
    "level_of_form",
    "live_return",
    "named_form",
    "open_report_day",
    "period_of",
    "return_report",
    "unit_report",
    "units",
    "versions",
]
