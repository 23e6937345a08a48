"""Weather of a dispersion: stability class and wind, written ``D5`` or ``F1.5``; usual ones by country."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from geoalarm.core.errors import InputError
from geoalarm.core.reference_rows import confirm, rows
from geoalarm.hazards.industrial.sigmas import STABILITIES

_LABEL: Final = re.compile(r"^\s*([A-Za-z])\s*(\d+(?:\.\d+)?)\s*$")


@dataclass(frozen=True, slots=True)
class Weather:
    """Pasquill class and wind at 10 m [m s-1], with who uses it."""

    stability: str
    wind_speed: float
    jurisdiction: str = "any"
    flags: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Such as ``D5``."""
        return f"{self.stability}{self.wind_speed:g}"


def parse_weather(label: str) -> Weather:
    """Weather from its label.

    Raises
    ------
    InputError
        If it is no class A to F followed by a wind above 0 [m s-1].

    Examples
    --------
    >>> parse_weather("F1.5")
    Weather(stability='F', wind_speed=1.5, jurisdiction='any', flags=())
    """
    found = _LABEL.match(label)
    if found is None or found[1].upper() not in STABILITIES or float(found[2]) <= 0:
        raise InputError(
            "weather",
            got=repr(label),
            expected="a class A to F and a wind in m/s",
            hint="for example D5 or F1.5",
        )
    return Weather(found[1].upper(), float(found[2]))


def standard_weather(jurisdiction: str) -> tuple[Weather, ...]:
    """The usual weather of a country's risk studies; all of them still to be confirmed.

    Raises
    ------
    InputError
        If the table has none for the country.
    """
    found = tuple(
        Weather(
            row["stability"],
            float(row["wind_speed_m_s"]),
            row["jurisdiction"],
            confirm(row["verified"], f"{row['label']}, {row['source']}"),
        )
        for row in rows(__package__, "weather")
        if row["jurisdiction"] == jurisdiction
    )
    if not found:
        known = sorted({row["jurisdiction"] for row in rows(__package__, "weather")})
        raise InputError(
            "jurisdiction of standard weather",
            got=repr(jurisdiction),
            expected=", ".join(known),
            hint="or give a weather such as D5",
        )
    return found
