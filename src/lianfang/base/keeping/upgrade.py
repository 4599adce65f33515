"""Bring a database to this release while people work: short locks, retries, a backup before, a way back.

Each step is a transaction of its own that gives up after a moment when it can't get its locks, so that writers wait
behind it for that moment at most; it is tried again after a pause in which they catch up.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import OperationalError, connections
from django.db.migrations.executor import MigrationExecutor

from lianfang.base.database.connect import Target
from lianfang.base.database.prepare import grant_sequences, prepare_roles, run_file, sql_files
from lianfang.base.keeping import problems as _problems  # noqa: F401 - defines the sentences
from lianfang.base.keeping import state
from lianfang.kernel.errors import LianfangError

LOCK_SECONDS = 1.0
"""How long a step waits for its locks; writers that queue behind it wait as long (target: five seconds in all)."""
PAUSE_SECONDS = 0.5
TRIES = 60
BUSY = {"55P03", "40P01"}
"""lock_not_available, deadlock_detected (PostgreSQL, appendix A)."""
Say = Callable[[str], None]


@dataclass
class Report:
    """What was done: migrations applied, files run, and how often a step had to wait for somebody."""

    migrations: list[str] = field(default_factory=list)
    files: int = 0
    waits: int = 0
    seconds: float = 0.0


def require_known(applied: Iterable[str], known: Iterable[str]) -> None:
    """Raise upgrade.newer_schema when the database holds migrations that this release does not know."""
    ours = {name.split(".")[0] for name in known}
    unknown = sorted(name for name in set(applied) - set(known) if name.split(".")[0] in ours)
    if unknown:
        raise LianfangError("upgrade.newer_schema", unknown=", ".join(unknown[:3]))


def upgrade(
    data: Path,
    target: Target,
    *,
    backup: str,
    lock_seconds: float = LOCK_SECONDS,
    tries: int = TRIES,
    say: Say = lambda text: None,
) -> Report:
    """Apply what is missing, then every app's statements; raises upgrade.newer_schema, upgrade.busy. Django must be set up.

    backup: the name of the backup made before, for the way back.
    """
    began, report = time.monotonic(), Report()
    prepare_roles(target)
    executor = _executor(lock_seconds)
    before = sorted(f"{app}.{name}" for app, name in executor.loader.applied_migrations)
    require_known(before, [f"{app}.{name}" for app, name in executor.loader.disk_migrations])
    for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        key = (migration.app_label, migration.name)
        say(f"{key[0]}.{key[1]}")
        _patiently(partial(_migrate, key, lock_seconds), f"{key[0]}.{key[1]}", report, tries)
        report.migrations.append(f"{key[0]}.{key[1]}")
    for path in sql_files(list(settings.INSTALLED_APPS)):
        step = f"{path.parent.parent.name}/{path.name}"
        say(step)
        _patiently(partial(run_file, target, path, lock_seconds=lock_seconds), step, report, tries)
        report.files += 1
    grant_sequences(target)
    report.seconds = round(time.monotonic() - began, 1)
    state.note(data, "upgrade", before=before, migrations=report.migrations, backup=backup, seconds=report.seconds)
    return report


def go_back(data: Path, *, lock_seconds: float = LOCK_SECONDS, tries: int = TRIES) -> list[str]:
    """Undo the migrations of the last upgrade, so that the release before it can be started again; returns their names.

    What was written since stays. Raises upgrade.nothing_to_undo, upgrade.no_way_back, upgrade.busy.
    """
    last = state.last(data, "upgrade")
    if last is None or not last["migrations"]:
        raise LianfangError("upgrade.nothing_to_undo")
    executor = _executor(lock_seconds)
    graph = executor.loader.graph
    for name in last["migrations"]:
        migration = graph.nodes[tuple(name.split(".", 1))]
        if not all(operation.reversible for operation in migration.operations):
            raise LianfangError("upgrade.no_way_back", step=name, backup=last["backup"] or "-")
    report = Report()
    for name in reversed(last["migrations"]):
        app, number = name.split(".", 1)
        parents = [parent.key for parent in graph.node_map[(app, number)].parents if parent.key[0] == app]
        to = (app, parents[0][1] if parents else None)
        _patiently(partial(_migrate, to, lock_seconds), name, report, tries)
    state.note(data, "upgrade", before=[], migrations=[], backup="", undone=last["migrations"], seconds=0)
    return list(last["migrations"])


def _executor(lock_seconds: float) -> MigrationExecutor:
    connection = connections["owner"]
    with connection.cursor() as cursor:
        cursor.execute(f"set lock_timeout = {int(lock_seconds * 1000)}")
    return MigrationExecutor(connection)


def _migrate(to: tuple[str, str | None], lock_seconds: float) -> None:
    _executor(lock_seconds).migrate([to])


def _patiently(work: Callable[[], object], step: str, report: Report, tries: int) -> None:
    for _ in range(tries):
        try:
            work()
        except (OperationalError, psycopg.OperationalError) as error:
            cause = error.__cause__ if isinstance(error, OperationalError) else error
            if getattr(cause, "sqlstate", None) not in BUSY:
                raise
            report.waits += 1
            time.sleep(PAUSE_SECONDS)
        else:
            return
    raise LianfangError("upgrade.busy", step=step, tries=tries)
