"""The door of facts for engines: how to register a kind, and what a batch gets to see."""

from __future__ import annotations

from lianfang.base.facts.envelope import Fact, Note, Refusal
from lianfang.base.facts.registry import Batch, Kind, kinds, register
from lianfang.base.facts.sqltext import byteas, days, instants, int4s, int8s, literal, texts, uuids
from lianfang.base.facts.wire import Rows, Statement

__all__ = [
    "Batch",
    "Fact",
    "Kind",
    "Note",
    "Refusal",
    "Rows",
    "Statement",
    "byteas",
    "days",
    "instants",
    "int4s",
    "int8s",
    "kinds",
    "literal",
    "register",
    "texts",
    "uuids",
]
