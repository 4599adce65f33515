"""Division codes and paths: real registers, the traps of zeros, ranges that hold exactly what lies below."""

import csv
import gzip
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.kernel import divisions as d
from lianfang.kernel.divisions import Level
from lianfang.kernel.errors import LianfangError

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("LIANFANG_SHARED", HERE.parents[2] / "shared"))
BIG = sorted(SHARED.glob("data/divisions/*.csv*"))


def code_of(call, *args):
    with pytest.raises(LianfangError) as caught:
        call(*args)
    return caught.value.code


def read(path):
    """The published register; the small fixture is an excerpt of netnr/zoning (MIT), edition 2020."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize("path", [HERE / "fixtures" / "divisions.csv", *BIG], ids=lambda path: path.name)
def test_a_real_register_agrees(path):
    """Level and parent of every line of the published tables; paths are unique and lead back to the code."""
    rows = read(path)
    assert len(rows) > 25
    paths = set()
    for row in rows:
        level = Level(int(row["level"]))
        assert d.level_of(row["code"]) is level
        assert level == 1 or d.parent_code(row["code"]) == row["parent_code"]
        own = d.path_of(row["code"], level)
        assert d.code_of(own) == row["code"]
        assert d.level_of_path(own) is level
        paths.add(own)
    assert len(paths) == len(rows)


@pytest.mark.parametrize(
    ("code", "path", "parent"),
    [
        ("130000000000", "13", None),
        ("130900000000", "1309", "130000000000"),
        ("130930000000", "130930", "130900000000"),  # stripping zeros would give 13093
        ("130930100000", "130930100", "130930000000"),  # stripping zeros would give 1309301
        ("130930100200", "130930100200", "130930100000"),
        ("441900003000", "441900003", "441900000000"),  # Dongguan: no counties
        ("429004001000", "429004001", "429004000000"),  # Xiantao: a county under the province
        ("410000000000", "41", None),
        ("990101001001", "990101001001", "990101001000"),
    ],
)
def test_paths_are_cut_by_level(code, path, parent):
    assert d.path_of(code) == path
    assert d.parent_code(code) == parent


@pytest.mark.parametrize("text", ["13", "1309", "130983", "130983100", "130983100201", " 130983 100 201", "１３0983"])
def test_codes_as_offices_write_them(text):
    code = d.normalise_code(text)
    assert len(code) == 12
    assert code.startswith("13")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "division.code_malformed"),
        ("130", "division.code_malformed"),
        ("13098310020X", "division.code_malformed"),
        ("1309831002011", "division.code_malformed"),
        ("000000", "division.province_unknown"),
        ("16", "division.province_unknown"),
    ],
)
def test_what_is_no_code_is_refused(text, problem):
    assert code_of(d.normalise_code, text) == problem


def test_a_code_shorter_than_twelve_has_no_level_by_itself():
    assert code_of(d.level_of, "1309") == "division.code_malformed"


@pytest.mark.parametrize(("code", "level"), [("130983100201", Level.COUNTY), ("130983100201", Level.BUILDING)])
def test_a_code_deeper_than_its_stated_level_is_refused(code, level):
    assert code_of(d.path_of, code, level) == "division.level_wrong"


def test_a_stated_level_wins_over_zeros():
    assert d.path_of("130983100000", Level.COMMUNITY) == "130983100000"


def test_buildings_units_and_doors_extend_the_path():
    building = d.extend_path("130983100201", "7")
    unit = d.extend_path(building, "")
    door = d.extend_path(unit, " 12a01 ")
    assert (building, unit, door) == ("1309831002010007", "130983100201000700", "130983100201000700012A01")
    assert d.level_of_path(door) is Level.DOOR
    assert d.parent_path(door) == unit
    assert d.code_of(door) == "130983100201"
    assert d.ancestor_paths(door) == ("13", "1309", "130983", "130983100", "130983100201", building, unit)


@pytest.mark.parametrize(
    ("path", "part"),
    [("1309831002010007", "123"), ("130983", "1"), ("130983100201", "七"), ("130983100201000700012A01", "")],
)
def test_a_part_that_does_not_fit_is_refused(path, part):
    assert code_of(d.extend_path, path, part) == "division.path_part_wrong"


@pytest.mark.parametrize("path", ["", "1", "130", "13098310020", "13098310020a", "1309831002010 07", "X3"])
def test_what_is_no_path_is_refused(path):
    assert code_of(d.level_of_path, path) == "division.path_malformed"


parts = st.text(alphabet="0123456789ABCZ", max_size=2)


@given(st.from_regex(r"13[0-9]{10}", fullmatch=True), parts, parts, st.sampled_from([2, 4, 6, 9, 12, 16, 18]))
def test_a_range_holds_exactly_what_lies_below(code, building, unit, cut):
    inner = d.extend_path(d.extend_path(code, building), unit)
    outer = inner[:cut]
    low, high = d.range_of(outer)
    assert low.encode() <= inner.encode() < high.encode()
    assert d.contains(outer, inner)
    neighbour = outer[:-1] + ("1" if outer[-1] == "0" else "0")
    assert not d.contains(neighbour, inner)
    if cut < 18:
        assert not d.contains(inner, outer)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("130902001000", ("街道", "street")),
        ("130983100000", ("镇", "town")),
        ("130983200000", ("乡", "township")),
        ("130983400000", ("类似乡镇", "quasi-township")),
        ("130983900000", ("乡镇街道", "township")),
        ("130902001001", ("社区", "community")),
        ("130983100201", ("村", "village")),
        ("130983100498", ("类似社区", "quasi-community")),
        ("130983100598", ("类似村", "quasi-village")),
        ("130983000000", ("县市区", "county")),
    ],
)
def test_number_blocks_tell_the_kind(code, words):
    assert d.kind_words(code) == words


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("益民园社区居委会", "益民园社区"),
        ("建设北街道办事处", "建设北街道"),
        ("大李庄村委会", "大李庄村"),
        ("大李庄村村委会", "大李庄村"),
        ("东关居委会", "东关社区"),
        ("崔桥镇", "崔桥镇"),
        ("村委会", "村委会"),
        ("北街办事处", "北街街道"),
    ],
)
def test_everyday_names(name, short):
    assert d.short_name(name) == short


def test_every_level_has_words_in_both_languages():
    assert [level.zh for level in Level] == ["省", "设区市", "县市区", "乡镇街道", "村社区", "楼栋", "单元", "户"]
    assert len({level.en for level in Level}) == len(Level)
