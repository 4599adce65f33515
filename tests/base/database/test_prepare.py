"""Roles, tables and policies of a database: what each role may be, and that preparing again changes nothing."""

from __future__ import annotations

import stat
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from lianfang.base.database import connect
from lianfang.base.database.errors import refusals, translate
from lianfang.base.database.prepare import PACKAGE, prepare, read_passwords, sql_files
from lianfang.kernel.errors import LianfangError

pytestmark = pytest.mark.pg15

SHAPE = """
select md5(string_agg(line, E'\\n' order by line)) from (
    select format('%s %s %s %s', c.relname, c.relkind, c.relrowsecurity, c.relacl) as line from pg_class c
        where c.relnamespace = 'public'::regnamespace
    union all select format('%s %s %s %s', p.oid::regprocedure, p.proacl, p.prosecdef, md5(p.prosrc)) from pg_proc p
        where p.pronamespace = 'public'::regnamespace
    union all select format('%s %s %s %s %s', tablename, policyname, cmd, qual, with_check) from pg_policies
) as shape
"""


def test_login_roles_can_do_nothing_but_their_task(prepared: connect.Target) -> None:
    with psycopg.connect(prepared.conninfo(connect.ADMIN)) as owner:
        rows = owner.execute(
            "select rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication, rolinherit, "
            "(select count(*) from pg_auth_members m where m.member = r.oid) from pg_roles r where rolname = any (%s) order by 1",
            [list(connect.ROLES)],
        ).fetchall()
        owned = owner.execute(
            "select count(*) from pg_class where relowner::regrole::text = any (%s)", [list(connect.ROLES)]
        ).fetchone()
    assert rows == [(role, False, False, False, False, False, False, 0) for role in sorted(connect.ROLES)]
    assert owned == (0,)


@pytest.mark.parametrize("role", connect.ROLES)
def test_login_roles_create_nothing(prepared: connect.Target, role: str) -> None:
    with psycopg.connect(prepared.conninfo(role), autocommit=True) as connection:
        for statement in ("create table public.mine (n int)", "create schema mine", "create temp table mine (n int)",
                          "create function public.f() returns int language sql as 'select 1'", "create role other",
                          "set role lianfang_owner", "set session authorization lianfang_owner", "alter role lianfang_door superuser",
                          "copy areas_area to program 'cat'", "select pg_read_file('/etc/passwd')"):  # fmt: skip
            with pytest.raises(psycopg.errors.Error) as caught:
                connection.execute(statement)
            assert caught.value.sqlstate in {"42501", "22023", "42704"}, statement


def test_passwords_are_kept_for_the_owner_alone(prepared: connect.Target) -> None:
    passwords = read_passwords(prepared.passfile)
    assert set(connect.ROLES) <= set(passwords)
    assert all(len(password) >= 32 for password in passwords.values())
    assert len(set(passwords.values())) == len(passwords)
    assert stat.S_IMODE(prepared.passfile.stat().st_mode) == 0o600
    assert read_passwords(Path("/nonexistent")) == {}


def test_preparing_again_changes_nothing(prepared: connect.Target) -> None:
    """Functions, policies and grants come out the same, and so do the passwords."""
    with psycopg.connect(prepared.conninfo(connect.ADMIN), autocommit=True) as owner:
        before = owner.execute(SHAPE).fetchone()
        passwords = read_passwords(prepared.passfile)
        prepare(prepared)
        assert owner.execute(SHAPE).fetchone() == before
    assert read_passwords(prepared.passfile) == passwords


def test_files_run_in_the_order_of_apps_then_names() -> None:
    found = [path.relative_to(PACKAGE).as_posix() for path in sql_files(list(settings.INSTALLED_APPS))]
    assert "base/access/sql/10_scope.sql" in found
    order = [app.removeprefix("lianfang.").replace(".", "/") for app in settings.INSTALLED_APPS]
    ranks = [(order.index(path.split("/sql/")[0]), path) for path in found]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        ("errcode = 'LF404', message = 'access.not_found'", "access.not_found"),
        ("errcode = 'LF403', message = 'vault.second_person_needed'", "vault.second_person_needed"),
        ("errcode = 'LF404', message = 'fact.area_unknown', detail = '{\"area\": \"41\"}'", "fact.area_unknown"),
    ],
)
def test_refusals_of_functions_become_sentences(database: connect.Target, raised: str, code: str) -> None:
    statement = f"do $$ begin raise exception using {raised}; end $$"
    with pytest.raises(LianfangError) as caught, refusals(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert caught.value.code == code
    with psycopg.connect(database.conninfo(connect.DOOR)) as door, pytest.raises(LianfangError), refusals():
        door.execute(statement)


def test_other_errors_of_the_database_pass_unchanged(database: connect.Target) -> None:
    with pytest.raises(DatabaseError) as caught, refusals(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select 1 / 0")
    assert translate(caught.value) is None
    assert translate(ValueError("LF404")) is None
