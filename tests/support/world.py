"""A small world on the real database: Fugou's tree, people in a few buildings, accounts by role, an open incident."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import connection, connections, transaction

from lianfang.base.access.actor import Actor
from lianfang.base.access.services import create_account, create_grant, enter, open_session, token_digest
from lianfang.base.areas.services import load_divisions, shipped_divisions
from lianfang.base.vault.api import keystore, standing_box
from lianfang.kernel.ids import format_code

COUNTY = "411621"
TOWN = "411621001"
HOME = "411621001001"
NEXT = "411621001002"


@dataclass
class Somebody:
    """A resident of the world."""

    id: int
    number: int
    path: str
    name: str

    @property
    def code(self) -> str:
        """The printed code."""
        return format_code(self.number)


@dataclass
class World:
    """Handles to what was made."""

    incident: int = 0
    tokens: dict[str, str] = field(default_factory=dict)
    people: dict[str, list[Somebody]] = field(default_factory=dict)

    def token(self, role: str, path: str, *, grids: list[int] | None = None) -> str:
        """A live session token of an account with this role and area (made once)."""
        key = f"{role}@{path}{grids or ''}"
        if key not in self.tokens:
            account = create_account(username=key, name=f"测试{role}", password="right-horse")
            create_grant(account_id=account, role=role, path=path, grids=grids)
            self.tokens[key] = open_session(account)
        return self.tokens[key]

    def enter(self, role: str, path: str, **more: list[int]) -> Actor:
        """Enter this role's scope in the running transaction."""
        actor = enter(token_digest(self.token(role, path, **more)))
        assert actor is not None
        return actor


def build_world(*, homes: tuple[str, ...] = (HOME, NEXT), buildings: int = 2, per_building: int = 12) -> World:
    """Make the world; every community in `homes` gets buildings with people, two to a household."""
    world = World()
    load_divisions(shipped_divisions("fugou"), edition=2020)
    for home in homes:
        world.people[home] = _settle(home, buildings, per_building)
    world.incident = _open_incident()
    return world


def _settle(home: str, buildings: int, per_building: int) -> list[Somebody]:
    box = standing_box(home)
    made: list[Somebody] = []
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for building in range(1, buildings + 1):
            cursor.execute(
                "insert into areas_building (path, name) values (%s, %s)", [f"{home}{building:04d}", f"{building}号楼"]
            )
            for number in range(per_building):
                path = f"{home}{building:04d}01{number // 2 + 1:03d}"
                if number % 2 == 0:
                    cursor.execute(
                        "insert into residents_household (path, sealed, state) values (%s, %s, 'lived_in') returning id",
                        [path, box.seal(f'{{"door":"{number // 2 + 1}01"}}'.encode(), b"residents_household.sealed")],
                    )
                    household = cursor.fetchone()[0]
                name = f"住户{building}{number:02d}"
                code = int(f"{int(home[-3:])}{building:02d}{number:04d}") + 10_000_000
                cursor.execute(
                    "insert into residents_person (code, household_id, path, sealed, sex, born_year, kind, tags, present) "
                    "values (%s, %s, %s, %s, 1, 1980, 1, '{}', true) returning id",
                    [code, household, path, box.seal(f'{{"name":"{name}"}}'.encode(), b"residents_person.sealed")],
                )
                person = cursor.fetchone()[0]
                cursor.execute(
                    "insert into residents_presence (path, person_id, why) values (%s, %s, 1)", [path, person]
                )
                cursor.execute(
                    "insert into metrics_delta values ('residents.present', '', current_date, %s, 1)", [path[:16]]
                )
                made.append(Somebody(person, code, path, name))
    return made


def _open_incident() -> int:
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into incidents_incident (name, path, playbook, edition, drill, state, proposed_by, opened_by, opened_at) "
            "values ('2022年3月疫情', %s, 'covid-2022', 'cn-ed8', true, 'open', 1, 2, now()) returning id",
            [COUNTY],
        )
        incident = int(cursor.fetchone()[0])
        cursor.execute("select incidents_make_partitions(%s::smallint)", [incident])
    keystore().make(f"incident-{incident}")
    return incident


def fold() -> None:
    """Add up the figures now, as the steward does a few times a second."""
    with connections["door"].cursor() as cursor:
        cursor.execute("select metrics_fold()")


def total(name: str, dim: str, path: str) -> int:
    """The running total of a figure at one area, as the owner."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select value from metrics_value where name = %s and dim = %s and day = 'infinity' and path = %s",
            [name, dim, path],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


__all__ = ["COUNTY", "HOME", "NEXT", "TOWN", "Somebody", "World", "build_world", "connection", "fold", "total"]
