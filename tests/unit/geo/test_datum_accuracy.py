"""What is told of datum shifts, what is refused, and from which size on."""

from __future__ import annotations

import runpy
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from pyproj import CRS

from geoalarm.core.errors import InputError
from geoalarm.geo.datum_accuracy import MapExtent, datum_notes, on_raster_map, placed_on_earth

MADE = runpy.run_path(str(Path(__file__).parents[2] / "nameless_datum.py"))
LAMBERT_72, X, Y, commune, depth = (MADE[name] for name in ("LAMBERT_72", "X", "Y", "commune", "depth"))

BELGIUM = (3_800_000.0, 2_950_000.0, 4_050_000.0, 3_150_000.0)


def notes(*systems: int | str, cell_m: float):
    """Of layers all over Belgium."""
    belgium = gpd.GeoSeries([shapely.box(*BELGIUM)], crs=3035)
    layers = {}
    for name, crs in zip(("communes", "hazard", "studied area"), systems, strict=False):
        bounds = belgium.to_crs(31370 if crs == LAMBERT_72 else crs).total_bounds
        layers[name] = MapExtent(CRS.from_user_input(crs), tuple(bounds), is_raster=name == "hazard")
    return datum_notes(layers, cell_m=cell_m)


@pytest.mark.parametrize(("cell_m", "told"), [(20.0, False), (19.0, True)])
def test_a_tenth_of_the_cell_is_the_limit(cell_m: float, told: bool) -> None:
    """NTF to ETRS89 without the grid of IGN: 2 m (EPSG)."""
    found = notes(27572, 3035, cell_m=cell_m)
    assert found.is_rough is told
    assert [line for line in found.lines if "up to 2 m" in line and "fr_ign_ntf_r93.tif" in line] == list(
        found.lines
    )
    assert bool(found.lines) is told


def test_an_unknown_datum_is_refused_with_the_system_it_may_be() -> None:
    with pytest.raises(InputError, match="hazard") as told:
        notes(3035, LAMBERT_72, cell_m=100.0)
    assert "it may be EPSG:31370" in str(told.value)
    assert "gdal_edit.py -a_srs EPSG:31370" in told.value.hint
    with pytest.raises(InputError, match="ogr2ogr -a_srs EPSG:31370") as told:
        notes(3035, 3035, LAMBERT_72, cell_m=100.0)
    assert "studied area" in str(told.value)


@pytest.mark.parametrize(("code", "country"), [(27700, "Kingdom"), (26731, "States")])
def test_a_named_system_of_another_part_of_the_earth_is_called_so(code: int, country: str) -> None:
    """The British grid and NAD27 in Belgium: their datum is known and stated; the place is not theirs."""
    with pytest.raises(InputError, match="not one of the place where it lies") as told:
        notes(3035, code, cell_m=10.0)
    assert country in told.value.sentence()
    assert "if its coordinates are of another system, state that one" in told.value.hint


def test_large_cells_bear_an_unknown_datum_and_it_is_told() -> None:
    found = notes(3035, LAMBERT_72, cell_m=5000.0)
    assert not found.is_rough
    assert "up to 10" in found.lines[0]
    assert "datum of one is unknown" in found.lines[0]


def test_a_datum_that_proj_cannot_place_at_all_is_refused() -> None:
    with pytest.raises(InputError, match="nobody knows how far"):
        notes(3035, 21500, cell_m=5000.0)


def test_a_sphere_is_told_and_bears_a_caveat() -> None:
    """Climate models stand on spheres; whoever knows that their latitudes are geodetic may go on."""
    found = notes(3035, "+proj=longlat +R=6371229", cell_m=12_000.0)
    assert found.is_rough
    assert "geocentric" in found.lines[0]
    assert found.caveats == ("datum_shift",)


def test_layers_of_one_datum_need_no_word() -> None:
    assert notes(31370, "EPSG:31370+5710", 31370, cell_m=0.1).lines == ()


def test_the_middle_of_what_two_layers_share_decides() -> None:
    """Communes of half of Europe, a hazard in Belgium: the code is looked for in Belgium."""
    europe = MapExtent(CRS.from_epsg(4326), (-9.0, 36.0, 30.0, 70.0))
    x, y, *_ = commune(31370).data.total_bounds
    local = MapExtent(CRS.from_wkt(LAMBERT_72), (x, y, x + 1000, y + 1000))
    with pytest.raises(InputError, match="EPSG:31370"):
        datum_notes({"communes": europe, "hazard": local}, cell_m=100.0)


def test_points_and_outlines_whose_datum_would_be_lost() -> None:
    point = gpd.GeoSeries([shapely.Point(X, Y)], crs=3035)
    lost = gpd.GeoDataFrame(geometry=point.to_crs(31370).set_crs(LAMBERT_72, allow_override=True))
    with pytest.raises(InputError, match="cavities"):
        placed_on_earth(lost, what="cavities")
    with pytest.raises(InputError, match="polders"):
        on_raster_map(commune(LAMBERT_72).data, depth().data, what="polders")
    place, told = placed_on_earth(gpd.GeoDataFrame(geometry=point), what="cavities")
    assert place[0] == pytest.approx(point.to_crs(4326).get_coordinates().to_numpy()[0])
    assert told.lines == ()
