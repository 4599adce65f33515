"""Every route × every role × inside and outside its grant, and every kind of fact likewise, against the oracle.

What the oracle does not grant is refused in the very bytes of something that does not exist, and no answer of any kind
names a person outside the reader's grant.
"""

from __future__ import annotations

import logging

import pytest
from django.db import transaction

from tests.contracts.asking import all_routes
from tests.contracts.oracle import LISTING, facts, policy, routes
from tests.contracts.scene import build_scene
from tests.contracts.walk import Probe

pytestmark = pytest.mark.row("B1")
ROUTES, POLICY = routes(), policy()


@pytest.fixture(scope="module")
def probe(database: object) -> Probe:
    """The stage and its clients."""
    return Probe(build_scene())


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Thousands of refusals are meant; none is news."""
    caplog.set_level(logging.ERROR, logger="django.request")


def said(found: list[str]) -> None:
    """Fail with every finding on a line of its own."""
    assert not found, "\n" + "\n".join(found)


def test_every_route_stands_in_the_oracle() -> None:
    known = {name for name, _ in all_routes()}
    assert sorted(known - set(ROUTES)) == [], "routes that the oracle does not know"
    gone = [name for name, line in ROUTES.items() if name not in known and not line.get("waiting")]
    assert gone == [], "routes of the oracle that do not exist"


@pytest.mark.parametrize("name", ROUTES)
def test_every_view_says_what_it_asks(name: str) -> None:
    """The mark on the view admits exactly the roles that the oracle admits."""
    line, view = ROUTES[name], dict(all_routes()).get(name)
    if line.get("framework") or (line.get("waiting") and view is None):
        return
    marked = getattr(view, "requires", None)
    assert marked is not None, f"{name} carries neither requires nor public"
    assert (marked == ("public",)) == (line["needs"] == ["public"])
    if marked != ("public",):
        wanted = {role for role in POLICY.roles if POLICY.opens(role, line["needs"], lists=line.get("lists", False))}
        given = {role for role in POLICY.roles if POLICY.opens(role, list(marked) or ["anybody"], lists=view.lists)}
        assert given == wanted


@pytest.mark.parametrize("role", POLICY.roles)
def test_routes(probe: Probe, role: str) -> None:
    """One role on every route: what it may, what it may not, and what lies outside."""
    said(probe.walk(role))


def test_nobody_signed_in(probe: Probe) -> None:
    said(probe.walk_signed_out())


def test_refusals_look_alike_as_pages(probe: Probe) -> None:
    """Not granted, outside the grant, and no such address at all: one page, byte by byte."""
    said(probe.pages_of_refusals())


def test_facts_stand_in_the_oracle() -> None:
    from lianfang.base.facts.api import kinds

    assert {kind.name: kind.verb for kind in kinds()} == {name: line["verb"] for name, line in facts().items()}


@pytest.mark.parametrize("kind", facts())
def test_facts(probe: Probe, kind: str) -> None:
    """Every role sends a fact of a kind inside its grant, in another area, and about somebody else's person."""
    said(probe.facts(kind))


def test_the_stage_is_what_the_oracle_thinks(probe: Probe) -> None:
    """Guards the guards: seats are narrow, outside is outside, and the policy has roles of every kind of scope."""
    scene = probe.scene
    assert {seat.scope for seat in scene.seats.values()} >= LISTING | {"self", "post", "none", "incident"}
    for seat in scene.seats.values():
        assert not seat.path or not seat.outside.startswith(seat.reach), seat.role
    with transaction.atomic():
        actor = scene.enter("grid_worker")
        assert actor.grids == scene.seats["grid_worker"].grids
