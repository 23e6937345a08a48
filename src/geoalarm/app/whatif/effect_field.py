"""The effect of an accident and its individual risk as pictures on the map: graded in round steps, the same
in both weathers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import rioxarray  # noqa: F401  (registers .rio)
import xarray as xr
from rasterio.enums import Resampling
from rasterio.transform import from_origin

from geoalarm import i18n
from geoalarm.app.map.geometry import WEB_MERCATOR
from geoalarm.app.map.hazard_overlay import RasterOverlay, encoded
from geoalarm.core.model import Footprint, interval_classes
from geoalarm.exposure.classify import interval_codes
from geoalarm.present.palette import Theme, colours

SCALE: Final = "strength"
MOST: Final = 6
"""Classes of a picture: as many as the scale has colours."""
STEPS: Final = ((1, 2, 5), (1, 3), (1,))
"""Round steps within a power of ten, the finest first."""
LOG_ROUNDING: Final = 1e-9
"""What a power of ten of a logarithm may lose, in logarithms."""
PIXELS: Final = 640
"""Longest side of a picture."""


def breaks(low: float, high: float) -> tuple[float, ...]:
    """Lower bounds of the classes between two values, low to high: round numbers, at most :data:`MOST`, the
    last open above.

    Examples
    --------
    >>> breaks(50.0, 300.0)
    (50.0, 100.0, 200.0)
    >>> breaks(1.45, 150e3)
    (1.0, 10.0, 100.0, 1000.0, 10000.0, 100000.0)
    """
    found: list[float] = []
    for steps in STEPS:
        first = math.floor(math.log10(low))
        last = max(math.ceil(math.log10(max(high, low))), first)
        rungs = [float(f"{step}e{power}") for power in range(first, last + 1) for step in steps]
        start = max(rung for rung in rungs if rung <= low * (1 + 1e-9))
        found = [rung for rung in rungs if start <= rung < max(high, start * (1 + 1e-9))]
        if len(found) <= MOST:
            break
    return tuple(found[:MOST])


def field_breaks(fields: Sequence[Footprint]) -> tuple[float, ...]:
    """Steps that hold the fields of every weather, from the mildest threshold up; none without a value."""
    tops = [float(top) for item in fields if np.isfinite(top := _top(item))]
    lows = [item.classes[0].lower for item in fields if item.classes]
    return breaks(min(lows), max(*tops, min(lows))) if tops and lows else ()


def field_picture(footprint: Footprint | None, lower: Sequence[float]) -> RasterOverlay | None:
    """A raster in classes for the map; None where there is nothing to draw.

    Parameters
    ----------
    footprint : Footprint or None
        Raster of an effect or of individual risk, any CRS; NaN is drawn as nothing.
    lower : sequence of float
        Lower bounds of the classes, in its units.
    """
    if footprint is None or not lower or not isinstance(footprint.data, xr.DataArray):
        return None
    data = footprint.data.squeeze(drop=True)
    floor = (
        lower[0] / 10
    )  # between nothing and the first class the edge is drawn half way, not where a zero would pull it
    logs = data.copy(data=np.log10(np.maximum(data.to_numpy().astype("float64"), floor))).rio.write_nodata(
        np.nan
    )
    west, south, east, north = data.rio.transform_bounds(WEB_MERCATOR)
    step = max(east - west, north - south) / PIXELS
    rows, columns = max(1, math.ceil((north - south) / step)), max(1, math.ceil((east - west) / step))
    flat = logs.rio.reproject(
        f"EPSG:{WEB_MERCATOR}",
        shape=(rows, columns),
        transform=from_origin(west, north, step, step),
        resampling=Resampling.bilinear,
        nodata=np.nan,
    ).to_numpy()
    # back from logarithms in the raster's own numbers, so that a value on a bound is where the table has it
    values = np.power(10.0, flat + LOG_ROUNDING).astype(data.dtype if data.dtype.kind == "f" else "float64")
    place = interval_codes(values, interval_classes(lower)) + 1
    codes = np.where(np.isfinite(flat), place, 0).astype("uint8")
    labels = tuple(f"{value:g}" for value in lower)
    return encoded(codes, (west, north - rows * step, west + columns * step, north), labels)


def tones(count: int, theme: Theme) -> tuple[str, ...]:
    """Colours of the classes, low to high."""
    return colours(SCALE, theme, count=count)


def class_words(lower: Sequence[float], units: str, lang: str) -> list[str]:
    """Each class with its values and unit: ``1 to 10 mg/m³``, ``10 mg/m³ or more``."""
    words = []
    for low, high in zip(lower, [*lower[1:], math.inf], strict=True):
        if math.isinf(high):
            words.append(i18n.text("unit.at_least", lang, low=i18n.measure(low, units, lang, exact=True)))
        else:
            top = i18n.measure(high, units, lang, exact=True)
            words.append(i18n.text("unit.range", lang, low=i18n.number(low, lang, decimals=3), high=top))
    return words


def chance(level: float, lang: str) -> str:
    """A yearly chance as one in so many years, two figures of it."""
    years = 1 / level
    step = 10 ** max(math.floor(math.log10(years) + 1e-9) - 1, 0)
    return i18n.text("unit.one_in", lang, years=i18n.number(round(years / step) * step, lang))


def _top(item: Footprint) -> float:
    values = np.asarray(item.data)
    return float(np.nanmax(values)) if np.isfinite(values).any() else math.nan
