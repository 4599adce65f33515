"""Fixtures of the volunteers' tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.world import World, build_world


@pytest.fixture(scope="module")
def world(database: object) -> World:
    """Two communities with two buildings each; the volunteers' tables are empty."""
    return build_world(per_building=2)


@pytest.fixture
def published(world: World) -> Callable[..., tuple[int, str]]:
    """A function that publishes a call in the first community: its number and public code."""
    from tests.domain.volunteers.desk import publish

    def made(**more: Any) -> tuple[int, str]:
        return publish(world, **more)

    return made
