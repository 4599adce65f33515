"""The stage of missions, once a module; fresh teams, needs and missions for every test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.missions import Stage


@pytest.fixture(scope="module")
def stage(database: object) -> Stage:
    """Offices of two counties and their city, units made when asked for."""
    from tests.support.missions import build_stage

    return build_stage()


@pytest.fixture(autouse=True)
def fresh(request: pytest.FixtureRequest) -> None:
    """Nothing of another test."""
    if "stage" in request.fixturenames:
        from tests.support.missions import clear

        request.getfixturevalue("stage")
        clear()
