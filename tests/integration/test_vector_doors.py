"""Archives, layers, accents and formats by the command line and by the catalog; the hint of every message is
followed, and leads on. Right values by hand: two communes of 2 x 2 km, 100 people in each of eight cells.
"""

from __future__ import annotations

import re
import shlex
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import yaml
from click.testing import CliRunner
from rasterio.transform import from_origin
from shapely import box

from geoalarm.catalog import open_catalog
from geoalarm.cli import main
from geoalarm.core.errors import InputError

WEST, SOUTH = 3_950_000, 3_100_000
WHOLE = {"57001": 400.0, "57002": 400.0}
LEFT_HALF = {"57001": 400.0, "57002": 0.0}


def square(x: float, width: float = 2000) -> object:
    return box(WEST + x, SOUTH, WEST + x + width, SOUTH + 2000)


COMMUNES = gpd.GeoDataFrame(
    {"code": list(WHOLE), "people": [400, 400]}, geometry=[square(0), square(2000)], crs=3035
)
COMMUNES = COMMUNES.astype({"people": "int32"})
ZONES = {
    "T010": gpd.GeoDataFrame({"alea": ["fort"]}, geometry=[square(0)], crs=3035),
    "T100": gpd.GeoDataFrame({"alea": ["fort"]}, geometry=[square(0, 4000)], crs=3035),
}


def cells(path: Path, value: float) -> Path:
    profile = {"driver": "GTiff", "count": 1, "height": 2, "width": 4, "dtype": "float32", "crs": "EPSG:3035"}
    with rasterio.open(path, "w", transform=from_origin(WEST, SOUTH + 2000, 1000, 1000), **profile) as file:
        file.write(np.full((1, 2, 4), value, "float32"))
    return path


def zipped(path: Path, files: dict[str, Path]) -> Path:
    """The files under their names, and what macOS puts beside them."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, file in files.items():
            archive.write(file, name)
            archive.writestr(f"__MACOSX/{Path(name).parent}/._{Path(name).name}", b"\0\5\x16\7")
        archive.writestr(".DS_Store", b"\0")
    return path


def parts(folder: Path, stem: str, name: str) -> dict[str, Path]:
    return {f"{name}{one.suffix}": one for one in folder.glob(f"{stem}.*") if one.suffix in SHAPEFILE}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("doors")
    COMMUNES.to_file(folder / "communes.shp")
    COMMUNES.to_file(folder / "communes.gpkg", layer="communes")
    for name, zones in ZONES.items():
        zones.to_file(folder / f"{name}.shp")
        zones.to_file(folder / "zones.gpkg", layer=name)
    cells(folder / "people.tif", 100)
    cells(folder / "depth.tif", 1)
    zipped(folder / "communes.zip", parts(folder, "communes", "Communes 2026/communes"))
    both = {**parts(folder, "T010", "livraison/T010"), **parts(folder, "T100", "livraison/T100")}
    zipped(folder / "zones.zip", both)
    zipped(folder / "layers.zip", {"a/zones.gpkg": folder / "zones.gpkg"})
    zipped(folder / "depth.zip", {"depth.tif": folder / "depth.tif"})
    zipped(folder / "mixed.zip", {"depth.tif": folder / "depth.tif", **both})
    zipped(folder / "people.zip", {"x/people.tif": folder / "people.tif"})
    return folder


Expose = Callable[..., tuple[dict[str, float] | None, str]]


@pytest.fixture
def expose(here: Path, tmp_path: Path) -> Expose:
    """Exposed by commune, or None and the message."""

    out = tmp_path / "out.csv"

    def run(**options: str | Path) -> tuple[dict[str, float] | None, str]:
        given = {
            "communes": here / "communes.gpkg",
            "id": "code",
            "population": here / "people.tif",
            "footprint": here / "T010.shp",
            "out": out,
            **options,
        }
        words = [
            word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", str(value))
        ]
        answer = CliRunner().invoke(main, ["expose", *words])
        if answer.exit_code:
            assert answer.exit_code == 2, answer.output
            assert not out.exists()
            return None, answer.stderr
        table = pd.read_csv(out, dtype={"commune_id": "str"})
        out.unlink()
        return dict(zip(table["commune_id"], table["population_exposed"], strict=True)), answer.stderr

    return run


SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
INTENSITY = {"bounds": "0.5", "units": "m"}


@pytest.mark.parametrize("part", ["", ":communes.shp", ":communes", ":Communes 2026/communes.shp"])
def test_an_archive_of_macos(expose: Expose, here: Path, part: str) -> None:
    assert expose(communes=f"{here / 'communes.zip'}{part}", footprint=here / "T100.shp")[0] == WHOLE


@pytest.mark.parametrize(
    ("part", "right"), [("T100", WHOLE), ("T100.shp", WHOLE), ("T010", LEFT_HALF), ("T*0.shp", WHOLE)]
)
@pytest.mark.parametrize("archive", ["zones.zip", "mixed.zip", "layers.zip"])
def test_a_member_or_a_layer_of_the_only_member(
    expose: Expose, here: Path, archive: str, part: str, right: dict[str, float]
) -> None:
    if archive == "layers.zip" and "." in part:
        part = f"zones.gpkg:{part.split('.')[0].replace('*', '10')}"
    assert expose(footprint=f"{here / archive}:{part}")[0] == right


@pytest.mark.parametrize("option", ["communes", "population", "footprint", "studied"])
@pytest.mark.parametrize("file", ["zones.zip", "zones.gpkg", "layers.zip"])
def test_the_hint_can_be_followed_at_every_option(expose: Expose, here: Path, option: str, file: str) -> None:
    columns = {"population": {"population_column": "people"}}.get(option, {})
    found, message = expose(**{option: here / file, **columns})
    assert found is None
    assert "args." not in message
    followed = re.search(rf"hint: name one: --{option} (.*T010(\.shp)?)\.$", message.strip())
    assert followed, message
    found, after = expose(**{option: shlex.split(followed.group(1))[0], **columns})
    assert "holds several" not in after


def test_an_archive_is_looked_into(expose: Expose, here: Path) -> None:
    assert expose(footprint=here / "depth.zip", **INTENSITY)[0] == WHOLE
    assert expose(footprint=f"{here / 'depth.zip'}:1", **INTENSITY)[0] == WHOLE
    assert expose(footprint=f"{here / 'mixed.zip'}:depth", **INTENSITY)[0] == WHOLE
    assert expose(population=here / "people.zip")[0] == LEFT_HALF
    found, message = expose(footprint=here / "mixed.zip")
    assert found is None
    assert "depth.tif, livraison/T010.shp, livraison/T100.shp" in message
    found, message = expose(footprint=f"{here / 'mixed.zip'}:T200")
    assert "does not hold T200" in message


def test_accents_are_the_same_in_every_spelling(expose: Expose, tmp_path: Path) -> None:
    nfd, nfc = (unicodedata.normalize(form, "Numéro") for form in ("NFD", "NFC"))
    COMMUNES.rename(columns={"code": nfd}).to_file(tmp_path / f"{nfd}.gpkg", layer=nfd)
    zones = ZONES["T010"].assign(alea=unicodedata.normalize("NFD", "élevé"))
    zones.to_file(tmp_path / "zones.geojson")
    for written in (nfd, nfc):
        for part in ("", f":{nfd}", f":{nfc}"):
            found, message = expose(
                communes=f"{tmp_path / written}.gpkg{part}",
                id=written,
                footprint=tmp_path / "zones.geojson",
                class_column="alea",
                class_order=unicodedata.normalize("NFC", "modéré,élevé"),
            )
            assert found == LEFT_HALF, message


CRSLESS = {"communes": "shp", "footprint": "shp", "population": "tif"}


@pytest.mark.parametrize("option", CRSLESS)
def test_a_file_without_crs_gets_a_command(expose: Expose, tmp_path: Path, option: str) -> None:
    if option == "population":
        profile = {"driver": "GTiff", "count": 1, "height": 2, "width": 4, "dtype": "float32"}
        with rasterio.open(tmp_path / "a.tif", "w", transform=from_origin(0, 2, 1, 1), **profile) as file:
            file.write(np.ones((1, 2, 4), "float32"))
    else:
        COMMUNES.to_file(tmp_path / "a.shp")
        (tmp_path / "a.prj").unlink()
    found, message = expose(**{option: tmp_path / f"a.{CRSLESS[option]}"})
    assert found is None
    assert f"--{option}: a." in message
    assert "-a_srs EPSG:..." in message
    assert "args." not in message


# ----------------------------------------------------------------------------------------------------------
# by the catalog


def catalog(here: Path, **args: object) -> Path:
    facts = {"title": "Zones", "role": "hazard", "hazard": "flood", "kind": "polygons", "crs": "EPSG:3035"}
    facts |= {"basis": "statutory", "licence": "open", "attribution": "somebody", "vintage": "2026"}
    entry = {
        "driver": "geo_vector",
        "args": args,
        "metadata": {**facts, "url": "https://example.org", "verified": True},
    }
    path = here / "catalog.yml"
    path.write_text(yaml.safe_dump({"sources": {"their_zones": entry}}), "utf-8")
    return path


def test_the_catalog_chooses_by_the_same_names(here: Path) -> None:
    for file, part in (("zones.zip", {"member": "T100"}), ("layers.zip", {"layer": "T100"})):
        address = f"{{{{ CATALOG_DIR }}}}/{file}"
        data = open_catalog(catalog(here, urlpath=address, **part)).layer("their_zones").data
        assert data.geometry.iloc[0].equals(square(0, 4000))
        with pytest.raises(InputError, match=rf"several.*name one: args\.{next(iter(part))}: T010"):
            open_catalog(catalog(here, urlpath=address)).layer("their_zones")
