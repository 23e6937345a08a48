"""Planning zones round nuclear sites: true distances by ``pyproj.Geod``, each rule on its own ground."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from geoalarm.core.errors import InputError
from geoalarm.demo import nuclear_zones
from geoalarm.demo.wheel import read_facts
from geoalarm.hazards.industrial import planning

GEOD = Geod(ellps="WGS84")
CHOOZ = (4.7894, 50.0900)
PEOPLE = {  # typed from what both countries publish, not read from the package
    ("BE", "nuclear_shelter_iodine"): 20_000,
    ("BE", "nuclear_evacuation"): 10_000,
    ("FR", "nuclear_shelter_iodine"): 20_000,
    ("FR", "nuclear_evacuation"): 5_000,
    ("FR", "nuclear_shelter_at_once"): 2_000,
}


def half(country: str, west: float, east: float) -> dict[str, object]:
    return {"country": country, "geometry": shapely.segmentize(shapely.box(west, 49.5, east, 50.6), 0.02)}


@pytest.fixture(scope="module")
def zones() -> gpd.GeoDataFrame:
    """A made-up border of two communes that runs north to south through Chooz: France in the west."""
    rows = [half("FR", 4.0, CHOOZ[0]), half("BE", CHOOZ[0], 5.6)]
    communes = gpd.GeoDataFrame(rows, crs=4326).to_crs(3035)
    made = nuclear_zones.nuclear_zones(communes)
    return made[made["site_id"].isin(["FR-chooz"]) | (made["measure"] == "studied")]


def shape(zones: gpd.GeoDataFrame, scenario: str, rule: str, measure: str) -> shapely.Geometry:
    found = zones[(zones["scenario"] == scenario) & (zones["rule"] == rule) & (zones["measure"] == measure)]
    assert len(found) == 1
    return found.geometry.iloc[0]


def holds(zone: shapely.Geometry, bearing: float, metres: float) -> bool:
    lon, lat, _ = GEOD.fwd(*CHOOZ, bearing, metres)
    return bool(zone.contains(gpd.GeoSeries([shapely.Point(lon, lat)], crs=4326).to_crs(3035).iloc[0]))


@pytest.mark.parametrize(("rule", "measure"), list(PEOPLE))
def test_rings_are_within_a_metre_of_the_published_radius_on_the_ellipsoid(
    zones: gpd.GeoDataFrame, rule: str, measure: str
) -> None:
    own, radius = shape(zones, "nuclear_planning", rule, measure), PEOPLE[rule, measure]
    west, east = (190, 350), (10, 170)
    for bearing in np.linspace(*(west if rule == "FR" else east), 73):
        assert holds(own, bearing, radius - 1)
        assert not holds(own, bearing, radius + 1)


def test_each_rule_holds_on_its_own_ground_and_the_other_beside_it(zones: gpd.GeoDataFrame) -> None:
    for rule, measure in PEOPLE:
        own = shape(zones, "nuclear_planning", rule, measure)
        other = shape(zones, "nuclear_neighbour_rule", rule, measure)
        inward, outward = (270, 90) if rule == "FR" else (90, 270)
        near = PEOPLE[rule, measure] - 500
        assert holds(own, inward, near)
        assert not holds(own, outward, near)
        assert holds(other, outward, near)
        assert not holds(other, inward, near)
        assert own.intersection(other).area < 1


def test_where_the_rules_differ_both_are_told(zones: gpd.GeoDataFrame) -> None:
    """Seven kilometres from Chooz: nobody leaves in France, everybody in Belgium; the other rule says the
    opposite.
    """
    evacuated = {
        (scenario, ground): bool(
            zones[
                (zones["scenario"] == scenario)
                & (zones["ground"] == ground)
                & (zones["measure"] == "nuclear_evacuation")
            ]
            .geometry.map(lambda zone, bearing=bearing: holds(zone, bearing, 7_000))
            .any()
        )
        for scenario in ("nuclear_planning", "nuclear_neighbour_rule")
        for ground, bearing in (("FR", 270), ("BE", 90))
    }
    assert evacuated == {
        ("nuclear_planning", "FR"): False,
        ("nuclear_planning", "BE"): True,
        ("nuclear_neighbour_rule", "FR"): True,
        ("nuclear_neighbour_rule", "BE"): False,
    }


def test_french_radii_are_to_be_confirmed_and_belgian_ones_are_not(zones: gpd.GeoDataFrame) -> None:
    told = zones[zones["measure"] != "studied"].groupby("rule")["to_be_confirmed"].agg(["min", "max"])
    assert told.loc["FR"].tolist() == [True, True]
    assert told.loc["BE"].tolist() == [False, False]
    assert set(zones["basis"]) == {"modelled"}


def test_every_listed_site_has_a_place() -> None:
    """A site without a place would silently be no zone at all."""
    assert {row["planning_site"] for row in read_facts("nuclear")} == set(planning._SITES)


def test_two_measures_of_one_class_must_have_one_radius(monkeypatch: pytest.MonkeyPatch) -> None:
    radii = [
        planning.PlanningRadius("Chooz", "BE", "planning", measure, km, "", "V")
        for measure, km in (("shelter", 20.0), ("iodine", 100.0))
    ]
    monkeypatch.setattr(nuclear_zones, "nuclear_radii", lambda site, *, jurisdiction: radii)
    with pytest.raises(InputError, match="one radius"):
        nuclear_zones._radii("Chooz", "BE")
