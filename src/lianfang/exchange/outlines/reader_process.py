"""The process that reads one file of outlines: bytes on standard input, the drawing (MessagePack) or a refusal (JSON) back."""

from __future__ import annotations

import json
import resource
import sys
from importlib import import_module

import msgspec

from lianfang.exchange.outlines import problems  # noqa: F401 - its sentences
from lianfang.exchange.outlines.drawing import Limits, pack
from lianfang.kernel.errors import LianfangError


def main(form: str, bounds: str) -> int:
    """Read one file within its limits; 0 the drawing, 3 a refusal with its code."""
    limits = msgspec.json.decode(bounds, type=Limits)
    resource.setrlimit(resource.RLIMIT_AS, (limits.reader_bytes, limits.reader_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.reader_seconds, limits.reader_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    raw = sys.stdin.buffer.read()
    try:
        module = import_module(f"lianfang.exchange.outlines.{form}")  # the library for DXF takes a second to load
        drawing = getattr(module, f"read_{form}")(raw, limits)
    except LianfangError as error:
        sys.stdout.write(json.dumps({"code": error.code, "values": error.values}))
        return 3
    except (MemoryError, RecursionError):
        return 4
    sys.stdout.buffer.write(pack(drawing))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
