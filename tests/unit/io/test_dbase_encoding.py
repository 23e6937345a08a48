"""Shapefiles whose encoding nobody states: UTF-8 is read as such, older files as before."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from shapely import box

from geoalarm.io.table_files import list_tables, read_tables
from geoalarm.io.vector_files import read_vector

ZONES = gpd.GeoDataFrame({"aléa": ["élevé", "modéré"]}, geometry=[box(2, 50, 3, 51)] * 2, crs=4326)


def shapefile(path: Path, encoding: str) -> Path:
    """Without the .cpg that says which."""
    pyogrio.write_dataframe(ZONES, path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    return path


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1"])
def test_letters_with_accents_are_read_whatever_the_encoding(tmp_path: Path, encoding: str) -> None:
    path = shapefile(tmp_path / "zones.shp", encoding)
    assert list(read_vector(path)["aléa"]) == ["élevé", "modéré"]
    (table,) = list_tables(path)
    assert list(read_tables([table])[0]["aléa"]) == ["élevé", "modéré"]


def test_what_a_cpg_states_is_kept(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "zones.shp", "ISO-8859-1")
    path.with_suffix(".cpg").write_text("ISO-8859-1")
    assert list(read_vector(path)["aléa"]) == ["élevé", "modéré"]
