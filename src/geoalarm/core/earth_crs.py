"""Whether a coordinate reference system is tied to the earth at all."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError


def is_on_earth(crs: Any) -> bool:
    """Whether PROJ knows a way from the system to longitude and latitude: none from an engineering one
    (``LOCAL_CS``).
    """
    return _is_on_earth(CRS.from_user_input(crs).to_wkt())


@lru_cache(maxsize=128)
def _is_on_earth(wkt: str) -> bool:
    crs = CRS.from_wkt(wkt)
    if crs.is_engineering or (crs.is_vertical and not crs.is_compound):
        return False
    try:
        Transformer.from_crs(crs, 4326, always_xy=True)
    except ProjError:
        return False
    return True
