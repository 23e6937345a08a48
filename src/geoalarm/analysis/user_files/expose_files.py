"""Anyone's own files, no catalog: communes, people and a footprint, read, normalised and joined."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import shapely
import xarray as xr

from geoalarm.analysis.run_scenario import warnings_of
from geoalarm.analysis.user_files.file_part import FilePart, at_option, is_raster
from geoalarm.analysis.user_files.table_population import refuse_table, table_population
from geoalarm.analysis.user_files.user_footprint import read_footprint
from geoalarm.analysis.user_files.user_options import UserFiles, open_vector, read_user_raster, source_of
from geoalarm.analysis.workspace import Progress, cache_dir, tell
from geoalarm.catalog import normalise
from geoalarm.core.errors import InputError
from geoalarm.core.model import Communes, Footprint, Population
from geoalarm.core.read_errors import wrap_read_errors
from geoalarm.core.terms import Basis
from geoalarm.exposure import engine
from geoalarm.geo.crs import to_crs
from geoalarm.io.raster_mask import MASK_READ, WGS84_TOLD
from geoalarm.results import FootprintRecord, Run, build_manifest
from geoalarm.results.official_plan_record import official_plans_of


def expose_files(
    own: UserFiles, *, command: str = "", cache: Path | None = None, progress: Progress | None = None
) -> Run:
    """People exposed per commune and class, from files.

    Raises
    ------
    InputError
        If a file, layer, column, CRS or unit is missing or wrong, or the values cannot be people or classes.
    """
    notes: list[str] = []
    tell(progress, "communes", 1, 4)
    communes = read_communes(own)
    tell(progress, "population", 2, 4)
    population = read_population(own, communes, notes)
    tell(progress, "hazard", 3, 4)
    footprint, repairs = read_footprint(own)
    _require_meeting(footprint, communes, name=own.footprint, notes=notes)
    tell(progress, "exposure", 4, 4)
    with wrap_read_errors(
        " or ".join(dict.fromkeys((footprint.sources[0].id, FilePart.parse(own.population).name)))
    ):
        place = cache_dir() if cache is None else cache
        prepared = engine.prepare(population, communes, cache=place)
        table = engine.expose(footprint, population, communes, prepared=prepared, cache=place)
    record = FootprintRecord.of(footprint, table, repairs=repairs)
    manifest = build_manifest(
        table,
        communes,
        [record],
        population=population,
        sources=footprint.sources,
        command=command,
        title=f"{footprint.name} on {FilePart.parse(own.communes).name}",
        warnings=[
            *notes,
            *prepared.notes,
            *(footprint.plan.notes if footprint.plan else ()),
            *warnings_of(table),
        ],
        repairs={footprint.sources[0].id: repairs} if repairs else {},
    )
    manifest |= official_plans_of([footprint], [table])
    return Run(table, communes, manifest)


def read_communes(own: UserFiles) -> Communes:
    """The communes, keyed by the id column (``FR:59350`` where the country is known)."""
    part = FilePart.parse(own.communes, "--communes")
    with at_option(part):
        return normalise.communes(
            open_vector(part, keep=own.communes_keep),
            id_column=own.id_column,
            country=own.country,
            country_column=own.country_column,
            source=source_of(part, basis=Basis.STATUTORY),
            what=part.name,
            keep="--communes-keep {column}={value}",
        )


def read_population(own: UserFiles, communes: Communes, notes: list[str]) -> Population:
    """The people: a raster of counts or densities, polygons with counts, or a table of counts by commune."""
    part = FilePart.parse(own.population, "--population")
    with at_option(part):
        if own.join is not None:
            own.population_choice.refuse(part)
            return table_population(own, part, communes, notes)
        refuse_table(own, part)
        if is_raster(part):
            return _raster_people(own, part, notes)
        own.population_choice.refuse(part)
        return _polygon_people(own, part)


def _polygon_people(own: UserFiles, part: FilePart) -> Population:
    if own.population_column is None:
        raise InputError(
            f"{part.name} holds polygons: which column counts the people?",
            expected="--population-column COLUMN",
            hint="name the column of people per polygon",
        )
    return normalise.population(
        open_vector(part, keep=own.population_keep),
        column=own.population_column,
        units=own.population_units,
        source=source_of(part, basis=Basis.MODELLED),
        no_data=own.population_no_data,
        no_data_value=own.population_no_data_value,
        option="--population-no-data-value",
        what=part.name,
        keep="--population-keep {column}={value}",
    )


def _raster_people(own: UserFiles, part: FilePart, notes: list[str]) -> Population:
    source = source_of(part, basis=Basis.MODELLED, asset=own.population_asset)
    if own.population_keep:
        raise InputError(
            f"{part.name} is a raster",
            got=f"--population-keep {own.population_keep[0]}",
            expected="no rule: a raster has no rows",
            hint="leave --population-keep out",
        )
    data, units = read_user_raster(
        part,
        own.population_no_data_value,
        column=("--population-column", own.population_column),
        units=("--population-units", own.population_units),
        choice=own.population_choice,
    )
    notes.extend(_told_of(data, part.name))
    if units is None:
        notes.append(
            f"{part.name} states no unit: read as people per cell (--population-units km-2 if it is a "
            f"density)"
        )
        units = "1"
    return normalise.population(
        data,
        units=units,
        source=source,
        no_data=own.population_no_data,
        what=part.name,
        option="--population-no-data-value",
    )


def _told_of(data: xr.DataArray, name: str) -> list[str]:
    """What a file of people says of its cells, in words: where it changes, figures do."""
    scale, offset = data.attrs.get("scale_factor", 1), data.attrs.get("add_offset", 0)
    packed = f"{name}: cells are stored with scale {scale:g} and offset {offset:g}"
    masked = f"{name}: a mask, or a valid range, of the file says which cells are known"
    degrees = f"{name} names no CRS: its longitudes and latitudes are taken as WGS 84"
    told = (
        (packed, (scale, offset) != (1, 0)),
        (masked, MASK_READ in data.attrs),
        (degrees, WGS84_TOLD in data.attrs),
    )
    return [sentence for sentence, is_so in told if is_so]


def _require_meeting(footprint: Footprint, communes: Communes, *, name: str, notes: list[str]) -> None:
    """A footprint beyond all communes is told; one that would meet them with x and y swapped is refused."""
    data = footprint.data
    bounds, crs = (
        (data.total_bounds, data.crs)
        if isinstance(data, gpd.GeoDataFrame)
        else (data.rio.bounds(), data.rio.crs)
    )
    zone = shapely.box(*to_crs(communes.data, crs).total_bounds)
    if zone.intersects(shapely.box(*bounds)):
        return
    west, south, east, north = bounds
    if zone.intersects(shapely.box(south, west, north, east)):
        raise InputError(
            f"{name}: x and y are swapped",
            got=f"x {west:g} to {east:g}, y {south:g} to {north:g}",
            expected="the area of the communes",
            hint="export the layer again with x (easting, longitude) first",
        )
    notes.append(f"{name} and the communes do not meet anywhere: check the CRS of both")
