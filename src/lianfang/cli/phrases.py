"""What the commands of keeping share: secrets asked for unseen, progress on a terminal, migrations of this release."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lianfang.base.keeping import problems as _problems  # noqa: F401 - defines the sentences
from lianfang.kernel.errors import LianfangError

if TYPE_CHECKING:
    from lianfang.base.access.api import Actor


def ask(prompt: str, *, twice: bool = False) -> str:
    """One secret: typed unseen on a terminal (twice if wanted), else the next line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    while True:
        first = getpass.getpass(f"{prompt}: ")
        if not twice or first == getpass.getpass(f"{prompt}, once more: "):
            return first
        print("not the same, again", file=sys.stderr)


def two_phrases(*, twice: bool = False) -> tuple[str, str]:
    """The passphrases of two people, each typed by its owner."""
    return (
        ask("Passphrase of the first person 第一人口令", twice=twice),
        ask("Passphrase of the second person 第二人口令", twice=twice),
    )


def say_on_terminal(text: str) -> None:
    """Progress for a person; quiet in a pipe."""
    if sys.stderr.isatty():
        print(f"· {text}", file=sys.stderr)


def known_migrations() -> list[str]:
    """Every migration of this release, as `app.name`; needs no database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.config.settings")
    import django
    from django.db.migrations.loader import MigrationLoader

    django.setup()
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return sorted(f"{app}.{name}" for app, name in loader.disk_migrations)


def require_data(data: Path) -> None:
    """Refuse a folder that holds no database, so that a mistyped name does not make one; raises keeping.no_data.

    A server of its own (DATABASE_URL) needs no database in the folder.
    """
    if not os.environ.get("DATABASE_URL") and not (data / "postgres" / "PG_VERSION").exists():
        raise LianfangError("keeping.no_data", folder=str(data))


@contextmanager
def acting(username: str) -> Iterator[Actor]:
    """Sign somebody in by their password for one transaction, and out again; raises what signing in raises."""
    from django.db import transaction

    from lianfang.base.access.api import end_session, enter, sign_in, token_digest

    password = ask(f"Password of {username} 口令")
    try:
        token = sign_in(username, password)
    except LianfangError as error:
        if error.code != "second.missing":
            raise
        token = sign_in(username, password, code=ask(f"Code of {username} 动态码"))
    digest = token_digest(token)
    with transaction.atomic():
        actor = enter(digest)
        if actor is None:
            raise LianfangError("session.expired")
        try:
            yield actor
        finally:
            end_session(digest)
