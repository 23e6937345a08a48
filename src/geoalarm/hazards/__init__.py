"""Hazards: one file each, holding a ``HAZARD`` that says what it measures and a pure ``footprint(layer, *,
bounds=None)``.

A new hazard is one new file here and one catalog entry; :func:`discover` finds it. Files of hazards do not
know each other; what they share, from a layer of any kind to a footprint in house units, is
:func:`read_layer`.
"""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.model import (
    Footprint,
    FootprintKind,
    Hazard,
    IntensityClass,
    Layer,
    interval_classes,
    require_column,
    require_crs,
)
from geoalarm.core.read_errors import wrap_read_errors
from geoalarm.core.terms import first_counted
from geoalarm.core.units import LENGTH_UNITS, require_units
from geoalarm.geo.fill_values import NO_DATA_FIELD, require_no_lost_fill, require_within

if TYPE_CHECKING:
    from collections.abc import Mapping
else:
    import lazy_loader

    # ``hazards.industrial`` without importing it; mypy knows the room by itself and checks every other name
    __getattr__, _, _ = lazy_loader.attach(__name__, submodules=["industrial"])

KINDS: Final = ("intensity", "classes", "fraction", "polygons")


@lru_cache(maxsize=1)
def _modules() -> Mapping[str, ModuleType]:
    found = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        found[module.HAZARD.name] = module
    return MappingProxyType(found)


def discover() -> dict[str, Hazard]:
    """Every hazard of the package by name, in alphabetical order."""
    return {name: module.HAZARD for name, module in _modules().items()}


hazards_known = discover
"""At the front door (``ga.hazards_known``), where ``discover`` alone would not say what."""


def counted_from(name: str, labels: Sequence[str]) -> str:
    """The class a count of people in the zone of a hazard begins with; empty where it takes all, and for a
    hazard that no file declares.
    """
    module = _modules().get(name)
    return first_counted(module.HAZARD.counted_from, labels) if module is not None else ""


def footprint(layer: Layer, *, bounds: Sequence[float] | None = None) -> Footprint:
    """The footprint of a layer, by the method of its hazard.

    Parameters
    ----------
    layer : Layer
        Normalised data and facts, as the catalog hands them over.
    bounds : sequence of float, optional
        Lower class bounds in the hazard's units instead of its own; only for layers of intensity.

    Raises
    ------
    InputError
        If the hazard is unknown, the layer cannot be read as one of its kinds, or its file breaks off.
    """
    module = _modules().get(layer.hazard)
    if module is None:
        raise InputError(
            f"hazard of layer {layer.source.id!r}",
            got=repr(layer.hazard),
            expected=", ".join(_modules()),
            hint=near_miss(layer.hazard, _modules()),
        )
    with wrap_read_errors(f"layer {layer.source.id!r}"):
        made: Footprint = module.footprint(layer, bounds=bounds)
    return made


def read_layer(
    layer: Layer,
    hazard: Hazard,
    *,
    bounds: Sequence[float] | None = None,
    classes: tuple[IntensityClass, ...] | None = None,
) -> Footprint:
    """A layer of any kind as a footprint in the hazard's units: values kept, no data kept, facts carried
    over.

    Parameters
    ----------
    layer : Layer
        Kind ``intensity`` (raster in ``units``), ``classes`` (codes, 0 is none, or in the order of the
        hazard's labels), ``fraction`` (share of each cell) or ``polygons`` (labels in ``class_column``).
    hazard : Hazard
    bounds : sequence of float, optional
        Lower class bounds in the hazard's units [units of the hazard].
    classes : tuple of IntensityClass, optional
        Classes that take the place of both.

    Raises
    ------
    InputError
        If the layer is of another hazard or kind, has no CRS or units, or bounds do not go with its kind.
    """
    what = f"layer {layer.source.id!r}"
    kind = _kind(layer, hazard, what=what)
    if bounds is not None and kind != "intensity":
        raise InputError(
            f"class bounds for {what}",
            got=f"{list(bounds)} on kind {kind}",
            expected="no bounds: its classes are its own",
            hint="leave the bounds out",
        )
    layer, studied = without_studied_area(with_possible_values(layer, hazard))
    data, units = layer.data, "1"
    if kind == "intensity":
        data, units = _in_house_units(layer, hazard, what=what)
        classes = classes or interval_classes(
            bounds if bounds is not None else _own_bounds(hazard, what=what)
        )
    elif kind == "classes":
        classes = classes if classes is not None else _code_classes(layer, hazard, what=what)
    elif kind == "fraction":
        classes = (IntensityClass("affected"),)
    else:
        data, classes = _labelled(layer, hazard, what=what)
        units = layer.units or units
    return Footprint(
        data=data,
        kind=kind,
        hazard=hazard.name,
        classes=classes,
        units=units,
        class_column=layer.class_column,
        scenario=layer.scenario,
        return_period_yr=layer.return_period_yr,
        countries=layer.countries,
        studied=layer.plan.studied if layer.plan is not None else studied,
        no_data=layer.no_data,
        sources=(layer.source,),
        caveats=_caveats(layer),
        counted_from=hazard.counted_from,
        plan=layer.plan,
    )


def without_studied_area(layer: Layer) -> tuple[Layer, gpd.GeoDataFrame | None]:
    """A layer of polygons without the rows of its ``studied_class``, and these: the area its producer
    studied. None where the layer names no such class.

    Raises
    ------
    InputError
        If it names one that no row has, or has no other row.
    """
    data, column = layer.data, layer.class_column
    if not layer.studied_class or column is None or not isinstance(data, gpd.GeoDataFrame):
        return layer, None
    require_column(data, column, what=f"layer {layer.source.id!r}")
    is_studied = data[column].astype("str") == layer.studied_class
    if is_studied.all() or not is_studied.any():
        raise InputError(
            f"studied area of layer {layer.source.id!r}",
            got=f"{int(is_studied.sum())} of {len(data)} rows are {layer.studied_class!r}",
            expected="rows of the studied area, and rows of zones",
            hint="correct studied_class of its catalog entry",
        )
    return replace(layer, data=data[~is_studied]), data[is_studied]


def _caveats(layer: Layer) -> tuple[str, ...]:
    """Caveats of the source, and that outlines were repaired."""
    repaired = any(name.startswith("geometries") and count for name, count in layer.repairs.items())
    return tuple(dict.fromkeys([*layer.source.caveats, *(["geometry_repaired"] if repaired else [])]))


def with_possible_values(layer: Layer, hazard: Hazard | None = None) -> Layer:
    """The layer, whose cells hold what its hazard can be; in large rasters told when they are read.

    Raises
    ------
    InputError
        If a cell holds a depth, or a class, that cannot be: what it means is asked, never guessed.
    """
    hazard = hazard or discover().get(layer.hazard)
    if hazard is None or not isinstance(layer.data, xr.DataArray) or layer.data.rio.crs is None:
        return layer
    data, what = layer.data, f"layer {layer.source.id!r}"
    if layer.kind == "classes" and not hazard.class_labels:
        data = require_no_lost_fill(data, what=what, option=NO_DATA_FIELD, are_codes=True)
    elif layer.kind == "intensity":
        units = layer.units or str(data.attrs.get("units", ""))
        low, high = valid_range(hazard, units)
        data = require_within(data, low, high, what=what, option=NO_DATA_FIELD, units=units)
    return replace(layer, data=data)


def valid_range(hazard: Hazard, units: str) -> tuple[float, float]:
    """What the intensity of a hazard can be [units]; everything where the units are not a multiple of its
    own.
    """
    if units == hazard.units:
        return hazard.valid_range
    if units not in LENGTH_UNITS or hazard.units not in LENGTH_UNITS:
        return -math.inf, math.inf
    factor = LENGTH_UNITS[hazard.units] / LENGTH_UNITS[units]
    return hazard.valid_range[0] * factor, hazard.valid_range[1] * factor


def _kind(layer: Layer, hazard: Hazard, *, what: str) -> FootprintKind:
    if layer.hazard != hazard.name:
        raise InputError(
            f"hazard of {what}",
            got=repr(layer.hazard),
            expected=hazard.name,
            hint="use hazards.footprint, which chooses by the layer",
        )
    require_crs(layer.data, what=what)
    kind = layer.kind or ("polygons" if isinstance(layer.data, gpd.GeoDataFrame) else "")
    if kind not in KINDS:
        raise InputError(
            f"kind of {what}", got=repr(kind), expected=", ".join(KINDS), hint=near_miss(kind, KINDS)
        )
    if isinstance(layer.data, gpd.GeoDataFrame) != (kind == "polygons"):
        raise InputError(
            f"{what} of kind {kind}",
            got=type(layer.data).__name__,
            expected="GeoDataFrame" if kind == "polygons" else "DataArray",
            hint="correct the kind, or the driver, of its catalog entry",
        )
    return kind  # type: ignore[return-value]


def _own_bounds(hazard: Hazard, *, what: str) -> tuple[float, ...]:
    if not hazard.class_bounds:
        raise InputError(
            f"{what} has no class bounds",
            got=f"an intensity of hazard {hazard.name}, which declares none",
            expected="lower bounds",
            hint="give bounds, or a layer of classes",
        )
    return hazard.class_bounds


def _in_house_units(layer: Layer, hazard: Hazard, *, what: str) -> tuple[xr.DataArray, str]:
    """The raster in the hazard's units; multiples of the metre are divided: 50 cm is 0.5 m exactly."""
    data = layer.data
    assert isinstance(data, xr.DataArray)
    units = require_units(layer.units or data.attrs.get("units"), what=what)
    if units == hazard.units:
        return data, units
    if hazard.units not in LENGTH_UNITS or units not in LENGTH_UNITS:
        raise InputError(
            f"units of {what}",
            got=units,
            expected=hazard.units if hazard.units not in LENGTH_UNITS else ", ".join(LENGTH_UNITS),
            hint=near_miss(units, LENGTH_UNITS if hazard.units in LENGTH_UNITS else [hazard.units]),
        )
    factor = LENGTH_UNITS[units] / LENGTH_UNITS[hazard.units]
    crs, missing = data.rio.crs, data.rio.nodata
    values = data if missing is None or np.isnan(missing) else data.where(data != missing)
    if values.dtype.kind != "f":
        values = values.astype("float64")
    scaled = values / round(1 / factor) if factor < 1 else values * factor
    scaled.attrs = {
        **{name: value for name, value in data.attrs.items() if name != "_FillValue"},
        "units": hazard.units,
    }
    return scaled.rio.write_crs(crs).rio.write_nodata(np.nan), hazard.units


def _code_classes(layer: Layer, hazard: Hazard, *, what: str) -> tuple[IntensityClass, ...]:
    """The hazard's labels for codes 1, 2, ...; no classes where it has none: codes then name themselves."""
    if not hazard.class_labels:
        return ()
    data = layer.data
    assert isinstance(data, xr.DataArray)
    missing = data.rio.nodata
    kept = data if missing is None or np.isnan(missing) else data.where(data != missing)
    low, high, part = (float(value) for value in (kept.min(), kept.max(), (kept % 1).max()))
    count = len(hazard.class_labels)
    if low < 0 or high > count or part > 0:
        raise InputError(
            f"class codes of {what}",
            got=f"{low:g} to {high:g}" + (", not all whole" if part > 0 else ""),
            expected=f"0 for none, 1 to {count} for {', '.join(hazard.class_labels)}",
            hint="declare the no-data value, or recode the raster",
        )
    return tuple(IntensityClass(label, code, code) for code, label in enumerate(hazard.class_labels, start=1))


def _labelled(
    layer: Layer, hazard: Hazard, *, what: str
) -> tuple[gpd.GeoDataFrame, tuple[IntensityClass, ...]]:
    """Polygons in the hazard's own labels, mild to severe, where all of theirs are among them; else as they
    are, in the order the producer states, if any.
    """
    data = layer.data
    assert isinstance(data, gpd.GeoDataFrame)
    if layer.class_column is None:
        return data, ()
    require_column(data, layer.class_column, what=what)
    if layer.class_order:
        return data, _stated_order(layer, data[layer.class_column], what=what)
    known = {label.casefold(): label for label in hazard.class_labels}
    labels = data[layer.class_column].map(
        lambda value: known.get(str(value).strip().casefold().replace(" ", "_"))
    )
    if not known or labels.isna().any():
        return data, ()
    return data.assign(**{layer.class_column: labels}), tuple(
        IntensityClass(label) for label in hazard.class_labels
    )


def _stated_order(layer: Layer, labels: pd.Series, *, what: str) -> tuple[IntensityClass, ...]:
    """The producer's classes, mild to severe; a label in the data that the order lacks is an error."""
    strange = sorted(set(labels.astype("str")) - set(layer.class_order))
    if strange:
        raise InputError(
            f"classes of {what}",
            got=", ".join(strange[:5]),
            expected=", ".join(layer.class_order),
            hint="name every class in class_order, from mild to severe",
        )
    return tuple(IntensityClass(label) for label in layer.class_order)
