"""Packs: who is to be found in a community, packed for the door (`sql/45_packs.sql`). Built and dropped as the door's role."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lianfang.base.database.select import select

COMMUNITY, PLACE = 12, 9
"""Characters of a home: its community, and what `places` holds behind it."""


def build(communities: Sequence[str]) -> int:
    """Build the packs that these communities (paths of 12 characters) lack; returns how many were built in about 30 ms.

    0 when all are there, or in the moment in which somebody's writing to the ledger ends: then try again later. Such a writer
    waits so long at most.
    """
    return int(select("select residents_pack_build(%s::text[])", [list(communities)], using="door")[0][0])


def unpack(packs: Sequence[tuple[str, bytes, bytes]]) -> tuple[NDArray[np.int64], NDArray[np.bytes_]]:
    """Printed codes and homes out of packs (community, codes, places), pack after pack, each with its codes ascending."""
    codes = [np.frombuffer(held, ">i8").astype(np.int64) for _, held, _ in packs]
    homes = np.empty(sum(map(len, codes)), [("community", f"S{COMMUNITY}"), ("place", f"S{PLACE}")])
    first = 0
    for (community, _, places), held in zip(packs, codes, strict=True):
        end = first + len(held)
        homes["community"][first:end] = community.encode()
        homes["place"][first:end] = np.frombuffer(places.replace(b" ", b"\0"), f"S{PLACE}")
        first = end
    return np.concatenate(codes), homes.view(f"S{COMMUNITY + PLACE}")


def missing(paths: Sequence[str], limit: int) -> list[str]:
    """Communities at, under or around these paths that have people and no pack, in order, so many at most."""
    rows = select("select residents_pack_missing(%s::text[], %s::int4)", [list(paths), limit], using="door")
    return [str(path) for (path,) in rows]


def keep(paths: Sequence[str]) -> int:
    """Delete the packs of all other communities than those at, under or around these paths; returns how many."""
    return int(select("select residents_pack_keep(%s::text[])", [list(paths)], using="door")[0][0])
