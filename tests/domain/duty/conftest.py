"""The stage of duty, once a module, and a way to clear its posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lianfang.base.database import connect
    from tests.support.duty import Stage


@pytest.fixture(scope="module")
def stage(database: connect.Target) -> Stage:
    """Two units with their people, offices by role."""
    from tests.support.duty import build_stage

    return build_stage()


@pytest.fixture
def fresh(stage: Stage) -> None:
    """No posts and nothing stated about hours."""
    from tests.support.duty import run

    run("truncate duty_post cascade")
    run("delete from metrics_delta where starts_with(name, 'duty.')")
    run("delete from metrics_value where starts_with(name, 'duty.')")
    run("delete from workforce_availability")
