"""A user's raster or polygons as a footprint: what its values are is told by user or file, never guessed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from geoalarm.analysis.user_files.file_part import FilePart, at_option, is_raster
from geoalarm.analysis.user_files.user_options import UserFiles, open_vector, read_user_raster, source_of
from geoalarm.analysis.user_files.user_plan import known_part, user_plan
from geoalarm.catalog import normalise
from geoalarm.catalog.cf_units import cf_units
from geoalarm.catalog.official_plans import PlanLayer
from geoalarm.catalog.official_plans.read_plan import CLASS_COLUMN
from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.model import Footprint, FootprintKind, IntensityClass, interval_classes
from geoalarm.core.terms import Basis
from geoalarm.core.units import COUNT_UNITS, require_units
from geoalarm.exposure.classify import interval_codes
from geoalarm.geo.fill_values import asked, checked, lost_fill, require_no_lost_fill, require_within
from geoalarm.hazards import discover, valid_range

RASTER_KINDS: Final = ("intensity", "classes", "fraction")
NO_DATA_OPTION: Final = "--no-data-value"


def read_footprint(own: UserFiles) -> tuple[Footprint, dict[str, int]]:
    """The footprint, and what was repaired in it."""
    part = FilePart.parse(own.footprint, "--footprint")
    with at_option(part):
        footprint, repairs = _footprint_of(own, part)
    if any(name.startswith("geometries_") and count for name, count in repairs.items()):
        footprint = replace(footprint, caveats=(*footprint.caveats, "geometry_repaired"))
    if own.studied is None:
        return footprint, repairs
    area = FilePart.parse(own.studied, "--studied")
    with at_option(area):
        studied, mended = normalise.frame(open_vector(area), what=area.name)
    if footprint.plan is not None:
        studied = known_part(studied, footprint.plan)
    told = {f"studied_area_{name}": count for name, count in mended.items()}
    return replace(footprint, studied=studied), {**repairs, **told}


def _footprint_of(own: UserFiles, part: FilePart) -> tuple[Footprint, dict[str, int]]:
    """An official plan, a raster or polygons."""
    plan = user_plan(own, part)
    if plan is not None:
        own.footprint_choice.refuse(part)
        return _plan_footprint(own, part, plan), plan.repairs
    if is_raster(part):
        return _raster_footprint(own, part)
    own.footprint_choice.refuse(part)
    return _polygon_footprint(own, part)


def _plan_footprint(own: UserFiles, part: FilePart, found: PlanLayer) -> Footprint:
    """Zones of an official plan: what the user does not say, the plan does."""
    default = Basis.STATUTORY if found.plan.is_in_force else Basis.MODELLED
    stated = math.isnan(own.return_period_yr)
    own = replace(
        own,
        hazard=found.hazard,
        scenario=own.scenario or found.scenario,
        return_period_yr=found.return_period_yr if stated else own.return_period_yr,
        basis=own.basis or default,
        countries=own.countries or found.areas,
    )
    classes = tuple(IntensityClass(label) for label in found.class_order)
    made = _footprint(
        own, part, found.data, kind="polygons", classes=classes, units=found.units, class_column=CLASS_COLUMN
    )
    source = replace(made.sources[0], title=found.plan.title or part.name, vintage=found.plan.vintage)
    return replace(
        made,
        studied=found.plan.studied,
        sources=(source,),
        caveats=(*made.caveats, *found.plan.caveats),
        counted_from="",
        plan=found.plan,
    )


def _raster_footprint(own: UserFiles, part: FilePart) -> tuple[Footprint, dict[str, int]]:
    data, stated = read_user_raster(
        part,
        own.no_data_value,
        column=("--class-column", own.class_column),
        units=("--units", own.units),
        choice=own.footprint_choice,
    )
    kind = _raster_kind(own, data, stated, what=part.name)
    units = require_units(stated, what=f"footprint {part.name}") if kind == "intensity" else stated or "1"
    raster, repairs = normalise.raster(data, what=part.name, units_stated=units, option=NO_DATA_OPTION)
    labels = tuple(IntensityClass(label) for label in own.class_order)
    classes = interval_classes(own.bounds) if kind == "intensity" else labels
    raster = _possible(own, raster, kind, what=part.name)
    return _footprint(own, part, raster, kind=kind, classes=classes, units=raster.attrs["units"]), repairs


def _possible(own: UserFiles, raster: xr.DataArray, kind: FootprintKind, *, what: str) -> xr.DataArray:
    """The raster, whose cells hold what can be: an intensity of its hazard, or the listed classes."""
    if kind == "intensity":
        low, high = _valid_range(own, raster.attrs["units"])
        return require_within(
            raster, low, high, what=what, option=NO_DATA_OPTION, units=raster.attrs["units"]
        )
    if kind != "classes":
        return raster
    if own.class_order:
        return _listed(raster, own.class_order, what=what)
    return require_no_lost_fill(raster, what=what, option=NO_DATA_OPTION, are_codes=True)


def _listed(raster: xr.DataArray, order: Sequence[str], *, what: str) -> xr.DataArray:
    """The raster, whose codes are all in the order, or 0 for none."""
    try:
        codes = [0.0, *map(float, order)]
    except ValueError as error:
        raise InputError(
            f"{what} holds class codes",
            got=f"--class-order {','.join(order)}",
            expected="the codes, mild to severe",
            hint='--class-order "1,2,3"',
        ) from error

    def check(values: np.ndarray) -> None:
        other = values[~np.isin(values, codes)]
        if other.size:
            number = float(other[0])
            raise asked(
                number, values, what=what, option=NO_DATA_OPTION, expected=f"0 for none, {', '.join(order)}"
            )

    return checked(raster, check)


def _valid_range(own: UserFiles, units: str) -> tuple[float, float]:
    """What the values can be [units]. Of a hazard the package does not know: nothing below zero where every
    class lies above it, but for traces far below the lowest bound.
    """
    known = discover().get(own.hazard)
    if known is not None:
        return valid_range(known, units)
    lowest = min((bound for bound in own.bounds if bound > 0), default=0.0)
    return -math.inf if min(own.bounds) < 0 else -lowest / 100, math.inf


def _raster_kind(own: UserFiles, data: xr.DataArray, units: str | None, *, what: str) -> FootprintKind:
    """What the values of a raster are; untold, whole numbers are class codes and others an error."""
    if own.kind is not None:
        if own.kind not in RASTER_KINDS:
            raise InputError(
                "kind of a raster footprint",
                got=own.kind,
                expected=", ".join(RASTER_KINDS),
                hint=near_miss(own.kind, RASTER_KINDS),
            )
        if (own.kind == "intensity") != bool(own.bounds):
            raise InputError(
                f"{what} as {own.kind}",
                got=f"bounds {list(own.bounds)}" if own.bounds else "no bounds",
                expected="bounds for an intensity, none for classes and fractions",
                hint='--bounds "0.1,0.5,1,2"',
            )
        return own.kind  # type: ignore[return-value]
    if own.bounds:
        return "intensity"
    if (
        data.dtype.kind in "ui"
        and "scale_factor" not in data.attrs
        and (units is None or units in COUNT_UNITS)
    ):
        return "classes"
    raise InputError(
        f"{what} holds an intensity{f' in {units}' if units else ''}, and no class bounds",
        got=f"{data.dtype} values",
        expected='--bounds "0.1,0.5,1,2" with --units',
        hint="or say --kind fraction, or --kind classes",
    )


def _polygon_footprint(own: UserFiles, part: FilePart) -> tuple[Footprint, dict[str, int]]:
    if own.kind is not None:
        raise InputError(
            f"{part.name} holds polygons",
            got=f"--kind {own.kind}",
            expected="no kind",
            hint="leave --kind out; it is for rasters",
        )
    if own.bounds and own.class_column is None:
        raise InputError(
            f"{part.name} holds polygons: which column do the bounds divide?",
            got="--bounds without --class-column",
            expected="both, or neither",
            hint="name the column of the intensity",
        )
    frame, repairs = normalise.polygons(
        open_vector(part), class_column=own.class_column, is_intensity=bool(own.bounds), what=part.name
    )
    if not own.bounds:
        classes = tuple(IntensityClass(label) for label in own.class_order)
        _require_order(frame, own, what=part.name)
        return _footprint(
            own,
            part,
            frame,
            kind="polygons",
            classes=classes,
            units=own.units or "1",
            class_column=own.class_column,
        ), repairs
    units = cf_units(
        require_units(own.units, what=f"column {own.class_column!r} of {part.name}"), what=part.name
    )
    classes = interval_classes(own.bounds)
    binned = _binned(frame, str(own.class_column), classes, what=part.name)
    return _footprint(
        own, part, binned, kind="polygons", classes=classes, units=units, class_column="intensity_class"
    ), repairs


def _binned(
    frame: gpd.GeoDataFrame, column: str, classes: Sequence[IntensityClass], *, what: str
) -> gpd.GeoDataFrame:
    """Polygons of a number as polygons of the half-open class it lies in; those below the first bound go."""
    values = pd.to_numeric(frame[column], errors="coerce")
    if values.isna().any():
        raise InputError(
            f"{what}, column {column!r}",
            got=repr(frame[column][values.isna()].iloc[0]),
            expected="numbers, to be divided by the bounds",
            hint="leave --bounds out if the column holds named classes",
        )
    _require_known(values, min(bound.lower for bound in classes), what=f"{what}, column {column!r}")
    single = values.dtype == "float32"
    place = interval_codes(values.to_numpy(dtype="float32" if single else "float64"), tuple(classes))
    out = frame[["geometry"]].assign(intensity_class=[classes[k].label if k >= 0 else "" for k in place])[
        place >= 0
    ]
    if out.empty:
        raise InputError(
            f"{what}, column {column!r}",
            got=f"{values.min():g} to {values.max():g}",
            expected=f"values from {classes[0].lower:g} up",
            hint="check the units of the bounds",
        )
    return out.reset_index(drop=True)


def _require_known(values: pd.Series, lowest: float, *, what: str) -> None:
    """No number that is no data by habit, and none below zero where every class lies above it."""
    found = lost_fill(values.to_numpy(dtype="float64"))
    if found is None and lowest >= 0 and values.min() < -lowest / 100:
        found = float(values.min())
    if found is not None:
        raise InputError(
            f"{what}: does {found:g} mean that nothing is known there?",
            got=f"{found:g} in {int((values == found).sum())} of {len(values)} polygons",
            expected="an intensity in every polygon",
            hint="take these polygons out of the file, and out of the area that --studied names",
        )


def _require_order(frame: gpd.GeoDataFrame, own: UserFiles, *, what: str) -> None:
    """Every class of the column must have its place in the order, where one is given."""
    if not own.class_order or own.class_column is None:
        return
    for label in map(str, frame[own.class_column].unique()):
        if label not in own.class_order:
            raise InputError(
                f"{what} has a class that --class-order does not list",
                got=label,
                expected=", ".join(own.class_order),
                hint="list every class, mild to severe",
            )


def _footprint(
    own: UserFiles,
    part: FilePart,
    data: xr.DataArray | gpd.GeoDataFrame,
    *,
    kind: FootprintKind,
    classes: tuple[IntensityClass, ...],
    units: str,
    class_column: str | None = None,
) -> Footprint:
    if not math.isnan(own.return_period_yr) and not 1 <= own.return_period_yr < math.inf:
        raise InputError(
            "return period",
            got=f"{own.return_period_yr:g} yr",
            expected="a number of years, at least 1",
            hint="give the return period in years, not the yearly probability",
        )
    declared = discover().get(own.hazard)
    return Footprint(
        data,
        kind=kind,
        counted_from="" if declared is None else declared.counted_from,
        hazard=own.hazard,
        classes=classes,
        units=units,
        class_column=class_column,
        scenario=own.scenario,
        return_period_yr=own.return_period_yr,
        countries=own.countries,
        no_data=own.no_data,
        sources=(source_of(part, basis=own.basis or Basis.MODELLED, asset=own.asset),),
    )
