"""What people write in their own words: kept whole, or refused with its length."""

from __future__ import annotations

from lianfang.kernel.errors import LianfangError


def own_words(text: str, most: int) -> str:
    """A text without blank ends, a line break counted once, as browsers count. Raises text.too_long over `most` characters."""
    tidy = text.replace("\r\n", "\n").strip()
    if len(tidy) > most:
        raise LianfangError("text.too_long", length=len(tidy), limit=most)
    return tidy
