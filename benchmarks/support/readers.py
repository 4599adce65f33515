"""Who reads what in the loaded city: each page with the narrowest role that may open it, and the bare SQL for its rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

CITY = "1309"
PAGE_MS, OVERVIEW_MS, SEARCH_MS = 50.0, 150.0, 100.0
TYPICAL = 6_518
"""People of the community that the documents describe; a search by name opens the names of one of about this size."""
NAMES = ["rounds.expected", "rounds.sampled", "rounds.not_sampled"]
ROLL_SQL = """select p.id, p.code, p.path, p.present, p.sealed, h.sealed from residents_presence r
join residents_person p on p.id = r.person_id join residents_household h on h.path = r.path
where r.path >= %s and r.path < %s order by r.path, p.id"""
SAMPLES_SQL = "select person from rounds_sample where incident = %s and round_id = %s and person = any (%s)"
REASONS_SQL = (
    "select person, reason, at from rounds_not_sampled where incident = %s and round_id = %s and person = any (%s)"
)
LIST_SQL = """select r.path, r.person_id, p.code, p.sealed, h.sealed from residents_presence r
join residents_person p on p.id = r.person_id left join residents_household h on h.path = r.path
where r.path >= %s and r.path < %s and (r.path, r.person_id) > (%s, 0) order by r.path, r.person_id limit 201"""
FIGURES_SQL = """select path, name, dim, value from metrics_value where name = any (%s) and day = 'infinity'
and level = %s and path >= %s and path < %s"""
AREAS_SQL = "select path, name from areas_area where parent_path = %s and ended_on is null order by path"
BUILDINGS_SQL = "select path, name from areas_building where path >= %s and path < %s order by path"

Bare = tuple[tuple[str, list[Any]], ...]


@dataclass(frozen=True)
class Route:
    """One page, who opens it, how fast it must be, and the bare SQL for the same rows."""

    name: str
    address: str
    token: str
    limit_ms: float
    bare: Bare = ()
    read: Callable[[], object] | None = None
    """The read behind the page, run inside the reader's scope."""
    other: tuple[str, str] = ("", "")
    """The same page for another place (address, token), whose number of statements must be the same."""
    form: tuple[tuple[str, str], ...] = ()
    """What is posted, for a page that is asked for by a form."""


@dataclass(frozen=True)
class Places:
    """Paths of the city that the readers stand in."""

    small: str
    middle: str
    typical: str
    building: str
    grid: int


def token(role: str, path: str, *, grids: list[int] | None = None) -> str:
    """A new account of a role in a place, signed in; returns the token of its session."""
    from lianfang.base.access.api import create_account, create_grant, open_session

    account = create_account(username=f"{role}-{path}-{time.time_ns()}", name=role, password="only-for-benchmarks")
    create_grant(account_id=account, role=role, path=path, grids=grids)
    return open_session(account)


def places(conninfo: str) -> Places:
    """A community of the median size, a smaller one, one as large as the documents' example, a building, a grid."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        sizes = connection.execute(
            "select path, value from metrics_value where name = 'residents.present' and day = 'infinity' and level = 12 "
            "and path like %s order by value",
            [CITY + "%"],
        ).fetchall()
        middle = sizes[len(sizes) // 2][0]
        typical = min(sizes, key=lambda one: abs(one[1] - TYPICAL))[0]
        [(building,)] = connection.execute(
            "select path from areas_building where path >= %s and path < %s order by path limit 1",
            [middle, middle + "~"],
        ).fetchall()
        grids = connection.execute(
            "select g.id from areas_grid g where g.path = %s and g.net = 'community' order by g.id limit 1", [middle]
        ).fetchall()
    return Places(sizes[len(sizes) // 4][0], middle, typical, building, grids[0][0] if grids else 0)


def sample_really(conninfo: str, number: int, community: str) -> list[tuple[int, str]]:
    """Samples of nine in ten people of one community under their true pseudonyms; returns everybody's (pseudonym, path)."""
    from lianfang.base.vault.api import incident_box

    with psycopg.connect(conninfo, autocommit=True) as connection:
        [(incident,)] = connection.execute("select incident_id from rounds_round where id = %s", [number]).fetchall()
        people = connection.execute(
            "select code, path from residents_person where path >= %s and path < %s order by path, id",
            [community, community + "~"],
        ).fetchall()
        box = incident_box(incident)
        hidden = [(box.pseudonym(code), path) for code, path in people]
        kept = [pair for at, pair in enumerate(hidden) if at % 10]
        connection.execute(
            "insert into rounds_sample (incident, round_id, person, path, tube, at) "
            "select %s, %s, person, path, gen_random_uuid(), now() from unnest(%s::int8[], %s::text[]) as t(person, path) "
            "on conflict do nothing",
            [incident, number, [person for person, _ in kept], [path for _, path in kept]],
        )
    return hidden


def routes(conninfo: str, number: int) -> list[Route]:
    """The pages under test."""
    from lianfang.domain.residents.browsing import people
    from lianfang.domain.rounds.models import Round
    from lianfang.domain.rounds.selectors import coverage_below, missing_people

    at = places(conninfo)
    here, town, county = at.middle, at.middle[:9], at.middle[:6]
    one = Round.objects.using("owner").get(id=number)
    hidden = sample_really(conninfo, number, here)
    sample_really(conninfo, number, at.typical)
    clerk, other_clerk, head = (token("community_clerk", path) for path in (here, at.small, at.typical))
    lead, worker = token("building_lead", at.building), token("grid_worker", here, grids=[at.grid])
    dispatchers = {path: token("county_dispatcher", path) for path in (county, at.small[:6])}
    township = token("township_dispatcher", town)
    command = token("command", CITY)

    def figures(path: str, level: int) -> Bare:
        names = (BUILDINGS_SQL, [path, path + "~"]) if level == 16 else (AREAS_SQL, [path])
        return (FIGURES_SQL, [NAMES, level, path, path + "~"]), names

    def roll(path: str) -> Bare:
        these = [person for person, home in hidden if home.startswith(path)]
        left = these[::10]  # nine in ten have a sample
        return (
            (ROLL_SQL, [path, path + "~"]),
            (SAMPLES_SQL, [one.incident_id, number, these]),
            (REASONS_SQL, [one.incident_id, number, left]),
        )

    return [
        Route("coverage of a community by building", f"/rounds/{number}/{here}/", clerk, PAGE_MS, figures(here, 16),
              lambda: coverage_below(number, here), (f"/rounds/{number}/{at.small}/", other_clerk)),
        Route("coverage of a township by community", f"/rounds/{number}/{town}000/", township, PAGE_MS, figures(town, 12),
              lambda: coverage_below(number, town)),
        Route("coverage of a county by township", f"/rounds/{number}/{county}000000/", dispatchers[county], PAGE_MS,
              figures(county, 9), lambda: coverage_below(number, county)),
        Route("coverage of the city by county", f"/rounds/{number}/{CITY}00000000/", command, PAGE_MS, figures(CITY, 6),
              lambda: coverage_below(number, CITY)),
        Route("missing list of a building", f"/rounds/{number}/{at.building}/missing/", lead, PAGE_MS, roll(at.building),
              lambda: missing_people(one, at.building)),
        Route("missing list of a grid", f"/rounds/{number}/{here}/missing/", worker, PAGE_MS),
        Route("missing list of a community", f"/rounds/{number}/{here}/missing/", clerk, PAGE_MS, roll(here),
              lambda: missing_people(one, here), (f"/rounds/{number}/{at.small}/missing/", other_clerk)),
        Route("list of 200 residents", f"/residents/area/{at.typical}/", head, PAGE_MS,
              ((LIST_SQL, [at.typical, at.typical + "~", at.typical]),), lambda: people(at.typical, limit=201),
              (f"/residents/area/{here}/", clerk)),
        Route("list of a grid's residents", f"/residents/area/{here}/", worker, PAGE_MS),
        Route(f"search by name in a community of about {TYPICAL:,}", f"/residents/area/{at.typical}/find/", head, SEARCH_MS,
              form=(("name", "建国"),)),
        Route("work list", "/worklist/", clerk, PAGE_MS, other=("/worklist/", dispatchers[county])),
        Route("first page of a community", f"/areas/{here}/", clerk, PAGE_MS, other=(f"/areas/{at.small}/", other_clerk)),
        Route("overview and map of a township", f"/areas/{town}000/", township, OVERVIEW_MS),
        Route("overview and map of a county", f"/areas/{county}000000/", dispatchers[county], OVERVIEW_MS,
              other=(f"/areas/{at.small[:6]}000000/", dispatchers[at.small[:6]])),
        Route("overview and map of the city", f"/areas/{CITY}00000000/", command, OVERVIEW_MS),
        Route("report of a community", f"/reports/{here}/", clerk, PAGE_MS, other=(f"/reports/{at.small}/", other_clerk)),
        Route("who is late in a county", f"/reports/{county}000000/late/", dispatchers[county], PAGE_MS),
        Route("table of a county's reports", f"/reports/{county}000000/table/", dispatchers[county], PAGE_MS),
        Route("who is late in the city", f"/reports/{CITY}00000000/late/", command, OVERVIEW_MS),
    ]  # fmt: skip
