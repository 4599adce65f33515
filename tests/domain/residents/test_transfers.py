"""Somebody goes to another community's ledger: both sides accept, neither is told before, a refusal tells nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lianfang.base.access.api import Actor
from lianfang.domain.residents import life, transfers
from lianfang.domain.residents.api import people_of
from lianfang.domain.residents.life import Door
from lianfang.domain.residents.services import today
from lianfang.kernel.errors import LianfangError
from tests.domain.residents import rosters
from tests.domain.residents.ledger import HERE, OTHER_COUNTY, THERE, counted, home_of, refused, settle
from tests.domain.residents.offices import acting, office, owner

pytestmark = [pytest.mark.usefixtures("database", "empty"), pytest.mark.row("C1")]


def ask(actor: Actor, number: int, what: str = "move", **more: Any) -> int:
    if not owner("select 1 from areas_building where path = %s", actor.path + "0001"):
        owner("insert into areas_building (path, name) values (%s, '1号楼')", actor.path + "0001")
    row = rosters.person(number)
    with acting(actor):
        return transfers.ask_transfer(
            actor=actor, what=what, number=row["id_no"], name=row["name"], door=Door(actor.path + "0001", "1单元", "808"),
            reason="来本社区居住", **more,
        )  # fmt: skip


def test_a_move_is_accepted_by_both_sides_and_told_to_neither_before(
    clerk: Actor, head: Actor, neighbour: Actor, tmp_path: Path
) -> None:
    people = settle(clerk, tmp_path, 8)
    number = ask(neighbour, 2)
    with acting(neighbour):
        mine = transfers.transfer(actor=neighbour, transfer_id=number)
    assert (mine.side, mine.place, mine.code, mine.state) == ("in", "", "", "asked")
    with acting(head):
        theirs = transfers.transfer(actor=head, transfer_id=number)
    assert (theirs.side, theirs.place, theirs.name, theirs.number) == ("out", "", rosters.person(2)["name"], "")
    assert counted(THERE) == (0, 0)
    items = owner("select path, for_role, what from worklist_item")
    assert items == [(HERE, "community_head", "transfer_out")]
    with acting(clerk), refused("access.not_found"):
        transfers.accept_transfer(actor=clerk, transfer_id=number)  # a clerk may not accept
    with acting(head):
        assert transfers.accept_transfer(actor=head, transfer_id=number) is True
    assert (counted(HERE), counted(THERE)) == ((7, 2), (1, 1))
    with acting(neighbour):
        assert transfers.transfer(actor=neighbour, transfer_id=number).place
        assert [one.name for one in people_of(THERE)] == [rosters.person(2)["name"]]
    with acting(head):
        assert transfers.transfer(actor=head, transfer_id=number).place
        assert people[2] not in {one.id for one in people_of(HERE)}
        with refused("residents.transfer_over"):
            transfers.accept_transfer(actor=head, transfer_id=number)
    assert owner("select count(*) from worklist_item where done_at is null") == [(0,)]


def test_across_counties_the_seals_change_their_key(clerk: Actor, head: Actor, far: Actor, tmp_path: Path) -> None:
    people = settle(clerk, tmp_path, 4)
    number = ask(far, 1)
    with acting(head):
        assert transfers.accept_transfer(actor=head, transfer_id=number)
    with acting(far):
        entry = life.entry(actor=far, person_id=people[1])
    assert (entry.name, entry.secret["number"]) == (rosters.person(1)["name"], rosters.person(1)["id_no"])
    assert (counted(HERE), counted(OTHER_COUNTY)) == ((3, 1), (1, 1))


def test_a_stay_elsewhere_keeps_the_entry_where_it_is(
    clerk: Actor, head: Actor, neighbour: Actor, tmp_path: Path
) -> None:
    people = settle(clerk, tmp_path, 4)
    number = ask(neighbour, 0, "stay", until=today() + timedelta(days=30))
    with acting(head):
        transfers.accept_transfer(actor=head, transfer_id=number)
    assert home_of(people[0]).startswith(HERE)
    assert (counted(HERE), counted(THERE)) == ((3, 1), (1, 1))
    with acting(head):
        assert {one.id: one.present for one in people_of(HERE)}[people[0]] is False
        entry = life.entry(actor=head, person_id=people[0])
        assert entry.stay_path == THERE, "the community is told, the door is not"
    with acting(neighbour):
        assert [one.id for one in people_of(THERE)] == [people[0]]
        life.come_back(actor=neighbour, person_id=people[0], on=today(), reason="回家了")
    assert (counted(HERE), counted(THERE)) == ((4, 1), (0, 0))


def test_a_refused_transfer_changes_and_tells_nothing(
    clerk: Actor, head: Actor, neighbour: Actor, tmp_path: Path
) -> None:
    settle(clerk, tmp_path, 4)
    number = ask(neighbour, 0)
    with pytest.raises(LianfangError) as waits:
        ask(neighbour, 0)
    assert waits.value.code == "residents.transfer_waits"
    with acting(head):
        transfers.refuse_transfer(actor=head, transfer_id=number)
    with acting(neighbour):
        mine = transfers.transfer(actor=neighbour, transfer_id=number)
    assert (mine.state, mine.place) == ("refused", "")
    assert owner("select count(*) from residents_household where path like %s", THERE + "%") == [(0,)]
    assert (counted(HERE), counted(THERE)) == ((4, 1), (0, 0))


def test_a_clerk_asks_and_both_heads_accept(clerk: Actor, head: Actor, neighbour: Actor, tmp_path: Path) -> None:
    """The asking side's own head has to accept as well when a clerk asked; one person never accepts for both sides."""
    settle(neighbour, tmp_path, 4)
    number = ask(clerk, 0)
    assert sorted(owner("select path, what from worklist_item")) == [(HERE, "transfer_in"), (THERE, "transfer_out")]
    with acting(neighbour):
        assert transfers.accept_transfer(actor=neighbour, transfer_id=number) is False
    with acting(head):
        assert transfers.accept_transfer(actor=head, transfer_id=number) is True
    both = office("411621001", "community_head")
    owner("update residents_transfer set state = 'asked', from_by = null, to_by = %s", both.account_id)
    with acting(both), refused("residents.transfer_same_person"):
        transfers.accept_transfer(actor=both, transfer_id=number)


def test_nobody_is_found_by_trying_numbers(neighbour: Actor) -> None:
    for number in range(3):
        with pytest.raises(LianfangError) as caught:
            ask(neighbour, number)
        assert caught.value.code == "residents.nobody_to_transfer"
    assert owner("select count(*) from residents_household") == [(0,)]
