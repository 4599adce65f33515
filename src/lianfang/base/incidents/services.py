"""Writes to incidents and zones. Each of them takes two people; the database decides again who may do what."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from lianfang.base.access.actor import Actor
from lianfang.base.access.pages import reader_language
from lianfang.base.database.select import ask
from lianfang.base.incidents import problems as _problems  # noqa: F401 - defines the sentences
from lianfang.base.incidents.models import Zone
from lianfang.base.incidents.rules import ConditionVerdict, Evidence, by_clock, judge, lift_rule, together
from lianfang.base.incidents.selectors import edition_of, incident, playbook_of, zone, zones
from lianfang.base.playbooks.api import ZoneModel, load_shipped
from lianfang.base.playbooks.model.disease import LiftCondition
from lianfang.base.vault.api import keystore
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.errors import LianfangError

Provider = Callable[[Zone, LiftCondition, datetime], Evidence]
_PROVIDERS: dict[str, list[Provider]] = {}
_ON_OPENED: list[Callable[[int], object]] = []


def register_evidence(kind: str, provider: Provider) -> None:
    """An engine that can tell whether a lift condition of this kind holds says so here, once, at start.

    Several may: what one of them knows to fail fails, and what none of them knows a person has to state.
    """
    known = _PROVIDERS.setdefault(kind, [])
    if provider not in known:
        known.append(provider)


def on_opened(callback: Callable[[int], object]) -> None:
    """Call this with the number of every incident after its opening was committed; registered once, at start."""
    if callback not in _ON_OPENED:
        _ON_OPENED.append(callback)


def propose_incident(
    *, actor: Actor, name: str, path: str, playbook: str, drill: bool = False, edition: str = ""
) -> int:
    """Propose an incident over a subtree from a playbook, with the edition in force today; returns its number.

    edition: a drill may be played under another edition. Raises incident.name_missing, incident.edition_unknown,
    playbook.unknown_name, playbook.no_edition, access.refused.
    """
    if not name.strip():
        raise LianfangError("incident.name_missing")
    book = load_shipped(playbook)
    known = [one.id for one in book.editions] if drill else []
    if edition and edition not in known:
        raise LianfangError("incident.edition_unknown", edition=edition[:40], known=", ".join(known) or "-")
    chosen = edition or book.edition_on(beijing_day(timezone.now())).id
    return int(ask("incidents_propose(%s, %s, %s, %s, %s)", name.strip(), path, playbook, chosen, drill))


def open_incident(*, actor: Actor, incident_id: int) -> None:
    """Open a proposed incident as the second person, and make its key.

    Raises access.refused, incident.not_proposed, incident.same_person.
    """
    with transaction.atomic():
        ask("incidents_open(%s::smallint)", incident_id)
        keystore().make(f"incident-{incident_id}")
        transaction.on_commit(lambda: _opened(incident_id))


def close_incident(*, actor: Actor, incident_id: int) -> str:
    """Close an incident; the first of two people marks it, the second ends it. Returns the state: closing or closed.

    Raises access.refused, incident.not_open, incident.same_person.
    """
    ask("incidents_close(%s::smallint)", incident_id)
    found = incident(incident_id)
    return found.state if found else "closed"


def withdraw_incident(*, actor: Actor, incident_id: int) -> None:
    """Drop a proposed incident before anybody opened it; raises access.refused, incident.not_proposed."""
    ask("incidents_withdraw(%s::smallint)", incident_id)


def take_back_closing(*, actor: Actor, incident_id: int) -> None:
    """Take back the first person's mark before the second one closes; raises access.refused, incident.not_closing."""
    ask("incidents_reopen(%s::smallint)", incident_id)


def propose_scope(*, actor: Actor, incident_id: int, path: str) -> None:
    """Propose another subtree for an open incident; raises access.refused, incident.not_open."""
    ask("incidents_propose_scope(%s::smallint, %s)", incident_id, path)


def approve_scope(*, actor: Actor, incident_id: int) -> None:
    """Put a proposed scope in force as the second person.

    Raises access.refused, incident.no_scope_proposed, incident.same_person.
    """
    ask("incidents_approve_scope(%s::smallint)", incident_id)


def withdraw_scope(*, actor: Actor, incident_id: int) -> None:
    """Drop a proposed change of scope; raises access.refused, incident.no_scope_proposed."""
    ask("incidents_withdraw_scope(%s::smallint)", incident_id)


def propose_zone(*, actor: Actor, incident_id: int, path: str, level: str, reason: str) -> int:
    """Propose a zone at a level of the edition in force; returns its number.

    Raises access.not_found, access.refused, incident.zone_level_unknown, incident.zone_outside, incident.zone_exists,
    incident.not_open.
    """
    _known_level(incident_id, level)
    return int(ask("incidents_propose_zone(%s::smallint, %s, %s, %s)", incident_id, path, level, reason.strip()))


def approve_zone(*, actor: Actor, zone_id: int) -> None:
    """Put a proposed zone in force as the second person; raises access.refused, incident.zone_state, .same_person."""
    ask("incidents_approve_zone(%s)", zone_id)


def withdraw_zone(*, actor: Actor, zone_id: int) -> None:
    """Drop a proposed zone before it was approved; raises access.refused, incident.zone_state."""
    ask("incidents_withdraw_zone(%s)", zone_id)


def lift_verdict(
    zone_id: int, *, statements: Mapping[str, str] | None = None, now: datetime | None = None
) -> tuple[ConditionVerdict, ...]:
    """Every condition for lifting a zone and where it stands now; raises access.not_found, incident.no_lift_rule."""
    return _judged(_zone(zone_id), statements or {}, now or timezone.now())[1]


def request_lift(
    *, actor: Actor, zone_id: int, reason: str, statements: Mapping[str, str] | None = None, now: datetime | None = None
) -> tuple[ConditionVerdict, ...]:
    """Ask for a zone to be lifted or lowered as the playbook's rule says, with the evidence for each condition.

    statements: what a person declares, by kind of condition, where the data cannot tell. Raises access.not_found,
    access.refused, incident.no_lift_rule, incident.lift_not_met, incident.lift_statement_needed, incident.zone_state.
    """
    to, verdicts = _judged(_zone(zone_id), statements or {}, now or timezone.now())
    _require_met(verdicts)
    evidence = [
        {
            "kind": one.condition.kind,
            "days": one.condition.days,
            "source": one.source,
            "statement": one.statement,
            "detail": list(one.detail),
            "words": [one.words("zh"), one.words("en")],
        }
        for one in verdicts
    ]
    ask(
        "incidents_request_lift(%s, %s, %s, %s::jsonb)",
        zone_id,
        to,
        reason.strip(),
        json.dumps(evidence, ensure_ascii=False),
    )
    return verdicts


def withdraw_lift(*, actor: Actor, zone_id: int) -> None:
    """Take a request to lift back before it was decided; raises access.refused, incident.zone_state."""
    ask("incidents_withdraw_lift(%s)", zone_id)


def approve_lift(*, actor: Actor, zone_id: int, now: datetime | None = None) -> int | None:
    """Lift or lower a zone as the second person; conditions are judged again. Returns the zone that follows.

    Raises access.not_found, access.refused, incident.lift_not_met, incident.zone_state, incident.same_person.
    """
    found = _zone(zone_id)
    statements = {one["kind"]: one["statement"] for one in found.lift_evidence or ()}
    if found.state == "lift_requested":
        _require_met(_judged(found, statements, now or timezone.now())[1])
    made = ask("incidents_approve_lift(%s)", zone_id)
    return None if made is None else int(made)


def refuse_lift(*, actor: Actor, zone_id: int, reason: str) -> None:
    """Leave a zone in force although lifting was asked for; raises access.refused, incident.zone_state."""
    ask("incidents_refuse_lift(%s, %s)", zone_id, reason.strip())


def _opened(incident_id: int) -> None:
    for callback in _ON_OPENED:
        callback(incident_id)


def _zone(zone_id: int) -> Zone:
    found = zone(zone_id)
    if found is None:
        raise LianfangError("access.not_found")
    return found


def _model(incident_id: int) -> ZoneModel | None:
    found = incident(incident_id)
    if found is None:
        raise LianfangError("access.not_found")
    name = edition_of(found, beijing_day(timezone.now())).zones
    return playbook_of(found).zone_models[name] if name else None


def _known_level(incident_id: int, level: str) -> None:
    model = _model(incident_id)
    known = model.levels if model is not None else {}
    if level not in known:
        raise LianfangError("incident.zone_level_unknown", level=level[:40], known=", ".join(known) or "-")


def _judged(found: Zone, statements: Mapping[str, str], now: datetime) -> tuple[str, tuple[ConditionVerdict, ...]]:
    model = _model(found.incident_id)
    rule = lift_rule(model, found.level, found.lowered_from) if model and found.level in model.levels else None
    if model is None or rule is None:
        raise LianfangError("incident.no_lift_rule", level=found.level)
    evidence: dict[str, Evidence] = {one.kind: _evidence(found, one, model, now) for one in rule.all_of}
    return rule.to or "", judge(rule, evidence, statements)


def _evidence(found: Zone, condition: LiftCondition, model: ZoneModel, now: datetime) -> Evidence:
    if condition.kind == "all_stricter_zones_lifted":
        order = list(model.levels)
        stricter = set(order[: order.index(found.level)])
        inside = zones(found.path, incident_id=found.incident_id)
        return Evidence(not any(one.level in stricter for one in inside), "zones")
    providers = _PROVIDERS.get(condition.kind, [])
    return together(
        [by_clock(condition, found.from_at, now), *(provider(found, condition, now) for provider in providers)]
    )


def _require_met(verdicts: tuple[ConditionVerdict, ...]) -> None:
    unmet = [one for one in verdicts if one.standing == "not_met"]
    if unmet:
        raise LianfangError("incident.lift_not_met", unmet=_joined(unmet))
    unknown = [one for one in verdicts if one.standing == "unknown"]
    if unknown:
        raise LianfangError("incident.lift_statement_needed", open=_joined(unknown))


def _joined(verdicts: list[ConditionVerdict]) -> str:
    """Conditions in the language of the one who asks, since a sentence of the catalogue only takes values."""
    language = reader_language()
    return ("；" if language == "zh" else "; ").join(one.words(language) for one in verdicts)
