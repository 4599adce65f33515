"""Counts and times of requests by route for Prometheus; routes have names, so that no address with a code is kept.

With PROMETHEUS_MULTIPROC_DIR every worker adds to files of its own there, and any worker answers for all.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from lianfang.web.state import state

_HERE = CollectorRegistry()
REQUESTS = Counter(
    "lianfang_requests", "Requests of pages and interfaces.", ["route", "method", "status"], registry=_HERE
)
SECONDS = Histogram(
    "lianfang_request_seconds", "How long an answer took.", ["route"], registry=_HERE,
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)  # fmt: skip
_WORDS = {
    "deltas_waiting": "Figures that wait to be added up.",
    "unsealed": "Facts that no seal covers yet.",
    "unsealed_seconds": "Age of the oldest fact that no seal covers yet.",
    "seals": "Seals over the log.",
    "sessions": "Live sessions.",
    "names_locked": "User names locked after failures.",
    "quarantine_open": "Facts that wait for a decision.",
    "incidents_open": "Open incidents.",
}


class MeasuresMiddleware:
    """Counts each request under the name of its route."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and count it."""
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        route = (match.view_name if match else "") or "none"
        method = request.method if request.method in {"GET", "HEAD", "POST"} else "other"
        REQUESTS.labels(route, method, f"{response.status_code // 100}xx").inc()
        SECONDS.labels(route).observe(time.perf_counter() - began)
        return response


class _House(Collector):
    """What the database knows, and how long the certificate lasts, asked at the moment of the scrape."""

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges; without a database only that it is down."""
        try:
            found = state()
        except DatabaseError:
            found = None
        yield GaugeMetricFamily("lianfang_database_up", "Whether the database answers.", value=float(found is not None))
        if found is not None:
            for name, words in _WORDS.items():
                yield GaugeMetricFamily(f"lianfang_{name}", words, value=float(getattr(found, name)))
        days = _certificate_days()
        if days is not None:
            yield GaugeMetricFamily(
                "lianfang_certificate_days", "Days that the server's certificate lasts.", value=days
            )


def exposition() -> bytes:
    """Everything in Prometheus' text format."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        text = generate_latest(registry)
    else:
        text = generate_latest(_HERE)
    house = CollectorRegistry()
    house.register(_House())
    return text + generate_latest(house)


def _certificate_days() -> float | None:
    path = Path(settings.TLS_FOLDER or "/nonexistent") / "server.crt"
    if not path.exists():
        return None
    held = x509.load_pem_x509_certificate(path.read_bytes())
    return (held.not_valid_after_utc - datetime.now(UTC)).total_seconds() / 86400
