"""The stage of the access tests: six places with people, rounds, tubes and imports, and one narrow session for each role.

Every person has a name of their own, so that a name on a page tells whose record leaked.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.db import connections, transaction

from lianfang.base.access.actor import Actor
from lianfang.base.access.services import enter, token_digest
from lianfang.base.areas.services import Division, load_divisions, shipped_divisions
from lianfang.base.jobs import beside, kept
from lianfang.base.vault.api import Box, incident_box, keystore, standing_box, system_box
from lianfang.domain.residents import uploads
from lianfang.domain.residents.sealing import HOUSEHOLD, PERSON, SECRET, seal
from lianfang.exchange.outlines.drawing import Drawing, pack
from lianfang.kernel.ids import format_code, group_code
from tests.contracts.oracle import Policy, policy
from tests.support.duty_stage import stage_duty
from tests.support.pairings import stage_pairings
from tests.support.plans_stage import stage_plan
from tests.support.volunteers import stage_volunteers
from tests.support.workforce import lineage_of, make_members, make_unit, stage_list

CITY, COUNTY, TOWN, HOME = "4116", "411621", "411621001", "411621001001"
SIBLING = "411621001002"
OTHER_TOWN, OTHER_COUNTY, OTHER_CITY = "411621003201", "411622100001", "411721100001"
HOUSE, NEXT_HOUSE = HOME + "0001", HOME + "0002"
COMMUNITIES = (HOME, SIBLING, OTHER_TOWN, OTHER_COUNTY, OTHER_CITY)
ELSEWHERE = [
    Division("410000000000", "河南省", 1, ""),
    Division("411600000000", "周口市", 2, "410000000000"),
    Division("411700000000", "驻马店市", 2, "410000000000"),
    Division("411622000000", "西华县", 3, "411600000000"),
    Division("411622100000", "城关镇", 4, "411622000000"),
    Division("411622100001", "北关居民委员会", 5, "411622100000"),
    Division("411721000000", "西平县", 3, "411700000000"),
    Division("411721100000", "柏城街道", 4, "411721000000"),
    Division("411721100001", "东关居民委员会", 5, "411721100000"),
]
NATURAL = {
    "county_dispatcher": COUNTY, "county_health": COUNTY, "command": CITY, "township_dispatcher": TOWN,
    "storekeeper": COUNTY, "fund_officer": COUNTY, "policy_officer": COUNTY, "approval_officer": COUNTY,
    "sending_unit_officer": COUNTY, "laboratory": COUNTY, "inspector": HOME,
    "security_admin": COUNTY,
}  # fmt: skip
"""Where a role sits that is bound neither to a community nor to a building; inspectors are sent to a community."""
NEAREST = {4: OTHER_CITY, 6: OTHER_COUNTY, 9: OTHER_TOWN, 12: SIBLING, 16: NEXT_HOUSE}
"""The closest place outside a grant, by the length of its path."""
PER_HOME = 2


@dataclass(frozen=True)
class Somebody:
    """A resident of the stage."""

    id: int
    number: int
    path: str
    name: str

    @property
    def code(self) -> str:
        """The printed code."""
        return format_code(self.number)

    @property
    def marks(self) -> tuple[str, str, str]:
        """What gives this person away on a page."""
        return self.name, self.code, group_code(self.code)


@dataclass(frozen=True)
class Seat:
    """One role in its narrowest usual grant. inside, outside: paths of places (a community, or a building)."""

    role: str
    scope: str
    path: str
    grids: tuple[int, ...]
    account: int
    grant: int
    token: str
    inside: str
    outside: str
    unit: str = ""

    @property
    def reach(self) -> str:
        """The building a grid or building grant is really about, else the path of the grant."""
        return HOUSE if self.scope == "grid" else self.path


@dataclass
class Scene:
    """Handles to what was made."""

    policy: Policy
    incident: int = 0
    people: dict[str, list[Somebody]] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    rounds: dict[str, int] = field(default_factory=dict)
    tubes: dict[str, uuid.UUID] = field(default_factory=dict)
    tube_numbers: dict[str, int] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    drawings: dict[str, int] = field(default_factory=dict)
    """A sent plan of buildings in each community, judged and not taken."""
    kept: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    links: dict[str, int] = field(default_factory=dict)
    lists: dict[str, int] = field(default_factory=dict)
    objections: dict[str, int] = field(default_factory=dict)
    transfers: dict[str, int] = field(default_factory=dict)
    zones: dict[str, int] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)
    """Incidents that are proposed elsewhere, by path."""
    volunteers: dict[str, dict[str, str]] = field(default_factory=dict)
    plans: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    duty: dict[str, dict[str, str]] = field(default_factory=dict)
    """A post, its running shift, the slot of somebody who is late, and the printed code, in each community."""
    members: dict[str, Somebody] = field(default_factory=dict)
    member_files: dict[str, int] = field(default_factory=dict)
    pairings: dict[str, dict[str, str]] = field(default_factory=dict)
    """One organisation and one member of it in each community."""
    member_links: dict[str, int] = field(default_factory=dict)
    service_objections: dict[str, int] = field(default_factory=dict)
    teams: dict[str, int] = field(default_factory=dict)
    needs: dict[str, int] = field(default_factory=dict)
    missions: dict[str, int] = field(default_factory=dict)
    """In each community a team of its organisation, a need, and a sending of the team to it that waits for consent."""
    stranger: tuple[int, int] = (0, 0)
    """Account and grant of somebody who works in another county."""

    def everybody(self) -> list[Somebody]:
        """Every resident."""
        return [one for people in self.people.values() for one in people]

    def at(self, path: str) -> list[Somebody]:
        """Residents at a path."""
        return [one for one in self.everybody() if one.path.startswith(path)]

    def enter(self, role: str) -> Actor:
        """Enter a role's scope in the running transaction of the page role."""
        actor = enter(token_digest(self.seats[role].token))
        assert actor is not None, role
        return actor


def run(statement: str, *values: Any, many: bool = False) -> Any:
    """One statement as the owner; the first column of the first row, or every row."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)
        if cursor.description is None:
            return None
        rows = cursor.fetchall()
    return rows if many else (rows[0][0] if rows else None)


def build_scene(*, per_home: int = PER_HOME, homes: int = 2) -> Scene:
    """Make the stage; homes and per_home say how many people stand in each building."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    load_divisions([*shipped_divisions("fugou"), *ELSEWHERE], edition=2020)
    scene = Scene(policy())
    with transaction.atomic(using="owner"):
        for at, table in enumerate(
            (
                "access_account",
                "access_grant",
                "rounds_round",
                "residents_import_file",
                "facts_quarantine",
                "residents_change",
                "residents_transfer",
                "residents_export_request",
                "selfview_link",
                "workforce_link",
                "service_objection",
                "missions_team",
                "missions_need",
                "missions_mission",
            ),
            start=1,
        ):  # numbers that stand out in a page
            run("select setval(%s, %s)", f"{table}_id_seq", at * 1_111_111)
        for community in COMMUNITIES:
            for number in (1, 2):
                _settle(scene, community, f"{community}{number:04d}", homes, per_home)
        grid = run(
            "insert into areas_grid (net, path, code, name, started_on) values ('community', %s, '01', '一网格', '2022-01-01') "
            "returning id", HOME,
        )  # fmt: skip
        run("insert into areas_grid_building (grid_id, net, building_id, path, from_on) "
            "select %s, 'community', id, path, '2022-01-01' from areas_building where path = %s", grid, HOUSE)  # fmt: skip
        run("update residents_presence set grid_id = %s where path like %s", grid, HOUSE + "%")
        _staff(scene)
        _seat_everybody(scene, grid)
        _open_incidents(scene)
        _work(scene)
    run("select metrics_fold()")
    _keep_files(scene)
    _keep_tasks(scene)
    return scene


def build_first_hour() -> Scene:
    """The stage before anything has happened: divisions and seats, no building, nobody, no incident."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    load_divisions([*shipped_divisions("fugou"), *ELSEWHERE], edition=2020)
    scene = Scene(policy())
    with transaction.atomic(using="owner"):
        grid = run(
            "insert into areas_grid (net, path, code, name, started_on) values ('community', %s, '01', '一网格', '2022-01-01') "
            "returning id", HOME,
        )  # fmt: skip
        _seat_everybody(scene, grid)
    return scene


def _settle(scene: Scene, community: str, building: str, homes: int, per_home: int, *, first: int = 0) -> None:
    box, blind = standing_box(community), system_box().blind
    name = f"{int(building[12:])}号楼"
    run("insert into areas_building (path, name) values (%s, %s) on conflict do nothing", building, name)
    made = scene.people.setdefault(community, [])
    for home in range(first, first + homes):
        path = f"{building}01{home + 1:03d}"
        household = run("insert into residents_household (path, sealed, state) values (%s, %s, 'lived_in') returning id",
                        path, seal(box, {"door": f"{home + 1}01"}, HOUSEHOLD))  # fmt: skip
        for _ in range(per_home):
            count = len(scene.everybody())
            called = f"司徒{chr(0x5201 + count)}{chr(0x6E80 + count)}"
            number = 20_000_000 + count * 37
            person = run(
                "insert into residents_person (code, household_id, path, sealed, sex, born_year, kind, tags, present) "
                "values (%s, %s, %s, %s, 1, 1980, 1, '{1}', true) returning id",
                number, household, path, seal(box, {"name": called, "phone": "138****0000"}, PERSON),
            )  # fmt: skip
            run("insert into residents_presence (path, person_id, why) values (%s, %s, 1)", path, person)
            secret = {"paper": "resident", "number": f"9900{count:014d}"}
            run("insert into residents_secret (person_id, identity_blind, sealed) values (%s, %s, %s)",
                person, blind(f"identity:{secret['number']}"), seal(box, secret, SECRET))  # fmt: skip
            made.append(Somebody(person, number, path, called))
    run("insert into metrics_delta values ('residents.present', '', current_date, %s, %s)", building, homes * per_home)
    run("insert into metrics_delta values ('residents.households', '', current_date, %s, %s)", building, homes)


def grow(scene: Scene, *, buildings: int, homes: int, per_home: int) -> None:
    """More buildings with more people in every community, the first building and its grid included."""
    with transaction.atomic(using="owner"):
        for community in COMMUNITIES:
            for number in range(3, 3 + buildings):
                _settle(scene, community, f"{community}{number:04d}", homes, per_home)
        grid = run("select grid_id from areas_grid_building where path = %s", HOUSE)
        _settle(scene, HOME, HOUSE, homes, per_home, first=PER_HOME)
        run("update residents_presence set grid_id = %s where path like %s", grid, HOUSE + "%")
    run("select metrics_fold()")


def _staff(scene: Scene) -> None:
    """In every community one organisation and one member of it, who lives in its first building."""
    run(
        "select setval('plans_plan_id_seq', 8812345), setval('workforce_organisation_id_seq', 7711), "
        "setval('workforce_member_id_seq', 99119911), setval('workforce_import_file_id_seq', 7733991)"
    )
    for at, community in enumerate(COMMUNITIES):
        scene.units[community] = make_unit(f"{community}街道办事处", path=community)
        name = f"诸葛{chr(0x5201 + at)}{chr(0x6F80 + at)}"
        scene.volunteers[community] = stage_volunteers(run, community, scene.units[community], at)
        [one] = make_members(scene.units[community], [name], home=community + "0001", codes=[80_000_000 + at * 37])
        scene.members[community] = Somebody(one, 80_000_000 + at * 37, community + "0001", name)
        scene.duty[community] = stage_duty(run, community, scene.units[community], one, at)
        scene.member_files[community] = stage_list(community)
        scene.plans[community] = stage_plan(run, community, one)
        scene.member_links[community] = run(
            "insert into workforce_link (code_hash, member_id, made_by, ends_on) values (%s, %s, 1, current_date + 9) returning id",
            hashlib.sha256(community.encode()).digest(), one,
        )  # fmt: skip
        scene.service_objections[community] = run(
            "insert into service_objection (member_id, path, line, on_day, sealed, state, role) "
            "values (%s, %s, 'missing', current_date, %s, 'open', '') returning id",
            one, community, standing_box(community).seal("少记一天".encode(), b"service_objection.sealed"),
        )  # fmt: skip
        _force(scene, community)
    scene.member_files["U"] = stage_list("U" + lineage_of(scene.units[HOME]))


def _force(scene: Scene, community: str) -> None:
    """A team, a need and a mission of one community."""
    unit = scene.units[community]
    scene.teams[community] = run(
        "insert into missions_team (organisation_id, name, kind, path, skills, state, since_on, made_by) "
        "values (%s, %s, 'reserve', %s, '{}', 'ready', current_date, 1) returning id", unit, f"{community}预备队", community,
    )  # fmt: skip
    scene.needs[community] = run(
        "insert into missions_need (path, beyond, kind, purpose, skills, people, severity, from_on, until_on, state, "
        "raised_on, raised_by) values (%s, '', 'reserve', 'gates', '{}', 5, 2, current_date, current_date + 9, "
        "'open', current_date, 1) returning id", community,
    )  # fmt: skip
    scene.missions[community] = run(
        "insert into missions_mission (need_id, team_id, kind, team_name, from_path, to_path, beyond, people, across, state, why, "
        "until_on, turns, start_minute, proposed_by, ended_why) values (%s, %s, 'reserve', %s, %s, %s, '', 1, false, 'proposed', '{}', "
        "current_date + 9, 0, 480, 1, '') returning id",
        scene.needs[community], scene.teams[community], f"{community}预备队", community, community,
    )  # fmt: skip
    for path in (community, f"U{lineage_of(unit)}"):
        run("insert into missions_seat (path, team_id) values (%s, %s)", path, scene.teams[community])
        run("insert into missions_seat (path, mission_id) values (%s, %s)", path, scene.missions[community])


def _grant_path(role: str, scope: str) -> str:
    usual = {"self": "", "none": "", "assigned": HOUSE}
    return NATURAL.get(role, usual.get(scope, HOME))


def _seat_everybody(scene: Scene, grid: int) -> None:
    """One account, grant and session for each role, made set by set without hashing any password."""
    sealed = system_box().seal("测试员".encode(), b"access_account.name")
    seats = {role: (line.scope, _grant_path(role, line.scope)) for role, line in scene.policy.roles.items()}
    for role, (scope, path) in {**seats, "stranger": ("area", OTHER_COUNTY)}.items():
        grids = (grid,) if scope == "grid" else ()
        unit = lineage_of(scene.units[HOME]) if scope == "organisation" and scene.units else ""
        token = f"only-for-tests-{role}"
        account = run(
            "insert into access_account (username, name_sealed, password, language, active, failed) "
            "values (%s, %s, '!', '', true, 0) returning id", role, sealed,
        )  # fmt: skip
        grant = run(
            "insert into access_grant (account_id, role, scope, path, grids, unit) values (%s, %s, %s, %s, %s, %s) returning id",
            account, "medic" if role == "stranger" else role, scope, path, list(grids), unit,
        )  # fmt: skip
        run(
            "insert into access_session (token_hash, account_id, grant_id, kind, device, expires_at) "
            "values (%s, %s, %s, 'web', '', now() + interval '1 day')", hashlib.sha256(token.encode()).digest(), account, grant,
        )  # fmt: skip
        if role == "stranger":
            scene.stranger = (account, grant)
            continue
        inside = HOUSE if len(path) > 12 or grids else HOME
        outside = NEXT_HOUSE if grids else NEAREST.get(len(path), SIBLING)
        scene.seats[role] = Seat(role, scope, path, grids, account, grant, token, inside, outside, unit)


def _open_incidents(scene: Scene) -> None:
    """One over the city that is open, with a zone over each community; others proposed beside it."""
    run("select setval('incidents_incident_id_seq', 21111), setval('incidents_zone_id_seq', 5555555)")
    insert = (
        "insert into incidents_incident (name, path, playbook, edition, drill, state, proposed_by, opened_by, opened_at) "
        "values (%s, %s, 'covid-2022', 'cn-ed8', true, %s, 1, 2, now()) returning id"
    )
    scene.incident = run(insert, "2022年3月疫情", CITY, "open")
    run("select incidents_make_partitions(%s::smallint)", scene.incident)
    keystore().make(f"incident-{scene.incident}")
    for path in (*COMMUNITIES[1:3], OTHER_COUNTY[:6], OTHER_CITY[:6]):
        scene.others[path] = run(insert, f"别处事件{path}", path, "proposed")
    for community in COMMUNITIES:
        scene.zones[community] = run(
            "insert into incidents_zone (incident_id, path, level, reason, state, proposed_by, approved_by, from_at) "
            "values (%s, %s, 'lockdown', '新增病例', 'live', 1, 2, now()) returning id", scene.incident, community,
        )  # fmt: skip
    proof = {"destroyed": {"rows": {}, "key": "", "key_fingerprint": ""}, "log": {"facts": 0}, "proves": [], "cannot_prove": [],
             "backups_before": {"backup": [], "keys": []}}  # fmt: skip
    for path, number in {CITY: scene.incident, **scene.others}.items():
        run("insert into retirement_retirement (incident_id, path, closed_at, wait_days, released, record, certificate) "
            "values (%s, %s, now(), 0, '{}', '{}', %s)", number, path, json.dumps({"public_key": "AAAA", "body": proof}))  # fmt: skip


def _work(scene: Scene) -> None:
    """A round over each county, and for the siblings one of their own; in every community a positive tube and an import."""
    scene.rounds["screening"] = run(
        "insert into rounds_round (incident_id, kind, name, path, tube_size, edition, state, opened_by) "
        "values (%s, 'screening', '摸排', %s, 10, '', 'open', 1) returning id", scene.incident, CITY,
    )  # fmt: skip
    for at, path in enumerate((COUNTY, *COMMUNITIES[1:3], OTHER_COUNTY[:6], OTHER_CITY[:6])):
        scene.rounds[path] = run(
            "insert into rounds_round (incident_id, kind, name, path, tube_size, edition, state, opened_by) "
            "values (%s, 'testing', %s, %s, 10, '', 'open', 1) returning id", scene.incident, f"第{at + 1}轮", path,
        )  # fmt: skip
    box = incident_box(scene.incident)
    for at, community in enumerate(COMMUNITIES):
        _sampled(scene, at, community, box)
        _files(scene, community)
        scene.held[community] = hold(community, account=999)
        _ledger_life(scene, community)
        scene.pairings[community] = stage_pairings(
            run, community, unit=scene.units[community], member=scene.members[community].id, incident=scene.incident,
            hidden=box.pseudonym(scene.people[community][1].number),
        )  # fmt: skip


def _sampled(scene: Scene, at: int, community: str, box: Box) -> None:
    """A positive tube of two people, somebody who was not there, a visit, a site, and what the office was told."""
    number, tube = round_over(scene, community), uuid.UUID(int=0x0180_0000_0000_7000_8000 << 48 | at)
    members = [scene.people[community][0], scene.at(community + "0002")[0]]
    hidden = [box.pseudonym(one.number) for one in members]
    scene.tubes[community], scene.tube_numbers[community] = tube, 900 + at
    run("insert into rounds_tube (incident, id, round_id, code, area, size, people, filled_at, account_id, result, result_at) "
        "values (%s, %s, %s, %s, %s, 2, %s, now(), 1, 'positive', now())", scene.incident, tube, number, 900 + at, community,
        b"".join(one.to_bytes(8, "big", signed=True) for one in hidden))  # fmt: skip
    for one, person in zip(members, hidden, strict=True):
        keys = (scene.incident, number, person, one.path, tube)
        run(
            "insert into rounds_sample (incident, round_id, person, path, tube, at) values (%s, %s, %s, %s, %s, now())",
            *keys,
        )
        run(
            "insert into rounds_repeat (incident, round_id, person, path, tube, at) values (%s, %s, %s, %s, %s, now())",
            *keys,
        )
        run("insert into rounds_isolation (incident, round_id, person, path, pool, since) "
            "values (%s, %s, %s, %s, %s, now())", *keys)  # fmt: skip
    away = scene.people[community][1]
    run("insert into rounds_not_sampled (incident, round_id, person, path, reason, at, account_id) "
        "values (%s, %s, %s, %s, 'away', now(), 1)", scene.incident, number, box.pseudonym(away.number), away.path)  # fmt: skip
    run("insert into rounds_visit (incident, round_id, household, path, outcome, people, sealed, at, account_id) "
        "values (%s, %s, %s, %s, 'entered', 2, '\\x01', now(), 1)", scene.incident, number, at, away.path)  # fmt: skip
    run(
        "insert into rounds_site (round_id, path, name, desks, samplers) values (%s, %s, '采样点', 1, 2)",
        number,
        community,
    )
    run(
        "insert into metrics_delta values ('rounds.expected', %s, current_date, %s, 4)",
        str(number),
        community + "0001",
    )
    run("insert into worklist_item (incident_id, path, for_role, what, subject, source, link, urgency) "
        "values (%s, %s, '', 'rounds.isolate_pool', %s, 'rounds', '/', 2)", scene.incident, community, str(tube))  # fmt: skip


def _files(scene: Scene, community: str) -> None:
    """A list of residents and a drawn plan, both waiting for a decision."""
    scene.files[community] = run(
        "insert into residents_import_file (sha256, path, register, name, mapping, rows, state, counts, account_id) "
        "values (%s, %s, 'household', '名册.xlsx', '{}', 1, 'staged', '{\"new\": 1}', 1) returning id",
        hashlib.sha256(community.encode()).digest(), community,
    )  # fmt: skip
    scene.drawings[community] = run(
        "insert into areas_outline_import (path, filename, digest, state, drawing, settings, counts, notes, made_by) "
        "values (%s, '图.geojson', %s, 'staged', %s, '{}', '{}', '[]', 1) returning id",
        community, community, pack(Drawing("geojson", "utf-8", [], [], [], [], {})),
    )  # fmt: skip
    run("insert into areas_outline_row (file_id, number, path, what, name, compound, layer, ref, code, geometry, area_m2, longitude, "
        "latitude, verdict, reason, building_path, made, decided) values (%s, 1, %s, 'building', '', '', '', '', '', "
        "'{\"type\": \"Polygon\", \"coordinates\": []}', 400, 0, 0, 'person', '', '', false, false)",
        scene.drawings[community], community)  # fmt: skip


def _ledger_life(scene: Scene, community: str) -> None:
    """A dated change of somebody, and a transfer that waits: into the first community, elsewhere between two others."""
    one = scene.people[community][0]
    scene.changes[community] = run(
        "insert into residents_change (on_day, kind, path, person_id, role) values ('2022-03-20', 'residence', %s, %s, '') returning id",
        one.path, one.id,
    )  # fmt: skip
    scene.lists[community] = run(
        "insert into residents_export_request (path, purpose, people, state, asked_by) "
        "values (%s, 'audit', 600, 'asked', 999) returning id",
        community,
    )  # fmt: skip
    scene.links[community] = run(
        "insert into selfview_link (code_hash, person_id, path, made_by, ends_on) values (%s, %s, %s, 999, '2100-01-01') returning id",
        community.encode(), one.id, one.path,
    )  # fmt: skip
    scene.objections[community] = run(
        "insert into selfview_objection (person_id, path, what, sealed, state) values (%s, %s, 'wrong', %s, 'open') returning id",
        one.id, one.path, standing_box(community).seal("电话不对".encode(), b"selfview_objection.sealed"),
    )  # fmt: skip
    stranger = scene.people.get(OTHER_TOWN if community == HOME else OTHER_CITY, [None])[0]
    goes_to = scene.people[community][1].path
    scene.transfers[community] = run(
        "insert into residents_transfer (what, from_path, to_path, person_id, sealed, state, asked_by) "
        "values ('move', %s, %s, %s, %s, 'asked', 999) returning id",
        stranger.path if stranger else OTHER_CITY, goes_to, 1_000_000 + len(scene.transfers),
        seal(standing_box(community), {"name": "", "reason": ""}, b"residents_transfer.sealed"),
    )  # fmt: skip


def hold(path: str, *, account: int) -> int:
    """A fact in quarantine, sent by an account; returns its number."""
    return int(run(
        "insert into facts_quarantine (fact_id, kind, outcome, code, path, account_id, digest, sealed) "
        "values (gen_random_uuid(), 'rounds.tube_filled/1', 'refused', 'fact.kind_unknown', %s, %s, "
        "sha256(gen_random_uuid()::text::bytea), %s) "
        "returning id", path, account, system_box().seal(b'{"payload": {}}', b"facts_quarantine.sealed"),
    ))  # fmt: skip


def round_over(scene: Scene, path: str) -> int:
    """The round over a place: its own where there is one, else its county's."""
    return scene.rounds.get(path[:12]) or scene.rounds[path[:6]]


def _keep_files(scene: Scene) -> None:
    """A sent table waiting for a decision, for each role that imports."""
    table = "姓名,身份证号,楼号,门牌\n王某,990000199001010011,1,101\n".encode()
    for role, seat in scene.seats.items():
        if scene.policy.grants(role, "other:import") and seat.inside == HOME:
            with transaction.atomic():
                look = uploads.keep(
                    actor=scene.enter(role), data=table, area_path=HOME, register="household", name="名册.csv"
                )
            scene.kept[role] = look.token


def _keep_tasks(scene: Scene) -> None:
    """Work on a large list of members that broke off, for each role that keeps members."""
    for role, seat in scene.seats.items():
        if scene.policy.grants(role, "other:keep_members"):
            token = scene.tasks[role] = kept.new_token("411621")
            broken = beside.Progress(
                "members_import", "stage", "failed", account_id=seat.account, code="jobs.broke_off"
            )
            kept.put(token, "progress", [msgspec.json.encode(broken)])
