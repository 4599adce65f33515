"""The roster of a demo: complete beside its deliberate mistakes, and readable as an office's file."""

from __future__ import annotations

import io

import pytest

from lianfang.exchange.synthetic import CENSUS_DAY, MISTAKE_KINDS, Roster, RosterSpec, roster_xlsx, unit_names
from lianfang.exchange.tables import HOUSEHOLD, Batch, Confidence, Table, read_table
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.identity import parse_resident_number

Written = tuple[Roster, Table, Batch]


@pytest.fixture(scope="module")
def written() -> Written:
    target = io.BytesIO()
    roster = roster_xlsx(target, mistakes=True)
    table = read_table(target.getvalue(), columns=HOUSEHOLD, filename="台账.xlsx")
    return roster, table, table.read_all()


def cell(written: Written, kind: str) -> object:
    """What the reader makes of the cell with this mistake."""
    roster, _, batch = written
    mistake = next(mistake for mistake in roster.mistakes if mistake.kind == kind)
    return batch.columns[mistake.column][batch.rows.index(mistake.row)]


@pytest.mark.row("C1")
def test_the_documented_size_and_the_official_columns(written: Written) -> None:
    roster, table, batch = written
    good = len(batch.rows) - len(roster.mistakes)
    assert good == 6_518
    assert table.header_row == 3
    assert all(guess.confidence is Confidence.EXACT for guess in table.guesses)
    place = ("building", "entrance", "door")
    homes = set(zip(*(batch.columns[key][:good] for key in place), strict=True))
    assert len(homes) == 3_048
    assert len(set(batch.columns["building"][:good])) == 32
    assert set(batch.columns["community"][:good]) == {unit_names()["411621001001"]}
    assert batch.columns["relation_to_head"][:good].count("户主") == 3_048
    numbers = batch.columns["id_no"][:good]
    assert len(set(numbers)) == 6_518
    for number in numbers:
        parse_resident_number(str(number), today=CENSUS_DAY, synthetic_allowed=True)


def test_each_mistake_is_where_it_is_said_to_be(written: Written) -> None:
    roster, _, batch = written
    assert [mistake.kind for mistake in roster.mistakes] == list(MISTAKE_KINDS)
    verdicts = {(verdict.row, verdict.name): verdict.code for verdict in batch.verdicts}
    by_kind = {mistake.kind: (mistake.row, mistake.column) for mistake in roster.mistakes}
    assert verdicts == {
        by_kind["lost_digits"]: "tables.digits_lost",
        by_kind["impossible_date"]: "tables.date_unreadable",
    }
    for kind, code in (
        ("wrong_check_character", "identity.check_failed"),
        ("impossible_birth_in_number", "identity.birth_impossible"),
    ):
        with pytest.raises(LianfangError) as caught:
            parse_resident_number(str(cell(written, kind)), today=CENSUS_DAY, synthetic_allowed=True)
        assert caught.value.code == code
    assert batch.columns["id_no"].count(cell(written, "duplicate_number")) == 2
    assert cell(written, "other_community") != unit_names()["411621001001"]
    assert cell(written, "no_name") is None
    assert len(str(cell(written, "short_phone"))) < 11


def test_without_mistakes_and_for_a_village() -> None:
    target = io.BytesIO()
    spec = RosterSpec(code="130921100200", people=300, households=100, buildings=None, seed=9)
    assert roster_xlsx(target, spec) == Roster(300, ())
    table = read_table(target.getvalue(), columns=HOUSEHOLD)
    batch = table.read_all()
    assert len(batch.rows) == 300
    assert batch.verdicts == ()
    assert batch.columns["entrance"] == [None] * 300
    again = io.BytesIO()
    roster_xlsx(again, spec)
    assert read_table(again.getvalue(), columns=HOUSEHOLD).read_all() == batch
