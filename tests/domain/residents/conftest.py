"""The ledger of two communities of one county and one of another: who keeps it, empty at the start of each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lianfang.base.access.api import Actor


@pytest.fixture(scope="module")
def tree(database: object) -> None:
    """The divisions of the counties."""
    from lianfang.base.areas.api import load_divisions, shipped_divisions
    from tests.contracts.scene import ELSEWHERE

    load_divisions([*shipped_divisions("fugou"), *ELSEWHERE], edition=2020)


@pytest.fixture
def empty(tree: None) -> None:
    """Nobody is in the ledger."""
    from tests.domain.residents.offices import owner

    owner(
        "truncate residents_person, residents_secret, residents_presence, residents_household, residents_import_file, residents_change, "
        "residents_import_row, residents_transfer, areas_building, areas_compound, areas_grid, areas_grid_building, metrics_delta, "
        "metrics_value, worklist_item cascade"
    )


@pytest.fixture(scope="module")
def clerk(tree: None) -> Actor:
    """A clerk here."""
    from tests.domain.residents import ledger, offices

    return offices.office(ledger.HERE)


@pytest.fixture(scope="module")
def head(tree: None) -> Actor:
    """The head here."""
    from tests.domain.residents import ledger, offices

    return offices.office(ledger.HERE, "community_head")


@pytest.fixture(scope="module")
def neighbour(tree: None) -> Actor:
    """The head of the community beside."""
    from tests.domain.residents import ledger, offices

    return offices.office(ledger.THERE, "community_head")


@pytest.fixture(scope="module")
def far(tree: None) -> Actor:
    """A head in another county."""
    from tests.domain.residents import ledger, offices

    return offices.office(ledger.OTHER_COUNTY, "community_head")
