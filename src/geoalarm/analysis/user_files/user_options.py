"""What a user gave: files, layers, columns, units; and what a file is, by its bytes."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import geopandas as gpd
import xarray as xr

from geoalarm.analysis.user_files.file_part import FilePart
from geoalarm.analysis.user_files.raster_choice import RasterChoice
from geoalarm.catalog.cf_units import cf_units
from geoalarm.catalog.entry_args import MOST_NO_DATA_VALUES
from geoalarm.core.errors import InputError
from geoalarm.core.iso_regions import REGIONS
from geoalarm.core.model import NoData, NoPeople, Source
from geoalarm.core.terms import Basis
from geoalarm.core.unicode_names import nfc
from geoalarm.io import rasters
from geoalarm.io import vector_files as files
from geoalarm.io.input_hash import input_sha256, read_unchanged
from geoalarm.io.paths import input_path
from geoalarm.io.stac_items import asset_of, read_raster_or_asset
from geoalarm.io.vector_formats import VECTOR_ENDINGS

_COUNTRY: Final = re.compile("[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class UserFiles:
    """What ``geoalarm expose`` was given. Texts of files are ``FILE`` or ``FILE:LAYER``.

    Attributes
    ----------
    variable, population_variable : str, optional
        Of NetCDF and Zarr: ``NAME`` or ``GROUP/NAME``; ``FILE:NAME`` says the same.
    select, population_select : tuple of str
        Of NetCDF and Zarr: ``DIMENSION=VALUE`` for each dimension with several values.
    asset, population_asset : str, optional
        Of a STAC item.
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
    join : str, optional
        Column of official codes: the population is a table without outlines, joined to the communes.
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
    join: str | None = None
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
    variable: str | None = None
    select: tuple[str, ...] = ()
    population_variable: str | None = None
    population_select: tuple[str, ...] = ()
    asset: str | None = None
    population_asset: str | None = None

    @property
    def footprint_choice(self) -> RasterChoice:
        """What is chosen in the raster of the footprint."""
        return RasterChoice(self.variable, self.select, self.asset)

    @property
    def population_choice(self) -> RasterChoice:
        """What is chosen in the raster of the people."""
        return RasterChoice(
            self.population_variable, self.population_select, self.population_asset, "--population-"
        )

    def __post_init__(self) -> None:
        """Names of columns and classes in the form in which files are read (NFC)."""
        for name in ("id_column", "population_column", "class_column", "country_column", "join"):
            if (text := getattr(self, name)) is not None:
                object.__setattr__(self, name, nfc(text))
        object.__setattr__(self, "class_order", tuple(map(nfc, self.class_order)))
        object.__setattr__(self, "countries", tuple(dict.fromkeys(self.countries)))
        for name in ("no_data_value", "population_no_data_value"):
            _require_few_numbers(f"--{name.replace('_', '-')}", getattr(self, name))
        _require_countries("--footprint-country", self.countries)
        _require_countries("--country", () if self.country is None else (self.country,))


def _require_few_numbers(option: str, values: tuple[float, ...] | Literal["none"]) -> None:
    """Refuse more numbers that mean no data than a producer uses: the raster is looked through for each."""
    if values != "none" and len(values) > MOST_NO_DATA_VALUES:
        raise InputError(
            option,
            got=f"{len(values)} numbers",
            expected=f"at most {MOST_NO_DATA_VALUES}",
            hint="mask the raster first, and write it with one",
        )


def _require_countries(option: str, words: Sequence[str]) -> None:
    """Refuse what is no country: no commune would lie in it, and all would be told as not studied."""
    for word in words:
        if not _COUNTRY.fullmatch(word) and word not in REGIONS:
            raise InputError(
                option,
                got=repr(word),
                expected="two capital letters (ISO 3166)",
                hint=f"{option} {word.upper() if _COUNTRY.fullmatch(word.upper()) else 'FR'}",
            )


def source_of(part: FilePart, *, basis: Basis, asset: str | None = None) -> Source:
    """A file as a source: its name and the hash of its bytes, of a STAC item with those of its asset."""
    place = input_path(part.path)
    found = asset_of(place, asset)
    return Source(
        id=part.name.replace("|", "_"),
        title=part.name,
        basis=basis,
        sha256=input_sha256(place) if found is None else found.sha256,
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
    place, rules = input_path(part.path), row_rules(keep)
    member, layer = part.inside(VECTOR_ENDINGS)
    return read_unchanged(place, lambda: files.read_vector(place, layer, member=member, keep=rules))[0]


def row_rules(keep: Sequence[str]) -> list[files.RowFilter]:
    """Rules as the command line writes them, ``COLUMN=VALUE``.

    Raises
    ------
    InputError
        If one has another form.
    """
    return [_rule(text) for text in keep]


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
    choice: RasterChoice,
) -> tuple[xr.DataArray, str | None]:
    """A raster and its unit; see :func:`agreed_units`.

    Parameters
    ----------
    no_data_value : tuple of float or "none"
        What its user says of its numbers; see :class:`UserFiles`.
    column, units : tuple of str and str or None
        The name of the option and what the user gave; a raster has no column.
    choice : RasterChoice
        What is chosen in NetCDF or Zarr.

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
    member, inner = part.inside(rasters.RASTER_ENDINGS)
    data, _ = read_raster_or_asset(
        input_path(part.path),
        choice.asset,
        member=member,
        **choice.arguments(inner, part, member),
        no_data_values=() if no_data_value == "none" else no_data_value,
        every_value_is_data=no_data_value == "none",
    )
    return data, agreed_units(data, units[1], what=part.name, option=units[0])
