"""The words of the operator's page: what each line is called, what it says now, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianfang.base.database.faults import Fault
from lianfang.base.keeping.figures import Line


def gigabytes(size: int) -> str:
    """A size for a person."""
    return f"{size / 2**30:,.1f} GB" if size >= 2**30 else f"{size / 2**20:,.0f} MB"


def span(length: timedelta) -> str:
    """A length of time for a person, in hours up to two days."""
    hours = int(length.total_seconds() // 3600)
    if hours < 1:
        return _("less than an hour")
    if hours < 48:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return ngettext("%(n)s day", "%(n)s days", hours // 24) % {"n": hours // 24}


def _jobs(v: Any) -> str:
    if not v["waiting"] and not v["running"]:
        return _("None waits")
    said = _("%(waiting)s wait, %(running)s run") % {"waiting": v["waiting"], "running": v["running"]}
    if v["waiting"]:
        minutes = int(v["oldest"].total_seconds() // 60)
        said += _("; the oldest has waited for %(n)s min") % {"n": minutes}
    return said


def title(line: Line) -> str:
    """What the line is about."""
    return {
        "disk": _("Disk"), "disk_full": _("Disk"), "seal": _("Sealing of the log"), "deltas": _("Figures not added up yet"),
        "held": _("Held facts"), "backup": _("Last backup"), "backup_none": _("Last backup"), "keys": _("Backup of keys"),
        "keys_none": _("Backup of keys"), "keys_newer": _("Backup of keys"),
        "archive": _("Archive"), "archive_off": _("Archive"), "archive_gap": _("Archive"),
        "archive_failing": _("Archive"),
        "clock": _("Clocks"), "clock_jumped": _("Clocks"), "faults": _("Database"), "faults_none": _("Database"),
        "parts": _("Processes"), "parts_none": _("Processes"),
        "jobs": _("Work beside the pages"), "jobs_stuck": _("Work beside the pages"), "jobs_broke_off": _("Work beside the pages"),
        "slow": _("Slow pages"), "slow_none": _("Slow pages"), "signed_in": _("Signed in"), "destruction": _("Destruction of incidents"),
        "destruction_failed": _("Destruction of incidents"),
    }[line.key]  # fmt: skip


def now(line: Line) -> str:
    """What it is now, with its number."""
    return _NOW[line.key](line.values)


def to_do(line: Line) -> str:
    """What somebody should do; empty when nothing is to be done."""
    told = _TO_DO.get(line.key)
    return "" if told is None or line.state == "good" else told()


_NOW: dict[str, Callable[[Any], str]] = {
    "disk": lambda v: (
        _("%(free)s free (%(share)s%%), the database takes %(database)s")
        % {"free": gigabytes(v["free"]), "share": round(100 * v["share"]), "database": gigabytes(v["database"])}
    ),
    "disk_full": lambda v: (
        _("Only %(free)s free: nothing is written any more, pages can be read") % {"free": gigabytes(v["free"])}
    ),
    "seal": lambda v: _("%(n)s s behind") % {"n": round(v["seconds"])},
    "deltas": lambda v: f"{v['count']:,}",
    "held": lambda v: (
        ngettext("%(n)s waits for its owner", "%(n)s wait for their owners", v["count"]) % {"n": v["count"]}
    ),
    "backup": lambda v: (
        _("%(age)s ago, %(size)s in %(seconds)s s")
        % {"age": span(v["age"]), "size": gigabytes(v["bytes"]), "seconds": v["seconds"]}
    ),
    "backup_none": lambda v: _("None was ever made"),
    "keys": lambda v: _("Every key is in it"),
    "keys_none": lambda v: _("None was ever made"),
    "keys_newer": lambda v: (
        ngettext("%(n)s key is newer than it", "%(n)s keys are newer than it", v["count"]) % {"n": v["count"]}
    ),
    "archive": lambda v: _("Every minute's work is archived"),
    "archive_off": lambda v: _("Not set up"),
    "archive_failing": lambda v: _("The folder of the archive can't be written; the log grows on this disk"),
    "archive_gap": lambda v: (
        ngettext("%(n)s segment found no room", "%(n)s segments found no room", v["count"]) % {"n": v["count"]}
    ),
    "clock": lambda v: _("%(n)s s apart") % {"n": round(v["skew"])},
    "clock_jumped": lambda v: _("The machine's clock jumped by %(n)s s") % {"n": v["jump"]},
    "faults": lambda v: (
        ngettext("Stopped %(n)s time within a day", "Stopped %(n)s times within a day", v["stopped"])
        % {"n": v["stopped"]}
    ),
    "faults_none": lambda v: _("Ran without a break for a day"),
    "parts": lambda v: (
        ngettext("%(n)s died within a day", "%(n)s died within a day", v["stopped"]) % {"n": v["stopped"]}
    ),
    "parts_none": lambda v: _("Ran without a break for a day"),
    "jobs": _jobs,
    "jobs_stuck": _jobs,
    "jobs_broke_off": lambda v: (
        ngettext("%(n)s broke off within a day", "%(n)s broke off within a day", v["broke_off"]) % {"n": v["broke_off"]}
    ),
    "slow": lambda v: (
        ngettext("%(n)s route was slow within an hour", "%(n)s routes were slow within an hour", len(v["routes"]))
        % {"n": len(v["routes"])}
    ),
    "slow_none": lambda v: _("None within an hour"),
    "signed_in": lambda v: _("%(desks)s desks, %(phones)s phones") % {"desks": v["desks"], "phones": v["phones"]},
    "destruction": lambda v: (
        ngettext("%(n)s waits", "%(n)s wait", v["count"]) % {"n": v["count"]} if v["count"] else _("None waits")
    ),
    "destruction_failed": lambda v: _("It did not succeed: %(why)s") % {"why": v["why"]},
}
_TO_DO: dict[str, Callable[[], str]] = {
    "disk": lambda: _("Make room on this disk, or keep fewer backups on it (backup --keep)."),
    "disk_full": lambda: _(
        "Make room at once. Phones keep their facts and send them by themselves when there is room again."
    ),
    "seal": lambda: _("The steward lags or stands still: look into server.log, then restart the service."),
    "deltas": lambda: _("The steward lags or stands still: look into server.log, then restart the service."),
    "held": lambda: _("Call the heads of these areas: some facts have waited for more than a day."),
    "backup": lambda: _("Run lianfang backup now, and look why the daily one did not run."),
    "backup_none": lambda: _("Run lianfang backup --to a folder on another disk, and let it run every day."),
    "keys_none": lambda: _("Two people run lianfang backup --keys: without the keys no backup can be read."),
    "keys_newer": lambda: _("Two people run lianfang backup --keys again and put the old file out of use."),
    "archive_off": lambda: _(
        "Without an archive a backup restores only to its own moment: run lianfang backup without --no-archive."
    ),
    "archive_failing": lambda: _(
        "See that the disk of the backups is there and that the service may write to it (ReadWritePaths in its unit). "
        "It catches up by itself."
    ),
    "archive_gap": lambda: _("Make room where backups are kept, then run lianfang backup: it closes the gap."),
    "clock": lambda: _("Set both machines by the same time server."),
    "clock_jumped": lambda: _(
        "Check the time server. Facts keep the time of their phones where those agree; the order of the log is not touched."
    ),
    "faults": lambda: _(
        "It was started again by itself; nothing acknowledged is lost. If it happens again, look into postgres.log."
    ),
    "parts": lambda: _(
        "Started again by itself, later each time if it keeps dying. Look into server.log for its last lines and tell the maintainers."
    ),
    "jobs": lambda: _("A long computation runs before them; they follow by themselves."),
    "jobs_stuck": lambda: _(
        "The steward does not take them: look into server.log, then restart the service. What waits is not lost."
    ),
    "jobs_broke_off": lambda: _(
        "Whoever asked was told and may ask again; nothing was half-written. Look into server.log and at the memory of the machine."
    ),
    "slow": lambda: _("Look at memory and disk of the machine; tell the maintainers the names of these routes."),
    "destruction": lambda: _("The steward carries it out within a minute; if not, look into server.log."),
    "destruction_failed": lambda: _(
        "It is tried again every minute. If it stays, look into server.log and at the disk."
    ),
}


def fault(one: Fault) -> str:
    """One event of the database in words."""
    if one.what == "database_restarted":
        return _(
            "Started again after %(n)s s; what was acknowledged is there, what was under way is sent again by its sender"
        ) % {"n": one.values.get("seconds", "?")}
    if one.what in ("part_stopped", "part_restarted"):
        names = {"workers": _("the web workers"), "steward": _("the steward"), "plain": _("the plain port")}
        part = names.get(str(one.values.get("part")), "?")
        said = _("A process died: %(part)s") if one.what == "part_stopped" else _("Started again: %(part)s")
        return said % {"part": part}
    if one.what == "disk_full":
        return _("The disk was full (%(n)s MB left): writing stopped") % {"n": one.values.get("megabytes", "?")}
    return {
        "database_stopped": _("The database stopped"),
        "disk_has_room": _("There was room again: writing went on"),
    }.get(one.what, one.what)
