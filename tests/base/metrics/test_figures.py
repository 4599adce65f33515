"""Metrics on the real database: reads by day, children add up, folding beside writers, recounts."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.base.access.api import create_account, create_grant, enter, open_session, token_digest
from lianfang.base.metrics import api as metrics
from lianfang.base.metrics import registry
from lianfang.base.metrics.api import Delta, Metric
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.errors import LianfangError

pytestmark = pytest.mark.row("I1")

TODAY = beijing_day(timezone.now())
RECOUNT = "select kind as dim, day, path, amount as value from test_events where name = '{}'"


def _metric(name: str, *, stock: bool = False, adds_up: bool = True) -> Metric:
    return Metric(
        name=name, zh="试", en="trial", unit_zh="人", unit_en="people", says_zh="试验。", says_en="A trial.",
        stock=stock, adds_up=adds_up, dimension="kind", recount=RECOUNT.format(name),
    )  # fmt: skip


FLOW, STOCK, FLAT = _metric("trial.flow"), _metric("trial.stock", stock=True), _metric("trial.flat", adds_up=False)
NAMES = [FLOW.name, STOCK.name, FLAT.name]
PATHS = ["410621", "410621100", "410621100001", "4106211000010001", "410621100002", "410621101001", "4106221000010002"]


@pytest.fixture(scope="module")
def events(database):
    """A little engine: a table of rows; every row comes with its change."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("drop table if exists test_events")
        cursor.execute(
            'create table test_events (name text, kind text, day date, path text collate "C", amount bigint)'
        )
        cursor.execute("grant insert on test_events to lianfang_door")
    for one in (FLOW, STOCK, FLAT):
        metrics.define_metric(one)
    assert metrics.publish_registry() == 1
    yield
    for name in NAMES:
        registry._METRICS.pop(name)
    with connections["owner"].cursor() as cursor:
        cursor.execute("drop table test_events")
        cursor.execute("delete from metrics_flat")


def _clear():
    with connections["owner"].cursor() as cursor:
        cursor.execute("truncate test_events, metrics_delta, metrics_value")


def _record(rows: list[Delta], using: str = "door"):
    """Rows and changes in one transaction, as an engine does it."""
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            cursor.executemany(
                "insert into test_events values (%s, %s, %s, %s, %s)",
                [(row.name, row.dim, row.day, row.path, row.value) for row in rows],
            )
        metrics.add(rows, using=using)


deltas = st.builds(
    Delta,
    name=st.sampled_from(NAMES),
    day=st.integers(0, 3).map(lambda back: TODAY - timedelta(days=back)),
    path=st.sampled_from(PATHS),
    value=st.integers(-5, 9),
    dim=st.sampled_from(["", "a", "b"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    history=st.lists(st.lists(deltas, max_size=8), max_size=5), folds=st.lists(st.booleans(), min_size=5, max_size=5)
)
def test_folded_changes_are_a_full_recount(events, history, folds):
    _clear()
    for rows, folded in zip(history, folds, strict=False):
        _record(rows)
        if folded:
            metrics.fold()
    assert metrics.recompute(NAMES) == []
    metrics.fold()
    assert metrics.recompute(NAMES) == []
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select name, dim, day::text, path, value from metrics_value where value <> 0 order by 1, 2, 3, 4"
        )
        kept = cursor.fetchall()
        metrics.rebuild(NAMES)
        cursor.execute("select name, dim, day::text, path, value from metrics_value order by 1, 2, 3, 4")
        assert cursor.fetchall() == kept


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(deltas, max_size=20), back=st.integers(0, 3))
def test_children_add_up_and_stocks_run_on(events, rows, back):
    _clear()
    _record(rows)
    metrics.fold()
    day = TODAY - timedelta(days=back)
    expected = {
        FLOW.name: sum(r.value for r in rows if r.name == FLOW.name and r.day == day and r.path[:6] == "410621"),
        STOCK.name: sum(r.value for r in rows if r.name == STOCK.name and r.day <= day and r.path[:6] == "410621"),
    }
    county = metrics.values(["410621"], expected, day, using="owner")
    towns = metrics.children("410621", expected, day, level=9, using="owner")
    for name, total in expected.items():
        assert county.total("410621", name) == total
        own = sum(  # changes recorded at the county itself belong to no township
            r.value for r in rows
            if r.name == name and r.path == "410621" and (r.day == day if name == FLOW.name else r.day <= day)
        )  # fmt: skip
        assert sum(towns.total(path, name) for path in towns.paths()) + own == total
    flat = metrics.values(["410621"], [FLAT.name], day, using="owner").total("410621", FLAT.name)
    assert flat == sum(r.value for r in rows if (r.name, r.day, r.path) == (FLAT.name, day, "410621"))


def test_folding_beside_writers_loses_nothing(events):
    _clear()
    stop = threading.Event()
    taken: list[int] = []

    def write():
        for _ in range(40):
            _record([Delta(FLOW.name, TODAY, path, 1, "a") for path in PATHS])
        connections.close_all()

    def folding():
        while not stop.is_set():
            taken.append(metrics.fold())
        connections.close_all()

    writers = [threading.Thread(target=write) for _ in range(3)]
    folders = [threading.Thread(target=folding) for _ in range(2)]
    for thread in [*writers, *folders]:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in folders:
        thread.join()
    taken.append(metrics.fold())
    assert sum(taken) == 3 * 40 * len(PATHS)
    assert metrics.recompute([FLOW.name]) == []
    assert metrics.values(["410621"], [FLOW.name], TODAY, using="owner").of("410621", FLOW.name, "a") == 3 * 40 * 6


def test_a_lost_change_is_found(events):
    _clear()
    _record([Delta(FLOW.name, TODAY, PATHS[2], 3, "a")])
    metrics.fold()
    with connections["owner"].cursor() as cursor:
        cursor.execute("insert into test_events values (%s, 'a', %s, %s, 2)", [FLOW.name, TODAY, PATHS[2]])
    found = metrics.recompute([FLOW.name])
    assert {(one.path, one.kept, one.counted) for one in found} == {(PATHS[2][:n], 3, 5) for n in (2, 4, 6, 9, 12)}
    assert {one.day for one in found} == {str(TODAY), "infinity"}


def test_a_village_reads_its_own_figures_only(events):
    _clear()
    _record([Delta(FLOW.name, TODAY, path, 1) for path in PATHS])
    metrics.fold()
    account = create_account(username="metrics-head", name="李明", password="x" * 12)
    create_grant(account_id=account, role="community_head", path="410621100001")
    with transaction.atomic():
        enter(token_digest(open_session(account)))
        figures = metrics.values(["410621", "410621100001", "410621100002"], [FLOW.name], TODAY)
        assert [figures.total(path, FLOW.name) for path in ("410621", "410621100001", "410621100002")] == [0, 2, 0]
        assert list(metrics.children("410621", [FLOW.name], TODAY, level=12).paths()) == ["410621100001"]
    with transaction.atomic():
        assert list(metrics.children("410621", [FLOW.name], TODAY, level=12).paths()) == []


def test_series_and_unknown_names(events):
    _clear()
    before = TODAY - timedelta(days=1)
    _record([Delta(FLOW.name, before, PATHS[2], 2, "a"), Delta(STOCK.name, TODAY, PATHS[2], 4)])
    metrics.fold()
    found = metrics.series(PATHS[2], [FLOW.name, STOCK.name], before, TODAY, using="owner")
    assert found == {before: {(FLOW.name, "a"): 2}, TODAY: {(STOCK.name, ""): 4}}
    with pytest.raises(LianfangError, match="no metric"):
        metrics.values(PATHS, ["trial.nothing"], date(2022, 3, 1))
    with pytest.raises(LianfangError, match="no metric"):
        metrics.add([Delta("trial.nothing", TODAY, PATHS[0], 1)])
