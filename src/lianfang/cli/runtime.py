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

import psycopg

from lianfang.base.database import connect
from lianfang.base.database.supervisor import EmbeddedServer, ServerError
from lianfang.cli.phrases import require_data
from lianfang.kernel.errors import LianfangError, define

DEFAULT_DATA = ".lianfang"
DRILL_MARK = "drill"
"""A file of this name marks a data folder as a drill: synthetic identity numbers are accepted, every page says so."""

define(
    "data.folder_unusable",
    status=422,
    zh="不能使用数据目录{folder}：{reason}。请换一个可写的目录。",
    en="The data folder {folder} can't be used: {reason}. Choose one that can be written.",
)
define(
    "data.not_begun",
    status=409,
    zh="目录{folder}里还没有账号，没有人能登录。请先运行 lianfang init。",
    en="There is no account in {folder} yet, so nobody could sign in. Run lianfang init first.",
)
define(
    "database.url_wrong",
    status=422,
    zh="DATABASE_URL应写成 postgresql://用户:口令@主机:5432/数据库。",
    en="DATABASE_URL is written postgresql://user:password@host:5432/database.",
)
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
    make_folder(data)
    os.environ["LIANFANG_DATA"] = str(data)
    os.environ.setdefault("LIANFANG_SECRET", _secret(data))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.config.settings")
    if (data / DRILL_MARK).exists():
        os.environ["LIANFANG_DRILL"] = "1"
    url = os.environ.get("DATABASE_URL", "")
    if url:
        try:
            target = connect.external(url, data / "pgpass")
        except ValueError:
            raise LianfangError("database.url_wrong") from None
        connect.export(target)
        yield target
        return
    server = EmbeddedServer(data, on_progress=say, watched=True)
    try:
        target = server.start()
    except ServerError as error:
        raise LianfangError("database.not_started", reason=str(error)) from None
    connect.export(target)
    try:
        yield target
    finally:
        server.stop()


def make_folder(data: Path) -> None:
    """Make the data folder and prove that it can be written; raises data.folder_unusable."""
    probe = data / f".write-{os.getpid()}"
    try:
        data.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise LianfangError(
            "data.folder_unusable", folder=str(data), reason=(error.strerror or str(error)).lower()
        ) from None


def require_begun(data: Path) -> None:
    """Refuse to go on without any account; raises data.not_begun."""
    from lianfang.base.access.founding import founded

    if os.environ.get("LIANFANG_DRILL") != "1" and not founded():
        raise LianfangError("data.not_begun", folder=str(data))


def with_database(run: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    """Run a command inside the prepared database of its data folder; raises keeping.no_data where there is none."""
    require_data(args.data.resolve())
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

    try:
        prepare_database(target)
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
        raise LianfangError("database.not_started", reason=reason) from None
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
