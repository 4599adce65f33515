"""`/healthz` (this process answers), `/readyz` (database, migrations, queue, sealer) and `/metrics` (Prometheus)."""

from __future__ import annotations

import hmac
import ipaddress
from typing import Final

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST

from lianfang.base.access.api import public
from lianfang.kernel.errors import LianfangError
from lianfang.web.measures import exposition
from lianfang.web.state import missing_migrations, state

BEHIND_SECONDS: Final = 60.0
"""A sealer that far behind is not working: it seals every second, and promises two (an assumption for slow disks)."""
BEHIND_DELTAS: Final = 50_000
"""Figures folded five times a second never pile up like this while the steward lives: an assumption."""


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked."""
    return HttpResponse("ok", content_type="text/plain")


@public
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether the installation can work, part by part; 503 when a part cannot."""
    try:
        now, missing = state(), missing_migrations()
    except DatabaseError:
        return _answer({"database": "down"}, ready=False)
    parts = {
        "database": "up",
        "migrations": "missing" if missing else "done",
        "queue": "behind" if now.deltas_waiting >= BEHIND_DELTAS else "up",
        "sealer": "behind" if now.unsealed_seconds > BEHIND_SECONDS else "up",
    }
    return _answer(parts, ready=not missing and "behind" not in parts.values())


@public
def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers for Prometheus, to this machine itself or to whoever brings the token; to others the page does not exist."""
    if not (_local(request) or _token(request)):
        raise LianfangError("access.not_found")
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def _answer(parts: dict[str, str], *, ready: bool) -> HttpResponse:
    answer = JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)
    answer["Cache-Control"] = "no-store"
    return answer


def _local(request: HttpRequest) -> bool:
    """The peer is this machine, and nothing says that it speaks for somebody else."""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return address.is_loopback and bool(request.META.get("lianfang.direct"))


def _token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
