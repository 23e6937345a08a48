"""Formats that hold their own data are opened alike; what points elsewhere, claims too much or is cut off is
not.
"""

from __future__ import annotations

import json
import shutil
import struct
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import box

from geoalarm.core.errors import InputError
from geoalarm.io.input_hash import input_sha256
from geoalarm.io.vector_files import RowFilter, read_vector
from geoalarm.io.vector_formats import vector_format

ZONES = gpd.GeoDataFrame(
    {"code": ["01001", "57002"], "people": [10, 20], "alea": ["modéré", "élevé"]},
    geometry=[box(x, 50, x + 1, 51) for x in (2, 3)],
    crs=4326,
).astype({"people": "int32"})
DRIVERS = {
    "geojsonl": "GeoJSONSeq",
    "geojsons": "GeoJSONSeq",
    "gml": "GML",
    "kml": "LIBKML",
    "kmz": "LIBKML",
    "tab": "MapInfo File",
    "mif": "MapInfo File",
    "gdb": "OpenFileGDB",
}
KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'
GML = (
    '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:gml="http://www.opengis.net/gml/'
    '3.2" xmlns:xlink="http://www.w3.org/1999/xlink"{}>{}</wfs:FeatureCollection>'
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("formats")
    for ending, driver in DRIVERS.items():
        ZONES.to_file(folder / f"zones.{ending}", driver=driver)
    return {ending: folder / f"zones.{ending}" for ending in DRIVERS}


@pytest.mark.parametrize("ending", DRIVERS)
def test_every_format_gives_the_same_rows_and_nothing_is_written_beside(
    files: dict[str, Path], ending: str
) -> None:
    path = files[ending]
    before = sorted(path.parent.rglob("*"))
    frame = read_vector(path).sort_values("code")
    assert frame["code"].tolist() == ["01001", "57002"]
    assert frame["people"].astype(int).tolist() == [10, 20]
    assert frame["alea"].tolist() == ["modéré", "élevé"]
    assert frame.crs.to_epsg() == 4326
    assert frame.geometry.iloc[1].bounds == pytest.approx((3, 50, 4, 51), abs=1e-6)
    assert read_vector(path, keep=[RowFilter("alea", equals="élevé")])["code"].tolist() == ["57002"]
    assert read_vector(path, bbox=(2.2, 50.2, 2.8, 50.8))["code"].tolist() == ["01001"]
    assert sorted(path.parent.rglob("*")) == before


def test_a_geodatabase_in_an_archive(files: dict[str, Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "gdb.zip", "w") as archive:
        for one in files["gdb"].iterdir():
            archive.write(one, f"delivery/zones.gdb/{one.name}")
    assert len(read_vector(tmp_path / "gdb.zip")) == 2


@pytest.mark.parametrize("ending", ["gdb", "kml"])
def test_one_of_several_layers_is_named(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"two.{ending}"
    for name in ("zones", "aléa"):
        ZONES.to_file(path, driver=DRIVERS[ending], layer=name, mode="a" if path.exists() else "w")
    with pytest.raises(InputError, match=r"several layers; got aléa, zones.*args.layer: aléa"):
        read_vector(path)
    assert len(read_vector(path, unicodedata.normalize("NFD", "aléa"))) == 2
    with pytest.raises(InputError, match=r"no layer 'zone'.*did you mean 'zones'"):
        read_vector(path, "zone")


def test_a_schema_beside_gml_says_what_is_text(files: dict[str, Path], tmp_path: Path) -> None:
    """Without it 57E01 would be a number; one that includes others is left out."""
    for one in (files["gml"], files["gml"].with_suffix(".xsd")):
        content = one.read_text("utf-8").replace("57002", "57E01")
        (tmp_path / one.name).write_text(content, "utf-8")
    assert read_vector(tmp_path / "zones.gml")["code"].tolist() == ["01001", "57E01"]
    schema = tmp_path / "zones.xsd"
    before = input_sha256(tmp_path / "zones.gml")
    schema.write_text(
        schema.read_text("utf-8").replace(
            "<xs:import ", '<xs:include schemaLocation="../secret.xsd"/><xs:import '
        )
    )
    assert len(read_vector(tmp_path / "zones.gml")) == 2
    assert input_sha256(tmp_path / "zones.gml") != before


def test_the_hash_is_of_all_the_files_that_are_read(files: dict[str, Path], tmp_path: Path) -> None:
    for ending, other in (
        ("tab", "zones.dat"),
        ("mif", "zones.mid"),
        ("gdb", "zones.gdb/a00000009.gdbtable"),
    ):
        folder = tmp_path / ending
        shutil.copytree(files[ending].parent, folder)
        before = input_sha256(folder / f"zones.{ending}")
        (folder / other).write_bytes((folder / other).read_bytes() + b" ")
        assert input_sha256(folder / f"zones.{ending}") != before, ending


@pytest.mark.parametrize(
    ("name", "other"), [("a.shp", "a.dbf"), ("a.shp", "a.prj"), ("a.tif", "a.tif.aux.xml")]
)
def test_the_hash_is_of_a_shapefile_and_of_what_stands_beside_a_raster(
    name: str, other: str, tmp_path: Path
) -> None:
    """People of a shapefile stand in its table; a program notes a no-data value beside a raster."""
    (tmp_path / name).write_bytes(b"one")
    alone = input_sha256(tmp_path / name)
    (tmp_path / other).write_bytes(b"two")
    first = input_sha256(tmp_path / name)
    (tmp_path / other).write_bytes(b"three")
    assert len({alone, first, input_sha256(tmp_path / name)}) == 3


@pytest.mark.parametrize(
    ("ending", "missing"),
    [("tab", "dat"), ("tab", "map"), ("tab", "id"), ("mif", "mid"), ("shp", "shx"), ("shp", "dbf")],
)
def test_a_file_that_stands_alone(tmp_path: Path, ending: str, missing: str) -> None:
    path = tmp_path / f"zones.{ending}"
    ZONES.to_file(path, driver=DRIVERS.get(ending, "ESRI Shapefile"))
    path.with_suffix(f".{missing}").unlink()
    with pytest.raises(InputError, match=f"stands alone: zones.{missing} is missing"):
        read_vector(path)


def sequence(features: int, *, indent: int | None = None) -> str:
    rows = json.loads(ZONES.to_json())["features"][:features]
    return "".join(json.dumps(row, indent=indent) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (sequence(2), "geojsonseq"),
        ("\ufeff" + sequence(2), "geojsonseq"),
        ("\n\n" + sequence(2), "geojsonseq"),
        (sequence(1), "geojson"),
        (sequence(1, indent=1), "geojson"),
        ("\x1e" + sequence(1, indent=1), "geojsonseq"),
        (ZONES.to_json(indent=1), "geojson"),
    ],
)
def test_a_sequence_of_features_is_told_from_one(tmp_path: Path, text: str, kind: str) -> None:
    path = tmp_path / "zones.json"
    path.write_text(text, "utf-8")
    assert vector_format(path) == kind
    assert len(read_vector(path)) == (1 if text.count('"Feature"') == 1 else 2)


TRIANGLE = (
    "<Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>3,50 4,50 4,51 3,50</coordinates>"
    "</LinearRing></outerBoundaryIs></Polygon></Placemark>"
)
LINK = "<NetworkLink><Link><href>b.kml</href></Link></NetworkLink>"
SURFACE = (
    '<wfs:member><a xmlns="urn:x"><geom><gml:MultiSurface><gml:surfaceMember xlink:href="#g"/>'
    "</gml:MultiSurface></geom></a></wfs:member>"
)
TAB = "!table\n!version 300\n"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.kml", KML.format(TRIANGLE + LINK), "NetworkLink"),
        ("b.kml", '<!DOCTYPE kml [<!ENTITY a "aa">]>' + KML.format(TRIANGLE), "DOCTYPE"),
        ("c.kml", KML.format(TRIANGLE)[:-20], "no sound XML"),
        ("d.kml", KML.format(TRIANGLE + "<!-- <OGRVRTDataSource> -->"), "names other files"),
        ("e.kml", KML.format("<Folder>" * 300 + "</Folder>" * 300), "inside each other"),
        ("f.kml", KML.format(""), "no features|is empty"),
        ("a.gml", GML.format("", SURFACE), "surfaceMember by reference"),
        ("b.gml", GML.format("", '<wfs:member xlink:href="http://x/y"/>'), "member by reference"),
        ("c.gml", GML.format(' numberMatched="5000" numberReturned="1000"', ""), "1000 of 5000 features"),
        ("a.tab", TAB + 'Definition Table\n  Type DBF Charset "Neutral"\n', "DBF"),
        ("b.tab", TAB + 'Open Table "other" Hide\nCreate View a as Select * from other\n', "a view"),
        ("c.tab", TAB + 'Definition Table\n  Type NATIVE\n"\\IsSeamless" = "TRUE"\n', "SEAMLESS"),
        (
            "a.geojson",
            '{"type":"FeatureCollection","exceededTransferLimit":true,"features":[]}',
            "exceededTransferLimit",
        ),
        (
            "b.geojson",
            '{"type":"FeatureCollection","features":[],"numberMatched":9,"numberReturned":5}',
            "5 of 9",
        ),
        (
            "c.geojson",
            '{"type":"FeatureCollection","totalFeatures":9,"features":[{"type":"Feature","properties":{},'
            '"geometry":{"type":"Point","coordinates":[3,50]}}]}',
            "1 of 9 features.*catalog entry",
        ),
    ],
)
def test_what_holds_other_than_its_own_data_is_refused(
    tmp_path: Path, name: str, content: str, told: str
) -> None:
    path = tmp_path / name
    path.write_text(content, "utf-8")
    with pytest.raises(InputError, match=told) as error:
        read_vector(path)
    assert error.value.hint


def with_rows_that_overlap(folder: Path) -> None:
    """Every row of the layer is the largest one of all, as in a bomb."""
    index = folder / "a00000009.gdbtablx"
    content = bytearray(index.read_bytes())
    width = struct.unpack("<4I", content[:16])[3]
    first = content[16 : 16 + width]
    for row in range(1024):
        content[16 + row * width : 16 + (row + 1) * width] = first
    index.write_bytes(content)


def with_a_link(folder: Path) -> None:
    (folder / "a0000000a.gdbtable").symlink_to("/etc/passwd")


def with_compressed_tables(folder: Path) -> None:
    (folder / "a00000009.cdf").write_bytes(b"x")


def without_tables(folder: Path) -> None:
    for one in folder.glob("*.gdbtable"):
        one.unlink()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (with_rows_that_overlap, "holds more than the file"),
        (with_a_link, "a link to another place"),
        (with_compressed_tables, "compressed tables"),
        (without_tables, "no table"),
    ],
)
def test_geodatabases_that_are_not_what_they_seem(
    files: dict[str, Path], tmp_path: Path, change: Callable[[Path], None], told: str
) -> None:
    folder = tmp_path / "zones.gdb"
    shutil.copytree(files["gdb"], folder)
    change(folder)
    with pytest.raises(InputError, match=told):
        read_vector(folder)


def test_accents_of_columns_and_files_are_the_same_in_every_spelling(tmp_path: Path) -> None:
    nfd = unicodedata.normalize("NFD", "Numéro")
    ZONES.rename(columns={"code": nfd}).to_file(tmp_path / f"{nfd}.gpkg", layer="a")
    frame = read_vector(tmp_path / "Numéro.gpkg", keep=[RowFilter("Numéro", equals="01001")])
    assert frame["Numéro"].tolist() == ["01001"]
