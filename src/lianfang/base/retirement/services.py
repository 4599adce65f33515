"""Writes of the end: asked for by one person, approved by another; the database decides again who may."""

from __future__ import annotations

from lianfang.base.access.api import Actor
from lianfang.base.database.select import ask
from lianfang.base.retirement import problems as _problems  # noqa: F401 - defines the sentences


def ask_purge(*, actor: Actor, incident_id: int) -> None:
    """Ask for destruction as the first person.

    Raises access.not_found, retirement.too_early, retirement.duties_open, retirement.asked_already.
    """
    ask("retirement_ask(%s::smallint)", incident_id)


def approve_purge(*, actor: Actor, incident_id: int) -> None:
    """Approve it as the second person; the steward carries it out within a minute.

    Raises access.not_found, retirement.not_asked, retirement.same_person, retirement.duties_open, .approved_already.
    """
    ask("retirement_approve(%s::smallint)", incident_id)


def withdraw_purge(*, actor: Actor, incident_id: int) -> None:
    """Take the request back, by either person, before it is approved; raises access.not_found, retirement.not_asked."""
    ask("retirement_withdraw(%s::smallint)", incident_id)
