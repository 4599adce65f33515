"""Which rounds belong to which incident: several incidents may be open over one place, each with its own figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.db.models import Q

from lianfang.base.incidents.api import incident, playbook_of
from lianfang.domain.rounds.models import Round


def rounds_of_others(incident_id: int, path: str, *, using: str = "default") -> frozenset[str]:
    """The rounds at, above or below a place that other incidents run, as metrics name them."""
    found = Round.objects.using(using).filter(_touching(path)).exclude(incident_id=incident_id)
    return frozenset(str(number) for number in found.values_list("id", flat=True))


def rounds_asking(incident_id: int, path: str, *, using: str = "default") -> Mapping[str, frozenset[str]]:
    """Questionnaire → the screening rounds of an incident at, above or below a place that carry it, as metrics name them."""
    one = incident(incident_id, using=using)
    first = playbook_of(one).door_visit() if one else None
    found = Round.objects.using(using).filter(_touching(path), incident_id=incident_id, kind="screening")
    made: dict[str, set[str]] = defaultdict(set)
    for number, asked in found.values_list("id", "questionnaire"):
        made[asked or (first.key if first else "")].add(str(number))
    return {asked: frozenset(numbers) for asked, numbers in made.items()}


def _touching(path: str) -> Q:
    above = [path[:length] for length in (2, 4, 6, 9, 12, 16) if length <= len(path)]
    return Q(path__in=above) | Q(path__gte=path, path__lt=path + "~")
