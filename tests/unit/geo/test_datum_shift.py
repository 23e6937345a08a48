"""What PROJ does between datums, and what it does not say unasked."""

from __future__ import annotations

import math
import runpy
from pathlib import Path

import numpy as np
import pytest
from pyproj import CRS

from geoalarm.geo.datum_shift import datum_shift, may_be, with_stated_datum
from geoalarm.testing import raster

MADE = runpy.run_path(str(Path(__file__).parents[2] / "nameless_datum.py"))
LAMBERT_72 = MADE["LAMBERT_72"]

BRUSSELS = (4.35, 50.85)
PROJ_72 = (
    "+proj=lcc +lat_0=90 +lon_0=4.36748666666667 +lat_1=51.1666672333333 +lat_2=49.8333339 +x_0=150000.013 "
    "+y_0=5400088.438 +ellps=intl +units=m"
)
SEVEN = (-106.869, 52.2978, -103.724, 0.3366, -0.457, 1.8422, -1.2747)
"""Position vector of Belge 1972 to WGS 84 (EPSG:15929, signs of PROJ)."""


def shift_of(source: int | str, target: int | str = 3035, place: tuple[float, float] = BRUSSELS):
    return datum_shift(CRS.from_user_input(source), CRS.from_user_input(target), place)


@pytest.mark.parametrize("system", [LAMBERT_72, PROJ_72])
@pytest.mark.parametrize("place", [BRUSSELS, (4.0, 49.2)])
def test_lambert_72_without_its_datum_lies_108_m_off(system: str, place: tuple[float, float]) -> None:
    """The shift of Belge 1972 in Brussels: 108 m (IGN/NGI; the same as ``test_crs`` of Lambert 2008). Also
    where the middle of the communes lies in France.
    """
    found = shift_of(system, place=place)
    assert found.size_m == pytest.approx(108, abs=4)
    assert (found.is_ballpark, found.unknown, found.likely) == (True, 0, ("EPSG:31370",))


def test_which_of_the_two_is_unknown() -> None:
    assert shift_of(3035, LAMBERT_72).unknown == 1


def test_a_name_that_nobody_registered_is_no_datum() -> None:
    found = shift_of(LAMBERT_72.replace('DATUM["unknown"', 'DATUM["D_Belgium_1972"'))
    assert found.is_ballpark
    assert found.likely == ("EPSG:31370",)


@pytest.mark.parametrize(
    ("source", "size"),
    [
        (31370, 0.2),
        (2154, 0.1),
        (27572, 2.0),
        (4326, 1.0),
        (23031, 2.0),
        ("+proj=utm +zone=31 +datum=WGS84", 1.0),
    ],
)
def test_known_datums_are_as_good_as_proj_says(source: int | str, size: float) -> None:
    """Accuracies of the EPSG registry, for the shifts that need no grid."""
    found = shift_of(source)
    assert not found.is_ballpark
    assert found.size_m == size


@pytest.mark.parametrize(
    ("one", "other"), [(3857, 4326), (31370, "EPSG:31370+5710"), (3035, 4258), (31370, 31300)]
)
def test_one_datum_is_no_shift(one: int, other: int | str) -> None:
    assert shift_of(one, other) is None


def test_the_same_nameless_datum_twice_is_no_shift() -> None:
    """What moves together stays together."""
    assert shift_of(LAMBERT_72, LAMBERT_72) is None


def test_a_datum_without_a_name_is_not_any_other() -> None:
    """PROJ holds it for equal to ED50, on the same ellipsoid and 90 m to 200 m from Belge 1972."""
    assert shift_of(LAMBERT_72, 23031).size_m > 50


def test_a_datum_on_the_ellipsoid_of_the_earth_is_near_the_others() -> None:
    found = shift_of("+proj=utm +zone=31 +ellps=GRS80")
    assert (found.is_ballpark, found.size_m) == (True, 2.0)


def test_a_stated_shift_is_held_against_the_registered_one() -> None:
    """A file that states the seven parameters is right; with the signs of the other convention it is 65 m
    off; a shift of nothing on this ellipsoid is none.
    """
    turned = [*SEVEN[:3], *(-value for value in SEVEN[3:6]), SEVEN[6]]
    right, wrong = (shift_of(f"{PROJ_72} +towgs84={','.join(map(str, given))}") for given in (SEVEN, turned))
    assert right.size_m < 0.01
    assert not wrong.is_ballpark
    assert wrong.size_m == pytest.approx(65, abs=5)
    nothing = shift_of(f"{PROJ_72} +towgs84=0,0,0,0,0,0,0")
    assert (nothing.is_ballpark, nothing.likely) == (True, ("EPSG:31370",))


def test_a_shift_of_nothing_between_geocentric_datums_is_one() -> None:
    """As old files state Lambert 93."""
    found = shift_of("+proj=utm +zone=31 +ellps=GRS80 +towgs84=0,0,0,0,0,0,0")
    assert not found.is_ballpark
    assert math.isnan(found.size_m)


def test_a_registered_datum_without_a_way_is_ballpark_of_unknown_size() -> None:
    """Belge 1950 (EPSG:21500): PROJ has no transformation of it."""
    found = shift_of(21500)
    assert found.is_ballpark
    assert math.isnan(found.size_m)
    assert found.likely == ()


def test_latitudes_on_a_sphere_may_be_geocentric() -> None:
    """At 45 degrees the two latitudes differ by 0.1924 degrees, 21.4 km (Snyder 1987, p. 16-17)."""
    found = shift_of("+proj=longlat +R=6371229", 4326, (4.0, 45.0))
    assert found.is_sphere
    assert found.size_m == pytest.approx(21_385, rel=1e-3)


def test_a_stated_system_names_the_datum() -> None:
    data = raster(np.ones((1, 1)), units="m", crs=LAMBERT_72)
    assert with_stated_datum(data, "EPSG:31370").rio.crs.to_epsg() == 31370
    known = raster(np.ones((1, 1)), units="m", crs=2154)
    assert with_stated_datum(known, "EPSG:31370").rio.crs.to_epsg() == 2154


@pytest.mark.parametrize(("stated", "fits"), [(31370, True), (3812, False), (23031, False), (4313, False)])
def test_what_a_nameless_system_may_be(stated: int, fits: bool) -> None:
    """Of one ellipsoid and projection, whichever way the parameters are written."""
    rounded = LAMBERT_72.replace("5400088.438", "5400088.4378").replace("49.8333339", "49.83333390")
    assert may_be(LAMBERT_72, stated) is fits
    assert may_be(rounded, stated) is fits


def test_a_system_with_a_datum_is_no_other() -> None:
    assert may_be(31370, "EPSG:31370")
    assert not may_be(4230, 4313)
