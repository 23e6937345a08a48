"""What is known of a commune: every layer, neighbours on both sides of the border, sites, departments."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geoalarm.dossier.territory import Territory, open_territory

__all__ = ["Territory", "open_territory"]


def __getattr__(name: str) -> object:
    """Load the territory when it is first asked for."""
    if name in __all__:
        return getattr(importlib.import_module("geoalarm.dossier.territory"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
