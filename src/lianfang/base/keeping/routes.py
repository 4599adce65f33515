"""How long each page takes, by the name of its route: kept per worker, added up in the database now and then."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse

SLOW_SECONDS = 0.5
"""A page that takes longer is slow (assumption: five times the bar of the worst list)."""
FLUSH_SECONDS = 15.0


class RouteTimes:
    """Middleware, outermost of ours: counts calls and seconds of each named route."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response
        self._held: dict[str, list[float]] = {}
        self._lock = threading.Lock()
        self._flushed = time.monotonic()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        answer = self._next(request)
        match = getattr(request, "resolver_match", None)
        if match is not None and match.view_name:
            self._note(str(match.view_name), time.perf_counter() - began)
        return answer

    def _note(self, route: str, seconds: float) -> None:
        with self._lock:
            line = self._held.setdefault(route, [0, 0.0, 0, 0.0])
            line[0] += 1
            line[1] += seconds
            line[2] += seconds > SLOW_SECONDS
            line[3] = max(line[3], seconds)
            if time.monotonic() - self._flushed < FLUSH_SECONDS:
                return
            self._flushed = time.monotonic()
            held, self._held = self._held, {}
        flush(held)


def flush(held: dict[str, list[float]]) -> None:
    """Add what a worker counted to the database; a database that is away costs these figures and nothing else."""
    names = sorted(held)
    columns = [[held[name][at] for name in names] for at in range(4)]
    try:
        with connections["door"].cursor() as cursor:
            cursor.execute(
                "select keeping_note_routes(%s::text[], %s::bigint[], %s::float8[], %s::bigint[], %s::float8[])",
                [names, columns[0], columns[1], columns[2], columns[3]],
            )
    except DatabaseError:
        return
    finally:
        connections["door"].close()
