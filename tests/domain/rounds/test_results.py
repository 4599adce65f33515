"""Laboratory results by table: a verdict per row, nothing counted twice, what was not taken comes back with its reason."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from python_calamine import CalamineWorkbook

from lianfang.domain.rounds import results_file
from lianfang.domain.rounds.results_file import RowVerdict, import_results, moment_of
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import format_code, group_code
from tests.domain.rounds.conftest import Station
from tests.domain.rounds.test_pages import text
from tests.support.world import NEXT, fold, total

pytestmark = pytest.mark.row("D1")
NOW = datetime(2022, 3, 21, 8, tzinfo=UTC)


def book(rows: list[list[Any]], head: tuple[str, ...] = ("采样管号", "检测结果", "检测时间")) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd hh:mm"}) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, head)
        for number, row in enumerate(rows, 1):
            sheet.write_row(number, 0, row)
    return out.getvalue()


@pytest.fixture(scope="module")
def tubes(told: Station) -> list[str]:
    """Three tubes of singles and pools at the neighbouring community."""
    people = told.world.people[NEXT]
    facts = [
        told.tube(900 + number, [person.code for person in people[at : at + 4]], area=NEXT)
        for number, at in enumerate((0, 4, 8))
    ]
    assert {answer["status"] for answer in told.send(facts)} == {"accepted"}
    return [fact["payload"]["tube"] for fact in facts]


def run(told: Station, data: bytes, name: str = "结果.xlsx") -> results_file.ResultsReport:
    with transaction.atomic():
        actor = told.world.enter("laboratory", "")
        one = next(each for each in results_file.open_rounds() if each.id == told.round)
        return import_results(actor=actor, source=data, filename=name, one=one)


def test_every_row_has_its_verdict(told: Station, tubes: list[str]) -> None:
    yesterday = datetime.now() - timedelta(days=1)
    data = book(
        [
            [tubes[0], "阴性", yesterday],
            [group_code(tubes[1]), " 阴性（-） ", "2022/3/21 14:05"],
            [format_code(4711), "阴性", ""],
            [tubes[2], "大概没事", ""],
            ["123", "阴性", ""],
            ["", "阴性", ""],
            [tubes[2], "阴性", "2999-01-01 10:00"],
        ]
    )
    report = run(told, data)
    assert [line.verdict for line in report.lines] == [
        RowVerdict.TAKEN, RowVerdict.TAKEN, RowVerdict.HELD, RowVerdict.REFUSED, RowVerdict.REFUSED, RowVerdict.REFUSED, RowVerdict.REFUSED,
    ]  # fmt: skip
    codes = [line.code for line in report.left]
    assert codes == [
        "tube.unknown",
        "results.word_unknown",
        "code.malformed",
        "results.cell_empty",
        "results.time_future",
    ], codes
    assert all(line.sentence("zh") and line.sentence("en") for line in report.left)
    fold()
    assert total("rounds.results_negative", str(told.round), NEXT) == 2
    again = run(told, data)
    assert again.counts["taken"] == 0
    assert again.counts["duplicate"] == 2
    fold()
    assert total("rounds.results_negative", str(told.round), NEXT) == 2


def test_a_different_result_is_a_conflict_and_the_first_stands(told: Station, tubes: list[str]) -> None:
    run(told, book([[tubes[0], "阴性", ""]]))
    report = run(told, book([[tubes[0], "阳性", ""]]))
    assert [(line.verdict, line.code) for line in report.lines] == [(RowVerdict.CONFLICT, "tube.result_differs")]
    fold()
    assert total("rounds.isolated", str(told.round), NEXT) == 0


def test_csv_of_an_older_office_is_read(told: Station, tubes: list[str]) -> None:
    report = run(told, f"条码,结果判定,报告时间\n{tubes[2]},阴,2022年3月21日 9时5分\n".encode("gb18030"), "结果.csv")
    assert report.counts["taken"] == 1


def test_only_laboratories_may(told: Station) -> None:
    with transaction.atomic():
        actor = told.world.enter("community_clerk", NEXT)
        one = next(each for each in results_file.Round.objects.filter(id=told.round))
        with pytest.raises(LianfangError) as refused:
            import_results(actor=actor, source=book([]), filename="x.xlsx", one=one)
    assert refused.value.code == "access.not_allowed"


@pytest.mark.parametrize("wrong", ["21.3.", "2022-13-01", "2022-03-21 25:00", "soon"])
def test_an_unreadable_time_says_so(wrong: str) -> None:
    with pytest.raises(LianfangError) as refused:
        moment_of(wrong, row=3, now=NOW)
    assert refused.value.code == "results.time_unreadable"


def test_a_time_is_beijing_time() -> None:
    assert moment_of("2022-03-21 14:05:30", row=2, now=NOW).isoformat() == "2022-03-21T14:05:30+08:00"
    assert moment_of("2022年3月21日", row=2, now=NOW).isoformat() == "2022-03-21T00:00:00+08:00"


def test_the_page_takes_a_file_and_gives_back_what_is_left(told: Station, tubes: list[str], browse: Any) -> None:
    lab = browse("laboratory", "")
    assert "上报这些结果" in text(lab.get("/rounds/results/"))
    assert "error-summary" in text(lab.post("/rounds/results/", {"round": told.round}), 422)
    broken = SimpleUploadedFile("结果.xlsx", b"PK\x03\x04 not a workbook")
    assert "error-summary" in text(lab.post("/rounds/results/", {"round": told.round, "file": broken}), 422)
    sent = SimpleUploadedFile("结果.xlsx", book([[tubes[0], "阴性", ""], [format_code(99), "阴性", ""]]))
    page = text(lab.post("/rounds/results/", {"round": told.round, "file": sent}))
    assert "采样管" in page
    kept = page.split('name="kept" value="')[1].split('"')[0]
    answer = lab.post("/rounds/results/refused.xlsx", {"kept": kept})
    assert answer["X-Rows"] == "1"
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert any(format_code(99) in str(row) for row in rows)
    text(lab.post("/rounds/results/refused.xlsx", {"kept": kept[:-2]}), 422)
    text(browse("community_clerk", NEXT).get("/rounds/results/"), 404)
    assert told.world.people[NEXT][0].name not in page
