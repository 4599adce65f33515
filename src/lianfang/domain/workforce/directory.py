"""What an import of members meets: communities by name, and organisations by name and place; loaded once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from lianfang.base.database.select import run
from lianfang.domain.residents.api import fold_text
from lianfang.domain.workforce import rules
from lianfang.domain.workforce.lists import Named
from lianfang.kernel.divisions import range_of, short_name
from lianfang.kernel.errors import LianfangError

_COUNTY: Final = 6
_COMMUNITY: Final = 12


@dataclass(slots=True)
class FileUnit:
    """An organisation that the file names. number: as its rows refer to it; above: number of its parent or None."""

    number: int
    path: str
    name: str
    kind: str
    temporary: bool
    above: int | None = None
    organisation_id: int | None = None


@dataclass
class Directory:
    """Places and organisations around an import. path: its range, an area or 'U' and a lineage; office: where the unit sits."""

    path: str
    office: str
    own_unit: str = ""
    units: dict[tuple[str, str, str], FileUnit] = field(default_factory=dict)
    numbered: list[FileUnit] = field(default_factory=list)
    _communities: dict[str, str] = field(default_factory=dict)
    _codes: frozenset[str] = frozenset()
    _counties: set[str] = field(default_factory=set)
    _known: dict[str, list[tuple[int, str, int | None]]] = field(default_factory=dict)
    _standing: dict[int, tuple[str, int | None]] = field(default_factory=dict)
    _by_name: dict[tuple[str, str], FileUnit] = field(default_factory=dict)

    @property
    def single(self) -> str:
        """The community that the whole list is about, '' when it is about more."""
        return self.path if len(self.path) == _COMMUNITY and not self.path.startswith("U") else ""

    def load(self) -> Directory:
        """Read the communities around the office and the organisations of the scope."""
        around = self.office[:6] if len(self.office) > 6 or self.path.startswith("U") else self.office
        low, high = range_of(around)
        rows = run(
            "select a.path, a.name, t.name from areas_area a left join areas_area t on t.path = left(a.path, 9) "
            "where a.path >= %b and a.path < %b and a.level = 5 and a.ended_on is null",
            [low, high],
        )
        for path, name, town in rows:
            for word in {fold_text(name), fold_text(short_name(name))}:
                for key in (word, f"{fold_text(town or '')}/{word}", f"{fold_text(short_name(town or ''))}/{word}"):
                    known = self._communities.get(key, path)
                    self._communities[key] = path if known == path else ""
        self._codes = frozenset(path for path, _, _ in rows)
        for number, name, path, parent in run(
            "select id, name, path, parent_id from workforce_organisation where dissolved_on is null"
        ):
            self._known.setdefault(fold_text(name), []).append((number, path, parent))
            self._standing[number] = (fold_text(name), parent)
        return self

    def community(self, word: str, township: str = "") -> str:
        """The path of a community a row names, by name or by its twelve digits; '' when it is unknown or not unique."""
        bare = fold_text(word)
        if len(bare) == _COMMUNITY and bare.isdigit():
            return bare if bare in self._codes or self._exists(bare) else ""
        for key in (bare, fold_text(short_name(word.strip()))):
            found = (township and self._communities.get(f"{fold_text(township)}/{key}")) or self._communities.get(key)
            if found:
                return found
        return ""

    def _exists(self, path: str) -> bool:
        """Whether a community outside the office's surroundings stands; its whole county is read at once."""
        county = path[:_COUNTY]
        if county not in self._counties:
            self._counties.add(county)
            low, high = range_of(county)
            rows = run(
                "select path from areas_area where path >= %b and path < %b and level = 5 and ended_on is null",
                [low, high],
            )
            self._codes |= {found for (found,) in rows}
        return path in self._codes

    def unit(self, named: Named, community: str) -> int:
        """The file's number for an organisation that a row names. Raises workforce.community_missing for a local one without a
        community, workforce.circular_parent for one that would stand under itself."""
        place = community or self.single if named.local else self.office
        if not place:
            raise LianfangError("workforce.community_missing")
        key = (place, fold_text(named.name), fold_text(named.above))
        if key[1] == key[2]:
            raise LianfangError("workforce.circular_parent")
        found = self.units.get(key)
        if found is None and not named.above:
            found = self._by_name.get(key[:2])
        if found is None:
            found = self._new(named, place, community)
            self.units[key] = found
            self._by_name.setdefault(key[:2], found)
        return found.number

    def _new(self, named: Named, place: str, community: str) -> FileUnit:
        above = self.unit(Named(named.above, _above(named), named.local), community) if named.above else None
        if above is not None and fold_text(named.name) in self._above(above):
            raise LianfangError("workforce.circular_parent")
        kind = rules.KINDS.get(named.kind)
        found = FileUnit(len(self.numbered) + 1, place, named.name, named.kind, bool(kind and kind.temporary), above)
        found.organisation_id = self._match(named, place, above)
        self.numbered.append(found)
        return found

    def _above(self, number: int) -> set[str]:
        """Folded names of an organisation of the file and of everything above it, in the file and as it is known."""
        names: set[str] = set()
        step: int | None = number
        known: int | None = None
        while step is not None:
            one = self.numbered[step - 1]
            names.add(fold_text(one.name))
            step, known = one.above, one.organisation_id
        while known is not None and known in self._standing:
            name, known = self._standing[known]
            names.add(name)
        return names

    def organisation(self, number: int) -> int | None:
        """The organisation behind a number of the file, None while it is not there yet."""
        return self.numbered[number - 1].organisation_id

    def _match(self, named: Named, place: str, above: int | None) -> int | None:
        known = self._known.get(fold_text(named.name), [])
        if above is not None:
            parent = self.organisation(above)
            known = [one for one in known if one[2] == parent] if parent is not None else []
        exact = [number for number, path, _ in known if path == place]
        if exact or named.local:
            return exact[0] if exact else None
        return known[0][0] if len(known) == 1 else None


def _above(named: Named) -> str:
    if named.kind != "party_group":
        return "office"
    return "temporary_branch" if "临时" in named.above else "party_branch"
