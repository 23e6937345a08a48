"""The whole job on the 5,204 real communes of the zone and the census grid of 2021; skipped where the data
are absent.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr

from geoalarm.catalog import open_catalog
from geoalarm.core.model import Communes, Population, Source
from geoalarm.core.schema import FIELDS
from geoalarm.exposure.engine import expose
from geoalarm.exposure.population_index import PopulationIndex, prepare
from geoalarm.geo.communes import crosswalk, move_counts
from geoalarm.geo.grid import Grid
from geoalarm.geo.seam import SeamReport, resolve, with_people
from geoalarm.geo.zonal import coverage
from geoalarm.hazards import flood, industrial
from geoalarm.io.vector_files import read_raster

pytestmark = [pytest.mark.real, pytest.mark.slow]

CLOSES = 1e-9
"""How far an account of people may be from closing, relative to its total [1]."""


@dataclass(frozen=True)
class Zone:
    """The zone as the pipeline would have it, and what it was made from."""

    catalog: object
    fr: gpd.GeoDataFrame
    be: gpd.GeoDataFrame
    seam: SeamReport
    communes: Communes
    population: Population
    prepared: PopulationIndex
    terrain: Path

    @property
    def people(self) -> pd.Series:
        return pd.Series(self.prepared.total, index=self.communes.ids)

    def expose(self, footprint: object) -> pd.DataFrame:
        return expose(footprint, self.population, self.communes, prepared=self.prepared)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def zone(real_data: Path) -> Zone:
    catalog = open_catalog(Path(__file__).with_name("catalog.yml"))
    fr, be = catalog.communes("communes_fr"), catalog.communes("communes_be")
    resolved, report = resolve(fr.data, be.data)
    communes = Communes(resolved, (*fr.sources, *be.sources))
    population = catalog.population("census_grid")
    report = with_people(report, population.data)
    return Zone(
        catalog,
        fr.data,
        be.data,
        report,
        communes,
        population,
        prepare(population, communes),
        real_data / "hazards" / "terrain",
    )


@pytest.fixture(scope="module")
def reactors(zone: Zone) -> gpd.GeoDataFrame:
    return zone.catalog.layer("reactors").data  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def reactor_table(zone: Zone, reactors: gpd.GeoDataFrame) -> pd.DataFrame:
    return zone.expose(
        industrial.zones_round(reactors, {"20 km": 20_000, "10 km": 10_000}, source=Source("reactors"))
    )


def closes(table: pd.DataFrame) -> bool:
    ledger = table.attrs["ledger"]
    inside = ledger["in_communes"] + ledger["outside"] - ledger["counted_twice"] + ledger["residual"]
    split = ledger["exposed"] + ledger["not_exposed"] + ledger["unknown"] - ledger["in_communes"]
    return max(abs(ledger["residual"]), abs(split), abs(inside - ledger["total"])) <= CLOSES * ledger["total"]


def test_keys_tell_the_two_countries_apart(zone: Zone) -> None:
    assert len(zone.communes.ids) == 5204
    assert zone.communes.ids.is_unique
    assert len(set(zone.fr["code"]) & set(zone.be["code"])) == 29
    assert {"FR:55004", "BE:55004"} <= set(zone.communes.ids)


def test_the_seam_has_the_size_known_for_it(zone: Zone) -> None:
    seam = zone.seam
    assert seam.overlap_km2 == pytest.approx(5.24, abs=0.005)
    assert seam.n_overlaps == 1528
    assert seam.gap_km2 == pytest.approx(3.98, abs=0.03)
    assert seam.largest_overlap_km2 == pytest.approx(0.064, abs=0.0005)
    assert seam.largest_gap_km2 == pytest.approx(0.058, abs=0.0005)
    assert seam.overlap_after_km2 == seam.gap_after_km2 == 0
    assert seam.worst_commune == zone.fr.loc[zone.fr["name"] == "Bry", "commune_id"].item()
    assert seam.worst_share == pytest.approx(0.034, abs=0.0005)
    assert seam.layer["area_km2"].sum() == pytest.approx(seam.overlap_km2 + seam.gap_km2)
    assert (seam.layer["commune_id"] != "").all()


@pytest.mark.parametrize("rule", ["nearest", "share", "line"])
def test_after_any_rule_each_place_has_one_commune_and_enclaves_stay(zone: Zone, rule: str) -> None:
    line = (
        gpd.GeoDataFrame(geometry=[shapely.coverage_union_all(zone.be.geometry.to_numpy())], crs=zone.be.crs)
        if rule == "line"
        else None
    )
    resolved = zone.communes.data if rule == "nearest" else resolve(zone.fr, zone.be, rule=rule, line=line)[0]  # type: ignore[arg-type]
    shapes = resolved.to_crs(3035).geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes), "after any reprojection neighbours still share whole edges"
    united = shapely.coverage_union_all(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(shapely.area(united), rel=1e-12)
    before = [
        shapely.coverage_union_all(side.to_crs(3035).geometry.to_numpy()) for side in (zone.fr, zone.be)
    ]
    assert holes(united) == pytest.approx(sorted([*holes(before[0]), *holes(before[1])]), rel=1e-9)
    assert shapely.area(united) == pytest.approx(
        sum(map(shapely.area, before)) + (zone.seam.gap_km2 - zone.seam.overlap_km2) * 1e6, rel=1e-9
    )


def holes(shape: shapely.Geometry) -> list[float]:
    """Areas of the holes of polygons, smallest first [m2]."""
    rings = [ring for part in shapely.get_parts(shape) for ring in part.interiors]
    return sorted(shapely.area(shapely.polygons(rings)).tolist())


def test_nobody_is_lost_or_counted_twice_at_the_seam(zone: Zone) -> None:
    grid = Grid.from_dataarray(zone.population.data)
    counts = np.clip(zone.population.data.to_numpy().astype("float64"), 0, None).ravel()
    before = sum((coverage(side, grid) @ counts).sum() for side in (zone.fr, zone.be))
    after = zone.people.sum()
    assert before - zone.seam.people_in_overlaps + zone.seam.people_in_gaps == pytest.approx(after, rel=2e-9)
    assert zone.seam.people_moved == pytest.approx(1895.5, abs=5)
    parts = np.asarray(coverage(zone.communes.data, grid).sum(axis=0))
    assert parts.max() <= 1 + 1e-9, "no cell is given out more than once"


def test_totals_of_the_census_grid(zone: Zone) -> None:
    people = zone.people
    assert people[zone.communes.countries == "BE"].sum() == pytest.approx(11_522_532, abs=1000)
    expected = {
        "59": 2_601_551,
        "62": 1_448_662,
        "02": 528_035,
        "08": 269_421,
        "55": 181_421,
        "54": 729_056,
        "80": 563_267,
    }
    found = people[zone.communes.countries == "FR"].groupby(lambda key: key[3:5]).sum()
    assert found.to_dict() == pytest.approx(expected, abs=500)


def test_an_independent_population_surface_agrees(zone: Zone) -> None:
    """GHS-POP, in Mollweide, over the communes of Belgium: another producer, grid and projection."""
    belgium = zone.communes.only(zone.communes.countries == "BE")
    other = prepare(zone.catalog.population("ghs_pop"), belgium)  # type: ignore[attr-defined]
    assert other.total.sum() == pytest.approx(11_534_250, rel=1e-3)
    census = zone.people[belgium.ids]
    assert np.corrcoef(other.total, census)[0, 1] > 0.995


def test_people_near_reactors(zone: Zone, reactors: gpd.GeoDataFrame, reactor_table: pd.DataFrame) -> None:
    assert list(reactor_table.columns) == list(FIELDS)
    assert len(reactor_table) == 2 * 5204
    assert closes(reactor_table)
    exposed = reactor_table.groupby("intensity_class")["population_exposed"].sum()
    # the same people by hand: circles cut by the zone and by each census cell, without the engine and its
    # index
    circles = industrial.zones_round(
        reactors, {"20 km": 20_000, "10 km": 10_000}, source=Source("reactors")
    ).data.to_crs(3035)
    land = shapely.coverage_union_all(zone.communes.data.to_crs(3035).geometry.to_numpy())
    wide, near = (
        shapely.intersection(shapely.union_all(circles.geometry[circles["zone"] == label]), land)
        for label in ("20 km", "10 km")
    )
    assert exposed["10 km"] == pytest.approx(people_in(near, zone.population.data), rel=1e-5)
    assert exposed["20 km"] + exposed["10 km"] == pytest.approx(
        people_in(wide, zone.population.data), rel=1e-5
    )


def people_in(shape: shapely.Geometry, population: xr.DataArray) -> float:
    """People in a shape, cell by cell."""
    x, y = np.meshgrid(population["x"].to_numpy(), population["y"].to_numpy())
    counts = population.to_numpy().astype("float64")
    near = (counts > 0) & (shapely.distance(shapely.points(x, y), shapely.box(*shapely.bounds(shape))) < 1000)
    cells = shapely.box(x[near] - 500, y[near] - 500, x[near] + 500, y[near] + 500)
    shapely.prepare(shape)
    hit = shapely.intersects(cells, shape)
    return float((counts[near][hit] * shapely.area(shapely.intersection(cells[hit], shape))).sum() / 1e6)


def test_the_border_does_not_stop_a_zone(reactor_table: pd.DataFrame) -> None:
    people = reactor_table.set_index(["commune_id", "intensity_class"])["population_exposed"]
    table = people.unstack()
    by_country = table.groupby(table.index.str[:2]).sum()
    assert (by_country > 10_000).all(axis=None), "Chooz and Gravelines in France, Doel and Tihange in Belgium"
    assert table.loc["FR:08122"].sum() > 0, "Chooz lies in its own zone"
    assert table.loc[["BE:93022", "BE:91142"]].sum(axis=1).gt(0).all(), (
        "and so do Doische and Hastiere, across the border"
    )
    assert table.loc["BE:38008"].sum() == 0, "De Panne is 29.8 km from Gravelines: outside"


def test_rings_round_industrial_sites(zone: Zone, real_data: Path) -> None:
    sites = pd.read_csv(real_data / "hazards" / "industrial" / "industrial_sites_hotmaps_zone.csv")
    points = gpd.GeoDataFrame(sites, geometry=gpd.points_from_xy(sites["lon"], sites["lat"]), crs=4326)
    table = zone.expose(
        industrial.zones_round(points, {"SEI": 1000, "SEL": 500, "SELS": 250}, source=Source("sites"))
    )
    assert closes(table)
    assert table["intensity_class"].unique().tolist() == ["SEI", "SEL", "SELS"]
    area = table.groupby("intensity_class")["area_exposed_km2"].sum()
    assert 0 < area["SELS"] <= 395 * np.pi * 0.0625
    assert area["SELS"] < area["SEL"] < area["SEI"]
    touched = table[table["population_exposed"] > 0]
    coarse = touched["caveats"].str.contains("coarse_population")
    assert coarse.mean() > 0.9, "rings of 250 m to 1 km are finer than cells of 1 km, and the rows say so"
    assert (touched["population_exposed"] <= touched["population_exposed_high"] * (1 + 1e-9)).all()


@pytest.fixture(scope="module")
def screen_table(zone: Zone) -> pd.DataFrame:
    height = read_raster(zone.terrain / "dem_rhine_basin_30arcsec.tif")
    directions = read_raster(zone.terrain / "flowdir_d8_rhine_basin_30arcsec.tif")
    return zone.expose(flood.hand_screen(height.assign_attrs(units="m"), directions, source=Source("screen")))


def test_flood_plain_screen_of_the_meuse(screen_table: pd.DataFrame) -> None:
    assert closes(screen_table)
    assert screen_table["return_period_yr"].isna().all(), "a susceptibility has no return period"
    people = screen_table.groupby("intensity_class")["population_exposed"].sum()
    assert (people > 10_000).all()
    liege = screen_table[screen_table["commune_id"] == "BE:62063"]
    assert liege["population_exposed"].sum() > 30_000
    assert (liege["population_exposed"] <= liege["population"]).all()


def test_what_the_screen_does_not_cover_is_not_zero(screen_table: pd.DataFrame) -> None:
    by_commune = screen_table.groupby("commune_id").agg(
        state=("state", "first"), mapped=("mapped_share", "first"), people=("population_exposed", "sum")
    )
    lille, ghent = by_commune.loc["FR:59350"], by_commune.loc["BE:44021"]
    for commune in (lille, ghent):
        assert commune["state"] in ("not_studied", "outside_coverage")
        assert commune["mapped"] == 0
    unknown = screen_table["state"].isin(["not_studied", "outside_coverage"])
    assert screen_table.loc[unknown, "population_exposed"].isna().all()
    assert screen_table.loc[~unknown, "population_exposed"].notna().all()
    assert screen_table.attrs["ledger"]["unknown"] > 0.5 * screen_table.attrs["ledger"]["in_communes"]


def test_mergers_bring_old_counts_to_the_communes_of_today(zone: Zone, real_data: Path) -> None:
    admin = real_data / "admin"
    old = pd.read_csv(admin / "population_be_581.csv", dtype={"code_2019": str, "code_2025": str})
    changes = pd.read_csv(admin / "be_nis_changes.csv", dtype=str)
    walk = crosswalk(
        changes.drop_duplicates(["code_2019", "code_2025"]), old="code_2019", new="code_2025", country="BE"
    )
    moved = move_counts(
        old.set_index("BE:" + old["code_2019"])["population_2020"], walk, zone=set(zone.communes.ids)
    )
    assert moved.outside.empty
    assert moved.counts.sum() == 11_492_641
    official = zone.be.set_index("commune_id")["population"]
    assert moved.counts.sort_index().to_dict() == official.astype(float).to_dict()
    from_2011 = crosswalk(changes, old="code_2011", new="code_2019", country="BE")
    assert from_2011.successors("BE:54007") == ("BE:57096",)
    french = crosswalk(
        pd.read_csv(admin / "fr_commune_successors.csv", dtype=str),
        old="code_old",
        new="code_current_2026",
        country="FR",
    )
    assert french.successors("FR:08227") == ("FR:08203", "FR:08454")
    gone = {
        key: walked
        for key in french.steps
        if not set(walked := french.successors(key)) <= set(zone.communes.ids)
    }
    assert gone == {"FR:02344": ("FR:51171",)}
