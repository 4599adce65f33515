"""The door of pairings for other apps."""

from __future__ import annotations

from lianfang.domain.pairings.catalogue import template, templates
from lianfang.domain.pairings.pages import Bar, bar_of
from lianfang.domain.pairings.rules import NewPart, Paper, Target
from lianfang.domain.pairings.selectors import (
    Held,
    Orphan,
    PairingLine,
    of_member,
    of_unit,
    orphans,
    pairing,
    pairings,
)
from lianfang.domain.pairings.services import (
    adopt_pairings,
    end_pairings,
    fill_item,
    fill_items,
    hand_over,
    mark_done,
    release_parts,
)

__all__ = [
    "Bar",
    "Held",
    "NewPart",
    "Orphan",
    "PairingLine",
    "Paper",
    "Target",
    "adopt_pairings",
    "bar_of",
    "end_pairings",
    "fill_item",
    "fill_items",
    "hand_over",
    "mark_done",
    "of_member",
    "of_unit",
    "orphans",
    "pairing",
    "pairings",
    "release_parts",
    "template",
    "templates",
]
