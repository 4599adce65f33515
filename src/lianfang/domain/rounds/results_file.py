"""Laboratory results from a table: rows become facts through the door, each with its verdict."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from lianfang.base.access.api import Actor
from lianfang.base.facts.api import Fact
from lianfang.domain.rounds.models import Round
from lianfang.domain.rounds.posting import make_fact, submit
from lianfang.domain.rounds.rules import TubeResult
from lianfang.exchange.tables import ColumnSpec, Refused, Table, read_table, write_refused
from lianfang.exchange.tables import Kind as CellKind
from lianfang.exchange.tables import Verdict as CellVerdict
from lianfang.kernel.clock import BEIJING
from lianfang.kernel.errors import Language, LianfangError, Value, define, problem
from lianfang.kernel.ids import parse_code

WORDS: dict[str, TubeResult] = {
    **dict.fromkeys(("阴性", "阴", "-", "(-)", "neg", "negative", "未检出", "阴性(-)"), TubeResult.NEGATIVE),
    **dict.fromkeys(("阳性", "阳", "+", "(+)", "pos", "positive", "检出", "初筛阳性", "阳性(+)"), TubeResult.POSITIVE),
    **dict.fromkeys(
        ("无效", "可疑", "重采", "需重采", "样本不合格", "不合格", "invalid", "inconclusive"), TubeResult.INVALID
    ),
}
"""What laboratories write for a result; doubtful and unfit tubes are taken again."""
TUBE_HEADINGS = (
    "采样管号", "采样管编号", "采样管编码", "管号", "试管号", "试管编号", "条码", "条码号", "样本编号", "样本号", "标本编号",
    "tube code", "barcode", "sample",
)  # fmt: skip
RESULT_HEADINGS = ("检测结果", "核酸结果", "检验结果", "结果判定", "判定", "test result")
TIME_HEADINGS = ("检测日期", "报告时间", "检验时间", "出结果时间", "报告日期", "test time", "reported at")
COLUMNS = (
    ColumnSpec("tube", "采样管", "Tube", CellKind.CODE, TUBE_HEADINGS, required=True),
    ColumnSpec("result", "结果", "Result", CellKind.TEXT, RESULT_HEADINGS, required=True, values=tuple(WORDS)),
    ColumnSpec("tested_at", "检测时间", "Tested at", CellKind.TEXT, TIME_HEADINGS),
)
AHEAD = timedelta(minutes=10)
"""How far a laboratory's clock may run ahead (DECISIONS, Meaning 7)."""
_MOMENT = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[ T]*(\d{1,2})[:：时](\d{1,2})分?(?:[:：](\d{1,2})(?:\.\d+)?秒?)?)?"
)

define(
    "results.file_gone",
    status=422,
    zh="这份退回清单已过期。请重新上传结果文件，已登记的不会重复。",
    en="This list of rows is too old. Send the file again; what is on record is not counted twice.",
)
define(
    "results.word_unknown",
    status=422,
    zh="第{row}行的结果“{text}”看不懂。请写阴性、阳性或无效。",
    en="Row {row}: the result '{text}' is not understood. Write negative, positive or invalid.",
)
define(
    "results.cell_empty",
    status=422,
    zh="第{row}行缺少{column}。请补填后重新上传。",
    en="Row {row} has no {column}. Fill it in and send the file again.",
)
define(
    "results.time_unreadable",
    status=422,
    zh="第{row}行的检测时间“{text}”看不懂。请写成2022-03-21 14:05。",
    en="Row {row}: the time '{text}' is not understood. Write it as 2022-03-21 14:05.",
)
define(
    "results.time_future",
    status=422,
    zh="第{row}行的检测时间{text}在将来。请核对日期和设备时钟。",
    en="Row {row}: the time {text} lies in the future. Check the date and the clock.",
)


class RowVerdict(StrEnum):
    """What became of one row."""

    TAKEN = "taken"
    DUPLICATE = "duplicate"
    HELD = "held"
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True)
class RowLine:
    """One row of a results file: what it said, its verdict and the sentence where something is to be done."""

    row: int
    tube: str
    result: str
    tested_at: str
    verdict: RowVerdict
    code: str = ""
    values: dict[str, Value] = field(default_factory=dict)

    def sentence(self, language: Language) -> str:
        """Why the row was not taken, for a person; empty where it was."""
        return problem(self.code).sentence(self.values, language) if self.code else ""


@dataclass(frozen=True)
class ResultsReport:
    """The verdict of every row of a file, in its order, and what was noticed about the file."""

    filename: str
    lines: tuple[RowLine, ...]
    notes: tuple[str, ...]

    @property
    def counts(self) -> Counter[str]:
        """Rows by verdict."""
        return Counter(line.verdict.value for line in self.lines)

    @property
    def left(self) -> tuple[RowLine, ...]:
        """The rows that somebody has to look at."""
        return tuple(
            line for line in self.lines if line.verdict in (RowVerdict.HELD, RowVerdict.CONFLICT, RowVerdict.REFUSED)
        )


def import_results(
    *, actor: Actor, source: bytes, filename: str, one: Round, language: Language = "zh"
) -> ResultsReport:
    """Report the results of a table to the door, as they arrive; sending the same file again changes nothing.

    Every batch of rows is one transaction; each row gets its verdict. Raises access.not_allowed, session.expired and the
    file refusals of exchange.tables.
    """
    if not actor.may("record", "result"):
        raise LianfangError("access.not_allowed", action="result")
    now = datetime.now(UTC)
    with read_table(source, columns=COLUMNS, filename=filename) as table:
        lines, facts = _read(table, one, now)
        notes = tuple(note.sentence(language) for note in table.notes)
    judged = submit(actor, list(facts.values()))
    for line_number, fact in zip(facts, judged, strict=True):
        lines[line_number] = _judged(lines[line_number], fact)
    return ResultsReport(filename, tuple(lines), notes)


def refused_rows(report: ResultsReport, language: Language) -> bytes:
    """The rows that were not taken as an Excel file: as they were sent, with the reason beside each."""
    out = io.BytesIO()
    rows = [
        Refused(line.row, {"tube": line.tube, "result": line.result, "tested_at": line.tested_at}, [_verdict(line)])
        for line in report.left
    ]
    write_refused(out, columns=COLUMNS, refused=rows, language=language)
    return out.getvalue()


def as_plain(report: ResultsReport) -> list[list[object]]:
    """The rows that were not taken as plain values, to travel with the page and come back for the download."""
    return [
        [line.row, line.tube, line.result, line.tested_at, line.verdict.value, line.code, line.values]
        for line in report.left
    ]


def from_plain(rows: Sequence[Sequence[Any]]) -> ResultsReport:
    """A report of only the rows that were not taken, from plain values."""
    lines = [
        RowLine(row, tube, result, at, RowVerdict(verdict), code, values)
        for row, tube, result, at, verdict, code, values in rows
    ]
    return ResultsReport("", tuple(lines), ())


def _verdict(line: RowLine) -> CellVerdict:
    return CellVerdict(line.row, 1, "tube", line.code, line.values)


def _read(table: Table, one: Round, now: datetime) -> tuple[list[RowLine], dict[int, dict[str, object]]]:
    """Every row as a line, and the facts of those that can be read, by the number of their line."""
    lines: list[RowLine] = []
    facts: dict[int, dict[str, object]] = {}
    for batch in table.batches():
        times, wrong = _cell_times(batch.verdicts)
        for at, row in enumerate(batch.rows):
            tube, result, moment = (str(batch.columns[name][at] or "") for name in ("tube", "result", "tested_at"))
            moment = times.get(row, moment)
            line = RowLine(row, tube, result, moment, RowVerdict.REFUSED)
            try:
                if row in wrong:
                    raise LianfangError(wrong[row].code, **wrong[row].values)
                payload = _payload(one, line, now)
            except LianfangError as error:
                lines.append(RowLine(row, tube, result, moment, RowVerdict.REFUSED, error.code, error.values))
                continue
            facts[len(lines)] = make_fact("rounds.result_reported/1", one.path, payload, recorded_at=now)
            lines.append(line)
    return lines, facts


def _cell_times(verdicts: Sequence[CellVerdict]) -> tuple[dict[int, str], dict[int, CellVerdict]]:
    """Times that stand as dates in the sheet (a text column tells them in its verdict), and the real faults, by row."""
    times = {
        one.row: str(one.values["text"])
        for one in verdicts
        if one.name == "tested_at" and one.code == "tables.date_in_text"
    }
    faults = [one for one in verdicts if not (one.name == "tested_at" and one.row in times)]
    return times, {one.row: one for one in reversed(faults)}


def _payload(one: Round, line: RowLine, now: datetime) -> dict[str, object]:
    for text, spec in ((line.tube, COLUMNS[0]), (line.result, COLUMNS[1])):
        if not text:
            raise LianfangError("results.cell_empty", row=line.row, column=f"“{spec.zh}”")
    parse_code(line.tube)
    result = WORDS.get(
        line.result.strip().casefold().replace("（", "(").replace("）", ")").replace("＋", "+").replace("－", "-")
    )
    if result is None:
        raise LianfangError("results.word_unknown", row=line.row, text=line.result[:20])
    payload: dict[str, object] = {"round": one.id, "tube": line.tube, "result": result.value}
    if line.tested_at:
        payload["tested_at"] = moment_of(line.tested_at, row=line.row, now=now).isoformat()
    return payload


def moment_of(text: str, *, row: int, now: datetime) -> datetime:
    """The moment a cell speaks of, in Beijing time; raises results.time_unreadable or results.time_future."""
    found = _MOMENT.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError(text)
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        moment = datetime(year, month, day, hour, minute, second, tzinfo=BEIJING)
    except ValueError:
        raise LianfangError("results.time_unreadable", row=row, text=text[:30]) from None
    if moment > now + AHEAD:
        raise LianfangError("results.time_future", row=row, text=text[:30])
    return moment


def _judged(line: RowLine, fact: Fact) -> RowLine:
    """The line with the door's answer; a tube whose result stands already is a duplicate."""
    code, values = "", {}
    if fact.refusal is not None:
        outcomes = {"held": RowVerdict.HELD, "conflict": RowVerdict.CONFLICT}
        verdict = outcomes.get(fact.refusal.outcome, RowVerdict.REFUSED)
        code, values = fact.refusal.code, dict(fact.refusal.values)
    elif fact.duplicate or any(note.code == "tube.result_known" for note in fact.notes):
        verdict = RowVerdict.DUPLICATE
    else:
        verdict = RowVerdict.TAKEN
    return RowLine(line.row, line.tube, line.result, line.tested_at, verdict, code, values)


def open_rounds() -> Sequence[Round]:
    """The testing rounds a laboratory may report to, newest first."""
    return list(Round.objects.filter(state="open", kind="testing").order_by("-id")[:100])
