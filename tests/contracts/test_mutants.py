# ruff: noqa: E501, PLW0108  (a table of mistakes, one a line)
"""Seeded authorisation mistakes: each is planted, and a focused probe of the access matrix must find it.

Mistakes in SQL are planted in a transaction of the owner that is rolled back; inside it the page role is put on, so
policies bind as they do in production. Mistakes in Python are planted by replacing one function.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from django.db import DatabaseError, connection, connections, transaction

from lianfang.base.access import actor as actor_module
from lianfang.base.access import views_support
from lianfang.base.access.actor import Actor
from lianfang.domain.residents import uploads
from lianfang.kernel.errors import LianfangError
from tests.contracts.asking import all_routes
from tests.contracts.oracle import policy
from tests.contracts.rows import wrong_rows
from tests.contracts.scene import HOME, HOUSE, Scene, build_scene
from tests.contracts.walk import Probe

pytestmark = pytest.mark.row("B1")
Find = Callable[[Probe], list[str]]


@pytest.fixture(scope="module")
def probe(database: object) -> Probe:
    """The stage and its clients."""
    return Probe(build_scene())


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="django.request")


# ----------------------------------------------------------------------------------------------------------- probes


def routes(role: str, *names: str) -> Find:
    """What a role finds wrong on some routes."""
    return lambda probe: probe.walk(role, list(names))


def rows(*roles: str) -> Find:
    """What is wrong with the rows that roles read by plain SQL."""
    return lambda probe: [said for role in roles for said in wrong_rows(probe.scene, role)]


def value(role: str, statement: str, wanted: object, *values: Any) -> Find:
    """A statement that must give one value, or be refused (wanted None), in a role's scope; '' enters nobody's."""

    def find(probe: Probe) -> list[str]:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                if role:
                    probe.scene.enter(role)
                cursor.execute(statement, [one(probe.scene) if callable(one) else one for one in values])
                row = cursor.fetchone() if cursor.description else ("done",)
                transaction.set_rollback(True)
        except DatabaseError:
            row = None
        found = row[0] if row else None
        return [] if found == wanted else [f"{role}: {statement} gives {found!r} instead of {wanted!r}"]

    return find


def dead_sessions(probe: Probe) -> list[str]:
    """Sessions that must open nothing: of an ended, a future and an expired grant, ended, expired, of a closed account."""
    found = []
    seat = probe.scene.seats["community_clerk"]
    for said, change in DEAD.items():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("reset role")
            cursor.execute(change, {"account": seat.account})
            cursor.execute("set local role lianfang_app")
            cursor.execute("select count(*) from access_enter(sha256(%s))", [seat.token.encode()])
            if cursor.fetchone()[0]:
                found.append(f"a session opens although {said}")
            transaction.set_rollback(True)
    return found


DEAD = {
    "its grant has ended": "update access_grant set ends_at = now() where account_id = %(account)s",
    "its grant has not begun": "update access_grant set starts_at = now() + interval '1 hour' where account_id = %(account)s",
    "it was ended": "update access_session set ended_at = now() where account_id = %(account)s",
    "it has expired": "update access_session set expires_at = now() where account_id = %(account)s",
    "the account is closed": "update access_account set active = false where id = %(account)s",
}


def admitted(probe: Probe) -> list[str]:
    """What the door's own question answers for every role, inside and outside, alive and ended."""
    found = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("reset role")
        cursor.execute(
            "update access_session set ended_at = now() where account_id = %s", [probe.scene.seats["sampler"].account]
        )
        cursor.execute(
            "update access_grant set ends_at = now() where account_id = %s", [probe.scene.seats["grid_worker"].account]
        )
        cursor.execute("set local role lianfang_door")
        for role, seat in probe.scene.seats.items():
            for path in (HOME, seat.outside[:12]):
                cursor.execute(
                    "select state from facts_admit(array[sha256(%s)], array[%s], array['visit'])",
                    [seat.token.encode(), path],
                )
                state, wanted = cursor.fetchone()[0], "ok"
                if role == "sampler":
                    wanted = "session"
                elif role == "grid_worker":
                    wanted = "grant"
                elif not probe.scene.policy.grants(role, "record:visit"):
                    wanted = "verb"
                elif not path.startswith(seat.path[:12]):
                    wanted = "area"
                if state != wanted and not (seat.path.startswith(HOUSE) and wanted == "ok"):
                    found.append(f"{role} at {path}: {state} instead of {wanted}")
        transaction.set_rollback(True)
    return found


def same_rights(probe: Probe) -> list[str]:
    """Rights in the database that the policy does not grant."""
    with connection.cursor() as cursor:
        cursor.execute("select role, kind, object, level from access_right")
        held = cursor.fetchall()
    extra = [row for row in held if not probe.scene.policy.grants(row[0], ":".join(part for part in row[1:] if part))]
    return [f"{row} is not granted" for row in extra]


def person(path: str) -> Callable[[Scene], int]:
    """The number of somebody at a place."""
    return lambda scene: scene.at(path)[0].id


# ---------------------------------------------------------------------------------------------------------- mutants


@dataclass(frozen=True)
class InSql:
    """A mistake in SQL: statements to run, or a function of which one piece of text is replaced."""

    name: str
    find: Find
    statement: str = ""
    function: str = ""
    old: str = ""
    new: str = ""


RANGE = "path >= (select access_low()) and path < (select access_high())"
MASKED = "(select access_sees('residents', 'masked'))"
BY_CODE = value(
    "community_clerk", "select count(*) from residents_by_code(%s, 'visit')", 0, lambda scene: scene.at("411621001002")[0].number
)  # fmt: skip
OPENED = "select residents_open_secret(%s, 'identity_check') is null"

SQL_MUTANTS = [
    InSql("presence without any range", rows("community_clerk"), f"alter policy in_scope on residents_presence using ({MASKED})"),
    InSql("presence without its upper bound", routes("community_clerk", "residents-person"),
          f"alter policy in_scope on residents_presence using (path >= (select access_low()) and {MASKED})"),
    InSql("presence without its lower bound", rows("township_dispatcher", "paired_cadre", "county_dispatcher", "medic") ,
          f"alter policy in_scope on residents_presence using (path < (select access_high()) and {MASKED}); "
          "update residents_presence set path = '411621000999' || substr(path, 13) where path like '411721%'"),
    InSql("presence for roles that see nobody", rows("storekeeper"), f"alter policy in_scope on residents_presence using ({RANGE})"),
    InSql("presence without grids", routes("grid_worker", "residents-person", "round-missing"), "drop policy in_grid on residents_presence"),
    InSql("grids by or instead of and", rows("grid_worker"),
          "drop policy in_grid on residents_presence; create policy in_grid on residents_presence to lianfang_app using "
          "((select access_grids()) is null or grid_id = any ((select access_grids())::int[]))"),
    InSql("households without a range", rows("building_lead"), f"alter policy in_scope on residents_household using ({MASKED})"),
    InSql("households without grids", rows("grid_worker"), "drop policy in_grid on residents_household"),
    InSql("buildings without grids", routes("grid_worker", "residents-area"), "drop policy in_grid on areas_building"),
    InSql("people apart from their presence", rows("property_manager"), "alter policy through_presence on residents_person using (true)"),
    InSql("people without row security", rows("sampler"), "alter table residents_person disable row level security"),
    InSql("imports without a range", routes("community_clerk", "import-file", "import-discard"),
          "alter policy in_scope on residents_import_file using ((select access_may('other', 'import')))"),
    InSql("imports without the right", rows("medic"), f"alter policy in_scope on residents_import_file using ({RANGE})"),
    InSql("tubes without a range", rows("community_clerk"), "alter policy in_scope on rounds_tube using (true)"),
    InSql("isolation without grids", rows("grid_worker"), "drop policy in_grid on rounds_isolation"),
    InSql("samples for every task", rows("storekeeper"), "drop policy for_the_task on rounds_sample"),
    InSql("rounds of everybody", routes("community_clerk", "round"), "alter policy touching on rounds_round using (true)"),
    InSql("incidents of everybody", routes("community_clerk", "incidents:one"), "alter policy touching on incidents_incident using (true)"),
    InSql("zones of everybody", routes("community_clerk", "incidents:zone"), "alter policy touching on incidents_zone using (true)"),
    InSql("figures without a range", rows("community_clerk"),
          "alter policy in_scope on metrics_value using ((select access_sees('metrics', 'figures')))"),
    InSql("figures for everybody inside", rows("medic"), f"alter policy in_scope on metrics_value using ({RANGE})"),
    InSql("work of other places", rows("community_clerk"), "alter policy in_scope on worklist_item using (true)"),
    InSql("quarantine for everybody inside", routes("community_clerk", "quarantine-one"),
          f"alter policy owner_or_sender on facts_quarantine using ({RANGE})"),
    InSql("looks for everybody", value("county_dispatcher", "select count(*) from vault_look", 0),
          "alter policy auditor on vault_look using (true); insert into vault_look (account_id, role, person_id, path, purpose, fields) "
          "values (1, 'x', 1, '41', 'visit', 'name')"),
    InSql("a grant on identity and phone", value("community_clerk", "select count(*) from residents_secret", None),
          "grant select on residents_secret to lianfang_app; create policy p on residents_secret to lianfang_app using (true)"),
    InSql("a grant on sessions", value("", "select count(token_hash) from access_session", None),
          "grant select on access_session to lianfang_app"),
    InSql("a grant on signing in", value("", "select access_login_done(1, 1, '\\x01', 'web', '', 12)", None),
          "grant execute on function access_login_done(bigint, bigint, bytea, text, text, int) to lianfang_app"),
    InSql("a grant on the seal of the scope", value("", "select length(access_mac('x'))", None),
          "grant execute on function access_mac(text) to lianfang_app"),
    InSql("a right too many", same_rights, "insert into access_right (role, kind, object, level) values ('sampler', 'see', 'residents', 'open')"),
    InSql("ended grants go on", dead_sessions, function="access_enter(bytea)", old="and (g.ends_at is null or g.ends_at > now())"),
    InSql("future grants begin early", dead_sessions, function="access_enter(bytea)", old="and g.starts_at <= now()"),
    InSql("ended sessions go on", dead_sessions, function="access_enter(bytea)", old="and s.ended_at is null"),
    InSql("expired sessions go on", dead_sessions, function="access_enter(bytea)", old="and s.expires_at > now()"),
    InSql("closed accounts go on", dead_sessions, function="access_enter(bytea)", old="and a.active"),
    InSql("the range of the township", rows("community_clerk"), function="access_enter(bytea)",
          old="low := live.path;\n        high := live.path || '~'", new="low := left(live.path, 9);\n        high := left(live.path, 9) || '~'"),
    InSql("a range for posts", rows("sampler"), function="access_enter(bytea)", old="('area', 'grid', 'assigned')",
          new="('area', 'grid', 'assigned', 'post', 'incident', 'establishment')"),
    InSql("no grids in the scope", rows("grid_worker"), function="access_enter(bytea)", old="when live.scope = 'grid' then", new="when false then"),
    InSql("a scope without its seal", lambda probe: _forged(probe), function="access_scope()",
          old="access_mac(left(raw, cut)) <> right(raw, 64)", new="false"),
    InSql("everybody sees everything", rows("storekeeper"), function="access_sees(text,text)", old="r.role = access_role() and ", new=""),
    InSql("everybody may do everything", rows("medic"), function="access_may(text,text)", old="r.role = access_role() and ", new=""),
    InSql("codes of the whole city", routes("sampler", "residents-code"), function="residents_by_code(bigint,text)",
          old="left(access_reach(), 6)", new="left(access_reach(), 4)"),
    InSql("codes for those who see lists", BY_CODE, function="residents_by_code(bigint,text)",
          old="and pr.path < access_high()", new=""),
    InSql("opening without the right", value("grid_worker", OPENED, None, person(HOUSE)), function="residents_open_secret(bigint,text)",
          old=" or not access_sees('residents', 'open')", new=""),
    InSql("opening without the range", value("community_clerk", OPENED, None, person("411621001002")),
          function="residents_open_secret(bigint,text)", old="and pr.path < access_high()", new=""),
    InSql("opening without a purpose", value("community_clerk", "select residents_open_secret(%s, ' ') is null", None, person(HOME)),
          function="residents_open_secret(bigint,text)", old="coalesce(trim(p_purpose), '') = ''", new="false"),
    InSql("opening without a record", lambda probe: _unrecorded(probe), function="residents_open_secret(bigint,text)",
          old="values (access_account(), access_role(), p_person, at_path, p_purpose, 'identity')",
          new="select access_account(), access_role(), p_person, at_path, p_purpose, 'identity' where false"),
    InSql("importing elsewhere", value("community_clerk", "select residents_import_check('411621001002')", None),
          function="residents_import_check(text)", old=" >= access_high()", new=" >= '~'"),
    InSql("importing without the right", value("medic", f"select residents_import_check('{HOME}')", None),
          function="residents_import_check(text)", old="not access_may('other', 'import') or", new=""),
    InSql("facts from anywhere", admitted, function="facts_admit(bytea[],text[],text[])",
          old="starts_with(f.path, g.path)", new="true"),
    InSql("facts without the right", admitted, function="facts_admit(bytea[],text[],text[])", old="when r.id is null then 'verb'", new=""),
    InSql("facts of ended sessions", admitted, function="facts_admit(bytea[],text[],text[])", old="and s.ended_at is null", new=""),
    InSql("facts of ended grants", admitted, function="facts_admit(bytea[],text[],text[])",
          old="and (g.ends_at is null or g.ends_at > now())", new=""),
    InSql("rounds opened by anybody", value("community_clerk", "insert into rounds_round (incident_id, kind, name, path, tube_size, edition, "
          f"state, opened_by) values (1, 'testing', 'x', '{HOME}', 10, '', 'open', 1)", None),
          f"alter policy opens on rounds_round with check ({RANGE})"),
    InSql("incidents proposed by anybody", value("community_head", f"select incidents_propose('x', '{HOME}', 'covid-2022', '', true) > 0", None),
          function="incidents_require(text[],text[])", old="access_may('other', v)", new="true"),
    InSql("incidents proposed anywhere", value("command", "select incidents_propose('x', '4117', 'covid-2022', '', true) > 0", None),
          function="incidents_require(text[],text[])", old='p collate "C" < access_high()', new="true"),
    InSql("buildings drawn by anybody", value("paired_cadre", f"update areas_building set name = 'x' where path = '{HOUSE}' returning path", None),
          "drop policy drawn_by_update on areas_building"),
    InSql("accounts of other counties", routes("security_admin", "account"), function="access_accounts(text,text,integer,bigint)",
          old="reach is null", new="true") ,
]  # fmt: skip


def _forged(probe: Probe) -> list[str]:
    """Rows that a scope written by hand opens."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config('lf.scope', %s, true)", ["1|1|county_dispatcher|41|41~|-|web|41" + "0" * 64])
        cursor.execute("select count(*) from residents_presence")
        count = cursor.fetchone()[0]
        transaction.set_rollback(True)
    return [f"a forged scope reads {count} rows"] if count else []


def _unrecorded(probe: Probe) -> list[str]:
    """Looks that left no record."""
    with transaction.atomic(), connection.cursor() as cursor:
        probe.scene.enter("community_clerk")
        cursor.execute(OPENED, [person(HOME)(probe.scene)])
        probe.scene.enter("audit_admin")
        cursor.execute("select count(*) from vault_look where purpose = 'identity_check'")
        count = cursor.fetchone()[0]
        transaction.set_rollback(True)
    return [] if count == 1 else [f"one look left {count} records"]


@contextmanager
def as_page_role() -> Iterator[Any]:
    """The owner's connection takes the place of the page role's, inside a transaction that ends rolled back."""
    usual, owner = connections["default"], connections["owner"]
    connections["default"] = owner
    try:
        with transaction.atomic(), owner.cursor() as cursor:
            yield cursor
            transaction.set_rollback(True)
    finally:
        connections["default"] = usual


def plant(cursor: Any, mutant: InSql) -> None:
    """Put a mistake into the database."""
    statement = mutant.statement
    if mutant.function:
        cursor.execute("select pg_get_functiondef(%s::regprocedure)", [mutant.function])
        body = cursor.fetchone()[0]
        pattern = r"\s+".join(re.escape(part) for part in mutant.old.split())
        statement, count = re.subn(pattern, lambda _: mutant.new, body, count=1)
        assert count == 1, f"{mutant.name}: the function reads otherwise now; write the mutant anew"
    cursor.execute(statement)


def test_the_probes_find_nothing_where_nothing_is_wrong(probe: Probe) -> None:
    """Otherwise a killed mutant would say nothing."""
    with as_page_role() as cursor:
        cursor.execute("set local role lianfang_app")
        for mutant in SQL_MUTANTS:
            assert mutant.find(probe) == [], mutant.name


@pytest.mark.parametrize("mutant", SQL_MUTANTS, ids=lambda mutant: mutant.name)
def test_mistakes_in_sql_are_found(probe: Probe, mutant: InSql) -> None:
    with as_page_role() as cursor:
        plant(cursor, mutant)
        cursor.execute("set local role lianfang_app")
        assert mutant.find(probe) != []


# ----------------------------------------------------------------------------------------------------------- Python


def _everybody(*_: object) -> bool:
    return True


PYTHON_MUTANTS: dict[str, tuple[Any, str, Any, Find]] = {
    "no view asks for rights": (
        views_support, "_has", _everybody, routes("medic", "import", "residents-find", "round-missing-file", "quarantine-one")
    ),
    "every grant lists": (Actor, "lists", property(lambda self: True), routes("sampler", "api-worklist", "incidents:index")),
    "every place is covered": (Actor, "covers", _everybody, routes("community_clerk", "area", "residents-area", "reports:unit")),
    "only the page's own area is asked": (
        Actor, "covers", lambda self, path: path.startswith(self.path[:9]), routes("community_clerk", "round-area", "reports:late")
    ),
    "masked means named": (
        actor_module, "sees", lambda role, what, level: policy().grants(role, f"see:{what}:{'masked' if level == 'named' else level}"),
        routes("medic", "residents-area", "round-missing"),
    ),
    "code means masked": (
        actor_module, "sees",
        lambda role, what, level: policy().grants(role, f"see:{what}:{level}") or policy().grants(role, f"see:{what}:code"),
        routes("county_health", "residents-area", "residents-person"),
    ),
    "names are not masked": (None, "lianfang.domain.residents.pages.mask_name", str, routes("property_manager", "residents-area")),
    "sent files of anybody": (None, "lianfang.domain.residents.uploads.find", None, routes("community_clerk", "import-look")),
}  # fmt: skip


def _any_upload(token: str, *, actor: Actor) -> Any:
    """`uploads.find` without asking whose file it is."""
    try:
        return msgspec.json.decode(uploads.kept.read(token, "look", uploads._LOOK), type=uploads.Look)
    except OSError:
        raise LianfangError("jobs.upload_gone") from None


@pytest.mark.parametrize("name", PYTHON_MUTANTS)
def test_mistakes_in_python_are_found(probe: Probe, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, attribute, replacement, find = PYTHON_MUTANTS[name]
    assert find(probe) == []
    if owner is None:
        monkeypatch.setattr(attribute, replacement or _any_upload)
    else:
        monkeypatch.setattr(owner, attribute, replacement)
    assert find(probe) != []


def test_a_view_that_forgets_to_ask_is_found(probe: Probe) -> None:
    """A view without its decorator carries no mark, so the test of marks in the access matrix names it."""
    asking = {name: view for name, view in all_routes() if getattr(view, "requires", ("public",)) != ("public",)}
    assert len(asking) >= 50
    assert [name for name, view in asking.items() if hasattr(view.__wrapped__, "requires")] == []


def test_there_are_enough_mutants() -> None:
    assert len(SQL_MUTANTS) + len(PYTHON_MUTANTS) >= 50
    assert len({mutant.name for mutant in SQL_MUTANTS}) == len(SQL_MUTANTS)
