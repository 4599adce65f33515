"""The door of rounds for other apps."""

from __future__ import annotations

from lianfang.domain.rounds.belonging import rounds_asking, rounds_of_others
from lianfang.domain.rounds.selectors import (
    Coverage,
    MissingList,
    MissingPerson,
    Pool,
    coverage_at,
    coverage_below,
    missing_people,
    pool,
    positive_pools,
    round_by_id,
    rounds_of,
    sites_of,
)
from lianfang.domain.rounds.services import OpenedRound, add_site, close_round, open_round

__all__ = [
    "Coverage",
    "MissingList",
    "MissingPerson",
    "OpenedRound",
    "Pool",
    "add_site",
    "close_round",
    "coverage_at",
    "coverage_below",
    "missing_people",
    "open_round",
    "pool",
    "positive_pools",
    "round_by_id",
    "rounds_asking",
    "rounds_of",
    "rounds_of_others",
    "sites_of",
]
