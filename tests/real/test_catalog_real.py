"""The door on real files: what their README states is what comes in."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import xarray as xr

from geoalarm.catalog import Catalog, check_catalog, open_catalog
from geoalarm.core.errors import InputError
from geoalarm.io.vector_files import read_vector

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def catalog(real_data: Path) -> Catalog:
    assert real_data.is_dir()
    return open_catalog(Path(__file__).with_name("catalog.yml"))


def test_every_entry_opens(catalog: Catalog) -> None:
    findings = check_catalog(catalog)
    assert {finding.status for finding in findings} == {"opened"}
    assert {finding.entry for finding in findings} == set(catalog.names())


def test_communes_of_both_countries(catalog: Catalog) -> None:
    french, belgian, both = (
        catalog.communes(name) for name in ("communes_fr", "communes_be", "communes_light")
    )
    assert (len(french.data), len(belgian.data), len(both.data)) == (4639, 565, 5204)
    assert int(french.data["population"].sum()) == 6_352_947
    assert int(belgian.data["population"].sum()) == 11_492_641
    assert {"FR:59350", "FR:02001"} <= set(french.ids)
    codes = set(french.data["code"]) & set(belgian.data["code"])
    assert len(codes) == 29, "five-digit codes that exist in both countries"
    assert not set(french.ids) & set(belgian.ids)
    assert set(both.ids) == set(french.ids) | set(belgian.ids)


def test_codes_of_both_countries_without_the_country_are_refused(real_data: Path) -> None:
    from geoalarm.catalog import normalise

    frame = read_vector(real_data / "admin" / "communes_fr_be_light.geojson").drop(columns="country")
    with pytest.raises(InputError, match=r"commune_id is not unique.*key on country and code together"):
        normalise.communes(frame, id_column="code")


def test_a_numeric_code_column_gets_its_zeros_back(real_data: Path) -> None:
    from geoalarm.catalog import normalise

    frame = read_vector(real_data / "admin" / "communes_fr.gpkg", "communes_fr")
    keys = normalise.communes(
        frame.assign(code=frame["code"].astype(int)), id_column="code", country="FR"
    ).ids
    assert keys.tolist() == ("FR:" + frame["code"]).tolist()
    assert sum(key.startswith("FR:0") for key in keys) == (frame["code"].str[0] == "0").sum() > 1000


def test_rasters_in_their_own_systems_stay_lazy(catalog: Catalog) -> None:
    expected = {
        "census_grid": (3035, "int32", -1),
        "flood_kampen": (28992, "uint8", None),
        "relief_meuse": (32631, "float32", -9999.0),
        "flood_jamaica": (4326, "int16", -9999),
        "population_jamaica": (4326, "float32", -99999.0),
    }
    for name, (epsg, dtype, nodata) in expected.items():
        data = catalog.layer(name).data
        assert isinstance(data, xr.DataArray)
        assert data.chunks is not None, name
        assert (data.rio.crs.to_epsg(), str(data.dtype), data.rio.nodata) == (epsg, dtype, nodata)
    assert catalog.layer("ghs_pop").data.rio.crs.to_string() == "ESRI:54009"


def test_people_of_the_grids(catalog: Catalog) -> None:
    census = catalog.population("census_grid")
    assert int(census.data.where(census.data != -1).sum()) == 19_247_081
    jamaica = catalog.population("population_jamaica")
    assert float(
        jamaica.data.where(jamaica.data != np.float32(-99999)).sum(dtype="float64")
    ) == pytest.approx(2_961_161, abs=1)
    iris = catalog.population("iris_fr")
    assert iris.data[iris.column].sum() == pytest.approx(3_519_125, abs=1)
    assert len(iris.data) == 1545


def test_five_return_periods_and_centimetres(catalog: Catalog) -> None:
    wet = {}
    for label in ("0010", "0050", "0100", "0500", "1000"):
        layer = catalog.layer("flood_jamaica", return_period=label)
        assert layer.units == "cm"
        assert layer.no_data == "dry"
        wet[layer.return_period_yr] = int((layer.data > 0).sum())
    assert sorted(wet) == [10, 50, 100, 500, 1000]
    assert list(wet.values()) == sorted(wet.values()), "rarer floods are wider"


def test_dirty_polygons_are_cleaned_counted_and_told(catalog: Catalog) -> None:
    layer = catalog.layer("flood_jakarta")
    assert isinstance(layer.data, gpd.GeoDataFrame)
    assert layer.repairs == {"geometries_repaired": 7, "class_labels_merged": 8}
    assert layer.data["floodprone"].unique().tolist() == ["YES"]
    assert layer.data.is_valid.all()
    assert len(layer.data) == 1009
    assert "geometry_repaired" in layer.source.caveats


def test_points_of_csv_files(catalog: Catalog) -> None:
    assert len(catalog.layer("reactors").data) == 28
    named = catalog.layer("seveso_named")
    assert len(named.data) == 11
    assert named.repairs == {"rows_without_geometry": 4}


def test_a_geopackage_of_several_layers_asks_for_one(real_data: Path) -> None:
    path = real_data / "hazards" / "networks" / "rivers_zone.gpkg"
    with pytest.raises(InputError, match="naturalearth_rivers, wdbii_rivers"):
        read_vector(path)
    assert len(read_vector(path, "wdbii_rivers")) == 79


def test_swapped_axes_are_refused(real_data: Path) -> None:
    from shapely import transform

    from geoalarm.catalog import normalise

    frame = read_vector(real_data / "admin" / "communes_be.gpkg", "communes_be")
    swapped = frame.set_geometry(
        gpd.GeoSeries(transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1]), crs=4326)
    )
    with pytest.raises(InputError, match="x and y are swapped"):
        normalise.communes(swapped, id_column="code", country="BE")


def test_every_file_of_the_folder_opens_or_says_why(real_data: Path) -> None:
    """All GeoPackages pass the look for hostile contents; none is refused by mistake."""
    from geoalarm.io import geopackage_guard as geopackage

    found = sorted(real_data.rglob("*.gpkg"))
    assert len(found) >= 9
    for path in found:
        geopackage.require_sound(path)
