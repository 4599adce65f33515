"""The operator's page: what needs whoever runs the machine. Counts only; nobody's data."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lianfang.base.access.api import requires
from lianfang.base.keeping import figures, words

ORDER = {"act": 0, "watch": 1, "unknown": 2, "good": 3}


@requires("see:configuration:open")
@require_GET
def operations(request: HttpRequest) -> HttpResponse:
    """Every line with its state; what needs somebody stands first, with what to do."""
    machine = figures.read()
    every = [_shown(line) for line in figures.lines(machine)]
    urgent = sorted(
        (line for line in every if line["state"] in ("act", "watch")), key=lambda line: ORDER[line["state"]]
    )
    context = {
        "urgent": urgent,
        "calm": [line for line in every if line["state"] not in ("act", "watch")],
        "faults": [{"at": one.at, "words": words.fault(one)} for one in machine.faults if one.what != "clock_jumped"][
            :10
        ],
        "owners": next(line["values"]["owners"] for line in every if line["key"] == "held"),
        "routes": machine.figures["routes"],
        "now": machine.now,
    }
    return render(request, "keeping/operations.html", context)


def _shown(line: figures.Line) -> dict[str, Any]:
    return {
        "key": line.key, "state": line.state, "values": line.values, "title": words.title(line), "now": words.now(line),
        "to_do": words.to_do(line),
    }  # fmt: skip
