"""The engines of `lianfang.planning`, imported when something of theirs is first used.

A page shows what was computed and needs none of them; solvers take seconds and some 200 MB of a process. Only the program that
computes, an edit and an adoption use an engine.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import lianfang.planning.assignment.deployment as people
    import lianfang.planning.assignment.domain as weights
    import lianfang.planning.assignment.pairing as units
    import lianfang.planning.pooling.staffing as staffing  # noqa: PLR0402 - the package has a function of this name
    import lianfang.planning.rostering.check as roster_check
    import lianfang.planning.rostering.result as roster_result
    import lianfang.planning.routing.drive as tours
    import lianfang.planning.routing.problem as tour_problem
    from lianfang.planning import assignment, districting, pooling, rostering, routing, siting
else:

    class _Engine:
        """Stands for a module until an attribute of it is asked for."""

        def __init__(self, name: str) -> None:
            self._name = f"lianfang.planning.{name}"

        def __getattr__(self, attribute: str) -> Any:
            found = getattr(import_module(self._name), attribute)
            setattr(self, attribute, found)
            return found

    assignment, districting, pooling = _Engine("assignment"), _Engine("districting"), _Engine("pooling")
    rostering, routing, siting = _Engine("rostering"), _Engine("routing"), _Engine("siting")
    people, weights, units = (
        _Engine("assignment.deployment"),
        _Engine("assignment.domain"),
        _Engine("assignment.pairing"),
    )
    staffing, roster_check, roster_result = (
        _Engine("pooling.staffing"),
        _Engine("rostering.check"),
        _Engine("rostering.result"),
    )
    tours, tour_problem = _Engine("routing.drive"), _Engine("routing.problem")

__all__ = [
    "assignment", "districting", "people", "pooling", "roster_check", "roster_result", "rostering", "routing", "siting", "staffing",
    "tour_problem", "tours", "units", "weights",
]  # fmt: skip
