"""A community's household register as an office would send it: title over the columns, one row a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

from lianfang.exchange.synthetic import mistakes as mistakes_module
from lianfang.exchange.synthetic.census import CENSUS_DAY, county, unit_names, village_units
from lianfang.exchange.synthetic.community import Community, community
from lianfang.exchange.synthetic.mistakes import Mistake
from lianfang.exchange.synthetic.places import is_urban
from lianfang.exchange.synthetic.pool import RELATIONS_ZH, Relation
from lianfang.exchange.tables import HOUSEHOLD, write_table

_BUILDINGS_PER_GRID: Final = 4
_ELDER: Final = 65
_FLOATING: Final = 0.06  # assumption: share of households that live here without registration
_COLD_CHAIN: Final = 0.004  # assumption: share of adults who work in the cold chain
_WATERMARK: Final = "演练数据：人员全部虚构，证件号码以 99 开头，不属于任何人。"
_DAYS_PER_YEAR: Final = 365.25
_FIRST_ROW: Final = 4  # title, watermark, header; then the people


@dataclass(frozen=True)
class RosterSpec:
    """Which community and how large. The defaults are the documented community: 32 buildings, 3,048 households, 6,518
    residents, under the name of a real community of Fugou."""

    code: str = "411621001001"
    people: int = 6_518
    households: int = 3_048
    buildings: int | None = 32
    seed: int = 0
    on: date = CENSUS_DAY

    @property
    def name(self) -> str:
        """The community's name in the shipped divisions, or its code."""
        return unit_names().get(self.code, self.code)

    def build(self) -> Community:
        """Generate its people."""
        return community(self.code, self.people, self.households, seed=self.seed, buildings=self.buildings, on=self.on)


@dataclass(frozen=True)
class Roster:
    """What was written. rows: people in all; the last `len(mistakes)` of them are wrong on purpose."""

    rows: int
    mistakes: tuple[Mistake, ...]


def roster_xlsx(target: str | Path | IO[bytes], spec: RosterSpec | None = None, *, mistakes: bool = False) -> Roster:
    """Write the household register of a synthetic community.

    mistakes: append one row for each kind of mistake offices make; the residents of the spec stay complete beside them.
    Raises what `community` raises.
    """
    chosen = spec or RosterSpec()
    built = chosen.build()
    rows = list(register_rows(chosen, built))
    wrong: tuple[Mistake, ...] = ()
    if mistakes:
        strangers = list(register_rows(chosen, mistakes_module.strangers(chosen.code, chosen.seed, chosen.on)))
        wrong = mistakes_module.spoil(strangers, rows, neighbour=_neighbour(chosen.code), first_row=_FIRST_ROW)
        rows += strangers
    title = f"{chosen.name}户籍与居住台账"
    write_table(target, columns=HOUSEHOLD, rows=rows, title=title, watermark=_WATERMARK, sheet="居民台账")
    return Roster(len(rows), wrong)


def _neighbour(code: str) -> str:
    """The name of another community of the same county."""
    others = [unit for unit in village_units() if unit[:6] == code[:6] and unit != code]
    return unit_names()[others[0]] if others else "外村"


def register_rows(spec: RosterSpec, built: Community) -> Iterator[list[object]]:
    """The rows of the household register, values in the order of its columns."""
    rng = np.random.default_rng([spec.seed, int(spec.code), 7])
    homes, folk = built.households, built.people
    urban = is_urban(spec.code)
    where = f"{county(spec.code).name}{spec.name}"
    own = folk.household
    age = (np.datetime64(spec.on) - folk.birth_date).astype(np.int64) / _DAYS_PER_YEAR
    floating = (rng.random(homes.size.size) < _FLOATING)[own]
    working = (age >= 18) & (age < _ELDER) & (folk.relation != Relation.COLLECTIVE)
    cold_chain = working & (rng.random(folk.male.size) < _COLD_CHAIN)
    columns: tuple[list[Any], ...] = (
        homes.building[own].tolist(),
        homes.entrance[own].tolist(),
        homes.door[own].tolist(),
        folk.relation.tolist(),
        folk.name.tolist(),
        folk.id_no.astype("U18").tolist(),
        folk.male.tolist(),
        folk.birth_date.tolist(),
        folk.phone.astype("U11").tolist(),
        floating.tolist(),
        homes.collective[own].tolist(),
        cold_chain.tolist(),
        ((homes.size[own] == 1) & (age >= _ELDER)).tolist(),
    )
    for building, entrance, door, relation, name, number, male, birth, phone, visitor, shared, cold, alone in zip(
        *columns, strict=True
    ):
        yield [
            spec.name,
            f"第{(building - 1) // _BUILDINGS_PER_GRID + 1}网格",
            "演练小区" if urban else "演练村",
            f"{building}号楼" if urban else f"{building}组",
            f"{entrance}单元" if entrance else None,
            str(door),
            RELATIONS_ZH[relation],
            name,
            "居民身份证",
            number,
            "男" if male else "女",
            birth,
            phone or None,
            "外县" if visitor else where,
            "寄宿" if shared else "流动" if visitor else "常住",
            None,
            "冷链" if cold else None,
            "独居" if alone else None,
            "演练",
        ]
