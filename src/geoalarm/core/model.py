"""The nouns of the house, frozen: Source, Layer, IntensityClass, Footprint, Population, Communes.

They hold data with its facts and check what can be checked without a file: CRS, units, columns, codes, signs.
Anything read from disk passes ``catalog.normalise`` first, which repairs and counts; these constructors only
refuse.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from pyproj import CRS

from geoalarm.core.earth_crs import is_on_earth
from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.frame_checks import require_counts, require_outlines, require_polygons
from geoalarm.core.join_record import JoinRecord
from geoalarm.core.official_plan import OfficialPlan
from geoalarm.core.row_account import RowAccount
from geoalarm.core.terms import Basis
from geoalarm.core.units import people_per_km2, require_units
from geoalarm.core.zone_circles import ZoneCircles

FootprintKind = Literal["intensity", "classes", "fraction", "polygons"]
PopulationKind = Literal["raster", "polygons"]
NoData = Literal["not_studied", "dry"]
NoPeople = Literal["unknown", "nobody"]

COMMUNE_ID: Final = re.compile(r"^[A-Z]{2}:\S+$")
MOST_CLASSES: Final = 100
"""Classes of one map; more are values, not classes."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from; travels with it to the printed page.

    ``sha256`` is of the bytes that were read; None where they were made in memory. ``titles`` are the title
    by language, where its catalog entry has any. A source of basis ``illustrative`` always bears the caveat
    of that name, whoever builds it.
    """

    id: str
    title: str = ""
    licence: str = ""
    vintage: str = ""
    basis: Basis = Basis.MODELLED
    url: str | None = None
    sha256: str | None = None
    attribution: str = ""
    caveats: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if self.basis == Basis.ILLUSTRATIVE and "illustrative" not in self.caveats:
            object.__setattr__(self, "caveats", ("illustrative", *self.caveats))


@dataclass(frozen=True, slots=True)
class IntensityClass:
    """One class of intensity: half-open ``[lower, upper)`` in the footprint's units, or named, unbounded."""

    label: str
    lower: float = math.nan
    upper: float = math.nan

    @property
    def is_bounded(self) -> bool:
        """Whether the class is an interval of numbers."""
        return not math.isnan(self.lower)


def interval_classes(bounds: Sequence[float]) -> tuple[IntensityClass, ...]:
    """Half-open classes from lower bounds, the last open above: (0.1, 0.5) gives ``[0.1, 0.5)`` and ``[0.5,
    ∞)``.

    Raises
    ------
    InputError
        If there is no bound, more than :data:`MOST_CLASSES`, or they are not finite and strictly rising.
    """
    values = [float(bound) for bound in bounds]
    if len(values) > MOST_CLASSES:
        raise InputError(
            "class bounds", got=f"{len(values)} bounds", expected=f"at most {MOST_CLASSES}", hint="take fewer"
        )
    if not values or not all(math.isfinite(value) for value in values) or values != sorted(set(values)):
        raise InputError(
            "class bounds",
            got=list(bounds),
            expected="finite numbers in strictly rising order",
            hint='for example "0.1,0.5,1,2"',
        )
    uppers = [*values[1:], math.inf]
    return tuple(
        IntensityClass(f"[{low:g}, {'∞' if math.isinf(high) else format(high, 'g')})", low, high)
        for low, high in zip(values, uppers, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Hazard:
    """What a hazard module declares about itself; ``hazards.discover`` collects them.

    Either ``class_bounds`` (lower bounds of half-open classes in ``units``) or ``class_labels`` (named
    classes, mild to severe) is given. ``counted_from`` is the mildest class that counts as being in its zone,
    where milder ones say nothing of who is in danger: they stay in the table, and out of headlines and
    unions. ``valid_range`` is what its intensity can be at all [units]: a number outside is asked about,
    since it may mean that nothing is known.
    """

    name: str
    intensity: str
    units: str
    class_bounds: tuple[float, ...] = ()
    class_labels: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    counted_from: str = ""
    valid_range: tuple[float, float] = (-math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer as the catalog hands it over: normalised data and the facts of its entry.

    ``countries`` are the countries the producer studied (empty: not stated); ``no_data`` says what a missing
    cell means; ``class_order`` are the producer's own labels from mild to severe; ``studied_class`` is the
    label of polygons that are no zone but the area the producer studied; ``repairs`` counts what
    normalising changed; ``unplaced`` are the rows that were left out because they have no outline; ``plan``
    is what an official plan says of itself; ``join`` tells how a table met the outlines it was joined to.
    """

    data: xr.DataArray | gpd.GeoDataFrame
    source: Source
    role: str
    kind: str = ""
    hazard: str = ""
    units: str = ""
    scenario: str = ""
    return_period_yr: float = math.nan
    countries: tuple[str, ...] = ()
    no_data: NoData = "not_studied"
    class_column: str | None = None
    class_order: tuple[str, ...] = ()
    studied_class: str = ""
    repairs: dict[str, int] = field(default_factory=dict)
    unplaced: pd.DataFrame | None = None
    plan: OfficialPlan | None = None
    join: JoinRecord | None = None


@dataclass(frozen=True, slots=True)
class Footprint:
    """Where a hazard reaches and how strongly.

    Attributes
    ----------
    data : xarray.DataArray or geopandas.GeoDataFrame
        dims (y, x) with a CRS, NaN or the declared no-data value where nothing is known; or polygons.
    kind : str
        ``intensity``: values in ``units`` against half-open ``classes``; ``classes``: values are class codes,
        0 is none; ``fraction``: share of each cell that is affected [1]; ``polygons``: one class a polygon in
        ``class_column``.
    classes : tuple of IntensityClass
        From mild to severe. For ``classes`` and named polygons the label is the value as text.
    countries : tuple of str
        Countries the producer studied; empty means not stated, and then the extent of the data decides.
    studied : geopandas.GeoDataFrame, optional
        Area the producer studied, for polygons: a commune outside is not studied.
    no_data : str
        What a missing cell inside the extent means: ``not_studied`` (default) or ``dry`` (the producer says
        so).
    counted_from : str
        Mildest class that counts in a union, as its hazard declares it; empty, or not among its classes: all
        count.
    plan : OfficialPlan, optional
        What an official plan says of itself; its zones of several hazards, not told which, count in unions.
    circles : ZoneCircles, optional
        Where the zones are circles: people are counted in these, ``data`` are their outlines on a map.
    """

    data: xr.DataArray | gpd.GeoDataFrame
    kind: FootprintKind
    hazard: str
    classes: tuple[IntensityClass, ...] = ()
    units: str = ""
    class_column: str | None = None
    scenario: str = ""
    return_period_yr: float = math.nan
    countries: tuple[str, ...] = ()
    studied: gpd.GeoDataFrame | None = None
    no_data: NoData = "not_studied"
    sources: tuple[Source, ...] = ()
    caveats: tuple[str, ...] = ()
    counted_from: str = ""
    plan: OfficialPlan | None = None
    circles: ZoneCircles | None = None

    def __post_init__(self) -> None:
        require_crs(self.data, what=f"footprint {self.hazard!r}")
        if self.kind == "polygons":
            require_polygons(self.data, what=f"footprint {self.hazard!r}")
            if self.class_column is not None:
                require_column(self.data, self.class_column, what=f"footprint {self.hazard!r}")
        elif not isinstance(self.data, xr.DataArray):
            raise InputError(
                f"footprint {self.hazard!r} of kind {self.kind}",
                got=type(self.data).__name__,
                expected="xarray.DataArray",
                hint="use kind='polygons' for a GeoDataFrame",
            )
        if self.kind == "intensity":
            require_units(self.units, what=f"footprint {self.hazard!r}")
            if not self.classes:
                raise InputError(
                    f"footprint {self.hazard!r} has no class bounds",
                    expected="at least one lower bound",
                    hint="classes=interval_classes([0.1, 0.5, 1, 2])",
                )

    @property
    def basis(self) -> Basis:
        """The weakest basis among the sources: one illustrative source makes the footprint illustrative."""
        return weakest_basis([source.basis for source in self.sources])

    @property
    def name(self) -> str:
        """Hazard, scenario and return period in one short text, for logs and errors."""
        period = "" if math.isnan(self.return_period_yr) else f" T={self.return_period_yr:g}"
        return f"{self.hazard}{' ' + self.scenario if self.scenario else ''}{period}"


@dataclass(frozen=True, slots=True)
class Population:
    """People: a raster of counts or densities, or polygons with counts in ``column``.

    ``units`` is ``1`` (people per cell or polygon) or a density such as ``km-2``. ``no_data`` says what a
    cell or polygon without a number means: that it is not known how many live there, or that nobody does.
    ``disclosure_minimum``: counts of people below it are not published (0: no rule). ``rows`` tells what
    became of the rows of its file; None where it was made in memory. ``join`` tells how a table met the
    outlines it was joined to.
    """

    data: xr.DataArray | gpd.GeoDataFrame
    units: str = "1"
    column: str | None = None
    disclosure_minimum: float = 0.0
    sources: tuple[Source, ...] = ()
    caveats: tuple[str, ...] = ()
    no_data: NoPeople = "unknown"
    rows: RowAccount | None = None
    join: JoinRecord | None = None

    def __post_init__(self) -> None:
        require_crs(self.data, what="population")
        density = people_per_km2(require_units(self.units, what="population"))
        if isinstance(self.data, gpd.GeoDataFrame):
            require_polygons(self.data, what="population")
            if self.column is None:
                raise InputError(
                    "population polygons need a column of counts",
                    expected="a column name",
                    hint="column='population' (--population-column)",
                )
            require_column(self.data, self.column, what="population")
            if density is not None:
                raise InputError(
                    "population polygons with a density",
                    got=self.units,
                    expected="counts (units '1')",
                    hint="multiply by the area of each polygon first",
                )
            require_counts(
                self.data[self.column].to_numpy(dtype="float64", na_value=math.nan),
                what=f"population column {self.column!r}",
            )

    @property
    def kind(self) -> PopulationKind:
        """``raster`` or ``polygons``."""
        return "polygons" if isinstance(self.data, gpd.GeoDataFrame) else "raster"


@dataclass(frozen=True, slots=True)
class Communes:
    """Communes of one or several countries: one row each, ``commune_id`` unique, polygons, a CRS.

    Columns beyond ``commune_id`` and ``geometry`` are optional: country, code, name, name_fr, name_nl,
    name_de, population (official total), approximate_boundary and estimated_population (bool). ``rows`` tells
    what became of the rows of their files.
    """

    data: gpd.GeoDataFrame
    sources: tuple[Source, ...] = ()
    rows: RowAccount | None = None

    def __post_init__(self) -> None:
        require_crs(self.data, what="communes")
        require_polygons(self.data, what="communes")
        require_column(self.data, "commune_id", what="communes")
        require_outlines(self.data, "commune_id", what="communes")
        ids = self.data["commune_id"]
        if ids.isna().any():
            raise InputError(
                "commune_id is empty",
                got=f"{int(ids.isna().sum())} empty rows",
                expected="a code in every row",
                hint="drop or complete these rows",
            )
        twice = ids[ids.duplicated()].unique()
        if len(twice):
            raise InputError(
                "commune_id is not unique",
                got=", ".join(map(str, twice[:5])),
                expected="one row a commune",
                hint="key on country and code together (FR:55004 and BE:55004 are two places), or "
                "dissolve the parts",
            )

    @property
    def ids(self) -> pd.Index:
        """``commune_id`` in row order."""
        return pd.Index(self.data["commune_id"].astype(str), name="commune_id")

    @property
    def countries(self) -> np.ndarray:
        """Country of each row: the part of ``commune_id`` before the colon, empty where there is none."""
        return np.array(
            [key.split(":", 1)[0] if COMMUNE_ID.match(key) else "" for key in self.ids], dtype=object
        )

    def only(self, mask: Sequence[bool] | np.ndarray) -> Communes:
        """The communes where ``mask`` is true."""
        return replace(self, data=self.data.loc[np.asarray(mask)].reset_index(drop=True))


def weakest_basis(bases: Sequence[Basis]) -> Basis:
    """Illustrative, then modelled, then observed, then statutory: a figure is worth its weakest source."""
    order = [Basis.ILLUSTRATIVE, Basis.MODELLED, Basis.OBSERVED, Basis.STATUTORY]
    return next((basis for basis in order if basis in bases), Basis.MODELLED)


def require_crs(data: xr.DataArray | gpd.GeoDataFrame, *, what: str) -> None:
    """Refuse data without a coordinate reference system; it is never guessed.

    Raises
    ------
    InputError
        If the CRS is absent.
    """
    crs = data.crs if isinstance(data, gpd.GeoDataFrame) else data.rio.crs
    if crs is None:
        raise InputError(
            f"{what} has no CRS",
            got="none",
            expected="an EPSG code or a WKT",
            hint="set_crs(...) or rio.write_crs(...) with the CRS its producer states",
        )
    if not is_on_earth(crs):
        raise InputError(
            f"{what} is in a system of its own, which nothing connects to the earth",
            got=CRS.from_user_input(crs).name,
            expected="a system with a datum, such as EPSG:3035",
            hint="write the true code into the file: gdal_edit -a_srs EPSG:... (rasters), "
            "ogr2ogr -a_srs EPSG:... out.gpkg in.gpkg (vectors)",
        )


def require_column(frame: gpd.GeoDataFrame | pd.DataFrame, column: str, *, what: str) -> None:
    """Refuse a table that lacks a column, and offer the near miss.

    Raises
    ------
    InputError
        If ``column`` is absent.
    """
    if column not in frame.columns:
        known = [str(name) for name in frame.columns if name != "geometry"]
        raise InputError(
            f"{what} has no column {column!r}",
            got=", ".join(known[:15]) or "no columns",
            expected=column,
            hint=near_miss(column, known),
        )
