"""Who goes where: severity first, then the journey; teams that do not fit stay; the size of the documents."""

from __future__ import annotations

import pytest

from lianfang.domain.missions import planning
from lianfang.domain.missions.selectors import Need, Team
from lianfang.kernel.errors import LianfangError
from tests.support.missions import today

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.row("B7")]


def team(number: int, people: int, path: str = "411621", **more: object) -> Team:
    """A ready team."""
    given = {"kind": "reserve", "skills": (), "state": "ready", "mission": None, "can": people} | more
    return Team(
        id=number, name=f"{number}队", path=path, place="", since_on=today(), rest_until=None, people=people, **given,  # type: ignore[arg-type]
    )  # fmt: skip


def need(number: int, people: int, path: str = "411621001001", *, severity: int = 2, **more: object) -> Need:
    """An open need."""
    given = {"kind": "reserve", "skills": (), "beyond": ""} | more
    return Need(
        id=number, path=path, place="", purpose="gates", people=people, severity=severity, from_on=today(), until_on=today(),
        state="open", coming=0, there=0, **given,  # type: ignore[arg-type]
    )  # fmt: skip


def test_the_worst_place_comes_first() -> None:
    found = planning.propose([team(1, 50)], [need(1, 50, severity=1), need(2, 50, "411621002201", severity=3)])
    assert [(line.team.id, line.need.id, line.before, line.after) for line in found.lines] == [(1, 2, 50, 0)]
    assert [(one.need.id, one.missing, one.buys) for one in found.short] == [(1, 50, 50)]
    assert found.proven


def test_of_two_teams_the_nearer_one_goes_and_the_other_stays() -> None:
    found = planning.propose([team(1, 20, "411622"), team(2, 20, "411621")], [need(1, 20)])
    assert [line.team.id for line in found.lines] == [2]
    assert [one.id for one in found.stays] == [1]


@pytest.mark.row("B11")
def test_teams_that_do_not_fit_stay_whatever_the_severity() -> None:
    nurses = team(1, 10, kind="medical", skills=("护理",))
    found = planning.propose(
        [nurses, team(2, 10)],
        [need(1, 10, severity=3, kind="medical", skills=("重症",)), need(2, 10, kind="medical", skills=("护理",))],
    )
    assert [(line.team.id, line.need.id) for line in found.lines] == [(1, 2)]
    assert [one.need.id for one in found.short] == [1]


def test_nothing_to_plan_is_said() -> None:
    for teams, needs in (([], [need(1, 3)]), ([team(1, 3)], []), ([team(1, 3, state="resting")], [need(1, 3)])):
        with pytest.raises(LianfangError) as nothing:
            planning.propose(teams, needs)
        assert nothing.value.code == "missions.nothing_to_plan"


def test_the_reserve_of_the_documents() -> None:
    """680 people of 18 offices and 450 of 6 firms are 24 teams; 350 people are asked for at five places."""
    offices = [team(at, 38 if at < 14 else 37) for at in range(18)]
    firms = [team(18 + at, 75) for at in range(6)]
    assert sum(one.people for one in [*offices, *firms]) == 680 + 450
    places = [
        need(at, people, f"41162100{at}001", severity=1 + at % 3)
        for at, people in enumerate((120, 80, 60, 50, 40), start=1)
    ]
    found = planning.propose([*offices, *firms], places)
    assert found.covered == found.asked == 350
    assert not found.short
    assert len(found.lines) + len(found.stays) == 24
    assert len(found.stays) >= 12, "no more go than are needed"
    assert {line.need.id for line in found.lines} == {1, 2, 3, 4, 5}
