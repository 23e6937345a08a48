"""What is not opened is called by its name, with the reason and a command that converts it."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoalarm.core.errors import InputError
from geoalarm.io.vector_files import read_raster, read_vector

FILES = {
    "plan.dxf": (b"  0\r\nSECTION\r\n", r"drawing \(DXF\)", "ogr2ogr -nlt POLYGON"),
    "plan.dwg": (b"AC1032\0\0", r"drawing \(DWG\)", "DXF"),
    "map.ecw": (b"e\0\0\0", "ECW", "gdal_translate map.ecw map.tif"),
    "map.jp2": (b"\x00\x00\x00\x0cjP  \r\n", "JPEG 2000", "gdal_translate map.jp2 map.tif"),
    "map.png": (b"\x89PNG\r\n", r"picture \(PNG\)", "drawn from"),
    "login.geojson": (b"<!DOCTYPE html><html>", "web page", "browser"),
    "page.gml": (b"<?xml version='1.0'?><!DOCTYPE html>\n<html xmlns='x'>", "web page", "browser"),
    "error.tif": (
        b"<?xml version='1.0'?><ServiceExceptionReport>",
        "error message of a service",
        "ask the service",
    ),
    "error.xml": (b"<ows:ExceptionReport xmlns:ows='x'>", "error message of a service", "ask the service"),
    "error.json": (b'{"error": {"code": 400, "message": "Invalid URL"}}', "error message", "ask the service"),
    "lfs.tif": (b"version https://git-lfs.github.com/spec/v1\noid", "Git LFS", "git lfs pull"),
    "plan.pdf": (b"%PDF-1.7", r"document \(PDF\)", "gdal_translate"),
    "people.ods": (b"PK\x03\x04", "OpenDocument", "soffice"),
    "people.xls": (
        b"\xd0\xcf\x11\xe0\xa1\xb1",
        "workbook",
        "soffice --headless --convert-to xlsx people.xls",
    ),
    "zones.dbf": (b"\x03", "part of a shapefile", "zones.shp"),
    "zones.shx": (b"\x00\x00\x27\x0a", "part of a shapefile", "zones.shp"),
    "zones.dat": (b"\x03", "part of a MapInfo table", "zones.tab"),
    "topo.json": (b'{"type": "Topology", "objects": {}}', "TopoJSON", "ogr2ogr topo.gpkg topo.json"),
    "esri.json": (
        b'{"displayFieldName": "a", "geometryType": "esriGeometryPolygon"}',
        "Esri JSON",
        "ogr2ogr",
    ),
    "zones.gpx": (b"<gpx version='1.1'>", "GPX", "ogr2ogr"),
    "zones.vrt": (b"<OGRVRTDataSource>", r"virtual", "build it"),
    "zones.7z": (b"7z\xbc\xaf\x27\x1c", "7z", "7z x zones.7z"),
    "zones.geojson.gz": (b"\x1f\x8b\x08", "gzip", "gunzip"),
    "my plan.e00": (b"EXP  0 A", "ArcInfo", "ogr2ogr 'my plan.gpkg' 'my plan.e00'"),
    "depth.nc": (b"CDF\x05", "CDF-5", "nccopy -k nc4 depth.nc depth_nc4.nc"),
    "depth.hdf": (b"\x0e\x03\x13\x01", "HDF 4", "gdal_translate depth.hdf depth.tif"),
    "zones.csv": ("code;people\n".encode("utf-16"), "UTF-16", "iconv"),
}


@pytest.mark.parametrize("name", FILES)
def test_by_its_name_with_what_converts_it(tmp_path: Path, name: str) -> None:
    content, called, command = FILES[name]
    path = tmp_path / name
    path.write_bytes(content + b"\n" * 100)
    readers = (read_raster,) if name.endswith(".tif") else (read_vector, read_raster)
    for reader in readers if name not in ("people.ods",) else ():
        with pytest.raises(InputError, match=f"{called}.*not opened") as error:
            reader(path)
        assert command in error.value.hint


def test_a_folder_is_called_by_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "depth.zarr").mkdir()
    (tmp_path / "depth.zarr" / "zarr.json").write_text("{}")
    with pytest.raises(InputError, match="a Zarr store"):
        read_raster(tmp_path / "depth.zarr")
    (tmp_path / "delivery").mkdir()
    (tmp_path / "delivery" / "zones.shp").touch()
    with pytest.raises(InputError, match=r"a folder.*in it: zones.shp"):
        read_vector(tmp_path / "delivery")
