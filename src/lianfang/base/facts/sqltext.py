"""Array literals for set-based statements: one text parameter an array, which PostgreSQL parses faster than we could pack."""

from __future__ import annotations

from collections.abc import Iterable

_ESCAPE = str.maketrans({"\\": "\\\\", '"': '\\"'})


def literal(values: Iterable[object]) -> str:
    """A PostgreSQL array literal of numbers, UUIDs, or texts (quoted and escaped); None becomes NULL."""
    parts = []
    for value in values:
        if value is None:
            parts.append("NULL")
        elif isinstance(value, str):
            parts.append(f'"{value.translate(_ESCAPE)}"')
        else:
            parts.append(str(value))
    return "{" + ",".join(parts) + "}"


def literal_bytes(values: Iterable[bytes]) -> str:
    """A PostgreSQL array literal of bytea values in hex."""
    return "{" + ",".join('"\\\\x' + value.hex() + '"' for value in values) + "}"
