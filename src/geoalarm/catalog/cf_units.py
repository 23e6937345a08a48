"""Units as producers spell them, in the house's (CF) spelling."""

from __future__ import annotations

from typing import Final

from geoalarm.core.units import LENGTH_UNITS, require_units

_SPELLINGS: Final = {
    **{
        word: {1.0: "m", 0.1: "dm", 0.01: "cm", 0.001: "mm", 1000.0: "km"}[factor]
        for word, factor in LENGTH_UNITS.items()
    },
    "centimetre": "cm",
    "centimetres": "cm",
    "centimeter": "cm",
    "centimeters": "cm",
    "millimetres": "mm",
    "millimeters": "mm",
    "kilometres": "km",
    "feet": "ft",
    "foot": "ft",
    "inches": "in",
    "inch": "in",
    **dict.fromkeys(
        (
            "count",
            "counts",
            "people",
            "person",
            "persons",
            "inhabitants",
            "habitants",
            "inwoners",
            "einwohner",
            "people per cell",
            "persons per cell",
            "people/cell",
            "persons/cell",
            "-",
            "dimensionless",
            "unitless",
        ),
        "1",
    ),
    **dict.fromkeys(
        (
            "people/km2",
            "persons/km2",
            "people per km2",
            "inhabitants/km2",
            "inhabitants per km2",
            "hab/km2",
            "1/km2",
            "km^-2",
            "people km-2",
            "persons km-2",
        ),
        "km-2",
    ),
    **dict.fromkeys(("people/ha", "persons/ha", "1/ha", "people ha-1"), "ha-1"),
    **dict.fromkeys(("people/m2", "1/m2", "people m-2"), "m-2"),
    "kw/m2": "kW m-2",
    "kw m-2": "kW m-2",
    "kw.m-2": "kW m-2",
    "w/m2": "W m-2",
    "mg/m3": "mg m-3",
    "mg.m-3": "mg m-3",
    "%": "percent",
}


def cf_units(text: str | None, *, what: str) -> str:
    """A unit in the house's (CF) spelling: ``metres`` is ``m``, ``people/km²`` is ``km-2``; unknown spellings
    stay.

    Raises
    ------
    InputError
        If there is none.
    """
    stated = (
        require_units(text, what=what).replace("²", "2").replace("³", "3").replace("⁻", "-").replace("¹", "1")
    )
    return _SPELLINGS.get(" ".join(stated.lower().split()), " ".join(stated.split()))
