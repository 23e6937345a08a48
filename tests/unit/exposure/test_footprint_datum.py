"""Datums of hazard, studied area, people and communes, wherever they are counted."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from geoalarm.core.errors import InputError
from geoalarm.core.model import Footprint
from geoalarm.exposure.engine import expose, prepare
from geoalarm.exposure.points import at_points
from geoalarm.exposure.union import union
from geoalarm.results import FootprintRecord, build_manifest
from geoalarm.testing import raster

MADE = runpy.run_path(str(Path(__file__).parents[2] / "nameless_datum.py"))
LAMBERT_72, X, Y, commune, depth, people = (
    MADE[name] for name in ("LAMBERT_72", "X", "Y", "commune", "depth", "people")
)


def zone(crs: int | str = 3035) -> gpd.GeoDataFrame:
    return commune(crs).data[["geometry"]]


def test_communes_people_and_hazard_of_an_unknown_datum_are_refused() -> None:
    with pytest.raises(InputError, match="communes") as told:
        prepare(people(), commune(LAMBERT_72))
    assert "EPSG:31370" in told.value.hint
    with pytest.raises(InputError, match="population"):
        prepare(people(LAMBERT_72), commune())
    with pytest.raises(InputError, match="hazard"):
        expose(depth(LAMBERT_72), people(), commune())


@pytest.mark.parametrize("crs", [3035, LAMBERT_72])
def test_the_studied_area_and_the_union_too(crs: int | str) -> None:
    other = 3035 if crs == LAMBERT_72 else LAMBERT_72
    flood = Footprint(zone(crs), kind="polygons", hazard="flood", studied=zone(other))
    with pytest.raises(InputError, match="datum that is not known"):
        expose(flood, people(), commune())
    with pytest.raises(InputError, match="datum that is not known"):
        union([depth(), flood], prepare(people(), commune()))


def test_points_in_zones_too() -> None:
    spots = gpd.GeoDataFrame(geometry=gpd.points_from_xy([X + 1], [Y + 1]), crs=3035)
    flood = Footprint(zone(LAMBERT_72), kind="polygons", hazard="flood")
    with pytest.raises(InputError, match="EPSG:31370"):
        at_points(flood, spots, commune())


def test_one_unknown_datum_for_all_layers_needs_no_word() -> None:
    table = expose(depth(LAMBERT_72), people(LAMBERT_72), commune(LAMBERT_72))
    assert table["caveats"].iloc[0] == ""
    assert table.attrs["warnings"] == []


def test_a_shift_too_rough_for_the_cells_is_told_with_its_size() -> None:
    """1 m cells in Lambert 72: PROJ's shift without the grid of IGN is good to 0.2 m."""
    west, south, _, _ = commune(31370).data.total_bounds
    data = raster(np.ones((50, 50)), cell_m=1.0, origin=(west + 500, south + 500), units="m", crs=31370)
    fine = replace(depth(), data=data)
    prepared = prepare(people(), commune())
    table = expose(fine, prepared.population, prepared.communes, prepared=prepared)
    assert "datum_shift" in table["caveats"].iloc[0].split("|")
    assert "datum_shift" in union([fine, depth()], prepared)["caveats"].iloc[0].split("|")
    told = [line for line in table.attrs["warnings"] if "up to 0.2 m" in line]
    assert len(told) == 2  # beside the communes, and beside the people
    assert "be_ign_bd72lb72_etrs89lb08.tif" in told[0]
    record = FootprintRecord.of(fine, table)
    assert set(told) <= set(build_manifest(table, commune(), [record])["warnings"])


def test_large_cells_of_an_unknown_datum_are_told_in_the_manifest() -> None:
    table = expose(depth(LAMBERT_72, 2000.0), people(3035, 2000.0), commune())
    assert "datum_shift" not in table["caveats"].iloc[0]
    assert any("unknown" in line and "108 m" in line for line in table.attrs["warnings"])
