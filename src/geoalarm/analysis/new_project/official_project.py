"""A project on the official services of the catalog of the package, for one zone."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from geoalarm.analysis.new_project.begin_project import (
    CATALOG,
    SCENARIO,
    count_unstated,
    require_unwritten,
    write_project,
)
from geoalarm.analysis.new_project.entry_text import indented
from geoalarm.analysis.new_project.zone_codes import FLANDERS, WALLONIA, Zone, province_word
from geoalarm.catalog.open import package_catalog
from geoalarm.io.plain_yaml import parse_yaml
from geoalarm.io.unstated import UNSTATED

NORTHERN_TILE: Final = 51.214
"""North of this [degrees] the tile R3_C19 of GHS-POP begins; docs/sources.md."""
_BOX: Final = f"{UNSTATED} [west, south, east, north] of the zone in degrees"
_BROUGHT: Final = "mirror://"


_UNCONFIRMED: Final = {"official_flood_fr_tri": ("59", "62")}
"""Departments of a service whose files nobody has seen; docs/sources.md."""


@dataclass(frozen=True, slots=True)
class _Service:
    """An entry of the catalog of the package that serves some zones."""

    entry: str
    role: str
    serves: Callable[[Zone], bool]


def _france(zone: Zone) -> bool:
    return bool(zone.departments)


def _belgium(zone: Zone) -> bool:
    return bool(zone.provinces)


def _wallonia(zone: Zone) -> bool:
    return bool(set(zone.provinces) & set(WALLONIA))


def _flanders(zone: Zone) -> bool:
    return bool(set(zone.provinces) & set(FLANDERS))


def _anywhere(_: Zone) -> bool:
    return True


SERVICES: Final = (
    _Service("official_communes_fr", "communes", _france),
    _Service("official_communes_be", "communes", _belgium),
    _Service("official_population_eu_census", "population", _anywhere),
    _Service("official_population_ghs", "population", _anywhere),
    _Service("official_flood_eu", "hazard", _anywhere),
    _Service("official_flood_fr_tri", "hazard", _france),
    _Service("official_flood_be_wallonia", "hazard", _wallonia),
    _Service("official_landslide_be_flanders", "hazard", _flanders),
    _Service("official_landslide_eu_elsus", "hazard", _anywhere),
    _Service("official_seveso_be_wallonia", "sites", _wallonia),
    _Service("official_seveso_be_flanders", "sites", _flanders),
)
"""Official services by what they serve, in the order of the catalog."""

CHOSEN: Final[Mapping[str, Mapping[str, list[Any]]]] = {
    "official_flood_eu": {"return_period": [10, 100, 500]},
    "official_flood_fr_tri": {"origin": ["01"], "scenario": ["01For", "02Moy", "04Fai"]},
}
"""Values of parameters that a first scenario takes; the others stand in the catalog."""


@dataclass(frozen=True, slots=True)
class OfficialProject:
    """A project on official services: its folder, its entries, those whose files have to be brought first,
    and how many values are still to be stated.
    """

    folder: Path
    entries: tuple[str, ...]
    brought: tuple[str, ...]
    unstated: int

    @property
    def catalog(self) -> Path:
        """The catalog that was written."""
        return self.folder / CATALOG


def begin_official_project(folder: Path, zone: Zone) -> OfficialProject:
    """Write ``catalog.yml`` and ``scenario.yml`` with the official services of a zone.

    Raises
    ------
    InputError
        If one of the two is there already, or the folder cannot be written; nothing is written then.
    """
    require_unwritten(folder)
    services = [service for service in SERVICES if service.serves(zone)]
    raw = parse_yaml(package_catalog().path.read_bytes(), what="catalog of the package")["sources"]
    entries = {service.entry: _for_zone(raw[service.entry], zone) for service in services}
    brought = tuple(name for name, entry in entries.items() if _BROUGHT in entry["args"]["urlpath"])
    texts = {CATALOG: _catalog_text(entries, zone), SCENARIO: _scenario_text(services, brought, zone)}
    write_project(folder, texts)
    return OfficialProject(folder, tuple(entries), brought, sum(map(count_unstated, texts.values())))


def _for_zone(raw: Mapping[str, Any], zone: Zone) -> dict[str, Any]:
    """An entry with the parts and the box of a zone."""
    entry = copy.deepcopy(dict(raw))
    parameters = entry.get("parameters", {})
    if "departement" in parameters:
        parameters["departement"] |= {"default": zone.departments[0], "allowed": list(zone.departments)}
    if "tile" in parameters:
        tiles = ["R4_C19", "R3_C19"] if zone.box is None or zone.box[3] > NORTHERN_TILE else ["R4_C19"]
        parameters["tile"] |= {"default": tiles[0], "allowed": tiles}
    if "bbox" in entry["args"]:
        entry["args"]["bbox"] = list(zone.box) if zone.box is not None else _BOX
    return entry


def _name(zone: Zone) -> str:
    return ", ".join(
        [
            *(f"FR:{code}" for code in zone.departments),
            *(f"BE:{province_word(code)}" for code in zone.provinces),
        ]
    )


def _catalog_text(entries: Mapping[str, Mapping[str, Any]], zone: Zone) -> str:
    head = (
        f"# Begun by `geoalarm init --official` for {_name(zone)}.\n"
        "# The services are those of docs/sources.md.\n"
        "# None was opened from its address by those who wrote it (verified: unverified).\n"
        "#   geoalarm catalog check --catalog catalog.yml --online     opens each\n"
    )
    title = indented({"version": 1, "metadata": {"title": f"Official services: {_name(zone)}"}}, 0)
    return (
        head + title + "sources:\n\n" + "\n".join(indented({name: one}, 2) for name, one in entries.items())
    )


def _scenario_text(services: list[_Service], brought: tuple[str, ...], zone: Zone) -> str:
    """What meets what; layers whose file has to be brought wait as comments."""

    def names(role: str) -> list[str]:
        return [one.entry for one in services if one.role == role and one.entry not in brought]

    scenario: dict[str, Any] = {
        "name": "official",
        "title": f"Official services: {_name(zone)}",
        "catalog": CATALOG,
        "communes": [_communes(name, zone) for name in names("communes")],
        "population": names("population")[:1],
        "footprints": [_footprint(name, zone) for name in names("hazard")],
        "sites": names("sites"),
    }
    waiting = [
        f"# not confirmed that it is served, leave it out if it is not: {name} of department {code}\n"
        for name, codes in _UNCONFIRMED.items()
        for code in codes
        if code in zone.departments
    ]
    waiting += [
        f"# once its file is in the folder that GEOALARM_MIRROR names, a footprint too: {name}\n"
        for name in brought
    ]
    others = [
        f"# another population that the explorer can offer: {name}\n" for name in names("population")[1:]
    ]
    return "".join([*waiting, *others]) + indented(scenario, 0)


def _communes(name: str, zone: Zone) -> dict[str, Any] | str:
    if name == "official_communes_fr":
        return {"entry": name, "parameters": {"departement": list(zone.departments)}}
    return {"entry": name, "codes": list(zone.code_starts)} if zone.code_starts else name


def _footprint(name: str, zone: Zone) -> dict[str, Any]:
    parameters = {key: list(values) for key, values in CHOSEN.get(name, {}).items()}
    if name == "official_flood_fr_tri":
        parameters["departement"] = list(zone.departments)
    return {"entry": name, "parameters": parameters} if parameters else {"entry": name}
