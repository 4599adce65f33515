"""What a route plan says."""

from __future__ import annotations

from dataclasses import dataclass, field

from lianfang.planning.result import Result


@dataclass(frozen=True, kw_only=True)
class RoutingResult(Result):
    """routes: places in order without the first and last depot; a depot in between is a reload.

    vehicle_of_route: kind of vehicle. start_of_route: when it leaves its first depot.
    objective: cost in the problem's unit; bound: None, the search proves none.
    """

    routes: list[list[int]] = field(default_factory=list)
    vehicle_of_route: list[int] = field(default_factory=list)
    start_of_route: list[int] = field(default_factory=list)
