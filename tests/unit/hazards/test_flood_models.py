"""Flood methods against worked values and against answers known by hand."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoalarm import testing
from geoalarm.core.errors import InputError, RangeError
from geoalarm.core.model import Footprint
from geoalarm.exposure.calculators import (
    chance_over_years,
    expected_annual_people,
    people_at_return_period,
    share_in_any_zone,
)
from geoalarm.exposure.engine import expose
from geoalarm.exposure.vulnerability import affected, drowning_share, flood_damage_share, flood_fatalities
from geoalarm.hazards import flood
from geoalarm.hazards.flood.harmonise import flood_frequency, official_flood_class, systems
from geoalarm.hazards.flood.hazard_rating import rating_classes
from geoalarm.hazards.flood.levels import bathtub_profile, require_terrain_carries, terrain_error_m
from geoalarm.hazards.flood.ppri import levee_precaution_band, ppri_alea

SOURCE = testing.source("terrain")


# 1.1 scenarios and classes


@pytest.mark.parametrize(
    ("system", "code", "period", "interval", "frequency"),
    [
        ("fr_tri", "01FOR", 10, (10, 30), "F3"),
        ("fr_tri", "02MOY", 100, (100, 300), "F2"),
        ("fr_tri", "03MCC", 100, (100, 300), "F0 or F1 or F2"),
        ("fr_tri", "04FAI", 1000, (1000, math.inf), "F1"),
        ("wal_zones", "T25", 25, (25, 25), "F3"),
        ("wal_zones", "T50", 50, (50, 50), "F2"),
        ("wal_zones", "T100", 100, (100, 100), "F2"),
        ("wal_zones", "extreme", 1000, (300, 1000), "F1"),
        ("vla_watertoets", "B", math.nan, (math.nan, math.nan), "F0"),
        ("vla_watertoets", "C", 1000, (100, 1000), "F1"),
        ("vla_watertoets", "D", 100, (1, 100), "F2 or F3"),
        ("vla_watertoets", "A", math.nan, (math.nan, math.nan), "not stated"),
        ("wal_alea", "4", math.nan, (math.nan, math.nan), "not stated"),
        ("fr_ppri", "3", math.nan, (math.nan, math.nan), "not stated"),
    ],
)
def test_scenarios_of_the_three_systems(
    system: str, code: str, period: float, interval: tuple, frequency: str
) -> None:
    found = flood.flood_class(system, code)
    assert found.return_period_yr == pytest.approx(period, nan_ok=True)
    assert (found.period_min_yr, found.period_max_yr) == pytest.approx(interval, nan_ok=True)
    assert found.frequency == frequency
    assert found.label
    assert found.source


def test_code_de_l_environnement_r562_11_4_native_labels_are_kept() -> None:
    assert [flood.flood_class("fr_ppri", str(code)).label for code in (1, 2, 3, 4)] == [
        "faible",
        "modéré",
        "fort",
        "très fort",
    ]
    assert flood.flood_class("fr_tri", "04FAI").label == "rare ou millénal"


@pytest.mark.parametrize(
    ("number", "bounds", "used"),
    [("1", (0, 0.5), 0.25), ("2", (0.5, 1), 0.75), ("3", (1, 2), 1.5), ("4", (2, math.inf), 2.5)],
)
def test_georisques_tri_depth_classes(number: str, bounds: tuple, used: float) -> None:
    found = flood.flood_class("fr_tri", "02MOY", depth_class=number)
    assert (found.depth_min_m, found.depth_max_m) == bounds
    assert found.depth_for_functions_m == used
    assert found.source_class == f"fr_tri:02MOY:{number}"


def test_runoff_layers_have_their_own_depths() -> None:
    found = [
        flood.flood_class("fr_tri", "02MOY", depth_class=number, depth_system="fr_tri_runoff")
        for number in "123"
    ]
    assert [(item.depth_min_m, item.depth_max_m) for item in found] == [(0, 1), (1, 2), (2, math.inf)]
    assert [item.depth_for_functions_m for item in found] == [0.5, 1.5, 2.5]
    with pytest.raises(InputError, match="depth_system"):
        flood.flood_class("fr_tri", "02MOY", depth_class="1", depth_system="wal_alea")


def test_what_was_not_read_says_so() -> None:
    assert any(
        item.startswith("to_be_confirmed") for item in flood.flood_class("vla_watertoets", "D").warnings
    )
    assert any(item.startswith("to_be_confirmed") for item in flood.flood_class("fr_tri", "01FOR").warnings)
    assert not any(
        item.startswith("to_be_confirmed") for item in flood.flood_class("wal_zones", "T100").warnings
    )
    assert "to_be_confirmed" in official_flood_class("wal_alea", "2", depth_class="2").flags


@pytest.mark.parametrize(
    "arguments", [("fr_pri", "1"), ("fr_tri", "2MOY"), ("fr_tri", "02MOY", "5"), ("vla_watertoets", "D", "1")]
)
def test_unknown_systems_codes_and_depths_are_refused_by_name(arguments: tuple) -> None:
    with pytest.raises(InputError, match=r"flood system"):
        flood.flood_class(*arguments[:2], depth_class=arguments[2] if len(arguments) > 2 else None)


def test_a_french_fort_is_never_a_walloon_eleve() -> None:
    assert (
        flood.likeness(flood.flood_class("fr_ppri", "3"), flood.flood_class("wal_alea", "4"))
        == "not_comparable"
    )
    assert (
        flood.likeness(flood.flood_class("fr_tri", "02MOY"), flood.flood_class("wal_zones", "T100")) == "same"
    )
    assert (
        flood.likeness(flood.flood_class("fr_tri", "02MOY"), flood.flood_class("vla_watertoets", "D"))
        == "overlapping"
    )
    assert (
        flood.likeness(flood.flood_class("fr_tri", "01FOR"), flood.flood_class("wal_zones", "extreme"))
        == "apart"
    )
    assert flood.likeness(flood.flood_class("wal_alea", "4"), flood.flood_class("wal_alea", "4")) == "same"


def test_the_crosswalk_shows_both_native_labels() -> None:
    chosen = [
        ("wal_alea", "4"),
        ("wal_zones", "extreme"),
        ("vla_watertoets", "D"),
        ("fr_tri", "02MOY"),
        ("wal_zones", "T25"),
    ]
    table = flood.crosswalk([flood.flood_class(*item) for item in chosen])
    assert table["frequency"].tolist() == ["F3", "F2 or F3", "F2", "F1", "not stated"]
    assert table["label"].tolist()[0] == "zone inondable T25"
    assert set(systems()) == {"fr_tri", "fr_ppri", "wal_zones", "wal_alea", "vla_watertoets"}
    assert flood.crosswalk([]).empty


def test_polygons_keep_their_own_columns_beside_the_common_record() -> None:
    frame = gpd.GeoDataFrame(
        {"SCENARIO": ["02MOY", "04FAI"], "HT": [2, 4]}, geometry=[shapely.box(0, 0, 1, 1)] * 2, crs=2154
    )
    found = flood.with_common_record(frame, "fr_tri", scenario_column="SCENARIO", depth_column="HT")
    assert found["frequency"].tolist() == ["F2", "F1"]
    assert found["depth_min_m"].tolist() == [0.5, 2.0]
    assert found["SCENARIO"].tolist() == ["02MOY", "04FAI"]
    with pytest.raises(InputError, match="no column 'scen'"):
        flood.with_common_record(frame, "fr_tri", scenario_column="scen")


@pytest.mark.parametrize(
    ("period", "frequency"), [(1, "F3"), (30, "F3"), (30.01, "F2"), (150, "F2"), (1000, "F1"), (1001, "F0")]
)
def test_common_frequency(period: float, frequency: str) -> None:
    assert flood_frequency(period).value == frequency


def test_an_interval_of_periods_keeps_both_frequencies() -> None:
    found = flood_frequency(25.0, 100.0)
    assert (found["rarest"], found["most_frequent"]) == ("F2", "F3")
    with pytest.raises(InputError, match="return_period_max"):
        flood_frequency(100.0, 25.0)


PPRI = {
    "slow": "faible modere fort tres_fort",
    "medium": "modere modere fort tres_fort",
    "fast": "fort fort tres_fort tres_fort",
}


@pytest.mark.parametrize("dynamics", PPRI)
def test_arrete_of_5_july_2019_matrix_is_flagged(dynamics: str) -> None:
    found = [ppri_alea(depth, dynamics) for depth in (0.3, 0.5, 1.0, 2.0)]
    assert [item.value for item in found] == PPRI[dynamics].split()
    assert all(item.flags == {"to_be_confirmed"} for item in found)
    assert [item["rank"] for item in found] == sorted(item["rank"] for item in found)
    with pytest.raises(InputError, match="'dynamics'"):
        ppri_alea(1.0, "wild")
    with pytest.raises(RangeError, match="'depth'"):
        ppri_alea(-0.1)


def test_r562_11_4_precaution_band_is_a_hundred_times_the_head() -> None:
    assert levee_precaution_band(12.5, 10.0).value == 250
    assert levee_precaution_band(12.5, 10.0)["alea"] == "tres_fort"
    assert levee_precaution_band(9.0, 10.0).value == 0


# 1.2 people


@pytest.mark.parametrize(
    ("depth", "speed", "debris", "rating", "danger"),
    [(0.4, 0.3, 1, 1.32, "most"), (0.8, 1, 1, 2.2, "all"), (0.5, 0, 0.5, 0.75, "some"), (0, 3, 1, 0, "low")],
)
def test_fd2321_hazard_to_people(
    depth: float, speed: float, debris: float, rating: float, danger: str
) -> None:
    found = flood.hazard_to_people(depth, speed, debris_factor=debris)
    assert found.value == pytest.approx(rating, abs=1e-12)
    assert found["danger"] == danger


@pytest.mark.parametrize(
    ("depth", "speed", "factors"),
    [
        (0.25, 0, (0, 0, 0)),
        (0.26, 0, (0, 0.5, 1)),
        (0.75, 0, (0, 0.5, 1)),
        (0.76, 0, (0.5, 1, 1)),
        (0.1, 2.1, (0.5, 1, 1)),
    ],
)
def test_fd2321_table_3_1_debris_factors(depth: float, speed: float, factors: tuple) -> None:
    uses = ("pasture", "wood", "urban")
    assert (
        tuple(flood.hazard_to_people(depth, speed, land_use=use)["debris_factor"] for use in uses) == factors
    )


def test_fd2320_planning_variant_and_the_two_upper_bounds() -> None:
    assert flood.hazard_to_people(0.25, 0, variant="planning")["debris_factor"] == 0.5
    assert flood.hazard_to_people(0.3, 0, variant="planning")["debris_factor"] == 1
    assert flood.hazard_to_people(0.8, 1, debris_factor=1, all_from=2.5)["danger"] == "most"
    assert flood.hazard_to_people(1.0, 1.5, debris_factor=0)["danger"] == "all"


def test_a_map_of_depth_alone_gives_a_lower_bound_and_says_so() -> None:
    still, moving = flood.hazard_to_people(0.6), flood.hazard_to_people(0.6, 1.0)
    assert "depth_only_lower_bound" in still.flags
    assert not moving.flags
    assert still.value < moving.value


@pytest.mark.parametrize(
    ("values", "name"), [((-0.1, 0), "depth"), ((1, -1), "speed"), ((float("nan"), 0), "depth")]
)
def test_water_that_cannot_be_is_refused(values: tuple, name: str) -> None:
    with pytest.raises(RangeError, match=f"'{name}'"):
        flood.hazard_to_people(*values)
    with pytest.raises(RangeError, match="all_from"):
        rating_classes(all_from=1.0)


@given(
    st.floats(0, 5),
    st.floats(0, 5),
    st.floats(0, 2),
    st.floats(0, 2),
    st.sampled_from(["urban", "wood", "pasture"]),
)
def test_deeper_or_faster_water_is_never_safer(
    depth: float, speed: float, deeper: float, faster: float, use: str
) -> None:
    assert (
        flood.hazard_to_people(depth, speed, land_use=use).value
        <= flood.hazard_to_people(depth + deeper, speed + faster, land_use=use).value
    )


def test_a_footprint_of_danger_counts_people() -> None:
    depth = testing.flood(1000.0)
    made = flood.rating_footprint(depth, all_from=2.0)
    assert [item.label for item in made.classes] == ["danger_some", "danger_most", "danger_all"]
    table = expose(made, testing.population(), testing.communes())
    people = table.groupby("intensity_class")["population_exposed"].sum()
    # still water, urban: 0.7 m -> 1.35, 1.5 m -> 1.75, 3 m -> 2.5; one column of 60 cells on each side of the
    # border
    assert people.to_dict() == pytest.approx({"danger_some": 0, "danger_most": 800.0, "danger_all": 400.0})
    speed = depth.data * 0 + 2
    with pytest.raises(InputError, match="speed of the water"):
        flood.rating_footprint(depth, speed.assign_attrs(units="km h-1"))
    assert float(
        flood.rating_footprint(depth, speed.assign_attrs(units="m s-1")).data.max()
    ) == pytest.approx(3 * 2.5 + 1)
    with pytest.raises(InputError, match="footprint of depths"):
        flood.rating_footprint(testing.landslide())


# 1.3 harm, for experts


HUIZINGA = [(0, 0), (0.5, 0.25), (1, 0.40), (1.5, 0.50), (2, 0.60), (3, 0.75), (4, 0.85), (5, 0.95), (6, 1)]


@pytest.mark.parametrize(("depth", "share"), [*HUIZINGA, (0.8, 0.34), (2.5, 0.675)])
def test_huizinga_2017_europe_residential(depth: float, share: float) -> None:
    assert flood_damage_share(depth, expert=True).value == pytest.approx(share, abs=1e-12)


def test_beyond_the_curve_is_refused() -> None:
    with pytest.raises(RangeError, match="'depth'"):
        flood_damage_share(6.1, expert=True)


@pytest.mark.parametrize(
    ("depth", "rise", "share"),
    [(1, 0.2, 0.002858), (3, 0.2, 0.009036), (3, 4, 0.09841), (3, 2, 0.04734), (0, 1, 0), (1, 10, 0.002858)],
)
def test_jonkman_2007_with_maaskant_2009(depth: float, rise: float, share: float) -> None:
    found = drowning_share(depth, rise, expert=True)
    assert found.value == pytest.approx(share, rel=2e-4)
    assert found.flags == {"to_be_confirmed", "from_dike_breaches_not_for_flash_floods"}


def test_jonkman_breach_zone() -> None:
    assert drowning_share(3.5, 0.1, speed=2.0, expert=True).value == 1
    assert drowning_share(10.0, 0.1, speed=1.0, expert=True)["zone"] == "rest"


@pytest.mark.parametrize("depth", [3.0, 4.0, 5.0, 6.0])
def test_gfdrr_fit_to_jonkman_2008_agrees_with_the_rapid_curve(depth: float) -> None:
    fit = 0.985 / (1 + math.exp(6.32 - 1.412 * depth))
    assert drowning_share(depth, 4.0, expert=True).value == pytest.approx(fit, abs=0.07)


def test_deaths_among_5400_exposed() -> None:
    people = np.array([0.6, 0.3, 0.1]) * 5400
    assert flood_fatalities(people, [0.5, 1, 2.5], 0.2, evacuated=0.6, expert=True).value == pytest.approx(
        5.1, abs=0.05
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda: flood_damage_share(1.0),
        lambda: drowning_share(1.0, 1.0),
        lambda: flood_fatalities(1.0, 1.0, 1.0, expert=1),
    ],
)
def test_harm_is_refused_without_the_expert_flag(call) -> None:
    with pytest.raises(InputError, match="'expert'"):
        call()


@given(st.floats(0, 20), st.floats(0, 10), st.floats(0, 50), st.floats(0, 50), st.floats(0, 10))
def test_mortality_is_a_share_that_never_falls_with_depth(
    depth: float, deeper: float, rise: float, faster: float, speed: float
) -> None:
    a, b = (
        drowning_share(depth, rise, speed=speed, expert=True),
        drowning_share(depth + deeper, rise, speed=speed, expert=True),
    )
    assert 0 <= a.value <= b.value <= 1
    assert a.value <= drowning_share(max(depth, 2.1), rise, speed=speed, expert=True).value + 1e-12


def test_affected_people_carry_both_depths_of_a_class() -> None:
    table = expose(testing.flood(1000.0), testing.population(), testing.communes())
    labels = table["intensity_class"].unique()
    depths = dict(zip(labels, [(0.0, 0.5), (0.5, 1.0), (1.0, 2.0), (2.0, 6.0)], strict=True))
    share = lambda depth: float(flood_damage_share(depth, expert=True))  # noqa: E731
    found = affected(table, share, depths, expert=True)
    assert len(found) == 1
    # 400 people in each of the columns of 0.7, 1.5 and 3 m
    assert found.loc[0, ["affected_low", "affected_high"]].tolist() == pytest.approx(
        [400 * (0.25 + 0.4 + 0.6), 400 * (0.4 + 0.6 + 1)]
    )
    assert found.loc[0, "rows_unknown"] == 0
    assert len(affected(table, share, depths, expert=True, by_commune=True)) == 6
    with pytest.raises(InputError, match="depths of class"):
        affected(table, share, {**depths, labels[-1]: (2.0, math.inf)}, expert=True)
    with pytest.raises(InputError, match="expert"):
        affected(table, share, depths)


def test_affected_people_stay_unknown_where_nothing_is_mapped() -> None:
    table = expose(testing.landslide(), testing.population(), testing.communes())
    depths = dict.fromkeys(table["intensity_class"].unique(), (0.0, 1.0))
    found = affected(table, lambda depth: min(depth, 1.0), depths, expert=True, by_commune=True).set_index(
        "commune_id"
    )
    assert np.isnan(found.loc["BE:00001", "affected_high"])
    assert affected(table, lambda depth: min(depth, 1.0), depths, expert=True)["rows_unknown"].item() == 9


# 1.4 return periods


@pytest.mark.parametrize(
    ("periods", "people", "settings", "expected"),
    [
        ([1, 2, 5, 25, 50, 100], [5, 10, 50, 300, 1200, 3000], {"convention": "log-linear"}, 98.4934),
        ([10, 100, 1000], [1200, 5400, 9800], {}, 375.2),
        ([10, 100, 1000], [1200, 5400, 9800], {"zero_at": "2 yr"}, 615.2),
        ([10, 100, 1000], [1200, 5400, 9800], {"convention": "log-linear"}, 301.36),
        ([25, 50, 100, 1000], [800, 1500, 2600, 5200], {"zero_at": 10.0}, 107.8),
        ([25, 50, 100, 1000], [800, 1500, 2600, 5200], {"convention": "log-linear"}, 78.23),
    ],
)
def test_delft_fiat_and_expected_annual_people(
    periods: list, people: list, settings: dict, expected: float
) -> None:
    found = expected_annual_people(periods, people, **settings)
    assert float(found) == pytest.approx(
        expected, abs=5e-3 if expected in (301.36, 78.23) else 1e-4 if expected == 98.4934 else 1e-9
    )
    assert found["low"] <= float(found) <= found["high"]


def test_models_by_name_over_return_periods() -> None:
    assert float(people_at_return_period([10, 100, 1000], [1200, 5400, 9800], "50 yr")) == pytest.approx(
        4135.7, abs=0.05
    )
    assert float(chance_over_years("100 yr", "30 yr")) == pytest.approx(0.2603, abs=5e-5)
    assert share_in_any_zone([0.5, 0.4])["high"] == 0.9
    with pytest.raises(RangeError, match="return_period"):
        people_at_return_period([10, 100], [1, 2], 5.0)


def test_depth_maps_between_periods_keep_unknown_and_open_bounds() -> None:
    ten = testing.raster(np.array([[0.4, 0.0, -9999.0]]), units="m", no_data=-9999)
    hundred = testing.raster(np.array([[1.1, 0.5, 1.0]]), units="m")
    found = flood.depth_between({100.0: hundred, 10.0: ten}, 50).to_numpy()[0]
    assert found[0] == pytest.approx(0.892, abs=5e-4)
    assert 0 < found[1] < 0.5
    assert np.isnan(found[2])
    low, high = flood.class_between({10.0: (0.0, 0.5), 100.0: (2.0, math.inf)}, 50)
    assert 0 < low < 2
    assert high == math.inf
    with pytest.raises(InputError, match="map of depth"):
        flood.depth_between({10.0: ten, 100.0: hundred.isel(x=[0, 1])}, 50)
    with pytest.raises(InputError, match="at least two"):
        flood.depth_between({10.0: ten}, 10)


# 1.5 terrain

PROFILE = [0, 0.4, 0.8, 1.6, 0.5, 0.7, 2]


def test_bathtub_connected_to_its_source() -> None:
    assert bathtub_profile(PROFILE, 1.0).value == pytest.approx([1, 0.6, 0.2, 0, 0, 0, 0])
    free = bathtub_profile(PROFILE, 1.0, is_connected=False)
    assert free.value == pytest.approx([1, 0.6, 0.2, 0, 0.5, 0.3, 0])
    assert free.flags == {"unconnected_bathtub"}
    with pytest.raises(InputError, match="source_cell"):
        bathtub_profile(PROFILE, 1.0, source_cell=7)


def test_corners_connect_with_eight_neighbours_only() -> None:
    dem = testing.raster(np.array([[0.0, 9, 9], [9, 0, 9], [9, 9, np.nan]]), units="m")
    mask = np.zeros((3, 3), dtype=bool)
    mask[0, 0] = True
    assert int((flood.depth_by_bathtub(dem, 1.0, sources=mask, connectivity=4) > 0).sum()) == 1
    both = flood.depth_by_bathtub(dem, 1.0, sources=mask)
    assert int((both > 0).sum()) == 2
    assert np.isnan(both.to_numpy()[2, 2])
    assert both.attrs["reaches_edge"]
    assert both.attrs["connected"]


def test_sources_may_be_places_shapes_or_a_mask(caplog: pytest.LogCaptureFixture) -> None:
    dem = testing.raster(np.array([PROFILE] * 3), units="m")
    x, y = testing.ORIGIN
    by_place = flood.depth_by_bathtub(dem, 1.0, sources=[(x + 50, y + 150)])
    river = gpd.GeoDataFrame(geometry=[shapely.LineString([(x + 10, y + 10), (x + 10, y + 290)])], crs=3035)
    assert by_place.to_numpy().tolist() == flood.depth_by_bathtub(dem, 1.0, sources=river).to_numpy().tolist()
    assert by_place.to_numpy()[1] == pytest.approx([1, 0.6, 0.2, 0, 0, 0, 0])
    assert float(flood.depth_by_bathtub(dem, 1.0, sources=[(x + 650, y + 150)]).max()) == 0
    assert "everything stays dry" in caplog.text
    for wrong in ([(x - 50, y)], [(x, y, 0)], np.zeros((2, 2), dtype=bool), river.iloc[:0]):
        with pytest.raises(InputError, match="sources of the water"):
            flood.depth_by_bathtub(dem, 1.0, sources=wrong)
    with pytest.raises(InputError, match="connectivity"):
        flood.depth_by_bathtub(dem, 1.0, sources=None, connectivity=6)
    with pytest.raises(InputError, match="level of the water"):
        flood.depth_by_bathtub(dem, float("nan"), sources=None)


@given(st.lists(st.floats(0, 3), min_size=2, max_size=12), st.floats(0, 3), st.floats(0, 2))
def test_higher_water_covers_no_less_and_connection_no_more(
    ground: list[float], level: float, more: float
) -> None:
    low, high = bathtub_profile(ground, level).value, bathtub_profile(ground, level + more).value
    free = bathtub_profile(ground, level, is_connected=False).value
    assert (low <= high).all()
    assert (low <= free).all()
    assert (low >= 0).all()


def test_hand_depth_over_a_valley_from_elevation_alone() -> None:
    # a straight valley falling to the south, its floor in the middle column
    rows, columns = np.mgrid[0:12, 0:9]
    dem = testing.raster((20 - rows + 2.0 * np.abs(columns - 4)).astype("float32"), cell_m=1000, units="m")
    hand = flood.height_above_drainage(dem, min_upstream_km2=20)
    depth = flood.depth_by_hand(hand, 3.5)
    floor = hand.to_numpy()[6:, 4]
    assert floor.tolist() == [0] * 6
    assert depth.to_numpy()[8, 4] == 3.5
    assert depth.to_numpy()[8, 5] == 0.5  # drains to the corner: two down the side, one along
    assert depth.to_numpy()[8, 0] == 0
    assert flood.flow_directions(dem).rio.nodata == 247
    assert flood.hand_screen(dem, source=SOURCE, min_upstream_km2=20).kind == "classes"
    with pytest.raises(RangeError, match="stage"):
        flood.depth_by_hand(hand, 0.0)
    with pytest.raises(InputError, match="no value at all"):
        flood.flow_directions(
            dem * np.nan
            + testing.raster(np.full((12, 9), np.nan), cell_m=1000, units="m").assign_attrs(units="m")
        )


def test_a_coarse_terrain_cannot_carry_fine_classes() -> None:
    for product in ("eu_dem", "copernicus_glo30"):
        low, high, flags = terrain_error_m(product)
        assert flags
        for error in (low, high):
            with pytest.raises(RangeError, match="'vertical_accuracy_m'"):
                require_terrain_carries((0.01, 0.5, 1, 2), error)
            require_terrain_carries((0.01, 1, 2), error)
            require_terrain_carries((0.01,), error)
    require_terrain_carries((0.01, 0.5, 1, 2), terrain_error_m("rge_alti_lidar")[1])
    with pytest.raises(RangeError, match="vertical_accuracy_m"):
        require_terrain_carries((0.5,), 0.0)
    with pytest.raises(InputError, match="product"):
        terrain_error_m("srtm")


def test_water_over_terrain_becomes_a_footprint_with_its_warning() -> None:
    dem = testing.raster(np.tile(np.linspace(0, 4, 40), (60, 1)), units="m")
    depth = flood.depth_by_bathtub(dem, 1.0, sources=None)
    x, y = testing.ORIGIN
    polder = gpd.GeoDataFrame(geometry=[shapely.box(x, y, x + 500, y + 2000)], crs=3035)
    made = flood.water_footprint(depth, source=SOURCE, vertical_accuracy_m=0.2, not_valid_in=polder)
    assert isinstance(made, Footprint)
    assert "terrain_screen" in made.caveats
    assert math.isnan(made.return_period_yr)
    table = expose(made, testing.population(), testing.communes())
    south = table[table["commune_id"] == "FR:00001"]
    assert south["mapped_share"].iloc[0] < 0.8
    ledger = table.attrs["ledger"]
    assert ledger["unknown"] > 0
    assert ledger["exposed"] + ledger["not_exposed"] + ledger["unknown"] == pytest.approx(
        ledger["in_communes"]
    )
    with pytest.raises(RangeError, match="vertical_accuracy_m"):
        flood.water_footprint(depth, source=SOURCE, vertical_accuracy_m=3.0)
    with pytest.raises(InputError, match="units of the elevation"):
        flood.water_footprint(depth.assign_attrs(units="cm"), source=SOURCE, vertical_accuracy_m=0.1)
