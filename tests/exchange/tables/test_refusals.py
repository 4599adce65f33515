"""Files that would harm or mislead are refused with a sentence, before a parser sees them."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.exchange.tables import Limits, read_table
from lianfang.exchange.tables.compound import SIGNATURE
from lianfang.kernel.errors import LianfangError
from tests.exchange.tables.files import COLUMNS, HEADER, PERSON, repacked, sheet_xml, xls, xlsx

SHEET = "xl/worksheets/sheet1.xml"
GOOD = xlsx([HEADER, PERSON])


def refused(data: bytes, code: str, *, filename: str = "", limits: Limits | None = None) -> LianfangError:
    with pytest.raises(LianfangError) as caught:
        read_table(data, columns=COLUMNS, filename=filename, limits=limits).read_all()
    error = caught.value
    assert error.code == code, error.render("en")
    assert error.render("zh") != error.render("en")
    return error


def test_empty_and_header_only() -> None:
    refused(b"", "tables.empty_file")
    refused(xlsx([HEADER]), "tables.no_rows")
    refused(xlsx([]), "tables.no_rows")
    refused("姓名,电话\n".encode(), "tables.no_rows")


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7 ...",
        b"\x89PNG\r\n\x1a\n",
        b"<html><table><tr><td>x</td></tr></table>",
        b"\x00\x01\x02" * 50,
        b"MZ\x90",
    ],
)
def test_other_kinds_of_files_are_named(data: bytes) -> None:
    refused(data, "tables.wrong_type", filename="名单.xlsx")


def test_another_office_document_is_named() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("word/document.xml", "<x/>")
    error = refused(target.getvalue(), "tables.wrong_type")
    assert "Word" in error.render("zh")


def test_text_that_is_no_table() -> None:
    error = refused("亲爱的同事们，\n请查收。\n".encode(), "tables.not_a_table")
    assert "姓名" in error.render("en")


def test_required_column_missing_names_both_sides() -> None:
    error = refused(xlsx([["电话", "性别", "楼长"], ["1", "男", "x"]]), "tables.column_missing")
    assert "姓名" in error.render()
    assert "楼长" in error.render()


def test_wrong_extension_is_read_by_content_and_told() -> None:
    table = read_table("姓名,电话\n张三,1\n".encode(), columns=COLUMNS, filename="名单.xlsx")
    assert table.notes[0].code == "tables.note_extension"
    assert table.read_all().columns["name"] == ["张三"]


def test_macros_are_told_and_never_run() -> None:
    data = repacked(GOOD, {"xl/vbaProject.bin": SIGNATURE + b"\0" * 100})
    table = read_table(data, columns=COLUMNS, filename="名单.xlsm")
    assert "tables.note_macros" in [note.code for note in table.notes]
    assert table.read_all().columns["name"] == ["张三"]


def compound_with(name: str) -> bytes:
    """A compound file with one stream of this name: what Excel writes around an encrypted workbook."""
    sector = 512
    header = bytearray(sector)
    header[:8] = SIGNATURE
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIIII", header, 44, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    struct.pack_into("<109I", header, 76, 0, *([0xFFFFFFFF] * 108))
    fat = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *([0xFFFFFFFF] * 126))

    def entry(title: str, kind: int) -> bytes:
        block = bytearray(128)
        encoded = title.encode("utf-16-le")
        block[: len(encoded)] = encoded
        struct.pack_into("<H", block, 64, len(encoded) + 2)
        block[66] = kind
        struct.pack_into("<I", block, 116, 0xFFFFFFFE)
        return bytes(block)

    return bytes(header) + fat + entry("Root Entry", 5) + entry(name, 2) + bytes(256)


def test_encrypted_files() -> None:
    refused(compound_with("EncryptedPackage"), "tables.encrypted", filename="名单.xlsx")
    data = bytearray(GOOD)
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    refused(bytes(data), "tables.encrypted")


def test_old_workbook_with_password() -> None:
    data = bytearray(xls([HEADER, PERSON]))
    at = data.find(struct.pack("<HH", 0x0809, 16))
    password = struct.pack("<HH", 0x002F, 12)
    data[at : at + 4] = password
    refused(bytes(data), "tables.encrypted")


def test_bomb_that_declares_its_size() -> None:
    error = refused(repacked(GOOD, {SHEET: b"<row/>" * (14 << 20)}), "tables.bomb")
    assert error.status == 413


def lying(data: bytes, name: str, content: bytes, declared: int) -> bytes:
    """A package whose directory tells a smaller size for one part than comes out."""
    packed = repacked(data, {name: content})
    out = bytearray(packed)
    wanted = struct.pack("<I", len(content))
    assert out.count(wanted) == 2
    return bytes(out.replace(wanted, struct.pack("<I", declared)))


def test_bomb_that_lies_about_its_size() -> None:
    refused(lying(GOOD, SHEET, b"<row/>" * (12 << 20), 1000), "tables.bomb")
    refused(lying(GOOD, SHEET, sheet_xml("<row/>" * 5000), 1000), "tables.damaged")


def test_overlapping_parts() -> None:
    data = bytearray(GOOD)
    at = data.find(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 20, len(data) * 2)
    refused(bytes(data), "tables.bomb")


def test_a_cell_far_away_does_not_ask_for_all_memory() -> None:
    near = '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c></row>'
    far = near + '<row r="1048576"><c r="IV1048576"><v>1</v></c></row>'
    error = refused(repacked(GOOD, {SHEET: sheet_xml(far)}), "tables.too_many_cells")
    assert "IV1048576" in error.render()
    wide = '<row r="1"><c r="XFD1"><v>1</v></c></row>'
    refused(repacked(GOOD, {SHEET: sheet_xml(wide)}), "tables.too_many_columns")
    unnamed = "<row>" + "<c><v>1</v></c>" * 300 + "</row>"
    refused(repacked(GOOD, {SHEET: sheet_xml(unnamed)}), "tables.too_many_columns")
    prefixed = (
        sheet_xml(wide)
        .replace(b"<row", b"<x:row")
        .replace(b"<c ", b"<x:c ")
        .replace(b'r="', b"r = '")
        .replace(b'"><', b"'><")
    )
    refused(repacked(GOOD, {SHEET: prefixed}), "tables.too_many_columns")


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN"])
def test_a_number_that_is_none_is_refused_in_its_row(number: str) -> None:
    heads = "".join(
        f'<c r="{chr(65 + at)}1" t="inlineStr"><is><t>{name}</t></is></c>' for at, name in enumerate(HEADER)
    )
    cells = "".join(f'<c r="{chr(65 + at)}2"><v>{number}</v></c>' for at in range(len(HEADER)))
    data = repacked(GOOD, {SHEET: sheet_xml(f'<row r="1">{heads}</row><row r="2">{cells}</row>')})
    found = read_table(data, columns=COLUMNS).read_all()
    assert {verdict.code for verdict in found.verdicts} == {"tables.cell_error"}


def test_a_cell_of_forty_megabytes_is_named() -> None:
    big = "".join(f"{number:08d}" for number in range(65_536)) * 80
    inline = f'<row r="7"><c r="C7" t="inlineStr"><is><t>{big}</t></is></c></row>'
    error = refused(repacked(GOOD, {SHEET: sheet_xml(inline)}), "tables.cell_too_large")
    assert "C7" in error.render()
    shared = f"<sst><si><t>a</t></si><si><t>{big[: 8 << 20]}</t></si></sst>".encode()
    error = refused(repacked(GOOD, {"xl/sharedStrings.xml": shared}), "tables.cell_too_large")
    assert "#2" in error.render()


def test_a_huge_cell_of_a_text_file_is_named_by_row() -> None:
    error = refused(("姓名,电话\n张三,1\n李四," + "9" * 2_000_000).encode(), "tables.cell_too_large")
    assert "3" in error.render()
    quoted = '姓名,电话\n张三,"' + "9\n" * 100_000 + '"\n'
    refused(quoted.encode(), "tables.cell_too_large")


def test_a_quote_left_open_swallows_nothing() -> None:
    error = refused('姓名,电话\n"张三,1\n李四,2\n'.encode(), "tables.damaged")
    assert "CSV" in error.render()


def test_a_long_cell_is_a_verdict() -> None:
    batch = read_table(f"姓名,电话\n{'长' * 40_000},1\n".encode(), columns=COLUMNS).read_all()
    assert (batch.verdicts[0].code, batch.verdicts[0].row) == ("tables.cell_too_long", 2)


def test_document_types_are_refused() -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>' + sheet_xml("")[21:]
    refused(repacked(GOOD, {SHEET: laughs}), "tables.damaged")
    with zipfile.ZipFile(io.BytesIO(GOOD)) as package:
        workbook = package.read("xl/workbook.xml")
    bad = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>' + workbook[workbook.find(b"<workbook") :]
    refused(repacked(GOOD, {"xl/workbook.xml": bad}), "tables.damaged")


def test_size_and_column_limits() -> None:
    refused(GOOD, "tables.too_large", limits=Limits(file_bytes=1000))
    many = "姓名,电话," + ",".join(map(str, range(300))) + "\n张三,1\n"
    refused(many.encode(), "tables.too_many_columns")


def test_undecodable_text_names_the_byte() -> None:
    refused("姓名,电话\n".encode("gb18030") + b"\xff\xff\xff,1\n", "tables.encoding_unknown")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_truncated_workbooks(share: float) -> None:
    refused(GOOD[: int(len(GOOD) * share)], "tables.damaged")
    old = xls([HEADER] + [PERSON] * 50)
    refused(old[: int(len(old) * share)], "tables.damaged")


def test_mapping_and_sheet_that_do_not_exist() -> None:
    with pytest.raises(LianfangError) as caught:
        read_table(GOOD, columns=COLUMNS, sheet="没有")
    assert caught.value.code == "tables.no_such_sheet"
    for mapping in ({"nothing": 0}, {"name": 99}, {"name": 0, "phone": 0}):
        with pytest.raises(LianfangError) as caught:
            read_table(GOOD, columns=COLUMNS, mapping=mapping)
        assert caught.value.code == "tables.mapping_unknown"


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8))
def test_a_damaged_workbook_never_ends_in_another_error(at: int, noise: bytes) -> None:
    data = GOOD[:at] + noise + GOOD[at + len(noise) :]
    try:
        read_table(data, columns=COLUMNS).read_all()
    except LianfangError as error:
        assert error.code.startswith("tables.")


OLD = xls([HEADER, PERSON])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(OLD) - 1), st.binary(min_size=1, max_size=8))
def test_a_damaged_old_workbook_never_ends_in_another_error(at: int, noise: bytes) -> None:
    data = OLD[:at] + noise + OLD[at + len(noise) :]
    try:
        read_table(data, columns=COLUMNS).read_all()
    except LianfangError as error:
        assert error.code.startswith("tables.")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_table(data, columns=COLUMNS).read_all()
    except LianfangError as error:
        assert error.code.startswith("tables.")
