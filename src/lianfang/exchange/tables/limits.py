"""How much of a file is read before it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MEGABYTE: Final = 1 << 20

EXCEL_CELL_CHARACTERS: Final = 32_767
"""Longest text a cell can hold. Source: Microsoft, Excel specifications and limits."""
EXCEL_ROWS: Final = 1_048_576
"""Rows of a worksheet. Source: Microsoft, Excel specifications and limits."""


@dataclass(frozen=True)
class Limits:
    """Bounds of a file in bytes and counts. All are assumptions: ten times a roster of 100,000 people × 20 columns.

    file_bytes: of the file as sent. unpacked_bytes: of all its parts together. ratio: unpacked to packed bytes of one
    part, asked only of parts above ratio_from_bytes (small parts of repeated text pack very well). cell_bytes: of one
    cell as written in the file. columns, cells: of the smallest rectangle that holds all cells. parts: in one package.
    parser_bytes, parser_seconds: address space and processor time of the process that parses.
    """

    file_bytes: int = 64 * MEGABYTE
    unpacked_bytes: int = 1024 * MEGABYTE
    ratio: int = 250
    ratio_from_bytes: int = 16 * MEGABYTE
    cell_bytes: int = 1 * MEGABYTE
    columns: int = 256
    cells: int = 20_000_000
    parts: int = 5_000
    parser_bytes: int = 3 * 1024 * MEGABYTE
    parser_seconds: int = 120
