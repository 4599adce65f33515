"""Arrays as parameters of set-based statements: numbers, ids and bytes in PostgreSQL's binary form, texts as a literal.

The binary form of a one-dimensional array (array_recv in PostgreSQL's arrayfuncs.c): dimensions, whether it has nulls, the
oid of its elements, their number, the first index; then each element after its length in bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import chain, repeat
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

_ESCAPE = str.maketrans({"\\": "\\\\", '"': '\\"'})
_BYTEA, _INT8, _INT4, _TEXT, _UUID, _DATE, _TIMESTAMPTZ = 17, 20, 23, 25, 2950, 1082, 1184
"""Oids of pg_type.dat."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.date().toordinal()
_MANY = 64
"""From so many numbers on NumPy writes them faster than struct (measured: 2.6 against 4.9 µs for 64, 18 against 361 for 1,000)."""


def literal(values: Iterable[object]) -> str:
    """A PostgreSQL array literal of texts (quoted and escaped) or numbers; None becomes NULL."""
    given = list(values)
    if given and isinstance(given[0], str):
        try:
            joined = '","'.join(given)  # type: ignore[arg-type]  # anything else raises and is written one by one
        except TypeError:
            pass
        else:
            if "\\" not in joined and joined.count('"') == 2 * (len(given) - 1):
                return '{"' + joined + '"}'
    return "{" + ",".join(map(_element, given)) + "}"


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    return f'"{value.translate(_ESCAPE)}"' if isinstance(value, str) else str(value)


def int8s(values: Iterable[int] | NDArray[np.integer]) -> bytes:
    """An array of bigint."""
    return _numbers(_INT8, "q", 8, values if isinstance(values, np.ndarray) else list(values))


def int4s(values: Iterable[int] | NDArray[np.integer]) -> bytes:
    """An array of int."""
    return _numbers(_INT4, "i", 4, values if isinstance(values, np.ndarray) else list(values))


def days(values: Iterable[date]) -> bytes:
    """An array of date."""
    return _numbers(_DATE, "i", 4, [day.toordinal() - _EPOCH_DAY for day in values])


def instants(values: Iterable[datetime]) -> bytes:
    """An array of timestamptz, to the microsecond."""
    return _numbers(_TIMESTAMPTZ, "q", 8, [_microseconds(at - _EPOCH) for at in values])


def _microseconds(since: timedelta) -> int:
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def uuids(values: Iterable[UUID]) -> bytes:
    """An array of uuid."""
    return _blocks(_UUID, [value.bytes for value in values])


def byteas(values: Iterable[bytes]) -> bytes:
    """An array of bytea."""
    return _blocks(_BYTEA, list(values))


def texts(values: NDArray[np.bytes_]) -> bytes:
    """An array of text, from an array of bytes in UTF-8 (one dimension, without zero bytes)."""
    width = len(values[0]) if len(values) else 0
    letters = values.view(np.uint8).reshape(len(values), values.itemsize)
    if width and letters[:, width - 1].all() and not letters[:, width:].any():
        elements = np.empty(len(values), [("size", ">i4"), ("text", f"S{width}")])
        elements["size"], elements["text"] = width, values
        return _head(_TEXT, len(values)) + elements.tobytes()
    return _blocks(_TEXT, values.tolist())


def _head(oid: int, number: int) -> bytes:
    return struct.pack(">5i", 1, 0, oid, number, 1) if number else struct.pack(">3i", 0, 0, oid)


def _numbers(oid: int, form: str, size: int, values: list[int] | NDArray[np.integer]) -> bytes:
    if len(values) >= _MANY:
        elements = np.empty(len(values), [("size", ">i4"), ("value", f">i{size}")])
        elements["size"], elements["value"] = size, values
        return _head(oid, len(values)) + elements.tobytes()
    body = chain.from_iterable(zip(repeat(size), values, strict=False))
    return _head(oid, len(values)) + struct.pack(">" + f"i{form}" * len(values), *body)


def _blocks(oid: int, values: list[bytes]) -> bytes:
    sizes = set(map(len, values))
    if len(sizes) == 1:  # ids, digests, tubes of ten: the same four bytes before each
        size = sizes.pop().to_bytes(4, "big")
        return _head(oid, len(values)) + size + size.join(values)
    return _head(oid, len(values)) + b"".join(
        chain.from_iterable((len(value).to_bytes(4, "big"), value) for value in values)
    )
