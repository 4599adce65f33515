"""Sample content of the gallery. The place names are real (Fugou county); every figure and person is made up."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import pgettext

from lianfang.web import area_maps, maps
from lianfang.web.formats import percent
from lianfang.web.gallery_outlines import schematic

VERSION = "7"
COUNTY = "411621000000"
NAMES = (
    *("桐丘街道", "扶亭街道", "崔桥镇", "江村镇", "白潭镇", "韭园镇", "练寺镇", "大新镇"),
    *("包屯镇", "汴岗镇", "曹里乡", "柴岗乡", "固城乡", "吕潭乡", "大李庄乡", "城郊乡"),
)
LONG_NAME = "内蒙古自治区锡林郭勒盟西乌珠穆沁旗巴拉嘎尔高勒镇巴彦胡舒社区第三网格（含临时安置点及周边散户）"
SAMPLED = (5900, 6210, 4105, 3980, 2760, None, 5120, 3005, 4420, 4800, 1990, 2610, 2300, 3740, 2205, None)
EXPECTED = (6518, 6210, 4200, 4010, 5020, 4300, 5200, 3010, 4600, 5110, 3400, 2610, 2480, 3800, 2310, 3650)


def at(hour: int, minute: int) -> dt.datetime:
    """Return a time of today."""
    return timezone.localtime().replace(hour=hour, minute=minute, second=0, microsecond=0)


def townships() -> list[dict[str, Any]]:
    """Return rows of a dense table."""
    rows = []
    for index, (name, sampled, expected) in enumerate(zip(NAMES, SAMPLED, EXPECTED, strict=True)):
        state = "unknown"
        if sampled is not None:
            state = "act" if sampled < 0.8 * expected else "watch" if sampled < 0.95 * expected else "good"
        word = {
            "unknown": pgettext("sample", "No report"),
            "act": pgettext("sample", "Behind"),
            "watch": pgettext("sample", "Nearly"),
            "good": pgettext("sample", "On time"),
        }[state]
        missing = None if sampled is None else expected - sampled
        rows.append(
            {
                "code": f"{411621001000 + index * 1000}",
                "name": name,
                "sampled": sampled,
                "expected": expected,
                "missing": missing,
                "state": state,
                "word": word,
                "at": at(20, 10 + index),
            }
        )
    return rows


def totals() -> dict[str, int]:
    """Return the sums of the table, over the townships that reported."""
    rows = [row for row in townships() if row["sampled"] is not None]
    return {key: sum(row[key] for row in rows) for key in ("expected", "sampled", "missing")}


def choropleth() -> maps.Choropleth:
    """Return a county map with two layers, two areas of which have no data."""
    rows = townships()
    coverage = {
        row["code"]: maps.Value(
            maps.classify(row["sampled"] / row["expected"], maps.COVERAGE),
            percent(row["sampled"], row["expected"]),
            f"{row['sampled']:,} / {row['expected']:,}（{percent(row['sampled'], row['expected'])}）",
            row["sampled"] / row["expected"],
        )
        for row in rows
        if row["sampled"] is not None
    }
    late_steps = (
        maps.Step("fill-good-tint", pgettext("sample", "On time")),
        maps.Step("fill-act-tint", pgettext("sample", "Late")),
    )
    late = {
        row["code"]: maps.Value(
            int(index % 5 == 2),
            (pgettext("sample", "On time"), pgettext("sample", "Late"))[int(index % 5 == 2)],
            sort=index % 5 == 2,
        )
        for index, row in enumerate(rows)
    }
    return maps.Choropleth(
        key="county",
        title=pgettext("sample", "Coverage by township"),
        geojson=schematic(rows, parent=COUNTY),
        layers=(
            maps.Layer("coverage", pgettext("sample", "Coverage"), maps.COVERAGE, coverage),
            maps.Layer("late", pgettext("sample", "Daily report"), late_steps, late),
        ),
        links={row["code"]: f"#row-{row['code']}" for row in rows},
        source=pgettext("sample", "Sample"),
    )


def progress(*, counted: bool = True) -> area_maps.AreaMap:
    """Return areas of which some have an outline, one has a long name and two no figure; without figures if asked."""
    rows = townships()
    drawn = schematic(rows, parent=COUNTY)["features"][:10]
    outlines = {feature["properties"]["code"]: feature["geometry"] for feature in drawn} if counted else {}
    children = [
        {"code": row["code"], "name": LONG_NAME if index == 12 else row["name"]} for index, row in enumerate(rows)
    ]
    layer = (
        choropleth().layers[0] if counted else maps.Layer("coverage", pgettext("sample", "Coverage"), maps.COVERAGE, {})
    )
    given = maps.Choropleth(
        "progress" if counted else "nothing", pgettext("sample", "Coverage by township"), maps.placed(children, outlines), [layer],
        {row["code"]: f"#row-{row['code']}" for row in rows}, pgettext("sample", "Sample"),
    )  # fmt: skip
    return area_maps.AreaMap(given, layer)


def building() -> dict[str, Any]:
    """Return the doors of a building: six floors, three entrances of two doors."""
    entrances = [{"name": pgettext("sample", "Entrance %(n)d") % {"n": number}, "width": 2} for number in (1, 2, 3)]
    pattern = ("good", "good", "watch", "good", "good", "good", "act", "good", "unknown", "good", "good")
    words = {
        "good": pgettext("sample", "All done"),
        "watch": pgettext("sample", "Away"),
        "act": pgettext("sample", "Missing"),
        "unknown": pgettext("sample", "Not visited"),
    }
    floors = []
    for floor in range(6, 0, -1):
        doors: list[dict[str, Any] | None] = []
        for column in range(6):
            state = pattern[(floor * 6 + column * 7) % len(pattern)]
            left = {"watch": 1, "act": 2, "unknown": 0, "good": 0}[state]
            name = f"{column // 2 + 1}-{floor}0{column % 2 + 1}"
            doors.append({"name": name, "state": state, "word": words[state], "left": left, "href": f"#door-{name}"})
        if floor == 6:
            doors[5] = None
        floors.append({"name": f"{floor}F", "doors": doors})
    return {"entrances": entrances, "floors": floors}


def tasks() -> list[dict[str, Any]]:
    """Return things to do: late, due, done, and one with a very long place."""
    return [
        {
            "id": "t1",
            "title": pgettext("sample", "Call 12 people of building 7 to the test"),
            "hint": "西关社区 · 7号楼",
            "href": "#t1",
            "state": "act",
            "word": pgettext("sample", "Overdue"),
            "due": at(18, 0),
        },
        {
            "id": "t2",
            "title": pgettext("sample", "Confirm tonight's report"),
            "hint": pgettext("sample", "One open question"),
            "href": "#t2",
            "state": "watch",
            "word": pgettext("sample", "Due soon"),
            "due": at(21, 30),
        },
        {
            "id": "t3",
            "title": pgettext("sample", "Visit two households that nobody opened"),
            "hint": LONG_NAME,
            "href": "#t3",
            "due": at(22, 0),
        },
        {"id": "t4", "title": pgettext("sample", "Count the sampling kits"), "hint": "", "href": "#t4", "done": True},
    ]


def words() -> dict[str, str]:
    """Return the words that gallery templates hand to tags."""
    return {
        "area": pgettext("sample", "Area"),
        "behind": pgettext("sample", "Behind"),
        "building_7_doors_by_floor": pgettext("sample", "Building 7: doors by floor and entrance"),
        "code_503": pgettext("sample", "Code 503"),
        "coverage": pgettext("sample", "Coverage"),
        "daily_report": pgettext("sample", "Daily report"),
        "days_of_cover": pgettext("sample", "Days of cover"),
        "expected": pgettext("sample", "Expected"),
        "files_read": pgettext("sample", "Files read"),
        "isolation_rooms_free": pgettext("sample", "Isolation rooms free"),
        "isolation_sites": pgettext("sample", "Isolation sites"),
        "laboratory": pgettext("sample", "Laboratory"),
        "late": pgettext("sample", "Late"),
        "late_reports": pgettext("sample", "Late reports"),
        "missing": pgettext("sample", "Missing"),
        "nearly": pgettext("sample", "Nearly"),
        "no_connection_14_facts_wait": pgettext(
            "sample", "No connection. 14 facts wait on this phone and will be sent by themselves."
        ),
        "no_report": pgettext("sample", "No report"),
        "no_residents_yet": pgettext("sample", "No residents yet"),
        "no_row_fits_this_filter": pgettext("sample", "No row fits this filter"),
        "nobody_is_missing": pgettext("sample", "Nobody is missing"),
        "people_expected": pgettext("sample", "people expected"),
        "positive_pools": pgettext("sample", "Positive pools"),
        "reading_rows": pgettext("sample", "Reading rows"),
        "waiting_for_the_queue": pgettext("sample", "Waiting for the queue"),
        "rooms": pgettext("sample", "rooms"),
        "sampled": pgettext("sample", "Sampled"),
        "state": pgettext("sample", "State"),
        "supplies": pgettext("sample", "Supplies"),
        "the_report_of_2_april": pgettext("sample", "The report of 2 April was confirmed at 21:04."),
        "the_server_could_not_do": pgettext(
            "sample", "The server could not do this. Nothing was changed. Try again in a minute."
        ),
        "townships": pgettext("sample", "townships"),
        "tubes_read": pgettext("sample", "tubes read"),
    }


def everything() -> dict[str, Any]:
    """Return the whole context of the gallery."""
    now = timezone.now()
    return {
        "w": words(),
        "now_at": now,
        "old_at": now - dt.timedelta(hours=3),
        "trail": [
            {"name": "周口市", "href": "#"},
            {"name": "扶沟县", "href": "#"},
            {"name": "桐丘街道", "href": "#"},
            {"name": "西关社区", "href": ""},
        ],
        "totals": totals(),
        "error_lines": [
            {"text": pgettext("sample", "Row 3: the identity number has a wrong check digit"), "href": "#row-3"},
            pgettext("sample", "Row 17: the division 411621999 does not exist"),
        ],
        "version": VERSION,
        "map": choropleth(),
        "progress": progress(),
        "nothing": progress(counted=False),
        "building": building(),
        "tasks": tasks(),
        "trend": [5.2, 9, 31, 52, 67, 81, 90.5],
        "long_name": LONG_NAME,
        "verdicts": [
            {"key": "new", "label": pgettext("sample", "new"), "count": 6502, "href": "#new"},
            {"key": "same", "label": pgettext("sample", "same"), "count": 0},
            {"key": "changed", "label": pgettext("sample", "changed"), "count": 38, "href": "#changed"},
            {"key": "refused", "label": pgettext("sample", "refused"), "count": 11, "href": "#refused"},
            {"key": "person", "label": pgettext("sample", "needs a person"), "count": 5, "href": "#person"},
        ],
        "filters": [
            {"href": "?", "label": pgettext("sample", "All"), "count": 16, "current": True},
            {"href": "?state=act", "label": pgettext("sample", "Behind"), "count": 3, "state": "act"},
            {"href": "?state=watch", "label": pgettext("sample", "Nearly"), "count": 2, "state": "watch"},
            {"href": "?state=unknown", "label": pgettext("sample", "No report"), "count": 2, "state": "unknown"},
            {"href": "?state=good", "label": pgettext("sample", "On time"), "count": 9, "state": "good"},
        ],
        "tab_items": [
            {"href": "?tab=missing", "label": pgettext("sample", "Missing"), "count": 618, "current": True},
            {"href": "?tab=done", "label": pgettext("sample", "Done"), "count": 5900},
            {"href": "?tab=log", "label": pgettext("sample", "History")},
        ],
        "events": [
            {
                "at": at(20, 41),
                "text": pgettext("sample", "Tube 4116-0098 came back positive"),
                "who": pgettext("sample", "Laboratory"),
                "state": "act",
                "word": pgettext("sample", "Positive pool"),
            },
            {
                "at": at(20, 43),
                "text": pgettext("sample", "Ten people stay in; single re-tests were ordered"),
                "who": "王敏",
            },
            {
                "at": at(21, 30),
                "text": pgettext("sample", "Nine of ten re-tests are negative"),
                "state": "good",
                "word": pgettext("sample", "Negative"),
                "href": "#pool",
            },
        ],
        "people": [
            {
                "code": "7F2K",
                "door": "1-302",
                "name": "张*",
                "phone": "138****0000",
                "age": 71,
                "why": pgettext("sample", "not home"),
            },
            {"code": "9QX4", "door": "2-101", "name": "欧阳**", "phone": "139****1111", "age": 34, "why": ""},
            {"code": "A3M8", "door": "3-602", "name": "䶮*", "phone": "–", "age": 9, "why": pgettext("sample", "away")},
        ],
    }
