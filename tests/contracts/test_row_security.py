"""Row-level security as the database really enforces it: reads without a scope, forged scopes, grants, functions, plans."""

from __future__ import annotations

import re
from typing import Any

import psycopg
import pytest

from lianfang.base.database import connect
from tests.contracts.oracle import LISTING, policy
from tests.contracts.rows import TABLES, wrong_rows
from tests.contracts.scene import Scene, build_scene

pytestmark = [pytest.mark.row("B1"), pytest.mark.pg15]

PUBLIC_ROWS = {
    "areas_area": "the public division list of the statistics bureau",
    "areas_code_change": "what became of public codes",
    "areas_boundary": "outlines of public areas",
    "access_right": "the policy itself, which the repository publishes",
    "access_role": "kinds of scope and levels of roles, a part of the same policy",
}
"""Tables that anybody may read: they speak of no person and of no county's work."""
WITHOUT_POLICIES = {"django_migrations": "written by migrations, granted to nobody"}
"""Tables without row-level security."""
PERSONAL = {
    "residents_person": ("sealed", "sex", "born_year", "tags", "kind"), "residents_household": ("sealed",),
    "residents_secret": ("sealed", "identity_blind", "person_id"),
    "access_account": ("name_sealed", "phone_sealed", "password", "username"),
    "facts_log": ("sealed",), "facts_quarantine": ("sealed",), "residents_import_row": ("sealed", "why", "path"),
    "vault_look": ("person_id", "purpose", "account_id"),
    "workforce_member": ("sealed", "sex", "born_year", "home_path"), "workforce_secret": ("sealed", "identity_blind", "contact_blind"),
    "workforce_presence": ("path",), "workforce_link": ("code_hash",),
}  # fmt: skip
"""Columns that say something about a person, which the door never reads."""
MIXED_OR = {
    ("incidents_incident", "touching"), ("incidents_zone", "touching"), ("rounds_round", "touching"), ("reports_day", "touching"),
    ("facts_quarantine", "owner_or_sender"),
}  # fmt: skip
"""Policies whose `or` does not stand between two ranges of one column: a few rows by a prefix of the reader's own path, or a
row by its sender. Each table holds at most thousands of rows, and none is a list of people."""


@pytest.fixture(scope="module")
def scene(database: connect.Target) -> Scene:
    """The stage of the access tests."""
    return build_scene()


@pytest.fixture
def app(scene: Scene, database: connect.Target) -> Any:
    """A connection of the page role."""
    with psycopg.connect(database.conninfo(connect.APP), autocommit=True) as connection:
        yield connection


@pytest.fixture
def owner(scene: Scene, database: connect.Target) -> Any:
    """A connection of the owner."""
    with psycopg.connect(database.conninfo(connect.ADMIN), autocommit=True) as connection:
        yield connection


def names(rows: list[tuple[Any, ...]]) -> list[str]:
    """The first column."""
    return [row[0] for row in rows]


def tables(owner: Any, *, partitions: bool = False) -> list[str]:
    """Tables of the product, partitions apart."""
    return names(
        owner.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') "
            "and relispartition = %s order by 1", [partitions],
        ).fetchall()
    )  # fmt: skip


def rows_without_scope(connection: Any, owner: Any) -> dict[str, int]:
    """Rows that the page role reads from every table now; tables it may not read at all are left out."""
    found = {}
    for table in tables(owner) + tables(owner, partitions=True):
        columns = names(
            connection.execute(
                "select attname::text from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped "
                "and has_column_privilege(attrelid, attnum, 'select')", [table],
            ).fetchall()
        )  # fmt: skip
        if columns:
            found[table] = connection.execute(f'select count("{columns[0]}") from "{table}"').fetchone()[0]
    return found


def test_without_a_scope_nothing_is_read_also_after_a_commit(app: Any, owner: Any, scene: Scene) -> None:
    """A pooled connection that served somebody reads '' instead of NULL from the setting, and '' precedes every path."""

    def leaks() -> dict[str, int]:
        return {
            table: rows for table, rows in rows_without_scope(app, owner).items() if rows and table not in PUBLIC_ROWS
        }

    token = scene.seats["county_dispatcher"].token
    assert leaks() == {}
    with app.transaction():
        app.execute("select * from access_enter(sha256(%s))", [token.encode()])
        assert app.execute("select count(*) from residents_presence").fetchone()[0] > 0
    assert app.execute("select current_setting('lf.scope', true)").fetchone()[0] == ""
    assert leaks() == {}
    with app.transaction():
        app.execute("select * from access_enter(sha256('no such token'))")
        assert leaks() == {}
    with pytest.raises(psycopg.errors.DivisionByZero), app.transaction():
        app.execute("select * from access_enter(sha256(%s))", [token.encode()])
        app.execute("select 1 / 0")
    assert leaks() == {}


def test_a_rolled_back_savepoint_keeps_the_scope_of_its_own_transaction_only(app: Any, scene: Scene) -> None:
    clerk, other = (scene.seats[role].token.encode() for role in ("community_clerk", "county_dispatcher"))
    with app.transaction():
        app.execute("select * from access_enter(sha256(%s))", [clerk])
        with app.transaction(force_rollback=True):
            app.execute("select * from access_enter(sha256(%s))", [other])
        assert app.execute("select access_low()").fetchone()[0] == scene.seats["community_clerk"].path


@pytest.mark.parametrize("role", policy().roles)
def test_each_role_reads_rows_of_its_grant_only(scene: Scene, role: str) -> None:
    assert wrong_rows(scene, role) == []


def test_the_list_of_scoped_tables_is_complete(owner: Any) -> None:
    """A new table with a path is either in the matrix above or says here why not."""
    elsewhere = {
        "areas_area", "areas_boundary",  # public
        "metrics_delta", "access_grant", "selfview_link", "pairings_figure", "duty_handover", "volunteers_claim",  # not readable either
        "workforce_counted",  # not readable by pages at all
        "incidents_incident", "incidents_zone", "rounds_round", "reports_day",  # known to those inside and above: test below
        "vault_look", "facts_log",  # the auditor's, whole
        "workforce_organisation", "workforce_registration", "workforce_import_unit", "missions_team",  # through a seat, a presence, a file
    }  # fmt: skip
    held = names(
        owner.execute(
            "select distinct c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname in ('path', 'area') "
            "where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition"
        ).fetchall()
    )
    assert sorted(set(held) - elsewhere - set(TABLES)) == []


@pytest.mark.parametrize("role", policy().roles)
def test_rounds_and_incidents_are_known_to_those_inside_and_above(
    scene: Scene, app: Any, owner: Any, role: str
) -> None:
    seat = scene.seats[role]
    for table in ("rounds_round", "incidents_incident"):
        with app.transaction():
            app.execute("select * from access_enter(sha256(%s))", [seat.token.encode()])
            seen = names(app.execute(f"select path from {table}").fetchall())
        every = names(owner.execute(f"select path from {table}").fetchall())
        reports = table == "rounds_round" and scene.policy.grants(
            role, "record:result"
        )  # laboratories: rounds of their reach
        below = seat.path and (seat.scope in LISTING or reports)
        wanted = [
            path
            for path in every
            if seat.path and (seat.path.startswith(path) or (below and path.startswith(seat.path)))
        ]
        assert sorted(seen) == sorted(wanted)


def test_only_the_auditor_reads_logs_and_looks(scene: Scene, app: Any, owner: Any) -> None:
    owner.execute(
        "insert into vault_look (account_id, role, person_id, path, purpose, fields) values (1, 'x', 1, '41', 'visit', 'name')"
    )
    owner.execute("insert into access_event (what, detail) values ('signed_in', '')")
    owner.execute("insert into facts_log (incident, id, kind, area, recorded_at, account_id, grant_id, digest, sealed) "
                  "values (1, gen_random_uuid(), 'k', '41', now(), 1, 1, '', '')")  # fmt: skip
    for role, seat in scene.seats.items():
        with app.transaction():
            app.execute("select * from access_enter(sha256(%s))", [seat.token.encode()])
            for table in ("vault_look", "access_event", "facts_log"):
                seen = app.execute(f"select count(*) from {table}").fetchone()[0]
                assert (seen > 0) == (role == "audit_admin"), (role, table)


def test_every_table_has_row_security(owner: Any) -> None:
    without = names(
        owner.execute(
            "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') "
            "and not relrowsecurity"
        ).fetchall()
    )
    assert sorted(without) == sorted(WITHOUT_POLICIES)
    for table in WITHOUT_POLICIES:
        for role in connect.ROLES:
            assert owner.execute(
                "select has_table_privilege(%s, %s, 'select, insert, update, delete')", [role, table]
            ).fetchone() == (False,)


def test_child_partitions_are_granted_to_nobody(owner: Any) -> None:
    children = tables(owner, partitions=True)
    assert len(children) >= 14
    granted = owner.execute(
        "select relname, relacl::text from pg_class where relname = any (%s) and relacl is not null "
        "and (relacl::text ~ 'lianfang_(app|door)' or relacl::text ~ '[{,]=')", [children],
    ).fetchall()  # fmt: skip
    assert granted == []


def test_nothing_is_granted_to_everybody(owner: Any) -> None:
    """Neither tables, sequences, functions nor the schema itself."""
    open_tables = owner.execute(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relacl::text ~ '[{,]='"
    ).fetchall()
    open_functions = owner.execute(
        "select oid::regprocedure::text from pg_proc where pronamespace = 'public'::regnamespace "
        "and prorettype <> 'trigger'::regtype and has_function_privilege('public', oid, 'execute')"
    ).fetchall()
    assert (open_tables, open_functions) == ([], [])
    assert owner.execute("select nspacl::text ~ '[{,]=' from pg_namespace where nspname = 'public'").fetchone() == (
        False,
    )


def test_functions_of_the_owner_have_a_fixed_search_path(owner: Any) -> None:
    loose = owner.execute(
        "select oid::regprocedure::text from pg_proc where pronamespace = 'public'::regnamespace and prosecdef "
        "and not coalesce(proconfig, '{}') @> array['search_path=public, pg_temp']"
    ).fetchall()
    assert loose == []


def test_no_function_is_parallel_safe(owner: Any) -> None:
    """The scope's seal holds the backend's number; a parallel worker has another, and would see nothing."""
    assert names(owner.execute(
        "select proname::text from pg_proc where pronamespace = 'public'::regnamespace and proname like 'access%' and proparallel <> 'u'"
    ).fetchall()) == []  # fmt: skip


def test_no_policy_has_an_or_between_ranges(owner: Any) -> None:
    """Such a policy took one village list from 0.7 ms to 6.6 s."""
    rows = owner.execute(
        "select tablename::text, policyname::text, coalesce(qual, '') || ' ' || coalesce(with_check, '') from pg_policies "
        "where schemaname = 'public'"
    ).fetchall()
    found = {
        (table, name)
        for table, name, text in rows
        if len(re.findall(r"access_low\(\)", text)) and " OR " in text.upper()
    }
    shared = {
        (table, name) for table, name in found if table == "worklist_item"
    }  # for one person, or for an office: no range
    assert found - shared == MIXED_OR
    assert [text for table, name, text in rows if len(re.findall(r"access_low\(\)", text)) > 1] == []


def test_every_policy_of_pages_asks_the_scope(owner: Any) -> None:
    """A permissive policy for the page role that asks nothing opens a table to everybody signed in."""
    rows = owner.execute(
        "select tablename::text, policyname::text from pg_policies where schemaname = 'public' and 'lianfang_app' = any (roles) "
        "and permissive = 'PERMISSIVE' and coalesce(qual, '') || coalesce(with_check, '') !~ "
        "'access_|residents_presence|workforce_presence|workforce_seat|missions_seat'"
    ).fetchall()
    assert {table for table, _ in rows} == set(PUBLIC_ROWS)


FORGED = [
    "select set_config('lf.scope', '1|1|county_dispatcher|411621|411621~|-|web|411621' || repeat('0', 64), true)",
    "select set_config('lf.scope', '1|1|county_dispatcher|411621|411621~|-|web|411621' || "
    "encode(sha256('1|1|county_dispatcher|411621|411621~|-|web|411621'), 'hex'), true)",
    "select set_config('lf.scope', '1|1|county_dispatcher|41|41~|-|web|41', true)",
    "select set_config('lf.scope', repeat('0', 64), true)",
    "set local lf.scope = '1|1|command|41|41~|-|web|41'",
]


@pytest.mark.parametrize("statement", FORGED)
def test_a_forged_scope_opens_nothing(app: Any, statement: str) -> None:
    with app.transaction():
        app.execute(statement)
        assert (
            app.execute(
                "select access_scope(), access_low(), access_role(), access_account(), access_grids()"
            ).fetchone()
            == (None,) * 5
        )
        for table in ("residents_presence", "residents_person", "metrics_value", "rounds_round"):
            assert app.execute(f"select count(*) from {table}").fetchone() == (0,)


def test_a_true_scope_opens_nothing_once_it_is_changed_or_carried_over(
    app: Any, scene: Scene, database: connect.Target
) -> None:
    token = scene.seats["community_clerk"].token.encode()
    with app.transaction():
        app.execute("select * from access_enter(sha256(%s))", [token])
        [true] = app.execute("select current_setting('lf.scope')").fetchone()
        wider = true.replace(scene.seats["community_clerk"].path, "411621")
        for changed in (wider, true[:-1] + ("0" if true[-1] != "0" else "1"), true + "0", true.upper()):
            app.execute("select set_config('lf.scope', %s, true)", [changed])
            assert app.execute("select count(*) from residents_presence").fetchone() == (0,)
        app.execute("select set_config('lf.scope', %s, true)", [true])
        assert app.execute("select count(*) from residents_presence").fetchone()[0] > 0
        app.execute("select set_config('lf.scope', %s, false)", [true])
    assert app.execute("select count(*) from residents_presence").fetchone() == (0,)
    with psycopg.connect(database.conninfo(connect.APP)) as other:
        other.execute("select set_config('lf.scope', %s, true)", [true])
        assert other.execute("select count(*) from residents_presence").fetchone() == (0,)


@pytest.mark.parametrize(
    "statement",
    [
        "select access_mac('x')", "select * from access_secret", "select * from access_login_find('grid_worker')",
        "select access_login_failed('x', 5, 30)", "select * from access_login_grants(1)",
        "select access_login_done(1, 1, '\\x00', 'web', '', 12)", "select * from access_session", "select * from access_grant",
        "select * from access_account", "select * from residents_secret", "select sealed from facts_quarantine",
        "select incidents_make_partitions(9::smallint)", "select * from facts_admit('{}', '{}', '{}')", "select metrics_fold()",
        "insert into access_right (role, kind, object, level) values ('sampler', 'see', 'residents', 'open')",
        "insert into access_grant (account_id, role, scope, path) values (1, 'command', 'area', '41')",
        "update access_grant set path = '41'", "update access_right set role = 'sampler'", "delete from access_event",
        "update residents_person set path = '41'", "delete from residents_person", "insert into residents_presence values ('41', 1, 1)",
        "delete from vault_look", "update facts_log set kind = ''", "select * from incidents_partitioned",
        "select * from rounds_sample_default", "alter table residents_person disable row level security",
        "create policy mine on residents_person using (true)", "set role lianfang_door",
        "set row_security = off; select * from residents_person",
    ],
)  # fmt: skip
def test_the_page_role_may_not(app: Any, scene: Scene, statement: str) -> None:
    """Not even inside the scope of the highest role."""
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedFunction)), app.transaction():
        app.execute("select * from access_enter(sha256(%s))", [scene.seats["command"].token.encode()])
        app.execute(statement)


def test_the_door_reads_no_personal_column(owner: Any, database: connect.Target) -> None:
    for table, columns in PERSONAL.items():
        for column in columns:
            granted = owner.execute(
                "select has_column_privilege('lianfang_door', %s, %s, 'select')", [table, column]
            ).fetchone()
            allowed = (table, column) in {("facts_quarantine", "account_id")}
            assert granted == (allowed,), f"{table}.{column}"
    sealed = owner.execute(
        "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname ~ 'sealed|password|blind' "
        "where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition "
        "and has_column_privilege('lianfang_door', c.oid, a.attnum, 'select')"
    ).fetchall()
    assert sealed == [("rounds_visit", "sealed")], "answers at the door, which a later visit replaces"


def test_the_door_reads_no_scope_and_changes_no_account(database: connect.Target, scene: Scene) -> None:
    with psycopg.connect(database.conninfo(connect.DOOR), autocommit=True) as door:
        for statement in ("select access_enter('\\x00')", "update access_grant set path = '41'",
                          "insert into access_right (role) values ('x')",
                          "select * from access_secret", "delete from facts_log", "update residents_person set path = ''",
                          "select residents_open_secret(1, 'x')", "update access_session set ended_at = null"):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                door.execute(statement)


def test_rights_in_the_database_are_those_of_the_policy(owner: Any) -> None:
    """Every line that the oracle derives from access.yaml, and no other."""
    held = set(owner.execute("select role, kind, object, level from access_right").fetchall())
    levels, kinds = ("open", "named", "masked", "figures", "code", "call"), ("record", "other")
    objects = {line[2] for line in held} | {
        verb for role in policy().roles.values() for verb in role.record | role.other
    }
    wanted = set()
    for role, line in policy().roles.items():
        for what in line.see:
            wanted |= {(role, "see", what, level) for level in levels if policy().grants(role, f"see:{what}:{level}")}
        verbs = line.record | line.other | objects
        wanted |= {(role, kind, verb, "") for kind in kinds for verb in verbs
                   if (verb in line.record if kind == "record" else verb in line.other)}  # fmt: skip
        if "all_facts_of_area" in line.record:
            recorded = {verb for other in policy().roles.values() for verb in other.record} - {"all_facts_of_area"}
            wanted |= {(role, "record", verb, "") for verb in recorded if policy().grants(role, f"record:{verb}")}
    assert held == wanted


def test_a_right_without_a_range_decides_nothing(scene: Scene, app: Any, owner: Any) -> None:
    """A grant of the command that was given no area: nulls must refuse, not let through."""
    token = scene.seats["command"].token.encode()
    with owner.transaction(force_rollback=True):
        for path in ("path = ''", "scope = 'none'"):
            owner.execute(f"update access_grant set {path} where account_id = %s", [scene.seats["command"].account])
            owner.execute("set local role lianfang_app")
            owner.execute("select * from access_enter(sha256(%s))", [token])
            for call in ("incidents_propose('x', '4117', 'covid-2022', '', true)", f"incidents_close({scene.incident}::smallint)",
                         f"incidents_approve_zone({next(iter(scene.zones.values()))})", "residents_import_check('41')"):  # fmt: skip
                with pytest.raises(psycopg.Error) as caught, owner.transaction():
                    owner.execute(f"select {call}")
                assert caught.value.sqlstate == "LF403", call
            owner.execute("reset role")
