"""Where the people of many tubes live: community by community as they are packed, and by code whoever is not met there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lianfang.base.facts.api import Rows, Statement, int4s, int8s, literal
from lianfang.domain.residents.api import packs
from lianfang.kernel.divisions import PATH_LENGTH, Level

PACKS = """
select k.community, k.codes, k.places from unnest(%(areas)s::text[], %(people)s::int[]) as t(area, people)
join residents_pack k on k.community = t.area and k.people <= t.people
"""
BY_CODE = """
select array_agg(asked.place::int),
    string_agg(coalesce(near.home, (select coalesce(p.stay_path, p.path) from residents_person p where p.code = asked.code), ''), ',')
from unnest(%(codes)s::bigint[]) with ordinality as asked(code, place)
left join (
    select code, home from unnest(%(areas)s::text[], %(rows)s::int[]) as t(area, rows)
    cross join lateral (
        select code, coalesce(stay_path, path) as home from residents_person
        where path >= t.area and path < t.area || '~' limit t.rows
    ) as here
) as near on near.code = asked.code
"""
"""Homes in one row, with the place of each code, for it comes in any order. Codes lie scattered over their index, and finding
one by one costs 3 µs each among millions; who lives in one community is read in a tenth of a microsecond each. So a community
that many swabs come from and that is not packed is read from its beginning, and only who is not met there is looked up."""
SEVERAL_SWABS, PACKED_A_SWAB = 20, 64
"""From so many swabs of a community on its pack is read, if it holds no more than so many people a swab (assumption: a swab
looked up costs 3 µs; a pack, some 20 µs and a fiftieth of one for each of its people)."""
MANY_SWABS, ROWS_A_SWAB = 100, 4
"""From so many swabs of a community without pack on its people are read, up to so many rows a swab (assumption: then reading
the wrong ones costs a fraction of looking up)."""
COUNTY, COMMUNITY, BUILDING = PATH_LENGTH[Level.COUNTY], PATH_LENGTH[Level.COMMUNITY], PATH_LENGTH[Level.BUILDING]
LONGEST = PATH_LENGTH[Level.DOOR]
WORD = 8
"""Bytes that compare as one number."""


class Homes:
    """The homes of people by printed code: asked for in one trip, and in a second one for who was not met in the packs."""

    def __init__(self, codes: NDArray[np.int64], communities: Sequence[str], sizes: NDArray[np.int64]) -> None:
        """Codes tube by tube; the community and the number of swabs of each tube."""
        self.codes = codes
        self.paths: NDArray[np.bytes_] = np.zeros(len(codes), f"S{LONGEST}")
        """In the order of the codes; b'' where nobody has the code."""
        self._swabs: Counter[str] = Counter()
        for community, size in zip(communities, sizes.tolist(), strict=True):
            self._swabs[community] += size
        self._several = self._with_swabs(SEVERAL_SWABS)
        apart = np.fromiter((community not in self._several for community in communities), bool, len(communities))
        self._asked = np.flatnonzero(np.repeat(apart, sizes))

    def questions(self) -> list[Statement]:
        """Packs of communities that several swabs come from, and everybody else by code; what nobody needs is not asked."""
        areas = sorted(self._several)
        people = int4s(PACKED_A_SWAB * self._swabs[area] for area in areas)
        packed = [(PACKS, {"areas": literal(areas), "people": people})] if areas else []
        return packed + self._look_up(())

    def more(self, answers: Sequence[Rows]) -> list[Statement]:
        """Take the answers to `questions`; who is still to be looked for."""
        packed = answers[0] if self._several else []
        if len(self._asked):
            self._take(answers[-1])
        missing = np.ones(len(self.codes), bool)
        missing[self._asked] = False
        if packed:
            self._meet(packed, missing)
        self._asked = np.flatnonzero(missing)
        return self._look_up(sorted(self._with_swabs(MANY_SWABS) - {community for community, _, _ in packed}))

    def settle(self, found: Rows) -> None:
        """Take the answer to `more`."""
        self._take(found)

    def _with_swabs(self, least: int) -> set[str]:
        """Communities that so many swabs come from."""
        return {area for area, swabs in self._swabs.items() if swabs >= least and len(area) == COMMUNITY}

    def _look_up(self, areas: Sequence[str]) -> list[Statement]:
        """Everybody who is to be looked for, communities to be read first; nothing if that is nobody."""
        rows = int4s(ROWS_A_SWAB * self._swabs[area] for area in areas)
        codes = self.codes[self._asked]
        return [(BY_CODE, {"codes": int8s(codes), "areas": literal(areas), "rows": rows})] if len(codes) else []

    def _take(self, found: Rows) -> None:
        [(places, joined)] = found
        if places is not None:
            self.paths[self._asked[np.array(places) - 1]] = np.array(joined.encode().split(b","), self.paths.dtype)

    def _meet(self, packed: Rows, missing: NDArray[np.bool_]) -> None:
        """Everybody who is in one of the packs: no longer missing, and at home."""
        known, homes = packs.unpack(packed)
        if not len(known):
            return
        order = np.argsort(known, kind="stable")  # runs that are sorted already are only merged
        sought = np.argsort(self.codes)
        codes = self.codes[sought]
        at = order[np.minimum(np.searchsorted(known[order], codes), len(known) - 1)]
        met = known[at] == codes
        people = sought[met]
        self.paths[people] = homes[at[met]]
        missing[people] = False


def count_buildings(paths: NDArray[np.bytes_]) -> list[tuple[str, int]]:
    """How many of these homes lie in each building, by its path."""
    words = paths.astype(f"S{BUILDING}").view(np.uint64).reshape(-1, BUILDING // WORD)
    order = np.lexsort(words.T)
    words = words[order]
    firsts = np.flatnonzero(np.concatenate([[True], (words[1:] != words[:-1]).any(axis=1)]))
    counts = np.diff(firsts, append=len(order)).tolist()
    return [
        (paths[place][:BUILDING].decode(), count) for place, count in zip(order[firsts].tolist(), counts, strict=True)
    ]
