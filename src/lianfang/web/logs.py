"""Logs without personal data: routes instead of addresses, and of database errors the kind, never the values."""

from __future__ import annotations

import logging
import re
from types import TracebackType

import psycopg
from django.db import DatabaseError

_CODES = re.compile(r"(?<=/)[^/\s?]*\d[^/\s?]*(?=/|\s|\?|$)")
"""Parts of an address that hold a digit: codes of people, doors, tubes, tokens."""
_QUERY = re.compile(r"\?\S*")
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def without_codes(text: str) -> str:
    """An address without codes and query."""
    return _CODES.sub("…", _QUERY.sub("", text))


class Formatter(logging.Formatter):
    """Writes a record without what could name somebody."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's line; records of requests lose codes and query."""
        if record.name.startswith("django.request") or record.name.startswith("django.security"):
            record = logging.makeLogRecord(record.__dict__)
            record.msg, record.args = without_codes(record.getMessage()), ()
        return super().format(record)

    def formatException(self, ei: ExcInfo) -> str:
        """Where it happened and what kind it was. The message of an exception may carry a value, so it is left out."""
        kept: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None:
            state = f" {error.sqlstate}" if isinstance(error, psycopg.Error) and error.sqlstate else ""
            kept.append(f"{type(error).__module__}.{type(error).__qualname__}{state}{_where(error)}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n  behind it: ".join(kept)


def _where(error: BaseException) -> str:
    steps, trace = [], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        steps.append(f"{code.co_filename.rsplit('site-packages/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    ours = [step for step in steps if "lianfang" in step][-6:] or steps[-6:]
    last = [] if isinstance(error, DatabaseError) or not steps else steps[-1:]
    return "".join(f"\n    {step}" for step in dict.fromkeys([*ours, *last]))
