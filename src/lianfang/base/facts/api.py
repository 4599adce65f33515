"""The door of facts for engines: how to register a kind, and what a batch gets to see."""

from __future__ import annotations

from lianfang.base.facts.envelope import Fact, Note, Refusal
from lianfang.base.facts.registry import Batch, Kind, kinds, register
from lianfang.base.facts.sqltext import literal, literal_bytes

__all__ = ["Batch", "Fact", "Kind", "Note", "Refusal", "kinds", "literal", "literal_bytes", "register"]
