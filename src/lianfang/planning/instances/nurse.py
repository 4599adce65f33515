"""Reads the shift-scheduling text files of schedulingbenchmarks.org into a rostering problem.

Objective as published: shift-on requests not met + shift-off requests broken + people missing and too many, each
times its weight. Rules are the file's own; none of the house's rest rules is added.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lianfang.planning.result import ProblemError
from lianfang.planning.rostering.problem import Contract, Demand, Member, Problem, Rules, Shift, Wish


def nurse(path: str | Path) -> Problem:
    """Read one instance. Horizon starts on a Monday. Raises ProblemError when a section is missing or a line is odd."""
    sections = _sections(Path(path))
    for name in ("HORIZON", "SHIFTS", "STAFF", "COVER"):
        if not sections.get(name):
            raise ProblemError("instances.nurse", f"{Path(path).name}: the section SECTION_{name} is missing or empty.")
    try:
        return _problem(sections)
    except (ValueError, IndexError) as error:
        if isinstance(error, ProblemError):
            raise
        raise ProblemError("instances.nurse", f"{Path(path).name}: a line could not be read ({error}).") from error


def _sections(path: Path) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    current: list[list[str]] | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.strip()
        if text.startswith("SECTION_"):
            current = found.setdefault(text.removeprefix("SECTION_"), [])
        elif text and not text.startswith("#") and current is not None:
            current.append([part.strip() for part in text.split(",")])
    return found


def _problem(sections: dict[str, list[list[str]]]) -> Problem:
    days = int(sections["HORIZON"][0][0])
    shifts = tuple(
        Shift(row[0], 0, int(row[1]), night=False, cannot_follow=tuple(x for x in row[2].split("|") if x))
        for row in sections["SHIFTS"]
    )
    leave: dict[str, frozenset[int]] = {
        row[0]: frozenset(int(day) for day in row[1:]) for row in sections.get("DAYS_OFF", [])
    }
    members = tuple(_member(row, leave.get(row[0], frozenset()), days) for row in sections["STAFF"])
    demand = tuple(
        Demand(int(row[0]), row[1], int(row[2]), under_cost=float(row[3]), over_cost=float(row[4]))
        for row in sections["COVER"]
    )
    return Problem(shifts, demand, members, Rules.none(), tuple(_wishes(sections)), days)


def _member(row: list[str], leave: frozenset[int], days: int) -> Member:
    limits = {name: int(most) for name, most in (part.split("=") for part in row[1].split("|"))}
    contract = Contract(
        max_minutes=int(row[2]),
        min_minutes=int(row[3]),
        max_consecutive=int(row[4]),
        min_consecutive=int(row[5]),
        min_days_off=int(row[6]),
        max_weekends=int(row[7]),
    )
    return Member(row[0], contract=contract, leave=leave, shift_limits={k: v for k, v in limits.items() if v < days})


def _wishes(sections: dict[str, list[list[str]]]) -> Iterator[Wish]:
    for name, wants in (("SHIFT_ON_REQUESTS", True), ("SHIFT_OFF_REQUESTS", False)):
        for row in sections.get(name, []):
            yield Wish(row[0], int(row[1]), row[2], float(row[3]), wants)
