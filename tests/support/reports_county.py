"""A county with two townships and their villages, people who report, and an incident opened by two."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import connections, transaction

from lianfang.base.access.api import Actor, create_account, create_grant, enter, open_session, token_digest
from lianfang.base.areas.services import Division, load_divisions
from lianfang.base.incidents import api as incidents
from lianfang.base.metrics import api as metrics
from lianfang.base.metrics import registry
from lianfang.base.metrics.api import Delta, Metric
from lianfang.kernel.clock import BEIJING

COUNTY, TOWN, OTHER_TOWN = "411621", "411621100", "411621101"
VILLAGES = [f"{town}{number:03d}" for town in (TOWN, OTHER_TOWN) for number in (200, 201, 202)]
VILLAGE = VILLAGES[0]
DIVISIONS = [
    Division("410000000000", "河南省", 1, ""),
    Division("411600000000", "周口市", 2, "410000000000"),
    Division("411621000000", "扶沟县", 3, "411600000000"),
    Division("411621100000", "城关镇", 4, "411621000000"),
    Division("411621101000", "崔桥镇", 4, "411621000000"),
    *(Division(path, f"{path[-3:]}村委会", 5, path[:9] + "000") for path in VILLAGES),
]
PUBLISHED = {
    "rounds.visited_households": "round", "rounds.visited_people": "round", "residents.returnees_new": "",
    "rounds.expected": "round", "rounds.sampled": "round", "rounds.not_sampled": "reason",
}  # fmt: skip
"""Metrics of engines that these tests stand in for, when the engines themselves have not defined them."""

DAY = date(2022, 4, 6)


def at(hour: int, minute: int = 0, *, day: date = DAY) -> datetime:
    """An instant of the day, in Beijing."""
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING) + timedelta(hours=hour, minutes=minute)


@dataclass
class County:
    """Who is there, and the incident that is open."""

    incident: int
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    @contextmanager
    def acting(self, role: str, path: str) -> Iterator[Actor]:
        """A scoped transaction of the one who holds this role at this area."""
        if (role, path) not in self.tokens:
            self.tokens[role, path] = person(role, path)
        with transaction.atomic():
            actor = enter(token_digest(self.tokens[role, path]))
            assert actor is not None
            yield actor

    def head(self, path: str = VILLAGE):
        """The head of a village."""
        return self.acting("community_head", path)

    def happened(self, name: str, path: str, value: int, *, day: date = DAY, dim: str = "") -> None:
        """An engine publishes a change, and it is folded."""
        metrics.add([Delta(name, day, path, value, dim)], using="door")
        metrics.fold()


def person(role: str, path: str, suffix: str = "") -> str:
    """A new account with a role at an area; returns the token of its session."""
    account = create_account(username=f"{role}-{path}{suffix}", name="王芳", password="x" * 12)
    create_grant(account_id=account, role=role, path=path)
    return open_session(account)


def _open_incident(county: County) -> int:
    with county.acting("command", "4116") as actor:
        made = incidents.propose_incident(
            actor=actor, name="扶沟演练", path=COUNTY, playbook="covid-2022", drill=True, edition="cn-ed8"
        )
    with transaction.atomic():
        actor = enter(token_digest(person("command", "4116", "-second")))
        incidents.open_incident(actor=actor, incident_id=made)
    return made


@contextmanager
def open_county() -> Iterator[County]:
    """The county with its incident open; metrics of other engines stand in where they are missing."""
    load_divisions(DIVISIONS, edition=2020)
    added = []
    for name, dimension in PUBLISHED.items():
        if not metrics.is_defined(name):
            added.append(name)
            metrics.define_metric(
                Metric(name=name, zh=name, en=name, unit_zh="人", unit_en="people", says_zh="。", says_en=".",
                       dimension=dimension)
            )  # fmt: skip
    found = County(0)
    found.incident = _open_incident(found)
    yield found
    for name in added:
        registry._METRICS.pop(name)


def clear_returns() -> None:
    """Forget every return, figure and work item."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("truncate reports_return, reports_day, worklist_item, metrics_delta, metrics_value")
