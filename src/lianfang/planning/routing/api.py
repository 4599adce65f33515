"""The public door of the routing engine."""

from lianfang.planning.routing.baseline import baseline
from lianfang.planning.routing.check import check
from lianfang.planning.routing.drive import Driven, drive
from lianfang.planning.routing.explain import explain
from lianfang.planning.routing.picture import svg
from lianfang.planning.routing.problem import NEVER, PinnedRoute, Problem, Ride, Vehicle, from_coordinates
from lianfang.planning.routing.result import RoutingResult
from lianfang.planning.routing.result import RoutingResult as Result
from lianfang.planning.routing.solve import Params, solve

__all__ = [
    "NEVER",
    "Driven",
    "Params",
    "PinnedRoute",
    "Problem",
    "Result",
    "Ride",
    "RoutingResult",
    "Vehicle",
    "baseline",
    "check",
    "drive",
    "explain",
    "from_coordinates",
    "solve",
    "svg",
]
