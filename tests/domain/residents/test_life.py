"""The ledger between imports: births, deaths, moves, stays, vacant homes; dated, undoable, and figures follow."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connections
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lianfang.base.access.api import Actor
from lianfang.domain.residents import browsing, confirm, life
from lianfang.domain.residents.api import import_residents, people_of, undo_import
from lianfang.domain.residents.life import Door, Newcomer
from lianfang.domain.residents.services import today
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.identity import synthetic_number
from tests.domain.residents import rosters
from tests.domain.residents.ledger import HERE, THERE, counted, home_of, place_of, refused, settle
from tests.domain.residents.offices import acting, office, owner

pytestmark = [pytest.mark.usefixtures("database", "empty"), pytest.mark.row("C1")]
DAY = date(2022, 3, 20)


def test_a_death_takes_somebody_off_every_list_and_can_be_undone(clerk: Actor, tmp_path: Path) -> None:
    people = settle(clerk, tmp_path)
    assert counted(HERE) == (8, 2)
    with acting(clerk):
        change = life.leave(actor=clerk, person_id=people[0], died=True, on=DAY, reason="家属来报")
    assert counted(HERE) == (7, 2)
    assert place_of(people[0]) == []
    with acting(clerk):
        assert people[0] not in {one.id for one in people_of(HERE)}
        assert life.entry(actor=clerk, person_id=people[0]).gone == 2
        with refused("residents.gone_already"):
            life.go_away(actor=clerk, person_id=people[0], on=DAY, reason="又来")
    with acting(clerk):
        life.undo_change(actor=clerk, change_id=change)
    assert counted(HERE) == (8, 2)
    assert [why for _, why in place_of(people[0])] == [1]
    with acting(clerk), refused("residents.change_stands"):
        life.undo_change(actor=clerk, change_id=change)


def test_the_last_one_leaves_a_vacant_home_and_the_next_one_fills_it(clerk: Actor, tmp_path: Path) -> None:
    people = settle(clerk, tmp_path, 4)
    home = home_of(people[0])
    with acting(clerk):
        changes = [life.leave(actor=clerk, person_id=one, died=False, on=DAY, reason="全家搬走") for one in people]
    assert counted(HERE) == (0, 0)
    assert owner("select state from residents_household where path = %s", home) == [("empty",)]
    with acting(clerk):
        _id, code = life.add_person(
            actor=clerk, what="moved_in", home=home, who=Newcomer("新住户", 2, date(1990, 1, 1)), on=DAY, reason="租房"
        )
    assert code
    assert counted(HERE) == (1, 1)
    with acting(clerk):
        for change in reversed(changes):
            life.undo_change(actor=clerk, change_id=change)
    assert counted(HERE) == (5, 1)


def test_a_birth_is_undone_as_long_as_nobody_knows_the_child(clerk: Actor, tmp_path: Path) -> None:
    people = settle(clerk, tmp_path, 4)
    home = home_of(people[0])
    child = Newcomer("王小宝", 1, today() - timedelta(days=3), relation="子")
    with acting(clerk):
        born, _ = life.add_person(actor=clerk, what="born", home=home, who=child, on=today(), reason="出生证明")
    assert counted(HERE) == (5, 1)
    change = owner("select id from residents_change where person_id = %s", born)[0][0]
    with acting(clerk):
        life.undo_change(actor=clerk, change_id=change)
    assert counted(HERE) == (4, 1)
    assert owner("select count(*) from residents_person where id = %s", born) == [(0,)]


def test_twins_are_two_people(clerk: Actor, tmp_path: Path) -> None:
    """The same birth date and names one stroke apart; the very same name only when somebody says so. Never merged."""
    people = settle(clerk, tmp_path, 4)
    home, born = home_of(people[0]), today() - timedelta(days=40)

    def bring(name: str, another: bool = False) -> int:
        who = Newcomer(name, 2, born, another=another)
        return life.add_person(actor=clerk, what="born", home=home, who=who, on=today(), reason="出生证明")[0]

    with acting(clerk):
        first, second = bring("张子涵"), bring("张子函")
        with refused("residents.twin_to_check"):
            bring("张子涵")
        third = bring("张子涵", another=True)
    assert len({first, second, third}) == 3
    assert counted(HERE) == (7, 1)
    row = {"id_no": None, "id_type": "暂无证件", "birth_date": born, "sex": "女", "relation_to_head": "孙女"}
    twins = [rosters.person(0, name=name, **row) for name in ("张子涵", "张子函", "张子晗")]
    report = import_residents(actor=clerk, path_to_file=rosters.write(tmp_path / "twins.xlsx", twins), area_path=HERE)
    assert report.counts.get("new") == 1, report.counts  # only the third name is unknown behind this door
    assert counted(HERE) == (8, 1)


def test_the_dead_are_not_brought_back_by_a_table(clerk: Actor, tmp_path: Path) -> None:
    people = settle(clerk, tmp_path, 4)
    with acting(clerk):
        life.leave(actor=clerk, person_id=people[1], died=True, on=DAY, reason="医院证明")
        life.leave(actor=clerk, person_id=people[2], died=False, on=DAY, reason="去郑州")
    rows = [rosters.person(n, note="重报") for n in range(4)]
    report = import_residents(actor=clerk, path_to_file=rosters.write(tmp_path / "again.xlsx", rows), area_path=HERE)
    assert report.counts["needs_person"] == 1
    assert (report.counts["changed"], report.taken) == (3, 3)
    assert counted(HERE) == (3, 1)  # who had moved away is back, who died is not


def test_away_and_back(clerk: Actor, tmp_path: Path) -> None:
    people = settle(clerk, tmp_path, 4)
    with acting(clerk):
        life.go_away(actor=clerk, person_id=people[3], on=DAY, reason="外出务工", until=today() + timedelta(days=9))
        assert [one.present for one in people_of(HERE)].count(False) == 1
    assert counted(HERE) == (3, 1)
    assert [why for _, why in place_of(people[3])] == [3]
    with acting(clerk):
        life.come_back(actor=clerk, person_id=people[3], on=DAY, reason="回来了")
    assert counted(HERE) == (4, 1)


def test_two_homes_in_one_community(clerk: Actor, tmp_path: Path) -> None:
    people = settle(clerk, tmp_path, 8)
    building = home_of(people[0])[:16]
    with acting(clerk):
        life.stay_at(actor=clerk, person_id=people[0], door=Door(building, "3单元", "909"), on=DAY, reason="住在女儿家")
    found = owner("select stay_path from residents_person where id = %s", people[0])[0][0]
    with acting(clerk):
        at_home = [one for one in people_of(home_of(people[0])) if one.id == people[0]]
        at_stay = people_of(found)
    assert [(one.present, one.path) for one in at_home] == [(False, home_of(people[0]))]
    assert [(one.id, one.present, one.door) for one in at_stay] == [(people[0], True, "909")]
    assert counted(HERE) == (8, 3)
    with acting(clerk):
        life.come_back(actor=clerk, person_id=people[0], on=DAY, reason="回自己家")
    assert counted(HERE) == (8, 2)
    assert owner("select state from residents_household where path = %s", found) == [("empty",)]


def test_whoever_has_two_homes_is_counted_once(clerk: Actor, tmp_path: Path) -> None:
    people = settle(clerk, tmp_path, 388)
    homes = sorted({home_of(one) for one in people})
    here, other = homes[0][:16], next(home[:16] for home in homes if home[:16] != homes[0][:16])
    mine = [one for one in people if home_of(one)[:16] == here]
    for person, building, door in ((mine[0], here, "909"), (mine[1], other, "808")):
        with acting(clerk):
            life.stay_at(actor=clerk, person_id=person, door=Door(building, "3单元", door), on=DAY, reason="住在女儿家")
    true = dict(owner("select left(path, 16), count(distinct person_id) from residents_presence group by 1"))
    with acting(clerk):
        listed = {one.path: one for one in browsing.buildings(HERE)}
        assert {path: one.people for path, one in listed.items()} == true
        assert (browsing.count(HERE), sum(true.values())) == (388, 389), (
            "in two buildings, and still one of the community"
        )
        assert [browsing.count(path) for path in true] == list(true.values())
        assert listed[here].doors == len({one.path for one in people_of(here)})


def test_a_move_within_the_community_and_its_undo(clerk: Actor, tmp_path: Path) -> None:
    people = settle(clerk, tmp_path, 8)
    home = home_of(people[0])
    with acting(clerk):
        change = life.move_within(
            actor=clerk, person_id=people[0], door=Door(home[:16], "1单元", "102"), on=DAY, reason="换房"
        )
    assert home_of(people[0]) != home
    assert counted(HERE) == (8, 2)
    with acting(clerk):
        later = life.set_kind(actor=clerk, person_id=people[0], kind=3, on=DAY, reason="寄宿")
        with refused("residents.change_stands"):
            life.undo_change(actor=clerk, change_id=change)
        life.undo_change(actor=clerk, change_id=later)
        life.undo_change(actor=clerk, change_id=change)
    assert home_of(people[0]) == home


def test_a_paper_that_comes_later(clerk: Actor, tmp_path: Path) -> None:
    people = settle(clerk, tmp_path, 4)
    taken = rosters.person(1)["id_no"]
    number = synthetic_number("9999", date(2021, 5, 1), 7)
    with acting(clerk):
        baby, _ = life.add_person(
            actor=clerk, what="moved_in", home=home_of(people[0]), who=Newcomer("李无证", 1, date(2021, 5, 1)), on=DAY, reason="随迁",
        )  # fmt: skip
        with refused("residents.birth_differs"):
            life.give_paper(actor=clerk, person_id=baby, number=taken, on=DAY, reason="办证")
        life.give_paper(actor=clerk, person_id=baby, number=number, on=DAY, reason="办证")
        assert life.entry(actor=clerk, person_id=baby).has_identity
        with refused("residents.identity_to_check"):
            other = Newcomer("别人", number=number)
            life.add_person(actor=clerk, what="moved_in", home=home_of(people[0]), who=other, on=DAY, reason="x")


@pytest.mark.parametrize("broken", ["reason", "ahead", "ancient", "stranger", "until", "entrance"])
def test_what_is_wrong_is_a_sentence(clerk: Actor, neighbour: Actor, tmp_path: Path, broken: str) -> None:
    people = settle(clerk, tmp_path, 4)
    home = home_of(people[0])
    with acting(neighbour if broken == "stranger" else clerk), pytest.raises(LianfangError) as caught:
        if broken == "until":
            life.go_away(actor=clerk, person_id=people[0], on=DAY, reason="走", until=DAY)
        elif broken == "entrance":
            life.move_within(actor=clerk, person_id=people[0], door=Door(home[:16], "第九十九百", "1"), on=DAY, reason="x")  # fmt: skip
        else:
            on = {"ahead": today() + timedelta(days=1), "ancient": date(1800, 1, 1)}.get(broken, DAY)
            life.leave(actor=neighbour if broken == "stranger" else clerk, person_id=people[0], died=False, on=on,
                       reason=" " if broken == "reason" else "走")  # fmt: skip
    wanted = {"reason": "residents.reason_missing", "ahead": "residents.day_ahead", "ancient": "residents.day_ahead",
              "stranger": "access.not_found", "until": "residents.until_past", "entrance": "residents.entrance_unreadable"}  # fmt: skip
    assert caught.value.code == wanted[broken]
    assert counted(HERE) == (4, 1)


def test_nothing_readable_stands_in_the_records(clerk: Actor, tmp_path: Path) -> None:
    people = settle(clerk, tmp_path, 4, name="欧阳演练")
    with acting(clerk):
        life.leave(actor=clerk, person_id=people[0], died=True, on=DAY, reason="独一无二的原因")
    for (text,) in owner("select t::text from residents_change t"):
        for part in ("欧阳演练", "独一无二"):
            assert part not in text
            assert part.encode().hex() not in text


# -------------------------------------------------------------------------------------------------- confirmations


def test_a_yearly_review_is_one_item_a_building_and_one_tap_a_door(clerk: Actor, tmp_path: Path) -> None:
    people = settle(clerk, tmp_path, 8)
    building = home_of(people[0])[:16]
    owner("update residents_person set confirmed_on = '2020-01-01'")
    owner(
        "insert into areas_grid (net, path, code, name, started_on) values ('community', %s, '1', '一', '2020-01-01')",
        HERE,
    )
    grid = owner("select id from areas_grid")[0][0]
    owner("insert into areas_grid_building (grid_id, net, building_id, path, from_on) "
          "select %s, 'community', id, path, '2020-01-01' from areas_building", grid)  # fmt: skip
    worker = office(HERE, "grid_worker", grids=[grid])
    with acting(clerk):
        assert confirm.start_review(actor=clerk, path=HERE) == 1
        assert confirm.start_review(actor=clerk, path=HERE) == 0
    assert owner("select path, for_role, for_account from worklist_item") == [
        (building, "grid_worker", worker.account_id)
    ]
    with acting(worker):
        homes = confirm.homes_to_confirm(actor=worker, path=building)
        assert [(len(home.people), home.due) for home in homes] == [(4, True), (4, True)]
        assert confirm.confirm_homes(actor=worker, homes=[homes[0].path]) == 4
    assert owner("select count(*) from worklist_item where done_at is null") == [(1,)]
    with acting(worker):
        assert confirm.confirm_homes(actor=worker, homes=[homes[1].path, THERE + "000101001"]) == 4
        confirm.doubt_entry(actor=worker, person_id=people[0], what="moved_out")
    assert owner("select what, for_role from worklist_item where done_at is null") == [
        ("doubt_moved_out", "community_clerk")
    ]
    assert owner("select distinct confirmed_on, confirmed_by from residents_person") == [(today(), worker.account_id)]


def test_the_steward_reminds_of_old_entries_and_of_stays_that_end(clerk: Actor, tmp_path: Path) -> None:
    people = settle(clerk, tmp_path, 4)
    owner("update residents_person set confirmed_on = %s where id = %s", today() - timedelta(days=400), people[0])
    owner("update residents_person set present = false, until_on = %s where id = %s", today(), people[1])
    confirm._reviewed.clear()
    confirm.review_daily()
    confirm.review_daily()
    connections["door"].close()
    assert sorted(what for (what,) in owner("select what from worklist_item")) == ["confirm", "stay_ends"]


# ---------------------------------------------------------------------------------------------------------- imports


def test_undoing_an_import_takes_its_buildings_with_it(clerk: Actor, tmp_path: Path) -> None:
    settle(clerk, tmp_path, 4)
    file = rosters.write(tmp_path / "far.xlsx", [rosters.person(n) for n in range(4000, 4800)])
    report = import_residents(actor=clerk, path_to_file=file, area_path=HERE)
    before = owner("select count(*) from areas_building")[0][0]
    some = owner(
        "select person_id, household_path from residents_import_row where file_id = %s and taken limit 1",
        report.file_id,
    )[0]
    with acting(clerk):
        life.set_kind(actor=clerk, person_id=some[0], kind=2, on=DAY, reason="流动")
    undone = undo_import(actor=clerk, file_id=report.file_id)
    assert (undone.removed, undone.kept) == (799, 1)
    left = [path for (path,) in owner("select path from areas_building order by path")]
    assert left == sorted({home_of(owner("select min(id) from residents_person")[0][0])[:16], some[1][:16]})
    assert before > len(left)


# ------------------------------------------------------------------------------------------------------- property

STEP = st.tuples(st.integers(0, 3), st.sampled_from(["died", "out", "away", "back", "stay", "move", "undo", "return"]))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=1, max_size=10))
@example(steps=[(0, "move"), (0, "stay")])  # staying at one's own home once counted twice
def test_whatever_happens_figures_are_what_the_rows_say(
    clerk: Actor, tmp_path: Path, steps: list[tuple[int, str]]
) -> None:
    owner("truncate residents_person, residents_secret, residents_presence, residents_household, residents_change, "
          "residents_import_file, residents_import_row, areas_building, metrics_delta, metrics_value cascade")  # fmt: skip
    people = settle(clerk, tmp_path, 4)
    building = home_of(people[0])[:16]
    for who, what in steps:
        with acting(clerk):
            person, door = people[who], Door(building, "2单元", str(200 + who % 2))
            try:
                if what in ("died", "out"):
                    life.leave(actor=clerk, person_id=person, died=what == "died", on=DAY, reason="x")
                elif what == "away":
                    life.go_away(actor=clerk, person_id=person, on=DAY, reason="x")
                elif what == "back":
                    life.come_back(actor=clerk, person_id=person, on=DAY, reason="x")
                elif what == "undo":
                    last = owner(
                        "select max(id) from residents_change where person_id = %s and undone_at is null", person
                    )
                    if last[0][0]:
                        life.undo_change(actor=clerk, change_id=last[0][0])
                else:
                    act = {"stay": life.stay_at, "move": life.move_within, "return": life.take_back}[what]
                    act(actor=clerk, person_id=person, door=door, on=DAY, reason="x")
            except LianfangError as error:
                assert error.code in {"residents.gone_already", "residents.change_stands"}, error.code
        counted(HERE)
        twice = owner("select person_id from residents_presence where why < 3 group by 1 having count(*) > 1")
        assert twice == []
