"""Prepare a database: login roles, tables, then functions, policies and grants of every app, in their written order."""

from __future__ import annotations

import secrets
from pathlib import Path

import psycopg
from psycopg import sql

from lianfang.base.database.connect import ADMIN, APP, DOOR, ROLES, Target

PACKAGE = Path(__file__).resolve().parents[2]


def read_passwords(passfile: Path) -> dict[str, str]:
    """Role → password of a pgpass file; empty when the file is missing."""
    if not passfile.exists():
        return {}
    rows = (line.rsplit(":", 2) for line in passfile.read_text().splitlines() if line)
    return {role: password for _, role, password in rows}


def prepare_roles(target: Target) -> None:
    """Create or refresh the login roles of pages and door; neither can bypass row-level security or create anything."""
    passwords = read_passwords(target.passfile)
    missing = [role for role in ROLES if role not in passwords]
    if missing:
        passwords |= {role: secrets.token_urlsafe(24) for role in missing}
        target.passfile.parent.mkdir(parents=True, exist_ok=True)
        target.passfile.touch(mode=0o600)
        target.passfile.write_text("".join(f"*:*:*:{role}:{password}\n" for role, password in passwords.items()))
    with psycopg.connect(target.conninfo(ADMIN)) as connection:
        connection.execute("select pg_advisory_xact_lock(410621)")
        for role in ROLES:
            found = connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
            verb = "alter" if found else "create"
            connection.execute(
                sql.SQL(
                    "{} role {} login password {} nosuperuser nobypassrls nocreatedb nocreaterole noinherit"
                ).format(sql.SQL(verb), sql.Identifier(role), sql.Literal(passwords[role]))
            )
        database = sql.Identifier(target.database)
        connection.execute(sql.SQL("revoke all on database {} from public").format(database))
        connection.execute("revoke all on schema public from public")
        connection.execute("alter default privileges revoke execute on functions from public")
        for role in ROLES:
            connection.execute(sql.SQL("grant connect on database {} to {}").format(database, sql.Identifier(role)))
            connection.execute(sql.SQL("grant usage on schema public to {}").format(sql.Identifier(role)))


def sql_files(apps: list[str]) -> list[Path]:
    """Each app's `sql/*.sql`, apps in the given order, files by name; every file may be run again at any time."""
    found: list[Path] = []
    for app in apps:
        if app.startswith("lianfang."):
            found += sorted((PACKAGE / Path(*app.split(".")[1:]) / "sql").glob("*.sql"))
    return found


def run_file(target: Target, path: Path, *, lock_seconds: float) -> None:
    """Run one file in a transaction of its own that waits for no lock longer than so; what it ran before stays whole.

    Raises psycopg.errors.LockNotAvailable, DeadlockDetected; nothing is changed then.
    """
    with psycopg.connect(target.conninfo(ADMIN)) as connection:
        connection.execute(f"set local lock_timeout = {int(lock_seconds * 1000)}")
        connection.execute("set local client_min_messages = warning")
        connection.execute(path.read_text().encode())


def grant_sequences(target: Target) -> None:
    """Let pages and door draw numbers; comes after every file."""
    with psycopg.connect(target.conninfo(ADMIN)) as connection:
        connection.execute(f"grant usage, select on all sequences in schema public to {APP}, {DOOR}".encode())


def prepare_policies(target: Target, apps: list[str]) -> None:
    """Run the functions, policies and grants of every app in one transaction."""
    with psycopg.connect(target.conninfo(ADMIN)) as connection:
        connection.execute("select pg_advisory_xact_lock(410621)")
        connection.execute("set local client_min_messages = warning")
        for path in sql_files(apps):
            try:
                connection.execute(path.read_text().encode())
            except psycopg.Error as error:
                raise RuntimeError(f"{path.relative_to(PACKAGE)}: {error}") from error
        connection.execute(f"grant usage, select on all sequences in schema public to {APP}, {DOOR}".encode())


def prepare(target: Target) -> None:
    """Bring roles, tables and policies of a database to this release; safe to repeat. Django must be set up."""
    from django.conf import settings  # Django only once the target is in the environment
    from django.core.management import call_command

    prepare_roles(target)
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    prepare_policies(target, list(settings.INSTALLED_APPS))
