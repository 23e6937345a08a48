"""The engine on inputs small enough to count by hand."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geoalarm.core.errors import InputError
from geoalarm.core.model import Communes, Footprint, IntensityClass, Population, interval_classes
from geoalarm.core.schema import FIELDS, KEY
from geoalarm.exposure.engine import expose, prepare
from geoalarm.testing import ORIGIN, PEOPLE, industrial, raster, source, world

X, Y = ORIGIN


def squares(**boxes: tuple[float, float, float, float]) -> Communes:
    """Communes from boxes in metres from the origin."""
    rows = [
        {"commune_id": key, "geometry": shapely.box(X + a, Y + b, X + c, Y + d)}
        for key, (a, b, c, d) in boxes.items()
    ]
    return Communes(gpd.GeoDataFrame(rows, crs=3035))


def people(values, *, cell: float = 100.0, units: str = "1", **options) -> Population:
    return Population(
        raster(np.asarray(values, dtype="float64"), cell_m=cell, units=units, **options), units=units
    )


def depth(values, *, cell: float = 100.0, bounds=(0.5,), dtype="float32", **options) -> Footprint:
    fields = {name: options.pop(name) for name in ("countries", "no_data_means") if name in options}
    data = raster(np.asarray(values, dtype=dtype), cell_m=cell, units="m", **options)
    return Footprint(
        data,
        kind="intensity",
        hazard="flood",
        classes=interval_classes(bounds),
        units="m",
        no_data=fields.get("no_data_means", "not_studied"),
        countries=fields.get("countries", ()),
        sources=(source("flood"),),
    )


def by_commune(table: pd.DataFrame, column: str = "population_exposed") -> dict[str, float]:
    return table.groupby("commune_id")[column].sum(min_count=1).to_dict()


def test_the_table_has_the_columns_of_the_design_and_a_unique_key() -> None:
    made = world()
    table = pd.concat(
        [expose(footprint, made.population, made.communes) for footprint in made.footprints],
        ignore_index=True,
    )
    assert list(table.columns) == list(FIELDS)
    assert {name: str(dtype) for name, dtype in table.dtypes.items()} == {
        name: field.dtype for name, field in FIELDS.items()
    }
    assert not table.duplicated(list(KEY)).any()
    assert len(table) == 6 * (3 * 4 + 3 + 3)


def test_a_commune_takes_the_covered_part_of_a_cell_not_its_centre() -> None:
    """One cell of 100 people, a border at a quarter of it: a rule by centres gives 100 to one side and 0 to
    the other.
    """
    communes = squares(west=(0, 0, 25, 100), east=(25, 0, 100, 100))
    table = expose(depth([[1.0]]), people([[100]]), communes)
    assert by_commune(table) == {"west": pytest.approx(25), "east": pytest.approx(75)}


def test_class_bounds_are_half_open_and_compared_in_the_dtype_of_the_raster() -> None:
    """float32(0.1) is above the float64 0.1 and float32(0.7) below: in its own dtype each value is in the
    class it names.
    """
    values = np.array([[0.1, 0.7, 0.5, 0.0999]], dtype="float32")
    table = expose(
        depth(values, bounds=(0.1, 0.5, 0.7)), people([[1, 10, 100, 1000]]), squares(all=(0, 0, 400, 100))
    )
    assert table.set_index("intensity_class")["population_exposed"].to_dict() == {
        "[0.1, 0.5)": 1,
        "[0.5, 0.7)": 100,
        "[0.7, ∞)": 10,
    }


def test_whole_number_rasters_are_compared_with_fractional_bounds() -> None:
    table = expose(
        depth([[0, 1, 2, 3]], bounds=(0.1, 1.5), dtype="uint8"),
        people([[1, 10, 100, 1000]]),
        squares(all=(0, 0, 400, 100)),
    )
    assert table["population_exposed"].tolist() == [10, 1100]


def test_no_data_is_not_zero_and_zero_is_not_no_data() -> None:
    communes = squares(
        wet=(0, 0, 100, 100),
        dry=(100, 0, 200, 100),
        blank=(200, 0, 300, 100),
        beyond=(400, 0, 500, 100),
        part=(150, 100, 250, 200),
    )
    hazard = depth([[0, 0, np.nan, np.nan], [1, 0, np.nan, np.nan]])
    table = expose(hazard, people(np.full((2, 6), 10.0)), communes).set_index("commune_id")
    assert table["state"].to_dict() == {
        "wet": "exposed",
        "dry": "zero",
        "blank": "not_studied",
        "beyond": "outside_coverage",
        "part": "zero",
    }
    assert table.loc["dry", "population_exposed"] == 0
    assert table.loc[["blank", "beyond"], "population_exposed"].isna().all()
    assert table.loc[["blank", "beyond"], "mapped_share"].tolist() == [0, 0]
    assert table.loc["part", "mapped_share"] == pytest.approx(0.5)
    assert table.loc["part", "caveats"] == "illustrative|partly_mapped"


def test_no_data_may_be_declared_dry() -> None:
    table = expose(
        depth([[np.nan, 1.0]], no_data_means="dry"),
        people([[5, 7]]),
        squares(a=(0, 0, 100, 100), b=(100, 0, 200, 100)),
    )
    assert table["state"].tolist() == ["zero", "exposed"]
    assert "no_data_is_dry" in table["caveats"][0]


def test_declared_no_data_value_of_whole_numbers() -> None:
    table = expose(
        depth([[-9999, 2]], dtype="int16", no_data=-9999),
        people([[5, 7]]),
        squares(a=(0, 0, 100, 100), b=(100, 0, 200, 100)),
    )
    assert table["state"].tolist() == ["not_studied", "exposed"]


def test_a_country_the_layer_does_not_name_is_not_studied_even_where_it_has_values() -> None:
    made = world()
    table = expose(replace(made.flood[10.0], countries=("BE",)), made.population, made.communes)
    french = table[table["commune_id"].str.startswith("FR")]
    assert set(french["state"]) == {"not_studied"}
    assert french["population_exposed"].isna().all()
    assert by_commune(table)["BE:00002"] == 200
    assert table.attrs["ledger"]["unknown"] == 2000


def test_communes_without_people_give_zero_rows() -> None:
    made = world()
    table = expose(made.flood[1000.0], made.population, made.communes)
    empty = table[table["commune_id"] == "FR:00003"]
    assert len(empty) == 4
    assert empty["population_exposed"].tolist() == [0, 0, 0, 0]
    assert empty["population"].tolist() == [0, 0, 0, 0]
    assert empty["area_exposed_km2"].sum() == pytest.approx(0.6)


def test_density_is_people_per_area_not_people_per_cell() -> None:
    communes = squares(all=(0, 0, 200, 100))
    table = expose(depth([[1, 0]]), people([[500, 500]], units="km-2"), communes)
    assert (table["population"][0], table["population_exposed"][0]) == (pytest.approx(10), pytest.approx(5))


def test_finer_hazard_splits_cells_by_area() -> None:
    """One population cell of 400 m with 160 people; the flood covers 3 of its 16 sub-cells, 2 of them in the
    western commune.
    """
    values = np.zeros((4, 4))
    values[0, 0] = values[1, 1] = values[2, 3] = 1
    communes = squares(west=(0, 0, 200, 400), east=(200, 0, 400, 400))
    table = expose(depth(values), people([[160]], cell=400), communes)
    assert by_commune(table) == {"west": pytest.approx(20), "east": pytest.approx(10)}
    assert by_commune(table, "population_exposed_low") == {"west": 0, "east": 0}
    assert by_commune(table, "population_exposed_high") == {
        "west": pytest.approx(80),
        "east": pytest.approx(80),
    }
    assert all("coarse_population" in cell for cell in table["caveats"])
    assert by_commune(table, "population") == {"west": pytest.approx(80), "east": pytest.approx(80)}


def test_coarser_hazard_gives_cells_their_share_of_each_class() -> None:
    """A hazard cell of 150 m over population cells of 100 m: the second cell is half in it."""
    table = expose(depth([[1, 0]], cell=150), people([[8, 8, 8]]), squares(all=(0, 0, 300, 100)))
    assert by_commune(table) == {"all": pytest.approx(12)}
    assert table["population_exposed_low"][0] == pytest.approx(8)
    assert table["population_exposed_high"][0] == pytest.approx(16)


def test_shifted_grids_of_one_size_overlay_by_area() -> None:
    """The hazard grid is shifted by 30 m: a wet cell takes 70 % of one population cell, 30 % of the next."""
    table = expose(
        depth([[0, 1, 0]], origin=(X + 30, Y)),
        people([[10, 100, 1000, 10000]]),
        squares(all=(0, 0, 400, 100)),
    )
    assert by_commune(table) == {"all": pytest.approx(70 + 300)}
    assert table["mapped_share"][0] == pytest.approx(300 / 400)


def test_fraction_raster_counts_that_share_of_the_people() -> None:
    data = raster(np.array([[0.25, 1.0, 0.0]]))
    table = expose(
        Footprint(data, kind="fraction", hazard="flood"),
        people([[100, 10, 1]]),
        squares(all=(0, 0, 300, 100)),
    )
    assert table["population_exposed"].tolist() == [35]
    with pytest.raises(InputError, match="0 to 1"):
        expose(
            Footprint(data * 100, kind="fraction", hazard="flood"),
            people([[100, 10, 1]]),
            squares(all=(0, 0, 300, 100)),
        )


def test_class_raster_reads_codes_and_leaves_zero_out() -> None:
    hazard = Footprint(raster(np.array([[0, 2, 7]], dtype="uint8")), kind="classes", hazard="landslide")
    table = expose(hazard, people([[1, 10, 100]]), squares(all=(0, 0, 300, 100)))
    assert table.set_index("intensity_class")["population_exposed"].to_dict() == {"2": 10, "7": 100}


def test_population_polygons_over_a_raster_hazard() -> None:
    """A sector of 1,000 people over two communes, 30 % in the second; the flood covers half of it."""
    sectors = gpd.GeoDataFrame({"people": [1000]}, geometry=[shapely.box(X, Y, X + 1000, Y + 100)], crs=3035)
    communes = squares(a=(0, 0, 700, 100), b=(700, 0, 1000, 100))
    table = expose(depth([[1] * 5 + [0] * 5]), Population(sectors, column="people"), communes).set_index(
        "commune_id"
    )
    assert table["population"].to_dict() == {"a": pytest.approx(700), "b": pytest.approx(300)}
    assert table["population_exposed"].to_dict() == {"a": pytest.approx(500), "b": 0}
    assert table["population_exposed_high"].to_dict() == {"a": pytest.approx(700), "b": 0}
    assert "coarse_population" not in table.loc["a", "caveats"]


def test_population_polygons_under_footprint_polygons() -> None:
    sectors = gpd.GeoDataFrame({"people": [1000]}, geometry=[shapely.box(X, Y, X + 1000, Y + 100)], crs=3035)
    strip = gpd.GeoDataFrame({"c": ["x"]}, geometry=[shapely.box(X + 650, Y, X + 750, Y + 100)], crs=3035)
    table = expose(
        Footprint(strip, kind="polygons", hazard="flood", class_column="c"),
        Population(sectors, column="people"),
        squares(a=(0, 0, 700, 100), b=(700, 0, 1000, 100)),
    )
    table = table.set_index("commune_id")
    assert table["population_exposed"].to_dict() == {"a": pytest.approx(50), "b": pytest.approx(50)}
    assert table["population_exposed_low"].to_dict() == {"a": 0, "b": 0}
    assert table["population_exposed_high"].to_dict() == {"a": pytest.approx(700), "b": pytest.approx(300)}
    assert all("coarse_population" in cell for cell in table["caveats"])


def test_rings_are_counted_once_in_the_most_severe() -> None:
    made = world()
    table = expose(made.industrial, made.population, made.communes)
    found = table[table["commune_id"] == "BE:00002"].set_index("intensity_class")
    # 10 people a cell of 100 m, half rings on the Belgian side: 300 m 18 cells, 500 m 50, 1000 m 200
    assert found["population_exposed"].to_dict() == {
        "SEI": pytest.approx(1500),
        "SEL": pytest.approx(320),
        "SELS": pytest.approx(180),
    }
    assert table.attrs["ledger"]["exposed"] == pytest.approx(0.7 * 4000)


def test_named_classes_that_overlap_without_an_order_are_counted_each_and_say_so() -> None:
    made = world()
    plain = replace(industrial(), classes=())
    table = expose(plain, made.population, made.communes)
    found = table[table["commune_id"] == "BE:00002"].set_index("intensity_class")
    assert found["population_exposed"].to_dict() == {
        "SEI": pytest.approx(2000),
        "SEL": pytest.approx(500),
        "SELS": pytest.approx(180),
    }
    assert "classes_overlap" in found["caveats"].iloc[0]
    assert table.attrs["ledger"]["exposed"] == pytest.approx(0.7 * 4000)


def test_polygons_of_one_class_that_overlap_count_once() -> None:
    twice = gpd.GeoDataFrame(
        geometry=[shapely.box(X, Y, X + 100, Y + 100), shapely.box(X + 50, Y, X + 150, Y + 100)], crs=3035
    )
    table = expose(
        Footprint(twice, kind="polygons", hazard="flood"),
        people([[10, 10, 10]]),
        squares(all=(0, 0, 300, 100)),
    )
    assert table["population_exposed"].tolist() == [pytest.approx(15)]
    assert "studied_area_not_stated" in table["caveats"][0]


def test_polygons_with_a_studied_area_leave_the_rest_unknown() -> None:
    zone = gpd.GeoDataFrame(geometry=[shapely.box(X, Y, X + 100, Y + 100)], crs=3035)
    studied = gpd.GeoDataFrame(geometry=[shapely.box(X, Y, X + 200, Y + 100)], crs=3035)
    communes = squares(a=(0, 0, 100, 100), b=(100, 0, 200, 100), c=(200, 0, 300, 100))
    table = expose(
        Footprint(zone, kind="polygons", hazard="flood", studied=studied), people([[1, 2, 4]]), communes
    )
    assert table["state"].tolist() == ["exposed", "zero", "outside_coverage"]
    assert table.attrs["ledger"]["unknown"] == 4


@pytest.mark.parametrize("labels", [("low", "high"), ("east", "west")])
def test_classes_that_share_a_sliver_count_nobody_twice(labels: tuple[str, str]) -> None:
    """Half a square metre in both: less than an overlap, and more than the account of the people allows."""
    strips = [shapely.box(X, Y, X + 100.005, Y + 100), shapely.box(X + 100, Y, X + 200, Y + 100)]
    zones = gpd.GeoDataFrame({"c": labels}, geometry=strips, crs=3035)
    order = tuple(IntensityClass(label) for label in labels) if labels[0] == "low" else ()
    sectors = gpd.GeoDataFrame({"n": [3000]}, geometry=[shapely.box(X, Y, X + 300, Y + 100)], crs=3035)
    table = expose(
        Footprint(zones, kind="polygons", hazard="flood", class_column="c", classes=order),
        Population(sectors, column="n"),
        squares(all=(0, 0, 300, 100)),
    )
    ledger = table.attrs["ledger"]
    assert ledger["exposed"] == pytest.approx(2000, rel=1e-12)
    assert ledger["residual_exposure"] == pytest.approx(0, abs=1e-6)
    assert not table["caveats"].str.contains("overlap").any()


def test_a_share_too_small_to_count_does_not_open_the_account() -> None:
    """Two classes that each hold a millionth of a unit round to nobody; together they are two millionths."""
    shapes = [shapely.box(X + k * 0.0009, Y, X + (k + 1) * 0.0009, Y + 100) for k in (0, 1)]
    zones = gpd.GeoDataFrame({"c": ["low", "high"]}, geometry=shapes, crs=3035)
    sectors = gpd.GeoDataFrame({"n": [3000]}, geometry=[shapely.box(X, Y, X + 1000, Y + 100)], crs=3035)
    classes = (IntensityClass("low"), IntensityClass("high"))
    table = expose(
        Footprint(zones, kind="polygons", hazard="flood", class_column="c", classes=classes),
        Population(sectors, column="n"),
        squares(all=(0, 0, 1000, 100)),
    )
    assert table.attrs["ledger"]["residual_exposure"] == pytest.approx(0, abs=1e-6)


def test_a_region_of_a_country_is_studied_alone() -> None:
    zone = gpd.GeoDataFrame(geometry=[shapely.box(X, Y, X + 300, Y + 100)], crs=3035)
    communes = squares(
        **{"BE:57081": (0, 0, 100, 100), "BE:71022": (100, 0, 200, 100), "x": (200, 0, 300, 100)}
    )
    footprint = Footprint(zone, kind="polygons", hazard="flood", countries=("BE-WAL",))
    table = expose(footprint, people([[1, 2, 4]]), communes)
    assert table["state"].tolist() == ["exposed", "not_studied", "exposed"], (
        "a key without a country may be there"
    )


def test_small_counts_are_suppressed_with_a_second_one() -> None:
    hidden = replace(people([[3, 20, 50, 0]]), disclosure_minimum=11)
    table = expose(depth([[0.6, 1.2, 3, 0]], bounds=(0.5, 1, 2)), hidden, squares(all=(0, 0, 400, 100)))
    assert table["state"].tolist() == ["suppressed", "suppressed", "exposed"]
    assert table["population_exposed"].isna().tolist() == [True, True, False]
    assert table[["population_exposed_low", "population_exposed_high"]].isna().any(axis=1).tolist() == [
        True,
        True,
        False,
    ]


def test_ledger_tells_people_outside_and_people_in_two_communes() -> None:
    communes = squares(a=(0, 0, 150, 100), b=(100, 0, 200, 100))
    account = expose(depth([[1, 1, 1]]), people([[10, 100, 1000]]), communes).attrs["ledger"]
    assert account["total"] == 1110
    assert account["outside"] == pytest.approx(1000)
    assert account["counted_twice"] == pytest.approx(50)
    assert account["residual"] == pytest.approx(0, abs=1e-9)


def test_communes_beyond_the_population_grid_are_unknown() -> None:
    table = expose(
        depth(np.ones((1, 6))),
        people([[10, 20]]),
        squares(a=(0, 0, 100, 100), b=(150, 0, 250, 100), c=(400, 0, 500, 100)),
    ).set_index("commune_id")
    assert table["population"].to_dict() == {
        "a": 10,
        "b": pytest.approx(10),
        "c": pytest.approx(np.nan, nan_ok=True),
    }
    assert table.loc["c", "state"] == "outside_coverage"
    assert ["population_outside_grid" in cell for cell in table["caveats"]] == [False, True, True]


def test_a_hazard_far_away_covers_nobody() -> None:
    made = world()
    far = depth(np.ones((2, 2)), origin=(X + 500_000, Y))
    table = expose(far, made.population, made.communes)
    assert set(table["state"]) == {"outside_coverage"}
    assert table.attrs["ledger"]["unknown"] == sum(PEOPLE.values())


def test_layers_in_another_crs_give_nearly_the_same_people() -> None:
    made = world()
    there = made.communes.data.to_crs(31370)
    zones = made.industrial.data.to_crs(4326)
    a = expose(made.industrial, made.population, made.communes)
    b = expose(replace(made.industrial, data=zones), made.population, Communes(there))
    np.testing.assert_allclose(b["population_exposed"], a["population_exposed"], rtol=2e-4, atol=1e-3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: people([[-1, 2]]), "negative or infinite"),
        (lambda: people([[np.inf, 2]]), "negative or infinite"),
        (lambda: people([[1, 2]], units="furlong"), "not known"),
        (lambda: people([[1, 2]], units=""), "no units"),
        (lambda: people([[1, 2]], origin=(X + 900_000, Y)), "do not meet"),
    ],
)
def test_populations_that_cannot_be(make, message) -> None:
    with pytest.raises(InputError, match=message):
        expose(depth([[1, 1]]), make(), squares(all=(0, 0, 200, 100)))


def test_other_inputs_that_cannot_be() -> None:
    made = world()
    classes = (IntensityClass("low", 0.1, 0.5), IntensityClass("high", 0.6, np.inf))
    with pytest.raises(InputError, match="without gap"):
        expose(replace(made.flood[10.0], classes=classes), made.population, made.communes)
    with pytest.raises(InputError, match="infinite values"):
        expose(depth([[np.inf, 1]]), people([[1, 1]]), squares(all=(0, 0, 200, 100)))
    with pytest.raises(InputError, match="class codes"):
        expose(
            Footprint(raster(np.array([[0.5, 1.7]])), kind="classes", hazard="landslide"),
            people([[1, 1]]),
            squares(all=(0, 0, 200, 100)),
        )
    with pytest.raises(InputError, match="other inputs"):
        expose(
            made.flood[10.0],
            made.population,
            made.communes,
            prepared=prepare(people([[1]]), squares(all=(0, 0, 100, 100))),
        )
    with pytest.raises(InputError, match="rising order"):
        interval_classes([0.5, 0.1])


def test_a_hazard_slightly_finer_than_the_population_does_not_mix_neighbours() -> None:
    """Population cells of 300 m (90 and 0 people), hazard cells of 200 m: the middle one lies half in each.
    In the lowest 200 m, 20 people are in it.
    """
    communes = squares(all=(0, 0, 600, 200))
    table = expose(depth([[0, 1, 0]], cell=200), people([[90, 0]], cell=300), communes)
    assert table["population"][0] == pytest.approx(60)
    assert table["population_exposed"][0] == pytest.approx(20)


def test_polygons_of_another_place_are_not_zero_people() -> None:
    """A layer in the wrong place (or the wrong CRS) must not read as nobody exposed."""
    far = gpd.GeoDataFrame(geometry=[shapely.box(X + 500_000, Y, X + 500_100, Y + 100)], crs=3035)
    table = expose(
        Footprint(far, kind="polygons", hazard="flood"), people([[1, 2]]), squares(a=(0, 0, 100, 100))
    )
    assert table["state"].tolist() == ["outside_coverage"]
    assert table["population_exposed"].isna().all()
