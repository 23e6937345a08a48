"""Are these coordinates where their CRS says? Swapped axes and wrong labels, found before they count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from pyproj import CRS

from geoalarm.core.errors import InputError

Box = tuple[float, float, float, float]

TERRITORY: Final[Box] = (-6.0, 41.0, 10.0, 54.0)
"""France, Belgium and their neighbours [degrees west, south, east, north]; swapped, the sea off Somalia."""

COUNTRIES: Final[dict[str, Box]] = {
    "FR": (-5.5, 41.0, 9.8, 51.3),
    "BE": (2.3, 49.3, 6.6, 51.7),
    "LU": (5.5, 49.3, 6.7, 50.3),
    "NL": (3.0, 50.6, 7.4, 53.8),
    "DE": (5.7, 47.1, 15.2, 55.2),
}
"""Mainland of each country with a margin [degrees]."""


def require_plausible(bounds: Sequence[float], crs: Any, *, what: str, countries: Sequence[str] = ()) -> None:
    """Refuse coordinates that cannot be in their CRS, or lie where they would only if x and y were swapped.

    Parameters
    ----------
    bounds : sequence of float
        minx, miny, maxx, maxy in ``crs``.
    crs : anything pyproj reads
        Stated CRS.
    what : str
        Name of the layer, for the error.
    countries : sequence of str
        Countries the layer is of, where known; without them only the territory's own box, swapped, is
        refused.

    Raises
    ------
    InputError
        If coordinates are not finite, outside the range of degrees, degrees under a CRS of metres, or
        swapped.
    """
    box = tuple(float(value) for value in bounds)
    if len(box) != 4 or not np.all(np.isfinite(box)):
        raise InputError(
            f"{what} has coordinates that are not finite",
            got=f"bounds {box}",
            expected="numbers",
            hint="check the layer for broken geometries",
        )
    reference = CRS.from_user_input(crs)
    shown = "x {0:g} to {2:g}, y {1:g} to {3:g}".format(*box)
    if reference.is_geographic:
        _require_degrees(box, shown, what=what, countries=countries)
    elif reference.is_projected and max(abs(value) for value in box) <= 180 and _is_metric(reference):
        raise InputError(
            f"{what}: coordinates look like degrees, its CRS is in metres",
            got=f"{shown} in {reference.name}",
            expected=f"coordinates in {reference.name}",
            hint="state the CRS the coordinates are in, probably EPSG:4326",
        )


def _require_degrees(box: Box, shown: str, *, what: str, countries: Sequence[str]) -> None:
    if max(abs(box[0]), abs(box[2])) > 361 or max(abs(box[1]), abs(box[3])) > 361:
        raise InputError(
            f"{what}: coordinates are not degrees",
            got=shown,
            expected="longitude -180 to 180, latitude -90 to 90",
            hint="the CRS label is wrong: state the projected CRS the coordinates are in",
        )
    hint = "x is longitude, y is latitude: swap the columns, or export the layer again"
    if box[1] < -90.001 or box[3] > 90.001:
        raise InputError(
            f"{what}: x and y are swapped", got=shown, expected="y (latitude) within -90 to 90", hint=hint
        )
    swapped = (box[1], box[0], box[3], box[2])
    known = [COUNTRIES[country] for country in countries if country in COUNTRIES]
    if countries and not known:
        return
    homes = known or [TERRITORY]
    if (
        not any(_touch(box, home) for home in homes)
        and any(_touch(swapped, home) for home in homes)
        and (known or _inside(swapped, TERRITORY))
    ):
        raise InputError(
            f"{what}: x and y are swapped", got=shown, expected="longitude in x, latitude in y", hint=hint
        )


def _touch(box: Box, home: Box) -> bool:
    return box[0] <= home[2] and box[2] >= home[0] and box[1] <= home[3] and box[3] >= home[1]


def _inside(box: Box, home: Box) -> bool:
    return box[0] >= home[0] and box[2] <= home[2] and box[1] >= home[1] and box[3] <= home[3]


def _is_metric(reference: CRS) -> bool:
    return bool(reference.axis_info) and reference.axis_info[0].unit_name in ("metre", "meter")
