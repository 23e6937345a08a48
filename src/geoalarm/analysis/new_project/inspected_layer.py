"""A layer of a file as it was looked at: geometry, columns, units, system and values; nothing is decided."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

Form = Literal["polygons", "points", "lines", "raster", "table"]

FEW: Final = 12
"""A column or a raster with at most so many values may hold classes."""


@dataclass(frozen=True, slots=True)
class InspectedColumn:
    """A column: whether it holds numbers, some of its values as text, how many differ, whether none is
    missing, and its least and largest number (NaN for text).
    """

    name: str
    is_number: bool
    values: tuple[str, ...]
    distinct: int
    is_full: bool
    low: float = math.nan
    high: float = math.nan

    @property
    def is_unique_in(self) -> int:
        """Rows that it tells apart: zero where a value is missing."""
        return self.distinct if self.is_full else 0


@dataclass(frozen=True, slots=True)
class InspectedLayer:
    """A layer of a file.

    Attributes
    ----------
    layer : str
        Of a file that holds several.
    band : int
        Of a raster that holds several, else 0; ``band_name`` is what the file calls it.
    crs : str
        ``EPSG:3035``, or its definition.
    bounds : tuple of float
        West, south, east, north [degrees].
    count : int
        Features, or cells.
    variable : str
        Of NetCDF and Zarr that hold several.
    dimensions : tuple
        Of NetCDF and Zarr: dimensions beside x and y, with their values.
    units : str
        Of a raster, as the file states them.
    low, high, distinct, is_whole
        Of the cells that were looked at.
    x, y : str
        Columns of a table of points.
    member : str
        Of an archive that holds several data files.
    profile, hazard, events, vintage : str, str, tuple of str, str
        Of an official plan: its standard, one of its hazards, its events where they are several, its date.
    row_choices : tuple
        Of a table with several rows a code: columns each of whose values has one row a code, with these.
    """

    path: Path
    form: Form
    crs: str
    bounds: tuple[float, float, float, float]
    count: int
    layer: str = ""
    columns: tuple[InspectedColumn, ...] = ()
    band: int = 0
    band_name: str = ""
    variable: str = ""
    dimensions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    units: str = ""
    low: float = math.nan
    high: float = math.nan
    distinct: int = 0
    is_whole: bool = False
    has_no_data: bool = False
    x: str = ""
    y: str = ""
    delimiter: str = ""
    member: str = ""
    profile: str = ""
    hazard: str = ""
    events: tuple[str, ...] = ()
    vintage: str = ""
    row_choices: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def words(self) -> str:
        """Everything that bears a name, in lower case: file, member, layer, band."""
        return " ".join([self.path.stem, self.member, self.layer, self.band_name]).lower()

    @property
    def file_name(self) -> str:
        """Of the data file: the file itself, or the member of an archive, without folders."""
        return (self.member or self.path.name).rsplit("/", 1)[-1]

    def column(self, *names: str) -> InspectedColumn | None:
        """The first column of one of these names, whatever their case."""
        known = {item.name.lower(): item for item in self.columns}
        return next((known[name] for name in names if name in known), None)
