"""The set-based statements of rounds, kept in `.sql` files beside this module."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def statement(name: str) -> str:
    """The text of one statement of `statements/`."""
    return files("lianfang.domain.rounds").joinpath("statements", f"{name}.sql").read_text("utf-8")
