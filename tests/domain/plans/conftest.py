"""The desk of planners, once a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lianfang.base.database import connect

if TYPE_CHECKING:
    from tests.support.plans_desk import Desk


@pytest.fixture(scope="module")
def desk(database: connect.Target) -> Desk:
    """Three units of the county with 60 people; half of them live in communities of the first township."""
    from tests.support.plans_desk import make_desk

    return make_desk()
