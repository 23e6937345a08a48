"""Properties of a substance as functions of temperature, by the equations of the ``chemicals`` library, each
with its range and the table its constants come from.

The constants of our substances are kept as rows beside this module (``data/substance_constants.csv``, written
by ``docs/tools/substance_constants.py``): the library reads tables of some 70,000 substances, 70 MB, to give
those of two dozen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any, Final

from geoalarm.core.quantities import require_range
from geoalarm.core.reference_rows import rows

PERRY: Final = "Perry's Chemical Engineers' Handbook, 8th ed."
VDI: Final = "VDI Heat Atlas, 2nd ed."
MCGARRY: Final = "McGarry (1983), Wagner equation"
TRC: Final = "TRC Thermodynamics of Organic Compounds in the Gas State (1994)"
SINGLE: Final = "single"
"""Where the numbers stand that the library gives by a function of their own."""


@dataclass(frozen=True, slots=True)
class Property:
    """One property as a function of temperature, with range [K] and reference; ``name`` is for errors."""

    name: str
    curve: Callable[[float], float]
    low: float
    high: float
    source: str

    def __call__(self, temperature: float) -> float:
        """Value at a temperature [K].

        Raises
        ------
        RangeError
            Outside the range of the correlation.
        """
        require_range(f"temperature for the {self.name}", temperature, self.low, self.high, unit="K")
        return float(self.curve(temperature))

    def nearest(self, temperature: float) -> float:
        """Value at the temperature of the correlation's range that is nearest; only where a nearby value
        serves, as at a boiling point.
        """
        return float(self.curve(min(max(temperature, self.low), self.high)))


def property_curves(cas: str, molar_mass: float) -> dict[str, Property]:
    """Curves of one substance: Perry's tables first, then the VDI's; what neither has stays out."""
    made = {
        "vapour_pressure": _vapour_pressure(cas),
        "liquid_density": _liquid_density(cas, molar_mass),
        "heat_of_vaporisation": _heat_of_vaporisation(cas, molar_mass),
        "liquid_heat_capacity": _liquid_heat_capacity(cas, molar_mass),
        "gas_heat_capacity": _gas_heat_capacity(cas, molar_mass),
    }
    return {name: curve for name, curve in made.items() if curve is not None}


def _vapour_pressure(cas: str) -> Property | None:
    library = _library()
    named = partial(Property, "vapour pressure")
    if row := _row("Psat_data_Perrys2_8", cas):
        constants = [row[f"C{i}"] for i in range(1, 6)]
        return named(
            lambda t: library.dippr.EQ101(t, *constants), row["Tmin"], row["Tmax"], f"{PERRY}, table 2-8"
        )
    if row := _row("Psat_data_WagnerMcGarry", cas):
        mcgarry = (row["Tc"], row["Pc"], *(row[name] for name in "ABCD"))
        return named(lambda t: library.Wagner_original(t, *mcgarry), row["Tmin"], row["Tc"], MCGARRY)
    if row := _row("Psat_data_VDI_PPDS_3", cas):
        vdi = (row["Tc"], row["Pc"], *(row[name] for name in "ABCD"))
        return named(lambda t: library.Wagner(t, *vdi), row["Tm"], row["Tc"], f"{VDI}, D3.1")
    return None


def _liquid_density(cas: str, molar_mass: float) -> Property | None:
    library = _library()
    named = partial(Property, "liquid density")
    if row := _row("rho_data_Perry_8E_105_l", cas):
        constants = [row[f"C{i}"] for i in range(1, 5)]
        source = f"{PERRY}, table 2-32"
        return named(
            lambda t: library.dippr.EQ105(t, *constants) * molar_mass, row["Tmin"], row["Tmax"], source
        )
    if row := _row("rho_data_VDI_PPDS_2", cas):
        vdi, top = [row[name] for name in ("Tc", "rhoc", "A", "B", "C", "D", "MW")], row["Tc"]
        return named(
            lambda t: molar_mass / library.volume.volume_VDI_PPDS(t, *vdi), 0.4 * top, top, f"{VDI}, D3.1"
        )
    return None


def _heat_of_vaporisation(cas: str, molar_mass: float) -> Property | None:
    library = _library()
    named = partial(Property, "heat of vaporisation")
    if row := _row("phase_change_data_Perrys2_150", cas):
        constants = [row[name] for name in ("Tc", "C1", "C2", "C3", "C4")]
        source = f"{PERRY}, table 2-150"
        # the table gives J/kmol, the library stores J/mol
        return named(
            lambda t: library.dippr.EQ106(t, *constants) / molar_mass, row["Tmin"], row["Tmax"], source
        )
    if row := _row("phase_change_data_VDI_PPDS_4", cas):
        vdi, top = [row[name] for name in ("Tc", "A", "B", "C", "D", "E")], row["Tc"]
        return named(lambda t: library.PPDS12(t, *vdi) / molar_mass, 0.4 * top, top, f"{VDI}, D3.1")
    return None


def _liquid_heat_capacity(cas: str, molar_mass: float) -> Property | None:
    library = _library()
    # both tables are in J/kmol/K
    named, kilomole = (
        partial(Property, "liquid heat capacity", source=f"{PERRY}, table 2-153"),
        1000 * molar_mass,
    )
    if row := _row("Cp_data_Perry_Table_153_100", cas):
        constants = [row[name] for name in "ABCDE"]
        return named(lambda t: library.dippr.EQ100(t, *constants) / kilomole, row["Tmin"], row["Tmax"])
    if row := _row("Cp_data_Perry_Table_153_114", cas):
        given = [constants_of(cas)[SINGLE]["Tc"], *(row[name] for name in "ABCD")]
        return named(lambda t: library.dippr.EQ114(t, *given) / kilomole, row["Tmin"], row["Tmax"])
    return None


def _gas_heat_capacity(cas: str, molar_mass: float) -> Property | None:
    library = _library()
    if row := _row("TRC_gas_data", cas):
        constants = [row[f"a{i}"] for i in range(8)]
        return Property(
            "gas heat capacity",
            lambda t: library.TRCCp(t, *constants) / molar_mass,
            row["Tmin"],
            row["Tmax"],
            TRC,
        )
    return None


def constants_of(cas: str) -> Mapping[str, Mapping[str, float]]:
    """Numbers of a substance of ours by table of the library, those without a table under :data:`SINGLE`."""
    return _constants()[cas]


@lru_cache(maxsize=1)
def _constants() -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    found: dict[str, dict[str, dict[str, float]]] = {}
    for row in rows(__package__, "substance_constants"):
        found.setdefault(row["cas"], {}).setdefault(row["table"], {})[row["constant"]] = float(row["value"])
    return MappingProxyType(found)


def _row(table: str, cas: str) -> Mapping[str, float] | None:
    """Numbers of one substance in a table of the library, None where it has none."""
    return constants_of(cas).get(table)


def _library() -> Any:
    """The library, imported when asked for."""
    import chemicals

    return chemicals
