"""Open a whole catalog: every entry, every choice, all faults at once; and the rows that describe it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

import geopandas as gpd
import xarray as xr
from pyproj import CRS

from geoalarm.catalog.entry import CatalogEntry
from geoalarm.catalog.entry_args import ParameterValue, RasterArgs
from geoalarm.catalog.open import Catalog
from geoalarm.catalog.roles import to_sites
from geoalarm.core.errors import Faults, GeoalarmError
from geoalarm.core.model import Layer
from geoalarm.core.read_errors import wrap_read_errors
from geoalarm.core.row_account import RowAccount
from geoalarm.geo.crs import analysis_crs, to_crs
from geoalarm.geo.datum_shift import is_nameless
from geoalarm.geo.fill_values import EAGER_CELLS
from geoalarm.geo.overlapping_units import overlapping_communes, people_told_twice
from geoalarm.io.address import parse_address
from geoalarm.io.download_cache import cache_record, cached_path, compare
from geoalarm.io.remote_zarr import is_zarr_address
from geoalarm.io.stac_items import needs_network

log = logging.getLogger(__name__)

MOST_CELLS: Final = 400_000_000
"""Larger rasters are opened, not read: their cells are looked at when they are used."""


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """What a check found out about one choice of an entry."""

    entry: str
    values: dict[str, ParameterValue]
    status: Literal["opened", "not_opened", "changed"]
    message: str
    repairs: dict[str, int]


def check_catalog(
    catalog: Catalog, *, online: bool = False, possible: Callable[[Layer], Layer] | None = None
) -> list[CheckFinding]:
    """Open every entry with every allowed value, gather all faults, raise once.

    Web addresses are opened ``online``, or where a mirror or the cache serves them. A kept file that its
    address now serves otherwise is reported as ``changed``. ``possible`` looks at the values of a layer
    (:func:`geoalarm.hazards.with_possible_values`); cells of rasters are read up to
    :data:`MOST_CELLS`, so that numbers that cannot be are told here and not in a run.

    Raises
    ------
    Faults
        With every entry that could not be opened.
    """
    faults: list[GeoalarmError] = []
    findings: list[CheckFinding] = []
    for entry, values in _choices(catalog):
        try:
            findings.append(_look(catalog, entry, values, online=online, possible=possible))
        except GeoalarmError as error:
            faults.append(error.at(f"entry {entry.source_id(values)}"))
    if faults:
        raise Faults(
            f"catalog {catalog.path.name}: {len(faults)} of {len(faults) + len(findings)} layers "
            f"cannot be used",
            faults,
        )
    return findings


def _choices(catalog: Catalog) -> Iterator[tuple[CatalogEntry, dict[str, ParameterValue]]]:
    for name in catalog.names():
        entry = catalog.entry(name)
        for values in entry.combinations():
            yield entry, values


def _look(
    catalog: Catalog,
    entry: CatalogEntry,
    values: dict[str, ParameterValue],
    *,
    online: bool,
    possible: Callable[[Layer], Layer] | None,
) -> CheckFinding:
    place = catalog.address(entry.name, **values)
    address = parse_address(place)
    if address.scheme == "mirror":
        return CheckFinding(entry.name, values, "not_opened", "has to be brought into a mirror folder", {})
    is_file = address.scheme == "https" and not is_zarr_address(address)
    if address.scheme == "https" and not online and (not is_file or cache_record(address) is None):
        return CheckFinding(entry.name, values, "not_opened", "needs the network (--online)", {})
    here = address.path if address.path is not None else cached_path(address)
    asset = entry.args.asset if isinstance(entry.args, RasterArgs) else None
    if not online and entry.driver == "geo_raster" and needs_network(here, asset):
        return CheckFinding(entry.name, values, "not_opened", "its asset needs the network (--online)", {})
    changed = compare(address) if is_file and online else None
    layer = catalog.layer(entry.name, **values)
    layer = layer if possible is None else possible(layer)
    account = _rows_of(catalog, layer, entry)
    _read_through(layer.data)
    data = layer.data
    size = (
        f"{len(data)} features"
        if isinstance(data, gpd.GeoDataFrame)
        else f"{data.shape[1]} x {data.shape[0]} cells"
    )
    if layer.join is not None:
        size = "; ".join([size, *layer.join.sentences("the table")])
    if changed:
        log.warning("%s: %s", entry.source_id(values), changed)
    if is_nameless(CRS.from_user_input(entry.facts.crs)):
        log.warning("%s: its system names no datum; beside a layer on another it may be refused", entry.name)
    for told in account.warnings:
        log.warning("%s: %s", entry.source_id(values), told)
    repairs = dict(account.repairs.get(layer.source.id, layer.repairs))
    return CheckFinding(entry.name, values, "changed" if changed else "opened", changed or size, repairs)


def _rows_of(catalog: Catalog, layer: Layer, entry: CatalogEntry) -> RowAccount:
    """What became of the rows of communes or people; polygons that lie on top of each other are looked at."""
    if entry.facts.role == "communes":
        communes = catalog.to_communes(layer, entry.name)
        crs = analysis_crs(communes.data.total_bounds, communes.data.crs)
        found = overlapping_communes(to_crs(communes.data, crs).geometry.to_numpy(), communes.ids)
        count = {"communes_overlap": int(found.overlapping.sum())}
        told = RowAccount({layer.source.id: count}, found.notes)
        return RowAccount.joined([communes.rows or RowAccount(), told])
    if entry.facts.role == "sites":
        to_sites(catalog, layer, entry.name)
    if entry.facts.role != "population":
        return RowAccount({layer.source.id: layer.repairs})
    population = catalog.to_population(layer, entry.name)
    _read_through(population.data)
    if isinstance(population.data, gpd.GeoDataFrame):
        people_told_twice(population, population.data.geometry.to_numpy())
    return population.rows or RowAccount()


def _read_through(data: xr.DataArray | gpd.GeoDataFrame) -> None:
    """Read every cell of a large raster once: what small ones tell when they are opened, these tell now."""
    if isinstance(data, xr.DataArray) and EAGER_CELLS < data.size <= MOST_CELLS:
        with wrap_read_errors("its file"):
            data.count().compute()


def describe_catalog(catalog: Catalog) -> list[dict[str, str]]:
    """One row an entry: what it is, of whom, under which licence, and whether it was opened online."""
    rows = []
    for name in catalog.names():
        entry = catalog.entry(name)
        facts = entry.facts
        rows.append(
            {
                "name": name,
                "group": entry.group,
                "title": facts.title,
                "role": facts.role,
                "hazard": facts.hazard,
                "kind": facts.kind,
                "units": facts.units,
                "crs": facts.crs,
                "basis": facts.basis,
                "countries": ", ".join(facts.countries),
                "vintage": facts.vintage,
                "licence": facts.licence,
                "parameters": "; ".join(
                    f"{key}: {', '.join(map(str, one.allowed))}" for key, one in entry.parameters.items()
                ),
                "verified": "yes" if facts.verified is True else str(facts.verified),
                "url": facts.url,
            }
        )
    return rows
