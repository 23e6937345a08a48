"""Open a whole catalog: every entry, every choice, all faults at once; and the rows that describe it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd

from geoalarm.catalog.entry import CatalogEntry, ParameterValue
from geoalarm.catalog.open import Catalog
from geoalarm.core.errors import Faults, GeoalarmError
from geoalarm.io.address import parse_address
from geoalarm.io.download_cache import cache_record, compare

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """What a check found out about one choice of an entry."""

    entry: str
    values: dict[str, ParameterValue]
    status: Literal["opened", "not_opened", "changed"]
    message: str
    repairs: dict[str, int]


def check_catalog(catalog: Catalog, *, online: bool = False) -> list[CheckFinding]:
    """Open every entry with every allowed value, gather all faults, raise once.

    Web addresses are opened ``online``, or where a mirror or the cache serves them. A kept file that its
    address now serves otherwise is reported as ``changed``.

    Raises
    ------
    Faults
        With every entry that could not be opened.
    """
    faults: list[GeoalarmError] = []
    findings: list[CheckFinding] = []
    for entry, values in _choices(catalog):
        try:
            findings.append(_look(catalog, entry, values, online=online))
        except GeoalarmError as error:
            faults.append(error.at(f"entry {entry.source_id(values)}"))
    if faults:
        raise Faults(
            f"catalog {catalog.path.name}: {len(faults)} of {len(faults) + len(findings)} layers "
            f"cannot be used",
            faults,
        )
    return findings


def _choices(catalog: Catalog) -> Iterator[tuple[CatalogEntry, dict[str, ParameterValue]]]:
    for name in catalog.names():
        entry = catalog.entry(name)
        for values in entry.combinations():
            yield entry, values


def _look(
    catalog: Catalog, entry: CatalogEntry, values: dict[str, ParameterValue], *, online: bool
) -> CheckFinding:
    place = catalog.address(entry.name, **values)
    address = parse_address(place)
    if address.scheme == "mirror":
        return CheckFinding(entry.name, values, "not_opened", "has to be brought into a mirror folder", {})
    if address.scheme == "https" and not online and cache_record(address) is None:
        return CheckFinding(entry.name, values, "not_opened", "needs the network (--online)", {})
    changed = compare(address) if address.scheme == "https" and online else None
    layer = catalog.layer(entry.name, **values)
    if entry.facts.role == "communes":
        catalog.to_communes(layer, entry.name)
    elif entry.facts.role == "population":
        catalog.to_population(layer, entry.name)
    data = layer.data
    size = (
        f"{len(data)} features"
        if isinstance(data, gpd.GeoDataFrame)
        else f"{data.shape[1]} x {data.shape[0]} cells"
    )
    if changed:
        log.warning("%s: %s", entry.source_id(values), changed)
    return CheckFinding(
        entry.name, values, "changed" if changed else "opened", changed or size, dict(layer.repairs)
    )


def describe_catalog(catalog: Catalog) -> list[dict[str, str]]:
    """One row an entry: what it is, of whom, under which licence, and whether it was opened online."""
    rows = []
    for name in catalog.names():
        entry = catalog.entry(name)
        facts = entry.facts
        rows.append(
            {
                "name": name,
                "group": entry.group,
                "title": facts.title,
                "role": facts.role,
                "hazard": facts.hazard,
                "kind": facts.kind,
                "units": facts.units,
                "crs": facts.crs,
                "basis": facts.basis,
                "countries": ", ".join(facts.countries),
                "vintage": facts.vintage,
                "licence": facts.licence,
                "parameters": "; ".join(
                    f"{key}: {', '.join(map(str, one.allowed))}" for key, one in entry.parameters.items()
                ),
                "verified": "yes" if facts.verified is True else str(facts.verified),
                "url": facts.url,
            }
        )
    return rows
