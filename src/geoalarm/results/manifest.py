"""The manifest: sources, ledgers, seam, versions, options and the command that rebuilds the result."""

from __future__ import annotations

import importlib.metadata
import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from geoalarm.core.errors import GeoalarmError
from geoalarm.core.model import Communes, Footprint, Population, Source
from geoalarm.core.row_account import RowAccount, merged_repairs
from geoalarm.core.settings import source_date

FORMAT: Final = "geoalarm result 1"
CLOSES_TO: Final = 1e-9
"""Largest share of the people that a ledger may lose."""

_PACKAGES: Final = (
    "numpy",
    "scipy",
    "pandas",
    "xarray",
    "dask",
    "shapely",
    "geopandas",
    "pyproj",
    "pyogrio",
    "pyarrow",
    "rasterio",
    "rioxarray",
    "numba",
    "intake",
)


@dataclass(frozen=True, slots=True)
class FootprintRecord:
    """What the manifest tells of one footprint: its facts, and the engine's ledger and method for it."""

    hazard: str
    scenario: str
    return_period_yr: float
    kind: str
    units: str
    classes: tuple[str, ...]
    countries: tuple[str, ...]
    no_data: str
    basis: str
    source_ids: tuple[str, ...]
    caveats: tuple[str, ...]
    entry: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    repairs: dict[str, int] = field(default_factory=dict)
    ledger: dict[str, float] = field(default_factory=dict)
    method: Any = None
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        footprint: Footprint,
        table: pd.DataFrame,
        *,
        entry: str = "",
        parameters: Mapping[str, Any] | None = None,
        repairs: Mapping[str, int] | None = None,
    ) -> FootprintRecord:
        """The record of a footprint and the engine's table for it (``attrs`` ledger, method and warnings)."""
        return cls(
            hazard=footprint.hazard,
            scenario=footprint.scenario,
            return_period_yr=footprint.return_period_yr,
            kind=footprint.kind,
            units=footprint.units,
            classes=tuple(item.label for item in footprint.classes),
            countries=footprint.countries,
            no_data=footprint.no_data,
            basis=str(footprint.basis),
            source_ids=tuple(source.id for source in footprint.sources),
            caveats=footprint.caveats,
            entry=entry,
            parameters=dict(parameters or {}),
            repairs=dict(repairs or {}),
            ledger=dict(table.attrs.get("ledger", {})),
            method=table.attrs.get("method"),
            warnings=tuple(table.attrs.get("warnings", ())),
        )


def build_manifest(
    table: pd.DataFrame,
    communes: Communes,
    records: Sequence[FootprintRecord],
    *,
    population: Population | None = None,
    sources: Sequence[Source] = (),
    options: Mapping[str, Any] | None = None,
    seam: Mapping[str, Any] | None = None,
    command: str = "",
    title: str = "",
    repairs: Mapping[str, Mapping[str, int]] | None = None,
    warnings: Sequence[str] = (),
) -> dict[str, Any]:
    """Everything a reader needs to trust, cite and rebuild a result, as plain JSON values. No time, no
    machine's paths of its own. What became of the rows of communes and people is told without being asked.

    Raises
    ------
    GeoalarmError
        If a ledger does not close: people were lost or made.
    """
    for record in records:
        require_closed(record.ledger, what=f"{record.hazard} {record.scenario}".strip())
    held = {
        source.id: source
        for source in (*communes.sources, *(population.sources if population else ()), *sources)
    }
    rows = [part.rows for part in (communes, population) if part is not None and part.rows is not None]
    plain: dict[str, Any] = to_plain(
        {
            "format": FORMAT,
            "title": title,
            "command": command,
            "crs": {"analysis": _analysis_crs(communes), "communes": communes.data.crs.to_string()},
            "counts": _counts(table, communes),
            "options": dict(options or {}),
            "sources": [held[name] for name in sorted(held)],
            "population": _population(population),
            "footprints": list(records),
            "seam": dict(seam) if seam is not None else None,
            "repairs": merged_repairs([*(part.repairs for part in rows), repairs or {}]),
            "warnings": list(
                dict.fromkeys(
                    [
                        *RowAccount.joined(rows).warnings,
                        *warnings,
                        *(line for one in records for line in one.warnings),
                    ]
                )
            ),
            "versions": versions(),
        }
    )
    return plain


def require_closed(ledger: Mapping[str, Any], *, what: str) -> None:
    """Check that people were conserved, to 1e-9 of the total: total = in communes + outside + unplaced -
    counted twice, and in communes = exposed + not exposed + unknown.

    Raises
    ------
    GeoalarmError
        If one of the two does not hold.
    """
    if not {"total", "in_communes", "outside"} <= set(ledger):
        return
    total, inside = float(ledger["total"]), float(ledger["in_communes"])
    allowed = CLOSES_TO * max(abs(total), 1.0)
    beyond = float(ledger["outside"]) + float(ledger.get("unplaced", 0.0))
    gaps = {"total": total - inside - beyond + float(ledger.get("counted_twice", 0.0))}
    if {"exposed", "not_exposed", "unknown"} <= set(ledger):
        gaps["in communes"] = inside - sum(
            float(ledger[part]) for part in ("exposed", "not_exposed", "unknown")
        )
    for part, gap in gaps.items():
        if not abs(gap) <= allowed:
            raise GeoalarmError(
                f"ledger of {what or 'the footprint'} does not close: {part}",
                got=f"{gap:g} people missing",
                expected=f"at most {allowed:g}",
                hint="report it: people were lost or counted twice",
            )


def versions() -> dict[str, str]:
    """Versions of what computed the result: this package, Python, the libraries, GDAL, PROJ and GEOS."""
    import pyproj
    import rasterio
    import shapely

    found = {
        "geoalarm": importlib.metadata.version("geoalarm"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "absent"
    return {
        **found,
        "gdal": rasterio.__gdal_version__,
        "proj": pyproj.proj_version_str,
        "geos": shapely.geos_version_string,
    }


def created_at() -> str:
    """Now, in UTC to the second; ``SOURCE_DATE_EPOCH`` where set, for rebuilds that must be identical."""
    return (source_date() or datetime.now(tz=UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_plain(value: Any) -> Any:
    """A value as JSON can hold it: dataclasses as objects, NaN and infinities as null, numpy as numbers."""
    if (isinstance(value, str | bool | int) and not isinstance(value, Enum)) or value is None:
        return value
    if isinstance(value, Enum):
        return to_plain(value.value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, np.integer | np.bool_):
        return value.item()
    if is_dataclass(value) and not isinstance(value, type):
        return to_plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset | np.ndarray | pd.Series | pd.Index):
        return [
            to_plain(item)
            for item in (sorted(value, key=str) if isinstance(value, set | frozenset) else value)
        ]
    return value.as_posix() if isinstance(value, Path) else str(value)


def _counts(table: pd.DataFrame, communes: Communes) -> dict[str, Any]:
    countries = pd.Series(communes.countries).value_counts().sort_index()
    return {
        "communes": len(communes.data),
        "communes_by_country": {str(key): int(n) for key, n in countries.items() if key},
        "rows": len(table),
        "rows_by_state": {str(key): int(n) for key, n in table["state"].value_counts().sort_index().items()},
    }


def _population(population: Population | None) -> dict[str, Any] | None:
    if population is None:
        return None
    return {
        "kind": population.kind,
        "units": population.units,
        "column": population.column,
        "no_data": population.no_data,
        "disclosure_minimum": population.disclosure_minimum,
        "source_ids": [source.id for source in population.sources],
        "caveats": list(population.caveats),
        **({"join": population.join} if population.join is not None else {}),
    }


def _analysis_crs(communes: Communes) -> str:
    from geoalarm.geo.crs import analysis_crs

    return str(analysis_crs(tuple(communes.data.total_bounds), communes.data.crs).to_string())
