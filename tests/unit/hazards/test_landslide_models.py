"""Ground movement against worked values and against answers known by hand."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoalarm import hazards, testing
from geoalarm.core.errors import InputError, RangeError
from geoalarm.core.model import Layer, Population
from geoalarm.exposure.engine import expose
from geoalarm.exposure.points import at_points, dwellings
from geoalarm.exposure.union import union
from geoalarm.hazards import landslide
from geoalarm.hazards.landslide.clay import clay_class
from geoalarm.hazards.landslide.drought import drought_months
from geoalarm.hazards.landslide.inventory import inventory_rate
from geoalarm.hazards.landslide.rainfall import rain_over_threshold, rain_threshold
from geoalarm.hazards.landslide.slope import (
    critical_wetness,
    infinite_slope,
    slope_failure_probability,
    soil_distributions,
)

SOURCE = testing.source("ground")

# long slopes


@pytest.mark.parametrize(
    ("cohesion", "wetness", "safety"), [(5e3, 0, 1.5817), (5e3, 1, 0.9424), (0, 0, 1.2381), (0, 1, 0.5989)]
)
def test_infinite_slope(cohesion: float, wetness: float, safety: float) -> None:
    assert infinite_slope(cohesion, 30, 25, 2, wetness=wetness).value == pytest.approx(safety, abs=1e-4)


def test_dry_sand_is_the_ratio_of_tangents() -> None:
    expected = math.tan(math.radians(30)) / math.tan(math.radians(25))
    assert infinite_slope(0, 30, 25, [0.5, 2, 10]).value == pytest.approx([expected] * 3)


def test_critical_wetness() -> None:
    found = critical_wetness("2 kPa", "30 deg", "25 deg", "2 m")
    assert float(found) == pytest.approx(0.5875, abs=1e-4)
    assert infinite_slope(2e3, 30, 25, 2, wetness=float(found)).value == pytest.approx(1)
    assert critical_wetness(50e3, 30, 25, 2).flags >= {"stable_when_saturated"}
    assert critical_wetness(0, 20, 40, 2).flags >= {"slides_when_dry"}
    assert math.isnan(critical_wetness(0, 20, 40, 2).value)


def test_chance_of_failure_with_uncertain_soil() -> None:
    found = slope_failure_probability(25, 2)
    assert found.value == pytest.approx(0.157, abs=0.002)
    assert found.value == slope_failure_probability(25, 2).value
    assert found.value != slope_failure_probability(25, 2, seed=7).value
    assert slope_failure_probability(25, 2, negative_cohesion="redrawn").value == pytest.approx(
        0.1535, abs=0.002
    )
    assert found["p5"] < 1 < found["p50"] < found["p95"]
    assert "not_a_yearly_probability" in found.flags


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"slope": 5.0}, "slope"),
        ({"slope": 60.0}, "slope"),
        ({"wetness": 1.1}, "wetness"),
        ({"wetness": -0.1}, "wetness"),
        ({"depth": 0.0}, "depth"),
        ({"cohesion": -1.0}, "cohesion"),
        ({"friction_angle": 70.0}, "friction_angle"),
        ({"soil_weight": "19 N/m^3"}, "soil_weight"),
    ],
)
def test_soil_that_cannot_be_is_refused(settings: dict, name: str) -> None:
    given_ = {"cohesion": 5e3, "friction_angle": 30.0, "slope": 25.0, "depth": 2.0} | settings
    with pytest.raises(RangeError, match=f"'{name}'"):
        infinite_slope(**given_)
    with pytest.raises(RangeError, match="'runs'"):
        slope_failure_probability(25, 2, runs=100)
    with pytest.raises(InputError, match="wetness_low"):
        slope_failure_probability(25, 2, wetness_low=0.5, wetness_high=0.5)


@given(
    st.floats(0, 20e3),
    st.floats(1, 45),
    st.floats(6, 59),
    st.floats(0.5, 10),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_wetter_is_never_safer(
    cohesion: float, friction: float, slope: float, depth: float, a: float, b: float
) -> None:
    dry, wet = sorted((a, b))
    one, other = (infinite_slope(cohesion, friction, slope, depth, wetness=m).value for m in (dry, wet))
    assert one >= other > 0
    assert infinite_slope(cohesion + 1e3, friction, slope, depth, wetness=wet).value > other


def test_uncertain_soil_of_the_rows() -> None:
    soil = soil_distributions()
    assert set(soil) == {"cohesion", "friction_angle", "wetness"}
    assert soil["cohesion"].quantile(0.0) == 0
    assert soil["friction_angle"].quantile(0.5) == pytest.approx(30)


# rain


@pytest.mark.parametrize(
    ("hours", "intensity", "rain"), [(24, 4.291, 103.0), (6, 7.368, None), (1, 14.82, 14.82)]
)
def test_caine_1980(hours: float, intensity: float, rain: float | None) -> None:
    found = rain_threshold(hours)
    assert found.value == pytest.approx(intensity, abs=6e-4)
    assert rain is None or found["rain"] == pytest.approx(rain, abs=0.05)
    assert not found.flags


@pytest.mark.parametrize(
    ("hours", "intensity", "rain"), [(24, 0.543, 13.0), (6, 1.000, None), (1, 2.20, 2.20)]
)
def test_guzzetti_2008_is_flagged(hours: float, intensity: float, rain: float | None) -> None:
    found = rain_threshold(hours, curve="guzzetti")
    assert found.value == pytest.approx(intensity, abs=6e-4)
    assert rain is None or found["rain"] == pytest.approx(rain, abs=0.05)
    assert found.flags == {"to_be_confirmed", "minimum_envelope_false_alarms"}


@pytest.mark.parametrize(
    ("curve", "hours"), [("caine", 0.1), ("caine", 501), ("guzzetti", 0.1), ("guzzetti", 1000)]
)
def test_durations_outside_a_curve_are_refused(curve: str, hours: float) -> None:
    with pytest.raises(RangeError, match="'duration'"):
        rain_threshold(hours, curve=curve)


def test_caine_1980_holds_from_ten_minutes_on() -> None:
    assert rain_threshold("10 min").value == pytest.approx(14.82 * 6**0.39, rel=1e-9)
    with pytest.raises(RangeError, match="'duration'"):
        rain_threshold("9.9 min")


def test_units_and_ratio_of_rain() -> None:
    assert rain_threshold("1 day").value == rain_threshold(24).value
    assert rain_threshold([1, 24]).to("mm/day")[1] == pytest.approx(103, abs=0.05)
    assert rain_over_threshold("103 mm", "24 h")["is_above"] is True
    assert rain_over_threshold("102 mm", "24 h")["is_above"] is False


@given(st.floats(0.2, 500), st.floats(0.2, 500), st.sampled_from(["caine", "guzzetti"]))
def test_longer_rain_needs_less_intensity_and_more_rain(a: float, b: float, curve: str) -> None:
    short, long = (rain_threshold(hours, curve=curve) for hours in sorted((a, b)))
    assert short.value >= long.value
    assert short["rain"] <= long["rain"] * (1 + 1e-12)


# cavities


@pytest.mark.parametrize(("angle", "radius"), [(35, 19.0), (45, 25.0)])
def test_cavity_influence_radius(angle: float, radius: float) -> None:
    assert landslide.cavity_influence_radius(5, 20, angle=angle).value == pytest.approx(radius, abs=0.01)


def test_unknown_depth_and_place_widen_the_zone() -> None:
    assert landslide.cavity_influence_radius(5).value == 50
    assert landslide.cavity_influence_radius(5).flags == {"depth_unknown"}
    assert landslide.cavity_influence_radius(80).value == 80
    assert landslide.cavity_influence_radius(5, location_accuracy=120).value == pytest.approx(130)
    for name, wrong in (
        ("angle", {"angle": 50}),
        ("depth", {"depth": -1}),
        ("location_accuracy", {"location_accuracy": -1}),
    ):
        with pytest.raises(RangeError, match=f"'{name}'"):
            landslide.cavity_influence_radius(5, **wrong)


def holes(**columns: list) -> gpd.GeoDataFrame:
    x, y = testing.ORIGIN
    return gpd.GeoDataFrame(
        columns, geometry=[shapely.Point(x + 500, y + 500), shapely.Point(x + 520, y + 500)], crs=3035
    )


def test_zones_of_cavities_unite_and_say_that_they_are_small() -> None:
    made = landslide.cavity_zones(holes(depth=[20, None], width=[5.0, 0], precision=[0, 0]), source=SOURCE,
                                  radius_column="width",
                                  depth_column="depth", accuracy_column="precision")  # fmt: skip
    radius = 5 + 20 * math.tan(math.radians(35))
    first, second = (shapely.Point(x, 0).buffer(r, quad_segs=500) for x, r in ((0, radius), (20, 50)))
    assert len(made.data) == 1
    assert made.data.to_crs(3035).area.sum() == pytest.approx(first.union(second).area, rel=2e-3)
    assert "coarse_population" in made.caveats
    wide = landslide.cavity_zones(holes(), source=SOURCE, accuracy_m=200)
    assert "coarse_population" not in wide.caveats
    assert wide.data.to_crs(3035).total_bounds[2] - wide.data.to_crs(3035).total_bounds[0] == pytest.approx(
        20 + 2 * math.hypot(50, 200), rel=2e-3
    )


def test_cavities_that_cannot_be_placed_are_refused() -> None:
    with pytest.raises(InputError, match="accuracy of the places of cavities, column 'precision'"):
        landslide.cavity_zones(holes(precision=[10, None]), source=SOURCE, accuracy_column="precision")
    with pytest.raises(InputError, match="accuracy"):
        landslide.cavity_zones(holes(), source=SOURCE)
    with pytest.raises(InputError, match="no column 'deph'"):
        landslide.cavity_zones(holes(depth=[1, 2]), source=SOURCE, depth_column="deph", accuracy_m=0)
    with pytest.raises(InputError, match="numbers of metres"):
        landslide.cavity_zones(holes(depth=["deep", "?"]), source=SOURCE, depth_column="depth", accuracy_m=0)
    with pytest.raises(RangeError, match="'depth'"):
        landslide.cavity_zones(holes(depth=[-1, 2]), source=SOURCE, depth_column="depth", accuracy_m=0)
    with pytest.raises(InputError, match="cavities"):
        landslide.cavity_zones(holes().iloc[:0], source=SOURCE, accuracy_m=0)
    with pytest.raises(InputError, match="no CRS"):
        landslide.cavity_zones(holes().set_crs(None, allow_override=True), source=SOURCE, accuracy_m=0)


@given(st.floats(0, 100), st.floats(0, 100), st.floats(20, 45), st.floats(0, 500), st.floats(0, 100))
def test_deeper_or_less_certain_cavities_reach_farther(
    radius: float, depth: float, angle: float, accuracy: float, more: float
) -> None:
    found = landslide.cavity_influence_radius(radius, depth, angle=angle, location_accuracy=accuracy)
    assert found.value >= max(found["influence"], accuracy) - 1e-9
    assert (
        landslide.cavity_influence_radius(
            radius, depth + more, angle=angle, location_accuracy=accuracy + more
        ).value
        >= found.value
    )


# address points, dwellings, clay


def addresses() -> gpd.GeoDataFrame:
    x, y = testing.ORIGIN
    places = [(500, 500), (560, 500), (900, 900), (2500, 500), (-500, 500)]
    return gpd.GeoDataFrame(
        {"people": [4, 3, 2, 10, 1]}, geometry=[shapely.Point(x + a, y + b) for a, b in places], crs=3035
    )


def test_people_at_addresses_near_cavities() -> None:
    zone = landslide.cavity_zones(holes(), source=SOURCE, accuracy_m=0, countries=("FR",))
    table = at_points(zone, addresses(), testing.communes(), column="people").set_index("commune_id")
    assert table.loc["FR:00001", ["total", "count", "state"]].tolist() == [9, 7, "exposed"]
    assert np.isnan(table.loc["BE:00001", "count"])
    assert table.loc["BE:00001", ["unknown", "state"]].tolist() == [10, "not_studied"]
    assert np.isnan(table.loc["BE:00002", "count"]), "no address there, and nothing known either"
    assert table.loc["FR:00003", ["total", "count", "state"]].tolist() == [0, 0, "zero"]
    assert table.attrs["outside"] == 1
    for wrong in ({"column": "none"}, {"column": "bad"}):
        with pytest.raises(InputError):
            at_points(zone, addresses().assign(bad=[1, 2, 3, -4, 5]), testing.communes(), **wrong)


def test_points_on_rasters_keep_the_unknown() -> None:
    table = at_points(testing.landslide(), addresses(), testing.communes()).set_index(
        ["commune_id", "intensity_class"]
    )
    # 500 and 560 m east lie in the strip of class 2 (300 to 600 m), 900 m in class 0
    assert table.loc[("FR:00001", "2"), ["total", "count"]].tolist() == [3, 2]
    assert table.loc[("BE:00001", "2"), "state"] == "not_studied"
    depth = at_points(testing.flood(1000.0), addresses(), testing.communes())
    assert depth["count"].sum() == 0


def clay(labels: list, column: str = "ALEA") -> Layer:
    x, y = testing.ORIGIN
    boxes = [shapely.box(x, y, x + 1000, y + 1000), shapely.box(x + 1000, y, x + 2000, y + 1000)]
    frame = gpd.GeoDataFrame({column: labels}, geometry=boxes, crs=3035)
    return Layer(
        frame,
        SOURCE,
        role="hazard",
        kind="polygons",
        hazard="clay_shrink_swell",
        class_column=column,
        countries=("FR",),
    )


@pytest.mark.parametrize("labels", [[1, 3], [1.0, 3.0], ["1", "3"], ["Faible", "Fort"]])
def test_clay_counts_dwellings_and_never_people(labels: list) -> None:
    made = landslide.clay_footprint(clay(labels))
    assert [item.label for item in made.classes] == ["faible", "moyen", "fort"]
    houses = dwellings(made, addresses(), testing.communes()).set_index(["commune_id", "intensity_class"])
    assert houses.loc[("FR:00001", "faible"), "dwellings_exposed"] == 3
    assert "population_exposed" not in houses.columns
    grid = dwellings(made, testing.population(), testing.communes())
    assert grid.loc[grid["intensity_class"] == "fort", "dwellings_exposed"].sum() == pytest.approx(100)
    assert set(grid["hazard"]) == {"clay_shrink_swell"}
    with pytest.raises(InputError, match="count dwellings"):
        expose(made, testing.population(), testing.communes())
    from geoalarm.exposure.engine import prepare

    with pytest.raises(InputError, match="count dwellings"):
        union([made], prepare(testing.population(), testing.communes()))


def test_clay_has_no_place_among_hazards_to_people() -> None:
    assert "clay_shrink_swell" not in hazards.discover()
    with pytest.raises(InputError, match="hazard of layer"):
        hazards.footprint(clay([1, 2]))
    assert isinstance(testing.population(), Population)
    assert [clay_class(code)["needs_study"] for code in (1, 2, 3)] == [False, True, True]
    with pytest.raises(RangeError, match="'code'"):
        clay_class(2.5)


# drought


def test_running_means_and_runs_by_hand() -> None:
    series = np.array([3.0, 6, 9, np.nan, 3, 3, 3])
    assert landslide.running_mean(series, 3).tolist()[2] == 6
    assert np.isnan(landslide.running_mean(series, 3)[[0, 1, 3, 4, 5]]).all()
    assert landslide.running_mean(series, 1)[:3].tolist() == [3, 6, 9]
    assert int(landslide.longest_run(np.array([True, True, False, True]))) == 2
    assert landslide.longest_run(np.array([[False] * 3, [True] * 3])).tolist() == [0, 3]
    with pytest.raises(InputError, match="months of a running mean"):
        landslide.running_mean(series, 8)


def test_months_below_a_share_of_a_reference() -> None:
    below, threshold = landslide.below_quantile(np.arange(10.0), 0.25)
    assert below.sum() == 3
    assert float(threshold) == 2.25
    later, _ = landslide.below_quantile(np.array([0.0, 1, 5]), 0.5, reference=np.arange(5.0))
    assert later.tolist() == [True, True, False]
    both, thresholds = landslide.below_quantile(np.array([[1.0, 2, 3], [3, 3, np.nan]]), 0.5)
    assert both.tolist() == [[True, False, False], [False] * 3]
    assert thresholds.tolist() == [2, 3]
    with pytest.raises(RangeError, match="'share'"):
        landslide.below_quantile(np.arange(3.0), 1.0)
    with pytest.raises(InputError, match="reference"):
        landslide.below_quantile(np.array([np.nan]), 0.5)
    with pytest.raises(InputError, match="'months'"):
        drought_months(np.arange(5.0) / 10, months=2.5)
    assert drought_months([0.5] * 12).flags == {"short_series"}


@given(st.lists(st.floats(0, 1.2), min_size=5, max_size=60), st.floats(0.05, 0.9), st.floats(0, 0.09))
def test_a_larger_share_counts_no_fewer_months(series: list[float], share: float, more: float) -> None:
    few, many = (drought_months(series, months=1, share=s) for s in (share, share + more))
    assert few["months_below"] <= many["months_below"] <= len(series)
    assert few["longest_run"] <= few["months_below"]


# susceptibility


def test_headline_of_high_and_very_high_keeps_the_unknown() -> None:
    rows = [
        ("FR:1", "high", 10.0),
        ("FR:1", "very_high", 5.0),
        ("FR:1", "low", 99.0),
        ("BE:1", "high", np.nan),
        ("BE:1", "very_high", 1.0),
    ]
    table = pd.DataFrame(rows, columns=["commune_id", "intensity_class", "population_exposed"]).assign(
        hazard="landslide", population=1000.0
    )
    found = landslide.headline(table).set_index("commune_id")["population_exposed"]
    assert found["FR:1"] == 15
    assert np.isnan(found["BE:1"])


def test_an_inventory_gives_a_rate_with_its_interval() -> None:
    found = inventory_rate(3, 100.0, 20.0)
    assert found.value == pytest.approx(1.5e-3)
    assert (found["low"] * 2000, found["high"] * 2000) == pytest.approx((0.8177, 7.7537), abs=1e-4)
    assert inventory_rate(0, 100.0, 20.0)["low"] == 0
    with pytest.raises(RangeError, match="'years'"):
        inventory_rate(1, 1, 0)
