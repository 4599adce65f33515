"""The catalogue of everything that can go wrong, each with a stable code and a sentence in two languages.

A sentence says what is wrong, where, and what to do. Modules add their own codes beside their rules with `define`;
codes that several parts share stand in `errors_catalogue`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Literal

Language = Literal["zh", "en"]
Value = str | int | float

_CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_REGISTRY: dict[str, Problem] = {}


class CatalogueError(ValueError):
    """A mistake of the programmer in the catalogue itself: a code twice, a sentence or a value missing."""


@dataclass(frozen=True)
class Problem:
    """One kind of trouble: stable code, HTTP status, and a sentence with `{placeholders}` in Chinese and English.

    fields: the placeholder names of the sentences, sorted; a `LianfangError` must bring a value for each.
    """

    code: str
    status: int
    zh: str
    en: str
    fields: tuple[str, ...]

    def sentence(self, values: Mapping[str, Value], language: Language = "zh") -> str:
        """The sentence with its values filled in; raises CatalogueError when a value is missing."""
        missing = [name for name in self.fields if name not in values]
        if missing:
            raise CatalogueError(f"{self.code}: no value for {', '.join(missing)}")
        return (self.zh if language == "zh" else self.en).format_map(values)


class LianfangError(Exception):
    """An expected refusal: the code of a defined problem and the values that fill its sentence.

    Raised wherever input, rights or state do not allow what was asked. Never used for programming mistakes.
    """

    def __init__(self, code: str, /, **values: Value) -> None:
        self.problem = problem(code)
        self.values: dict[str, Value] = dict(values)
        super().__init__(self.problem.sentence(self.values, "en"))

    @property
    def code(self) -> str:
        """The stable code, for machines."""
        return self.problem.code

    @property
    def status(self) -> int:
        """The HTTP status that fits when this error is the answer to a whole request."""
        return self.problem.status

    def render(self, language: Language = "zh") -> str:
        """The sentence for a person."""
        return self.problem.sentence(self.values, language)

    def as_problem_json(self, language: Language = "zh") -> dict[str, object]:
        """The members of an `application/problem+json` body (RFC 9457), with `code` and `values` as extensions."""
        return {
            "type": f"urn:lianfang:problem:{self.code}",
            "title": self.code,
            "status": self.status,
            "detail": self.render(language),
            "code": self.code,
            "values": dict(self.values),
        }


def define(code: str, *, status: int, zh: str, en: str) -> Problem:
    """Add one problem to the catalogue and return it.

    Raises CatalogueError for a code that is already taken or malformed, a status outside 200…599, an empty sentence,
    or sentences whose placeholders differ.
    """
    if not _CODE.fullmatch(code):
        raise CatalogueError(f"{code!r}: a code is lower-case words joined by dots, as in 'fact.too_large'")
    if code in _REGISTRY:
        raise CatalogueError(f"{code}: defined twice")
    if not 200 <= status <= 599:
        raise CatalogueError(f"{code}: {status} is no HTTP status for an answer")
    if not zh.strip() or not en.strip():
        raise CatalogueError(f"{code}: both sentences are needed")
    fields = _placeholders(code, zh)
    if fields != _placeholders(code, en):
        raise CatalogueError(f"{code}: the placeholders of the two sentences differ")
    _REGISTRY[code] = Problem(code=code, status=status, zh=zh, en=en, fields=fields)
    return _REGISTRY[code]


def problem(code: str) -> Problem:
    """The problem with this code; raises CatalogueError when nobody has defined it."""
    try:
        return _REGISTRY[code]
    except KeyError:
        raise CatalogueError(f"{code}: not in the catalogue; define() it beside the rule that raises it") from None


def all_problems() -> tuple[Problem, ...]:
    """Every problem defined so far, by code."""
    return tuple(_REGISTRY[code] for code in sorted(_REGISTRY))


def _placeholders(code: str, sentence: str) -> tuple[str, ...]:
    names = {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
    bad = [name for name in names if not name.isidentifier()]
    if bad:
        raise CatalogueError(f"{code}: placeholders are plain names, not {bad}")
    return tuple(sorted(names))
