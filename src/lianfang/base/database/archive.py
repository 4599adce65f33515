"""Archiving of the write-ahead log into a folder of bounded size, so that a backup can be carried on to any moment.

The server hands over every finished segment (at the latest after a minute) to a few lines of shell. They never fail
for lack of room in the archive: a full archive drops the segment, says so in `gap`, and the service goes on; the next
base backup closes the gap. A segment is synced before it gets its name, so a name always stands for a whole segment.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

NAME = "archive.json"
GAP = "gap"
SECONDS = 60
"""How long a finished change waits at most before it is archived (assumption: a minute of work may burn with the house)."""
MEGABYTES = 20_000
"""The archive's bound unless told otherwise (assumption: some days of a county between two base backups)."""
SCRIPT = """#!/bin/sh
# path of a finished segment, its name, the archive, the most megabytes the archive may hold
kept="$3/$2.gz"
if [ -f "$kept" ]; then gzip -dc "$kept" | cmp -s - "$1"; exit $?; fi
used=$(du -sm "$3" | cut -f1)
if [ "$used" -ge "$4" ]; then echo "$2" >>"$3/gap"; exit 0; fi
if gzip -1 <"$1" >"$kept.part" && sync "$kept.part" && mv "$kept.part" "$kept"; then exit 0; fi
rm -f "$kept.part"
if [ "$(df -Pm "$3" | awk 'NR == 2 { print $4 }')" -lt 64 ]; then echo "$2" >>"$3/gap"; exit 0; fi
exit 1
"""
SCRIPT_NAME = "archive.sh"
_SEGMENT = re.compile(r"[0-9A-F]{24}\.gz")


@dataclass(frozen=True)
class Archive:
    """Where finished segments go, and how many megabytes they may take there."""

    folder: Path
    megabytes: int = MEGABYTES


def read(data: Path) -> Archive | None:
    """The archive of a data folder; None when none was ever set."""
    try:
        body = json.loads((data / NAME).read_text())
    except FileNotFoundError:
        return None
    return Archive(Path(body["folder"]), int(body["megabytes"]))


def write(data: Path, archive: Archive) -> None:
    """Remember the archive of a data folder; the server takes it up when its configuration is written."""
    (data / NAME).write_text(json.dumps({"folder": str(archive.folder), "megabytes": archive.megabytes}))


def settings(archive: Archive | None) -> dict[str, str]:
    """The server's settings: always ready to archive, so that the first backup needs no restart."""
    command = "true"
    if archive is not None:
        folder = shlex.quote(str(archive.folder)).replace("%", "%%")
        command = f'sh {SCRIPT_NAME} "%p" "%f" {folder} {archive.megabytes}'
    quoted = command.replace("'", "''")
    return {
        "archive_mode": "on",
        "archive_command": f"'{quoted}'",
        "archive_timeout": f"{SECONDS if archive else 0}",
    }


def restore_command(folder: Path) -> str:
    """The command by which a server in recovery fetches a segment."""
    return f'gzip -dc {shlex.quote(str(folder)).replace("%", "%%")}/"%f".gz >"%p"'


def segments(folder: Path) -> list[Path]:
    """Whole archived segments, in order."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _SEGMENT.fullmatch(path.name))


def gap(folder: Path) -> list[str]:
    """Names of segments that found no room since the last base backup."""
    try:
        return (folder / GAP).read_text().split()
    except FileNotFoundError:
        return []


def prune(folder: Path, oldest: str) -> int:
    """Remove segments before the first one that a kept base backup needs, and the mark of a closed gap; returns how many."""
    gone = [path for path in segments(folder) if path.name[8:24] < oldest[8:24]]
    for path in gone:
        path.unlink()
    remaining = [name for name in gap(folder) if name[8:24] >= oldest[8:24]]
    if remaining:
        (folder / GAP).write_text("\n".join(remaining) + "\n")
    else:
        (folder / GAP).unlink(missing_ok=True)
    return len(gone)
