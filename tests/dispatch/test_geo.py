"""Distances are geopy's, and the bounds between plane and ellipsoid hold all over Indonesia."""

from math import hypot

import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st

from kurir_api.dispatch.geo import (
    Point,
    degrees_beyond,
    degrees_within,
    distance_m,
    distances_m,
    in_indonesia,
    metres_per_degree,
    settled_distances_m,
)

PURWOKERTO = Point(-7.4243, 109.2302)
MARGONO = Point(-7.43603, 109.26741)

points = st.builds(Point, st.floats(-11.5, 6.5), st.floats(94, 142))
near_points = st.builds(Point, st.floats(-7.6, -7.3), st.floats(109.0, 109.4))


def plane(a: Point, b: Point) -> float:
    return hypot(a.latitude - b.latitude, a.longitude - b.longitude)


def by_geopy(a: Point, b: Point) -> float:
    return float(geodesic((a.latitude, a.longitude), (b.latitude, b.longitude)).meters)


def test_a_distance_is_metres_along_the_ellipsoid() -> None:
    assert distance_m(PURWOKERTO, MARGONO) == pytest.approx(4307.624909)
    assert distance_m(PURWOKERTO, MARGONO) == by_geopy(PURWOKERTO, MARGONO)


def test_a_place_is_no_distance_from_itself() -> None:
    assert distances_m(PURWOKERTO, [PURWOKERTO]) == [0.0]


def test_no_places_have_no_distances() -> None:
    assert distances_m(PURWOKERTO, []) == []
    assert settled_distances_m(PURWOKERTO, []) == []


@given(points, st.lists(points, max_size=5))
def test_many_distances_at_once_equal_geopy_to_ten_nanometres(origin: Point, others: list[Point]) -> None:
    assert distances_m(origin, others) == pytest.approx(
        [by_geopy(origin, other) for other in others], abs=1e-8, rel=0
    )


@given(near_points, st.lists(st.tuples(st.floats(0, 0.1), st.floats(0, 0.1)), max_size=4))
def test_sorting_by_settled_distances_is_sorting_by_geopy_even_for_mirrored_places(
    origin: Point, offsets: list[tuple[float, float]]
) -> None:
    others = [
        Point(origin.latitude + north * a, origin.longitude + east * b)
        for a, b in offsets
        for north in (1, -1)
        for east in (1, -1)
    ]
    settled = settled_distances_m(origin, others)
    order = sorted(range(len(others)), key=lambda i: (settled[i], i))
    assert order == sorted(range(len(others)), key=lambda i: (by_geopy(origin, others[i]), i))


@given(points, points)
def test_a_degree_of_the_plane_means_no_fewer_and_no_more_metres_than_the_bounds(a: Point, b: Point) -> None:
    metres, degrees = distance_m(a, b), plane(a, b)
    smallest, largest = metres_per_degree(a.latitude, metres)
    assert smallest * degrees <= metres + 1e-6
    assert metres <= largest * degrees + 1e-6


@given(points, points, st.floats(0, 5_000_000))
def test_nothing_within_a_distance_lies_outside_its_degrees_and_nothing_beyond_it_inside(
    a: Point, b: Point, metres: float
) -> None:
    if distance_m(a, b) <= metres:
        assert plane(a, b) <= degrees_within(a, metres)
    if distance_m(a, b) >= metres:
        assert plane(a, b) >= degrees_beyond(a, metres)


def test_the_bounds_around_banyumas_are_tight() -> None:
    smallest, largest = metres_per_degree(-7.4, 10_000)
    assert (round(smallest), round(largest)) == (110_376, 110_593)


@pytest.mark.parametrize(
    ("point", "inside"),
    [
        (Point(-11.5, 94.0), True),
        (Point(6.5, 142.0), True),
        (Point(-11.51, 109.0), False),
        (Point(6.51, 109.0), False),
        (Point(-7.0, 93.99), False),
        (Point(-7.0, 142.01), False),
        (Point(109.2, -7.4), False),
        (Point(float("nan"), 109.0), False),
    ],
)
def test_the_box_around_indonesia_includes_its_edges(point: Point, inside: bool) -> None:
    assert in_indonesia(point) is inside
