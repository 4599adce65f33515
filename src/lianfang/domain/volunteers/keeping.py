"""What is destroyed when: people who were not taken, and calls that are long over."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db import connections
from django.utils import timezone

from lianfang.kernel.clock import beijing_day

KEEP_DAYS: Final = 30
"""Days after which the answer of somebody who was declined or withdrew is destroyed: an assumption (ADR 0020)."""
_done: list[date] = []


def tidy() -> int:
    """Once a day by the steward; returns how many answers and offers lost their personal data."""
    day = beijing_day(timezone.now())
    if day in _done:
        return 0
    gone = destroy()
    _done[:] = [day]
    return gone


def destroy() -> int:
    """Destroy now what is due; safe to repeat."""
    with connections["door"].cursor() as cursor:
        cursor.execute("select volunteers_tidy(%s)", [KEEP_DAYS])
        return int(cursor.fetchone()[0])
