"""Clay that shrinks and swells (RGA) cracks houses and hurts nobody: dwellings are counted, not people."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import geopandas as gpd

from geoalarm.core.errors import RangeError
from geoalarm.core.model import Footprint, Hazard, Layer, require_column
from geoalarm.core.reference_rows import rows
from geoalarm.core.registry import FlaggedOutputs, ModelInput, model
from geoalarm.core.terms import CLAY
from geoalarm.hazards import read_layer

_CLASSES: Final = rows(__package__, "clay")

HAZARD_OF_BUILDINGS: Final = Hazard(
    name=CLAY,
    intensity="clay_exposure_class",
    units="1",
    class_labels=tuple(row["label"] for row in _CLASSES),
    references=(
        (
            "Georisques, map of exposure to clay shrink-swell: 1 faible, 2 moyen, 3 fort; art. 68 of the "
            "ELAN law"
        ),
    ),
)
"""Not among the hazards of :func:`geoalarm.hazards.discover`: it has no place in totals of people."""


def clay_footprint(layer: Layer) -> Footprint:
    """Exposure to clay shrink-swell as zones for :func:`geoalarm.exposure.points.dwellings`; people cannot be
    counted in it.

    Parameters
    ----------
    layer : Layer
        Of hazard ``clay_shrink_swell``: codes 1 to 3 (0 none), or polygons with these codes or the French
        words.

    Raises
    ------
    InputError
        If the layer is of another hazard, or its classes are none of these.
    """
    data = layer.data
    if isinstance(data, gpd.GeoDataFrame) and layer.class_column is not None:
        require_column(data, layer.class_column, what=f"layer {layer.source.id!r}")
        words = {row["code"]: row["label"] for row in _CLASSES}
        labels = data[layer.class_column].map(lambda value: words.get(_code(value), value))
        layer = replace(layer, data=data.assign(**{layer.class_column: labels}))
    return read_layer(layer, HAZARD_OF_BUILDINGS)


@model(
    inputs={"code": ModelInput("1", 1, 3)},
    outputs={"label": "", "needs_study": ""},
    source="Georisques, exposure to clay shrink-swell; ELAN law, art. 68",
    jurisdiction="FR",
)
def clay_class(code: float) -> FlaggedOutputs:
    """French class of exposure to clay shrink-swell: 1 faible, 2 moyen, 3 fort; a soil study is due in 2 and
    3.

    Parameters
    ----------
    code : float
        1, 2 or 3 [1].

    Raises
    ------
    RangeError
        If it is another number.

    References
    ----------
    Code de la construction et de l'habitation, from art. 68 of the ELAN law of 23 November 2018.

    Examples
    --------
    >>> clay_class(2).value, clay_class(2)["needs_study"]
    ('moyen', True)
    """
    found = next((row for row in _CLASSES if float(row["code"]) == code), None)
    if found is None:
        raise RangeError("input 'code'", got=f"{code:g}", expected="1, 2 or 3")
    return FlaggedOutputs((found["label"], found["needs_study"] == "yes"), ("building_damage_only",))


def _code(value: object) -> str:
    """1, 1.0 and '1' are one code."""
    text = str(value).strip()
    return text.removesuffix(".0")
