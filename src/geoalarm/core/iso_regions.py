"""Countries and their regions (ISO 3166), and which communes lie in them by their key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from geoalarm.core.model import COMMUNE_ID

REGIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "BE-BRU": ("BE:21",),
    "BE-VLG": ("BE:1", "BE:23", "BE:24", "BE:3", "BE:4", "BE:7"),
    "BE-WAL": ("BE:25", "BE:5", "BE:6", "BE:8", "BE:9"),
}
"""Regions of Belgium by how the keys of their communes begin (NIS codes: arrondissements and provinces)."""


def in_areas(keys: Iterable[str], areas: Sequence[str]) -> np.ndarray:
    """Whether each commune lies in one of the areas; one whose key names no country is never ruled out.

    Parameters
    ----------
    keys : sequence of str
        ``FR:59350``.
    areas : sequence of str
        Countries (``FR``) and regions (``BE-WAL``).
    """
    starts = tuple(start for area in areas for start in REGIONS.get(area, (f"{area}:",)))
    return np.array(
        [not COMMUNE_ID.match(str(key)) or str(key).startswith(starts) for key in keys], dtype=bool
    )
