"""The kinds of fact that engines accept. An engine registers its kinds when it starts; the door looks them up."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from lianfang.base.facts.envelope import Fact
from lianfang.base.facts.wire import Rows, Statement


class Batch(ABC):
    """The facts of one kind within one transaction of the door, carried through three steps.

    `questions` and `statements` are sent together with those of other kinds (one round trip each), so a kind never runs
    a query per fact. A step reads only what came before it. Between the two others may write: a statement that finds its
    questions outdated fails, by a unique key or by calling `facts_race`, and the door looks again.
    """

    def __init__(self, facts: list[Fact]) -> None:
        self.facts = facts

    @abstractmethod
    def questions(self) -> list[Statement]:
        """What must be known before deciding: SQL with named parameters, run as the door role."""

    def more(self, answers: list[Rows]) -> list[Statement]:
        """What the first answers leave open, asked in a trip of its own and only where some kind needs it; `decide` gets both."""
        return []

    @abstractmethod
    def decide(self, answers: list[Rows]) -> None:
        """Refuse what can't be taken, and set `incident_id` of everything else."""

    @abstractmethod
    def statements(self, facts: list[Fact]) -> list[Statement]:
        """The set-based writes for the facts that are new (refused and duplicate ones are left out)."""

    def outrun(self, reason: Exception) -> None:
        """Hear that the writes were undone because somebody was faster; a new batch of the same facts looks again."""
        return

    def noted(self, facts: list[Fact], answers: list[Rows]) -> None:
        """Turn rows returned by the writes into notes."""
        return


@dataclass(frozen=True)
class Kind:
    """One kind of fact: its name with version, the verb of the access policy, the type of its payload, and its batch."""

    name: str
    verb: str
    payload: type[Any]
    batch: type[Batch]
    lifts: tuple[tuple[str, Callable[[dict[str, Any]], dict[str, Any]]], ...] = ()

    @property
    def decoder(self) -> msgspec.json.Decoder[Any]:
        """A strict decoder of the payload."""
        found = _decoders.get(self.name)
        if found is None:
            found = _decoders[self.name] = msgspec.json.Decoder(self.payload)
        return found


_kinds: dict[str, Kind] = {}
_lifted: dict[str, tuple[Kind, Callable[[dict[str, Any]], dict[str, Any]]]] = {}
_decoders: dict[str, msgspec.json.Decoder[Any]] = {}


def register(*kinds: Kind) -> None:
    """Make kinds known to the door; a name belongs to one engine only."""
    for kind in kinds:
        if kind.name in _kinds and _kinds[kind.name] is not kind:
            raise ValueError(f"{kind.name} is registered twice")
        _kinds[kind.name] = kind
        for older, lift in kind.lifts:
            _lifted[older] = (kind, lift)


def find(name: str) -> tuple[Kind, Callable[[dict[str, Any]], dict[str, Any]] | None] | None:
    """The kind of a name, with the function that lifts an older version of its payload, if it is one."""
    if name in _kinds:
        return _kinds[name], None
    return _lifted.get(name)


def kinds() -> tuple[Kind, ...]:
    """Every registered kind, by name."""
    return tuple(_kinds[name] for name in sorted(_kinds))
