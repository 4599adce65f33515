"""What every page may show about its surroundings: the incident the reader works in, and whether this is a drill."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest


class Surroundings:
    """The surroundings of one request; nothing is read before a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def incident(self) -> Any:
        """The live incident of the reader's area (`name`, `is_drill`), or None."""
        path = getattr(getattr(self.request, "actor", None), "path", "")
        given = getattr(self.request, "incident", None)
        if given is not None or not path:
            return given
        from lianfang.base.incidents.api import incident_for

        try:
            return incident_for(path)
        except DatabaseError:  # an error page after a failed statement: the transaction takes no more questions
            return None

    @property
    def drill(self) -> bool:
        """Whether the page must say 演练: the installation is a drill, or the incident is."""
        return bool(getattr(settings, "DRILL", False) or getattr(self.incident, "is_drill", False))
