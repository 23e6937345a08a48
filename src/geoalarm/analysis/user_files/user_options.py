"""What a user gave: files, layers, columns, units; and what a file is, by its bytes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import geopandas as gpd
import xarray as xr

from geoalarm.catalog.cf_units import cf_units
from geoalarm.core.errors import InputError
from geoalarm.core.model import NoData, NoPeople, Source
from geoalarm.core.settings import expand_user
from geoalarm.core.terms import Basis
from geoalarm.io import rasters
from geoalarm.io import vector_files as files
from geoalarm.io.input_hash import input_sha256, read_unchanged
from geoalarm.io.paths import regular_file


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file and, where it holds several, the layer of it."""

    path: Path
    layer: str | None = None

    @classmethod
    def parse(cls, text: str) -> FilePart:
        """``FILE`` or ``FILE:LAYER``. A colon of the name of an existing file or of a drive stays in it."""
        if (whole := expand_user(text)).exists():
            return cls(whole)
        left, colon, right = text.rpartition(":")
        is_path = "/" in right or "\\" in right
        if not colon or len(left) < 2 or not right or is_path:
            return cls(whole)
        return cls(expand_user(left), right)

    @property
    def name(self) -> str:
        """File name, with the layer."""
        return self.path.name + (f":{self.layer}" if self.layer else "")


@dataclass(frozen=True, slots=True)
class UserFiles:
    """What ``geoalarm expose`` was given. Texts of files are ``FILE`` or ``FILE:LAYER``.

    Attributes
    ----------
    bounds : tuple of float
        Lower bounds of half-open classes [units]; with them values are an intensity.
    units : str, optional
        Unit of the footprint's values and of ``bounds``; a raster file may state it itself.
    kind : str, optional
        ``intensity``, ``classes`` or ``fraction`` for a raster; default: intensity with bounds, else classes.
    class_order : tuple of str
        Named classes from mild to severe.
    no_data_value, population_no_data_value : tuple of float or "none"
        Numbers in the cells of a raster that mean "not known" though the file does not say so; ``none``:
        every number is data.
    communes_keep, population_keep : tuple of str
        Rows that are meant, ``COLUMN=VALUE``: all must hold.
    population_no_data : str
        What a cell or polygon without a number of people means: ``unknown`` or ``nobody``.
    population_units : str, optional
        Default: what the raster states, else people per cell.
    country, country_column : str, optional
        Country of the communes, for all or row by row: codes become ``FR:59350``.
    basis : Basis, optional
        Default: modelled; statutory for an official plan that is in force.
    countries : tuple of str
        Countries the footprint studies; empty: not stated.
    profile : str, optional
        Standard of an official plan, where its tables do not tell; ``none``: read it as any other file.
    """

    communes: str
    id_column: str
    population: str
    footprint: str
    population_column: str | None = None
    population_units: str | None = None
    class_column: str | None = None
    bounds: tuple[float, ...] = ()
    units: str | None = None
    kind: str | None = None
    class_order: tuple[str, ...] = ()
    no_data: NoData = "not_studied"
    no_data_value: tuple[float, ...] | Literal["none"] = ()
    population_no_data_value: tuple[float, ...] | Literal["none"] = ()
    studied: str | None = None
    hazard: str = "hazard"
    scenario: str = ""
    return_period_yr: float = math.nan
    basis: Basis | None = None
    country: str | None = None
    country_column: str | None = None
    countries: tuple[str, ...] = field(default=())
    communes_keep: tuple[str, ...] = ()
    population_keep: tuple[str, ...] = ()
    population_no_data: NoPeople = "unknown"
    profile: str | None = None


def is_raster(path: Path) -> bool:
    """Whether a file is a raster, by its first bytes; archives by their ending.

    Raises
    ------
    InputError
        If it is missing, or neither a raster nor a vector file that is opened here.
    """
    place = regular_file(path)
    if place.suffix.lower() == ".zip":
        return any(ending in place.stem.lower() for ending in rasters.RASTER_ENDINGS)
    if place.suffix.lower() in rasters.RASTER_ENDINGS:
        return True
    try:
        files.vector_format(place)
    except InputError:
        rasters.raster_format(place)
        return True
    return False


def source_of(part: FilePart, *, basis: Basis) -> Source:
    """A file as a source: its name and the hash of its bytes."""
    return Source(
        id=part.name.replace("|", "_"),
        title=part.name,
        basis=basis,
        sha256=input_sha256(regular_file(part.path)),
    )


def agreed_units(data: xr.DataArray, stated: str | None, *, what: str, option: str) -> str | None:
    """The unit of a raster, from the file or the user, in the house's spelling; both must say the same. None
    where neither does.
    """
    own = data.attrs.get("units") or None
    said = [cf_units(text, what=what) for text in (own, stated) if text is not None]
    if len(said) == 2 and said[0] != said[1]:
        raise InputError(
            f"{what} states another unit than {option}",
            got=f"{own} in the file, {stated} given",
            expected="the unit of its values",
            hint=f"leave {option} out; to convert, write a new raster (a raster of counts is summed, "
            f"never resampled as a density)",
        )
    return said[-1] if said else None


def open_vector(part: FilePart, *, keep: Sequence[str] = ()) -> gpd.GeoDataFrame:
    """The layer that was named, of a file that rests while it is read.

    Parameters
    ----------
    keep : sequence of str
        Rows that are meant, ``COLUMN=VALUE``.

    Raises
    ------
    InputError
        If a rule has another form, or names no column.
    """
    place, rules = regular_file(part.path), [_rule(text) for text in keep]
    return read_unchanged(place, lambda: files.read_vector(place, part.layer, keep=rules))[0]


def _rule(text: str) -> files.RowFilter:
    column, sign, value = text.partition("=")
    if not sign or not column.strip() or not value.strip():
        raise InputError(
            "rows to keep", got=repr(text), expected="COLUMN=VALUE", hint="--population-keep year=2024"
        )
    return files.RowFilter(column.strip(), equals=value.strip())


def read_user_raster(
    part: FilePart,
    no_data_value: tuple[float, ...] | Literal["none"] = (),
    *,
    column: tuple[str, str | None],
    units: tuple[str, str | None],
) -> tuple[xr.DataArray, str | None]:
    """A raster and its unit; see :func:`agreed_units`.

    Parameters
    ----------
    no_data_value : tuple of float or "none"
        What its user says of its numbers; see :class:`UserFiles`.
    column, units : tuple of str and str or None
        The name of the option and what the user gave; a raster has no column.

    Raises
    ------
    InputError
        If a column was named, or file and user state two units.
    """
    option, given = column
    if given is not None:
        raise InputError(
            f"{part.name} is a raster",
            got=f"{option} {given}",
            expected="no column",
            hint=f"leave {option} out",
        )
    data = rasters.read_raster(
        part.path,
        band_of(part),
        no_data_values=() if no_data_value == "none" else no_data_value,
        every_value_is_data=no_data_value == "none",
    )
    return data, agreed_units(data, units[1], what=part.name, option=units[0])


def band_of(part: FilePart) -> int | None:
    """``FILE:2`` names the second band of a raster."""
    if part.layer is None:
        return None
    if not part.layer.isdigit():
        raise InputError(
            f"{part.path.name} is a raster",
            got=f"layer {part.layer!r}",
            expected="a band number",
            hint=f"{part.path.name}:1",
        )
    return int(part.layer)
