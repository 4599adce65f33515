"""Where the database is: parsed from an address, handed to other processes by the environment."""

from __future__ import annotations

from pathlib import Path

import psycopg.conninfo
import pytest

from lianfang.base.database.connect import ADMIN, APP, DOOR, Target, export, external, from_environment

PASSFILE = Path("/data/pgpass")
pytestmark = pytest.mark.pg15


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_an_address_with_everything(scheme: str) -> None:
    found = external(f"{scheme}://boss:p%40ss%2Fword@db.example:6543/county", PASSFILE)
    assert found == Target("db.example", "county", PASSFILE, 6543, "boss", "p@ss/word")


def test_an_address_with_little() -> None:
    assert external("postgresql:///county", PASSFILE) == Target(
        "/var/run/postgresql", "county", PASSFILE, 5432, "postgres", None
    )
    assert external("postgresql://%2Ftmp%2Fsocket/county", PASSFILE).host == "/tmp/socket"


@pytest.mark.parametrize(
    "url", ["", "county", "mysql://a/b", "postgresql://host", "postgresql://host/", "http://host/county", "/tmp/x"]
)
def test_what_is_no_address_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ValueError, match="postgresql://user:password@host:5432/database"):
        external(url, PASSFILE)


def test_only_the_owner_of_an_external_server_carries_a_password() -> None:
    target = external("postgresql://boss:secret@db.example/county", PASSFILE)
    owner = psycopg.conninfo.conninfo_to_dict(target.conninfo(ADMIN))
    assert (owner["user"], owner["password"]) == ("boss", "secret")
    for role in (APP, DOOR):
        parts = psycopg.conninfo.conninfo_to_dict(target.conninfo(role))
        assert parts["user"] == role
        assert "password" not in parts
        assert parts["passfile"] == str(PASSFILE)
    assert psycopg.conninfo.conninfo_to_dict(target.conninfo(APP, database="other"))["dbname"] == "other"


@pytest.mark.parametrize("host", ["/tmp/a b", "it's", "back\\slash"])
def test_odd_characters_in_a_connection_string_survive(host: str) -> None:
    target = Target(host, "da ta", Path("/with space/pg'pass"))
    parts = psycopg.conninfo.conninfo_to_dict(target.conninfo())
    assert (parts["host"], parts["dbname"], parts["passfile"]) == (host, "da ta", "/with space/pg'pass")


@pytest.mark.parametrize(
    "target",
    [
        Target("/tmp/socket", "lianfang", PASSFILE),
        Target("db.example", "county", PASSFILE, 6543, "boss", "secret"),
    ],
)
def test_another_process_finds_the_same_target(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PORT", "NAME", "PASSFILE", "ADMIN", "ADMIN_PASSWORD"):
        monkeypatch.delenv(f"LIANFANG_DB_{name}", raising=False)
    environment: dict[str, str] = {}
    export(target, environment)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert from_environment() == target


def test_without_a_start_there_is_a_target_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PORT", "NAME", "PASSFILE", "ADMIN", "ADMIN_PASSWORD"):
        monkeypatch.delenv(f"LIANFANG_DB_{name}", raising=False)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(from_environment().conninfo())
