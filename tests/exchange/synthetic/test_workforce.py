"""Synthetic units and people: exact numbers, unassigned identities, homes near the office, the same by the same seed."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from lianfang.base.areas.services import shipped_divisions
from lianfang.exchange import synthetic
from lianfang.exchange.synthetic.workforce import LEVELS, UNIT_HEADINGS
from lianfang.exchange.tables import reader
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.identity import parse_resident_number

pytestmark = pytest.mark.row("B1")
CODES = [one.code for one in shipped_divisions("fugou") if one.level == 5]


@pytest.mark.parametrize(("people", "units"), [(4_220, 110), (38_050, 900), (5, 5)])
def test_numbers_are_exact_and_every_unit_has_one_head(people: int, units: int) -> None:
    made = synthetic.units(CODES, people, units, 7)
    assert (made.unit.size, made.unit_name.size) == (people, units)
    assert np.array_equal(np.unique(made.unit), np.arange(units))
    assert made.head.sum() == units
    assert len(set(zip(made.unit_area.tolist(), made.unit_name.tolist(), strict=True))) == units


def test_identities_are_valid_unassigned_and_different() -> None:
    made = synthetic.units(CODES, 38_050, 900, 7)
    assert np.unique(made.id_no).size == 38_050
    for at in range(0, 38_050, 997):
        found = parse_resident_number(made.id_no[at].decode(), today=date(2026, 1, 1), synthetic_allowed=True)
        assert found.number.startswith("99")
        assert (found.sex == "male") == bool(made.male[at])
    with pytest.raises(LianfangError):
        parse_resident_number(made.id_no[0].decode(), today=date(2026, 1, 1))


def test_people_live_in_the_given_communities_and_near_their_office() -> None:
    made = synthetic.units(CODES, 4_220, 110, 7)
    assert set(made.home.astype(str).tolist()) <= set(CODES)
    town = made.unit_level[made.unit] == LEVELS.index("township")
    same = made.home[town].astype("S9") == made.unit_area[made.unit][town].astype("S9")
    assert 0.75 < same.mean() <= 1
    assert set(np.unique(made.unit_level)) == {0, 1, 2}


def test_the_same_seed_gives_the_same_people_and_another_others() -> None:
    one, two, other = (synthetic.units(CODES, 500, 20, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.id_no, two.id_no)
    assert np.array_equal(one.name, two.name)
    assert not np.intersect1d(one.id_no, other.id_no).size


def test_too_many_units_or_no_community_is_refused() -> None:
    for codes, people, units in ((CODES, 3, 4), ([], 10, 2), (CODES, 5, 0)):
        with pytest.raises(LianfangError) as caught:
            synthetic.units(codes, people, units, 0)
        assert caught.value.code == "synthetic.workforce_impossible"


def test_the_list_is_what_an_office_sends() -> None:
    made = synthetic.units(CODES, 50, 5, 0)
    data = synthetic.unit_list_xlsx(made, rows=slice(0, 10))
    columns = [reader.ColumnSpec(word, word, word) for word in UNIT_HEADINGS]
    table = reader.read_table(data, columns=columns, filename="名册.xlsx")
    whole = table.read_all()
    assert len(whole.rows) == 10
    assert whole.columns["姓名"][3] == made.name[3]
