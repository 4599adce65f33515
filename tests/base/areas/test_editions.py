"""What became of codes between editions: the shipped lists with their published counts, and hand-made cases."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.base.areas.api import (
    Division,
    Kind,
    area,
    breadcrumbs,
    children,
    close_area,
    compare_editions,
    counts_by_kind,
    counts_by_level,
    decide_change,
    load_divisions,
    record_edition,
    shipped_divisions,
    subtree,
    successors,
    undecided,
)
from lianfang.kernel.errors import LianfangError

COUNTS = {
    "cangzhou": {2: 1, 3: 20, 4: 209, 5: 6087},
    "tangshan": {2: 1, 3: 19, 4: 251, 5: 6280},
    "fugou": {3: 1, 4: 16, 5: 411},
}


def village(code: str, name: str) -> Division:
    return Division(code, name, 5, code[:9] + "000")


@pytest.mark.row("A1")
@pytest.mark.parametrize("name", COUNTS)
def test_the_shipped_lists_have_the_published_counts(name: str) -> None:
    assert counts_by_level(shipped_divisions(name)) == COUNTS[name]


@pytest.mark.parametrize(("name", "years"), [(n, y) for n in COUNTS for y in ((2018, 2019), (2019, 2020))])
def test_every_old_code_has_exactly_one_fate(name: str, years: tuple[int, int]) -> None:
    old, new = shipped_divisions(name, years[0]), shipped_divisions(name, years[1])
    changes = compare_editions(old, new)
    fates = Counter(change.old_code for change in changes if change.old_code)
    assert fates == Counter({row.code: 1 for row in old})
    became = {change.new_code for change in changes if change.new_code}
    assert became == {row.code for row in new}


def test_what_names_decide_in_cangzhou_2020() -> None:
    old, new = shipped_divisions("cangzhou", 2019), shipped_divisions("cangzhou", 2020)
    vanished = {row.code for row in old} - {row.code for row in new}
    assert len(vanished) == 353
    kinds = counts_by_kind(change for change in compare_editions(old, new) if change.old_code in vanished)
    assert kinds["moved"] >= 245
    assert (
        kinds["moved"] + kinds["undecided"] + kinds.get("merged", 0) + kinds.get("split", 0) + kinds.get("ended", 0)
        == 353
    )
    assert kinds["undecided"] <= 108


def test_tangshan_renames_1758_codes_in_2020() -> None:
    changes = compare_editions(shipped_divisions("tangshan", 2019), shipped_divisions("tangshan", 2020))
    assert counts_by_kind(changes)["renamed"] == 1758


def test_hand_made_cases() -> None:
    old = [
        Division("130901101000", "东镇", 4, "130901000000"),
        village("130901101201", "张庄村委会"),
        village("130901101202", "李庄村委会"),
        village("130901101203", "王庄村委会"),
        village("130901101204", "赵庄村委会"),
    ]
    new = [
        Division("130901102000", "西镇", 4, "130901000000"),
        village("130901102201", "张庄村民委员会"),
        village("130901102202", "李庄村委会"),
        village("130901102203", "王庄村委会"),
        village("130901102204", "钱庄村委会"),
    ]
    fate = {change.old_code: change for change in compare_editions(old, new) if change.old_code}
    assert (fate["130901101201"].kind, fate["130901101201"].new_code) == (Kind.MOVED, "130901102201")
    assert fate["130901101204"].kind is Kind.UNDECIDED
    assert [c.new_code for c in compare_editions(old, new) if c.kind is Kind.NEW] == ["130901102000", "130901102204"]
    old_town = fate["130901101000"]
    assert old_town.kind is Kind.UNDECIDED, "three of four villages are no decision (share 0.8)"
    new[4] = village("130901102204", "赵庄村委会")
    town = next(c for c in compare_editions(old, new) if c.old_code == "130901101000")
    assert (town.kind, town.new_code) == (Kind.MOVED, "130901102000")


@given(st.lists(st.integers(1, 199), unique=True, max_size=30), st.data())
def test_the_same_list_twice_changes_nothing(numbers: list[int], data: st.DataObject) -> None:
    rows = [village(f"130901101{number:03d}", f"{number}村委会") for number in numbers]
    assert {c.kind for c in compare_editions(rows, data.draw(st.permutations(rows)))} <= {Kind.SAME}


@pytest.mark.usefixtures("database")
class TestInTheDatabase:
    """Editions, splits and closings as rows."""

    def test_an_edition_is_loaded_with_its_history(self) -> None:
        old, new = shipped_divisions("fugou", 2018), shipped_divisions("fugou", 2019)
        changes = record_edition(old, new, years=(2018, 2019), on=date(2019, 10, 31))
        record_edition(old, new, years=(2018, 2019), on=date(2019, 10, 31))
        assert len(subtree("411621")) == 428
        moved = next(c for c in changes if c.kind is Kind.MOVED)
        assert successors(moved.old_code) == (moved.new_code,)
        open_cases = undecided(2018, 2019)
        assert len(open_cases) == counts_by_kind(changes)["undecided"] > 0
        fresh = next(c.new_code for c in changes if c.kind is Kind.NEW)
        decide_change(
            old_code=open_cases[0][0], kind=Kind.MOVED, new_codes=[fresh], years=(2018, 2019), decided_by="民政"
        )
        assert successors(open_cases[0][0]) == (fresh,)
        record_edition(old, new, years=(2018, 2019), on=date(2019, 10, 31))
        assert successors(open_cases[0][0]) == (fresh,), "a person's decision outlives the rules"
        with pytest.raises(LianfangError, match="does not hold"):
            decide_change(
                old_code=open_cases[0][0], kind=Kind.SPLIT, new_codes=[fresh], years=(2018, 2019), decided_by="x"
            )

    @pytest.mark.row("A1")
    def test_reading_the_tree(self) -> None:
        load_divisions(shipped_divisions("fugou"), edition=2020)
        towns = children("411621")
        assert len(towns) == 16
        assert [line.path for line in breadcrumbs(towns[0].path)] == ["411621", towns[0].path]
        assert area("411621").short == "扶沟县"
        assert sum(len(children(town.path)) for town in towns) == 411
        with pytest.raises(LianfangError):
            area("999999999999")

    def test_split_and_close_keep_the_old_code_readable(self) -> None:
        load_divisions(shipped_divisions("fugou"), edition=2020)
        one = children(children("411621")[0].path)[0]
        parts = [(one.code[:9] + "198", "甲社区居委会"), (one.code[:9] + "199", "乙社区居委会")]
        close_area(path=one.path, into=parts, on=date(2022, 3, 1), decided_by="民政")
        assert one.code not in {line.code for line in subtree(one.path[:9])}
        assert successors(one.code) == tuple(code for code, _ in parts)
        with pytest.raises(LianfangError):
            close_area(path=one.path, into=[], on=date(2022, 3, 2), decided_by="民政")
