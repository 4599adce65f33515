"""Progress of areas on one map: layers from the metrics, outlines where they are loaded, tiles where not, the same rows as a table."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone, translation

from lianfang.base.areas.api import add_denominator, load_boundaries
from lianfang.base.metrics.api import Delta, add
from lianfang.cli.demo.city import load_outlines
from lianfang.kernel.clock import beijing_day
from lianfang.web import area_maps, maps
from tests.support.world import COUNTY, HOME, TOWN, World, build_world, fold

pytestmark = [pytest.mark.row("A4"), pytest.mark.row("I5")]
SHARED = Path(os.environ.get("LIANFANG_SHARED", Path(__file__).resolve().parents[3] / "shared"))
SECOND, THIRD = "411621101", "411621102"
PLACES = ("pairings.targets", "pairings.orphans", "pairings.complete")


@pytest.fixture(scope="module")
def world(database: object) -> World:
    """Fugou with people placed in two towns, places paired, a roster, a need; nothing anywhere else."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    world = build_world(homes=(HOME,), buildings=1, per_building=2)
    today = beijing_day(timezone.now())
    changes = [
        Delta("plans.people_placed", today, f"{TOWN}001", 60), Delta("plans.people_placed", today, f"{SECOND}200", 2),
        Delta("plans.people_unplaced", today, COUNTY, 7),
        Delta("duty.places", today, HOME, 40), Delta("duty.filled", today, HOME, 38),
        Delta("missions.needs_open", today, TOWN, 2, "medical"), Delta("missions.people_out", today, TOWN, 12),
    ]  # fmt: skip
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        add(changes, using="owner")
        cursor.execute(
            "select left(path, 9), count(*) from areas_area where level = 5 and path like '411621%%' group by 1"
        )
        for town, villages in cursor.fetchall():
            paired = 3 if town == TOWN else 0
            figures = zip(PLACES, (villages, villages - paired, paired), strict=True)
            add([Delta(name, today, town, value, "community") for name, value in figures], using="owner")
        add(
            [Delta(name, today, HOME, value, "compound") for name, value in zip(PLACES, (4, 1, 3), strict=True)],
            using="owner",
        )
    add_denominator(path=COUNTY, what="compounds", value=9, counted_on=date(2020, 3, 19), source="县住建局")
    fold()
    return world


@pytest.fixture
def opened(world: World) -> Callable[..., str]:
    """The text of a page as the county's desk sees it."""

    def get(address: str, language: str = "en", role: str = "county_dispatcher", at: str = COUNTY) -> str:
        client = Client()
        client.cookies[settings.SESSION_COOKIE] = world.token(role, at)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        answer = client.get(address)
        assert answer.status_code == 200, answer.content.decode()[:1500]
        return answer.content.decode()

    return get


@pytest.fixture
def drawn(world: World) -> Iterator[None]:
    """Outlines of two towns out of sixteen, as a county may have them."""
    square = [[[114.0, 34.0], [114.1, 34.0], [114.1, 34.1], [114.0, 34.1], [114.0, 34.0]]]
    features = [
        {"type": "Feature", "properties": {"adcode": code}, "geometry": {"type": "Polygon", "coordinates": square}}
        for code in (f"{TOWN}000", f"{SECOND}000")
    ]
    raw = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    assert load_boundaries(raw, coordinates="wgs84", source="drawn by the county")[0] == 2
    yield
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("delete from areas_boundary")


def tiles(page: str) -> dict[str, str]:
    """Name → what stands on its tile."""
    found = re.findall(r'<li data-code="\d+">.*?title="([^"]*)".*?<strong class="num">(.*?)</strong></li>', page)
    return {name.split()[0]: re.sub(r"<[^>]+>", "", text) for name, text in found}


def test_without_outlines_every_area_has_a_tile_in_the_order_of_the_table(opened: Callable[..., str]) -> None:
    page = opened(f"/pairings/area/{COUNTY}000000/")
    codes = re.findall(r'<li data-code="(\d+)">', page)
    table = re.findall(r'<tr data-code="(\d+)"', page)
    assert len(codes) == 16
    assert codes == table == sorted(codes)
    assert 'svg class="choropleth"' not in page
    assert "no outlines are loaded" in page


def test_the_layer_is_a_plain_link_and_shows_what_the_metrics_say(opened: Callable[..., str]) -> None:
    page = opened(f"/pairings/area/{COUNTY}000000/?kind=community&layer=placed")
    assert 'href="?kind=community&amp;layer=paired#progress"' in page
    town = next(line for line in page.split("<tr ") if line.startswith(f'data-code="{TOWN}000"'))
    assert "60 people, " in town
    assert "7 <span" in page[page.index("Not yet placed") :][:120]
    other = next(line for line in page.split("<tr ") if line.startswith(f'data-code="{THIRD}000"'))
    assert "0 people, 0.0 for each of" in other
    paired = opened(f"/pairings/area/{COUNTY}000000/?layer=paired")
    assert "3 / 411" in paired
    told = re.sub(r"<[^>]+>|\s+", " ", paired)
    assert re.search(r"Compounds, of those registered +3 / 4 · 75", told)
    assert re.search(r"Compounds, of the published count +3 / 9 +县住建局", told)


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        ("posts", "2 of 40 places with nobody"),
        ("needs", "2 open needs, 12 people sent there"),
        ("late", r">\d+ / \d+<"),
    ],
)
def test_each_layer_reads_its_own_figures(opened: Callable[..., str], layer: str, text: str) -> None:
    page = opened(f"/areas/{COUNTY}000000/?layer={layer}")
    town = next(line for line in page.split("<tr ") if line.startswith(f'data-code="{TOWN}000"'))
    assert re.search(text, town)


def test_an_unknown_layer_is_the_pages_own(opened: Callable[..., str]) -> None:
    page = opened(f"/pairings/area/{COUNTY}000000/?layer=<script>")
    assert "<strong>Villages with somebody</strong>" in page
    assert "layer=<script>" not in page


@pytest.mark.usefixtures("drawn")
def test_known_outlines_are_drawn_and_the_others_are_tiles_beside_them(opened: Callable[..., str]) -> None:
    page = opened(f"/areas/{COUNTY}000000/?layer=paired")
    assert page.count('<path class="area"') == 2
    assert len(re.findall(r'<li data-code="\d+">', page)) == 14
    assert "Areas without an outline" in page
    assert "drawn by the county" in page
    assert len(re.findall(r'<tr data-code="\d+"', page)) == 16


def test_both_denominators_stand_with_their_source(opened: Callable[..., str]) -> None:
    add_denominator(path=COUNTY, what="villages", value=380, counted_on=date(2020, 3, 19), source="县志办")
    add_denominator(path=COUNTY, what="communities", value=20, counted_on=date(2020, 3, 19), source="县志办")
    page = opened(f"/pairings/area/{COUNTY}000000/?layer=placed", "zh-hans")
    assert "每村（社区）0.2人，共411个村（社区）" in page
    assert "统计用区划代码2020年版" in page
    assert "每村（社区）0.2人，共400个村（社区）" in page
    assert "县志办 · 2020年3月19日" in page


def test_nothing_counted_yet_is_said_and_no_box_is_empty(world: World) -> None:
    actor = world.token("county_dispatcher", "130181")
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into areas_area (code, path, level, name, parent_path, edition, note) values "
            "('130181000000', '130181', 3, '辛集市', '1301', 2020, ''), ('130181001000', '130181001', 4, '辛集镇', '130181', 2020, '')"
        )
    client = Client()
    client.cookies[settings.SESSION_COOKIE] = actor
    page = client.get("/areas/130181000000/").content.decode()
    assert "这里还没有数字" in page
    assert "辛集镇" in page
    assert re.search(r'<li data-code="130181001000">', page)


def choropleth(values: dict[str, maps.Value]) -> area_maps.AreaMap:
    layer = maps.Layer("coverage", "Coverage", maps.COVERAGE, values)
    children = [{"code": code, "name": code * 30} for code in "abc"]
    return area_maps.AreaMap(maps.Choropleth("m", "Map", maps.placed(children, {}), [layer]), layer)


def test_the_legend_counts_areas_and_tells_classes_apart_without_colour() -> None:
    shown = choropleth({"a": maps.Value(4, "100%"), "b": maps.Value(0, "10%")})
    with translation.override("zh-hans"):
        lines = area_maps.legend(shown, area_maps.rows(shown))
        assert [(line.style, line.count) for line in lines] == [
            ("scale-1", 1), ("scale-2", 0), ("scale-3", 0), ("scale-4", 0), ("scale-5", 1), ("unknown", 1),
        ]  # fmt: skip
        assert len({line.texture for line in lines}) == len(lines)
        assert len({str(line.word) for line in lines}) == len(lines)


def test_an_area_without_a_value_is_never_drawn_like_a_good_one() -> None:
    assert [row.style for row in area_maps.rows(choropleth({"a": maps.Value(4, "100%"), "b": maps.Value(None, "")}))] == [
        "scale-5", "unknown", "unknown",
    ]  # fmt: skip


@pytest.mark.usefixtures("world")
def test_the_demonstration_takes_outlines_only_from_the_folder_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    square = {"type": "Polygon", "coordinates": [[[114.0, 34.0], [114.1, 34.0], [114.1, 34.1], [114.0, 34.0]]]}
    features = [{"type": "Feature", "properties": {"adcode": COUNTY}, "geometry": square}]
    (tmp_path / "data/boundaries").mkdir(parents=True)
    file = tmp_path / "data/boundaries/411600_full.json"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    monkeypatch.delenv("LIANFANG_SHARED", raising=False)
    assert load_outlines("4116") == 0
    monkeypatch.setenv("LIANFANG_SHARED", str(tmp_path))
    assert load_outlines("1309") == 0
    assert load_outlines("4116") == 1
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("delete from areas_boundary")


@pytest.mark.parametrize("city", ["130900", "130200"])
def test_public_outlines_of_a_city_are_laid_out(city: str) -> None:
    path = SHARED / f"data/boundaries/{city}_full.json"
    if not path.exists():
        pytest.skip("the public outlines are not on this machine (LIANFANG_SHARED)")
    given: dict[str, Any] = json.loads(path.read_text("utf-8"))
    outlines = {str(one["properties"]["adcode"]): one["geometry"] for one in given["features"]}
    children = [{"code": code, "name": code} for code in [*outlines, f"{city[:4]}71"]]
    layer = maps.Layer("coverage", "Coverage", maps.COVERAGE, {code: maps.Value(2, "90%") for code in outlines})
    drawing = maps.svg_choropleth(maps.Choropleth("m", "Map", maps.placed(children, outlines), [layer]))
    assert {shape.code for shape in drawing.shapes} == set(outlines)
    assert all(0 <= shape.x <= drawing.width and 0 <= shape.y <= drawing.height for shape in drawing.shapes)
