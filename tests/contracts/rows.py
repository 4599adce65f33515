"""What each role reads from each scoped table by plain SQL, without any page in between."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

from tests.contracts.oracle import LISTING
from tests.contracts.scene import Scene, Seat


@dataclass(frozen=True)
class Table:
    """A scoped table. needs: one of these rights opens it at all; by_grid: a grid worker sees their grids' rows only;
    by_unit: a sending unit's officer sees the lineage of their unit."""

    path: str
    needs: tuple[str, ...] = ("anybody",)
    by_grid: bool = False
    filled: bool = True
    by_unit: bool = False


PEOPLE = ("see:residents:masked",)
TASK = ("see:residents:masked", "see:cases:open", "see:metrics:figures")
TABLES: dict[str, Table] = {
    "residents_presence": Table("path", PEOPLE, by_grid=True),
    "residents_household": Table("path", PEOPLE, by_grid=True),
    "residents_person": Table("path", PEOPLE, by_grid=True),
    "residents_import_file": Table("path", ("other:import",)),
    "retirement_retirement": Table("path", ("other:purge_two_person",), filled=False),
    "residents_return": Table("path", PEOPLE, by_grid=True, filled=False),
    "residents_change": Table("path", ("see:residents:named",), filled=False),
    "residents_export_request": Table("path", ("other:ask_export", "other:approve_export"), filled=False),
    "selfview_objection": Table("path", ("other:answer_objection",)),
    "residents_import_row": Table("path", ("other:import",), filled=False),
    "rounds_tube": Table("area", TASK),
    "rounds_sample": Table("path", TASK, by_grid=True),
    "rounds_repeat": Table("path", TASK, by_grid=True),
    "rounds_not_sampled": Table("path", TASK, by_grid=True),
    "rounds_isolation": Table("path", TASK, by_grid=True),
    "rounds_visit": Table("path", TASK, by_grid=True),
    "rounds_site": Table("path"),
    "rounds_expected_change": Table("path", filled=False),
    "rounds_answer": Table("path", filled=False),
    "workforce_seat": Table("path", ("see:members:named", "see:members:figures"), by_unit=True),
    "workforce_presence": Table("path", ("see:members:named",), by_unit=True),
    "workforce_import_file": Table("path", ("other:keep_members",), by_unit=True, filled=False),
    "workforce_import_row": Table("path", ("other:keep_members",), by_unit=True, filled=False),
    "service_objection": Table("path", ("other:answer_service",)),
    "missions_seat": Table("path", ("see:members:named", "see:members:figures"), by_unit=True),
    "missions_need": Table("path", ("see:members:named", "see:members:figures")),
    "plans_plan": Table("path", ("other:plan", "other:adopt_plan", "other:publish_roster")),
    "plans_line": Table("path", ("other:plan", "other:adopt_plan", "other:publish_roster")),
    **dict.fromkeys(
        ("duty_post", "duty_shift", "duty_slot", "duty_attendance", "duty_reserve", "duty_upkeep"),
        Table("path", ("see:shifts:named",)),
    ),
    "duty_swap": Table("path", ("see:shifts:named",), filled=False),
    "pairings_pairing": Table("path", ("see:members:named", "see:members:figures")),
    "pairings_part": Table("path", ("see:members:named", "see:members:figures")),
    "metrics_value": Table("path", ("see:metrics:figures",)),
    "reports_return": Table("path", ("see:metrics:figures",), filled=False),
    "worklist_item": Table("path"),
    "facts_quarantine": Table("path", ("other:assign",)),
    "volunteers_call": Table("path", ("see:members:named",)),
    "volunteers_window": Table("path", ("see:members:named",)),
    "volunteers_answer": Table("path", ("other:settle_answer",)),
    "volunteers_hours": Table("path", ("other:settle_answer",)),
    "volunteers_word": Table("path", ("other:settle_answer",)),
    "volunteers_offer": Table("path", ("other:match_offer",)),
    "volunteers_match": Table("path", ("see:members:named",)),
    "areas_building": Table("path", by_grid=True),
    "areas_grid": Table("path"),
    "areas_grid_building": Table("path"),
    "areas_compound": Table("path", filled=False),
    "areas_denominator": Table("path", filled=False),
    "areas_outline": Table("path", by_grid=True, filled=False),
    "areas_barrier": Table("path", filled=False),
    "areas_outline_import": Table("path", ("other:import",), filled=False),
    "areas_outline_row": Table("path", ("other:import",), filled=False),
}
BELOW_COMMUNITIES = {"residents_presence", "residents_household", "residents_person", "areas_building", "metrics_value",
                     "workforce_presence"}  # fmt: skip
"""Tables of which even a grant for one building sees rows on the stage."""


def paths_read(scene: Scene, role: str) -> dict[str, list[str]]:
    """Table → the paths of the rows that a role reads."""
    found: dict[str, list[str]] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        scene.enter(role)
        for name, table in TABLES.items():
            cursor.execute(f"select {table.path} from {name}")
            found[name] = [row[0] for row in cursor.fetchall()]
    return found


def wrong_rows(scene: Scene, role: str) -> list[str]:
    """What is wrong with the rows a role reads: outside its grant, without the right, or none although granted."""
    seat, found = scene.seats[role], []
    for name, paths in paths_read(scene, role).items():
        table = TABLES[name]
        by_unit = table.by_unit and seat.scope == "organisation"
        listing = by_unit or seat.scope in LISTING
        allowed = listing and any(scene.policy.grants(role, right) for right in table.needs)
        reach = seat.reach if table.by_grid else f"U{seat.unit}" if by_unit else seat.path
        outside = sorted({path for path in paths if not (allowed and reach and path.startswith(reach))})
        if outside:
            found.append(f"{role} reads {name} at {outside[:3]}")
        elif allowed and not paths and table.filled and expected(seat, name):
            found.append(f"{role} reads nothing from {name}")
    return found


def expected(seat: Seat, table: str) -> bool:
    """Whether the stage has rows of a table inside this grant."""
    return (len(seat.path) <= 12 and seat.role != "laboratory") or table in BELOW_COMMUNITIES
