"""The door: catalog files are checked, their layers opened lazily, and everything arrives in house names and
units.

The only room that imports Intake. ``open_catalog`` is the way in; :mod:`geoalarm.io` reads single files.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geoalarm.catalog.check import check_catalog, describe_catalog
    from geoalarm.catalog.open import Catalog, open_catalog

_WHERE = {
    "Catalog": "geoalarm.catalog.open",
    "check_catalog": "geoalarm.catalog.check",
    "describe_catalog": "geoalarm.catalog.check",
    "open_catalog": "geoalarm.catalog.open",
}

__all__ = ["Catalog", "check_catalog", "describe_catalog", "open_catalog"]


def __getattr__(name: str) -> object:
    """Load the reading code when it is first asked for: importing this package costs nothing."""
    if name in _WHERE:
        return getattr(importlib.import_module(_WHERE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
