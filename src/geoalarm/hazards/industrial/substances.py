"""Substances by name: what they are, and their properties from the ``chemicals`` library with the table each
comes from.

The rows are data (``data/substances.csv``). Constants that a study states (a heat of vaporisation of 288
kJ/kg, say) are inputs of the models; nothing here overrides them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.reference_rows import rows
from geoalarm.core.registry import FlaggedOutputs, model, positive, word
from geoalarm.core.result import TO_BE_CONFIRMED
from geoalarm.hazards.industrial.property_curves import (
    MCGARRY,
    PERRY,
    SINGLE,
    TRC,
    VDI,
    Property,
    constants_of,
    property_curves,
)

GAS_CONSTANT: Final = 8.314462618
"""Molar gas constant [J mol-1 K-1] (CODATA 2018, exact)."""

AIR_MOLAR_MASS: Final = 0.02896
"""Of dry air [kg mol-1]."""


@dataclass(frozen=True, slots=True)
class Substance:
    """Facts of one substance.

    ``molar_mass`` [kg mol-1]; ``boiling_point`` at 1 atm, ``critical_temperature`` [K]; ``critical_pressure``
    [Pa]; ``lower_flammable``, ``upper_flammable`` shares of volume, NaN where it does not burn or none is
    known; ``heavy`` is ``always``, ``cold`` (when cold or as an aerosol) or ``no``; ``stands_in`` the CAS
    number of the substance whose properties stand for a mixture.
    """

    name: str
    cas: str
    molar_mass: float
    boiling_point: float
    critical_temperature: float
    critical_pressure: float
    lower_flammable: float
    upper_flammable: float
    hazards: tuple[str, ...]
    heavy: str
    remark: str
    source: str
    verified: str
    un: str = ""
    stands_in: str = ""
    properties: Mapping[str, Property] = field(default_factory=dict)

    @property
    def flags(self) -> tuple[str, ...]:
        """What must stand beside any number about it."""
        marks = (f"surrogate: {self.remark}",) if self.stands_in else ()
        return (*marks, f"{TO_BE_CONFIRMED}: {self.source}") if self.verified == "R" else marks

    def at(self, name: str, temperature: float) -> float:
        """One property at a temperature [K]: ``vapour_pressure`` [Pa], ``liquid_density`` [kg m-3],
        ``heat_of_vaporisation`` [J kg-1], ``liquid_heat_capacity`` and ``gas_heat_capacity`` [J kg-1 K-1].

        Raises
        ------
        InputError
            If the library has none for the substance.
        RangeError
            Outside the range of its correlation.
        """
        return self.curve(name)(temperature)

    def curve(self, name: str) -> Property:
        """One property as a curve, or an error that says that it must be given.

        Raises
        ------
        InputError
            If the library has none for the substance.
        """
        if name not in self.properties:
            raise InputError(
                f"{name.replace('_', ' ')} of {self.name}",
                got="none in the library",
                hint="give the value to the model",
            )
        return self.properties[name]

    def heat_capacity_ratio(self, temperature: float) -> float:
        """Cp / Cv of the ideal gas [1] at a temperature [K]."""
        molar = self.at("gas_heat_capacity", temperature) * self.molar_mass
        return molar / (molar - GAS_CONSTANT)

    def is_heavy(
        self, temperature: float, *, ambient_temperature: float = 288.15, aerosol: bool = False
    ) -> bool:
        """Whether what is released is heavier than air: by its row for an aerosol, else by its density at
        ``temperature`` [K].
        """
        if aerosol and self.heavy != "no":
            return True
        return self.molar_mass / temperature > 1.02 * AIR_MOLAR_MASS / ambient_temperature


def gas_density(molar_mass: float, temperature: float, pressure: float = 101325.0) -> float:
    """Density of an ideal gas [kg m-3], ``M P / (R T)``, from [kg mol-1], [K] and [Pa]."""
    return molar_mass * pressure / (GAS_CONSTANT * temperature)


def air_density(temperature: float, pressure: float = 101325.0) -> float:
    """Density of dry air [kg m-3] at [K] and [Pa]."""
    return gas_density(AIR_MOLAR_MASS, temperature, pressure)


def names() -> tuple[str, ...]:
    """Names of all substances, in the order of the table."""
    return tuple(_rows())


@lru_cache(maxsize=64)
def substance(name: str) -> Substance:
    """A substance by name, formula, CAS number or name in French, Dutch or German.

    Raises
    ------
    InputError
        If it is not in the table, with the nearest name.

    Examples
    --------
    >>> substance("Cl2").name, round(substance("chlorine").molar_mass, 6)
    ('chlorine', 0.070906)
    """
    row = _rows().get(_find(name))
    if row is None:
        raise InputError(
            "substance",
            got=repr(name),
            expected="a name of the table of substances",
            hint=near_miss(name, _rows()),
        )
    return _made(row)


def _made(row: Mapping[str, str]) -> Substance:
    cas = row["properties_of"] or row["cas"]
    single = constants_of(cas)[SINGLE]
    molar_mass = single["MW"] / 1000
    flammable = "flammable" in row["hazards"]
    lower, upper = (single.get(limit, math.nan) if flammable else math.nan for limit in ("LFL", "UFL"))
    return Substance(
        name=row["substance"],
        cas=row["cas"],
        molar_mass=molar_mass,
        boiling_point=single["Tb"],
        critical_temperature=single["Tc"],
        critical_pressure=single["Pc"],
        lower_flammable=lower,
        upper_flammable=upper,
        hazards=tuple(row["hazards"].split(";")),
        heavy=row["heavy"],
        remark=row["remark"],
        source=row["source"],
        verified=row["verified"],
        un=row["un"],
        stands_in=row["properties_of"],
        properties=MappingProxyType(property_curves(cas, molar_mass)),
    )


@lru_cache(maxsize=1)
def _rows() -> Mapping[str, Mapping[str, str]]:
    return MappingProxyType({row["substance"]: row for row in rows(__package__, "substances")})


def _find(name: str) -> str:
    """The key of a name, formula, CAS or UN number; the name itself where there is none."""
    folded = str(name).strip().casefold()
    for key, row in _rows().items():
        known = (
            key,
            key.replace("_", " "),
            row["cas"],
            row["un"],
            f"un{row['un']}",
            f"un {row['un']}",
            *row["aliases"].split(";"),
        )
        if folded in {item.casefold() for item in known if item}:
            return key
    return folded


@model(
    inputs={"substance": word(), "temperature": positive("K", 2000.0), "pressure": positive("Pa", 1e8)},
    outputs={
        "molar_mass": "kg mol-1",
        "boiling_point": "K",
        "critical_temperature": "K",
        "critical_pressure": "Pa",
        "gas_density": "kg m-3",
        "heat_capacity_ratio": "1",
        "vapour_pressure": "Pa",
        "liquid_density": "kg m-3",
        "heat_of_vaporisation": "J kg-1",
        "liquid_heat_capacity": "J kg-1 K-1",
        "lower_flammable_limit": "1",
        "upper_flammable_limit": "1",
    },
    source=f"chemicals library: {PERRY}, tables 2-8, 2-32, 2-150, 2-153; {VDI}, D3.1; {MCGARRY}; {TRC}",
    may_be_missing=(
        "heat_capacity_ratio",
        "vapour_pressure",
        "liquid_density",
        "heat_of_vaporisation",
        "liquid_heat_capacity",
        "lower_flammable_limit",
        "upper_flammable_limit",
    ),
)
def substance_properties(
    substance: str, *, temperature: float = 288.15, pressure: float = 101325.0
) -> FlaggedOutputs:
    """Properties of a substance at a temperature.

    Liquid properties hold on the saturation line; above the critical temperature, or outside the range of a
    correlation, a property is NaN and a flag says so.

    Parameters
    ----------
    substance : str
        Name, formula, CAS or UN number.
    temperature : float
        Of gas and liquid [K].
    pressure : float
        Of the gas, absolute [Pa].

    References
    ----------
    The ``chemicals`` library and the tables it names; gas density by the ideal gas law.

    Examples
    --------
    >>> found = substance_properties("chlorine", temperature="239.1 K")
    >>> round(found["heat_of_vaporisation"] / 1000), round(found["liquid_density"])
    (288, 1558)
    """
    facts = _lookup(substance)
    wanted = ("vapour_pressure", "liquid_density", "heat_of_vaporisation", "liquid_heat_capacity")
    found, missing = [], []
    for name in wanted:
        curve = facts.properties.get(name)
        held = curve is not None and curve.low <= temperature <= curve.high
        found.append(curve(temperature) if curve is not None and held else math.nan)
        missing += (
            [] if held else [f"not_available: {name.replace('_', ' ')} of {facts.name} at {temperature:g} K"]
        )
    gas = facts.properties.get("gas_heat_capacity")
    ratio = (
        facts.heat_capacity_ratio(temperature)
        if gas is not None and gas.low <= temperature <= gas.high
        else math.nan
    )
    values = (
        facts.molar_mass,
        facts.boiling_point,
        facts.critical_temperature,
        facts.critical_pressure,
        gas_density(facts.molar_mass, temperature, pressure),
        ratio,
        *found,
        facts.lower_flammable,
        facts.upper_flammable,
    )
    return FlaggedOutputs(values, (*facts.flags, *missing))


_lookup: Final = substance
