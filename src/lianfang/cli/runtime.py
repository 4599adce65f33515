"""What every command that needs the database shares: the data folder, the server behind it, Django."""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lianfang.base.database import connect
from lianfang.base.database.supervisor import EmbeddedServer, ServerError
from lianfang.kernel.errors import LianfangError, define

DEFAULT_DATA = ".lianfang"
DRILL_MARK = "drill"
"""A file of this name marks a data folder as a drill: synthetic identity numbers are accepted, every page says so."""

define(
    "database.not_started",
    status=503,
    zh="数据库没有启动：{reason}",
    en="The database did not start: {reason}",
)


def add_data_option(parser: argparse.ArgumentParser) -> None:
    """The option that names the data folder."""
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("LIANFANG_DATA", DEFAULT_DATA)), metavar="DIR",
                        help="data folder (default: .lianfang)")  # fmt: skip


@contextmanager
def database(data: Path, *, say: Callable[[str], None] = lambda text: None) -> Iterator[connect.Target]:
    """Start (or join) the database of a data folder, or use DATABASE_URL, and put everything into the environment."""
    data = data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    os.environ["LIANFANG_DATA"] = str(data)
    os.environ.setdefault("LIANFANG_SECRET", _secret(data))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.config.settings")
    if (data / DRILL_MARK).exists():
        os.environ["LIANFANG_DRILL"] = "1"
    url = os.environ.get("DATABASE_URL", "")
    if url:
        target = connect.external(url, data / "pgpass")
        connect.export(target)
        yield target
        return
    server = EmbeddedServer(data, on_progress=say)
    try:
        target = server.start()
    except ServerError as error:
        raise LianfangError("database.not_started", reason=str(error)) from None
    connect.export(target)
    try:
        yield target
    finally:
        server.stop()


def with_database(run: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    """Run a command inside the prepared database of its data folder."""
    with database(args.data) as target:
        prepare(target)
        return run(args)


def prepare(target: connect.Target) -> None:
    """Set Django up and bring roles, tables, policies and rights to this release."""
    import django

    django.setup()
    from lianfang.base.access.services import load_rights
    from lianfang.base.database.prepare import prepare as prepare_database
    from lianfang.base.metrics.api import publish_registry

    prepare_database(target)
    load_rights()
    publish_registry()


def collect_static(data: Path) -> None:
    """Gather static files under hashed names with compressed copies, once a release; Django must be set up after this."""
    import lianfang

    package = Path(lianfang.__file__).parent
    newest = max(path.stat().st_mtime_ns for path in package.glob("**/static/**/*") if path.is_file())
    stamp, wanted = data.resolve() / "static" / "collected", f"{newest}"
    os.environ["LIANFANG_STATIC"] = "collected"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    stamp.parent.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "LIANFANG_DATA": str(data.resolve())}
    command = [sys.executable, "-m", "django", "collectstatic", "--noinput", "--clear", "-v", "0"]
    subprocess.run(command, env=environment, check=True)  # noqa: S603
    stamp.write_text(wanted)


def _secret(data: Path) -> str:
    path = data / "secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()
