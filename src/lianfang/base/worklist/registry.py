"""How the code of an item becomes a sentence: each engine registers its own words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

Language = Literal["zh", "en"]
Writer = Callable[[str, Language], str]
"""(subject, language) → what is to be done, as one short sentence."""

_WRITERS: dict[tuple[str, str], Writer] = {}


def register_words(source: str, what: str, writer: Writer) -> None:
    """Register how items of this kind are worded; an engine does it once, at start."""
    _WRITERS[source, what] = writer


def words(source: str, what: str, subject: str, language: Language) -> str:
    """The sentence of an item; its code where no engine has registered words."""
    writer = _WRITERS.get((source, what))
    return writer(subject, language) if writer is not None else f"{source}.{what}"
