"""Files with the faults that people report of theirs: what a raster says of its cells, a GeoPackage that is
held open, a second geometry, a system of one's own. Right values by hand: two communes of 2 x 2 km, eight
cells of 1 km2, 100 people in each.
"""

from __future__ import annotations

import hashlib
import sqlite3
import struct
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import yaml
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp
from rasterio.transform import from_origin
from shapely import box

from geoalarm.analysis import UserFiles, expose_files
from geoalarm.catalog import check_catalog, open_catalog
from geoalarm.core.errors import Faults, InputError
from geoalarm.hazards import footprint, with_possible_values
from geoalarm.io.rasters import read_raster

WEST, SOUTH = 3_950_000, 3_100_000
LEFT, RIGHT = "57001", "57002"
LOCAL = 'LOCAL_CS["export of a drawing",UNIT["metre",1],AXIS["Easting",EAST],AXIS["Northing",NORTH]]'


def communes() -> gpd.GeoDataFrame:
    shapes = [box(WEST + x, SOUTH, WEST + x + 2000, SOUTH + 2000) for x in (0, 2000)]
    return gpd.GeoDataFrame({"code": [LEFT, RIGHT]}, geometry=shapes, crs=3035)


def halves(left: float, right: float, dtype: str = "float32") -> np.ndarray:
    cells = np.full((2, 4), left, dtype)
    cells[:, 2:] = right
    return cells


def write(path: Path, cells: np.ndarray, **profile: object) -> Path:
    bands = cells[None] if cells.ndim == 2 else cells
    given = {
        "driver": "GTiff",
        "count": bands.shape[0],
        "height": bands.shape[1],
        "width": bands.shape[2],
        "dtype": bands.dtype,
        "crs": "EPSG:3035",
        "transform": from_origin(WEST, SOUTH + 2000, 1000, 1000),
    }
    with rasterio.open(path, "w", **{**given, **profile}) as file:
        file.write(bands)
    return path


def hide_right(path: Path, *, inside: bool) -> Path:
    """A mask that says the right half is not known, in the file or in ``.msk`` beside it."""
    known = np.full((2, 4), 255, "uint8")
    known[:, 2:] = 0
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=inside), rasterio.open(path, "r+") as file:
        file.write_mask(known)
    return path


@pytest.fixture
def here(tmp_path: Path) -> Path:
    communes().to_file(tmp_path / "communes.gpkg", layer="communes", driver="GPKG")
    write(tmp_path / "people.tif", halves(100, 100))
    write(tmp_path / "depth.tif", halves(1, 1))
    return tmp_path


def expose(here: Path, **options: object) -> pd.DataFrame:
    given = {"communes": "communes.gpkg", "population": "people.tif", "footprint": "depth.tif"}
    places = {key: str(here / str(options.pop(key, name))) for key, name in given.items()}
    if "kind" not in options and "classes" not in options:
        options = {"bounds": (0.5,), "units": "m", **options}
    options.pop("classes", None)
    own = UserFiles(**places, id_column="code", **options)
    done = expose_files(own, cache=here / "cache")
    done.table.attrs["manifest"] = done.manifest
    return done.table


def figures(table: pd.DataFrame, column: str = "population_exposed") -> dict[tuple[str, str], float]:
    return {
        (row.commune_id, row.intensity_class): getattr(row, column) for row in table.itertuples(index=False)
    }


# ----------------------------------------------------------------------------------------------------------
# scale and offset of the band


def packed(here: Path, name: str, right: int, scale: float) -> Path:
    """The first band plain, the second packed: 2.00 m in the left commune."""
    cells = np.zeros((2, 2, 4), "int16")
    cells[1] = halves(200, right, "int16")
    path = write(here / name, cells, nodata=-32768)
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (1.0, scale), (0.0, 0.0)
    return path


def test_scale_and_offset_are_those_of_the_band(here: Path) -> None:
    packed(here, "packed.tif", 20, 0.01)
    found = expose(here, footprint="packed.tif:2", bounds=(0.1, 0.5, 1, 5))
    people = {key: value for key, value in figures(found).items() if value}
    assert people == {(LEFT, "[1, 5)"): 400, (RIGHT, "[0.1, 0.5)"): 400}
    assert found.attrs["manifest"]["repairs"] == {"packed.tif:2": {"cells_scaled": 8}}
    assert read_raster(here / "packed.tif", 1).attrs.get("scale_factor") is None
    decimals = packed(here, "bound.tif", 29, 0.01)
    assert figures(expose(here, footprint=f"{decimals.name}:2", bounds=(0.29,)))[RIGHT, "[0.29, ∞)"] == 400


# ----------------------------------------------------------------------------------------------------------
# what is known


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "float32", "float64", "uint32"])
def test_a_mask_says_which_people_and_depths_are_known(here: Path, inside: bool, dtype: str) -> None:
    hide_right(write(here / "some.tif", halves(100, 99, dtype)), inside=inside)
    table = expose(here, population="some.tif")
    assert table.set_index("commune_id")["population"].fillna(-1).to_dict() == {LEFT: 400, RIGHT: -1}
    hide_right(write(here / "masked.tif", halves(1, 7, dtype)), inside=inside)
    table = expose(here, footprint="masked.tif", bounds=(0.5, 5)).set_index("commune_id")
    assert table.loc[RIGHT, "state"].tolist() == ["not_studied"] * 2
    assert table.loc[RIGHT, "mapped_share"].tolist() == [0, 0]
    assert table.loc[LEFT, "population_exposed"].tolist() == [400, 0]
    assert table.attrs["manifest"]["repairs"] == {"masked.tif": {"masks_read": 1}}


def test_an_alpha_band_is_a_mask_and_no_data(here: Path) -> None:
    cells = np.stack([halves(1, 7, "uint16"), halves(65535, 0, "uint16")])
    path = write(here / "alpha.tif", cells, alpha="YES")
    with rasterio.open(path) as file:
        assert file.colorinterp == (ColorInterp.gray, ColorInterp.alpha)
    table = expose(here, footprint="alpha.tif").set_index("commune_id")
    assert table["state"].to_dict() == {LEFT: "exposed", RIGHT: "not_studied"}
    with pytest.raises(InputError, match="which cells are known"):
        read_raster(path, 2)


def test_masks_are_read_in_chunks_and_with_the_tag(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from geoalarm.io import rasters

    monkeypatch.setattr(rasters, "CHUNK_CELLS", 256 * 256)
    size = 600
    path = write(
        here / "tiles.tif",
        np.full((size, size), 3, "uint8"),
        nodata=0,
        tiled=True,
        blockxsize=256,
        blockysize=256,
        transform=from_origin(WEST, SOUTH + 2000, 10, 10),
    )
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as file:
        known = np.full((size, size), 255, "uint8")
        known[100:300, 250:600] = 0
        file.write_mask(known)
    with rasterio.open(path, "r+") as file:
        file.write(np.zeros((1, 5, 5), "uint8"), window=((0, 5), (0, 5)))
    data = read_raster(path)
    assert data.chunks is not None
    assert len(data.chunks[0]) > 1
    assert data.dtype == "int16"
    unknown = data.to_numpy() == data.rio.nodata
    expected = known == 0
    expected[:5, :5] = True
    np.testing.assert_array_equal(unknown, expected)


def test_a_mask_that_is_no_image_is_refused(here: Path) -> None:
    (here / "depth.tif.msk").write_text('<VRTDataset rasterXSize="4" rasterYSize="2"/>', encoding="utf-8")
    with pytest.raises(InputError, match=r"depth.tif.msk is not a mask"):
        expose(here)


def test_the_hash_is_of_the_mask_beside_too(here: Path) -> None:
    def digest() -> str:
        sources = expose(here).attrs["manifest"]["sources"]
        return next(one["sha256"] for one in sources if one["id"] == "depth.tif")

    alone = digest()
    hide_right(here / "depth.tif", inside=False)
    assert digest() != alone


@pytest.mark.parametrize(("dtype", "tag"), [("uint16", "-9999"), ("uint8", "nan"), ("uint8", "256")])
def test_a_tag_that_no_cell_can_have_hides_nothing(here: Path, dtype: str, tag: str) -> None:
    path = write(here / "odd.tif", halves(100, 100, dtype), nodata=int("1" * min(len(tag), 3)))
    place = str(int("1" * min(len(tag), 3))).encode() + b"\0"
    content = path.read_bytes()
    assert content.count(place) == 1
    if len(tag) == 3:
        path.write_bytes(content.replace(place, tag.encode() + b"\0"))
    assert figures(expose(here, population="odd.tif"), "population")[RIGHT, "[0.5, ∞)"] == 400


def test_a_declared_number_is_not_known(here: Path) -> None:
    write(here / "huge.tif", halves(100, 1e20), nodata=1e20)
    assert np.isnan(figures(expose(here, population="huge.tif"), "population")[RIGHT, "[0.5, ∞)"])


# ----------------------------------------------------------------------------------------------------------
# several bands, pictures


def test_several_bands_are_a_question(here: Path) -> None:
    path = write(here / "ages.tif", np.stack([halves(part, part) for part in (20, 60, 20)]))
    with rasterio.open(path, "r+") as file:
        file.descriptions = ("0-14", "15-64", "65+")
    with pytest.raises(InputError, match=r"3 bands.*1 0-14, 2 15-64, 3 65\+.*--population .*ages\.tif:2"):
        expose(here, population="ages.tif")
    assert figures(expose(here, population="ages.tif:2"))[LEFT, "[0.5, ∞)"] == 240
    with pytest.raises(InputError, match="no band 4"):
        expose(here, population="ages.tif:4")


def test_a_picture_is_no_data_and_a_palette_of_classes_is(here: Path) -> None:
    colours = np.full((4, 2, 4), 255, "uint8")
    colours[:3, :, :2] = np.array([158, 202, 225])[:, None, None]
    write(here / "map.tif", colours, photometric="RGB")
    write(here / "map3.tif", colours[:3], photometric="RGB")
    for name in ("map.tif", "map.tif:1", "map3.tif"):
        with pytest.raises(InputError, match=r"is a picture.*red, green, blue"):
            expose(here, footprint=name, classes=True)
    path = write(here / "palette.tif", halves(1, 0, "uint8"), photometric="palette")
    with rasterio.open(path, "r+") as file:
        file.write_colormap(1, {0: (255, 255, 255, 255), 1: (0, 0, 255, 255)})
    assert figures(expose(here, footprint="palette.tif", classes=True)) == {(LEFT, "1"): 400, (RIGHT, "1"): 0}


def test_bytes_with_names_are_data_though_gdal_calls_them_colours(here: Path) -> None:
    path = write(here / "years.tif", np.stack([halves(code, code, "uint8") for code in (1, 2, 3)]))
    with rasterio.open(path, "r+") as file:
        assert file.colorinterp[0] == ColorInterp.red
        file.descriptions = ("class 2020", "class 2021", "class 2022")
    assert set(figures(expose(here, footprint="years.tif:2", classes=True))) == {(LEFT, "2"), (RIGHT, "2")}


# ----------------------------------------------------------------------------------------------------------
# numbers whose tag was lost

LOST = [
    -9999.0,
    9999.0,
    -3.4028234663852886e38,
    3.4028234663852886e38,
    1e20,
    -32768.0,
    -999.0,
    -99999.0,
    -1.0,
]


@pytest.mark.parametrize("number", LOST)
def test_a_number_that_no_depth_can_have_is_asked_about(here: Path, number: float) -> None:
    write(here / "lost.tif", halves(1, number))
    with pytest.raises(InputError, match=r"mean that nothing is known.*hint: say so: --no-data-value"):
        expose(here, footprint="lost.tif")
    with pytest.raises(InputError) as asked:
        expose(here, footprint="lost.tif", hazard="flood")
    answer = float(str(asked.value.hint).split("--no-data-value ")[1].split(";")[0])
    table = expose(here, footprint="lost.tif", no_data_value=(answer,)).set_index("commune_id")
    assert table["state"].to_dict() == {LEFT: "exposed", RIGHT: "not_studied"}
    if abs(number) < 1e4:
        taken = expose(here, footprint="lost.tif", no_data_value="none").set_index("commune_id")
        assert taken.loc[RIGHT, "state"] == ("exposed" if number > 0 else "zero")


@pytest.mark.parametrize(
    ("left", "right", "dtype"),
    [(1, 255, "uint8"), (0, 255, "uint8"), (3, 99, "uint8"), (2, -1, "int16"), (1, 65535, "uint16")],
)
def test_a_code_that_no_class_has_is_asked_about(here: Path, left: int, right: int, dtype: str) -> None:
    write(here / "codes.tif", halves(left, right, dtype))
    with pytest.raises(InputError, match=f"--no-data-value {right}"):
        expose(here, footprint="codes.tif", classes=True)
    table = expose(here, footprint="codes.tif", classes=True, no_data_value=(float(right),), kind="classes")
    assert set(table.loc[table["commune_id"] == RIGHT, "state"]) <= {"not_studied"}


def test_a_code_outside_the_stated_order_is_asked_about(here: Path) -> None:
    write(here / "codes.tif", halves(1, 7, "uint8"))
    with pytest.raises(InputError, match="does 7 mean"):
        expose(here, footprint="codes.tif", class_order=("1", "2"), classes=True)


@pytest.mark.parametrize(
    ("number", "dtype"), [(1e20, "float32"), (9999, "float32"), (65535, "uint16"), (-5, "int16")]
)
def test_people_that_cannot_be_are_asked_about_at_their_own_door(
    here: Path, number: float, dtype: str
) -> None:
    write(here / "lost.tif", halves(100, number, dtype))
    with pytest.raises(InputError, match="--population-no-data-value"):
        expose(here, population="lost.tif")
    table = expose(here, population="lost.tif", population_no_data_value=(float(number),))
    assert np.isnan(figures(table, "population")[RIGHT, "[0.5, ∞)"])


def test_a_fill_value_under_a_scale_is_asked_about_as_it_is_stored(here: Path) -> None:
    path = write(here / "scaled.tif", halves(100, 9999, "int16"))
    with rasterio.open(path, "r+") as file:
        file.scales = (0.01,)
    with pytest.raises(InputError, match="--no-data-value 9999"):
        expose(here, footprint="scaled.tif")
    table = expose(here, footprint="scaled.tif", no_data_value=(9999.0,)).set_index("commune_id")
    assert table["state"].to_dict() == {LEFT: "exposed", RIGHT: "not_studied"}


def test_a_town_and_a_deep_place_are_no_fill_values(here: Path) -> None:
    crowded = halves(6000, 100)
    crowded[0, 0] = 9999
    write(here / "town.tif", crowded)
    assert expose(here, population="town.tif")["population"].tolist() == [9999 + 3 * 6000, 400]
    write(here / "noise.tif", halves(1, -0.004))
    assert expose(here, footprint="noise.tif", hazard="flood")["state"].tolist() == ["exposed", "zero"]


@pytest.mark.parametrize("number", [-9999.0, 9999.0, 1e20, -1.0])
def test_polygons_of_an_intensity_that_cannot_be(here: Path, number: float) -> None:
    communes().assign(depth=[1.0, number]).to_file(here / "zones.gpkg", layer="z", driver="GPKG")
    with pytest.raises(InputError, match="mean that nothing is known"):
        expose(here, footprint="zones.gpkg", class_column="depth")
    if abs(number) > 1:
        with pytest.raises(InputError, match="mean that nothing is known"):
            expose(here, footprint="zones.gpkg", class_column="depth", classes=True)


def test_a_file_beside_that_gdal_does_not_take_for_a_mask_is_refused(here: Path) -> None:
    write(here / "plain.tif", halves(1, 7))
    write(here / "plain.tif.msk", halves(255, 0, "uint8"), driver="GTiff")
    with pytest.raises(InputError, match=r"plain.tif.msk is not a mask.*INTERNAL_MASK_FLAGS_1"):
        expose(here, footprint="plain.tif")


@pytest.mark.parametrize("bounds", [(0.5,), (-1.0, 0.5)])
def test_an_infinite_depth_is_asked_about(here: Path, bounds: tuple[float, ...]) -> None:
    write(here / "inf.tif", halves(1, np.inf))
    with pytest.raises(InputError, match=r"does inf mean.*--no-data-value inf"):
        expose(here, footprint="inf.tif", bounds=bounds)
    known = expose(here, footprint="inf.tif", bounds=bounds, no_data_value=(np.inf,)).set_index("commune_id")
    assert set(known.loc[[RIGHT], "state"]) == {"not_studied"}


def test_one_unit_in_two_words_is_one_unit(here: Path) -> None:
    with rasterio.open(write(here / "feet.tif", halves(1, 0)), "r+") as file:
        file.units = ("feet",)
    assert set(figures(expose(here, footprint="feet.tif", units="ft")).values()) == {400, 0}


# ----------------------------------------------------------------------------------------------------------
# files that break off, archives without data


def broken(here: Path) -> str:
    whole = write(
        here / "whole.tif", np.ones((200, 400), "float32"), transform=from_origin(WEST, SOUTH, 10, 10)
    )
    (here / "broken.tif").write_bytes(whole.read_bytes()[:160_000])
    return "broken.tif"


@pytest.mark.parametrize("option", ["population", "footprint"])
def test_a_raster_that_breaks_off_is_one_message(here: Path, option: str) -> None:
    with pytest.raises(InputError, match=rf"--{option}: broken.tif cannot be read; got broken.tif, band 1"):
        expose(here, **{option: broken(here)})


def test_the_catalog_says_which_entry_breaks_off(here: Path) -> None:
    opened = open_catalog(catalog(here, broken(here)))
    with pytest.raises(
        InputError, match=r"entry 'their_map', broken.tif, cannot be read; got broken.tif, band 1"
    ):
        footprint(opened.layer("their_map"))


def zipped(path: Path, members: dict[str, Path | bytes]) -> str:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content if isinstance(content, bytes) else content.read_bytes())
    return path.name


@pytest.mark.parametrize("option", ["communes", "population", "footprint", "studied"])
def test_an_archive_without_data_says_what_it_holds(here: Path, option: str) -> None:
    empty, nested = zipped(here / "empty.zip", {}), zipped(here / "nested.zip", {"a/in.zip": b"PK"})
    for name, told in ((empty, "got nothing"), (nested, "got in.zip.*unpack it, and name in.zip")):
        given = str(here / name) if option == "studied" else name
        with pytest.raises(InputError, match=f"--{option}: {name} does not hold a data file; {told}"):
            expose(here, **{option: given})


@pytest.mark.parametrize(("option", "file"), [("footprint", "depth.tif"), ("communes", "communes.gpkg")])
def test_a_name_that_stands_in_two_folders_is_no_choice(here: Path, option: str, file: str) -> None:
    name = zipped(here / "two.zip", {f"a/{file}": here / file, f"b/{file}": here / file})
    with pytest.raises(InputError, match=rf"name one: --{option} \S*two.zip:a/{file}"):
        expose(here, **{option: f"{name}:{file}"})
    assert set(figures(expose(here, **{option: f"{name}:b/{file}"})).values()) == {400}
    top = zipped(here / "top.zip", {file: here / file, f"old/{file}": here / file})
    assert set(figures(expose(here, **{option: f"{top}:{file}"})).values()) == {400}


# ----------------------------------------------------------------------------------------------------------
# by the catalog


def catalog(here: Path, file: str, *, kind: str = "intensity", **args: object) -> Path:
    metadata = {
        "title": "A map of somebody",
        "role": "hazard",
        "hazard": "flood",
        "kind": kind,
        "units": "m" if kind == "intensity" else "1",
        "crs": "EPSG:3035",
        "basis": "modelled",
        "licence": "open",
        "attribution": "somebody",
        "vintage": "2025",
        "url": "https://example.org",
        "verified": True,
    }
    entry = {
        "driver": "geo_raster",
        "args": {"urlpath": f"{{{{ CATALOG_DIR }}}}/{file}", **args},
        "metadata": metadata,
    }
    path = here / "catalog.yml"
    path.write_text(yaml.safe_dump({"metadata": {"version": 1}, "sources": {"their_map": entry}}), "utf-8")
    return path


def test_the_catalog_reads_the_same(here: Path) -> None:
    packed(here, "packed.tif", 20, 0.01)
    layer = open_catalog(catalog(here, "packed.tif", band=2)).layer("their_map")
    np.testing.assert_array_equal(layer.data.to_numpy()[0], [2.0, 2.0, 0.2, 0.2])
    hide_right(write(here / "masked.tif", halves(1, 7)), inside=True)
    layer = open_catalog(catalog(here, "masked.tif")).layer("their_map")
    np.testing.assert_array_equal(layer.data.to_numpy()[0], [1, 1, np.nan, np.nan])


@pytest.mark.parametrize("number", LOST)
def test_the_catalog_asks_and_its_check_tells(here: Path, number: float) -> None:
    write(here / "lost.tif", halves(1, number))
    opened = open_catalog(catalog(here, "lost.tif"))
    with pytest.raises(Faults, match=r"args.no_data_value: "):
        check_catalog(opened, possible=with_possible_values)
    with pytest.raises(InputError, match="mean that nothing is known"):
        footprint(opened.layer("their_map"))
    mended = open_catalog(catalog(here, "lost.tif", no_data_value=number))
    assert check_catalog(mended, possible=with_possible_values)[0].status == "opened"
    known = footprint(mended.layer("their_map")).data
    assert known.where(known != known.rio.nodata).count() == 4
    if abs(number) < 1e4:
        taken = open_catalog(catalog(here, "lost.tif", no_data_value="none"))
        assert footprint(taken.layer("their_map")).data.to_numpy()[0, 3] == number


def test_the_catalog_asks_about_codes_bands_and_pictures(here: Path) -> None:
    write(here / "codes.tif", halves(1, 255, "uint8"))
    write(here / "two.tif", np.stack([halves(1, 1), halves(2, 2)]))
    write(here / "map.tif", np.full((3, 2, 4), 9, "uint8"), photometric="RGB")
    for file, kind, told in (
        ("codes.tif", "classes", "does 255 mean"),
        ("two.tif", "intensity", "args.band"),
        ("map.tif", "classes", "is a picture"),
    ):
        with pytest.raises(Faults, match=told):
            check_catalog(open_catalog(catalog(here, file, kind=kind)), possible=with_possible_values)


# ----------------------------------------------------------------------------------------------------------
# GeoPackages with commits beside


def held_open(here: Path) -> sqlite3.Connection:
    """People 400 and 400 in the file, 9000 for the first in the write-ahead log; the connection is open."""
    path = here / "open.gpkg"
    communes().assign(people=[400, 400]).to_file(path, layer="people", driver="GPKG", SPATIAL_INDEX="NO")
    base = sqlite3.connect(path)
    for (name,) in base.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        base.execute(f'drop trigger "{name}"')
    base.commit()
    base.execute("pragma journal_mode = wal")
    base.execute("pragma wal_autocheckpoint = 0")
    base.execute("pragma wal_checkpoint(TRUNCATE)")
    base.execute(f"update people set people = 9000 where code = '{LEFT}'")
    base.commit()
    return base


def bytes_and_times(here: Path) -> dict[str, tuple[str, int]]:
    return {
        place.name: (hashlib.sha256(place.read_bytes()).hexdigest(), place.stat().st_mtime_ns)
        for place in here.glob("*.gpkg*")
    }


def left_over(here: Path) -> None:
    """The same files, and nobody has them open."""
    with closing(held_open(here)):
        kept = {place: place.read_bytes() for place in here.glob("open.gpkg*")}
    for place, content in kept.items():
        place.write_bytes(content)


@pytest.mark.parametrize("layer", ["", ":people"])
@pytest.mark.parametrize("live", [True, False])
def test_commits_beside_a_geopackage_count_and_it_stays_as_it_is(here: Path, live: bool, layer: str) -> None:
    base = held_open(here) if live else left_over(here)
    before = bytes_and_times(here)
    assert {"open.gpkg", "open.gpkg-wal", "open.gpkg-shm"} <= set(before)
    table = expose(here, population=f"open.gpkg{layer}", population_column="people")
    assert table["population"].tolist() == [9000, 400]
    assert bytes_and_times(here) == before
    both = (here / "open.gpkg").read_bytes() + (here / "open.gpkg-wal").read_bytes()
    sources = {one["id"]: one["sha256"] for one in table.attrs["manifest"]["sources"]}
    assert sources[f"open.gpkg{layer}"] == hashlib.sha256(both).hexdigest()
    if base is not None:
        base.execute(f"update people set people = 7000 where code = '{LEFT}'")
        table = expose(here, population=f"open.gpkg{layer}", population_column="people")
        assert table["population"].tolist() == [9000, 400], "what is not committed is not there"
        base.commit()
        table = expose(here, population=f"open.gpkg{layer}", population_column="people")
        assert table["population"].tolist() == [7000, 400]
        base.close()


def test_a_write_that_broke_off_is_undone(here: Path) -> None:
    path = here / "broken.gpkg"
    communes().assign(people=[400, 400]).to_file(path, layer="people", driver="GPKG", SPATIAL_INDEX="NO")
    base = sqlite3.connect(path)
    for (name,) in base.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        base.execute(f'drop trigger "{name}"')
    base.commit()
    base.execute("pragma cache_size = 1")
    base.execute("pragma cache_spill = 1")
    base.execute(f"update people set people = 9000 where code = '{LEFT}'")
    base.execute(
        "create table more as select randomblob(2000) as b from people, people a, people c, people d"
    )
    kept = {place: place.read_bytes() for place in here.glob("broken.gpkg*")}
    base.rollback()
    base.close()
    for place, content in kept.items():
        place.write_bytes(content)
    assert (here / "broken.gpkg-journal").exists()
    before = bytes_and_times(here)
    table = expose(here, population="broken.gpkg", population_column="people")
    assert table["population"].tolist() == [400, 400]
    assert bytes_and_times(here) == before


# ----------------------------------------------------------------------------------------------------------
# systems of one's own, control points, longitudes, a second geometry


def test_a_system_that_nothing_connects_to_the_earth_is_one_message(here: Path) -> None:
    write(here / "local.tif", halves(1, 1), crs=LOCAL)
    zones = communes().set_crs(LOCAL, allow_override=True).assign(people=[1, 1])
    zones.to_file(here / "local.gpkg", layer="local", driver="GPKG")
    for option in (
        {"footprint": "local.tif"},
        {"population": "local.tif"},
        {"communes": "local.gpkg"},
        {"footprint": "local.gpkg", "classes": True},
        {"population": "local.gpkg", "population_column": "people"},
        {"studied": str(here / "local.gpkg")},
    ):
        with pytest.raises(InputError, match=r"system of its own.*hint: write the true code"):
            expose(here, **option)
    with pytest.raises(InputError, match="system of its own"):
        open_catalog(catalog(here, "local.tif")).layer("their_map")


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_control_points_are_called_so(here: Path) -> None:
    corners = [(0, 0, WEST, SOUTH + 2000), (0, 4, WEST + 4000, SOUTH + 2000), (2, 0, WEST, SOUTH)]
    given = {"driver": "GTiff", "height": 2, "width": 4, "count": 1, "dtype": "float32"}
    with rasterio.open(here / "gcp.tif", "w", **given) as file:
        file.write(halves(1, 1), 1)
        file.gcps = [GroundControlPoint(*corner) for corner in corners], rasterio.CRS.from_epsg(3035)
    with pytest.raises(InputError, match=r"3 control points.*gdalwarp"):
        expose(here, footprint="gcp.tif")
    with rasterio.open(here / "nowhere.tif", "w", **given) as file:
        file.write(halves(1, 1), 1)
    with pytest.raises(InputError, match=r"does not say where it lies.*gdal_edit -a_ullr"):
        expose(here, footprint="nowhere.tif")


WORLD = {"crs": "EPSG:4326"}


@pytest.mark.parametrize("people_from", [0, -180, -0.25])
@pytest.mark.parametrize("depth_from", [0, -180])
def test_longitudes_from_0_to_360_are_understood(here: Path, people_from: float, depth_from: float) -> None:
    outlines = [box(-0.5, 49, 0.5, 49.5), box(0.5, 49, 1.0, 49.5)]
    frame = gpd.GeoDataFrame({"code": ["14001", "14002"]}, geometry=outlines, crs=4326)
    frame.to_file(here / "fr.gpkg", layer="fr", driver="GPKG")
    for name, value, start in (("people.tif", 10, people_from), ("depth.tif", 1, depth_from)):
        cells = np.full((360, 720), value, "float32")
        write(here / name, cells, transform=from_origin(start, 90, 0.5, 0.5), **WORLD)
    table = expose(here, communes="fr.gpkg")
    np.testing.assert_allclose(table["population"], [20, 10], rtol=1e-6)
    np.testing.assert_allclose(table["population_exposed"], [20, 10], rtol=1e-6)


def test_outlines_from_0_to_360_are_understood(here: Path) -> None:
    turned = [box(359.5, 49, 360.5, 49.5), box(0.5, 49, 1.0, 49.5), box(179.5, 49, 180.5, 49.5)]
    frame = gpd.GeoDataFrame({"code": ["a", "b", "c"]}, geometry=turned, crs=4326)
    frame.to_file(here / "fr.gpkg", layer="fr", driver="GPKG")
    for name, value in (("people.tif", 10), ("depth.tif", 1)):
        write(
            here / name,
            np.full((360, 720), value, "float32"),
            transform=from_origin(-180, 90, 0.5, 0.5),
            **WORLD,
        )
    table = expose(here, communes="fr.gpkg")
    np.testing.assert_allclose(table["population"], [20, 10, 20], rtol=1e-6)


def test_a_strip_across_180_degrees_is_called_so(here: Path) -> None:
    write(here / "strip.tif", halves(1, 1), transform=from_origin(179, -16, 0.5, 0.5), **WORLD)
    with pytest.raises(InputError, match=r"reaches across 180 degrees"):
        expose(here, footprint="strip.tif")


def test_a_second_geometry_gives_way_to_the_main_one(here: Path) -> None:
    frame = communes().rename_geometry("outline")
    frame["geometry"] = frame.outline.centroid
    frame.to_parquet(here / "two.parquet")
    zone = gpd.GeoDataFrame(geometry=[box(WEST, SOUTH, WEST + 1000, SOUTH + 1000)], crs=3035)
    zone.to_file(here / "zone.geojson")
    table = expose(here, communes="two.parquet", footprint="zone.geojson", classes=True)
    assert table["population_exposed"].tolist() == [100, 0]
    other = communes().assign(centre=communes().geometry.centroid)
    other.to_parquet(here / "other.parquet")
    table = expose(here, communes="other.parquet", footprint="zone.geojson", classes=True)
    assert table["population_exposed"].tolist() == [100, 0]
    other.set_geometry("centre").to_parquet(here / "points.parquet")
    with pytest.raises(InputError, match="must be polygons"):
        expose(here, communes="points.parquet", footprint="zone.geojson", classes=True)


def test_a_column_called_geometry_is_no_geometry(here: Path) -> None:
    with closing(sqlite3.connect(here / "communes.gpkg")) as base:
        for (name,) in base.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            base.execute(f'drop trigger "{name}"')
        base.execute("alter table communes add column geometry text default 'square'")
        base.commit()
    assert expose(here)["population_exposed"].tolist() == [400, 400]


@pytest.mark.filterwarnings("ignore:geometry column type")
def test_curves_collections_and_small_parcels_keep_their_area(here: Path) -> None:
    """A circle of 400 m radius written as a curve, 1 person a hectare: 50.27."""
    write(
        here / "dense.tif",
        np.full((20, 40), 1, "float32"),
        transform=from_origin(WEST, SOUTH + 2000, 100, 100),
    )
    path = here / "curve.gpkg"
    communes().iloc[:1].to_file(path, layer="curve", driver="GPKG", SPATIAL_INDEX="NO")
    x, y, r = WEST + 1000, SOUTH + 1000, 400
    ring = [(x - r, y), (x, y + r), (x + r, y), (x, y - r), (x - r, y)]
    curve = struct.pack("<BII", 1, 10, 1) + struct.pack("<BII", 1, 8, 5)
    curve += b"".join(struct.pack("<dd", *point) for point in ring)
    with closing(sqlite3.connect(path)) as base:
        for (name,) in base.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            base.execute(f'drop trigger "{name}"')
        base.execute("update curve set geom = ?", (b"GP" + struct.pack("<BBi", 0, 1, 3035) + curve,))
        base.execute("update gpkg_geometry_columns set geometry_type_name = 'CURVEPOLYGON'")
        base.commit()
    table = expose(here, population="dense.tif", footprint="curve.gpkg", classes=True)
    assert table["population_exposed"].tolist() == pytest.approx([np.pi * 16, 0], rel=1e-3)
