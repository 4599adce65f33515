"""What became of each code between two yearly editions of the division list; pure rules, and a list of what they can't tell.

Evidence is used from strong to weak: the same code; the same name at the same level under the (mapped) parent, in the
county, in the whole list, each only when it is unique on both sides; for a vanished township, where its villages went.
Everything else is left to a person, with suggestions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from lianfang.kernel.divisions import short_name

CHILDREN_SHARE: Final = 0.8
"""A vanished township is merged into the one that took this share of its villages (assumption)."""


class Kind(StrEnum):
    """What became of a code."""

    SAME = "same"
    RENAMED = "renamed"
    MOVED = "moved"
    MERGED = "merged"
    SPLIT = "split"
    ENDED = "ended"
    NEW = "new"
    UNDECIDED = "undecided"


class Row(Protocol):
    """One row of a division list."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def level(self) -> int: ...
    @property
    def parent_code(self) -> str: ...


@dataclass(frozen=True)
class Change:
    """One code's fate: old_code is '' for a new one; new_code '' when it ended or is undecided. note: why, or whom to ask."""

    old_code: str
    new_code: str
    kind: Kind
    note: str = ""


def compare_editions(old: Sequence[Row], new: Sequence[Row]) -> list[Change]:
    """The fate of every code of the older edition, and the new ones of the later; in the order of codes.

    Every old code gets exactly one fate. A new code that some old code became is not listed as new again.
    """
    return _Comparison(old, new).run()


def name_key(name: str) -> str:
    """A name for comparing: 大李庄村委会 and 大李庄村民委员会 are the same village."""
    return short_name(name.replace(" ", ""))


class _Comparison:
    def __init__(self, old: Sequence[Row], new: Sequence[Row]) -> None:
        self.old = {row.code: row for row in old}
        self.new = {row.code: row for row in new}
        self.fate: dict[str, Change] = {}
        self.vanished = [row for row in old if row.code not in self.new]
        self.fresh = [row for row in new if row.code not in self.old]
        self.target: dict[str, str] = {}
        self.taken: set[str] = set()

    def run(self) -> list[Change]:
        for code in self.old.keys() & self.new.keys():
            self._kept(code)
        for level in range(1, 6):
            self._by_name(level)
        for level in (4, 3, 2):
            self._by_children(level)
        for level in range(1, 6):  # townships found by their villages open the way for the villages left over
            self._by_name(level)
        for row in self.vanished:
            if row.code not in self.fate:
                self.fate[row.code] = Change(row.code, "", Kind.UNDECIDED, self._suggestion(row))
        grown = [Change("", row.code, Kind.NEW) for row in self.fresh if row.code not in self.taken]
        return sorted([*self.fate.values(), *grown], key=lambda change: change.old_code or change.new_code)

    def _kept(self, code: str) -> None:
        before, after = self.old[code], self.new[code]
        same = before.name == after.name
        only_form = name_key(before.name) == name_key(after.name)
        note = "" if same else f"{before.name} → {after.name}" + (" (only the form of the name)" if only_form else "")
        self.fate[code] = Change(code, code, Kind.SAME if same else Kind.RENAMED, note)
        self.target[code] = code

    def _by_name(self, level: int) -> None:
        lost = [row for row in self.vanished if row.level == level and row.code not in self.fate]
        free = [row for row in self.fresh if row.level == level and row.code not in self.taken]
        county = lambda row: row.code[:6]  # noqa: E731
        places: list[tuple[str, Callable[[Row], str], Callable[[Row], str]]] = [
            (
                "same name under the same parent",
                lambda row: self.target.get(row.parent_code, ""),
                lambda row: row.parent_code,
            ),
            ("same name in the same county", county, county),
            ("the only one of this name in both lists", lambda _row: "all", lambda _row: "all"),
        ]
        for note, old_place, new_place in places:
            self._pair(lost, free, old_place, new_place, note)
            lost = [row for row in lost if row.code not in self.fate]
            free = [row for row in free if row.code not in self.taken]

    def _pair(
        self,
        lost: Iterable[Row],
        free: Iterable[Row],
        old_place: Callable[[Row], str],
        new_place: Callable[[Row], str],
        note: str,
    ) -> None:
        ours: dict[tuple[str, str], list[Row]] = defaultdict(list)
        theirs: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in lost:
            ours[(old_place(row), name_key(row.name))].append(row)
        for row in free:
            theirs[(new_place(row), name_key(row.name))].append(row)
        for (place, name), rows in ours.items():
            found = theirs.get((place, name), [])
            if place and len(rows) == 1 and len(found) == 1:
                self._decide(rows[0], found[0].code, Kind.MOVED, note)

    def _decide(self, row: Row, new_code: str, kind: Kind, note: str) -> None:
        self.fate[row.code] = Change(row.code, new_code, kind, note)
        self.target[row.code] = new_code
        self.taken.add(new_code)

    def _by_children(self, level: int) -> None:
        children: Mapping[str, list[str]] = _children(self.old.values())
        for row in self.vanished:
            if row.level != level or row.code in self.fate:
                continue
            mine = children.get(row.code, [])
            if not mine:
                if level < 5 and row.name in ("市辖区", "县", "省直辖县级行政区划"):
                    self.fate[row.code] = Change(
                        row.code, "", Kind.ENDED, "a placeholder of the statistics without children"
                    )
                continue
            went = Counter(
                self.new[self.target[child]].parent_code for child in mine if self.target.get(child) in self.new
            )
            if not went:
                continue
            where, count = went.most_common(1)[0]
            note = f"{count} of {len(mine)} below it went to {self.new[where].name}" if where in self.new else ""
            if where in self.new and count >= CHILDREN_SHARE * len(mine):
                fresh = where not in self.old and where not in self.taken
                self._decide(row, where, Kind.MOVED if fresh else Kind.MERGED, note)
            elif len(went) > 1 and sum(went.values()) >= CHILDREN_SHARE * len(mine):
                self.fate[row.code] = Change(row.code, where, Kind.SPLIT, f"{note}; also {len(went) - 1} other")

    def _suggestion(self, row: Row) -> str:
        """Codes of the same name anywhere, and new ones beside it that share its first two characters."""
        key = name_key(row.name)
        same = [new.code for new in self.new.values() if new.level == row.level and name_key(new.name) == key][:3]
        parent = self.target.get(row.parent_code, "")
        near = [
            new.code for new in self.fresh if parent and new.parent_code == parent and new.name[:2] == row.name[:2]
        ][:3]
        return " ".join(dict.fromkeys(same + near))


def _children(rows: Iterable[Row]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row.parent_code].append(row.code)
    return found


def counts_by_kind(changes: Iterable[Change]) -> dict[str, int]:
    """How many codes had which fate."""
    return dict(Counter(change.kind.value for change in changes))


def counts_by_level(rows: Iterable[Row]) -> dict[int, int]:
    """How many areas there are at each level, 1 province … 5 community."""
    return dict(sorted(Counter(row.level for row in rows).items()))
