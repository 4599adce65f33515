"""Pure decisions of rounds: what a tube may hold, older words of phones, states of a positive pool's members."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

TUBE_SIZES = (1, 5, 10, 20)
"""Pool sizes validated as equal to single tests (NHC clinical laboratory centre, 2022-06-09)."""


OLDER_REASONS = {"not_home": "no_answer", "moved": "moved_out", "elsewhere": "sampled_elsewhere"}
"""Words that older phones send for a reason of the playbook; lifted, never stored."""
OLDER_OUTCOMES = {"entered": "answered"}
"""Words that older phones send for the outcome of a visit."""
NOBODY_THERE = frozenset({"vacant"})
"""Outcomes that settle a door without anybody to ask."""


def lifted(word: str, older: Mapping[str, str], allowed: Collection[str]) -> str | None:
    """The playbook's key for a word as it was sent; None when the playbook has no such key."""
    key = word if word in allowed else older.get(word, word)
    return key if key in allowed else None


class RoundKind(StrEnum):
    """What a round does: take samples of everybody, or knock at every door with a questionnaire."""

    TESTING = "testing"
    SCREENING = "screening"


class TubeResult(StrEnum):
    """What a laboratory says of a tube."""

    NEGATIVE = "negative"
    POSITIVE = "positive"
    INVALID = "invalid"
