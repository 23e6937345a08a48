"""The door: catalog files are checked, their layers opened lazily, and everything arrives in house names and
units.

The only room that imports Intake. ``open_catalog`` is the way in; :mod:`geoalarm.io` reads single files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geoalarm.catalog.open import Catalog, open_catalog

__all__ = ["Catalog", "open_catalog"]


def __getattr__(name: str) -> object:
    """Load the reading code when it is first asked for: importing this package costs nothing."""
    if name in __all__:
        from geoalarm.catalog import open as door

        return getattr(door, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
