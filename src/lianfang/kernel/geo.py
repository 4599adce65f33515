"""Distances, and the shift between Chinese map coordinates (GCJ-02) and satellite coordinates (WGS-84).

Everything is (longitude, latitude) in degrees. The GCJ-02 formula was never published; this is the reconstruction that
open map projects share. Against itself the inverse closes to 1e-9 degrees (0.1 mm); against the official shift the
formula is reported to agree within metres, so nothing here is good enough for surveying.
"""

from __future__ import annotations

from math import asin, cos, hypot, pi, radians, sin, sqrt

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG
METRES_PER_DEGREE = EARTH_RADIUS_M * radians(1)  # of latitude
_SEMI_MAJOR_M = 6_378_245.0  # Krasovsky 1940, as the formula uses it
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_CHINA = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north: outside there is no shift
_CLOSE_DEGREES = 1e-9
_MOST_STEPS = 30


def inside_china_frame(longitude: float, latitude: float) -> bool:
    """Whether a point lies in the rectangle within which Chinese maps are shifted (it holds parts of neighbours)."""
    west, south, east, north = _CHINA
    return west <= longitude <= east and south <= latitude <= north


def wgs84_to_gcj02(longitude: float, latitude: float) -> tuple[float, float]:
    """A satellite position as a Chinese base map draws it; unchanged outside the frame of China."""
    if not inside_china_frame(longitude, latitude):
        return longitude, latitude
    east, north = _shift(longitude, latitude)
    return longitude + east, latitude + north


def gcj02_to_wgs84(longitude: float, latitude: float) -> tuple[float, float]:
    """The satellite position behind a point of a Chinese base map, by fixed-point iteration.

    Converges by a factor of about 100 a step; closes to 1e-9 degrees wherever the shift is smooth (everywhere but
    within 0.01 degrees of the frame's edge).
    """
    if not inside_china_frame(longitude, latitude):
        return longitude, latitude
    guess = (longitude, latitude)
    for _ in range(_MOST_STEPS):
        drawn = wgs84_to_gcj02(*guess)
        off = (drawn[0] - longitude, drawn[1] - latitude)
        guess = (guess[0] - off[0], guess[1] - off[1])
        if hypot(*off) < _CLOSE_DEGREES:
            break
    return guess


def haversine_m(from_longitude: float, from_latitude: float, to_longitude: float, to_latitude: float) -> float:
    """Great-circle distance in metres on a sphere of mean radius; at most 0.5 % off the ellipsoid."""
    north = radians(to_latitude - from_latitude)
    east = radians(to_longitude - from_longitude)
    half = sin(north / 2) ** 2 + cos(radians(from_latitude)) * cos(radians(to_latitude)) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))


def _shift(longitude: float, latitude: float) -> tuple[float, float]:
    """East and north shift in degrees at a satellite position."""
    x, y = longitude - 105.0, latitude - 35.0
    ripple = 20.0 * (sin(6 * x * pi) + sin(2 * x * pi)) * 2 / 3
    north_m = -100.0 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple
    north_m += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north_m += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east_m = 300.0 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple
    east_m += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east_m += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    angle = radians(latitude)
    flat = 1 - _ECCENTRICITY_SQUARED * sin(angle) ** 2
    metres_per_degree_north = _SEMI_MAJOR_M * (1 - _ECCENTRICITY_SQUARED) / flat**1.5 * pi / 180
    metres_per_degree_east = _SEMI_MAJOR_M / sqrt(flat) * cos(angle) * pi / 180
    return east_m / metres_per_degree_east, north_m / metres_per_degree_north
