"""The columns an engine asks for, in the words of the offices that fill them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """How the cells of a column are read. The names are those of the register descriptions."""

    TEXT = "text"
    ID = "id"
    PHONE = "phone"
    DATE = "date"
    INT = "int"
    DECIMAL = "decimal"
    CODE = "code"
    COLOUR = "colour"
    ADDRESS = "address"
    REGION = "region"
    USER = "user"
    MULTI = "multi"


@dataclass(frozen=True)
class ColumnSpec:
    """One column that a table may bring.

    name: the key in the result. zh, en: the official headings. synonyms: other headings offices use for the same.
    required: a file without this column is refused. values: words that cells of this column usually hold; they let the
    assistant recognise the column when its heading is unknown.
    """

    name: str
    zh: str
    en: str
    kind: Kind = Kind.TEXT
    synonyms: tuple[str, ...] = ()
    required: bool = False
    values: tuple[str, ...] = ()
    exact_words: frozenset[str] = field(init=False, repr=False, compare=False)
    synonym_words: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "exact_words", frozenset({fold(self.zh), fold(self.en), fold(self.name)}))
        object.__setattr__(self, "synonym_words", frozenset(fold(word) for word in self.synonyms))

    def heading(self, language: str) -> str:
        """The official heading in "zh" or "en"."""
        return self.zh if language == "zh" else self.en


_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_DECORATION = re.compile(r"[\s*:_\-.、,;/|#]+")


def fold(heading: str) -> str:
    """A heading without what offices decorate it with: width, case, spaces, stars, colons and remarks in brackets.

    A heading that is nothing but a remark in brackets keeps its words.
    """
    plain = unicodedata.normalize("NFKC", heading).casefold()
    bare = _DECORATION.sub("", _BRACKETS.sub("", plain))
    return bare or _DECORATION.sub("", plain.strip("()[]【】 "))


def letters(column: int) -> str:
    """The letters of a column counted from 0: 0 → A, 25 → Z, 26 → AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def place(row: int, column: int) -> str:
    """The spreadsheet name of a cell from its row and column, both counted from 0."""
    return f"{letters(column)}{row + 1}"
