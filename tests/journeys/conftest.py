"""What every journey has: Debian's Chromium, and desks of whoever signs in at the served product."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.journeys.desk_server import CHROMIUM, Desk, desks


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium."""
    return CHROMIUM


@pytest.fixture
def desk(browser: Any, site: str) -> Iterator[Callable[..., Desk]]:
    """Desks and phones at the product that the module serves (`site`)."""
    with desks(browser, site) as open_desk:
        yield open_desk
