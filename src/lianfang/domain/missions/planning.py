"""Which team goes where: the planner's reserve problem made from what the scope shows, and its answer with reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from lianfang.base.areas.api import boundaries
from lianfang.domain.missions.selectors import Need, Team
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.geo import haversine_m

WEIGHT: Final = {1: 5_000.0, 2: 20_000.0, 3: 80_000.0}
"""Metres that a team would travel for one missing person, by severity: an assumption; a critical place outweighs four short ones."""
STEPS_M: Final = {12: 0.0, 9: 5_000.0, 6: 20_000.0, 4: 80_000.0, 2: 300_000.0, 0: 1_000_000.0}
"""Journey between two areas by the longest path they share, where no outline is on record: an assumption."""
BEYOND_M: Final = 1_000_000.0
"""Journey to a place outside this installation: an assumption; it only weighs teams against each other."""
NEVER_M: Final = 1e9
"""A team that does not fit a need is too far away for any severity."""
SECONDS: Final = 5.0


@dataclass(frozen=True)
class Choice:
    """One line: this team for this need. metres: journey; before, after: people missing there without and with it."""

    team: Team
    need: Need
    metres: float
    before: int
    after: int


@dataclass(frozen=True)
class Short:
    """A need that stays short. missing: people; buys: how many of them one more team of the usual size would bring."""

    need: Need
    missing: int
    buys: int


@dataclass(frozen=True)
class Proposal:
    """What to send, what stays, what remains short; proven: whether the answer is proven best. seconds: time it took."""

    lines: list[Choice]
    stays: list[Team]
    short: list[Short]
    proven: bool
    seconds: float
    asked: int
    covered: int = field(default=0)


def propose(teams: Sequence[Team], needs: Sequence[Need], *, seconds: float = SECONDS) -> Proposal:
    """The best orders for ready teams and open needs, reserve and medical teams each for their own.

    Raises missions.nothing_to_plan when there is no ready team or no need that lacks people.
    """
    from lianfang.planning import Stop, assignment

    ready = [team for team in teams if team.state == "ready" and team.mission is None and team.can > 0]
    open_needs = [need for need in needs if need.missing > 0]
    if not ready or not open_needs:
        raise LianfangError("missions.nothing_to_plan")
    metres = journeys(ready, open_needs)
    for t, team in enumerate(ready):
        for n, need in enumerate(open_needs):
            if team.kind != need.kind or not set(need.skills) <= set(team.skills):
                metres[t, n] = NEVER_M
    problem = assignment.Reserve(
        size=[team.can for team in ready], metres=metres, severity=[WEIGHT[need.severity] for need in open_needs],
        need=[need.missing for need in open_needs],
    )  # fmt: skip
    result = assignment.solve(problem, stop=Stop(seconds=seconds))
    return _told(
        ready, open_needs, metres, result.place_of_team.tolist(), str(result.status) == "optimal", result.seconds
    )


def _told(
    ready: Sequence[Team],
    needs: Sequence[Need],
    metres: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    place_of_team: Sequence[int],
    proven: bool,
    seconds: float,
) -> Proposal:
    missing = [need.missing for need in needs]
    sent = [(t, int(place)) for t, place in enumerate(place_of_team) if place >= 0 and metres[t, int(place)] < NEVER_M]
    lines = []
    for t, n in sorted(sent, key=lambda one: (-needs[one[1]].severity, needs[one[1]].id, metres[one])):
        before = missing[n]
        missing[n] = max(0, before - ready[t].can)
        lines.append(Choice(ready[t], needs[n], float(metres[t, n]), before, missing[n]))
    going = {t for t, _ in sent}
    stays = [team for t, team in enumerate(ready) if t not in going]
    usual = sorted(team.can for team in ready)[len(ready) // 2]
    short = [Short(need, lack, min(lack, usual)) for need, lack in zip(needs, missing, strict=True) if lack]
    asked = sum(need.missing for need in needs)
    return Proposal(lines, stays, short, proven, seconds, asked, asked - sum(missing))


def journeys(teams: Sequence[Team], needs: Sequence[Need]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Metres from every team to every need: between the middles of outlines, else by how much of the tree they share."""
    middles: dict[str, tuple[float, float] | None] = {}
    for path in {*(team.path for team in teams), *(need.path for need in needs)}:
        middles[path] = middle(path)
    found = np.zeros((len(teams), len(needs)))
    for t, team in enumerate(teams):
        for n, need in enumerate(needs):
            found[t, n] = BEYOND_M if need.beyond else _metres(team.path, need.path, middles)
    return found


def _metres(a: str, b: str, middles: dict[str, tuple[float, float] | None]) -> float:
    one, two = middles[a], middles[b]
    if one is not None and two is not None:
        return haversine_m(*one, *two)
    shared = max(
        length for length in STEPS_M if (a[:length] == b[:length] and len(a) >= length <= len(b)) or length == 0
    )
    return STEPS_M[shared]


def middle(path: str) -> tuple[float, float] | None:
    """The middle of an area's outline (longitude, latitude); None where none is on record."""
    shape = boundaries(path).get(path)
    points = list(_points(shape["coordinates"])) if shape else []
    if not points:
        return None
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _points(nested: object) -> list[tuple[float, float]]:
    if isinstance(nested, list) and nested and isinstance(nested[0], int | float):
        return [(float(nested[0]), float(nested[1]))]
    return [point for part in nested for point in _points(part)] if isinstance(nested, list) else []
