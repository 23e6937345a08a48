"""The door: names, codes, units, geometries. Known by hand first, then as properties."""

from __future__ import annotations

import logging
import math
import time

import dask.array
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rioxarray  # noqa: F401  (registers the .rio accessor)
import xarray as xr
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from geoalarm.catalog import normalise
from geoalarm.catalog.axes import require_plausible
from geoalarm.catalog.cf_units import cf_units
from geoalarm.catalog.codes import commune_ids
from geoalarm.core.errors import InputError
from geoalarm.core.model import Source
from geoalarm.geo import fill_values

BOW_TIE = Polygon([(3, 50), (4, 51), (4, 50), (3, 51)])
SQUARES = [box(x, 50, x + 0.5, 50.5) for x in (2, 3, 4)]


def frame(
    crs: object = 4326, shapes: list[object] | None = None, **columns: list[object]
) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes or SQUARES[: len(next(iter(columns.values())))], crs=crs)


def raster(
    values: np.ndarray,
    *,
    nodata: float | None = None,
    units: str | None = None,
    crs: str | None = "EPSG:3035",
    south_up: bool = False,
) -> xr.DataArray:
    rows, columns = values.shape
    y = 3_050_000 - 100 * (np.arange(rows) + 0.5)
    data = xr.DataArray(
        values,
        dims=("y", "x"),
        coords={"y": y[::-1] if south_up else y, "x": 3_900_000 + 100 * (np.arange(columns) + 0.5)},
    )
    data = data.rio.write_crs(crs) if crs else data
    if units is not None:
        data.attrs["units"] = units
    data = data.rio.write_transform(
        Affine(100, 0, 3_900_000, 0, 100 if south_up else -100, 3_050_000 - (100 * rows if south_up else 0))
    )
    return data.rio.write_nodata(nodata) if nodata is not None else data


# ----------------------------------------------------------------------------------------------------------
# communes


def test_communes_get_keys_that_name_their_country() -> None:
    communes = normalise.communes(
        frame(insee=["59350", "02001", "08105"], nom=["Lille", "Abbécourt", "x"], pop=[1.0, 2, 3]),
        id_column="insee",
        country="FR",
        name_column="nom",
        population_column="pop",
        source=Source("s"),
    )
    assert communes.ids.tolist() == ["FR:59350", "FR:02001", "FR:08105"]
    assert communes.countries.tolist() == ["FR"] * 3
    assert communes.data[["country", "code", "name"]].iloc[1].tolist() == ["FR", "02001", "Abbécourt"]
    assert communes.data["population"].tolist() == [1, 2, 3]
    assert communes.sources == (Source("s"),)


def test_french_codes_get_their_lost_zero_back_and_it_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        communes = normalise.communes(frame(insee=[2001, 59350, 8105]), id_column="insee", country="FR")
    assert communes.ids.tolist() == ["FR:02001", "FR:59350", "FR:08105"]
    assert "2 codes given their leading zero" in caplog.text
    assert commune_ids(frame(insee=[2001.0, 59350.0]), id_column="insee")[0].tolist() == ["2001", "59350"], (
        "no country, no guess"
    )


def test_the_country_may_stand_in_a_column_or_in_the_id() -> None:
    both = frame(code=["55004", "55004"], country=["FR", "BE"])
    assert normalise.communes(both, id_column="code").ids.tolist() == ["FR:55004", "BE:55004"]
    assert (
        normalise.communes(
            frame(code=["55004", "55004"], CNTR=["FR", "BE"]), id_column="code", country_column="CNTR"
        ).ids[1]
        == "BE:55004"
    )
    assert normalise.communes(
        frame(GISCO_ID=["FR_59350", "BE_57081"]), id_column="GISCO_ID"
    ).ids.tolist() == ["FR:59350", "BE:57081"]
    assert normalise.communes(frame(id=["FR:59350", "BE:57081"]), id_column="id").countries.tolist() == [
        "FR",
        "BE",
    ]
    assert normalise.communes(frame(name=["somewhere", "else"]), id_column="name").ids.tolist() == [
        "somewhere",
        "else",
    ]
    assert normalise.communes(frame(name=["somewhere", "else"]), id_column="name").countries.tolist() == [
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("data", "options", "told"),
    [
        (
            frame(code=["55004", "55004"], CNTR_CODE=["FR", "BE"]),
            {},
            "mixed country codes.*country_column: CNTR_CODE",
        ),
        (frame(code=["55004", "55005"], country=["FR", "BE"]), {"country": "FR"}, "mixed country codes"),
        (frame(code=["FR:55004", "BE:55005"]), {"country": "FR"}, "mixed country codes; got id BE:55005"),
        (frame(code=["FR:55004", "55005"]), {}, "some ids name their country"),
        (frame(code=["55004", "55004"]), {"country": "FR"}, "commune_id is not unique"),
        (frame(code=["5500", "x"]), {"country": "BE"}, "2 codes not of BE; got '5500'"),
        (frame(code=["59350", None]), {"country": "FR"}, "empty codes; got 1 of 2 rows"),
        (frame(code=["59350", " "]), {"country": "FR"}, "empty codes"),
        (frame(code=["59350"]), {"country": "France"}, "two capital letters"),
        (frame(code=["59350"], cc=["France"]), {"country_column": "cc"}, "two letters such as FR"),
        (frame(cod=["59350"]), {}, "no column 'code'.*did you mean 'cod'"),
        (frame(code=["59350"], p=[-1]), {"population_column": "p"}, "negative or infinite"),
        (
            frame(code=["59350"], p=["many"]),
            {"population_column": "p"},
            "row 1, column 'p' is not surely a count of people; got 'many'",
        ),
        (frame(code=["59350"], shapes=[Point(3, 50)]), {}, "must be polygons"),
        (frame(None, code=["59350"]), {}, "no CRS"),
        (frame(code=["59350"]).head(0), {}, "is empty"),
        (frame(code=["59350"], shapes=[None]), {}, "is empty"),
    ],
)
def test_communes_that_cannot_be_used(data: gpd.GeoDataFrame, options: dict[str, str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        normalise.communes(data, id_column="code", **options)


# ----------------------------------------------------------------------------------------------------------
# geometry


def test_invalid_polygons_are_repaired_counted_and_told(caplog: pytest.LogCaptureFixture) -> None:
    data = frame(code=["59350", "59351"], shapes=[BOW_TIE, SQUARES[0]])
    with caplog.at_level(logging.WARNING):
        communes = normalise.communes(data, id_column="code", country="FR", source=Source("s"))
    assert communes.data.is_valid.all()
    assert communes.data.geometry.iloc[0].area == pytest.approx(0.5), "two triangles"
    assert set(communes.data.geom_type) <= {"Polygon", "MultiPolygon"}
    assert "1 geometries repaired" in caplog.text
    assert communes.sources[0].caveats == ("geometry_repaired",)
    assert not data.is_valid.all(), "what was given stays as it was"


def test_overlapping_parts_are_united_and_lines_dropped() -> None:
    double = MultiPolygon([box(2, 50, 3, 51), box(2.5, 50, 3.5, 51)])
    mixed = GeometryCollection([box(4, 50, 5, 51), LineString([(4, 50), (6, 50)]), Point(7, 50)])
    out, repairs = normalise.frame(frame(a=[1, 2], shapes=[double, mixed]))
    assert [one.area for one in out.geometry] == pytest.approx([1.5, 1.0])
    assert repairs == {"geometries_repaired": 2}


def test_a_polygon_that_crosses_itself_without_end_is_refused_at_once() -> None:
    """Its repair would take minutes and gigabytes; 60 kB of file."""
    star = Polygon(np.random.default_rng(1).uniform((2, 49), (4, 51), (3000, 2)))
    started = time.perf_counter()
    with pytest.raises(InputError, match="cross themselves without end"):
        normalise.frame(frame(a=[1], shapes=[star]))
    assert time.perf_counter() - started < 3
    small = Polygon(np.random.default_rng(1).uniform((2, 49), (4, 51), (60, 2)))
    out, repairs = normalise.frame(frame(a=[1], shapes=[small]))
    assert out.is_valid.all()
    assert repairs == {"geometries_repaired": 1}


def test_a_long_outline_with_one_fault_is_repaired() -> None:
    turn = np.linspace(0, 2 * np.pi, 60_000)
    wavy = np.column_stack([3 + np.cos(turn) * (1 + 0.01 * np.sin(400 * turn)), 50 + np.sin(turn)])
    wavy[100], wavy[101] = wavy[101].copy(), wavy[100].copy()
    data = frame(a=[1], shapes=[Polygon(wavy)])
    assert not data.is_valid.any()
    out, repairs = normalise.frame(data)
    assert repairs == {"geometries_repaired": 1}
    assert out.geometry.iloc[0].area == pytest.approx(data.geometry.iloc[0].area, rel=1e-6)


def test_a_polygon_without_area_vanishes_and_rows_without_geometry_go() -> None:
    flat = Polygon([(3, 50), (4, 50), (3, 50), (3, 50)])
    out, repairs = normalise.frame(frame(a=[1, 2, 3], shapes=[flat, None, SQUARES[0]]))
    assert out["a"].tolist() == [3]
    assert repairs == {"rows_without_geometry": 1, "geometries_repaired": 1, "geometries_vanished": 1}


def test_heights_are_dropped_and_names_are_of_the_house() -> None:
    data = gpd.GeoDataFrame({"a": [1]}, geometry=[Point(3, 50, 7)], crs="OGC:CRS84").rename_geometry("shape")
    out, repairs = normalise.frame(data)
    assert out.geometry.name == "geometry"
    assert not out.has_z.any()
    assert out.crs.to_epsg() == 4326
    assert repairs == {}


@pytest.mark.parametrize(
    ("bounds", "crs", "countries", "told"),
    [
        ((50.1, 2.5, 51.2, 4.1), 4326, (), "x and y are swapped"),
        ((50.1, 2.5, 51.2, 4.1), 4326, ("FR", "BE"), "x and y are swapped"),
        ((42, -5, 51, 9), 4326, ("FR",), "x and y are swapped"),
        ((50, 2, 51, 120), 4326, (), "latitude"),
        ((700_000, 7_000_000, 710_000, 7_010_000), 4326, (), "not degrees"),
        ((2.5, 50, 4, 51), 2154, (), "look like degrees"),
        ((2.5, 50, math.nan, 51), 4326, (), "not finite"),
        ((2.5, 50, math.inf, 51), 3035, (), "not finite"),
    ],
)
def test_coordinates_that_are_not_where_their_crs_says(
    bounds: tuple[float, ...], crs: int, countries: tuple[str, ...], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        require_plausible(bounds, crs, what="layer", countries=countries)


@pytest.mark.parametrize(
    ("bounds", "crs", "countries"),
    [
        ((2.5, 50.1, 4.1, 51.2), 4326, ("FR", "BE")),
        ((-5.5, 41, 9.8, 51.3), 4326, ("FR",)),
        ((-78.5, 17.7, -76, 18.6), 4326, ("JM",)),
        ((106.6, -6.4, 107, -6), 4326, ("ID",)),
        ((106.6, -6.4, 107, -6), 4326, ()),
        ((44, 1, 50, 11), 4326, ("SO",)),
        ((-180, -90, 180, 90), 4326, ()),
        ((0, 0, 359.99, 80), 4326, ()),
        ((3.9e6, 3e6, 4e6, 3.1e6), 3035, ()),
        ((30, 35, 40, 40), 4326, ()),
    ],
)
def test_coordinates_that_may_well_be(
    bounds: tuple[float, ...], crs: int, countries: tuple[str, ...]
) -> None:
    require_plausible(bounds, crs, what="layer", countries=countries)


@given(
    west=st.floats(-5, 9), south=st.floats(42.5, 50.5), wide=st.floats(0.01, 0.5), high=st.floats(0.01, 0.5)
)
def test_any_place_in_france_passes_and_its_mirror_image_does_not(
    west: float, south: float, wide: float, high: float
) -> None:
    require_plausible((west, south, west + wide, south + high), 4326, what="layer", countries=("FR",))
    with pytest.raises(InputError, match="swapped"):
        require_plausible((south, west, south + high, west + wide), 4326, what="layer", countries=("FR",))


# ----------------------------------------------------------------------------------------------------------
# classes


def test_spellings_of_a_class_become_the_most_frequent_one() -> None:
    data = frame(zone=["YES", "Yes", "YES "], shapes=SQUARES)
    out, repairs = normalise.polygons(data, class_column="zone")
    assert out["zone"].tolist() == ["YES"] * 3
    assert repairs == {"class_labels_merged": 2}
    assert data["zone"].tolist() == ["YES", "Yes", "YES "]


def test_words_for_nothing_are_no_code_and_no_class() -> None:
    for bad in ("n/a", "-", "NULL", "-9999", "-3.4e+38", "nan"):
        with pytest.raises(InputError, match="has empty codes; got 1 of 2 rows"):
            normalise.communes(frame(code=["59350", bad], shapes=SQUARES[:2]), id_column="code")
        out, repairs = normalise.polygons(frame(zone=["SEL", bad], shapes=SQUARES[:2]), class_column="zone")
        assert out["zone"].tolist() == ["SEL", "unclassified"]
        assert repairs == {"class_labels_missing": 1}
    kept, _ = normalise.polygons(frame(zone=["none", "1-2"], shapes=SQUARES[:2]), class_column="zone")
    assert kept["zone"].tolist() == ["none", "1-2"]


def test_empty_classes_stay_mapped_and_numbers_stay_numbers() -> None:
    out, repairs = normalise.polygons(frame(zone=["SEL", None, "  "], shapes=SQUARES), class_column="zone")
    assert out["zone"].tolist() == ["SEL", "unclassified", "unclassified"]
    assert repairs == {"class_labels_missing": 2}
    out, repairs = normalise.polygons(frame(zone=[110.0, 120.0], shapes=SQUARES[:2]), class_column="zone")
    assert out["zone"].tolist() == [110, 120]
    assert out["zone"].dtype == "int64"
    assert repairs == {}
    out, repairs = normalise.polygons(frame(zone=[1.0, math.nan], shapes=SQUARES[:2]), class_column="zone")
    assert out["zone"].tolist() == ["1", "unclassified"]
    assert repairs == {"class_labels_missing": 1}
    for bad in (
        [1.0, math.nan],
        [1.0, math.inf],
        [True, False],
        pd.to_datetime(["2020", "2021"]),
        ["1", " "],
    ):
        with pytest.raises(InputError, match="a number in every row"):
            normalise.polygons(
                frame(zone=bad, shapes=SQUARES[:2]), class_column="zone", is_intensity=True, what="depths"
            )
    with pytest.raises(InputError, match="did you mean 'zone'"):
        normalise.polygons(frame(zone=["a"]), class_column="zona")


@given(
    st.lists(
        st.sampled_from(["SEL", "sel", "Sel ", " SEI", "sei", "SEI", "x  y", "X y", ""]),
        min_size=1,
        max_size=30,
    )
)
def test_merging_classes_twice_changes_nothing_more(labels: list[str]) -> None:
    shapes = [SQUARES[0]] * len(labels)
    once, _ = normalise.polygons(frame(zone=list(labels), shapes=shapes), class_column="zone")
    twice, repairs = normalise.polygons(once, class_column="zone")
    assert once["zone"].tolist() == twice["zone"].tolist()
    assert "class_labels_merged" not in repairs
    assert len(once) == len(labels)
    assert len({label.casefold() for label in once["zone"]}) == once["zone"].nunique()


# -------------------------------------------------------------------------------------------------------
# rasters, people


@pytest.mark.parametrize(
    ("given_as", "house"),
    [
        ("metres", "m"),
        ("M", "m"),
        ("centimetres", "cm"),
        ("people/km²", "km-2"),
        ("persons per cell", "1"),
        ("kW/m2", "kW m-2"),
        ("mg/m³", "mg m-3"),
        ("inhabitants", "1"),
        ("mbar", "mbar"),
        (" furlong ", "furlong"),
        ("1", "1"),
    ],
)
def test_units_in_the_spelling_of_the_house(given_as: str, house: str) -> None:
    assert cf_units(given_as, what="layer") == house


def test_a_unit_is_demanded() -> None:
    for nothing in (None, "", "  "):
        with pytest.raises(InputError, match="has no units"):
            cf_units(nothing, what="layer")


def test_a_raster_is_turned_north_up_and_keeps_dtype_nodata_and_laziness() -> None:
    data = raster(np.array([[1, 2], [3, -9]], "int16"), nodata=-9, south_up=True).chunk({"y": 1})
    out, repairs = normalise.raster(data, units_stated="Metres")
    assert repairs == {"rows_turned_north_up": 2}
    assert isinstance(out.data, dask.array.Array)
    assert out.dtype == "int16"
    assert out.to_numpy().tolist() == [[3, -9], [1, 2]]
    assert out.attrs["units"] == "m"
    assert out.attrs["_FillValue"] == -9
    assert out.rio.transform() == Affine(100, 0, 3_900_000, 0, -100, 3_050_000), (
        "the file's own transform is turned too"
    )


def test_a_declared_scale_is_applied_and_no_data_becomes_nan() -> None:
    data = raster(np.array([[100, -9]], "int16"), nodata=-9)
    data.attrs.update(scale_factor=0.01, add_offset=1.0)
    out, _ = normalise.raster(data, units_stated="m")
    np.testing.assert_array_equal(out.to_numpy(), [[2.0, np.nan]])
    assert "scale_factor" not in out.attrs
    assert np.isnan(out.rio.nodata)


def test_people_need_units_and_may_not_be_negative() -> None:
    good = normalise.population(
        raster(np.array([[1.5, -200]], "float32"), nodata=-200), units="people per cell", source=Source("s")
    )
    assert good.units == "1"
    assert good.data.dtype == "float32"
    assert normalise.population(raster(np.ones((2, 2)), units="people/km2")).units == "km-2"
    with pytest.raises(InputError, match="no units"):
        normalise.population(raster(np.ones((2, 2))))
    with pytest.raises(InputError, match="unit of the population layer is not known"):
        normalise.population(raster(np.ones((2, 2))), units="m")
    with pytest.raises(InputError, match="declare the no-data value"):
        normalise.population(raster(np.array([[1.5, -200]])), units="1")
    with pytest.raises(InputError, match="negative or infinite"):
        normalise.population(raster(np.array([[1.5, np.inf]])), units="1")
    with pytest.raises(InputError, match="no CRS"):
        normalise.population(raster(np.ones((2, 2)), crs=None), units="1")


def test_large_rasters_of_people_are_checked_when_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fill_values, "EAGER_CELLS", 3)
    lazy = raster(np.array([[1, 2], [3, -4]], "float32")).chunk({"y": 1})
    population = normalise.population(lazy, units="1")
    assert isinstance(population.data.data, dask.array.Array)
    assert float(population.data[0].sum()) == 3
    with pytest.raises(InputError, match="the first -4"):
        population.data.sum().compute()


def test_people_in_polygons() -> None:
    population = normalise.population(frame(ind=[1.5, None, 3], shapes=SQUARES), column="ind")
    assert population.kind == "polygons"
    assert np.nansum(population.data["ind"]) == 4.5
    for bad, told in (
        ([-1.0], "negative"),
        (["-1"], "negative"),
        ([math.inf], "infinite"),
        ([2e10], "impossibly large"),
        (["1.100"], "is 1.100 1.1 or 1100"),
        ([True], "not surely a count"),
        (pd.to_datetime(["2020"]), "not surely a count"),
    ):
        with pytest.raises(InputError, match=told):
            normalise.population(frame(ind=bad), column="ind")
    written = normalise.population(frame(ind=["1\u202f234", "2,5", " "], shapes=SQUARES), column="ind")
    np.testing.assert_array_equal(written.data["ind"], [1234, 2.5, np.nan])
    assert "row 3" in written.rows.warnings[0]
    with pytest.raises(InputError, match="density"):
        normalise.population(frame(ind=[1.0]), column="ind", units="km-2")
    with pytest.raises(InputError, match="need a column"):
        normalise.population(frame(ind=[1.0]))


@given(st.lists(st.one_of(st.floats(0, 1e7), st.none()), min_size=1, max_size=20))
def test_no_person_is_lost_at_the_door(people: list[float | None]) -> None:
    shapes = [SQUARES[0]] * len(people)
    population = normalise.population(frame(ind=list(people), shapes=shapes), column="ind")
    kept = population.data["ind"].to_numpy()
    np.testing.assert_array_equal(kept, np.array([np.nan if one is None else one for one in people]))
