"""A county-level city of houses for plans of grids: communities with compounds, walls, a river and main roads, seeded.

Each community is a block of some 550 by 400 metres; a river parts it in the middle of every third one. Houses have 6, 11 or
18 floors and one to four entrances; households are floors × entrances × 2, thinned, so that 20,000 houses have some 361,000.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

METRE_EAST, METRE_NORTH = 1 / 92_150, 1 / 111_195
ORIGIN = (114.30, 33.95)
COLUMNS, ROWS = 20, 10
STEP_X, STEP_Y = 27.0, 38.0
BLOCK_X, BLOCK_Y = COLUMNS * STEP_X + 60.0, ROWS * STEP_Y + 60.0
Feature = dict[str, Any]


def city(communities: Sequence[str], *, seed: int = 7, houses: int = COLUMNS * ROWS) -> list[Feature]:
    """GeoJSON features of all houses and barriers; communities: 12-digit codes."""
    draw = random.Random(seed)
    found: list[Feature] = []
    side = max(1, round(len(communities) ** 0.5))
    for n, code in enumerate(communities):
        corner = ((n % side) * BLOCK_X, (n // side) * BLOCK_Y)
        found += _community(draw, code, corner, houses, river=n % 3 == 2)
    return found


def _community(
    draw: random.Random, code: str, corner: tuple[float, float], houses: int, *, river: bool
) -> list[Feature]:
    found = []
    for k in range(houses):
        row, column = divmod(k, COLUMNS)
        x, y = corner[0] + column * STEP_X + draw.uniform(0, 3), corner[1] + row * STEP_Y + draw.uniform(0, 4)
        width, depth = draw.uniform(14, 20), draw.uniform(10, 13)
        households = draw.choice((8, 12, 16, 20, 24, 28))
        quarter = f"{'东西'[column < COLUMNS // 2]}{'北南'[row < ROWS // 2]}院"
        found.append(_house(code, quarter, f"{k + 1}号楼", (x, y, width, depth), households))
    lines = [("wall", [(STEP_X * COLUMNS / 2 - 4, 0), (STEP_X * COLUMNS / 2 - 4, STEP_Y * 3 - 6)])]
    if river:
        lines.append(("river", [(-30, STEP_Y * ROWS / 2 - 10), (BLOCK_X, STEP_Y * ROWS / 2 - 10)]))
    for kind, points in lines:
        ring = [_degrees(corner[0] + x, corner[1] + y) for x, y in points]
        found.append(
            {"type": "Feature", "properties": {"layer": kind}, "geometry": {"type": "LineString", "coordinates": ring}}
        )
    return found


def _house(code: str, compound: str, name: str, box: tuple[float, float, float, float], households: int) -> Feature:
    x, y, width, depth = box
    ring = [_degrees(*corner) for corner in ((x, y), (x + width, y), (x + width, y + depth), (x, y + depth), (x, y))]
    words = {
        "name": name,
        "compound": compound,
        "community": code,
        "households": households,
        "floors": 6,
        "layer": "building",
    }
    return {"type": "Feature", "properties": words, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def _degrees(x: float, y: float) -> list[float]:
    return [round(ORIGIN[0] + x * METRE_EAST, 7), round(ORIGIN[1] + y * METRE_NORTH, 7)]
