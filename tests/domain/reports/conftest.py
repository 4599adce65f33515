"""The county of these tests; imports wait until Django is set up."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def county(database):
    """A county with two townships, six villages and an open incident."""
    from tests.support.reports_county import open_county

    with open_county() as found:
        yield found


@pytest.fixture(autouse=True)
def _clean(request: pytest.FixtureRequest) -> None:
    if "county" in request.fixturenames:
        request.getfixturevalue("county")
        from tests.support.reports_county import clear_returns

        clear_returns()
