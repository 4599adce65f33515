"""Reads of screening rounds: which homes of a place are settled, which are still to be visited. Within the caller's scope."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from lianfang.domain.residents.api import doors_lived_in
from lianfang.domain.rounds.facts_visits import household_number
from lianfang.domain.rounds.models import Round

VISITS = "select household, outcome, done, at from rounds_visit where incident = %s and round_id = %s and household = any (%s)"


@dataclass(frozen=True)
class Home:
    """One home of a screening round. outcome: of the visit that stands, '' without one."""

    path: str
    door: str
    outcome: str
    done: bool
    at: datetime | None


@dataclass(frozen=True)
class HomesList:
    """The homes lived in at a path of at most a community, in the order of the doors."""

    path: str
    homes: list[Home]

    @property
    def left(self) -> list[Home]:
        """Homes that no visit has settled yet."""
        return [home for home in self.homes if not home.done]

    @property
    def settled(self) -> int:
        """How many are settled."""
        return len(self.homes) - len(self.left)

    @property
    def outcomes(self) -> Counter[str]:
        """How many are left by outcome of the last visit ('' = not visited)."""
        return Counter(home.outcome for home in self.left)


def homes_of_round(one: Round, path: str) -> HomesList:
    """Every home lived in at a community, a building or a door, with the visit that stands in this round."""
    doors = doors_lived_in(path)
    numbers = {household_number(one.incident_id, home): home for home in doors}
    with connection.cursor() as cursor:
        cursor.execute(VISITS, [one.incident_id, one.id, list(numbers)])
        visits = {numbers[number]: (outcome, done, at) for number, outcome, done, at in cursor.fetchall()}
    unvisited = ("", False, None)
    return HomesList(path, [Home(home, door, *visits.get(home, unvisited)) for home, door in doors.items()])
