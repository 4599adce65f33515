"""Readers of published problem files; each returns an engine's Problem with objective and rounding as published.

`pmed`, `gap`, `vrplib`, `nurse` and `graph` are loaded on first use, so that reading one format needs no other engine.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

__all__ = ["gap", "graph", "nurse", "pmed", "vrplib"]


class _Readers(ModuleType):
    """Keeps `instances.pmed` the reader: importing the file pmed.py would otherwise rebind the name to the file."""

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, getattr(value, name) if name in __all__ and isinstance(value, ModuleType) else value)


sys.modules[__name__].__class__ = _Readers


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"lianfang.planning.instances.{name}"), name)
