"""Problems and results as sealed bytes and back: NumPy arrays, tuples, sets and the data classes of `planning` keep their kind.

Only classes of `lianfang.planning` are made again, field by field, so that a stored plan is the plan that was solved.
"""

from __future__ import annotations

import zlib
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from hashlib import sha256
from importlib import import_module
from typing import Any, Final

import msgspec
import numpy as np

from lianfang.base.vault.api import standing_box

PROBLEM: Final = b"plans_plan.problem"
RESULT: Final = b"plans_plan.result"
_HOME: Final = "lianfang.planning."
_LEVEL: Final = 1  # zlib: arrays of numbers shrink fourfold at once; more effort gains little
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode


def pack(value: Any) -> bytes:
    """A value as compressed bytes; raises TypeError for what cannot be kept."""
    return zlib.compress(_encode(_plain(value)), _LEVEL)


def unpack(raw: bytes) -> Any:
    """The value behind `pack`."""
    return _real(_decode(zlib.decompress(raw)))


def digest(value: Any) -> bytes:
    """A digest of a value: equal inputs, equal digest."""
    return sha256(_encode(_plain(value))).digest()


def seal(path: str, value: Any, column: bytes) -> bytes:
    """A value packed and sealed with the key of the county that `path` lies in."""
    return standing_box(path).seal(pack(value), column)


def unseal(path: str, sealed: bytes | memoryview, column: bytes) -> Any:
    """The value behind `seal`; raises BadSeal."""
    return unpack(standing_box(path).open(bytes(sealed), column))


def _plain(value: Any) -> Any:
    if value is None or (isinstance(value, str | bytes | bool | int | float) and not isinstance(value, Enum)):
        return value
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "O":
            raise TypeError("an array of objects cannot be kept")
        return {"~": "array", "d": value.dtype.str, "s": list(value.shape), "b": np.ascontiguousarray(value).tobytes()}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Enum):
        return {"~": "enum", "c": _name(type(value)), "v": value.value}
    if is_dataclass(value) and not isinstance(value, type):
        return {
            "~": "class",
            "c": _name(type(value)),
            "f": {f.name: _plain(getattr(value, f.name)) for f in fields(value)},
        }
    if isinstance(value, datetime | date):
        return {"~": "time" if isinstance(value, datetime) else "day", "v": value.isoformat()}
    if isinstance(value, tuple | set | frozenset):
        kind = type(value).__name__
        return {"~": kind, "v": [_plain(item) for item in (value if kind == "tuple" else sorted(value))]}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {"~": "map", "v": [[_plain(key), _plain(item)] for key, item in value.items()]}
    raise TypeError(f"{type(value).__name__} cannot be kept")


def _name(kind: type) -> str:
    if not kind.__module__.startswith(_HOME):
        raise TypeError(f"{kind.__module__}.{kind.__qualname__} is no class of planning")
    return f"{kind.__module__}:{kind.__qualname__}"


def _kind(name: str) -> Any:
    module, _, attribute = name.partition(":")
    if not module.startswith(_HOME):
        raise TypeError(f"{name} is no class of planning")
    return getattr(import_module(module), attribute)


def _array(value: dict[str, Any]) -> Any:
    return np.frombuffer(value["b"], dtype=np.dtype(value["d"])).reshape(
        value["s"]
    )  # read-only, as problems hold theirs


def _object(value: dict[str, Any]) -> Any:
    kind = _kind(value["c"])
    made = kind.__new__(kind)
    for name, item in value["f"].items():
        object.__setattr__(made, name, _real(item))
    return made


def _real(value: Any) -> Any:
    if isinstance(value, list):
        return [_real(item) for item in value]
    if not isinstance(value, dict):
        return value
    tag = value["~"]
    if tag == "map":
        return {_real(key): _real(item) for key, item in value["v"]}
    if tag == "array":
        return _array(value)
    if tag == "class":
        return _object(value)
    if tag == "enum":
        return _kind(value["c"])(value["v"])
    if tag in ("time", "day"):
        return (datetime if tag == "time" else date).fromisoformat(value["v"])
    made = {"tuple": tuple, "set": set, "frozenset": frozenset}[tag]
    return made(_real(item) for item in value["v"])
