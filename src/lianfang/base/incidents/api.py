"""The door of incidents: opening and closing them, their zones, and which incident an area lies in."""

from __future__ import annotations

from lianfang.base.incidents.models import Incident, Zone
from lianfang.base.incidents.rules import ConditionVerdict, Evidence
from lianfang.base.incidents.selectors import (
    edition_of,
    incident,
    incident_at,
    incident_for,
    live_incidents,
    playbook_of,
    zone,
    zones,
)
from lianfang.base.incidents.services import (
    approve_lift,
    approve_scope,
    approve_zone,
    close_incident,
    lift_verdict,
    on_opened,
    open_incident,
    propose_incident,
    propose_scope,
    propose_zone,
    refuse_lift,
    register_evidence,
    request_lift,
    take_back_closing,
    withdraw_incident,
    withdraw_lift,
    withdraw_scope,
    withdraw_zone,
)

__all__ = [
    "ConditionVerdict",
    "Evidence",
    "Incident",
    "Zone",
    "approve_lift",
    "approve_scope",
    "approve_zone",
    "close_incident",
    "edition_of",
    "incident",
    "incident_at",
    "incident_for",
    "lift_verdict",
    "live_incidents",
    "on_opened",
    "open_incident",
    "playbook_of",
    "propose_incident",
    "propose_scope",
    "propose_zone",
    "refuse_lift",
    "register_evidence",
    "request_lift",
    "take_back_closing",
    "withdraw_incident",
    "withdraw_lift",
    "withdraw_scope",
    "withdraw_zone",
    "zone",
    "zones",
]
