"""One drawing for each value of a parameter, with a slider: what a result owes to an input."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any, Final

import holoviews as hv

from geoalarm.core.errors import InputError

MOST_DRAWINGS: Final = 200
"""A sweep holds every drawing at once, in Python and in the page: a choice of this project."""


def sweep(
    draw: Callable[..., Any], *, units: Mapping[str, str] | None = None, **values: Sequence[Any]
) -> hv.HoloMap:
    """Draw once for every combination of values; a slider or a list of words chooses among them.

    Everything is drawn beforehand, so the sliders also work in a saved page.

    Parameters
    ----------
    draw : callable
        Takes each parameter by name and answers an element of HoloViews or GeoViews.
    units : mapping, optional
        Unit of a parameter, for its slider.
    **values : sequence
        Values of each parameter, in the order of its slider.

    Raises
    ------
    InputError
        If a parameter has no value or the same one twice, units name another, or there are more than 200
        combinations.

    Examples
    --------
    >>> import holoviews as hv
    >>> drawn = sweep(lambda rate: hv.Curve([0, rate]), units={"rate": "kg/s"}, rate=[1, 2, 5])
    >>> drawn.keys()
    [1, 2, 5]
    """
    _require_values(values, units or {})
    hv.extension("bokeh")
    # without an order of its own a dimension is sorted, words by the alphabet
    dimensions = [
        hv.Dimension(name, unit=(units or {}).get(name), values=list(values[name])) for name in values
    ]
    drawings = {key: draw(**dict(zip(values, key, strict=True))) for key in product(*values.values())}
    return hv.HoloMap(drawings, kdims=dimensions, sort=False)


def _require_values(values: Mapping[str, Sequence[Any]], units: Mapping[str, str]) -> None:
    wrong = [name for name, given in values.items() if not len(given) or len(set(given)) < len(given)]
    if wrong or not values:
        raise InputError(
            "parameters of a sweep",
            got=f"no value, or one twice, for {', '.join(wrong)}" if wrong else "none",
            expected="at least one value for each, all different",
        )
    if not units.keys() <= values.keys():
        raise InputError("units of a sweep", got=", ".join(units), expected=", ".join(values))
    count = math.prod(len(given) for given in values.values())
    if count > MOST_DRAWINGS:
        raise InputError(
            "drawings of a sweep",
            got=count,
            expected=f"at most {MOST_DRAWINGS}",
            hint="fewer values, or a holoviews.DynamicMap, which draws when it is asked",
        )
