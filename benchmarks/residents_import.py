"""A roster of 100,000 people as .xlsx through the real import: wall and CPU seconds, memory of the importing process."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.support import importing

PEOPLE = 100_000
SECONDS = 60.0
MEGABYTES = 600
AREA = "411621001001"


def write_roster(people: int, path: Path) -> None:
    """A roster in the household columns, four to a home."""
    from tests.domain.residents import rosters

    rosters.write(path, (rosters.person(number) for number in range(people)))


def take(file: str, actor: Any) -> dict[str, Any]:
    """Import the roster; rows by verdict."""
    from lianfang.domain.residents.api import import_residents

    return {"counts": import_residents(actor=actor, path_to_file=Path(file), area_path=AREA).counts}


def run(quick: bool = False) -> list[dict[str, Any]]:
    """Measure and return the rows of the table of bars. quick: 10,000 people and a tenth of the seconds."""
    people = PEOPLE // 10 if quick else PEOPLE
    found = importing.in_child("benchmarks.residents_import", partial(write_roster, people))
    what = f"import of {people:,} people (.xlsx) with verdicts, taken"
    return importing.rows("import", what, found, SECONDS * people / PEOPLE, MEGABYTES)


if __name__ == "__main__":
    if sys.argv[1:2] == ["worker"]:
        importing.worker(sys.argv[3], "community_clerk", AREA, partial(take, sys.argv[2]))
    else:
        for line in run("--quick" in sys.argv):
            print(line)
