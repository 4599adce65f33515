"""A city loaded as a whole: packs follow the ledger again afterwards, whatever stood or happened before."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lianfang.domain.residents import loading
from lianfang.domain.residents.api import packs
from lianfang.domain.residents.loading import load_city
from lianfang.kernel.errors import LianfangError
from tests.domain.residents.ledger import HERE, THERE
from tests.domain.residents.offices import owner

pytestmark = [pytest.mark.usefixtures("database", "empty"), pytest.mark.row("D1")]
DAY = date(2022, 3, 1)
FRACTION = 0.001


def packed() -> int:
    return int(owner("select count(*) from residents_pack")[0][0])


def test_no_pack_survives_a_load_and_the_next_change_is_noticed() -> None:
    assert packs.build([HERE, THERE]) == 2, "of nobody"
    report = load_city(["411621"], day=DAY, fraction=FRACTION, workers=1)
    assert report.people == owner("select count(*) from residents_person")[0][0] >= report.communities > 400
    assert packed() == 0
    assert packs.build([HERE, THERE]) == 2
    owner(
        "insert into residents_person (code, household_id, path, sealed, sex, born_year, kind, tags, present) "
        "select 1, household_id, path, sealed, sex, born_year, kind, tags, present from residents_person where path like %s limit 1",
        HERE + "%",
    )
    assert owner("select community from residents_pack") == [(THERE,)]
    with pytest.raises(LianfangError, check=lambda error: error.code == "residents.ledger_not_empty"):
        load_city(["411621"], day=DAY, fraction=FRACTION)


def test_a_load_that_breaks_off_leaves_nothing_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        packs.build([HERE])
        raise KeyboardInterrupt

    monkeypatch.setattr(loading, "_fill", broken)
    with pytest.raises(KeyboardInterrupt):
        load_city(["411621"], day=DAY, fraction=FRACTION)
    assert packed() == 0
    assert owner("select tgname from pg_trigger where tgenabled <> 'O'") == []
