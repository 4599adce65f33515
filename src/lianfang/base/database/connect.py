"""Where the database is and as whom one connects: an owner for migrations, an app role for pages, a door role for facts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from psycopg.conninfo import make_conninfo

DATABASE = "lianfang"
ADMIN = "lianfang_owner"
"""Owns schema and policies; used by migrations and set-up only."""
APP = "lianfang_app"
"""Serves pages: every table it reads is bound by row-level security."""
DOOR = "lianfang_door"
"""Writes facts: may insert into engine tables and look people up by code, reads no personal column."""
ROLES = (APP, DOOR)


@dataclass(frozen=True)
class Target:
    """One database and the file with the passwords of its roles (libpq's pgpass format, mode 0600)."""

    host: str
    database: str
    passfile: Path
    port: int = 5432
    admin: str = ADMIN
    admin_password: str | None = None
    options: str = ""

    def conninfo(self, role: str = APP, *, database: str | None = None) -> str:
        """A libpq connection string for one role, without its password (except for an external owner)."""
        parts: dict[str, Any] = {
            "host": self.host, "port": self.port, "dbname": database or self.database,
            "user": self.admin if role == ADMIN else role, "passfile": str(self.passfile),
        }  # fmt: skip
        if role == ADMIN and self.admin_password:
            parts["password"] = self.admin_password
        return make_conninfo(**parts)


def external(url: str, passfile: Path) -> Target:
    """A target from a DATABASE_URL of the owner (`postgresql://user:password@host:port/database`)."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ValueError("DATABASE_URL must look like postgresql://user:password@host:5432/database")
    return Target(
        host=unquote(parts.hostname or "") or "/var/run/postgresql",
        port=parts.port or 5432,
        database=parts.path.strip("/"),
        passfile=passfile,
        admin=unquote(parts.username or "postgres"),
        admin_password=unquote(parts.password) if parts.password else None,
    )


def export(target: Target, environ: dict[str, str] | None = None) -> None:
    """Put a target into the environment, so that Django and worker processes find it."""
    out = os.environ if environ is None else environ
    out["LIANFANG_DB_HOST"] = target.host
    out["LIANFANG_DB_PORT"] = str(target.port)
    out["LIANFANG_DB_NAME"] = target.database
    out["LIANFANG_DB_PASSFILE"] = str(target.passfile)
    out["LIANFANG_DB_ADMIN"] = target.admin
    if target.admin_password:
        out["LIANFANG_DB_ADMIN_PASSWORD"] = target.admin_password


def from_environment() -> Target:
    """The target that `export` wrote; without one, a socket that refuses (so that imports work before a start)."""
    return Target(
        host=os.environ.get("LIANFANG_DB_HOST", "/nonexistent"),
        port=int(os.environ.get("LIANFANG_DB_PORT", "5432")),
        database=os.environ.get("LIANFANG_DB_NAME", DATABASE),
        passfile=Path(os.environ.get("LIANFANG_DB_PASSFILE", "/nonexistent")),
        admin=os.environ.get("LIANFANG_DB_ADMIN", ADMIN),
        admin_password=os.environ.get("LIANFANG_DB_ADMIN_PASSWORD") or None,
    )
