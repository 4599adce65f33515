"""What offices really send is read, and everything done on the way is told."""

from __future__ import annotations

import datetime

import openpyxl
import pytest

from lianfang.exchange.tables import HOUSEHOLD, RETURNEE, Confidence, read_table
from lianfang.exchange.tables.columns import fold, letters, place
from lianfang.kernel.errors import LianfangError
from tests.exchange.tables.files import COLUMNS, HEADER, ID, NAME, PERSON, PHONE, SEX, saved, with_formulas, xls, xlsx

DAY = datetime.date(1949, 12, 31)


def codes(table: object) -> list[str]:
    return [note.code for note in table.notes]  # type: ignore[attr-defined]


@pytest.mark.row("C1")
def test_title_rows_above_the_header_are_found_and_told() -> None:
    rows = [["某社区居民台账"], ["填报单位：某社区", None, None, "2022年3月"], HEADER, PERSON]
    table = read_table(xlsx(rows, merges=["A1:F1"]), columns=COLUMNS)
    batch = table.read_all()
    assert table.header_row == 3
    assert batch.rows == (4,)
    assert batch.columns["name"] == ["张三"]
    assert batch.columns["birth_date"] == [DAY]
    assert "tables.note_title_rows" in codes(table)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_text_files_in_every_encoding_and_separator(encoding: str, delimiter: str) -> None:
    text = "\r\n".join(delimiter.join(row) for row in (HEADER, PERSON, ["李四㐂", "", "", "", "男", "1-2"]))
    table = read_table(text.encode(encoding), columns=COLUMNS, filename="a.csv")
    batch = table.read_all()
    assert batch.columns["name"] == ["张三", "李四㐂"]
    assert batch.columns["door"] == ["101", "1-2"]
    assert batch.rows == (2, 3)


@pytest.mark.row("C1")
def test_old_binary_workbook() -> None:
    rows = [["居民名单"], HEADER, [*PERSON[:3], DAY, "女", 101.0]]
    table = read_table(xls(rows, merge_title=6), columns=COLUMNS, filename="名单.xls")
    batch = table.read_all()
    assert (batch.columns["birth_date"], batch.columns["door"]) == ([DAY], ["101"])
    assert batch.verdicts == ()


def test_formula_of_an_old_workbook_without_result_is_refused() -> None:
    table = read_table(xls([HEADER, PERSON], formula_at=(1, 0)), columns=COLUMNS)
    verdicts = table.read_all().verdicts
    assert [(v.code, v.values["cell"]) for v in verdicts] == [("tables.formula_without_value", "A2")]


def test_stored_results_of_formulas_are_taken_and_told() -> None:
    stored = [('="张"&"三"', "张三"), ("=1+1", 2), ("=NA()", "#N/A")]
    table = read_table(with_formulas(stored), columns=(NAME, ID))
    batch = table.read_all()
    assert batch.columns["name"] == ["张三", "2", None]
    assert [(v.code, v.row, v.column) for v in batch.verdicts] == [("tables.cell_error", 4, 1)]
    note = next(note for note in table.notes if note.code == "tables.note_formulas")
    assert (note.values["count"], note.values["cell"]) == (3, "A2")


def test_formula_without_stored_result_is_refused_by_cell() -> None:
    rows = [HEADER[:2], ["=A1", PERSON[1]], ["张三", PERSON[1]]]
    batch = read_table(xlsx(rows), columns=(NAME, ID)).read_all()
    assert batch.columns["name"] == [None, "张三"]
    verdict = batch.verdicts[0]
    assert (verdict.code, verdict.row, verdict.column) == ("tables.formula_without_value", 2, 1)
    assert "A2" in verdict.sentence("zh")
    assert "A2" in verdict.sentence("en")


def test_formula_in_a_text_file_is_refused_but_a_quoted_number_is_not() -> None:
    text = '姓名,身份证号\n=HYPERLINK("x"),1\n张三,="11010519491231002X"\n'
    batch = read_table(text.replace('"x"', "x").encode(), columns=(NAME, ID)).read_all()
    assert batch.columns["name"] == [None, "张三"]
    assert batch.columns["id_no"] == ["1", "11010519491231002X"]
    assert batch.verdicts[0].code == "tables.formula_without_value"


def test_cells_merged_downward_fill_their_rows() -> None:
    rows = [["户室", "姓名"], ["101", "张三"], [None, "李四"], [None, "王五"], ["102", "赵六"]]
    table = read_table(xlsx(rows, merges=["A2:A4"]), columns=COLUMNS)
    assert table.read_all().columns["door"] == ["101", "101", "101", "102"]
    assert "tables.note_merged" in codes(table)


def test_header_of_two_rows() -> None:
    rows = [["姓名", "证件", None, "性别"], [None, "身份证号", "电话", None], ["张三", *PERSON[1:3], "女"]]
    table = read_table(xlsx(rows, merges=["A1:A2", "B1:C1", "D1:D2"]), columns=COLUMNS)
    batch = table.read_all()
    assert [batch.columns[n][0] for n in ("name", "id_no", "phone", "sex")] == ["张三", *PERSON[1:3], "女"]


def test_footers_repeated_headers_and_section_lines_are_skipped_and_told() -> None:
    rows = [HEADER, PERSON, ["3号楼"], PERSON, HEADER, PERSON, ["合计", 3], ["填表人：李四"]]
    table = read_table(xlsx(rows, merges=["A3:F3"]), columns=COLUMNS)
    assert table.read_all().rows == (2, 4, 6)
    assert table.read_all().rows == (2, 4, 6), "a second pass reads the same"
    skipped = [note.values["row"] for note in table.notes if note.code == "tables.note_row_skipped"]
    assert skipped == [3, 5, 7, 8]


def test_blank_rows_and_a_table_away_from_the_corner_keep_their_positions() -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page["C5"], page["D5"] = "姓名", "身份证号"
    page["C6"], page["D6"] = "张三", 1.10105194912310021e17
    page["C9"], page["D9"] = "李四", "11010519491231002x"
    batch = read_table(saved(book), columns=COLUMNS).read_all()
    assert batch.rows == (6, 9)
    assert batch.columns["id_no"] == [None, "11010519491231002X"]
    verdict = batch.verdicts[0]
    assert (verdict.code, verdict.row, verdict.column, verdict.values["cell"]) == ("tables.digits_lost", 6, 4, "D6")
    assert "1101051949" not in verdict.sentence()


def test_the_first_sheet_with_a_known_header_is_read_and_the_others_are_named() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["填表说明", "请勿修改"])
    second = book.create_sheet("居民")
    second.append(HEADER)
    second.append(PERSON)
    table = read_table(saved(book), columns=COLUMNS)
    assert table.sheet == "居民"
    note = next(note for note in table.notes if note.code == "tables.note_other_sheets")
    assert note.values["others"] == "Sheet"


def test_assistant_tells_how_it_knows_each_column() -> None:
    rows = [["居民姓名*", "性 别", "编号甲", "联系方式二", "甲"]]
    people = [("张三", "女"), ("李四", "男"), ("王五", "女"), ("赵六", "男")]
    rows += [[n, s, PERSON[1], f"1380000000{i}", "x"] for i, (n, s) in enumerate(people)]
    table = read_table(xlsx(rows), columns=COLUMNS)
    told = {guess.header: (guess.name, guess.confidence) for guess in table.guesses}
    assert told["居民姓名*"] == ("name", Confidence.SYNONYM)
    assert told["性 别"] == ("sex", Confidence.EXACT)
    assert told["编号甲"] == ("id_no", Confidence.VALUES)
    assert told["联系方式二"] == ("phone", Confidence.VALUES)
    assert told["甲"] == (None, Confidence.NONE)
    assert table.guesses[3].samples[:2] == ("13800000000", "13800000001")
    assert {"tables.note_by_values", "tables.note_column_unused"} <= set(codes(table))


def test_two_columns_that_look_alike_are_not_guessed() -> None:
    rows = [["姓名", "性别", "本人", "监护人"]] + [["张三", s, PERSON[1], PERSON[1]] for s in "男女男"]
    table = read_table(xlsx(rows), columns=COLUMNS)
    assert table.guesses[2].name is None
    assert table.guesses[3].name is None


def test_a_list_without_header_is_known_by_its_values() -> None:
    rows = [[f"人{i}", PERSON[1], f"1380000000{i}", "男女"[i % 2]] for i in range(5)]
    table = read_table(xlsx(rows), columns=(ID, PHONE, SEX))
    assert table.header_row is None
    assert len(table.read_all().rows) == 5
    assert "tables.note_no_header" in codes(table)


def test_a_persons_mapping_wins() -> None:
    rows = [["甲", "乙", "姓名"], ["张三", PERSON[1], "x"]]
    table = read_table(xlsx(rows), columns=(NAME, ID), mapping={"name": 0, "id_no": 1})
    assert table.guesses[0].confidence is Confidence.GIVEN
    batch = table.read_all()
    assert "张三" in batch.columns["name"]


def test_same_heading_twice_takes_the_first_and_says_so() -> None:
    table = read_table(xlsx([["姓名", "电话", "联系电话"], ["张三", "1", "2"]]), columns=COLUMNS)
    assert table.read_all().columns["phone"] == ["1"]
    note = next(note for note in table.notes if note.code == "tables.note_column_twice")
    assert (note.values["taken"], note.values["others"]) == ("B", "C")


def test_a_row_wider_than_the_header_is_a_verdict_on_the_row() -> None:
    text = "姓名,户室\n张三,101\n李四,3号楼,102\n"
    batch = read_table(text.encode(), columns=COLUMNS).read_all()
    assert [(v.code, v.row, v.name) for v in batch.verdicts] == [("tables.row_too_wide", 3, None)]


def test_batches_are_the_same_as_the_whole() -> None:
    rows = [HEADER] + [[f"人{i}", PERSON[1], None, 44652 if i % 7 else "坏", "男", i] for i in range(57)]
    whole = read_table(xlsx(rows), columns=COLUMNS).read_all()
    batches = list(read_table(xlsx(rows), columns=COLUMNS).batches(size=10))
    assert [len(batch.rows) for batch in batches] == [10, 10, 10, 10, 10, 7]
    assert [v for batch in batches for v in batch.verdicts] == list(whole.verdicts)
    assert len(whole.verdicts) == 9
    assert [name for batch in batches for name in batch.columns["name"]] == whole.columns["name"]


@pytest.mark.parametrize("register", [HOUSEHOLD, RETURNEE])
def test_registers_do_not_share_a_heading(register: tuple) -> None:
    exact = [word for spec in register for word in spec.exact_words]
    assert len(exact) == len(set(exact))
    synonyms = [word for spec in register for word in spec.synonym_words]
    assert len(synonyms) == len(set(synonyms))


def test_a_closed_table_reads_no_more() -> None:
    with read_table(xlsx([HEADER, PERSON]), columns=COLUMNS) as table:
        assert table.read_all().columns["name"] == ["张三"]
    with pytest.raises(LianfangError) as caught:
        table.read_all()
    assert caught.value.code == "tables.damaged"


def test_folding_and_letters() -> None:
    assert fold(" 身份证号码（必填）* ") == fold("身份证号码")
    assert fold("（备注）") == "备注"
    assert [letters(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert place(6, 2) == "C7"
