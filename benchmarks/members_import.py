"""Lists of members as .xlsx through the real import: wall and CPU seconds, memory of the importing process.

100,000 members by default; --whole takes the 410,000 in 16,000 organisations that a city counts (B1), 26 to each.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.support import importing

PEOPLE, UNITS = 410_000, 16_000
SECONDS = 180.0
"""For the whole; a part of the people has the same part of the time."""
MEGABYTES = 900
AREA = "411621"


def write_list(people: int, path: Path) -> None:
    """People of units of three levels, in the columns of the unit list, at home in the communities of a real county."""
    from lianfang.base.areas.api import shipped_divisions
    from lianfang.exchange import synthetic

    tree = shipped_divisions("fugou")
    codes = [one.code for one in tree if one.level == 5]
    names = {
        one.code: one.name for one in tree if one.level < 5
    }  # as offices write themselves: each unit has a name of its own
    made = synthetic.units(codes, people, max(1, UNITS * people // PEOPLE), seed=5, place_names=names)
    path.write_bytes(synthetic.unit_list_xlsx(made))


def take(file: str, actor: Any) -> dict[str, Any]:
    """Import the list; rows by verdict, and the organisations it founded."""
    from lianfang.domain.workforce.api import import_members

    report = import_members(actor=actor, path_to_file=Path(file), area_path=AREA)
    return {"counts": report.counts, "units": report.units_made}


def run(quick: bool = False, people: int = 100_000) -> list[dict[str, Any]]:
    """Measure and return the rows of the table of bars. quick: 10,000 people; each part has its part of the seconds."""
    people = 10_000 if quick else people
    found = importing.in_child("benchmarks.members_import", partial(write_list, people))
    what = f"import of {people:,} members in {found['units']:,} organisations (.xlsx) with verdicts, taken"
    return importing.rows("members", what, found, round(SECONDS * people / PEOPLE, 1), MEGABYTES)


if __name__ == "__main__":
    if sys.argv[1:2] == ["worker"]:
        importing.worker(sys.argv[3], "county_dispatcher", AREA, partial(take, sys.argv[2]))
    else:
        for line in run("--quick" in sys.argv, PEOPLE if "--whole" in sys.argv else 100_000):
            print(line)
