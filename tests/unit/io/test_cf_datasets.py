"""What CF says of a variable is read; what it does not say is asked about, and nothing is guessed.

Right values by hand, files written by xarray, h5py and scipy.
"""

from __future__ import annotations

import pickle
import runpy
import warnings
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import h5py
import numpy as np
import pytest
import rasterio
import rasterio.shutil
import xarray as xr
from pyproj import CRS
from rasterio.transform import from_origin

from geoalarm.catalog import normalise
from geoalarm.core.errors import InputError
from geoalarm.geo.datum_shift import is_nameless
from geoalarm.io.rasters import read_raster
from geoalarm.io.vector_files import read_vector

KIT = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[2] / "cf_kit.py")))
dataset, write = KIT.dataset, KIT.write
X, Y = np.array([3_950_050.0, 3_950_150, 3_950_250]), np.array([3_100_150.0, 3_100_050])
VALUES = np.array([[1, 2, 3], [4, 5, 6]], "int16")
LON, LAT = np.array([4.1, 4.2, 4.3]), np.array([50.2, 50.1])
ENDINGS = ("nc3.nc", "nc", "v2.zarr", "v3.zarr", "zarr.zip")


def degrees(values: np.ndarray = VALUES, *, lon: np.ndarray = LON, lat: np.ndarray = LAT) -> xr.Dataset:
    """Cells on longitude and latitude that say so, without a grid mapping."""
    data = dataset(values, lon, lat, crs=None).rename({"x": "lon", "y": "lat"})
    data["lon"].attrs, data["lat"].attrs = {"units": "degrees_east"}, {"units": "degrees_north"}
    return data


@pytest.mark.parametrize("ending", ENDINGS)
def test_cells_place_and_unit(tmp_path: Path, ending: str) -> None:
    found = read_raster(write(dataset(VALUES, X, Y), tmp_path / f"a.{ending}"))
    assert found.to_numpy().tolist() == VALUES.tolist()
    assert (found.dtype.isnative, found.attrs["units"], found.rio.crs.to_epsg()) == (True, "m", 3035)
    assert found.rio.bounds() == (3_950_000, 3_100_000, 3_950_300, 3_100_200)
    assert found.chunks is not None


@pytest.mark.parametrize("ending", ENDINGS)
def test_rows_from_the_south_and_turned_dimensions(tmp_path: Path, ending: str) -> None:
    data = dataset(VALUES, X, Y).isel(y=slice(None, None, -1)).transpose("x", "y")
    found, _ = normalise.raster(read_raster(write(data, tmp_path / f"a.{ending}")))
    assert found.to_numpy().tolist() == VALUES.tolist()
    assert found.rio.bounds() == (3_950_000, 3_100_000, 3_950_300, 3_100_200)


@pytest.mark.parametrize("ending", ["nc3.nc", "nc", "v3.zarr"])
@pytest.mark.parametrize(
    ("attributes", "right"),
    [
        ({"_FillValue": np.int16(4)}, [[1, 2, 3], [None, 5, 6]]),
        ({"missing_value": np.int16(4)}, [[1, 2, 3], [None, 5, 6]]),
        ({"missing_value": np.array([4, 6], "int16")}, [[1, 2, 3], [None, 5, None]]),
        ({"valid_min": np.int16(2)}, [[None, 2, 3], [4, 5, 6]]),
        (
            {"valid_range": np.array([2, 5], "int16"), "_FillValue": np.int16(3)},
            [[None, 2, None], [4, 5, None]],
        ),
        ({"scale_factor": np.float32(0.01)}, [[0.01, 0.02, 0.03], [0.04, 0.05, 0.06]]),
        (
            {"scale_factor": 0.5, "add_offset": -1.0, "missing_value": np.int16(4)},
            [[-0.5, 0, 0.5], [None, 1.5, 2]],
        ),
        ({"scale_factor": 0.5, "valid_max": 2.5}, [[0.5, 1, 1.5], [2, 2.5, None]]),
        ({"scale_factor": 0.5, "valid_max": np.int16(5)}, [[0.5, 1, 1.5], [2, 2.5, None]]),
    ],
)
def test_cells_that_are_not_known_and_scales(
    tmp_path: Path, ending: str, attributes: dict[str, Any], right: list[list[float | None]]
) -> None:
    data = dataset(VALUES, X, Y)
    data["depth"].attrs |= attributes
    found, _ = normalise.raster(read_raster(write(data, tmp_path / f"a.{ending}")))
    cells = found.to_numpy().astype("float64")
    if found.rio.nodata is not None:
        cells[found.to_numpy() == found.rio.nodata] = np.nan
    assert np.array_equal(cells, np.array(right, "float64"), equal_nan=True), cells


def test_unsigned_bytes_of_netcdf_3(tmp_path: Path) -> None:
    data = dataset(np.array([[-1, -56, 3], [4, 5, 6]], "int8"), X, Y)
    data["depth"].attrs |= {"_Unsigned": "true", "missing_value": np.int8(-1)}
    found = read_raster(write(data, tmp_path / "a.nc3.nc"))
    assert (found.dtype, found.to_numpy().tolist(), found.rio.nodata) == (
        "uint8",
        [[255, 200, 3], [4, 5, 6]],
        255,
    )


def test_longitude_and_latitude_are_wgs_84_and_that_is_told(tmp_path: Path) -> None:
    found = read_raster(write(degrees(), tmp_path / "a.nc"))
    assert found.rio.crs.to_epsg() == 4326
    assert normalise.raster(found)[1]["degrees_taken_as_wgs84"] == 1
    by_name = dataset(VALUES, LON, LAT, crs=None).rename({"x": "lon", "y": "lat"})
    by_name["lon"].attrs.clear()
    by_name["lat"].attrs.clear()
    path = write(by_name, tmp_path / "b.nc")
    with pytest.raises(InputError, match=r"has no CRS.*args\.crs"):
        read_raster(path)
    assert read_raster(path, crs="EPSG:4258").rio.crs.to_epsg() == 4258


def test_longitudes_from_0_to_360(tmp_path: Path) -> None:
    found = normalise.raster(
        read_raster(write(degrees(lon=np.array([354.1, 354.2, 354.3])), tmp_path / "a.nc"))
    )
    assert found[0].rio.bounds() == pytest.approx((-5.95, 50.05, -5.65, 50.25))
    assert found[1]["columns_turned_west"] == 3


def test_cf_parameters_without_wkt(tmp_path: Path) -> None:
    data = dataset(VALUES, X, Y)
    data["crs"].attrs = {
        "grid_mapping_name": "lambert_azimuthal_equal_area",
        "latitude_of_projection_origin": 52.0,
        "longitude_of_projection_origin": 10.0,
        "false_easting": 4_321_000.0,
        "false_northing": 3_210_000.0,
        "semi_major_axis": 6_378_137.0,
        "inverse_flattening": 298.257222101,
    }
    found = read_raster(write(data, tmp_path / "a.nc3.nc"))
    assert "lon_0=10" in found.rio.crs.to_proj4()
    assert "x_0=4321000" in found.rio.crs.to_proj4()


def test_kilometres_are_metres(tmp_path: Path) -> None:
    data = dataset(VALUES, X / 1000, Y / 1000)
    data["x"].attrs["units"] = data["y"].attrs["units"] = "km"
    found = read_raster(write(data, tmp_path / "a.nc"))
    assert found.rio.bounds() == pytest.approx((3_950_000, 3_100_000, 3_950_300, 3_100_200))


def test_bounds_say_where_cells_lie(tmp_path: Path) -> None:
    """Coordinates of corners, cells told by their bounds: those are no data of their own."""
    data = degrees().assign_coords(lon=("lon", LON - 0.05, {"units": "degrees_east", "bounds": "lon_bnds"}))
    data["lon_bnds"] = (("lon", "nv"), np.stack([LON - 0.05, LON + 0.05], axis=1))
    found = read_raster(write(data, tmp_path / "a.nc"))
    assert found.rio.bounds() == pytest.approx((4.05, 50.05, 4.35, 50.25))


def test_coordinates_in_single_floats_take_the_corner_that_gdal_wrote(tmp_path: Path) -> None:
    data = dataset(VALUES, X.astype("float32"), Y.astype("float32"))
    data["crs"].attrs["GeoTransform"] = "3950000 100 0 3100200 0 -100"
    assert read_raster(write(data, tmp_path / "a.nc")).rio.bounds() == (
        3_950_000,
        3_100_000,
        3_950_300,
        3_100_200,
    )
    data["crs"].attrs["GeoTransform"] = (
        "3940000 100 0 3100200 0 -100"  # of the whole, of which this is a part
    )
    assert read_raster(write(data, tmp_path / "b.nc")).rio.bounds()[0] == pytest.approx(3_950_000, abs=1)


def test_a_group_of_netcdf_4(tmp_path: Path) -> None:
    path = tmp_path / "groups.nc"
    degrees().drop_vars("depth").to_netcdf(path, engine="h5netcdf")
    degrees().drop_vars(["lon", "lat"]).to_netcdf(path, engine="h5netcdf", group="flood", mode="a")
    assert read_raster(path, variable="flood/depth").to_numpy().tolist() == VALUES.tolist()
    with pytest.raises(InputError, match=r"in groups.*flood/depth.*args\.variable: flood/depth"):
        read_raster(path)
    store = tmp_path / "groups.zarr"
    degrees().to_zarr(store, group="flood", zarr_format=3, consolidated=False)
    assert read_raster(store, variable="flood/depth").to_numpy().tolist() == VALUES.tolist()
    with pytest.raises(InputError, match=r"args\.variable: flood/depth"):
        read_raster(store)


@pytest.mark.parametrize("ending", ["nc3.nc", "nc", "v2.zarr"])
def test_other_dimensions_are_chosen_by_exact_values(tmp_path: Path, ending: str) -> None:
    data = dataset(VALUES, X, Y)
    scenarios = xr.DataArray([0, 1], dims="step", coords={"step": [2.5, 7.5]})
    data = data.assign(depth=(data["depth"] * 10**scenarios).astype("int16").expand_dims(height=[2.0]))
    path = write(data.transpose("step", "height", "y", "x"), tmp_path / f"a.{ending}")
    assert read_raster(path, select={"step": "7.5"}).to_numpy().tolist() == (VALUES * 10).tolist()
    for wrong, words in (
        ({}, r"2 values of step.*2\.5, 7\.5.*args\.select: \{step: \"7\.5\"\}"),
        ({"step": "5.5"}, r"no step 5\.5.*nearest: 7\.5"),
        ({"step": "2.5", "height": "10"}, "no height 10"),
        ({"steps": "2.5"}, "did you mean 'step'"),
        ({"step": "2.5", "x": "1"}, "no dimension 'x'"),
    ):
        with pytest.raises(InputError, match=words):
            read_raster(path, select=wrong)


def test_only_the_chunks_that_are_asked_for_are_read(tmp_path: Path) -> None:
    """All chunks but one are poisoned: what is not asked for cannot harm."""
    size = 4096
    x, y = 3_950_000.0 + np.arange(size), 3_100_000.0 - np.arange(size)
    path = write(dataset(np.ones((size, size), "float32"), x, y), tmp_path / "a.v2.zarr", chunks=(2048, 2048))
    for name in ("0.1", "1.0", "1.1"):
        (path / "depth" / name).write_bytes(b"poison")
    found = read_raster(path)
    assert float(found[:100, :100].sum()) == 10_000
    with pytest.raises(OSError, match=r"a\.v2\.zarr"):
        found[:100, 3000:3100].compute()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda data: data.assign_coords(x=X + np.array([0, 30, 0])),
            r"not evenly spaced.*steps of 70 to 130.*cdo",
        ),
        (lambda data: data.rename(x="a", y="b").drop_vars(["a", "b"]), "holds no variable on a grid"),
        (lambda data: data.drop_vars(["x", "y"]), "does not say where it lies"),
        (lambda data: data.drop_vars("crs"), "grid mapping that it does not hold"),
        (
            lambda data: data.assign(other=data["depth"]),
            r"2 variables.*depth \(m\), other \(m\).*args\.variable: depth",
        ),
    ],
)
@pytest.mark.parametrize("ending", ["nc", "v3.zarr"])
def test_what_is_refused(tmp_path: Path, ending: str, change: Any, words: str) -> None:
    path = write(change(dataset(VALUES, X, Y)), tmp_path / f"a.{ending}")
    with pytest.raises(InputError, match=words):
        read_raster(path)


def test_a_rotated_pole_and_a_curvilinear_grid(tmp_path: Path) -> None:
    data = dataset(VALUES, LON, LAT)
    data["crs"].attrs = {
        "grid_mapping_name": "rotated_latitude_longitude",
        "grid_north_pole_latitude": 39.25,
        "grid_north_pole_longitude": -162.0,
    }
    with pytest.raises(InputError, match=r"rotated latitude longitude.*gdalwarp"):
        read_raster(write(data, tmp_path / "a.nc"))
    places = np.add.outer(LAT, LON)
    curved = xr.Dataset(
        {"depth": (("j", "i"), VALUES, {"coordinates": "lon lat"})},
        {
            "lon": (("j", "i"), places, {"units": "degrees_east"}),
            "lat": (("j", "i"), places, {"units": "degrees_north"}),
        },
    )
    with pytest.raises(
        InputError, match=r'curvilinear.*gdalwarp -geoloc -t_srs EPSG:4326 NETCDF:"b\.nc":depth'
    ):
        read_raster(write(curved, tmp_path / "b.nc"))


def test_bands_and_variables_keep_apart(tmp_path: Path) -> None:
    path = write(dataset(VALUES, X, Y), tmp_path / "a.nc")
    with pytest.raises(InputError, match=r"holds variables, not bands.*args\.variable: NAME"):
        read_raster(path, 2)
    with pytest.raises(InputError, match="is a raster"):
        read_vector(path)


def test_a_damaged_file(tmp_path: Path) -> None:
    path = write(dataset(VALUES, X, Y), tmp_path / "a.nc")
    path.write_bytes(path.read_bytes()[:-3000])
    with pytest.raises(InputError, match=r"cannot be read as NetCDF 4 \(HDF5\)"):
        read_raster(path)
    path = write(dataset(VALUES, X, Y), tmp_path / "a.nc3.nc")
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(InputError, match="cannot be read as NetCDF 3"):
        read_raster(path)


def test_a_plain_hdf5_file_is_no_raster(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["cells"] = VALUES
    with pytest.raises(InputError, match="holds no variable on a grid"):
        read_raster(tmp_path / "a.h5")


@pytest.mark.parametrize("epsg", [3035, 4326, 31370])
@pytest.mark.parametrize(
    ("driver", "ending", "options"),
    [
        ("netCDF", "nc", {"FORMAT": "NC"}),
        ("netCDF", "nc", {"FORMAT": "NC4"}),
        ("Zarr", "zarr", {"FORMAT": "ZARR_V2"}),
    ],
)
def test_what_gdal_writes(
    tmp_path: Path, driver: str, ending: str, options: dict[str, str], epsg: int
) -> None:
    """A packed band of a GeoTIFF, translated by GDAL, holds the same."""
    with rasterio.Env() as env:
        if driver not in env.drivers():
            pytest.skip(f"this GDAL has no {driver}")
    west, north, size = (4.0, 50.2, 0.1) if epsg == 4326 else (700_000, 900_000, 100)
    facts = {"driver": "GTiff", "width": 3, "height": 2, "count": 1, "dtype": "int16", "nodata": 4}
    place = from_origin(west, north, size, size)
    with rasterio.open(tmp_path / "a.tif", "w", crs=f"EPSG:{epsg}", transform=place, **facts) as file:
        file.write(VALUES, 1)
        file.scales, file.offsets = [0.1], [1.0]
    with warnings.catch_warnings(action="ignore"):
        rasterio.shutil.copy(tmp_path / "a.tif", tmp_path / f"b.{ending}", driver=driver, **options)
    found, _ = normalise.raster(read_raster(tmp_path / f"b.{ending}"), units_stated="m")
    assert np.array_equal(found.to_numpy(), [[1.1, 1.2, 1.3], [np.nan, 1.5, 1.6]], equal_nan=True)
    assert found.rio.bounds() == pytest.approx((west, north - 2 * size, west + 3 * size, north))
    assert found.rio.crs.to_epsg() == epsg


def test_a_member_of_an_archive(tmp_path: Path) -> None:
    path = write(dataset(VALUES, X, Y), tmp_path / "a.nc")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(path, "data/a.nc")
        archive.write(path, "data/b.nc")
    found = read_raster(tmp_path / "a.zip", member="b.nc", variable="depth")
    assert found.to_numpy().tolist() == VALUES.tolist()


def test_a_single_row_says_how_wide_it_is_or_is_refused(tmp_path: Path) -> None:
    one = dataset(VALUES[:1], X, Y[:1])
    with pytest.raises(InputError, match="no cell size"):
        normalise.raster(read_raster(write(one, tmp_path / "a.nc")))
    one["y"].attrs["bounds"] = "y_bnds"
    one["y_bnds"] = (("y", "nv"), np.array([[3_100_200.0, 3_100_100.0]]))
    found, _ = normalise.raster(read_raster(write(one, tmp_path / "b.nc")))
    assert found.rio.bounds() == (3_950_000, 3_100_100, 3_950_300, 3_100_200)


def test_the_raster_can_be_sent_to_another_process(tmp_path: Path) -> None:
    for ending in ENDINGS:
        found = read_raster(write(dataset(VALUES, X, Y), tmp_path / f"a.{ending}"))
        assert pickle.loads(pickle.dumps(found)).to_numpy().tolist() == VALUES.tolist()


def test_longitude_and_latitude_of_no_ellipsoid_are_told(tmp_path: Path) -> None:
    data = dataset(VALUES, LON, LAT)
    data["crs"].attrs = {"grid_mapping_name": "latitude_longitude"}
    path = write(data, tmp_path / "a.nc")
    assert normalise.raster(read_raster(path))[1] == {"degrees_taken_as_wgs84": 1}
    assert read_raster(path, crs="EPSG:4258").rio.crs.to_epsg() == 4258
    data["crs"].attrs |= {"semi_major_axis": 6_378_137.0, "inverse_flattening": 298.257222101}
    assert normalise.raster(read_raster(write(data, tmp_path / "b.nc")))[1] == {}


def test_a_projection_of_no_ellipsoid_has_a_datum_without_a_name(tmp_path: Path) -> None:
    """Lambert 72 without its datum would lie 108 m off on WGS 84: it is asked about where it is counted."""
    data = dataset(VALUES, np.array([150_050.0, 150_150, 150_250]), np.array([170_150.0, 170_050]))
    data["crs"].attrs = {
        "grid_mapping_name": "lambert_conformal_conic",
        "standard_parallel": np.array([51.16666723333333, 49.8333339]),
        "latitude_of_projection_origin": 90.0,
        "longitude_of_central_meridian": 4.367486666666666,
        "false_easting": 150_000.013,
        "false_northing": 5_400_088.438,
    }
    assert is_nameless(CRS.from_user_input(read_raster(write(data, tmp_path / "a.nc")).rio.crs))


def test_degrees_of_a_rotated_pole_are_no_longitudes(tmp_path: Path) -> None:
    data = degrees().rename(lon="rlon", lat="rlat")
    with pytest.raises(InputError, match="has no CRS"):
        read_raster(write(data, tmp_path / "a.nc"))


def test_an_attribute_without_a_value(tmp_path: Path) -> None:
    path = write(dataset(VALUES, X, Y), tmp_path / "a.nc")
    with h5py.File(path, "a") as file:
        file["depth"].attrs["units"] = h5py.Empty("S1")
        file["depth"].attrs["valid_min"] = h5py.Empty("i2")
    assert "units" not in read_raster(path).attrs
