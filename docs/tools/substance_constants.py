"""Writes the constants of our substances out of the tables of the ``chemicals`` library.

``python docs/tools/substance_constants.py`` renews ``substance_constants.csv`` beside the models; run it when
the library of the lock is renewed or a substance is added. A test holds the file to what this would write.
"""

from __future__ import annotations

import csv
import io
from importlib import resources
from pathlib import Path
from typing import Any, Final

import chemicals
from chemicals import heat_capacity, phase_change, safety, vapor_pressure, volume

from geoalarm.core.reference_rows import rows
from geoalarm.hazards import industrial
from geoalarm.hazards.industrial.property_curves import SINGLE

FILE: Final = Path(str(resources.files(industrial))) / "data" / "substance_constants.csv"
COLUMNS: Final = ("cas", "table", "constant", "value")
TABLES: Final = (
    (vapor_pressure, "Psat_data_Perrys2_8"),
    (vapor_pressure, "Psat_data_WagnerMcGarry"),
    (vapor_pressure, "Psat_data_VDI_PPDS_3"),
    (volume, "rho_data_Perry_8E_105_l"),
    (volume, "rho_data_VDI_PPDS_2"),
    (phase_change, "phase_change_data_Perrys2_150"),
    (phase_change, "phase_change_data_VDI_PPDS_4"),
    (heat_capacity, "Cp_data_Perry_Table_153_100"),
    (heat_capacity, "Cp_data_Perry_Table_153_114"),
    (heat_capacity, "TRC_gas_data"),
)


def single(cas: str) -> dict[str, float | None]:
    """Numbers that the library gives by functions: molar mass [g mol-1], temperatures [K], pressure [Pa],
    limits of burning as shares of volume.
    """
    return {
        "MW": chemicals.MW(cas),
        "Tb": chemicals.Tb(cas),
        "Tc": chemicals.Tc(cas),
        "Pc": chemicals.Pc(cas),
        "LFL": safety.LFL(CASRN=cas),
        "UFL": safety.UFL(CASRN=cas),
    }


def in_table(table: Any, cas: str) -> dict[str, float]:
    """Numbers of one row of a table; none where the table has no row of the substance."""
    if cas not in table.index:
        return {}
    return {name: float(value) for name, value in table.loc[cas].items() if isinstance(value, int | float)}


def text() -> str:
    """The file: a row for each number of each substance."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    write(COLUMNS)
    for cas in sorted(
        {row["properties_of"] or row["cas"] for row in rows(industrial.__name__, "substances")}
    ):
        numbers = {SINGLE: single(cas)} | {name: in_table(getattr(lib, name), cas) for lib, name in TABLES}
        for table, found in numbers.items():
            for constant, value in found.items():
                if value is not None:
                    write((cas, table, constant, repr(float(value))))
    return out.getvalue()


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
