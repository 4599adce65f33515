"""A page of plans loads no solver: kinds, their words and heads stand without any; the engine comes with the first problem."""

from __future__ import annotations

import os
import subprocess
import sys

SCRIPT = """
import sys, django; django.setup()
from lianfang.domain.plans.registry import kinds
from lianfang.domain.plans import pages, views, views_change
for kind in kinds():
    assert kind.label and kind.says and kind.heads() and kind.sentence("figure.links", {})
solvers = {"ortools", "numba", "pyvrp", "pymetis", "hygese"}
print(*sorted(solvers & set(sys.modules)), "|", *sorted(name for name in sys.modules if name.startswith("lianfang.planning.")))
from lianfang.domain.plans.engines import assignment
assert assignment.Pairing([2], [1], [[3]]).most_units == 1
print(*sorted({"ortools"} & set(sys.modules)))
"""


def test_kinds_stand_without_solvers() -> None:
    settings = os.environ | {"DJANGO_SETTINGS_MODULE": "lianfang.config.settings"}
    found = subprocess.run([sys.executable, "-c", SCRIPT], env=settings, capture_output=True, text=True, check=True)
    page, engine = found.stdout.strip().split("\n")
    loaded, _, modules = page.partition("|")
    assert loaded.strip() == ""
    assert set(modules.split()) <= {"lianfang.planning.result", "lianfang.planning.stop"}
    assert engine == "ortools", "the test can fail: an engine does load its solver"
