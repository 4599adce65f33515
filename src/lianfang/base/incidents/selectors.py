"""Reads of incidents and zones, within the entered scope: those inside an incident and those above it know of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from lianfang.base.database.select import first_as
from lianfang.base.incidents.models import Incident, Zone
from lianfang.base.playbooks.api import Edition, Playbook, load_shipped

LIVE = ("open", "closing")
IN_FORCE = ("live", "lift_requested")
_ABOVE = "where state = any (%s::text[]) and path = any (%s::text[]) order by path desc, opened_at desc limit 1"
_INSIDE = "where state = any (%s::text[]) and path >= %s and path < %s order by opened_at desc limit 1"


def incident_for(path: str, *, using: str = "default") -> Incident | None:
    """The live incident that an area lies in: the closest one above it, the latest if there are several."""
    above = [path[:cut] for cut in range(2, len(path) + 1)]
    return first_as(Incident, _ABOVE, [list(LIVE), above], using=using)


def incident_at(path: str, *, using: str = "default") -> Incident | None:
    """The live incident of an area: the one it lies in, else the latest one inside it (a city looks into a county)."""
    found = incident_for(path, using=using)
    return found or first_as(Incident, _INSIDE, [list(LIVE), path, path + "~"], using=using)


def live_incidents(*, using: str = "default") -> Sequence[Incident]:
    """Every incident that is open now, the latest first."""
    return list(Incident.objects.using(using).filter(state__in=LIVE).order_by("-opened_at"))


def incident(number: int, *, using: str = "default") -> Incident | None:
    """One incident in any state; None when it does not exist or cannot be seen."""
    return first_as(Incident, "where id = %s", [number], using=using)


def playbook_of(one: Incident) -> Playbook:
    """The playbook an incident runs by; raises playbook.unknown_name."""
    return load_shipped(one.playbook)


def edition_of(one: Incident, day: date) -> Edition:
    """The edition of the control plan that applies on a day; in a drill the one it was opened with.

    Raises playbook.no_edition.
    """
    book = playbook_of(one)
    chosen = next((edition for edition in book.editions if one.drill and edition.id == one.edition), None)
    return chosen or book.edition_on(day)


def zones(path: str, *, incident_id: int, using: str = "default") -> Sequence[Zone]:
    """The zones in force inside an area, in the order of the tree."""
    return list(
        Zone.objects.using(using)
        .filter(incident_id=incident_id, state__in=IN_FORCE, path__gte=path, path__lt=path + "~")
        .order_by("path")
    )


def zone(number: int, *, using: str = "default") -> Zone | None:
    """One zone in any state; None when it does not exist or cannot be seen."""
    return Zone.objects.using(using).select_related("incident").filter(id=number).first()
