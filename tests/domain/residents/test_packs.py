"""Packs of the door: they say what a look-up by code says, and none outlives a change of the people in it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from lianfang.base.access.api import Actor
from lianfang.base.areas.services import close_area
from lianfang.domain.residents import confirm, life, life_codes, transfers
from lianfang.domain.residents.api import import_residents, packs, undo_import
from lianfang.domain.residents.life import Door, Newcomer
from tests.domain.residents import rosters
from tests.domain.residents.ledger import HERE, OTHER_COUNTY, THERE, home_of, settle
from tests.domain.residents.offices import acting, office, owner

pytestmark = [pytest.mark.usefixtures("database", "empty"), pytest.mark.row("D1")]

PLACE = 9
DAY = date(2022, 3, 20)
ENDING = "411621001003"
EVERYWHERE = [HERE, THERE, ENDING, OTHER_COUNTY]


def opened() -> dict[str, dict[int, str]]:
    """Community → printed code → home, as every pack that stands says."""
    found = {}
    for community, people, codes, places in owner("select community, people, codes, places from residents_pack"):
        held, homes = bytes(codes), bytes(places).decode("ascii")
        assert (len(held), len(homes)) == (8 * people, PLACE * people)
        numbers = [int.from_bytes(held[at : at + 8], "big") for at in range(0, len(held), 8)]
        assert numbers == sorted(set(numbers))
        found[community] = {
            number: community + homes[PLACE * at : PLACE * at + PLACE].rstrip() for at, number in enumerate(numbers)
        }
    return found


def looked_up() -> dict[str, dict[int, str]]:
    """The same, as the door finds everybody by code."""
    found: dict[str, dict[int, str]] = {}
    for code, home in owner("select code, coalesce(stay_path, path) from residents_person"):
        found.setdefault(home[:12], {})[code] = home
    return found


def all_packed() -> None:
    """Every community of these tests is packed, and rightly."""
    packs.build(EVERYWHERE)
    assert opened() == {community: looked_up().get(community, {}) for community in EVERYWHERE}


def gone_after(change: Callable[[], object], *concerned: str) -> None:
    """A change drops the packs of these communities and no others; what is built then is right again."""
    all_packed()
    change()
    assert sorted(opened()) == sorted(set(EVERYWHERE) - set(concerned))
    all_packed()


def test_a_pack_says_what_a_look_up_says(clerk: Actor, neighbour: Actor, head: Actor, tmp_path: Path) -> None:
    """Whether at home, gone, dead, away, staying elsewhere within the community or in another one."""
    people = settle(clerk, tmp_path, 12)
    assert packs.missing(["411621"], 10) == [HERE]
    stay(head, neighbour, 5)
    assert packs.missing(["411621"], 10) == [HERE, THERE]
    assert packs.missing(["411621"], 1) == [HERE]
    with acting(clerk):
        life.leave(actor=clerk, person_id=people[0], died=True, on=DAY, reason="家属来报")
        life.leave(actor=clerk, person_id=people[1], died=False, on=DAY, reason="搬走")
        life.go_away(actor=clerk, person_id=people[2], on=DAY, reason="外出务工")
        life.stay_at(actor=clerk, person_id=people[3], door=door(HERE), on=DAY, reason="住女儿家")
    all_packed()
    assert {community: len(pack) for community, pack in opened().items()} == {
        HERE: 11,
        THERE: 1,
        ENDING: 0,
        OTHER_COUNTY: 0,
    }
    assert packs.missing(["411621"], 10) == []
    assert packs.missing([home_of(people[0]), OTHER_COUNTY], 10) == []
    assert packs.build(EVERYWHERE) == 0


@pytest.mark.parametrize("rest", ["000101" + "1234", "0001" + "0 001", "0001" + "家"])
def test_whose_home_does_not_fit_is_left_out(clerk: Actor, tmp_path: Path, rest: str) -> None:
    """Longer than 21 characters, or with such as no path has: the door looks them up by code."""
    people = settle(clerk, tmp_path, 4)
    owner("insert into residents_household (path, sealed, state) values (%s, '', 'empty')", HERE + rest)
    owner("update residents_person set path = %s where id = %s", HERE + rest, people[0])
    [code] = owner("select code from residents_person where id = %s", people[0])
    assert packs.build([HERE]) == 1
    pack = opened()[HERE]
    assert len(pack) == 3
    assert pack == {number: home for number, home in looked_up()[HERE].items() if number != code[0]}
    assert packs.missing([HERE], 10) == [], "nobody tries again"


def door(community: str) -> Door:
    """A home in a building that is there, not yet known."""
    owner("insert into areas_building (path, name) values (%s, '8号楼') on conflict do nothing", community + "0008")
    return Door(community + "0008", "1单元", "808")


def stay(head: Actor, neighbour: Actor, number: int, what: str = "stay") -> None:
    """Somebody of the roster goes to the community beside."""
    row = rosters.person(number)
    with acting(neighbour):
        asked = transfers.ask_transfer(
            actor=neighbour, what=what, number=row["id_no"], name=row["name"], door=door(THERE), reason="来本社区居住"
        )
    with acting(head):
        assert transfers.accept_transfer(actor=head, transfer_id=asked)


def test_no_pack_outlives_an_import_or_its_undo(clerk: Actor, tmp_path: Path) -> None:
    reports = []

    def take(*numbers: int, **changes: object) -> None:
        file = rosters.write(tmp_path / f"{len(reports)}.xlsx", [rosters.person(n, **changes) for n in numbers])
        reports.append(import_residents(actor=clerk, path_to_file=file, area_path=HERE))
        assert reports[-1].taken == len(numbers)

    gone_after(lambda: take(0, 1, 2, 3), HERE)
    gone_after(lambda: take(2, door="909"), HERE)
    gone_after(lambda: take(3, employer="邮局"))  # the same home: the pack is as right as before
    gone_after(lambda: undo_import(actor=clerk, file_id=reports[1].file_id), HERE)
    gone_after(lambda: undo_import(actor=clerk, file_id=reports[0].file_id), HERE)
    assert sum(map(len, looked_up().values())) == 1, "who was changed since stays"


def test_no_pack_outlives_a_change_of_the_ledger(clerk: Actor, tmp_path: Path) -> None:
    people = settle(clerk, tmp_path, 8)
    newcomer = Newcomer("新住户", 2, date(1990, 1, 1))
    home, elsewhere = home_of(people[0]), door(HERE)
    about = {"actor": clerk, "person_id": people[0], "on": DAY, "reason": "来报"}
    changes: list[tuple[Callable[[], object], bool]] = [
        (lambda: life.stay_at(door=elsewhere, **about), True),
        (lambda: life.come_back(**about), True),
        (lambda: life.move_within(door=elsewhere, **about), True),
        (lambda: life.undo_change(actor=clerk, change_id=last_change()), True),
        (lambda: life.add_person(actor=clerk, what="moved_in", home=home, who=newcomer, on=DAY, reason="租房"), True),
        (lambda: life.undo_change(actor=clerk, change_id=last_change()), True),
        (lambda: life.go_away(**about), False),  # found by code as before, at the same home
        (lambda: confirm.confirm_homes(actor=clerk, homes=[home]), False),
        (lambda: life.leave(died=True, **about), False),
    ]
    for change, moves in changes:

        def act(change: Callable[[], object] = change) -> None:
            with acting(clerk):
                change()

        gone_after(act, *([HERE] if moves else []))


def last_change() -> int:
    """The youngest record."""
    return int(owner("select max(id) from residents_change")[0][0])


def test_both_communities_of_a_transfer_are_packed_anew(
    clerk: Actor, head: Actor, neighbour: Actor, tmp_path: Path
) -> None:
    people = settle(clerk, tmp_path, 4)
    gone_after(lambda: stay(head, neighbour, 0), HERE, THERE)

    def back() -> None:
        with acting(neighbour):
            life.come_back(actor=neighbour, person_id=people[0], on=DAY, reason="回家了")

    gone_after(back, HERE, THERE)
    gone_after(lambda: stay(head, neighbour, 1, "move"), HERE, THERE)


def test_no_pack_outlives_the_code_of_its_community(tmp_path: Path) -> None:
    settle(office(ENDING), tmp_path, 8)
    county = office("411621", "county_dispatcher")
    close_area(path=ENDING, into=[(THERE, "")], on=DAY, decided_by="x")

    def follow() -> None:
        with acting(county):
            life_codes.follow_code(actor=county, old_path=ENDING, new_path=THERE)

    gone_after(follow, ENDING, THERE)
    assert sorted(looked_up()) == [THERE]


def test_an_emptied_ledger_has_no_packs(clerk: Actor, tmp_path: Path) -> None:
    settle(clerk, tmp_path, 4)
    all_packed()
    owner("truncate residents_person cascade")
    assert opened() == {}


def test_only_packs_somebody_needs_are_kept(clerk: Actor, tmp_path: Path) -> None:
    people = settle(clerk, tmp_path, 4)
    all_packed()
    assert packs.keep(["411621001"]) == 1
    assert sorted(opened()) == [HERE, THERE, ENDING]
    assert packs.keep([home_of(people[0])]) == 2
    assert sorted(opened()) == [HERE]
    assert packs.keep([]) == 1
    assert opened() == {}


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_written_every_pack_is_right(seed: int) -> None:
    """Any statement on the ledger, committed or rolled back, between building and building."""
    chance = random.Random(seed)
    homes = [f"{community}000101{number:03d}" for community in EVERYWHERE for number in range(3)]
    for home in homes:
        owner("insert into residents_household (path, sealed, state) values (%s, '', 'empty')", home)

    def some(count: int = 3) -> list[int]:
        return [code for (code,) in owner("select code from residents_person order by random() limit %s", count)]

    def write() -> None:
        kind, home = chance.randrange(7), chance.choice(homes)
        if kind < 2:
            owner(
                "insert into residents_person (code, household_id, path, sealed, sex, born_year, kind, tags, present) "
                "select (random() * 1e9)::int % 10 + 10 * row_number() over (), id, path, '', 1, 1980, 1, '{}', true "
                "from residents_household order by random() limit %s on conflict (code) do update set path = excluded.path",
                chance.randrange(4),
            )
        elif kind == 2:
            owner("delete from residents_person where code = any (%s)", some(2))
        elif kind == 3:
            owner("update residents_person set path = %s where code = any (%s)", home, some())
        elif kind == 4:
            owner(
                "update residents_person set stay_path = %s where code = any (%s)", chance.choice([home, None]), some()
            )
        elif kind == 5:
            owner("update residents_person set code = code + 1000 where code = any (%s)", some(1))
        else:
            owner(
                "update residents_person set confirmed_on = current_date, gone = 1 - gone where code = any (%s)",
                some(9),
            )

    for _ in range(40):
        if chance.random() < 0.6:
            packs.build(chance.sample(EVERYWHERE, 2))
        try:
            with transaction.atomic(using="owner"):
                for _ in range(chance.randrange(1, 4)):
                    try:
                        with transaction.atomic(using="owner"):
                            write()
                            if chance.random() < 0.2:
                                raise DatabaseError("the part is taken back")
                    except DatabaseError:
                        pass
                if chance.random() < 0.2:
                    raise DatabaseError("all is taken back")
        except DatabaseError:
            pass
        found = looked_up()
        assert all(pack == found.get(community, {}) for community, pack in opened().items())
    all_packed()
