"""The stage of own pages, once a module; nothing of another test in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.service import Stage


@pytest.fixture(scope="module")
def stage(database: object) -> Stage:
    """A unit with five members, offices around it."""
    from tests.support.service import build_stage

    return build_stage()


@pytest.fixture(autouse=True)
def fresh(request: pytest.FixtureRequest) -> None:
    """Nothing of another test."""
    if "stage" in request.fixturenames:
        from tests.support.service import clear

        clear(request.getfixturevalue("stage"))
