"""Writes of the end: asked for by one person, approved by another; the database decides again who may."""

from __future__ import annotations

from django.db import connection, transaction

from lianfang.base.access.api import Actor
from lianfang.base.database.errors import refusals
from lianfang.base.retirement import problems as _problems  # noqa: F401 - defines the sentences


def ask_purge(*, actor: Actor, incident_id: int) -> None:
    """Ask for destruction as the first person.

    Raises access.not_found, retirement.too_early, retirement.duties_open, retirement.asked_already.
    """
    _call("retirement_ask", incident_id)


def approve_purge(*, actor: Actor, incident_id: int) -> None:
    """Approve it as the second person; the steward carries it out within a minute.

    Raises access.not_found, retirement.not_asked, retirement.same_person, retirement.duties_open, .approved_already.
    """
    _call("retirement_approve", incident_id)


def withdraw_purge(*, actor: Actor, incident_id: int) -> None:
    """Take the request back, by either person, before it is approved; raises access.not_found, retirement.not_asked."""
    _call("retirement_withdraw", incident_id)


def _call(function: str, incident_id: int) -> None:
    with refusals(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"select {function}(%s::smallint)", [incident_id])
