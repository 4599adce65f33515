"""What the ledger already holds where an import goes: communities, buildings, homes, people; loaded when first needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from lianfang.base.database.select import run
from lianfang.base.vault.api import Box
from lianfang.domain.residents import rules, sealing
from lianfang.kernel.divisions import range_of, short_name
from lianfang.kernel.errors import LianfangError


@dataclass(slots=True)
class Community:
    """One community: buildings by (compound, building) key, homes by (building path, entrance, door key)."""

    buildings: dict[tuple[str, str], str] = field(default_factory=dict)
    by_building: dict[str, list[str]] = field(default_factory=dict)
    homes: dict[tuple[str, str, str], str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    last_building: int = 0
    people: dict[tuple[str, str, int], int] | None = None


class Ledger:
    """The part of the ledger that an import into one area meets; reads as the entered role."""

    def __init__(self, area_path: str) -> None:
        self.area_path = area_path
        self.boxes: dict[str, Box] = {}
        self._communities: dict[str, Community] = {}
        low, high = range_of(area_path)
        rows = run(
            "select path, name, code from areas_area where path >= %s and path < %s and level = 5 and ended_on is null",
            [low, high],
        )
        self.community_paths = frozenset(path for path, _, _ in rows)
        if not self.community_paths:
            raise LianfangError("fact.area_unknown", area=area_path.ljust(12, "0"))
        self._by_name: dict[str, str] = {}
        for path, name, code in rows:
            for word in (name, short_name(name)):
                key = rules.fold_text(word)
                self._by_name[key] = path if self._by_name.get(key, path) == path else ""
            self._by_name[code] = path

    def community_of(self, word: str) -> str:
        """The path of the community a row names; '' when it is unknown here or two communities share the name."""
        return self._by_name.get(rules.fold_text(word), "") or self._by_name.get(
            rules.fold_text(short_name(word.strip())), ""
        )

    def community(self, path: str) -> Community:
        """Buildings and homes of a community, read once."""
        known = self._communities.get(path)
        if known is None:
            known = self._communities[path] = self._load(path)
        return known

    def box(self, path: str) -> Box:
        """The box that seals standing data of a path."""
        return sealing.box_of(path, self.boxes)

    def _load(self, path: str) -> Community:
        found = Community()
        low, high = range_of(path)
        for at, name, compound in run(
            "select b.path, b.name, coalesce(c.name, '') from areas_building b left join areas_compound c on c.id = b.compound_id "
            "where b.path >= %s and b.path < %s",
            [low, high],
        ):
            self._note_building(found, at, compound, name)
        box = self.box(path)
        for at, sealed in run(
            "select path, sealed from residents_household where path >= %s and path < %s", [low, high]
        ):
            door = sealing.unseal(box, sealed, sealing.HOUSEHOLD)["door"]
            found.homes[(at[:16], at[16:18], rules.door_key(door))] = at
            number = rules.household_rank(at[18:21])
            found.numbers[at[:18]] = max(found.numbers.get(at[:18], -1), number)
        return found

    @staticmethod
    def _note_building(found: Community, at: str, compound: str, name: str) -> None:
        key = rules.building_key(name)
        found.buildings[(rules.fold_text(compound), key)] = at
        found.by_building.setdefault(key, []).append(at)
        if at[12:16].isdigit():
            found.last_building = max(found.last_building, int(at[12:16]))

    def building(self, community: str, compound: str, name: str) -> str | None:
        """The path of a building; a blank compound is enough when the name is unique in the community."""
        if not name:
            return community + rules.NO_BUILDING
        found = self.community(community)
        key = rules.building_key(name)
        exact = found.buildings.get((rules.fold_text(compound), key))
        if exact is None and not compound and len(found.by_building.get(key, ())) == 1:
            return found.by_building[key][0]
        return exact

    def home(self, community: str, building_path: str, entrance: str, door: str) -> str | None:
        """The path of a home at a door, if the ledger has it."""
        return self.community(community).homes.get((building_path, entrance, rules.door_key(door)))

    def person_without_papers(self, community: str, home: str, name: str, born_year: int) -> int | None:
        """Somebody of that name and year of birth in a home."""
        found = self.community(community)
        if found.people is None:
            found.people = self._people(community)
        return found.people.get((home, name, born_year))

    def _people(self, community: str) -> dict[tuple[str, str, int], int]:
        low, high = range_of(community)
        box = self.box(community)
        rows = run(
            "select p.path, p.sealed, p.born_year, p.id from residents_presence pr join residents_person p on p.id = pr.person_id "
            "where pr.path >= %s and pr.path < %s and pr.why = 1",
            [low, high],
        )
        return {
            (path, sealing.unseal(box, sealed, sealing.PERSON).get("name", ""), born): person
            for path, sealed, born, person in rows
        }

    def add_buildings(self, wanted: dict[tuple[str, str, str], str], *, on: date) -> list[str]:
        """Create buildings by (community, compound, name as written) → name of its grid of the community net or '';
        paths are running numbers in the natural order of names. Buildings that are there keep their grid. Returns
        the paths made."""
        paths: list[str] = []
        grids: list[tuple[str, str]] = []
        names: list[str] = []
        compounds: list[str] = []
        for community, compound, name in sorted(wanted, key=_natural):
            if self.building(community, compound, name) is not None:
                continue
            found = self.community(community)
            found.last_building += 1
            at = f"{community}{found.last_building:04d}"
            label = rules.building_label(name)
            self._note_building(found, at, compound, label)
            paths.append(at)
            grids += [(at, wanted[(community, compound, name)])] if wanted[(community, compound, name)] else []
            names.append(label)
            compounds.append(compound.strip())
        if not paths:
            return []
        places = sorted({(p[:12], c) for p, c in zip(paths, compounds, strict=True) if c})
        run(
            "insert into areas_compound (path, name, gates, has_manager) select p, n, 1, true "
            "from unnest(%s::text[], %s::text[]) as t(p, n) on conflict (path, name) do nothing",
            [[path for path, _ in places], [name for _, name in places]],
        )
        run(
            "insert into areas_building (path, compound_id, name) select p, c.id, n "
            "from unnest(%s::text[], %s::text[], %s::text[]) as t(p, n, cn) "
            "left join areas_compound c on c.path = left(p, 12) and c.name = cn",
            [paths, names, compounds],
        )

        if grids:
            self._add_to_grids(grids, on)
        return paths

    @staticmethod
    def _add_to_grids(grids: list[tuple[str, str]], on: date) -> None:
        """Put new buildings into the grids that the sheet names; a grid of that name that is not there yet is made."""
        places = sorted({(at[:12], name) for at, name in grids})
        communities, names = [path for path, _ in places], [name for _, name in places]
        run(
            "insert into areas_grid (net, path, code, name, started_on) select 'community', p, n, n, %b "
            "from unnest(%b::text[], %b::text[]) as t(p, n) where not exists (select 1 from areas_grid g "
            "where g.net = 'community' and g.path = t.p and g.name = t.n and g.ended_on is null) on conflict do nothing",
            [on, communities, names],
        )
        run(
            "insert into areas_grid_building (grid_id, net, building_id, path, from_on) select g.id, 'community', b.id, b.path, %b "
            "from unnest(%b::text[], %b::text[]) as t(p, n) join areas_building b on b.path = t.p "
            "join areas_grid g on g.net = 'community' and g.path = left(t.p, 12) and g.name = t.n and g.ended_on is null",
            [on, [at for at, _ in grids], [name for _, name in grids]],
        )

    def new_home(self, community: str, building_path: str, entrance: str, door: str) -> str:
        """Number a new home below its unit; raises residents.unit_full."""
        found = self.community(community)
        prefix = building_path + entrance
        number = found.numbers.get(prefix, -1) + 1
        if number >= rules.HOUSEHOLDS_A_UNIT:
            raise LianfangError("residents.unit_full", limit=rules.HOUSEHOLDS_A_UNIT)
        found.numbers[prefix] = number
        path = prefix + rules.household_number(number)
        found.homes[(building_path, entrance, rules.door_key(door))] = path
        return path


def _natural(wanted: tuple[str, str, str]) -> tuple[str, str, int, str]:
    community, compound, name = wanted
    key = rules.building_key(name)
    return community, rules.fold_text(compound), int(key) if key.isdigit() and key.isascii() else 10**6, key
