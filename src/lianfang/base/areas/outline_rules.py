"""Which building an outline is: by its code, its name and its place; pure decisions, one verdict an outline."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import cos, hypot, radians
from typing import Any, Final

import shapely
from shapely.geometry import shape as shape_of

from lianfang.kernel.geo import METRES_PER_DEGREE

VERDICTS: Final = ("new", "same", "changed", "person", "refused")
SAME_SHARE: Final = 0.98
"""Two outlines that share this part of their joint area are the same one drawn twice (assumption)."""
OVERLAP_SHARE: Final = 0.4
"""Two outlines that share this part of the smaller one stand on the same place (assumption)."""
FAR_M: Final = 80.0
"""A building does not move: an outline further off than this from the known one is asked about (assumption)."""
_TAIL: Final = re.compile(r"(号楼|号院|号房|楼栋|楼|栋|幢|座|#|号)+$")
_CHINESE: Final = {name: str(number) for number, name in enumerate("一二三四五六七八九", start=1)}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An outline to be judged. community: its path, '' if unknown; code: a building's path or '' ."""

    number: int
    community: str
    name: str
    compound: str
    code: str
    geometry: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """A building that is there, with its outline if it has one."""

    path: str
    name: str
    compound: str
    geometry: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of an outline, why a person is needed (a code of `outlines`), and the building it is."""

    verdict: str
    reason: str = ""
    building: str = ""


def name_key(name: str) -> str:
    """A building's name for comparing: 3号楼, 3#, ３栋, 三号楼 and 03 are the same building."""
    bare = "".join(unicodedata.normalize("NFKC", name).split()).upper()
    stem = _TAIL.sub("", bare) or bare
    if re.fullmatch(r"[一二三四五六七八九]?十?[一二三四五六七八九]?", stem) and stem:
        stem = _number(stem)
    return stem.lstrip("0") or "0"


def _number(word: str) -> str:
    """一 … 九十九 as digits."""
    if "十" not in word:
        return "".join(_CHINESE[one] for one in word)
    tens, _, ones = word.partition("十")
    return f"{_CHINESE.get(tens, '1')}{_CHINESE.get(ones, '0')}"


def label_of(name: str) -> str:
    """A building's name for people: a bare number becomes 3号楼."""
    key = name_key(name)
    return f"{key}号楼" if key.isdigit() and key.isascii() and len(key) < 4 else name.strip()[:40]


def judge(
    candidates: Sequence[Candidate], known: Iterable[Known], decided: Iterable[tuple[str, ...]] = ()
) -> dict[int, Verdict]:
    """The verdict of each outline by its number; outlines that claim the same building all wait for a person.

    decided: claims of outlines that a person has decided already.
    """
    towns: dict[str, _Town] = {}
    by_town: dict[str, list[Known]] = defaultdict(list)
    for house in known:
        by_town[house.path[:12]].append(house)
    found: dict[int, Verdict] = {}
    for one in candidates:
        if len(one.community) != 12:
            found[one.number] = Verdict("person", "areas.outline_no_community")
            continue
        town = towns.setdefault(one.community, _Town(by_town.get(one.community, [])))
        found[one.number] = town.judge(one)
    return _once(candidates, found, Counter(decided))


def _once(
    candidates: Sequence[Candidate], found: dict[int, Verdict], claims: Counter[tuple[str, ...]]
) -> dict[int, Verdict]:
    """Two outlines for one building, known or new, are a question for a person."""
    for one in candidates:
        if found[one.number].verdict in ("new", "same", "changed"):
            claims[claim(one.community, one.compound, one.name, found[one.number].building)] += 1
    for one in candidates:
        verdict = found[one.number]
        if (
            verdict.verdict not in ("person", "refused")
            and claims[claim(one.community, one.compound, one.name, verdict.building)] > 1
        ):
            found[one.number] = replace(verdict, verdict="person", reason="areas.outline_same_twice")
    return found


def claim(community: str, compound: str, name: str, building: str) -> tuple[str, ...]:
    """What an outline lays claim to: a known building, or a new one of this name."""
    return (building,) if building else (community, compound, name_key(name))


class _Town:
    """The buildings of one community, ready for questions by name and by place."""

    def __init__(self, known: Sequence[Known]) -> None:
        self.by_path = {one.path: one for one in known}
        self.by_name: dict[str, list[Known]] = defaultdict(list)
        for one in known:
            self.by_name[name_key(one.name)].append(one)
        self.drawn = [one for one in known if one.geometry]
        self.shapes = [shape_of(one.geometry) for one in self.drawn]
        self.shape = dict(zip([one.path for one in self.drawn], self.shapes, strict=True))
        self.tree = shapely.STRtree(self.shapes) if self.shapes else None

    def judge(self, one: Candidate) -> Verdict:
        shape = shape_of(one.geometry)
        here = self._at(shape)
        if one.code:
            match = self.by_path.get(one.code)
            return self._matched(match, shape) if match else Verdict("refused", "areas.outline_code_unknown")
        if not one.name:
            return self._matched(here, shape) if here else Verdict("person", "areas.outline_no_name")
        named = self.by_name.get(name_key(one.name), [])
        inside = [house for house in named if one.compound and house.compound == one.compound]
        if one.compound and not inside:
            inside = [house for house in named if not house.compound]
            named = inside or named if not any(house.compound for house in named) else inside
        elif inside:
            named = inside
        if here in named and here is not None:
            return self._matched(here, shape)
        if len(named) == 1:
            return self._matched(named[0], shape)
        if len(named) > 1:
            return Verdict("person", "areas.outline_several")
        if here is not None:
            return Verdict("person", "areas.outline_name_differs", here.path)
        return Verdict("new")

    def _at(self, shape: Any) -> Known | None:
        """The known building on whose outline this one lies."""
        if self.tree is None:
            return None
        best, share = None, OVERLAP_SHARE
        for n in self.tree.query(shape, predicate="intersects").tolist():
            other = self.shapes[n]
            part = shape.intersection(other).area / max(min(shape.area, other.area), 1e-18)
            if part >= share:
                best, share = self.drawn[n], part
        return best

    def _matched(self, house: Known, shape: Any) -> Verdict:
        known = self.shape.get(house.path)
        if known is None:
            return Verdict("changed", "", house.path)
        joint = shape.union(known).area
        if joint and shape.intersection(known).area >= SAME_SHARE * joint:
            return Verdict("same", "", house.path)
        if metres_between(shape.centroid, known.centroid) > FAR_M:
            return Verdict("person", "areas.outline_far", house.path)
        return Verdict("changed", "", house.path)


def metres_between(one: Any, two: Any) -> float:
    """Metres between two nearby points in degrees."""
    return METRES_PER_DEGREE * hypot((one.x - two.x) * cos(radians(one.y)), one.y - two.y)
