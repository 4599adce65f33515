"""Buildings, grids by net and date, outlines, denominators: as the role that does it, in its scope."""

from __future__ import annotations

import argparse
import io
import json
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from django.db import DatabaseError

from lianfang.base.areas.api import (
    NewBuilding,
    add_buildings,
    add_denominator,
    boundaries,
    buildings,
    close_grid,
    denominators,
    draw_grid,
    grids,
    load_boundaries,
    load_divisions,
    read_boundaries,
    shipped_divisions,
)
from lianfang.cli import importing
from lianfang.cli.places import import_compounds
from lianfang.exchange.synthetic.compounds import compounds
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.geo import wgs84_to_gcj02
from tests.domain.residents.offices import acting, office, owner

HERE, THERE = "411621001001", "411621001002"
FIXTURE = Path(__file__).parent / "fixtures" / "two_counties_gcj02.json"
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="module", autouse=True)
def tree(database: object) -> None:
    load_divisions(shipped_divisions("fugou"), edition=2020)


@pytest.mark.row("A4")
def test_grids_are_redrawn_by_net_and_date() -> None:
    with acting(office(HERE, "community_head")):
        assert add_buildings([NewBuilding(HERE, "幸福小区", f"{n}号楼", floors=6) for n in range(1, 7)]) == 6
        assert add_buildings([NewBuilding(HERE, "幸福小区", "1号楼", floors=11)]) == 0
        held = [line.path for line in buildings(HERE)]
        assert held == [f"{HERE}{n:04d}" for n in range(1, 7)]
        assert buildings(HERE)[0].floors == 11
        first = draw_grid(community=HERE, code="01", name="一网格", buildings=held[:3], on=date(2022, 1, 1))
        draw_grid(community=HERE, code="02", name="二网格", buildings=held[3:], on=date(2022, 1, 1))
        draw_grid(community=HERE, code="P1", name="党小组", buildings=held, on=date(2022, 1, 1), net="party")
        assert draw_grid(community=HERE, code="01", name="一网格", buildings=held[:4], on=date(2022, 3, 1)) == first
        then = {grid.code: len(grid.buildings) for grid in grids(HERE, on=date(2022, 2, 1))}
        now = {grid.code: len(grid.buildings) for grid in grids(HERE, on=date(2022, 3, 1))}
        assert (then, now) == ({"01": 3, "02": 3}, {"01": 4, "02": 2})
        assert [len(grid.buildings) for grid in grids(HERE, on=date(2022, 3, 1), net="party")] == [6]
        close_grid(grid_id=first, on=date(2022, 4, 1))
        assert {grid.code for grid in grids(HERE, on=date(2022, 4, 1))} == {"02"}
        assert {grid.code for grid in grids(HERE, on=date(2022, 3, 31))} == {"01", "02"}
        with pytest.raises(LianfangError):
            draw_grid(community=HERE, code="03", name="x", buildings=[THERE + "0001"], on=date(2022, 4, 1))
    with acting(office(THERE, "community_head")):
        assert buildings(HERE) == ()
        assert grids(HERE, on=date(2022, 3, 31)) == ()
        with pytest.raises(LianfangError):
            close_grid(grid_id=first, on=date(2022, 4, 1))


@pytest.mark.row("A5")
def test_outlines_are_kept_in_satellite_coordinates() -> None:
    raw = FIXTURE.read_bytes()
    loaded, unknown = load_boundaries(raw, coordinates="gcj02", source="test")
    assert (loaded, unknown) == (1, ["411622"])
    with acting(office(HERE)):
        ring = boundaries("411621")["411621"]["coordinates"][0][0]
    given = json.loads(raw)["features"][0]["geometry"]["coordinates"][0][0]
    for kept, drawn in zip(ring, given, strict=True):
        assert kept != drawn
        assert wgs84_to_gcj02(*kept) == pytest.approx(drawn, abs=2e-6)


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b'{"features": [{"properties": {}, "geometry": null}]}',
     b'{"features": [{"properties": {"adcode": 411621}, "geometry": {"type": "Polygon", "coordinates": [[[999, 1]]]}}]}',
     b'{"features": [{"properties": {"adcode": "xx"}, "geometry": {"type": "Polygon", "coordinates": []}}]}'],
)  # fmt: skip
def test_a_bad_boundary_file_is_refused_with_a_sentence(raw: bytes) -> None:
    with pytest.raises(LianfangError) as caught:
        read_boundaries(raw, coordinates="wgs84")
    assert caught.value.code == "areas.boundary_unreadable"
    with pytest.raises(LianfangError) as caught:
        read_boundaries(FIXTURE.read_bytes(), coordinates=None)
    assert caught.value.code == "areas.coordinates_unstated"


def test_counts_of_the_same_thing_stand_beside_each_other() -> None:
    for value, source in ((256, "report 2022-03"), (339, "report 2020-02"), (355, "plan 2022-03")):
        add_denominator(path=HERE, what="communities", value=value, counted_on=date(2022, 3, 20), source=source)
    add_denominator(path=HERE, what="communities", value=256, counted_on=date(2022, 3, 20), source="report 2022-03")
    with acting(office(HERE)):
        assert sorted(line.value for line in denominators(HERE, "communities")) == [256, 339, 355]
    with acting(office(THERE)):
        assert denominators(HERE) == ()


@pytest.mark.row("B4")
def test_a_list_of_compounds_is_registered_and_what_is_wrong_in_it_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By code or by a name that only one community has; the same list again brings gates up to date; slips are refused by row."""
    actor = office("411621", "county_dispatcher")
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("社区代码", "小区名称", "出入口数", "有无物业"))
        rows = ((f"{HERE}", "锦绣花园", 3, "无"), (f"{THERE}", "锦绣花园", "", "有"), (THERE, "和平小区", 2, ""),
                ("没有这个社区", "某小区", 1, "有"), (HERE, "", 1, "有"), (HERE, "大门小区", 300, "有"))  # fmt: skip
        for at, row in enumerate(rows, start=1):
            sheet.write_row(at, 0, row)
    told = import_compounds(actor, "411621", out.getvalue(), dry_run=True)
    assert (told.rows, told.new, len(told.refused)) == (3, 3, 3)
    count = "select path, gates, has_manager from areas_compound where name = '锦绣花园' order by path"
    assert owner(count) == []
    assert import_compounds(actor, "411621", out.getvalue()).new == 3
    assert owner(count) == [(HERE, 3, False), (THERE, 1, True)]
    assert import_compounds(actor, "411621", out.getvalue()).new == 0
    (tmp_path / "小区.xlsx").write_bytes(out.getvalue())
    parser = argparse.ArgumentParser()
    importing.add_parser(parser.add_subparsers())
    words = ["import", "compounds", str(tmp_path / "小区.xlsx"), "--area", "411621000000"]
    assert importing.run(parser.parse_args(words)) == 0
    assert importing.run(parser.parse_args([*words, "--strict"])) == 1
    told = capsys.readouterr()
    assert "0 new compounds of 3; 3 rows refused" in told.out
    assert "300 gates" in told.err
    elsewhere = office("411621002", "township_dispatcher")
    with pytest.raises(DatabaseError):
        import_compounds(elsewhere, "411621", out.getvalue())


@pytest.mark.row("B4")
def test_synthetic_compounds_are_as_many_as_asked_and_none_without_a_committee() -> None:
    codes = [row.code for row in shipped_divisions("cangzhou") if row.level == 5]
    made = compounds(codes, 2_982, 1309)
    assert len({(one.community, one.name) for one in made}) == 2_982
    assert {one.community for one in made} == {code for code in codes if int(code[9:]) < 200}
    assert made == compounds(codes, 2_982, 1309)
    with pytest.raises(LianfangError) as caught:
        compounds([code for code in codes if int(code[9:]) >= 200], 10)
    assert caught.value.code == "synthetic.compounds_impossible"
