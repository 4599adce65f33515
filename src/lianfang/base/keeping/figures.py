"""What whoever runs the machine has to know: each figure with a state and, where it is not good, what to do. Pure but for `read`."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from lianfang.base.database import archive, faults
from lianfang.base.database.errors import refusals
from lianfang.base.database.faults import Fault
from lianfang.base.database.supervisor import READ_ONLY
from lianfang.base.database.watch import low_bytes
from lianfang.base.jobs.api import Standing, standings
from lianfang.base.keeping import keys, state
from lianfang.base.vault.api import keystore

DELTAS_WATCH, DELTAS_ACT = 50_000, 500_000
"""Unfolded figures: the steward folds hundreds of thousands a second, so these mean that it lags or stands still (assumption)."""
SEAL_WATCH, SEAL_ACT = 5.0, 60.0
"""Seconds: sealing runs every second, two seconds uncovered are promised."""
BACKUP_WATCH, BACKUP_ACT = timedelta(hours=26), timedelta(hours=50)
"""One backup a day with two hours of grace; two missed ones are serious (assumption)."""
HELD_WATCH = timedelta(hours=24)
SKEW_WATCH, SKEW_ACT = 2.0, 60.0
"""Seconds between the clocks of database and pages; ten minutes already move facts to another day."""
DISK_WATCH, DISK_ACT = 0.20, 0.08
"""Shares of the disk that are free (assumption)."""
RECENT = timedelta(days=1)
JOB_LONG = timedelta(minutes=15)
"""How long a job may wait behind others: two computations of ten minutes run side by side (assumption)."""
JOB_TAKEN = timedelta(minutes=2)
"""How long one may wait while none runs: the steward looks every second, a restart takes a minute (assumption)."""
OFTEN = 5
"""Deaths of processes within a day from which somebody has to look (assumption)."""


@dataclass(frozen=True)
class Machine:
    """Everything that the page is made from."""

    now: datetime
    figures: Mapping[str, Any]
    disk_free: int
    disk_total: int
    read_only: bool
    backup: Mapping[str, Any] | None
    keys: Mapping[str, Any] | None
    key_names: tuple[str, ...]
    archived: bool
    gap: tuple[str, ...]
    faults: tuple[Fault, ...]
    low: int = 0
    jobs: tuple[Standing, ...] = ()


@dataclass(frozen=True)
class Line:
    """One line: its key (words are the page's), a state of the interface, and the values of its sentence."""

    key: str
    state: str
    values: Mapping[str, Any] = field(default_factory=dict)


def read() -> Machine:
    """Look at database, disk and data folder; raises access.not_found for whoever may not."""
    with refusals(), connection.cursor() as cursor:
        cursor.execute("select keeping_figures()")
        row = cursor.fetchone()
    figures: Mapping[str, Any] = _decoded(row[0])
    data = Path(os.environ.get("LIANFANG_DATA", ".lianfang"))
    disk = shutil.disk_usage(data)
    held = archive.read(data)
    return Machine(
        now=timezone.now(), figures=figures, disk_free=disk.free, disk_total=disk.total, read_only=(data / READ_ONLY).exists(),
        backup=state.last(data, "backup"), keys=state.last(data, "keys"), key_names=tuple(keys.names(data, keystore())),
        archived=held is not None, gap=tuple(archive.gap(held.folder)) if held and held.folder.is_dir() else (),
        faults=tuple(faults.read(data)), low=low_bytes(), jobs=standings(),
    )  # fmt: skip


def _decoded(value: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(value) if isinstance(value, str) else value
    return found


def lines(machine: Machine) -> list[Line]:
    """Every line in a fixed order, so that a reader finds each where it was yesterday."""
    return [
        _disk(machine), _seal(machine), _deltas(machine), _held(machine), _backup(machine), _keys(machine), _archive(machine),
        _clock(machine), _faults(machine), _parts(machine), _jobs(machine), _slow(machine), _signed_in(machine), _destruction(machine),
    ]  # fmt: skip


def _disk(one: Machine) -> Line:
    share = one.disk_free / one.disk_total if one.disk_total else 0.0
    values = {"free": one.disk_free, "share": share, "database": one.figures["database_bytes"]}
    if one.read_only:
        return Line("disk_full", "act", values)
    state_ = "act" if share < DISK_ACT or one.disk_free < 2 * one.low else "watch" if share < DISK_WATCH else "good"
    return Line("disk", state_, values)


def _seal(one: Machine) -> Line:
    lag = float(one.figures["unsealed_seconds"])
    return Line("seal", _above(lag, SEAL_WATCH, SEAL_ACT), {"seconds": lag})


def _deltas(one: Machine) -> Line:
    count = int(one.figures["deltas"])
    return Line("deltas", _above(count, DELTAS_WATCH, DELTAS_ACT), {"count": count})


def _held(one: Machine) -> Line:
    owners = [(area, count, datetime.fromisoformat(oldest)) for area, count, oldest in one.figures["quarantine"]]
    late = any(one.now - oldest > HELD_WATCH for _, _, oldest in owners)
    return Line("held", "watch" if late else "good", {"count": one.figures["quarantined"], "owners": owners})


def _backup(one: Machine) -> Line:
    if one.backup is None:
        return Line("backup_none", "act")
    age = one.now - datetime.fromisoformat(one.backup["at"])
    return Line(
        "backup",
        _above(age, BACKUP_WATCH, BACKUP_ACT),
        {"at": datetime.fromisoformat(one.backup["at"]), **one.backup, "age": age},
    )


def _keys(one: Machine) -> Line:
    if one.keys is None:
        return Line("keys_none", "act", {"count": len(one.key_names)})
    newer = sorted(set(one.key_names) - set(one.keys["names"]))
    at = datetime.fromisoformat(one.keys["at"])
    return Line("keys_newer" if newer else "keys", "act" if newer else "good", {"count": len(newer), "at": at})


def _archive(one: Machine) -> Line:
    if one.gap:
        return Line("archive_gap", "act", {"count": len(one.gap)})
    if one.archived and one.figures.get("archive_failed"):  # neither taken nor dropped: the log stays here and grows
        return Line("archive_failing", "act")
    return Line("archive", "good") if one.archived else Line("archive_off", "watch")


def _clock(one: Machine) -> Line:
    skew = abs((datetime.fromisoformat(one.figures["now"]) - one.now).total_seconds())
    jumps = [fault for fault in one.faults if fault.what == "clock_jumped" and one.now - fault.at < RECENT]
    values = {
        "skew": skew,
        "ahead": one.figures["phones_ahead"],
        "jump": jumps[0].values.get("seconds", 0) if jumps else 0,
    }
    if jumps:
        return Line("clock_jumped", "watch", values)
    return Line("clock", _above(skew, SKEW_WATCH, SKEW_ACT), values)


def _recent(one: Machine, *kinds: str) -> list[Fault]:
    return [fault for fault in one.faults if fault.what.startswith(kinds) and one.now - fault.at < RECENT]


def _parts(one: Machine) -> Line:
    """Processes of the server that died: started again by itself, or not yet."""
    recent = _recent(one, "part_")
    if not recent:
        return Line("parts_none", "good")
    stopped = [fault for fault in recent if fault.what == "part_stopped"]
    down = len(stopped) > sum(fault.what == "part_restarted" for fault in recent)
    return Line("parts", "act" if down or len(stopped) >= OFTEN else "watch", {"stopped": len(stopped)})


def _jobs(one: Machine) -> Line:
    """Work beside the pages: large lists, computations of plans."""
    asked = [one.now - _clock_time(job.since) for job in one.jobs if job.state == "waiting"]
    running = sum(job.state == "running" for job in one.jobs)
    broke = sum(job.state == "broke_off" and one.now - _clock_time(job.since) < RECENT for job in one.jobs)
    oldest = max(asked, default=timedelta())
    values = {"waiting": len(asked), "running": running, "broke_off": broke, "oldest": oldest}
    if not running and oldest > JOB_TAKEN:
        return Line("jobs_stuck", "act", values)
    if broke:
        return Line("jobs_broke_off", "watch", values)
    return Line("jobs", "watch" if oldest > JOB_LONG else "good", values)


def _clock_time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _faults(one: Machine) -> Line:
    recent = _recent(one, "database_", "disk_")
    if not recent:
        return Line("faults_none", "good")
    stopped = sum(fault.what == "database_stopped" for fault in recent)
    back = sum(fault.what == "database_restarted" for fault in recent)
    return Line("faults", "act" if stopped > back else "watch", {"faults": recent, "stopped": stopped})


def _slow(one: Machine) -> Line:
    routes = one.figures["routes"]
    return Line(
        "slow" if routes else "slow_none",
        "watch" if routes else "good",
        {"routes": routes, "calls": one.figures["calls"]},
    )


def _signed_in(one: Machine) -> Line:
    sessions = one.figures["sessions"]
    device = int(sessions.get("device", 0))
    return Line("signed_in", "good", {"desks": sum(sessions.values()) - device, "phones": device})


def _destruction(one: Machine) -> Line:
    if one.figures["destruction_failed"]:
        return Line("destruction_failed", "act", {"why": one.figures["destruction_failed"]})
    waiting = int(one.figures["destructions"])
    return Line("destruction", "watch" if waiting else "good", {"count": waiting})


def _above(value: Any, watch: Any, act: Any) -> str:
    return "act" if value > act else "watch" if value > watch else "good"
