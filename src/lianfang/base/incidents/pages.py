"""What the pages of incidents show, in the reader's language: states, who acts next, zones, what an edition obliges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from lianfang.base.access.actor import Actor
from lianfang.base.access.offices import offices_of, signature
from lianfang.base.access.pages import reader_language
from lianfang.base.incidents.models import Incident, Zone
from lianfang.base.incidents.rules import ConditionVerdict
from lianfang.base.incidents.selectors import IN_FORCE, edition_of, playbook_of
from lianfang.base.playbooks.api import Edition, Playbook, Stage, Watch, ZoneModel, load_shipped, shipped_names
from lianfang.base.playbooks.model.disease import LiftCondition
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.divisions import short_name
from lianfang.kernel.errors import LianfangError

_NAMES = """
select path, name from areas_area where path = any (%(paths)s::text[])
union all
select b.path, coalesce(a.name || ' ', '') || b.name from areas_building b left join areas_area a on a.path = left(b.path, 12)
where b.path = any (%(paths)s::text[])
"""
_ORDER = {"proposed": 0, "closing": 1, "open": 2, "closed": 3, "withdrawn": 4}
_ZONE_ORDER = {"proposed": 0, "lift_requested": 1, "live": 2, "lifted": 3, "withdrawn": 4}
OVER = ("closed", "withdrawn")
ZONE_OVER = ("lifted", "withdrawn")
ENDED_SHOWN = 50
"""Incidents and lifted zones that a page shows at most of those that are over: an assumption."""


def said(words: Any) -> str:
    """The words of something with `zh` and `en`, in the reader's language; English begins with a capital."""
    return str(words.en[:1].upper() + words.en[1:] if reader_language() == "en" else words.zh)


def state_of(one: Incident) -> tuple[str, str]:
    """(interface state, word) of an incident; what is over carries no state any more."""
    return {
        "proposed": ("watch", pgettext("incident", "Proposed")),
        "open": ("act", pgettext("incident", "Open")),
        "closing": ("watch", pgettext("incident", "Closing")),
        "closed": ("", pgettext("incident", "Closed")),
        "withdrawn": ("", pgettext("incident", "Withdrawn")),
    }[one.state]


def zone_state(one: Zone) -> tuple[str, str]:
    """(interface state, word) of a zone."""
    return {
        "proposed": ("watch", pgettext("zone", "Proposed")),
        "live": ("act", pgettext("zone", "In force")),
        "lift_requested": ("watch", pgettext("zone", "Lift asked")),
        "lifted": ("", pgettext("zone", "Lifted")),
        "withdrawn": ("", pgettext("zone", "Withdrawn")),
    }[one.state]


def names_of(paths: Iterable[str]) -> dict[str, str]:
    """Everyday names of areas and buildings by path; a building that the reader cannot see is named by its digits."""
    wanted = sorted(set(paths))
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, {"paths": wanted})
        found = {path: short_name(name) if len(path) <= 12 else _building(name) for path, name in cursor.fetchall()}
    return {path: found.get(path, path) for path in wanted}


def _building(name: str) -> str:
    community, _blank, building = name.rpartition(" ")
    return f"{short_name(community)} {building}" if community else building


def signers(actor: Actor, **accounts: int | None) -> dict[str, str]:
    """Who did something, in words: the reader, an office the reader may know of, or the number of an account."""
    known = offices_of(number for number in accounts.values() if number != actor.account_id)
    return {
        step: pgettext("who", "you") if number == actor.account_id else signature(number, known)
        for step, number in accounts.items()
    }


# ---------------------------------------------------------------------------------------------------- incidents


def incident_lines() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(what goes on or waits, what is over), each with state, place and playbook; what waits for somebody comes first."""
    found = sorted(Incident.objects.all(), key=lambda one: (_ORDER[one.state], -one.id))
    ended = [one for one in found if one.state in OVER][:ENDED_SHOWN]
    going = [one for one in found if one.state not in OVER]
    names = names_of([one.path for one in (*going, *ended)])
    zones = _zone_counts([one.id for one in going])
    lines = [
        {"incident": one, "state": state_of(one), "place": names[one.path], "playbook": said(playbook_of(one).title),
         "zones": zones.get(one.id, 0)}
        for one in (*going, *ended)
    ]  # fmt: skip
    return lines[: len(going)], lines[len(going) :]


def _zone_counts(numbers: Sequence[int]) -> dict[int, int]:
    found = Zone.objects.filter(incident_id__in=numbers, state__in=IN_FORCE).values_list("incident_id", flat=True)
    return dict(Counter(found))


def playbook_choices() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(playbooks, editions of all of them), as choices of a form."""
    books = [load_shipped(name) for name in shipped_names()]
    editions = [(one.id, f"{said(one)} {one.valid_from}") for book in books for one in book.editions]
    return [(book.playbook, said(book.title)) for book in books], editions


@dataclass(frozen=True)
class Turn:
    """Whose turn it is: whether the reader may act now, and the sentence that says who may."""

    may: bool
    words: str


def turn(actor: Actor, *, verb: str, path: str, before: int | None, place: str) -> Turn:
    """Whose turn the second step is: somebody of the command over the place, other than the one who took the first."""
    able = actor.may("other", verb) and actor.covers(path)
    if able and before == actor.account_id:
        words = _("You took the first step. Another person of the command over {place} has to take the second.")
        return Turn(False, words.format(place=place))
    if able:
        return Turn(True, _("Somebody else took the first step; you can take the second."))
    return Turn(False, _("A second person of the command over {place} decides.").format(place=place))


def edition_on_day(one: Incident, now: Any) -> Edition | None:
    """The edition an incident follows now; None before the first."""
    try:
        return edition_of(one, beijing_day(now))
    except LianfangError:
        return None


def zone_model(one: Incident, edition: Edition | None) -> ZoneModel | None:
    """The levels of zones of an edition; None when it has none."""
    return playbook_of(one).zone_models[edition.zones] if edition is not None and edition.zones else None


# ---------------------------------------------------------------------------------------- what an edition obliges


def obligations(book: Playbook, edition: Edition) -> list[dict[str, Any]]:
    """What an edition obliges, in short: groups that are watched, levels of zones with their rule."""
    found: list[dict[str, Any]] = []
    if edition.lookback is not None:
        days = edition.lookback.days
        text = ngettext("{n} day before onset or sampling", "{n} days before onset or sampling", days).format(n=days)
        found.append({"what": _("Contacts count from"), "how": text})
    for group, watch in edition.watches.items():
        found.append({"what": said(book.watch_groups[group]), "how": watch_words(book, watch)})
    return found


def level_lines(model: ZoneModel) -> list[dict[str, Any]]:
    """Levels of zones, strictest first: name, rule, first screening, days of tests."""
    lines = []
    for level in model.levels.values():
        details = []
        if level.first_screen_h is not None:
            details.append(_("first screening within {n} hours").format(n=level.first_screen_h))
        if level.pcr_days:
            details.append(
                _("tests on days {days}").format(days=pgettext("list", ", ").join(str(day) for day in level.pcr_days))
            )
        if level.leave_requires_pcr_h is not None:
            details.append(_("leaving needs a test of the last {n} hours").format(n=level.leave_requires_pcr_h))
        rule = said(level.rule) if level.rule is not None else ""
        lines.append({"name": said(level), "rule": rule, "details": _("; ").join(details)})
    return lines


def watch_words(book: Playbook, watch: Watch) -> str:
    """What happens to a group of people, as one sentence."""
    if watch.ended:
        return _("not determined any more")
    if watch.same_as is not None:
        return _("as for: {group}").format(group=said(book.watch_groups[watch.same_as]))
    parts = [_stage(book, stage) for stage in watch.stages]
    if watch.pcr is not None:
        parts.append(_("{count} tests within {days} days").format(count=watch.pcr.count, days=watch.pcr.within_days))
    if watch.pcr_daily:
        parts.append(_("a test every day"))
    return _(", then ").join(parts)


def _stage(book: Playbook, stage: Stage) -> str:
    measure = book.measures[stage.measure]
    name = measure.zh if reader_language() == "zh" else measure.en
    text = ngettext("{measure}, {n} day", "{measure}, {n} days", stage.days).format(measure=name, n=stage.days)
    if stage.pcr_days:
        days = pgettext("list", ", ").join(str(day) for day in stage.pcr_days)
        text += _(" (tests on days {days})").format(days=days)
    return text


# -------------------------------------------------------------------------------------------------------- zones


def zone_lines(one: Incident, model: ZoneModel | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(zones that bind or wait, zones that are over), those that wait for somebody first."""
    found = sorted(Zone.objects.filter(incident_id=one.id), key=lambda zone: (_ZONE_ORDER[zone.state], zone.path))
    over = sorted((zone for zone in found if zone.state in ZONE_OVER), key=lambda zone: -zone.id)[:ENDED_SHOWN]
    going = [zone for zone in found if zone.state not in ZONE_OVER]
    names = names_of([zone.path for zone in (*going, *over)])
    lines = [
        {"zone": zone, "state": zone_state(zone), "place": names[zone.path], "level": level_name(model, zone.level)}
        for zone in (*going, *over)
    ]
    return lines[: len(going)], lines[len(going) :]


def level_name(model: ZoneModel | None, level: str) -> str:
    """A level in the reader's language; its key when the edition in force does not know it."""
    return said(model.levels[level]) if model is not None and level in model.levels else level


def verdict_lines(verdicts: Sequence[ConditionVerdict]) -> list[dict[str, Any]]:
    """Every condition for lifting with its state and by what evidence it holds or not."""
    states = {
        "met": ("good", pgettext("condition", "Holds")),
        "not_met": ("act", pgettext("condition", "Does not hold")),
        "unknown": ("unknown", pgettext("condition", "Not verified")),
        "stated": ("watch", pgettext("condition", "Stated by a person")),
    }
    lines = []
    for verdict in verdicts:
        if verdict.statement:
            evidence = _("Stated: {text}").format(text=verdict.statement)
        elif verdict.standing == "unknown":
            evidence = _("No data tells it; a person has to state the evidence.")
        else:
            evidence = _("From {source}").format(source=_source(verdict.source))
        if any(verdict.detail):
            evidence = _("{evidence} ({detail})").format(evidence=evidence, detail=_told(verdict.detail))
        lines.append(
            {
                "words": _condition(verdict),
                "state": states["stated" if verdict.statement else verdict.standing],
                "evidence": evidence,
            }
        )
    return lines


def kept_evidence(found: Zone) -> list[str]:
    """The conditions that a zone was lifted on, each with its evidence, as they were written down."""
    lines = []
    for line in found.lift_evidence or ():
        condition = LiftCondition(kind=line["kind"], days=line["days"])
        evidence = line["statement"] or _source(line["source"])
        if any(line.get("detail", ())):
            evidence = _("{evidence} ({detail})").format(evidence=evidence, detail=_told(line["detail"]))
        said_then = line.get("words")
        words = said_then[reader_language() == "en"] if said_then else _condition(ConditionVerdict(condition, "met"))
        lines.append(_("{condition}: {evidence}").format(condition=words, evidence=evidence))
    return lines


def _condition(verdict: ConditionVerdict) -> str:
    words = verdict.words(reader_language())
    return words[:1].upper() + words[1:]


def _told(detail: Sequence[str]) -> str:
    return detail[reader_language() == "en"]


def _source(source: str) -> str:
    known = {
        "zone": _("the zone's own calendar"),
        "zones": _("the zones in force"),
        "rounds": _("the rounds"),
        "reports": _("the daily reports"),
    }
    return known.get(source, source)


def done_incident(what: str) -> str:
    """What has just happened to an incident, and what comes next."""
    return {
        "proposed": _("The incident is proposed. A second person has to open it."),
        "opened": _("The incident is open. Its work lists and reports begin now."),
        "closing": _("You marked the incident as over. A second person has to close it."),
        "closed": _("The incident is closed. No round, report or zone is run in it any more."),
        "withdrawn": _("The proposal is withdrawn; nothing has begun."),
        "reopened": _("The mark is taken back; the incident goes on."),
        "scope-withdrawn": _("The change of scope is withdrawn."),
        "scope-proposed": _("The change of scope is proposed. A second person has to approve it."),
        "scope": _("The new scope is in force. What was recorded outside it is untouched."),
    }.get(what, "")


def done_zone(what: str) -> str:
    """What has just happened to a zone, and what comes next."""
    return {
        "proposed": _("The zone is proposed. Somebody of the command has to approve it."),
        "approved": _("The zone is in force."),
        "lift-asked": _("You asked to lift the zone. Its rules hold until somebody of the command agrees."),
        "withdrawn": _("The zone is withdrawn; it never bound anybody."),
        "lift-withdrawn": _("The request is taken back; the zone stays in force."),
        "lifted": _("The zone is lifted."),
        "lowered": _("The zone was lowered; this level is in force now."),
        "lift-refused": _("The zone stays in force."),
        "replan-proposed": _("The plan is proposed. The zone stays as it is until somebody of the command accepts it."),
        "replanned": _("The zone goes on at its level under the edition in force."),
        "replan-withdrawn": _("The plan is withdrawn; the zone stays as it is."),
    }.get(what, "")
