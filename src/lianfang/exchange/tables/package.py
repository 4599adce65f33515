"""The zip around an .xlsx: looked through, unpacked once with a bound, and refused before any parser sees it."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from lianfang.exchange.tables.limits import MEGABYTE, Limits
from lianfang.exchange.tables.sheetscan import SheetFacts, SheetScan
from lianfang.kernel.errors import LianfangError

_CHUNK: Final = MEGABYTE
_SMALL_PART: Final = 4 * MEGABYTE  # assumption: workbook.xml of a thousand sheets has 0.2 MB
_ITEM_OPENS = re.compile(rb"<(?:\w+:)?si\b")
_LOCAL_HEADER: Final = struct.Struct("<4s5H3I2H")  # PKWARE APPNOTE 4.3.7
_ENCRYPTED_FLAG: Final = 1

FORMATS_BY_PART: Final = {
    "xl/workbook.bin": ".xlsb",
    "word/document.xml": "Word (.docx)",
    "ppt/presentation.xml": "PowerPoint (.pptx)",
    "content.xml": "OpenDocument (.ods, .odt)",
}


@dataclass
class Package:
    """A workbook that passed: facts of each worksheet by name, in the order of the workbook."""

    sheets: dict[str, SheetFacts] = field(default_factory=dict)
    date_1904: bool = False
    macros: bool = False


def inspect_package(data: bytes, limits: Limits) -> Package:
    """Unpack every part once, bounded, and scan the worksheets.

    Raises tables.damaged, tables.encrypted, tables.bomb, tables.wrong_type, tables.cell_too_large,
    tables.too_many_columns, tables.too_many_cells.
    """
    entries = _entries(data, limits)
    names = {entry.filename.lower() for entry in entries}
    if "xl/workbook.xml" not in names:
        raise LianfangError("tables.wrong_type", found=_other_format(names))
    contents: dict[str, bytes] = {}
    scans: dict[str, SheetFacts] = {}
    unpacked = 0
    for entry in entries:
        name = entry.filename.lower()
        unpacked += _take_part(data, entry, limits, contents, scans)
        if unpacked > limits.unpacked_bytes:
            raise LianfangError("tables.bomb", unpacked_mb=unpacked // MEGABYTE, part=name)
    return _assemble(contents, scans, macros=any(name.endswith("vbaproject.bin") for name in names))


def _other_format(names: set[str]) -> str:
    for part, kind in FORMATS_BY_PART.items():
        if part in names:
            return kind
    return "ZIP"


def _entries(data: bytes, limits: Limits) -> list[zipfile.ZipInfo]:
    """The directory of the zip, checked for lies about size that need no unpacking."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OverflowError) as error:
        # zipfile raises NotImplementedError for versions and methods of packing that it does not know
        raise LianfangError("tables.damaged", detail="ZIP") from error
    names = [entry.filename.lower() for entry in entries]
    if len(entries) > limits.parts or len(set(names)) < len(names):
        raise LianfangError("tables.damaged", detail=f"ZIP: {len(entries)}")
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        raise LianfangError("tables.encrypted")
    declared = sum(entry.file_size for entry in entries)
    biggest = max(entries, key=lambda entry: entry.file_size, default=None)
    overlapping = sum(entry.compress_size for entry in entries) > len(data)
    if biggest is not None and (declared > limits.unpacked_bytes or overlapping):
        raise LianfangError("tables.bomb", unpacked_mb=declared // MEGABYTE, part=biggest.filename)
    return entries


def _unpack(data: bytes, entry: zipfile.ZipInfo, limits: Limits) -> Iterator[bytes]:
    """The bytes of one part as they really come out, whatever the directory declares."""
    if not 0 <= entry.header_offset <= len(data) - _LOCAL_HEADER.size:
        raise LianfangError("tables.damaged", detail=entry.filename)
    fields = _LOCAL_HEADER.unpack_from(data, entry.header_offset)
    start = entry.header_offset + _LOCAL_HEADER.size + fields[9] + fields[10]
    packed = memoryview(data)[start : start + entry.compress_size]
    if fields[0] != b"PK\x03\x04" or len(packed) < entry.compress_size:
        raise LianfangError("tables.damaged", detail=entry.filename)
    allowed = max(limits.ratio_from_bytes, entry.compress_size * limits.ratio)
    size = 0
    for chunk in _inflate(packed, entry):
        size += len(chunk)
        if size > min(allowed, limits.unpacked_bytes):
            raise LianfangError("tables.bomb", unpacked_mb=max(size, entry.file_size) // MEGABYTE, part=entry.filename)
        yield chunk
    if size != entry.file_size:
        raise LianfangError("tables.damaged", detail=entry.filename)


def _inflate(packed: memoryview, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    if entry.compress_type == zipfile.ZIP_STORED:
        yield bytes(packed)
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise LianfangError("tables.damaged", detail=entry.filename)
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    rest: bytes | memoryview = packed
    while not stream.eof:
        try:
            chunk = stream.decompress(rest, _CHUNK)
        except zlib.error as error:
            raise LianfangError("tables.damaged", detail=entry.filename) from error
        rest = stream.unconsumed_tail
        if not chunk and not rest and not stream.eof:
            raise LianfangError("tables.damaged", detail=entry.filename)
        yield chunk


def _take_part(
    data: bytes,
    entry: zipfile.ZipInfo,
    limits: Limits,
    contents: dict[str, bytes],
    scans: dict[str, SheetFacts],
) -> int:
    """Unpack one part: worksheets are scanned, shared texts measured, the small parts of the workbook kept."""
    name = entry.filename.lower()
    size = 0
    if name.startswith("xl/") and "sharedstrings" in name:
        return _measure_texts(data, entry, limits)
    if name.startswith("xl/") and "sheets/" in name and name.endswith(".xml"):
        scan = SheetScan(entry.filename.rpartition("/")[2].removesuffix(".xml"), limits)
        for chunk in _unpack(data, entry, limits):
            size += len(chunk)
            scan.feed(chunk)
        scans[name] = scan.finish()
        return size
    keep = name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
    pieces: list[bytes] = []
    for chunk in _unpack(data, entry, limits):
        size += len(chunk)
        if keep:
            pieces.append(chunk)
        if keep and size > _SMALL_PART:
            raise LianfangError("tables.bomb", unpacked_mb=size // MEGABYTE, part=entry.filename)
    if keep:
        contents[name] = b"".join(pieces)
    return size


def _measure_texts(data: bytes, entry: zipfile.ZipInfo, limits: Limits) -> int:
    """Look for a text beyond the limit among the shared ones; the message names its position in the list."""
    size = count = 0
    rest = b""
    for chunk in _unpack(data, entry, limits):
        size += len(chunk)
        rest += chunk
        if b"<!DOCTYPE" in rest:
            raise LianfangError("tables.damaged", detail="DOCTYPE")
        cut = max(rest.rfind(b"/si>"), rest.rfind(b":si>")) + 4
        if cut > 3:
            count += len(_ITEM_OPENS.findall(rest, 0, cut))
            rest = rest[cut:]
        if len(rest) > limits.cell_bytes + _CHUNK:
            where = f"{entry.filename.rpartition('/')[2]} #{count + 1}"
            raise LianfangError("tables.cell_too_large", place=where, limit_kb=limits.cell_bytes // 1024)
    return size


def _assemble(contents: dict[str, bytes], scans: dict[str, SheetFacts], *, macros: bool) -> Package:
    """Join sheet names with the scanned parts they point to; other kinds of sheets (charts) are left out."""
    workbook = _parse(contents.get("xl/workbook.xml", b""))
    relations = _parse(contents.get("xl/_rels/workbook.xml.rels", b""))
    targets: dict[str, str] = {}
    for relation in relations.iter():
        target = relation.get("Target", "").lower()
        key = relation.get("Id", "")
        if key in targets and key:
            raise LianfangError("tables.damaged", detail=f"workbook.xml.rels: {key}")
        targets[key] = target[1:] if target.startswith("/") else f"xl/{target}"
    result = Package(macros=macros)
    for element in workbook.iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "workbookPr":
            result.date_1904 = element.get("date1904", "0").lower() in ("1", "true")
        if tag == "sheet":
            key = next((value for name, value in element.items() if name.endswith("}id")), "")
            facts = scans.get(targets.get(key, ""))
            title = element.get("name", "")
            if title in result.sheets:
                raise LianfangError("tables.damaged", detail=f"workbook.xml: {title}")
            if facts is not None:
                result.sheets[title] = facts
    return result


def _parse(xml: bytes) -> Element:
    try:
        root: Element = fromstring(xml)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise LianfangError("tables.damaged", detail="workbook.xml") from error
    return root
