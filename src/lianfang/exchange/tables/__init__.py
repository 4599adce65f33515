"""Office tables in and out: .xlsx, .xls and text files read with a verdict per cell, .xlsx written in official columns.

`read_table` opens a file and recognises its columns; `Table.batches` reads it. `write_table` and `write_refused` write.
"""

from lianfang.exchange.tables import errors as _errors  # noqa: F401 - defines the sentences
from lianfang.exchange.tables.columns import ColumnSpec, Kind
from lianfang.exchange.tables.header import Confidence, Guess
from lianfang.exchange.tables.limits import Limits
from lianfang.exchange.tables.reader import Batch, Note, Table, Verdict, read_table
from lianfang.exchange.tables.registers import HOUSEHOLD, RETURNEE, SAMPLING_TEAM, UNIT_LIST, VOLUNTEER
from lianfang.exchange.tables.writer import Refused, write_refused, write_table

__all__ = [
    "HOUSEHOLD",
    "RETURNEE",
    "SAMPLING_TEAM",
    "UNIT_LIST",
    "VOLUNTEER",
    "Batch",
    "ColumnSpec",
    "Confidence",
    "Guess",
    "Kind",
    "Limits",
    "Note",
    "Refused",
    "Table",
    "Verdict",
    "read_table",
    "write_refused",
    "write_table",
]
