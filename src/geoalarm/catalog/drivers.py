"""Two small Intake drivers: vectors and rasters, in house form.

Their signatures name every argument, so that a misspelt one is an error. They check an address again when
they open it, because Intake alone would let anything through.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import xarray as xr
from intake.source.base import DataSource, Schema

from geoalarm.catalog import normalise
from geoalarm.catalog.join_outlines import join_outlines
from geoalarm.catalog.official_plans import PlanLayer, read_plan, refuse_regulation
from geoalarm.core.errors import InputError
from geoalarm.core.join_record import JoinRecord
from geoalarm.core.model import Communes
from geoalarm.core.read_errors import wrap_read_errors
from geoalarm.io import archives
from geoalarm.io import vector_files as files
from geoalarm.io.address import Address, parse_address
from geoalarm.io.download_cache import fetch
from geoalarm.io.input_hash import read_unchanged
from geoalarm.io.mirror import Mirror, SourceRequest, mirror_from
from geoalarm.io.paths import input_path
from geoalarm.io.people_tables import read_table
from geoalarm.io.remote_zarr import fetch_raster
from geoalarm.io.stac_items import read_raster_or_asset

log = logging.getLogger(__name__)

BOGUS: Final = {
    "message": r"Shell command not executed due to getshell=False",
    "category": UserWarning,
    "module": r"intake\.catalog\.utils",
}
"""Intake says this on every text parameter, whether or not a shell was asked for."""

warnings.filterwarnings("ignore", **BOGUS)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Opened:
    """A layer as it came in: normalised data, the file it was read from, its hash, what was changed, and the
    rows left out because they have no outline.
    """

    data: gpd.GeoDataFrame | xr.DataArray
    path: Path
    sha256: str
    repairs: dict[str, int]
    unplaced: pd.DataFrame | None = None
    plan: PlanLayer | None = None
    join: JoinRecord | None = None


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What the catalog tells a source beside its arguments; plain Intake tells nothing."""

    values: Mapping[str, object] = field(default_factory=dict)
    name_tells: bool = True
    mirror: Mirror | None = None
    outlines: Communes | None = None


def locate(
    urlpath: str, *, entry: str, choice: SourceOptions, fetched: Callable[[Address], Path] = fetch
) -> Path:
    """The file that serves an address: from the mirror, beside the catalog, or from the cache and the
    network (``fetched``).

    Raises
    ------
    InputError
        If there is none.
    """
    address = parse_address(urlpath)
    wanted = SourceRequest(entry, address, choice.values, choice.name_tells)
    served = choice.mirror.find(wanted) if choice.mirror is not None else None
    if served is not None:
        log.info("%s is served by the mirror: %s", entry, served)
        return input_path(served)
    if address.path is not None:
        return input_path(address.path)
    if address.url is not None:
        return fetched(address)
    raise InputError(
        f"entry {entry!r} has no stable address: its file has to be brought",
        got="no mirror that holds it",
        expected=f"{address.text} in the folder GEOALARM_MIRROR names",
        hint="fetch it from its producer (metadata.url) into that folder",
    )


class GeoVectorSource(DataSource):
    """Intake driver ``geo_vector``: a vector file as a GeoDataFrame with sound geometries and a CRS."""

    name = "geo_vector"
    container = "dataframe"
    version = "1"
    partition_access = False

    def __init__(
        self,
        urlpath: str,
        *,
        layer: str | None = None,
        member: str | None = None,
        x: str | None = None,
        y: str | None = None,
        crs: str | None = None,
        delimiter: str | None = None,
        keep: Sequence[Mapping[str, Any]] | None = None,
        bbox: Sequence[float] | None = None,
        join: Mapping[str, Any] | None = None,
        no_data_value: float | Sequence[float] | str = (),
        profile: str | None = None,
        part: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(metadata=metadata)
        self.urlpath, self.choice = urlpath, SourceOptions(mirror=mirror_from(None))
        self.join = join
        self.no_data_value = no_data_value  # of people: of other files when the layer is taken as people
        self.plan_options = {"profile": profile, "part": part, "crs": crs, "bbox": bbox}
        rules = [files.RowFilter(**rule) for rule in keep or ()]
        self.options = {
            "layer": layer,
            "member": member,
            "x": x,
            "y": y,
            "crs": crs,
            "delimiter": delimiter,
            "keep": rules,
            "bbox": bbox,
        }

    def open(self) -> Opened:
        """Read and normalise; says from which file."""
        facts = self.metadata or {}
        path = locate(self.urlpath, entry=str(self.name), choice=self.choice)
        if self.join is not None:
            return self._open_table(path, str(self.join["column"]))
        if self.plan_options["profile"] is not None:
            return self._open_plan(path, str(facts.get("hazard") or ""))
        if facts.get("role") == "hazard":
            refuse_regulation(path, str(self.options["layer"] or self.options["member"] or ""))
        options = self.options if archives.is_archive(path) else {**self.options, "member": None}
        data, digest = read_unchanged(path, lambda: files.read_vector(path, **options))  # type: ignore[arg-type]
        what, countries = f"entry {self.name!r}", list(facts.get("countries") or ())
        column = facts.get("class_column")
        if column is not None:
            data, repairs = normalise.polygons(data, class_column=column, what=what, countries=countries)
            return Opened(data, path, digest, repairs)
        data, repairs, unplaced = normalise.placed(data, what=what, countries=countries)
        return Opened(data, path, digest, repairs, unplaced)

    def _open_plan(self, path: Path, hazard: str) -> Opened:
        """The zones of one hazard of an official plan."""
        found, digest = read_unchanged(path, lambda: read_plan(path, hazard=hazard, **self.plan_options))  # type: ignore[arg-type]
        assert found is not None, "a stated profile is read or refused"
        return Opened(found.data, path, digest, found.repairs, plan=found)

    def _open_table(self, path: Path, code: str) -> Opened:
        """A table on the outlines that the catalog gave, in the CRS of the entry."""
        facts, what, outlines = self.metadata or {}, f"entry {self.name!r}", self.choice.outlines
        if outlines is None:
            raise InputError(
                f"{what} is a table that is joined to communes",
                got="no outlines",
                expected="the catalog it stands in",
                hint="open it with open_catalog(...).population(...)",
            )
        column, options = str(facts["population_column"]), self.options
        reading = {"sheet": options["layer"], **{k: options[k] for k in ("member", "delimiter", "keep")}}
        table, digest = read_unchanged(path, lambda: read_table(path, (code, column), **reading))  # type: ignore[arg-type]
        countries = list(facts.get("countries") or ())
        country = str(countries[0]) if len(countries) == 1 else None
        data, record = join_outlines(
            table,
            outlines,
            code=code,
            people=column,
            country=country,
            no_data_value=_numbers(self.no_data_value),
            what=what,
        )
        data = data.to_crs(str(facts["crs"]))
        data, repairs, unplaced = normalise.placed(data, what=what, countries=countries)
        return Opened(data, path, digest, repairs, unplaced, join=record)

    def read(self) -> gpd.GeoDataFrame:
        """The layer as a GeoDataFrame."""
        return self.open().data

    def _get_schema(self) -> Schema:
        return Schema(datashape=None, dtype=None, shape=(None,), npartitions=1, extra_metadata={})

    def _get_partition(self, i: int) -> gpd.GeoDataFrame:
        del i  # one partition
        return self.read()

    def _close(self) -> None:
        """Nothing is held open."""


def _numbers(no_data_value: float | Sequence[float] | str) -> Sequence[float] | str:
    """Numbers that mean no data as a list, or ``none``."""
    return [no_data_value] if isinstance(no_data_value, int | float) else no_data_value


class GeoRasterSource(DataSource):
    """Intake driver ``geo_raster``: one band or variable as a lazy DataArray (y, x), north up, with units and
    no-data.
    """

    name = "geo_raster"
    container = "xarray"
    version = "1"
    partition_access = False

    def __init__(
        self,
        urlpath: str,
        *,
        band: int | None = None,
        variable: str | None = None,
        select: Mapping[str, str] | None = None,
        asset: str | None = None,
        member: str | None = None,
        crs: str | None = None,
        no_data_value: float | Sequence[float] | str = (),
        metadata: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(metadata=metadata)
        self.urlpath, self.choice = urlpath, SourceOptions(mirror=mirror_from(None))
        numbers = _numbers(no_data_value)
        self.asset = asset
        self.options: dict[str, Any] = {
            "band": band,
            "variable": variable,
            "select": select,
            "member": member,
            "crs": crs,
            "no_data_values": () if isinstance(numbers, str) else tuple(map(float, numbers)),
            "every_value_is_data": isinstance(numbers, str),
        }

    def open(self) -> Opened:
        """Open lazily and normalise; says from which file."""
        facts = self.metadata or {}
        wanted = {key: self.options[key] for key in ("variable", "select")}
        path = locate(
            self.urlpath,
            entry=str(self.name),
            choice=self.choice,
            fetched=lambda address: fetch_raster(address, **wanted),
        )
        with wrap_read_errors(f"entry {self.name!r}, {path.name},"):
            data, digest = read_raster_or_asset(path, self.asset, **self.options)
            data, repairs = normalise.raster(
                data,
                what=f"entry {self.name!r}",
                units_stated=facts.get("units") or None,
                countries=list(facts.get("countries") or ()),
            )
        return Opened(data, path, digest, repairs)

    def read(self) -> xr.DataArray:
        """The band, still lazy: computing is the caller's choice."""
        return self.open().data

    def to_dask(self) -> xr.DataArray:
        """The band, lazy."""
        return self.read()

    def _get_schema(self) -> Schema:
        return Schema(datashape=None, dtype=None, shape=None, npartitions=1, extra_metadata={})

    def _get_partition(self, i: int) -> xr.DataArray:
        del i  # one partition
        return self.read()

    def _close(self) -> None:
        """Nothing is held open."""
