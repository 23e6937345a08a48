"""Files of every format come in the same; files of no format, or of a hostile one, end in one error."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from affine import Affine
from shapely import Point, box

from geoalarm.core.errors import InputError
from geoalarm.io import archives
from geoalarm.io.vector_files import RowFilter, read_raster, read_vector

CELLS = gpd.GeoDataFrame(
    {"code": ["01", "02", "03"], "people": [10, 20, -9999]},
    geometry=[box(x, 50, x + 1, 51) for x in (2, 3, 4)],
    crs=4326,
)


def write_vector(folder: Path, kind: str) -> Path:
    path = folder / f"cells.{kind}"
    if kind == "parquet":
        CELLS.to_parquet(path)
    else:
        CELLS.to_file(path, **({"layer": "cells"} if kind == "gpkg" else {}))
    return path


def write_raster(
    path: Path,
    values: np.ndarray,
    *,
    crs: str | None = "EPSG:3035",
    transform: Affine | None = None,
    **options: object,
) -> Path:
    bands = values if values.ndim == 3 else values[None]
    profile = {
        "driver": "GTiff",
        "height": bands.shape[1],
        "width": bands.shape[2],
        "count": bands.shape[0],
        "dtype": bands.dtype.name,
        "crs": crs,
        "transform": transform or Affine(100, 0, 3_900_000, 0, -100, 3_050_000),
        **options,
    }
    with rasterio.open(path, "w", **profile) as out:
        out.write(bands)
    return path


@pytest.mark.parametrize("kind", ["gpkg", "shp", "geojson", "fgb", "parquet"])
def test_every_vector_format_gives_the_same_frame(tmp_path: Path, kind: str) -> None:
    frame = read_vector(write_vector(tmp_path, kind))
    order = frame.sort_values("code")
    assert order["code"].tolist() == ["01", "02", "03"]
    assert order["people"].tolist() == [10, 20, -9999]
    assert frame.crs.equals("EPSG:4326", ignore_axis_order=True)
    assert order.geometry.to_numpy()[1].bounds == (3, 50, 4, 51)


@pytest.mark.parametrize("kind", ["gpkg", "shp", "geojson", "fgb", "parquet"])
def test_rules_and_boxes_cut_the_same_rows_out_of_every_format(tmp_path: Path, kind: str) -> None:
    path = write_vector(tmp_path, kind)
    assert sorted(read_vector(path, keep=[RowFilter("people", at_least=0)])["code"]) == ["01", "02"]
    assert read_vector(path, keep=[RowFilter("code", equals="02")])["people"].tolist() == [20]
    assert read_vector(path, keep=[RowFilter("code", equals="0'2")] * 0, bbox=(3.2, 50.2, 3.8, 50.8))[
        "code"
    ].tolist() == ["02"]
    with pytest.raises(InputError, match=r"is empty.*after the rules"):
        read_vector(path, keep=[RowFilter("code", equals="x' OR '1'='1")])
    with pytest.raises(InputError, match="did you mean 'people'"):
        read_vector(path, keep=[RowFilter("peopl", at_least=0)])


def test_csv_points_need_columns_and_a_crs(tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    path.write_text("\ufeffname;longitude;latitude\na;3.1;50.2\nb;;\n", encoding="utf-8")
    frame = read_vector(path, x="longitude", y="latitude", crs="EPSG:4326", delimiter=";")
    assert frame.geometry.iloc[0] == Point(3.1, 50.2)
    assert frame.geometry.isna().tolist() == [False, True]
    assert list(frame.columns) == ["name", "longitude", "latitude", "geometry"]
    with pytest.raises(InputError, match="does not say where its points are"):
        read_vector(path)
    with pytest.raises(InputError, match=r"no column 'longitud'.*did you mean 'longitude'"):
        read_vector(path, x="longitud", y="latitude", crs="EPSG:4326", delimiter=";")
    path.write_text("name,x,y\na;3,1;50,2\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"decimal point|cannot be read as CSV"):
        read_vector(path, x="x", y="y", crs="EPSG:4326")


def test_coordinates_of_a_list_may_have_decimal_commas(tmp_path: Path) -> None:
    """As spreadsheets of both countries write them; a column with both signs is one error."""
    path = tmp_path / "sites.csv"
    path.write_text("nom;lon;lat\nA;3,5;50,25\nB;4;50\nC;;\n", encoding="utf-8")
    facts = {"x": "lon", "y": "lat", "crs": "EPSG:4326", "delimiter": ";"}
    frame = read_vector(path, **facts)
    assert [(p.x, p.y) for p in frame.geometry if p is not None] == [(3.5, 50.25), (4, 50)]
    path.write_text("nom;lon;lat\nA;3,5;50\nB;4.5;50\n", encoding="utf-8")
    with pytest.raises(InputError, match="all with a comma"):
        read_vector(path, **facts)


def test_layers_are_named_where_there_are_several(tmp_path: Path) -> None:
    path = write_vector(tmp_path, "gpkg")
    assert len(read_vector(path, "cells")) == 3
    CELLS.head(1).to_file(path, layer="other")
    with pytest.raises(InputError, match="several layers; got cells, other"):
        read_vector(path)
    with pytest.raises(InputError, match=r"no layer 'cels'.*did you mean 'cells'"):
        read_vector(path, "cels")
    assert len(read_vector(path, "other")) == 1


def test_a_crs_is_demanded_and_never_overruled(tmp_path: Path) -> None:
    path = tmp_path / "bare.shp"
    CELLS.to_file(path)
    (tmp_path / "bare.prj").unlink()
    with pytest.raises(InputError, match=r"bare\.shp has no CRS"):
        read_vector(path)
    assert read_vector(path, crs="EPSG:4326").crs.to_epsg() == 4326
    with pytest.raises(InputError, match="another CRS than the entry states"):
        read_vector(write_vector(tmp_path, "gpkg"), crs="EPSG:3035")


def test_what_is_no_layer_is_one_error(tmp_path: Path) -> None:
    empty = tmp_path / "empty.gpkg"
    CELLS.head(0).to_file(empty, layer="cells")
    table = tmp_path / "table.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(table)
    nothing = tmp_path / "nothing.gpkg"
    nothing.touch()
    cases = {
        tmp_path / "missing.gpkg": "does not exist",
        empty: "is empty",
        table: "cannot be read as GeoParquet",
        nothing: "0 bytes",
        tmp_path: "is not a file",
    }
    for path, told in cases.items():
        with pytest.raises(InputError, match=told):
            read_vector(path)
    write_vector(tmp_path, "gpkg")
    with pytest.raises(InputError, match=r"did you mean 'cells\.gpkg'"):
        read_vector(tmp_path / "cels.gpkg")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "pipeline.geojson",
            b'{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read TARGET ! write '
            b'--format=stream x"}',
        ),
        (
            "virtual.geojson",
            b'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>TARGET</SrcDataSource></OGRVRTLayer>'
            b"</OGRVRTDataSource>",
        ),
        (
            "virtual.gpkg",
            b'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>TARGET</SrcDataSource></OGRVRTLayer>'
            b"</OGRVRTDataSource>",
        ),
        (
            "virtual.csv",
            b'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>TARGET</SrcDataSource></OGRVRTLayer>'
            b"</OGRVRTDataSource>",
        ),
        ("esri.json", b'{"objectIdFieldName": "a", "geometryType": "esriGeometryPoint", "features": []}'),
        ("service.geojson", b"<OGRWFSDataSource><URL>http://127.0.0.1:9/</URL></OGRWFSDataSource>"),
        ("page.geojson", b"<!doctype html><title>503</title>"),
        ("cut.geojson", b'{"type": "FeatureCollection", "features": ['),
        ("cut.parquet", b"PAR1\x00\x00PAR1"),
        ("cut.fgb", b"fgb\x03fgb\x00\x00\x00\x00"),
        ("cut.shp", b"\x00\x00\x27\x0a" + b"\0" * 40),
        ("a.kml", b"<kml></kml>"),
    ],
)
def test_files_that_are_programs_or_broken_are_never_run(tmp_path: Path, name: str, content: bytes) -> None:
    """The first two make GDAL read another file; both worked through pyogrio before the first bytes were
    looked at.
    """
    target = write_vector(tmp_path, "geojson")
    path = tmp_path / name
    path.write_bytes(content.replace(b"TARGET", str(target).encode()))
    with pytest.raises(InputError):
        read_vector(path, x="a", y="b", crs="EPSG:4326")


def test_a_geometry_that_claims_millions_of_points(tmp_path: Path) -> None:
    """Well-known binary with a count of 4 billion points and none of them, inside a sound GeoParquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = write_vector(tmp_path, "parquet")
    table = pq.read_table(path)
    bomb = struct.pack("<BIII", 1, 3, 1, 0xFFFFFFFF) + b"\0" * 16
    column = table.schema.get_field_index("geometry")
    pq.write_table(
        table.set_column(column, table.schema.field(column), pa.array([bomb] * 3, pa.binary())), path
    )
    with pytest.raises(InputError, match="cannot be read as GeoParquet"):
        read_vector(path)


@pytest.mark.parametrize("header", ["<BII", ">BII"])
@pytest.mark.parametrize("kind", [7, 6, 1007, 0x80000007])
def test_geometries_nested_a_hundred_thousand_deep(tmp_path: Path, header: str, kind: int) -> None:
    """Two lines of Python make this file, and the library that unpacks it ends the process: it is never
    handed on.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = write_vector(tmp_path, "parquet")
    table = pq.read_table(path)
    order = 1 if header[0] == "<" else 0
    bomb = struct.pack(header, order, kind, 1) * 100_000 + struct.pack(f"{header[0]}BIdd", order, 1, 3, 50)
    column = table.schema.get_field_index("geometry")
    pq.write_table(
        table.set_column(column, table.schema.field(column), pa.array([bomb] * 3, pa.binary())), path
    )
    with pytest.raises(InputError, match="nested without end"):
        read_vector(path)


@pytest.mark.parametrize("says_so", [True, False])
def test_one_value_in_millions_of_rows_is_a_bomb(tmp_path: Path, says_so: bool) -> None:
    """A dictionary stores a megabyte once and two million rows point at it: 2 TB from a file of a few
    megabytes.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path, rows = write_vector(tmp_path, "parquet"), 2_000_000
    facts = pq.read_schema(path).metadata
    value = pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(rows, "int32")), pa.array([b"\1" * 1_000_000], pa.binary())
    )
    schema = pa.schema([pa.field("geometry", value.type)], metadata={b"geo": facts[b"geo"]})
    with pq.ParquetWriter(path, schema, store_schema=says_so) as out:
        out.write_table(pa.table([value], schema=schema))
        out.add_key_value_metadata({"geo": facts[b"geo"].decode()})
    assert path.stat().st_size < 5_000_000
    tracemalloc.start()
    with pytest.raises(InputError, match="expands too far; got over"):
        read_vector(path)
    assert tracemalloc.get_traced_memory()[1] < 50e6
    tracemalloc.stop()
    assert memory_to_refuse(path) < 1000


READ = """
import re, sys
from pathlib import Path
from geoalarm.io.vector_files import read_vector
from geoalarm.core.errors import InputError
try:
    read_vector(Path(sys.argv[1]))
except InputError:
    print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1))
"""


def memory_to_refuse(path: Path) -> float:
    """Most memory [MB] of a process that does nothing but refuse the file: this one holds what other tests
    left in it.
    """
    if not Path("/proc/self/status").exists():
        pytest.skip("the memory of a process is read from /proc")
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)], capture_output=True, text=True, timeout=120, check=True
    )
    return int(done.stdout) / 1024


def test_columns_of_lists_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "lists.parquet"
    CELLS.assign(many=[[1], [2], [3]]).to_parquet(path)
    with pytest.raises(InputError, match="column 'many'; got list"):
        read_vector(path)


def zipped(path: Path, members: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_zip_archives_are_opened_as_they_are(tmp_path: Path) -> None:
    write_vector(tmp_path, "shp")
    parts = {
        f"folder/cells.{ending}": (tmp_path / f"cells.{ending}").read_bytes()
        for ending in ("shp", "shx", "dbf", "prj", "cpg")
    }
    assert len(read_vector(zipped(tmp_path / "one.zip", {**parts, "readme.txt": b"x"}))) == 3
    twice = zipped(
        tmp_path / "two.zip",
        {**parts, **{name.replace("cells", "Cells_2"): content for name, content in parts.items()}},
    )
    with pytest.raises(InputError, match="several data files"):
        read_vector(twice)
    assert len(read_vector(twice, member="*cells*.shp")) == 6
    assert len(read_vector(twice, member="cells.shp")) == 3
    with pytest.raises(InputError, match="does not hold none"):
        read_vector(twice, member="none*.shp")
    raster = write_raster(tmp_path / "a.tif", np.ones((4, 4), "float32"))
    assert read_raster(zipped(tmp_path / "r.zip", {"x/a.tif": raster.read_bytes()})).shape == (4, 4)


def test_archives_never_write_outside_and_never_expand_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEOALARM_CACHE", str(tmp_path / "cache"))
    good = write_vector(tmp_path, "geojson").read_bytes()
    slip = zipped(tmp_path / "slip.zip", {"../../../../escaped.geojson": good})
    assert len(read_vector(slip)) == 3
    escaped = list(tmp_path.parent.rglob("*escaped*"))
    assert escaped
    assert all((tmp_path / "cache") in path.parents for path in escaped)
    bomb = zipped(tmp_path / "bomb.zip", {"bomb.gpkg": b"\0" * (80 * 2**20)})
    assert bomb.stat().st_size < 100_000
    with pytest.raises(InputError, match="expands too far"):
        read_vector(bomb)
    with pytest.raises(InputError, match="expands too far"):
        archives.unpack(
            zipped(tmp_path / "many.zip", {f"{n}.geojson": b"{}" for n in range(30)}),
            member="*",
            endings=(".geojson",),
            limits=archives.Limits(members=20),
        )
    assert not list((tmp_path / "cache").rglob("*bomb*"))


def test_archives_that_lie_or_are_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOALARM_CACHE", str(tmp_path / "cache"))
    path = zipped(tmp_path / "lie.zip", {"a.geojson": b"{" + b" " * 5000}, compression=zipfile.ZIP_DEFLATED)
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<I", 5001), struct.pack("<I", 10)))
    with pytest.raises(InputError, match=r"lies about the size|not a sound zip"):
        read_vector(path)
    (tmp_path / "cut.zip").write_bytes(content[:60])
    with pytest.raises(InputError, match="not a sound zip"):
        read_vector(tmp_path / "cut.zip")
    assert not [one for one in (tmp_path / "cache").rglob("*") if one.is_file()]


def test_rasters_are_lazy_and_keep_their_dtype(tmp_path: Path) -> None:
    values = np.array([[1, -1], [3, 4]], "int16")
    data = read_raster(write_raster(tmp_path / "a.tif", values, nodata=-1))
    assert data.dims == ("y", "x")
    assert data.chunks is not None
    assert data.dtype == "int16"
    assert data.rio.nodata == -1
    assert data.attrs["_FillValue"] == -1
    np.testing.assert_array_equal(data.to_numpy(), values)
    assert data.rio.crs.to_epsg() == 3035


def test_large_rasters_are_chunked_in_whole_blocks(tmp_path: Path) -> None:
    path = write_raster(
        tmp_path / "a.tif",
        np.zeros((3000, 5000), "uint8"),
        tiled=True,
        blockxsize=256,
        blockysize=256,
        compress="deflate",
    )
    data = read_raster(path)
    assert data.chunks[0][0] % 256 == 0
    assert data.chunks[1][0] % 256 == 0
    assert 2**20 < data.chunks[0][0] * data.chunks[1][0] <= 2**23


def test_rasters_that_cannot_be_used(tmp_path: Path) -> None:
    values = np.ones((2, 2), "float32")
    with pytest.raises(InputError, match="no CRS"):
        read_raster(write_raster(tmp_path / "bare.tif", values, crs=None))
    assert read_raster(tmp_path / "bare.tif", crs="EPSG:3035").rio.crs.to_epsg() == 3035
    with pytest.raises(InputError, match="a rotated grid"):
        read_raster(write_raster(tmp_path / "turned.tif", values, transform=Affine(100, 5, 0, 5, -100, 0)))
    with pytest.raises(InputError, match="has no band 3; got 1 band"):
        read_raster(tmp_path / "bare.tif", 3, crs="EPSG:3035")
    with pytest.raises(InputError, match="real numbers"):
        read_raster(write_raster(tmp_path / "complex.tif", values.astype("complex64")))
    with pytest.raises(InputError, match="not a raster this house opens; got a database"):
        read_raster(write_vector(tmp_path, "gpkg"))
    with pytest.raises(InputError, match="not a vector file this house opens; got a TIFF"):
        read_vector(tmp_path / "bare.tif")
    (tmp_path / "cut.tif").write_bytes((tmp_path / "bare.tif").read_bytes()[:20])
    with pytest.raises(InputError, match="cannot be read as a raster"):
        read_raster(tmp_path / "cut.tif")


def test_a_virtual_raster_is_refused_under_any_name(tmp_path: Path) -> None:
    target = write_raster(tmp_path / "a.tif", np.ones((2, 2), "float32"))
    text = (
        '<VRTDataset rasterXSize="2" rasterYSize="2"><VRTRasterBand dataType="Float32" band="1">'
        f"<SimpleSource><SourceFilename>{target}"
        "</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    for name in ("a.vrt", "b.tif", "c.asc"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=r"virtual raster .*not opened"):
            read_raster(tmp_path / name)


def test_a_raster_whose_one_block_fills_the_memory(tmp_path: Path) -> None:
    """A few kilobytes that claim one strip of 40,000 by 40,000 numbers: to read one cell is to unpack all."""
    path = tmp_path / "block.tif"
    profile = {
        "driver": "GTiff",
        "height": 40_000,
        "width": 40_000,
        "count": 1,
        "dtype": "float64",
        "crs": "EPSG:3035",
        "transform": Affine(100, 0, 0, 0, -100, 0),
        "blockysize": 40_000,
        "SPARSE_OK": True,
        "compress": "deflate",
    }
    with rasterio.open(path, "w", **profile):
        pass
    assert path.stat().st_size < 10_000
    with pytest.raises(InputError, match="too large to be read in parts"):
        read_raster(path)


def test_an_ascii_grid_takes_its_crs_from_the_entry(tmp_path: Path) -> None:
    path = tmp_path / "elsus.asc"
    path.write_text(
        "ncols 2\nnrows 2\nxllcorner 3900000\nyllcorner 3050000\ncellsize 200\nNODATA_value -9999\n1 "
        "2\n-9999 5\n",
        encoding="ascii",
    )
    with pytest.raises(InputError, match="no CRS"):
        read_raster(path)
    data = read_raster(path, crs="EPSG:3035")
    assert data.to_numpy().tolist() == [[1, 2], [-9999, 5]]
    assert data.rio.nodata == -9999


def test_geojson_text_is_not_limited_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "communes"
    path.write_text(json.dumps(json.loads(CELLS.to_json())), encoding="utf-8")
    assert len(read_vector(path)) == 3
