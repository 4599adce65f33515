# ruff: noqa: E501 - statements of the stage
"""Community, party and volunteer nets are one: each person once, and every building in some branch's zone, at the document's size."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.test import Client

from lianfang.domain.workforce import api, browsing
from tests.support.workforce import join, make_members, make_unit, run
from tests.support.world import HOME, NEXT, World, build_world, fold

pytestmark = [pytest.mark.row("A6"), pytest.mark.pg15]
HOUSEHOLDS, BUILDINGS, BRANCHES = 3_048, 32, 6


@pytest.fixture(scope="module")
def world(database: object) -> World:
    """One community of the document's size in six grids, with six temporary branches, a service team and grid workers."""
    world = build_world(homes=(NEXT,))
    for number in range(1, BUILDINGS + 1):
        run("insert into areas_building (path, name) values (%s, %s)", f"{HOME}{number:04d}", f"{number}号楼")
        homes = HOUSEHOLDS // BUILDINGS + (number <= HOUSEHOLDS % BUILDINGS)
        run(
            "insert into metrics_delta values ('residents.households', '', current_date, %s, %s)",
            f"{HOME}{number:04d}",
            homes,
        )
    grids = [
        run("insert into areas_grid (net, path, code, name, started_on) values ('community', %s, %s, %s, '2020-01-01') returning id",
            HOME, f"{at}", f"第{at}片区")[0][0] for at in range(1, BRANCHES + 1)
    ]  # fmt: skip
    run("insert into areas_grid_building (grid_id, net, building_id, path, from_on) "
        "select (%s::int[])[(right(path, 4)::int - 1) %% 6 + 1], 'community', id, path, '2020-01-01' from areas_building where path like %s",
        grids, HOME + "%")  # fmt: skip
    fold()
    office = make_unit("南关居委会", path=HOME, kind="village")
    people = make_members(office, 60, home=HOME)
    world.grids = grids  # type: ignore[attr-defined]
    with transaction.atomic():
        head = world.enter("community_head", HOME)
        for at, grid in enumerate(grids):
            api.found_team(
                actor=head, name=f"第{at + 1}片区临时党支部", kind="temporary_branch", path=HOME, tied_to=f"grid:{grid}",
                head=people[at * 6], members=people[at * 6 : at * 6 + 6],
            )  # fmt: skip
    team = make_unit("先锋服务队", path=HOME, kind="service_team")
    join(people[30:50], team, net="volunteer")
    grid_team = make_unit("网格员队伍", path=HOME, kind="grid_team")
    join([people[0], *people[50:56]], grid_team, net="community")
    return world


def test_each_person_stands_once_however_many_nets_they_are_in(world: World) -> None:
    with transaction.atomic():
        world.enter("community_clerk", HOME)
        nets = browsing.nets_of(HOME)
    assert sum(nets.values()) == 56
    assert nets == {
        ("party",): 29,
        ("party", "volunteer"): 6,
        ("volunteer",): 14,
        ("community", "party"): 1,
        ("community",): 6,
    }
    with transaction.atomic():
        world.enter("community_clerk", NEXT)
        assert browsing.nets_of(HOME) == {}


def test_the_page_shows_branches_by_zone_with_the_homes_they_cover(world: World) -> None:
    client = Client(headers={"Authorization": f"Bearer {world.token('community_head', HOME)}", "Accept-Language": "zh"})
    text = client.get(f"/workforce/nets/{HOME}/").content.decode()
    plain = " ".join(re.sub(r"<[^>]+>", " ", text).split())
    assert "3,048" in plain and "32" in plain
    assert len(re.findall(r"第\d片区临时党支部", plain)) == BRANCHES
    rows = re.findall(r"<tr><th scope=\"row\">(第\d片区)</th>.*?</tr>", text, re.S)
    assert rows == [f"第{at}片区" for at in range(1, BRANCHES + 1)]
    with transaction.atomic():
        world.enter("community_clerk", HOME)
        teams = browsing.teams_at(HOME)
        ties = browsing.tied_buildings(HOME, [one.tied_to for one in teams])
        homes = browsing.households_by_building(HOME)
    covered = [at for _name, paths in ties.values() for at in paths]
    assert (len(covered), len(set(covered)), sum(homes[at] for at in covered)) == (BUILDINGS, BUILDINGS, HOUSEHOLDS)


def test_a_building_in_nobodys_zone_is_named_first(world: World) -> None:
    run("insert into areas_building (path, name) values (%s, '新33号楼')", f"{HOME}0033")
    client = Client(headers={"Authorization": f"Bearer {world.token('community_head', HOME)}", "Accept-Language": "zh"})
    assert "新33号楼" in client.get(f"/workforce/nets/{HOME}/").content.decode()
