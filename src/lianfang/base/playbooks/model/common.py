"""What every section of a playbook shares: words in two languages, and where a number comes from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

import msgspec

Confidence = Literal["v", "s", "m", "d", "a"]
"""v: text seen in a page or document · s: seen only in a repost, answer or local rule · m: from memory, unverified ·
d: derived by arithmetic or compiled · a: our assumption, editable."""

OneOrMany = Annotated[tuple[str, ...], "one or many"]
"""A list of texts that may be written as a single one."""

Key = Annotated[str, "key"]
"""A name that other places refer to: lower-case letters, digits, underscores, hyphens."""


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """The same words in Chinese and English; both are needed."""

    zh: str
    en: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A number that a place changed for itself: which field, what it was, who changed it, when and why."""

    field: str
    was: str
    by: str
    on: date
    why: str


class Sourced(msgspec.Struct, frozen=True, kw_only=True):
    """Something with numbers in it: where they come from and how sure that is.

    src: ids of the playbook's `sources`. conf: of the whole item; conf_of: of single fields where it differs.
    changed: what a place set differently from the source.
    """

    src: OneOrMany = ()
    conf: Confidence | None = None
    conf_of: Mapping[str, Confidence] = {}
    note: str = ""
    changed: tuple[Change, ...] = ()


class Named(Sourced, frozen=True, kw_only=True):
    """A sourced item with a name in both languages."""

    zh: str
    en: str

    @property
    def words(self) -> Words:
        """The name as a pair."""
        return Words(zh=self.zh, en=self.en)


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A publication that numbers are taken from. title as published, date when known."""

    title: str
    date: str = ""


class Dated(Named, frozen=True, kw_only=True):
    """A named item in force from a day until a day, both included; no `until` means until further notice."""

    id: Key
    valid_from: date = msgspec.field(name="from")
    until: date | None = None

    def in_force(self, day: date) -> bool:
        """Whether the item is in force on this day."""
        return self.valid_from <= day and (self.until is None or day <= self.until)
