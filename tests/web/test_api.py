"""The description for machines, and areas over HTTP, on the real database."""

from __future__ import annotations

import pytest
from django.test import Client

from lianfang.base.database import connect
from tests.support.world import COUNTY, HOME, NEXT, World, build_world


@pytest.fixture(scope="module")
def world(database: connect.Target) -> World:
    return build_world(per_building=2)


def test_the_description_names_every_kind_of_fact() -> None:
    from lianfang.base.facts.api import kinds
    from lianfang.web.api.openapi import build

    made = build()
    consts = {
        schema["properties"]["kind"]["const"]
        for schema in made["components"]["schemas"].values()
        if "kind" in schema.get("properties", {})
    }
    assert consts == {kind.name for kind in kinds()}
    assert set(made["paths"]) >= {"/api/facts", "/api/metrics", "/api/worklist", "/api/areas/{code}"}


@pytest.mark.row("A1")
def test_an_area_with_its_children(world: World) -> None:
    client = Client(headers={"Authorization": f"Bearer {world.token('county_dispatcher', COUNTY)}"})
    found = client.get("/api/areas/411621001000").json()
    assert found["name"] == "桐丘街道"
    assert len(found["below"]) == 14
    assert [one["code"] for one in found["above"]] == ["411621000000"]


def test_an_area_outside_looks_like_none(world: World) -> None:
    client = Client(headers={"Authorization": f"Bearer {world.token('community_clerk', HOME)}"})
    outside, nothing = client.get(f"/api/areas/{NEXT}"), client.get("/api/areas/411621999999")
    assert outside.status_code == nothing.status_code == 404
    assert outside.json()["detail"] == nothing.json()["detail"]
