"""The census of 2020 by county, as shipped: what the synthetic residents must agree with."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt

from lianfang.kernel.errors import LianfangError

CENSUS_DAY: Final = date(2020, 11, 1)
"""Reference day of the seventh national census."""
AGE_BANDS: Final = (0, 1, *range(5, 90, 5))
"""First age of each band: 0, 1–4, then five years each, 85 and more."""
GENERATIONS: Final = 4
"""Households are counted by 1, 2, 3, and 4 or more generations."""
DIVISIONS: Final = ("cangzhou", "tangshan", "fugou")
_DATA: Final = "base/areas/data"


@dataclass(frozen=True)
class County:
    """One row of the census. age_sex: (2, bands) people, females first; generations: households by 1, 2, 3, 4+."""

    code: str
    name: str
    population: int
    male: int
    family_households: int
    family_people: int
    one_person: int
    generations: tuple[int, ...]
    with_elder: int
    age_sex: npt.NDArray[np.int64]

    @property
    def collective(self) -> int:
        """People who live in collective households (dormitories, barracks, homes)."""
        return self.population - self.family_people

    @property
    def household_size(self) -> float:
        """People in a family household, on average."""
        return self.family_people / self.family_households


def _rows(path: str) -> Iterator[dict[str, str]]:
    packed = files("lianfang").joinpath(f"{_DATA}/{path}").read_bytes()
    return csv.DictReader(io.StringIO(gzip.decompress(packed).decode("utf-8")))


@lru_cache(maxsize=1)
def _all() -> dict[str, County]:
    tables: dict[str, npt.NDArray[np.int64]] = {}
    for row in _rows("census/county_age_sex_2020.csv.gz"):
        table = tables.setdefault(row["code"], np.zeros((2, len(AGE_BANDS)), dtype=np.int64))
        table[int(row["sex"] == "M"), AGE_BANDS.index(int(row["age_min"]))] = int(row["population"])
    found: dict[str, County] = {}
    for row in _rows("census/county_households_2020.csv.gz"):
        kinds = ("one", "two", "three", "four_plus")
        found[row["code"]] = County(
            code=row["code"],
            name=row["county"],
            population=int(row["population"]),
            male=int(row["male"]),
            family_households=int(row["family_households"]),
            family_people=int(row["family_household_population"]),
            one_person=int(row["one_person_households"]),
            generations=tuple(int(row[f"{kind}_generation_households"]) for kind in kinds),
            with_elder=int(row["households_with_65plus"]),
            age_sex=tables[row["code"]],
        )
    return found


def county(code: str) -> County:
    """The census row of a six-digit code (a longer code is cut). Raises synthetic.county_unknown."""
    found = _all().get(code[:6])
    if found is None:
        raise LianfangError("synthetic.county_unknown", code=code)
    return found


def counties() -> tuple[str, ...]:
    """The six-digit codes with census data."""
    return tuple(sorted(_all()))


@lru_cache(maxsize=1)
def village_units() -> tuple[str, ...]:
    """The 12-digit codes of all village-level units of the shipped divisions (2020), ascending."""
    codes = {row["code"] for name in DIVISIONS for row in _rows(f"divisions/{name}_2020.csv.gz") if row["level"] == "5"}
    return tuple(sorted(codes))


@lru_cache(maxsize=1)
def unit_names() -> dict[str, str]:
    """Name by 12-digit code, of every area of the shipped divisions (2020)."""
    return {row["code"]: row["name"] for name in DIVISIONS for row in _rows(f"divisions/{name}_2020.csv.gz")}
