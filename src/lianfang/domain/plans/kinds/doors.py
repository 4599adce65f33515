"""Buildings with the people and homes in them, and where they stand: shared by sites and routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lianfang.base.areas.api import buildings, names_of, outlines
from lianfang.base.metrics.api import children
from lianfang.domain.plans.ground import Point, lay_out, to_metres
from lianfang.domain.plans.registry import Said
from lianfang.kernel.errors import LianfangError

PEOPLE: Final = "residents.present"
HOMES: Final = "residents.households"


@dataclass(frozen=True)
class Doors:
    """Buildings somebody lives in. xy: metres. real: every point comes from an outline."""

    paths: list[str]
    names: list[str]
    people: np.ndarray
    homes: np.ndarray
    xy: np.ndarray
    real: bool


def read_doors(path: str) -> Doors:
    """The inhabited buildings of an area in the order of their codes; raises plans.nowhere."""
    figures = children(path, [PEOPLE, HOMES], level=16)
    known = {one.path: f"{one.compound} {one.name}".strip() for one in buildings(path)}
    paths = sorted(at for at in known if figures.of(at, PEOPLE, "") > 0)
    if not paths:
        raise LianfangError("plans.nowhere")
    drawn = {at: to_metres(one.at) for at, one in outlines(path).items()}
    land = lay_out([*sorted({at[:12] for at in paths}), *paths])
    points: list[Point] = [drawn.get(at, land.points[at]) for at in paths]
    real = all(at in drawn for at in paths)
    if not real:  # half a map would tear buildings of one street apart
        points = [land.points[at] for at in paths]
    return Doors(
        paths, [known[at] for at in paths], np.array([figures.of(at, PEOPLE, "") for at in paths]),
        np.array([figures.of(at, HOMES, "") for at in paths]), np.array(points), real,
    )  # fmt: skip


def homes_in(path: str) -> np.ndarray:
    """Homes of each building of an area that somebody lives in, in any order."""
    figures = children(path, [PEOPLE, HOMES], level=16)
    return np.array([max(figures.of(at, HOMES, ""), 1) for at in figures.paths() if figures.of(at, PEOPLE, "") > 0])


def apart(xy: np.ndarray) -> np.ndarray:
    """Straight distances in metres between all points."""
    gap = xy[:, None, :] - xy[None, :, :]
    return np.asarray(np.sqrt((gap**2).sum(axis=2)))


def name_buildings(keys: set[str], labels: Mapping[str, Any] | None = None) -> dict[str, Said]:
    """`building:PATH` and `site:PATH` in words: the community and the building."""
    paths = sorted({key.partition(":")[2] for key in keys if key.partition(":")[0] in ("building", "site")})
    if not paths:
        return {}
    communities = names_of(sorted({at[:12] for at in paths}))
    known = {one.path: f"{one.compound} {one.name}".strip() for at in communities for one in buildings(at)}
    return {key: Said(known.get(key.partition(":")[2], key), hint=communities.get(key.partition(":")[2][:12], "")) for key in keys
            if key.partition(":")[2] in paths}  # fmt: skip
