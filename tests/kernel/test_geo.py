"""Coordinates: the published example of the shift, an inverse that closes, distances by hand."""

from math import pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.kernel import geo

inland = st.tuples(st.floats(74, 134), st.floats(18, 53))


@pytest.mark.parametrize(
    ("satellite", "drawn"),
    [
        ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),  # coordtransform, README (wandergis)
        ((121.0917077, 30.6107779), (121.09626935575027, 30.608604331756705)),  # geotool, tests
        ((116.0, 40.0), (116.006141221789, 40.001213650174)),  # geoToolbox, tests
    ],
)
def test_the_shift_agrees_with_other_implementations(satellite, drawn):
    assert geo.wgs84_to_gcj02(*satellite) == pytest.approx(drawn, abs=2e-7)  # 2 cm: their ellipsoids differ slightly


def test_the_shift_is_exactly_that_of_its_best_known_implementation():
    assert geo.wgs84_to_gcj02(116.404, 39.915) == (116.41024449916938, 39.91640428150164)


@given(inland)
def test_the_inverse_closes(point):
    there = geo.wgs84_to_gcj02(*point)
    assert geo.gcj02_to_wgs84(*there) == pytest.approx(point, abs=2e-9)
    assert 20 < geo.haversine_m(*point, *there) < 1500


@pytest.mark.parametrize("point", [(2.35, 48.85), (-71.06, 42.36), (139.7, 35.68), (116.4, -35.0)])
def test_outside_china_nothing_moves(point):
    assert geo.wgs84_to_gcj02(*point) == point
    assert geo.gcj02_to_wgs84(*point) == point


def test_at_the_edge_of_the_frame_the_inverse_ends_all_the_same():
    """The shift jumps to nothing at the frame: some drawn points there have no satellite position at all."""
    for step in range(200):
        point = (72.004 + step * 1e-4, 30.0)
        found = geo.gcj02_to_wgs84(*point)
        assert geo.haversine_m(*point, *found) < 2000


def test_distances_by_hand():
    quarter = geo.EARTH_RADIUS_M * pi / 2
    assert geo.haversine_m(0, 0, 90, 0) == pytest.approx(quarter)
    assert geo.haversine_m(116, 90, 0, 0) == pytest.approx(quarter)
    assert geo.haversine_m(0, 0, 180, 0) == pytest.approx(2 * quarter)
    assert geo.haversine_m(116.4, 39.9, 116.4, 39.9) == 0
    assert geo.haversine_m(116.0, 38.0, 116.0, 39.0) == pytest.approx(111_195, abs=1)


@given(inland, inland)
def test_distance_has_no_direction(one, other):
    assert geo.haversine_m(*one, *other) == pytest.approx(geo.haversine_m(*other, *one))
