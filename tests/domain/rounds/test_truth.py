"""Bar 10, its truth: figures kept by increments equal a count of the rows, whatever happened in whatever order."""

from __future__ import annotations

import pytest
from django.db import connections

from lianfang.base.database import connect
from lianfang.base.metrics import api as metrics

pytestmark = [pytest.mark.row("D1"), pytest.mark.row("D3"), pytest.mark.row("I1")]
HISTORIES = 60


@pytest.fixture(scope="module")
def outcome(database: connect.Target):
    """Sixty histories; `make bench NAME=metrics_truth` runs ten thousand."""
    from tests.support.histories import run_histories
    from tests.support.world import build_world

    return run_histories(build_world(), database.conninfo(connect.DOOR), HISTORIES, seed=20220320)


def test_figures_equal_a_count_of_the_rows(outcome):
    assert outcome.differences == []
    assert outcome.answers["accepted"] > HISTORIES * 3
    assert outcome.answers["duplicate"] > 0
    assert outcome.answers.get("held", 0) > 0  # results that overtook their swabs
    metrics.fold()
    from tests.support.histories import countable

    assert metrics.recompute(countable()) == []
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select count(distinct split_part(dim, ':', 1)) from metrics_value where name = any (%s)", [countable()]
        )
        assert cursor.fetchone()[0] >= HISTORIES * 0.95  # every history left figures


def test_a_single_wrong_change_is_found(outcome):
    """The comparison can fail: one change too many in one history is named with its place."""
    from tests.support.histories import countable

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "update metrics_value set value = value + 1 where ctid = (select ctid from metrics_value "
            "where name = 'rounds.sampled' and level = 16 and day < 'infinity' limit 1)"
        )
    assert [one.kept - one.counted for one in metrics.recompute(countable())] == [1]
