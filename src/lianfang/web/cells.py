"""Schematic cells: a convex outline divided into even, connected cells when no boundary file is given.

The outline is a smooth convex blob that depends on the parent's code only. Seeds start on a sunflower spiral in the
order of the children (the seat of a county, first in the official list, ends up in the middle) and are evened out by
Lloyd's method (S. Lloyd, Least squares quantization in PCM, 1982). The same codes always give the same picture.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay, QhullError

Points = NDArray[np.float64]
Corner = tuple[float, float]
OUTLINE_POINTS = 72
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
LABEL_GRID = 16  # grid points tried along each side of a bent shape
LLOYD_ROUNDS = 24
LLOYD_ROUNDS_MANY, MANY = 8, 150  # beyond MANY cells the spiral is already even


def outline(code: str) -> Points:
    """Return a convex blob of radius about 1 around the origin, counter-clockwise, shape (OUTLINE_POINTS, 2).

    Convex because each wave of order k has an amplitude well under 1 / (k² - 1).
    """
    digest = hashlib.sha256(code.encode()).digest()
    turn, first, second, flat = (byte / 255 for byte in digest[:4])
    angle = np.linspace(0, 2 * math.pi, OUTLINE_POINTS, endpoint=False)
    radius = 1 + 0.05 * np.cos(2 * angle + 2 * math.pi * first) + 0.035 * np.cos(3 * angle + 2 * math.pi * second)
    ring = np.column_stack([radius * np.cos(angle), (0.78 + 0.12 * flat) * radius * np.sin(angle)])
    tilt = (turn - 0.5) * math.pi / 3
    rotation = np.array([[math.cos(tilt), -math.sin(tilt)], [math.sin(tilt), math.cos(tilt)]])
    return ring @ rotation.T


def divide(ring: Points, count: int) -> list[Points]:
    """Divide a convex ring (n, 2) into `count` convex cells, in the order of the spiral; the cells cover it wholly."""
    if count < 1:
        return []
    if count == 1:
        return [ring]
    seeds = _spiral(ring, count)
    cells: list[Points] = []
    for _ in range(LLOYD_ROUNDS if count <= MANY else LLOYD_ROUNDS_MANY):
        cells = voronoi(ring, seeds)
        seeds = np.array([centroid(cell) for cell in cells])
    inmost = int(np.argmin(np.hypot(*(seeds - centroid(ring)).T)))
    seeds[[0, inmost]] = seeds[[inmost, 0]]
    return voronoi(ring, seeds)


def voronoi(ring: Points, seeds: Points) -> list[Points]:
    """Return the Voronoi cell of each seed inside a convex ring; each is cut by the bisectors to its neighbours."""
    corners = [(float(x), float(y)) for x, y in ring]
    places = [(float(x), float(y)) for x, y in seeds]
    cells = []
    for own, around in zip(places, _neighbours(seeds), strict=True):
        cell = corners
        for other in around:
            cell = _cut(cell, own, places[other])
        cells.append(np.array(cell))
    return cells


def centroid(ring: Points) -> Points:
    """Return the centre of area of a simple ring (n, 2)."""
    x, y = ring[:, 0], ring[:, 1]
    next_x, next_y = np.roll(x, -1), np.roll(y, -1)
    cross = x * next_y - next_x * y
    doubled = cross.sum()
    if abs(doubled) < 1e-15:
        return np.asarray(ring.mean(axis=0))
    return np.array([((x + next_x) * cross).sum(), ((y + next_y) * cross).sum()]) / (3 * doubled)


def label_point(ring: Points) -> Points:
    """Return a point well inside a simple ring: its centre of area, or a point far from all edges."""
    middle = centroid(ring)
    if contains(ring, middle[None])[0]:
        return middle
    low, high = ring.min(axis=0), ring.max(axis=0)
    steps = np.linspace(0.5 / LABEL_GRID, 1 - 0.5 / LABEL_GRID, LABEL_GRID)
    grid = low + np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2) * (high - low)
    inside = grid[contains(ring, grid)]
    if not len(inside):
        return middle
    return np.asarray(inside[np.argmax(_distance_to_edge(ring, inside))])


def contains(ring: Points, points: Points) -> NDArray[np.bool_]:
    """Tell for each point (n, 2) whether it lies inside a simple ring (crossing number)."""
    start, end = ring[:, None], np.roll(ring, -1, axis=0)[:, None]
    straddles = (start[..., 1] > points[:, 1]) != (end[..., 1] > points[:, 1])
    rise = end[..., 1] - start[..., 1]
    reach = (points[:, 1] - start[..., 1]) / np.where(rise == 0, 1, rise)
    crosses = straddles & (points[:, 0] < start[..., 0] + reach * (end[..., 0] - start[..., 0]))
    return np.asarray(crosses.sum(axis=0) % 2 == 1)


def _distance_to_edge(ring: Points, points: Points) -> NDArray[np.float64]:
    start = ring[:, None]
    along = np.roll(ring, -1, axis=0)[:, None] - start
    length = np.maximum((along**2).sum(axis=-1), 1e-30)
    share = np.clip(((points - start) * along).sum(axis=-1) / length, 0, 1)
    nearest = start + share[..., None] * along
    return np.asarray(np.hypot(*(points - nearest).transpose(2, 0, 1)).min(axis=0))


def area(ring: Points) -> float:
    """Return the area of a simple ring (n, 2); positive when counter-clockwise."""
    x, y = ring[:, 0], ring[:, 1]
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)


def _spiral(ring: Points, count: int) -> Points:
    middle = centroid(ring)
    order = np.arange(count)
    radius = (1 - 0.35 / math.sqrt(count)) * np.sqrt((order + 0.5) / count)  # half a cell stays free at the edge
    turn = order * GOLDEN_ANGLE
    disc = np.column_stack([radius * np.cos(turn), radius * np.sin(turn)])
    reach = ring - middle
    bearing = np.arctan2(reach[:, 1], reach[:, 0])
    by_bearing = np.argsort(bearing)
    distance = np.hypot(reach[:, 0], reach[:, 1])[by_bearing]
    wanted = np.arctan2(disc[:, 1], disc[:, 0])
    scale = np.interp(wanted, bearing[by_bearing], distance, period=2 * math.pi)
    return middle + disc * scale[:, None]


def _neighbours(seeds: Points) -> list[list[int]]:
    count = len(seeds)
    everybody = [[other for other in range(count) if other != index] for index in range(count)]
    if count < 4:
        return everybody
    try:
        start, flat = Delaunay(seeds).vertex_neighbor_vertices
    except QhullError:  # all seeds on one line
        return everybody
    return [[int(other) for other in flat[start[index] : start[index + 1]]] for index in range(count)]


def _cut(ring: list[Corner], own: Corner, other: Corner) -> list[Corner]:
    """Keep the part of a convex ring that is nearer to `own` than to `other` (Sutherland and Hodgman, 1974).

    Plain numbers, not arrays: rings have a handful of corners, and this runs tens of thousands of times.
    """
    normal_x, normal_y = other[0] - own[0], other[1] - own[1]
    offset = ((own[0] + other[0]) * normal_x + (own[1] + other[1]) * normal_y) / 2
    kept: list[Corner] = []
    before = ring[-1]
    side_before = before[0] * normal_x + before[1] * normal_y - offset
    for here in ring:
        side = here[0] * normal_x + here[1] * normal_y - offset
        if (side < 0 < side_before) or (side_before < 0 < side):
            share = side_before / (side_before - side)
            kept.append((before[0] + (here[0] - before[0]) * share, before[1] + (here[1] - before[1]) * share))
        if side <= 0:
            kept.append(here)
        before, side_before = here, side
    return kept
