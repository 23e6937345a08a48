"""Units of which it is not known how many live there, on every way the engine counts. By hand: two communes
of 2 x 2 cells of 1 km2, 100 people in each cell that is known.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rioxarray  # noqa: F401
import shapely
import xarray as xr
from rasterio.transform import from_origin

from geoalarm.analysis.accident.people_in_zones import risk_people, zone_people
from geoalarm.core.model import Communes, Footprint, IntensityClass, Population, interval_classes
from geoalarm.exposure.engine import expose
from geoalarm.exposure.population_index import prepare
from geoalarm.exposure.risk import annual_expectation
from geoalarm.exposure.union import union
from geoalarm.results.totals import summary, threshold_total

WEST, SOUTH = 3_950_000, 3_100_000
LEFT, RIGHT = "BE:00001", "BE:00002"


def raster(cells: np.ndarray, size: float) -> xr.DataArray:
    data = xr.DataArray(np.asarray(cells), dims=("y", "x"))
    data = data.rio.write_crs("EPSG:3035").rio.write_transform(from_origin(WEST, SOUTH + 2000, size, size))
    rows, columns = data.shape
    x, y = WEST + size * (np.arange(columns) + 0.5), SOUTH + 2000 - size * (np.arange(rows) + 0.5)
    return data.assign_coords(x=x, y=y).rio.write_nodata(np.nan)


def communes() -> Communes:
    shapes = [shapely.box(WEST + x, SOUTH, WEST + x + 2000, SOUTH + 2000) for x in (0, 2000)]
    return Communes(gpd.GeoDataFrame({"commune_id": [LEFT, RIGHT]}, geometry=shapes, crs=3035))


def cells(unknown: list[int], *, left: float = 100.0) -> Population:
    """Columns 0 to 3; ``unknown`` ones hold no number."""
    people = np.full((2, 4), 100.0)
    people[:, :2] = left
    people[:, unknown] = np.nan
    return Population(raster(people, 1000))


def polygons(unknown: list[int]) -> Population:
    places = [(x, y) for y in (0, 1) for x in range(4)]
    shapes = [
        shapely.box(WEST + 1000 * x, SOUTH + 1000 * y, WEST + 1000 * (x + 1), SOUTH + 1000 * (y + 1))
        for x, y in places
    ]
    people = [np.nan if x in unknown else 100.0 for x, _ in places]
    return Population(gpd.GeoDataFrame({"people": people}, geometry=shapes, crs=3035), column="people")


def depth(columns: list[int], size: float, period: float = 100.0) -> Footprint:
    """Water of 1 m in some columns of 1 km, on a grid of ``size``."""
    factor = int(1000 / size)
    wet = np.repeat(np.isin(np.arange(4), columns), factor)
    values = np.tile(wet.astype("float32"), (2 * factor, 1))
    return Footprint(
        raster(values, size),
        kind="intensity",
        hazard="flood",
        classes=interval_classes([0.5]),
        units="m",
        return_period_yr=period,
    )


def zone(columns: list[int]) -> Footprint:
    shape = shapely.union_all(
        [shapely.box(WEST + 1000 * x, SOUTH, WEST + 1000 * (x + 1), SOUTH + 2000) for x in columns]
    )
    return Footprint(
        gpd.GeoDataFrame({"zone": ["near"], "distance_m": [1.0]}, geometry=[shape], crs=3035),
        kind="polygons",
        hazard="industrial",
        classes=(IntensityClass("near"),),
        class_column="zone",
        countries=("BE",),
    )


def hazards(columns: list[int]) -> list[Footprint]:
    """The same cells on the grid of the people, on a finer one, and as a polygon."""
    return [depth(columns, 1000), depth(columns, 250), zone(columns)]


@pytest.mark.parametrize("way", [0, 1, 2])
@pytest.mark.parametrize("people", [cells, polygons])
def test_what_a_class_touches_decides(people: object, way: int) -> None:
    def row(wet: list[int]) -> dict[str, object]:
        table = expose(hazards(wet)[way], people([2]), communes())  # type: ignore[operator]
        account = table.attrs["ledger"]
        assert abs(account["residual"]) + abs(account["residual_exposure"]) < 1e-9
        assert account["units_without_people"] == 2
        left, right = table.to_dict("records")
        assert left["population"] == 400
        assert "population_partly_unknown" not in left["caveats"]
        assert "population_partly_unknown" in right["caveats"]
        assert right["population"] == 200
        return right

    both, known, unknown, none = row([2, 3]), row([3]), row([2]), row([0])
    assert both["population_exposed"] == pytest.approx(200)
    assert np.isnan(both["population_exposed_high"])
    assert both["state"] == "exposed"
    assert known["population_exposed"] == pytest.approx(200)
    assert known["population_exposed_high"] == pytest.approx(200)
    assert np.isnan([unknown["population_exposed"], unknown["population_exposed_low"]]).all()
    assert unknown["state"] == "outside_coverage"
    assert unknown["area_exposed_km2"] == pytest.approx(2)
    assert (none["population_exposed"], none["population_exposed_high"], none["state"]) == (0, 0, "zero")


def test_a_sliver_of_a_known_unit_makes_no_commune_known() -> None:
    population = polygons([2, 3])
    frame = population.data.copy()
    frame.loc[1, "geometry"] = shapely.box(WEST + 1000, SOUTH, WEST + 2010, SOUTH + 1000)
    table = expose(depth([3], 1000), Population(frame, column="people"), communes())
    assert np.isnan(table["population"][1])
    assert table["state"][1] == "outside_coverage"
    assert "population_unknown" in table["caveats"][1]
    account = table.attrs["ledger"]
    assert account["in_communes"] == pytest.approx(400)
    assert abs(account["residual"]) + abs(account["residual_exposure"]) < 1e-9


def test_totals_keep_the_known_part_as_a_lower_bound() -> None:
    shallow = depth([2, 3], 1000)
    values = shallow.data.copy()
    values[:, 3] = 0.2
    two = Footprint(values, kind="intensity", hazard="flood", classes=interval_classes([0.1, 0.5]), units="m")
    table = expose(two, cells([2]), communes())
    assert table["state"].tolist() == ["zero", "zero", "exposed", "outside_coverage"]
    left, right = threshold_total(table).to_dict("records")
    assert (left["population_exposed"], left["population_exposed_high"], left["hidden"]) == (0, 0, False)
    assert (right["population_exposed"], right["state"], right["hidden"]) == (200, "exposed", True)
    assert np.isnan(right["population_exposed_high"])
    whole = summary(threshold_total(table))
    assert (whole.people, whole.mapped) == (200, 2)
    assert np.isnan(whole.high)
    deep = threshold_total(table, from_class="[0.5, ∞)").to_dict("records")[1]
    assert np.isnan(deep["population_exposed"])
    assert (deep["state"], deep["hidden"]) == ("outside_coverage", False)


def test_the_union_and_people_a_year_say_so_too() -> None:
    prepared = prepare(cells([2]), communes())
    rows = union([depth([3], 1000), zone([2])], prepared).to_dict("records")
    assert rows[1]["population_exposed"] == 200
    assert np.isnan(rows[1]["population_exposed_high"])
    assert "population_partly_unknown" in rows[1]["caveats"]
    rows = union([depth([2], 1000), zone([2])], prepared).to_dict("records")
    assert (rows[0]["population_exposed"], rows[0]["state"]) == (0, "zero")
    assert np.isnan(rows[1]["population_exposed"])
    assert rows[1]["state"] == "outside_coverage"

    tables = [
        expose(depth(wet, 1000, period), prepared.population, prepared.communes, prepared=prepared)
        for wet, period in (([3], 10.0), ([2, 3], 100.0))
    ]
    yearly = annual_expectation(pd.concat(tables, ignore_index=True)).set_index("commune_id")
    assert yearly.loc[RIGHT, "people_per_yr"] > 0
    assert np.isnan(yearly.loc[RIGHT, "people_per_yr_high"])
    assert "population_partly_unknown" in yearly.loc[RIGHT, "caveats"]


@pytest.mark.parametrize("people", [cells, polygons])
def test_zones_of_an_accident_tell_the_share_without_known_people(people: object) -> None:
    prepared = prepare(people([2]), communes())  # type: ignore[operator]
    found = zone([1, 2])
    table = expose(found, prepared.population, prepared.communes, prepared=prepared)
    (told,) = zone_people(found, table, prepared, outdoors=0.1)
    assert told.within == pytest.approx(200)
    assert told.unknown_share == pytest.approx(0.5)


def test_people_not_known_are_not_nobody_at_risk() -> None:
    prepared = prepare(cells([2, 3]), communes())
    values = np.zeros((2, 4), dtype="float64")
    values[:, 2] = 1e-5
    padded = np.pad(values, 1)
    data = raster(padded, 1000)
    data = data.rio.write_transform(from_origin(WEST - 1000, SOUTH + 3000, 1000, 1000))
    data = data.assign_coords(x=data["x"] - 1000, y=data["y"] + 1000)
    risk = Footprint(
        data, kind="intensity", hazard="industrial", classes=interval_classes([1e-6]), units="yr-1"
    )
    table = expose(risk, prepared.population, prepared.communes, prepared=prepared)
    assert np.isnan(table["population_exposed"][1])
    (told,) = risk_people(risk, table)
    assert np.isnan(told.within)
    (elsewhere,) = risk_people(risk, table[table["commune_id"] == LEFT])
    assert elsewhere.within == 0
