"""Routing: deliveries, door-to-door sampling and tube pick-up, with loads, hours, several depots and several trips."""

from lianfang.planning.routing.api import *  # noqa: F403
from lianfang.planning.routing.api import __all__ as __all__
