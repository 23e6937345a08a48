"""Datums that PROJ does not know, or knows too roughly: told with their size, or refused with the system."""

from __future__ import annotations

import math
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS

from geoalarm.core.errors import InputError
from geoalarm.core.model import Communes, Footprint, Population, interval_classes
from geoalarm.exposure.datum_accuracy import datum_notes
from geoalarm.exposure.engine import expose, prepare
from geoalarm.exposure.points import at_points
from geoalarm.geo.datum_shift import datum_shift, with_stated_datum
from geoalarm.results import FootprintRecord, build_manifest
from geoalarm.testing import raster

BRUSSELS = (4.35, 50.85)
X, Y = 3_950_000.0, 3_100_000.0
LAMBERT_72 = """PROJCS["Lambert Belge 72",GEOGCS["unnamed",DATUM["unknown",SPHEROID["International 1924",
6378388,297]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic_2SP"],
PARAMETER["standard_parallel_1",49.8333339],PARAMETER["standard_parallel_2",51.16666723333333],
PARAMETER["latitude_of_origin",90],PARAMETER["central_meridian",4.367486666666666],
PARAMETER["false_easting",150000.013],PARAMETER["false_northing",5400088.438],UNIT["Meter",1]]"""
"""As map programs write it that do not know the datum of Belge 1972."""


def communes(crs: int | str = 3035) -> Communes:
    boxes = gpd.GeoSeries([shapely.box(X, Y, X + 2000, Y + 2000)], crs=3035)
    moved = boxes.to_crs(31370).set_crs(crs, allow_override=True) if crs == LAMBERT_72 else boxes.to_crs(crs)
    return Communes(gpd.GeoDataFrame({"commune_id": ["a"]}, geometry=moved))


def hazard(crs: int | str = 3035, cell_m: float = 100.0) -> Footprint:
    size = int(4000 / cell_m)
    data = raster(np.ones((size, size)), cell_m=cell_m, origin=(X - 1000, Y - 1000), units="m")
    if crs != 3035:
        west, south, _, _ = communes(31370).data.total_bounds
        data = raster(
            np.ones((size, size)), cell_m=cell_m, origin=(west - 1000, south - 1000), units="m", crs=crs
        )
    return Footprint(data, kind="intensity", hazard="flood", classes=interval_classes([0.5]), units="m")


def people(cell_m: float = 100.0) -> Population:
    size = int(4000 / cell_m)
    return Population(raster(np.ones((size, size)), cell_m=cell_m, origin=(X - 1000, Y - 1000)))


def test_lambert_72_without_its_datum_lies_108_m_off() -> None:
    """The shift of Belge 1972 in Brussels: 108 m (IGN/NGI; the same as ``test_crs`` of Lambert 2008)."""
    found = datum_shift(CRS.from_wkt(LAMBERT_72), CRS.from_epsg(3035), BRUSSELS)
    assert found.size_m == pytest.approx(108, abs=1.5)
    assert (found.is_ballpark, found.unknown, found.likely) == (True, 0, ("EPSG:31370",))


@pytest.mark.parametrize(
    ("source", "target", "size"),
    [
        (31370, 3035, 1.0),
        (2154, 3035, 1.0),
        (27572, 3035, 2.0),
        ("+proj=utm +zone=31 +ellps=GRS80", 3035, 2.0),
    ],
)
def test_known_datums_are_as_good_as_proj_says(source: int | str, target: int, size: float) -> None:
    assert 0 < datum_shift(CRS.from_user_input(source), CRS.from_user_input(target), BRUSSELS).size_m <= size


@pytest.mark.parametrize(("one", "other"), [(3857, 4326), (31370, "EPSG:31370+5710"), (3035, 4258)])
def test_one_datum_is_no_shift(one: int, other: int | str) -> None:
    assert datum_shift(CRS.from_user_input(one), CRS.from_user_input(other), BRUSSELS) is None


def test_a_datum_without_a_name_is_not_any_other() -> None:
    """PROJ holds it for equal to ED50, on the same ellipsoid and 90 m to 200 m from Belge 1972."""
    assert datum_shift(CRS.from_wkt(LAMBERT_72), CRS.from_epsg(23031), BRUSSELS).size_m > 50


def test_what_nobody_knows_is_told_as_that() -> None:
    found = datum_shift(CRS.from_user_input("+proj=longlat +R=6371229"), CRS.from_epsg(3035), BRUSSELS)
    assert found.is_ballpark
    assert math.isnan(found.size_m)


def test_communes_and_hazard_of_an_unknown_datum_are_refused_with_the_system() -> None:
    with pytest.raises(InputError, match="communes") as told:
        prepare(people(), communes(LAMBERT_72))
    assert "108 m" in str(told.value)
    assert "EPSG:31370" in told.value.hint
    with pytest.raises(InputError, match="hazard"):
        expose(hazard(LAMBERT_72), people(), communes())


def test_the_studied_area_too() -> None:
    area = communes(LAMBERT_72).data[["geometry"]]
    zone = communes().data[["geometry"]]
    flood = Footprint(zone, kind="polygons", hazard="flood", studied=area)
    with pytest.raises(InputError, match="studied area"):
        expose(flood, people(), communes())


def test_points_in_zones_too() -> None:
    spots = gpd.GeoDataFrame(geometry=gpd.points_from_xy([X + 1], [Y + 1]), crs=3035)
    flood = Footprint(communes(LAMBERT_72).data[["geometry"]], kind="polygons", hazard="flood")
    with pytest.raises(InputError, match="EPSG:31370"):
        at_points(flood, spots, communes())


def test_one_unknown_datum_for_all_layers_needs_no_word() -> None:
    """What moves together stays together."""
    data = hazard(LAMBERT_72).data
    table = expose(hazard(LAMBERT_72), Population(data.assign_attrs(units="1")), communes(LAMBERT_72))
    assert table["caveats"].iloc[0] == ""


def test_a_shift_too_rough_for_the_cells_is_told_with_its_size() -> None:
    """1 m cells in Lambert 72: PROJ's shift without the grid of IGN is good to 0.2 m."""
    west, south, _, _ = communes(31370).data.total_bounds
    data = raster(np.ones((100, 100)), cell_m=1.0, origin=(west + 500, south + 500), units="m", crs=31370)
    table = expose(replace(hazard(), data=data), people(), communes())
    assert table["caveats"].iloc[0].split("|")[0] == "datum_shift"
    assert "up to 0.2 m" in table.attrs["warnings"][0]
    assert "be_ign_bd72lb72_etrs89lb08.tif" in table.attrs["warnings"][0]
    record = FootprintRecord.of(hazard(31370), table)
    assert table.attrs["warnings"][0] in build_manifest(table, communes(), [record])["warnings"]


def test_a_tenth_of_the_cell_is_the_limit() -> None:
    layers = {"communes": CRS.from_epsg(27572), "hazard": CRS.from_epsg(3035)}
    given = {"bounds": np.array([3.9e6, 3.0e6, 4.0e6, 3.1e6]), "crs": CRS.from_epsg(3035)}
    assert datum_notes(layers, **given, cell_m=20.0) == ()
    assert "up to 2 m" in datum_notes(layers, **given, cell_m=19.0)[0]


def test_a_stated_system_names_the_datum() -> None:
    found = with_stated_datum(communes(LAMBERT_72).data, "EPSG:31370")
    assert found.crs.to_epsg() == 31370
    assert with_stated_datum(communes(2154).data, "EPSG:31370").crs.to_epsg() == 2154
