"""A run: the exposure table, the communes it speaks of, the manifest that says where numbers came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from geoalarm.core.model import Communes


@dataclass(frozen=True, slots=True)
class Run:
    """What a scenario came to.

    Attributes
    ----------
    table : pandas.DataFrame
        The exposure table (:data:`geoalarm.core.schema.FIELDS`).
    communes : Communes
        The communes, the seam resolved.
    manifest : dict
        Sources, ledgers, seam, versions, options, command; see :func:`geoalarm.results.build_manifest`.
    annual : pandas.DataFrame, optional
        Expected people exposed per year [yr-1], per commune and hazard, where a hazard has return periods.
    union : pandas.DataFrame, optional
        People in at least one hazard, counted once, with bounds, per commune.
    seam : geopandas.GeoDataFrame, optional
        Overlaps and gaps between the countries' boundaries, as polygons.
    """

    table: pd.DataFrame
    communes: Communes
    manifest: dict[str, Any] = field(default_factory=dict)
    annual: pd.DataFrame | None = None
    union: pd.DataFrame | None = None
    seam: gpd.GeoDataFrame | None = None
