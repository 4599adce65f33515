"""When the door is to find people packed: while a testing round is open, where it is open (`residents.packs`)."""

from __future__ import annotations

import time
from typing import Final

from lianfang.base.database.select import select
from lianfang.domain.residents.api import packs

AT_A_TIME: Final = 20
"""Communities in one transaction: about as many as are built in the time that a writer of the ledger may wait."""
SECONDS: Final = 0.5
"""What one call may take; the steward asks again a second later."""

_WHERE: Final = "select distinct path from rounds_round where state = 'open' and kind = 'testing'"


def build_missing() -> int:
    """Each second by the steward: build what packs are missing under open testing rounds, until all are there, somebody
    writes to the ledger or the time is over; returns how many were built."""
    where, built = _open_paths(), 0
    until = time.monotonic() + SECONDS
    while where and (lacking := packs.missing(where, AT_A_TIME)) and (now := packs.build(lacking)):
        built += now
        if time.monotonic() > until:
            break
    return built


def drop_others() -> int:
    """Each minute by the steward: delete packs that no open testing round needs any more; returns how many."""
    return packs.keep(_open_paths())


def _open_paths() -> list[str]:
    return [str(path) for (path,) in select(_WHERE, using="door")]
