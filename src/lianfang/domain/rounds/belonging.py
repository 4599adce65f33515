"""Which rounds belong to which incident: several incidents may be open over one place, each with its own figures."""

from __future__ import annotations

from django.db.models import Q

from lianfang.domain.rounds.models import Round


def rounds_of_others(incident_id: int, path: str, *, using: str = "default") -> frozenset[str]:
    """The rounds at, above or below a place that other incidents run, as metrics name them."""
    above = [path[:length] for length in (2, 4, 6, 9, 12, 16) if length <= len(path)]
    touching = Q(path__in=above) | Q(path__gte=path, path__lt=path + "~")
    found = Round.objects.using(using).filter(touching).exclude(incident_id=incident_id)
    return frozenset(str(number) for number in found.values_list("id", flat=True))
