"""From the bytes of a file to sheets of raw rows, whatever the extension says. Dangerous files end here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Final

from lianfang.exchange.tables import compound, delimited
from lianfang.exchange.tables.limits import MEGABYTE, Limits
from lianfang.exchange.tables.package import inspect_package
from lianfang.exchange.tables.parser import Merge, ParserProcess, Row
from lianfang.exchange.tables.sheetscan import SheetFacts
from lianfang.kernel.errors import LianfangError

_ACCEPTED: Final = {
    "xlsx": (".xlsx", ".xlsm", ".xltx"),
    "xls": (".xls", ".xlt", ".et"),
    "csv": (".csv", ".txt", ".tsv"),
}
_SHOWN_AS: Final = {"xlsx": ".xlsx", "xls": ".xls", "csv": ".csv"}
_FOREIGN: Final = (
    (b"%PDF", "PDF"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG", "PNG"),
    (b"GIF8", "GIF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"{\\rtf", "RTF"),
    (b"MZ", "EXE"),
    (b"SQLite format 3", "SQLite"),
)
_MARKUP: Final = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<meta", b"<head")


@dataclass
class Sheet:
    """Raw rows of one sheet. rows() starts anew; row 0 is the first of the sheet; cell 0 of a row is in column
    first_column. close() ends what stands behind the sheet."""

    name: str
    rows: Callable[[], Iterator[Row]]
    first_column: int = 0
    merges: tuple[Merge, ...] = ()
    facts: SheetFacts = field(default_factory=SheetFacts)
    close: Callable[[], None] = lambda: None


@dataclass
class Source:
    """An opened file. sheets are loaded one at a time, when asked for. notes: (code, values)."""

    sha256: str
    format: str
    sheet_names: tuple[str, ...]
    load: Callable[[str], Sheet]
    date_1904: bool = False
    notes: list[tuple[str, dict[str, str | int]]] = field(default_factory=list)


def open_source(
    source: str | Path | bytes, *, filename: str, wanted: Iterable[frozenset[str]], limits: Limits
) -> Source:
    """Sniff, check and open a file.

    filename: as sent, for its extension only. wanted: folded headings, to tell the separator of a text file. Raises any
    of the file refusals in `errors`.
    """
    data = _read(source, limits)
    filename = filename or (str(source) if isinstance(source, str | Path) else "")
    kind = sniff(data)
    if kind == "xlsx":
        opened = _open_xlsx(data, limits)
    elif kind == "xls":
        opened = _open_xls(data, limits)
    else:
        opened = _open_text(data, tuple(wanted), limits)
    extension = PurePath(filename).suffix.lower()
    if extension and extension not in _ACCEPTED[kind]:
        opened.notes.insert(0, ("tables.note_extension", {"extension": extension, "found": _SHOWN_AS[kind]}))
    return opened


def _read(source: str | Path | bytes, limits: Limits) -> bytes:
    if isinstance(source, bytes):
        size, data = len(source), source
    else:
        with Path(source).open("rb") as file:
            data = file.read(limits.file_bytes + 1)
            size = Path(source).stat().st_size if len(data) > limits.file_bytes else len(data)
    if size > limits.file_bytes:
        raise LianfangError("tables.too_large", size_mb=-(-size // MEGABYTE), limit_mb=limits.file_bytes // MEGABYTE)
    if not data:
        raise LianfangError("tables.empty_file")
    return data


def sniff(data: bytes) -> str:
    """ "xlsx", "xls" or "csv" by content; raises tables.wrong_type for anything recognisably else."""
    if data[:4] == b"PK\x03\x04":
        return "xlsx"
    if data[:8] == compound.SIGNATURE:
        return "xls"
    for mark, name in _FOREIGN:
        if data.startswith(mark):
            raise LianfangError("tables.wrong_type", found=name)
    head = data[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith(_MARKUP):
        raise LianfangError("tables.wrong_type", found="HTML / XML")
    if compound.SIGNATURE.startswith(data[:8]) or b"PK\x03\x04".startswith(data[:4]):
        raise LianfangError("tables.damaged", detail=f"{len(data)} B")
    return "csv"


def _open_xlsx(data: bytes, limits: Limits) -> Source:
    package = inspect_package(data, limits)
    opened = _workbook(data, package.sheets, kind="xlsx", date_1904=package.date_1904, limits=limits)
    if package.macros:
        opened.notes.append(("tables.note_macros", {}))
    return opened


def _open_xls(data: bytes, limits: Limits) -> Source:
    file = compound.open_compound(data)
    if "EncryptedPackage" in file.names:
        raise LianfangError("tables.encrypted")
    if not file.workbook:
        kind = "Word (.doc)" if "WordDocument" in file.names else "OLE"
        raise LianfangError("tables.wrong_type", found=kind)
    book = compound.scan_book(file.workbook)
    if book.encrypted:
        raise LianfangError("tables.encrypted")
    for facts in book.sheets.values():
        facts.check(limits)
    opened = _workbook(data, book.sheets, kind="xls", date_1904=book.date_1904, limits=limits)
    if file.names & {"_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA"}:
        opened.notes.append(("tables.note_macros", {}))
    return opened


def _workbook(data: bytes, facts: dict[str, SheetFacts], *, kind: str, date_1904: bool, limits: Limits) -> Source:
    parser = ParserProcess(data, limits)
    visible_first = sorted(parser.sheets(), key=lambda sheet: not sheet[1])
    names = tuple(name for name, _ in visible_first if name in facts and facts[name].cells)

    def load(name: str) -> Sheet:
        first_column, merges = parser.open(name)
        return Sheet(name, lambda: parser.rows(name), first_column, merges, facts[name], parser.close)

    return Source(hashlib.sha256(data).hexdigest(), kind, names, load, date_1904)


def _open_text(data: bytes, wanted: tuple[frozenset[str], ...], limits: Limits) -> Source:
    dialect = delimited.recognise(data, wanted, limits)

    def load(name: str) -> Sheet:
        return Sheet(name, lambda: delimited.rows(data, dialect, limits))

    opened = Source(hashlib.sha256(data).hexdigest(), "csv", ("CSV",), load)
    shown = "TAB" if dialect.delimiter == "\t" else dialect.delimiter
    if dialect.encoding != "utf-8-sig" or dialect.delimiter != ",":
        opened.notes.append(("tables.note_encoding", {"encoding": dialect.encoding.upper(), "delimiter": shown}))
    return opened
