"""Zones that are circles, counted as such: by hand, beside polygons with many corners, and at borders."""

from __future__ import annotations

import math
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from geoalarm import testing
from geoalarm.core.errors import InputError, RangeError
from geoalarm.core.model import Communes, Footprint, IntensityClass, Population, Source
from geoalarm.core.zone_circles import ZoneCircles
from geoalarm.exposure.engine import expose
from geoalarm.exposure.on_circles import is_circular
from geoalarm.exposure.people_round_site import people_within
from geoalarm.exposure.population_index import PopulationIndex, prepare
from geoalarm.geo.crs import transformer
from geoalarm.hazards.industrial.consequences import FARTHEST
from geoalarm.hazards.industrial.effect_zones import zones_round
from geoalarm.hazards.industrial.footprints import release

NUMBERS = ["population_exposed", "population_exposed_low", "population_exposed_high", "area_exposed_km2"]
CORNERS = 7200


@pytest.fixture(scope="module")
def world() -> testing.World:
    return testing.world()


@pytest.fixture(scope="module")
def uneven() -> PopulationIndex:
    """Communes with slanting borders that cut cells, people uneven over them, and some cells not known."""
    west, south = testing.ORIGIN
    cuts = [(0, 0), (1730, 0), (2270, 4000), (0, 4000)], [(1730, 0), (4000, 0), (4000, 4000), (2270, 4000)]
    shapes = [shapely.Polygon(np.add(corners, (west, south))) for corners in cuts]
    frame = gpd.GeoDataFrame({"commune_id": ["FR:1", "BE:2"]}, geometry=shapes, crs=3035)
    people = np.random.default_rng(5).integers(0, 30, (40, 40)).astype(float)
    people[3, 4] = -1
    return prepare(Population(testing.raster(people, no_data=-1)), Communes(frame))


def degrees(east: float, north: float) -> tuple[float, float]:
    """Place so many metres of the grid from the south-west corner of the made-up world."""
    lon, lat = transformer(3035, 4326).transform(testing.ORIGIN[0] + east, testing.ORIGIN[1] + north)
    return float(lon), float(lat)


def rings(lon: float, lat: float, radii: dict[str, float]) -> Footprint:
    """Circles, drawn with 7200 corners on the ellipsoid."""
    bearing = np.arange(CORNERS) * (360 / CORNERS)
    shapes = []
    for radius in radii.values():
        at = np.full(CORNERS, lon), np.full(CORNERS, lat), bearing, np.full(CORNERS, radius)
        shapes.append(shapely.Polygon(np.column_stack(Geod(ellps="WGS84").fwd(*at)[:2])))
    return Footprint(
        gpd.GeoDataFrame({"zone": list(radii)}, geometry=shapes, crs=4326),
        kind="polygons",
        hazard="industrial",
        classes=tuple(map(IntensityClass, radii)),
        class_column="zone",
        countries=("FR", "BE"),
        circles=ZoneCircles(lon, lat, radii),
    )


@pytest.mark.parametrize(
    ("place", "radii"),
    [
        ((2000, 2000), {"SEI": 900.0, "SEL": 610.0, "SELS": 140.0}),
        ((1933, 2071), {"a": 33.0}),
        ((-300, 1500), {"a": 2400.0, "b": 280.0}),  # beyond the communes, and none in the inner one
        ((2000, 2000), {"a": 9000.0, "b": 1000.0}),  # all of both communes
    ],
)
def test_as_polygons_of_many_corners_by_every_column(
    uneven: PopulationIndex, place: tuple[float, float], radii: dict[str, float]
) -> None:
    circles = rings(*degrees(*place), radii)
    assert is_circular(circles, uneven)
    found, told = (
        expose(item, uneven.population, uneven.communes, prepared=uneven)
        for item in (circles, replace(circles, circles=None))
    )
    assert found[NUMBERS].to_numpy() == pytest.approx(
        told[NUMBERS].to_numpy(), rel=1e-4, abs=1e-5, nan_ok=True
    )
    others = [name for name in told if name not in NUMBERS]
    assert found[others].equals(told[others])
    assert found.attrs["ledger"]["residual_exposure"] == pytest.approx(0, abs=1e-9)
    assert found.attrs["ledger"]["exposed"] == pytest.approx(
        told.attrs["ledger"]["exposed"], rel=1e-6, abs=1e-6
    )


def test_even_people_are_by_the_area_of_the_circle(world: testing.World) -> None:
    """100 people a km2 west of the border, 200 east of it, and a site on the border."""
    table = expose(rings(*degrees(2000, 1000), {"a": 500.0}), world.population, world.communes)
    people = table.set_index("commune_id")["population_exposed"]
    half = math.pi * 0.5**2 / 2
    assert people["FR:00001"] == pytest.approx(100 * half, rel=2e-3)
    assert people["BE:00001"] == pytest.approx(200 * half, rel=2e-3)
    area = table.set_index("commune_id")["area_exposed_km2"]
    assert area["FR:00001"] + area["BE:00001"] == pytest.approx(2 * half, rel=1e-8)


def test_all_radii_at_once_are_those_one_by_one_and_rise(uneven: PopulationIndex) -> None:
    lon, lat = degrees(2110, 1990)
    radii = [700.0, 50.0, 1999.0, 12_000.0, 120.0]
    found = people_within(uneven, lon, lat, radii)
    assert list(found.columns) == radii
    for radius in radii:
        table = expose(rings(lon, lat, {"a": radius}), uneven.population, uneven.communes, prepared=uneven)
        alone = table.set_index("commune_id")["population_exposed"]
        assert found[radius].to_numpy() == pytest.approx(alone[found.index].to_numpy(), rel=1e-9, abs=1e-9)
    assert (np.diff(found[sorted(radii)].to_numpy(), axis=1) >= 0).all()
    assert found[12_000.0].to_numpy() == pytest.approx(uneven.counted)


def test_zones_of_the_models_are_circles(world: testing.World) -> None:
    prepared = prepare(world.population, world.communes)
    vessel = {"mass": "20 t", "burst_pressure": "18 bar", "heat_of_combustion": "46.35 MJ/kg"}
    fireball = release("bleve", *degrees(2000, 3000), field=False, **vessel)
    assert fireball.zones is not None
    assert fireball.zones.circles.radii_m == fireball.distances_m
    assert is_circular(fireball.zones, prepared)
    cloud = release(
        "toxic",
        *degrees(2000, 3000),
        wind_from=270,
        field=False,
        substance="chlorine",
        rate="1 kg/s",
        wind_speed="5 m/s",
        stability="D",
    )
    assert cloud.zones is not None
    assert cloud.zones.circles is None
    site = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*np.array([degrees(1000, 1000)]).T), crs=4326)
    once = zones_round(site, {"x": 400.0}, source=Source("s"))
    assert is_circular(once, prepared)
    twice = zones_round(
        gpd.GeoDataFrame(geometry=[*site.geometry] * 2, crs=4326), {"x": 400.0}, source=Source("s")
    )
    assert not is_circular(twice, prepared)
    beyond = release("explosion", *degrees(2000, 3000), field=False, tnt_mass="90000 t")
    assert max(beyond.zones.circles.radii_m.values()) <= FARTHEST


def test_a_severer_circle_is_within_the_milder_ones(world: testing.World) -> None:
    table = expose(rings(*degrees(1000, 1000), {"a": 200.0, "b": 400.0}), world.population, world.communes)
    rows = table[table["commune_id"] == "FR:00001"].set_index("intensity_class")["population_exposed"]
    assert rows["a"] == 0
    assert rows["b"] == pytest.approx(math.pi * 0.4**2 * 100, rel=1e-2)


@pytest.mark.parametrize("radii", [[], [0.0], [math.nan], [5.0, -1.0], [300e3]])
def test_radii_that_cannot_be_are_refused(uneven: PopulationIndex, radii: list[float]) -> None:
    with pytest.raises((InputError, RangeError), match=r"radi|circles"):
        people_within(uneven, 3.0, 50.0, radii)


def test_nobody_is_within_a_circle_elsewhere(uneven: PopulationIndex) -> None:
    assert people_within(uneven, 30.0, 45.0, [5000.0]).empty
    table = expose(rings(30.0, 45.0, {"a": 900.0}), uneven.population, uneven.communes, prepared=uneven)
    assert (table["population_exposed"] == 0).all()
    lost = replace(rings(30.0, 45.0, {"a": 900.0}), countries=())
    rows = expose(lost, uneven.population, uneven.communes, prepared=uneven)
    polygons = expose(replace(lost, circles=None), uneven.population, uneven.communes, prepared=uneven)
    assert rows.equals(polygons)
