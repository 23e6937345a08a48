"""People exposed to flood, ground movement and industrial hazards, per commune, on both sides of a border.

``expose(footprint, population, communes)`` is the engine, pure; ``Workspace`` and ``run`` answer whole
scenarios from the catalog; ``expose_files`` takes anyone's own files. Names load when they are first used, so
the import itself is fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from geoalarm import renamed_modules

if TYPE_CHECKING:
    from geoalarm.analysis import (
        Accident,
        Scenario,
        UserFiles,
        Workspace,
        default_scenario,
        expose_files,
        open_workspace,
        read_scenario,
        run,
    )
    from geoalarm.catalog import Catalog, open_catalog
    from geoalarm.core.errors import CatalogError, Faults, GeoalarmError, InputError, RangeError
    from geoalarm.core.model import (
        Communes,
        Footprint,
        Hazard,
        IntensityClass,
        Layer,
        Population,
        Source,
        interval_classes,
    )
    from geoalarm.core.schema import FIELDS, KEY
    from geoalarm.core.terms import Basis, State
    from geoalarm.exposure.engine import expose, prepare
    from geoalarm.exposure.risk import annual_expectation
    from geoalarm.exposure.union import union
    from geoalarm.hazards import discover as hazards_known
    from geoalarm.hazards import footprint, industrial
    from geoalarm.results import Run, by_commune
    from geoalarm.results import read as read_result
    from geoalarm.results import write as write_result

__version__ = "0.1.0"

renamed_modules.install()

_WHERE = {
    "geoalarm.catalog": ("Catalog", "open_catalog"),
    "geoalarm.core.errors": ("CatalogError", "Faults", "GeoalarmError", "InputError", "RangeError"),
    "geoalarm.core.model": (
        "Communes",
        "Footprint",
        "Hazard",
        "IntensityClass",
        "Layer",
        "Population",
        "Source",
        "interval_classes",
    ),
    "geoalarm.core.schema": ("FIELDS", "KEY"),
    "geoalarm.core.terms": ("Basis", "State"),
    "geoalarm.exposure.engine": ("expose", "prepare"),
    "geoalarm.exposure.risk": ("annual_expectation",),
    "geoalarm.exposure.union": ("union",),
    "geoalarm.hazards": ("footprint",),
    "geoalarm.analysis": (
        "Accident",
        "UserFiles",
        "Scenario",
        "Workspace",
        "default_scenario",
        "expose_files",
        "open_workspace",
        "read_scenario",
        "run",
    ),
    "geoalarm.results": ("Run", "by_commune"),
}
_RENAMED = {
    "hazards_known": ("geoalarm.hazards", "discover"),
    "read_result": ("geoalarm.results", "read"),
    "write_result": ("geoalarm.results", "write"),
}
_ROOMS = {"industrial": "geoalarm.hazards.industrial"}
_HOME = {name: (module, name) for module, names in _WHERE.items() for name in names} | _RENAMED

__all__ = [
    "FIELDS",
    "KEY",
    "Accident",
    "Basis",
    "Catalog",
    "CatalogError",
    "Communes",
    "Faults",
    "Footprint",
    "GeoalarmError",
    "Hazard",
    "InputError",
    "IntensityClass",
    "Layer",
    "Population",
    "RangeError",
    "Run",
    "Scenario",
    "Source",
    "State",
    "UserFiles",
    "Workspace",
    "annual_expectation",
    "by_commune",
    "default_scenario",
    "expose",
    "expose_files",
    "footprint",
    "hazards_known",
    "industrial",
    "interval_classes",
    "open_catalog",
    "open_workspace",
    "prepare",
    "read_result",
    "read_scenario",
    "run",
    "union",
    "write_result",
]


def __getattr__(name: str) -> object:
    """Load a name from the room it lives in, when it is first used."""
    if name in _HOME:
        module, attribute = _HOME[name]
        value = getattr(importlib.import_module(module), attribute)
        globals()[name] = value
        return value
    if name in _ROOMS:
        return importlib.import_module(_ROOMS[name])
    if name in renamed_modules.NAMES:
        return getattr(importlib.import_module(__name__), renamed_modules.today(name))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names."""
    return sorted([*__all__, "__version__"])
