"""What the tests of workforce share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from lianfang.base.access.api import Actor
from lianfang.kernel.errors import LianfangError
from tests.support.world import World, build_world


@contextmanager
def refused(code: str) -> Iterator[None]:
    """The block must end in a refusal whose code ends in these words."""
    with pytest.raises(LianfangError) as caught:
        yield
    assert caught.value.code.endswith(code), caught.value.code


@pytest.fixture(scope="module")
def world(database: object) -> World:
    """Fugou with two communities; a module that needs another has its own."""
    return build_world()


def actor_of(world: World, role: str, path: str) -> Actor:
    """Somebody with a role."""
    with transaction.atomic():
        return world.enter(role, path)
