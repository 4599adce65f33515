"""Words of codes. With a plan only codes and values are kept; they are worded in the reader's language when somebody reads them.

English stands beside the code, Chinese in the catalogue of translations.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

Words = Mapping[str, Promise]
"""Code → sentence with `{names}` of the values that fill it."""


def said(words: Words, code: str, values: Mapping[str, Any]) -> str:
    """The sentence of a code with its values, a blank for one that is missing; the engine's own text where no words are known."""
    if code not in words:
        return str(values.get("text", code))
    return str(words[code]).format_map(_Blank(values))


def with_way(sentence: str, values: Mapping[str, Any]) -> str:
    """A sentence and how far it is, where that is known: `km` or `m` among the values."""
    if "km" in values:
        return _("{sentence} ({km} km)").format(sentence=sentence, km=values["km"])
    if "m" in values:
        return _("{sentence} ({m} m)").format(sentence=sentence, m=values["m"])
    return sentence


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


__all__ = ["Words", "said", "with_way"]
