"""Seats: what people are placed on, one for each role at each place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lianfang.planning.assignment.domain import SHORTAGE_METRES, Deployment
from lianfang.planning.assignment.problem import Int


@dataclass(frozen=True, eq=False)
class Seats:
    """The transport columns: seat s is one role at one place, with its demand and shortage cost in metres."""

    place: Int
    role: Int
    demand: Int
    shortage: Int


def make_seats(problem: Deployment, room: Int) -> Seats:
    """Every (place, role) that wants somebody."""
    place, role = np.nonzero(room)
    shortage = np.rint(SHORTAGE_METRES * problem.weight[place]).astype(np.int64)
    return Seats(place, role, room[place, role], shortage)
