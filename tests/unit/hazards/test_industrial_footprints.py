"""Accidents on the map: shapes of known size at known places, the engine on both sides of a border, flags of
the place.
"""

from __future__ import annotations

import doctest
import json
import math
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType, ModuleType

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from geoalarm import testing
from geoalarm.core.errors import InputError, RangeError
from geoalarm.core.terms import Basis
from geoalarm.exposure.engine import expose
from geoalarm.hazards.industrial import crossing, footprints, individual_risk, planning, thresholds
from geoalarm.hazards.industrial import sites as placing
from geoalarm.hazards.industrial.accident_footprints import checked_against
from geoalarm.hazards.industrial.consequences import FARTHEST
from geoalarm.hazards.industrial.footprints import consequence, release
from geoalarm.hazards.industrial.individual_risk import WindRose
from geoalarm.hazards.industrial.planning import Isolation
from geoalarm.hazards.industrial.planning_footprints import isolation_footprint, nuclear_footprints
from geoalarm.hazards.industrial.sites import Site, along_wind, circle, downwind_outline, turned, zones
from geoalarm.hazards.industrial.toxic_thresholds import load_thresholds

LON, LAT = 2.33, 51.03
GEOD = pyproj.Geod(ellps="WGS84")
BLEVE = MappingProxyType({"mass": "20 t", "burst_pressure": "18 bar", "heat_of_combustion": "46.35 MJ/kg"})
CHLORINE = MappingProxyType(
    {
        "substance": "chlorine",
        "rate": "0.5 kg/s",
        "wind_speed": "5 m/s",
        "stability": "D",
        "method": "gaussian",
    }
)


def reach_and_bearing(frame: gpd.GeoDataFrame, row: int) -> tuple[float, float]:
    """Distance [m] and true bearing [degrees] of the corner farthest from the site."""
    corners = shapely.get_coordinates(frame.to_crs(4326).geometry.iloc[row])
    bearing, _, distance = GEOD.inv(
        np.full(len(corners), LON), np.full(len(corners), LAT), corners[:, 0], corners[:, 1]
    )
    at = int(np.argmax(distance))
    return float(distance[at]), float(bearing[at] % 360)


def test_rings_are_circles_of_true_radius_and_area() -> None:
    made = release("bleve", LON, LAT, **BLEVE)
    assert made.zones is not None
    frame = made.zones.data
    assert frame.crs.to_epsg() == 3035
    assert list(frame["zone"]) == ["SEI", "SEL", "SELS"]
    for row, (label, radius) in enumerate(made.distances_m.items()):
        assert frame["zone"].iloc[row] == label
        assert frame.area.iloc[row] == pytest.approx(math.pi * radius**2, rel=1e-4)
        assert reach_and_bearing(frame, row)[0] == pytest.approx(radius, rel=1e-3)
    assert [item.label for item in made.zones.classes] == ["SEI", "SEL", "SELS"]
    assert made.zones.basis == Basis.MODELLED


@pytest.mark.parametrize(("wind_from", "towards"), [(0, 180), (90, 270), (180, 0), (225, 45), (270, 90)])
def test_a_plume_goes_where_the_wind_blows_to_by_true_north(wind_from: float, towards: float) -> None:
    made = release("toxic", LON, LAT, wind_from=wind_from, field=False, **CHLORINE)
    assert made.zones is not None
    for row, distance in enumerate(made.distances_m.values()):
        reach, bearing = reach_and_bearing(made.zones.data, row)
        assert reach == pytest.approx(distance, rel=1e-3)
        assert (bearing - towards + 180) % 360 - 180 == pytest.approx(0, abs=1)


def test_turning_and_its_inverse() -> None:
    x, y = np.array([100.0, 0.0, -30.0]), np.array([0.0, 50.0, 20.0])
    for wind in (0, 33, 180, 270):
        assert np.allclose(along_wind(*turned(x, y, wind), wind), (x, y))
    east, north = turned(np.array(0.0), np.array(1.0), 270)  # blown to the east, left is north
    assert (round(float(east), 12), round(float(north), 12)) == (0, 1)


def test_the_field_has_the_values_of_the_model_and_meets_the_contours() -> None:
    made = release("toxic", LON, LAT, wind_from=270, cell=20.0, **CHLORINE)
    assert made.field is not None
    assert made.zones is not None
    data = made.field.data
    assert data.rio.crs.to_epsg() == 3035
    assert data.attrs["units"] == made.field.units == "mg m-3"
    assert float(data.x[1] - data.x[0]) == 20
    for item in made.field.classes:
        above = float((data >= item.lower).sum()) * 400
        drawn = float(made.zones.data.set_index("zone").area[item.label])
        assert above == pytest.approx(drawn, rel=0.05)


def test_the_raster_of_a_fireball_meets_its_rings() -> None:
    made = release("bleve", LON, LAT, cell=5.0, by="flux", **BLEVE)
    assert made.field is not None
    assert made.zones is not None
    for item in made.field.classes:
        assert float((made.field.data >= item.lower).sum()) * 25 == pytest.approx(
            float(made.zones.data.set_index("zone").area[item.label]), rel=0.01
        )


def site_of_world(x: float, y: float) -> tuple[float, float]:
    return pyproj.Transformer.from_crs(3035, 4326, always_xy=True).transform(
        testing.ORIGIN[0] + x, testing.ORIGIN[1] + y
    )


def test_one_accident_on_the_border_counts_people_on_both_sides_by_the_same_rings() -> None:
    """Rings of 200 m round a point of the border between FR:00002 (400 people/km2) and BE:00002 (1000
    people/km2).
    """
    world = testing.world()
    made = release("bleve", *site_of_world(2000, 3000), field=False, **BLEVE)
    assert made.zones is not None
    table = expose(made.zones, world.population, world.communes)
    people = table.set_index(["commune_id", "intensity_class"])["population_exposed"]
    radii = made.distances_m
    half_ring = math.pi / 2 * (radii["SEI"] ** 2 - radii["SEL"] ** 2) / 1e6
    assert people["FR:00002", "SEI"] == pytest.approx(half_ring * 400, rel=0.03)
    assert people["BE:00002", "SEI"] == pytest.approx(half_ring * 1000, rel=0.03)
    assert people["FR:00001", "SEI"] == 0
    assert set(table["state"]) <= {"exposed", "zero"}
    assert abs(table.attrs["ledger"]["residual"]) < 1e-6


def test_a_field_can_be_counted_too() -> None:
    world = testing.world()
    made = release("bleve", *site_of_world(2000, 3000), cell=5.0, by="flux", **BLEVE)
    assert made.field is not None
    assert made.zones is not None
    by_field = (
        expose(made.field, world.population, world.communes)
        .groupby("intensity_class")["population_exposed"]
        .sum()
    )
    by_zones = (
        expose(made.zones, world.population, world.communes)
        .groupby("intensity_class")["population_exposed"]
        .sum()
    )
    for label in ("SEI", "SEL", "SELS"):
        assert by_field[label] == pytest.approx(by_zones[label], rel=0.02)


def test_individual_risk_stands_beside_the_rings() -> None:
    rose = WindRose.uniform({"D5": 0.7, "F2": 0.3})
    weathers = {
        "D5": {"wind_speed": "5 m/s", "stability": "D"},
        "F2": {"wind_speed": "2 m/s", "stability": "F"},
    }
    made = release(
        "toxic", LON, LAT, wind_from=270, frequency="1e-4 /yr", rose=rose, weathers=weathers, **CHLORINE
    )
    assert made.risk is not None
    data = made.risk.data
    assert data.attrs["units"] == "yr-1"
    assert float(data.max()) <= 1e-4
    assert [item.label for item in made.risk.classes] == ["IR 1e-07 /yr", "IR 1e-06 /yr", "IR 1e-05 /yr"]
    assert "to_be_confirmed" in made.risk.caveats
    assert len(made.footprints) == 3
    with pytest.raises(InputError, match="rose"):
        release("toxic", LON, LAT, wind_from=270, frequency=1e-4, weathers=weathers, **CHLORINE)


def test_risk_of_a_fireball_is_its_frequency_times_its_lethality() -> None:
    made = release("bleve", LON, LAT, frequency=1e-5, cell=10.0, **BLEVE)
    assert made.risk is not None
    assert float(made.risk.data.max()) == pytest.approx(1e-5, rel=0.01)
    with pytest.raises(InputError, match="lethality"):
        release("pipeline", LON, LAT, frequency=1e-5, diameter="1 m", gauge_pressure="80 bar")


def test_a_site_at_sea_and_a_zone_that_leaves_the_map_are_flagged() -> None:
    world = testing.world()
    inside = release("bleve", *site_of_world(2000, 3000), field=False, mapped=world.communes.data, **BLEVE)
    assert not inside.flags & {"site_outside_mapped_area", "zone_leaves_mapped_area"}
    edge = release("bleve", *site_of_world(0, 3000), mapped=world.communes.data, **BLEVE)
    assert "zone_leaves_mapped_area" in edge.flags
    assert any(warning.startswith("zone_leaves_mapped_area: SEI 50") for warning in edge.warnings)
    assert edge.zones is not None
    assert edge.field is not None
    assert "zone_leaves_mapped_area" in edge.zones.caveats
    assert "zone_leaves_mapped_area" in edge.field.caveats
    sea = checked_against(
        release("bleve", *site_of_world(-5000, 3000), field=False, **BLEVE), world.communes.data
    )
    assert "site_outside_mapped_area" in sea.flags
    assert any(warning.startswith("zone_leaves_mapped_area: SELS 100") for warning in sea.warnings)


def test_a_zone_beyond_10_km_ends_there_and_says_so() -> None:
    made = release("toxic", LON, LAT, wind_from=270, **{**CHLORINE, "rate": "50 kg/s"})
    assert "beyond_model_range" in made.flags
    assert made.zones is not None
    assert made.field is not None
    assert "beyond_model_range" in made.zones.caveats
    assert reach_and_bearing(made.zones.data, 0)[0] <= FARTHEST * 1.02
    assert made.zones.studied is not None
    assert made.zones.studied.area.iloc[0] == pytest.approx(math.pi * FARTHEST**2, rel=1e-3)


def test_a_threshold_that_is_never_reached_has_no_zone() -> None:
    made = release("bleve", LON, LAT, **{**BLEVE, "mass": "200 kg"})
    assert made.zones is not None
    assert list(made.zones.data["zone"]) == ["SEI"] or "SELS" not in list(made.zones.data["zone"])
    assert math.isnan(made.distances_m["SELS"])
    assert "never_reached" in made.flags
    weak = release("multi_energy", LON, LAT, volume="10 m^3", strength=1)
    assert weak.zones is None
    assert weak.field is None


def test_french_toxic_rings_only_from_a_loaded_table(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not loaded"):
        release("toxic", LON, LAT, wind_from=270, scheme="FR", **CHLORINE)
    file = tmp_path / "made_up.csv"
    file.write_text(
        "jurisdiction,substance,effect,exposure_min,value,unit,label,source,verified,vintage\n"
        "FR,chlorine,SEI,60,10,ppm,,made up,D,\nFR,chlorine,SEL,60,50,ppm,,made "
        "up,D,\nFR,chlorine,SELS,60,100,ppm,,made up,D,\n",
        encoding="utf-8",
    )
    made = release("toxic", LON, LAT, wind_from=270, scheme="FR", table=load_thresholds(file), **CHLORINE)
    assert list(made.distances_m) == ["SEI", "SEL", "SELS"]
    assert "not_the_french_rings" not in made.flags
    assert "not_the_french_rings" in release("toxic", LON, LAT, wind_from=270, **CHLORINE).flags


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("pool_fire", {"diameter": "20 m", "fuel": "gasoline", "wind": "5 m/s"}),
        ("jet_fire", {"rate": "20 kg/s", "fuel": "lpg"}),
        ("explosion", {"mass": "10 t", "heat_of_combustion": "46.35 MJ/kg"}),
        ("explosion", {"tnt_mass": "1 t"}),
        ("multi_energy", {"volume": "1000 m^3", "strength": 7}),
        ("pipeline", {"diameter": "1000 mm", "gauge_pressure": "80 bar"}),
        (
            "toxic",
            {
                "wind_from": 200,
                "substance": "ammonia",
                "rate": "2 kg/s",
                "wind_speed": "3 m/s",
                "stability": "D",
                "scheme": "probit",
            },
        ),
    ],
)
def test_every_kind_makes_nested_zones_and_says_what_it_is(kind: str, inputs: dict[str, object]) -> None:
    made = release(kind, LON, LAT, **inputs)
    assert made.zones is not None
    shapes = made.zones.data.geometry.to_numpy()
    assert all(shapely.is_valid(shapes))
    for mild, severe in pairwise(shapes):
        assert shapely.covers(mild, severe)
    text = json.dumps(made.as_dict())
    assert "Screening tool" in text
    assert all(item["source"] for item in made.as_dict()["models"])
    if kind not in ("pipeline",):
        assert made.field is not None


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: release("blevee", LON, LAT), "kind of accident"),
        (lambda: release("bleve", 200, LAT, **BLEVE), "lon of the site"),
        (lambda: release("bleve", LON, math.nan, **BLEVE), "lat of the site"),
        (lambda: release("bleve", LON, LAT, **{**BLEVE, "mass": "-20 t"}), "mass"),
        (lambda: release("bleve", LON, LAT, **BLEVE, colour="red"), "colour"),
        (lambda: release("bleve", LON, LAT, mass="20 t"), "burst_pressure"),
        (lambda: release("toxic", LON, LAT, **CHLORINE), "wind_from"),
        (lambda: release("toxic", LON, LAT, wind_from=400, **CHLORINE), "wind_from"),
        (
            lambda: release("toxic", LON, LAT, wind_from=0, **{**CHLORINE, "wind_speed": "0 m/s"}),
            "wind_speed",
        ),
        (lambda: release("toxic", LON, LAT, wind_from=0, **{**CHLORINE, "stability": "G"}), "stability"),
        (lambda: release("toxic", LON, LAT, wind_from=0, **{**CHLORINE, "substance": "propane"}), "propane"),
        (lambda: release("explosion", LON, LAT), "tnt_mass"),
        (lambda: release("toxic", LON, LAT, wind_from=0, frequency="1e-4 m", **CHLORINE), "frequency"),
    ],
)
def test_bad_input_is_refused_by_name(call: object, named: str) -> None:
    with pytest.raises((InputError, RangeError), match=named):
        call()  # type: ignore[operator]


def test_chooz_circles_of_both_countries_each_for_its_own_people() -> None:
    made = nuclear_footprints("Chooz", 4.789, 50.090)
    assert {(item.countries, item.classes[0].label) for item in made} == {
        (("BE",), "shelter 20 km"),
        (("BE",), "iodine 20 km"),
        (("BE",), "evacuation 10 km"),
        (("FR",), "ppi 20 km"),
        (("FR",), "immediate_evacuation 5 km"),
        (("FR",), "immediate_shelter 2 km"),
    }
    assert all(item.basis == Basis.STATUTORY for item in made)
    widest = made[0].data
    assert widest.area.iloc[0] == pytest.approx(math.pi * 20_000**2, rel=1e-3)
    assert all("to_be_confirmed" in item.caveats for item in made if item.countries == ("FR",))


def test_isolation_circle_and_downwind_square() -> None:
    found = Isolation("9001", 100.0, 2500.0, "made up")
    made = isolation_footprint(found, LON, LAT, wind_from=270)
    assert list(made.data["zone"]) == ["protective_action", "isolation"]
    assert made.data.area.iloc[1] == pytest.approx(math.pi * 100**2, rel=1e-4)
    assert made.data.area.iloc[0] == pytest.approx(2500**2 + math.pi * 100**2 / 2, rel=1e-3)
    corner, bearing = reach_and_bearing(made.data, 0)
    assert corner == pytest.approx(2500 * math.hypot(1, 0.5), rel=1e-3)
    assert min(abs(bearing - 90 - turn) for turn in (-26.565, 26.565)) < 0.1
    with pytest.raises(InputError, match="wind_from"):
        isolation_footprint(found, LON, LAT)
    assert len(isolation_footprint(Isolation("9001", 100.0, math.nan, "made up"), LON, LAT).data) == 1


def test_outline_of_a_field_known_by_hand() -> None:
    """A field that is at least 1 in an ellipse from 100 to 300 m, 40 m wide."""
    outline = downwind_outline(lambda x, y: 2 - ((x - 200) / 100) ** 2 - (y / 20) ** 2, 1.0, low=1, high=1000)
    assert outline is not None
    assert shapely.Polygon(outline).area == pytest.approx(math.pi * 100 * 20, rel=1e-3)
    assert outline[:, 0].min() == pytest.approx(100, abs=0.01)
    assert outline[:, 0].max() == pytest.approx(300, abs=0.01)
    assert downwind_outline(lambda x, y: 0 * x, 1.0, low=1, high=1000) is None


def test_outside_europe_the_plane_is_local_and_equal_area() -> None:
    site = Site(-71.0, 42.3)
    assert site.crs.to_epsg() != 3035
    assert zones(site, {"SEI": circle(500.0)}).area.iloc[0] == pytest.approx(math.pi * 500**2, rel=1e-4)


def test_the_zone_of_broken_glass_is_drawn_when_asked_for() -> None:
    made = release("explosion", LON, LAT, tnt_mass="3022.8 kg", indirect=True, field=False)
    assert {label: round(distance) for label, distance in made.distances_m.items()} == {
        "indirect": 653,
        "SEI": 338,
        "SEL": 151,
        "SELS": 117,
    }


@pytest.mark.parametrize("module", [crossing, thresholds, footprints, individual_risk, placing, planning])
def test_examples_of_the_docstrings(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


@pytest.mark.parametrize(
    ("fuel", "rate", "length"),
    [("methane", 10.0, 47.2), ("methane", 1.0, 15.7), ("lpg", 10.0, 9.1 * math.sqrt(10)), ("lpg", 0.1, 5.0)],
)
def test_zones_of_a_jet_are_counted_from_the_hole_and_hold_its_flame(
    fuel: str, rate: float, length: float
) -> None:
    """By hand: L [ft] = 0.00604 (m Hc [Btu/h])^0.4776 (API 521), for LPG 9.1 sqrt(m); zone L/2 + r, never
    below L.
    """
    made = release("jet_fire", LON, LAT, rate=rate, fuel=fuel)
    share, heat = {"methane": (0.2, 50.0e6), "lpg": (0.3, 46.35e6)}[fuel]
    for label, flux in (("SEI", 3e3), ("SEL", 5e3), ("SELS", 8e3)):
        reach = math.sqrt(share * rate * heat / (4 * math.pi * flux))
        assert made.distances_m[label] == pytest.approx(max(length, length / 2 + reach), rel=0.01)


def test_who_may_stand_in_a_jets_flame_is_in_the_severest_zone() -> None:
    found = consequence("jet_fire", rate=0.05, fuel="methane")
    assert found.effect is not None
    assert found.lethality is not None
    length = float(found.results[0]["flame_length"])
    inside = np.linspace(0, length, 20)
    assert (found.effect(inside, 0 * inside) >= 8).all()
    assert (found.lethality(inside, 0 * inside) == 1).all()
    assert found.distances["SELS"] >= length


@pytest.mark.parametrize(
    ("given", "minutes", "flag"),
    [
        ({"duration": "10 min"}, 10, None),
        ({"duration": "20 min"}, 30, "exposure_not_of_the_release"),
        ({"duration": "2 h"}, 240, "exposure_not_of_the_release"),
        ({}, 60, "exposure_time_assumed"),
        ({"duration": "10 min", "exposure_min": 60.0}, 60, "exposure_not_of_the_release"),
        ({"exposure_min": 30.0}, 30, None),
    ],
)
def test_thresholds_are_those_of_the_time_the_release_lasts(
    given: dict[str, object], minutes: int, flag: str | None
) -> None:
    """AEGL-3 of chlorine: 50, 28, 20 and 10 ppm for 10, 30, 60 and 240 min; the time next above the
    duration.
    """
    found = consequence("toxic", **{**CHLORINE, **given})
    ppm = {10: 50, 30: 28, 60: 20, 240: 10}[minutes]
    bound = next(item.lower for item in found.classes if item.label == "AEGL-3")
    assert bound == pytest.approx(ppm * 70.906 / 24.465, rel=1e-3)
    told = {warning.partition(":")[0] for warning in found.warnings if warning.startswith("exposure")}
    assert told == ({flag} if flag else set())


def test_outside_what_a_stopped_dense_zone_knows_nothing_is_studied() -> None:
    made = release(
        "toxic", LON, LAT, wind_from=270, field=False, **{**CHLORINE, "rate": "10 kg/s", "method": "auto"}
    )
    assert {f"beyond_model_range: AEGL-{level}" for level in (1, 2, 3)} <= set(made.warnings)
    assert made.zones is not None
    assert made.zones.studied is not None
    studied = made.zones.studied.to_crs(made.site.crs).geometry.iloc[0]
    assert all(
        shapely.covers(studied.buffer(1), zone) for zone in made.zones.data.to_crs(made.site.crs).geometry
    )
    reach = max(made.distances_m.values())
    for metres, bearing, known in ((1.5, 90, False), (1.5, 270, True), (1.5, 0, True), (1.5, 120, False)):
        turn = math.radians(bearing)
        x, y = made.site.onto_map(
            np.array([metres * reach * math.sin(turn)]), np.array([metres * reach * math.cos(turn)])
        )
        assert shapely.covers(studied, shapely.Point(x[0], y[0])) == known
