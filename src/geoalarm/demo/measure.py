"""How good the approximate Belgian outlines and estimates are, against a file of true ones that is not part
of the project.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoalarm.core.errors import InputError
from geoalarm.core.model import require_column
from geoalarm.geo.crs import to_crs
from geoalarm.io.vector_files import read_vector


def compare(
    communes: gpd.GeoDataFrame,
    truth: gpd.GeoDataFrame,
    *,
    code: str = "code",
    population: str = "population_2020",
) -> pd.DataFrame:
    """Overlap of each Belgian commune with its true outline, and the ratio of its people to the true number.

    Returns
    -------
    pandas.DataFrame
        Index commune_id; iou (intersection over union) [1], ratio [1], NaN where the truth has no such code.

    Raises
    ------
    InputError
        If ``truth`` lacks a column, or shares no code with the communes.
    """
    for column in (code, population):
        require_column(truth, column, what="truth")
    mine = communes[communes["country"] == "BE"].set_index("code")
    true = to_crs(truth, communes.crs).set_index(code).reindex(mine.index)
    if not true.geometry.notna().any():
        raise InputError(
            "truth shares no municipality with the territory",
            got=f"codes such as {truth[code].iloc[0]}",
            expected="NIS codes of 2025",
            hint="give the column of NIS codes",
        )
    both = shapely.area(shapely.intersection(mine.geometry.to_numpy(), true.geometry.to_numpy()))
    either = shapely.area(shapely.union(mine.geometry.to_numpy(), true.geometry.to_numpy()))
    ratio = mine["population"].to_numpy(dtype="float64") / true[population].to_numpy(dtype="float64")
    return pd.DataFrame(
        {"iou": both / either, "ratio": ratio}, index=pd.Index("BE:" + mine.index, name="commune_id")
    )


def summary(table: pd.DataFrame) -> dict[str, float | int | str]:
    """Figures of :func:`compare` for the manifest."""
    found = table.dropna()
    iou, ratio = found["iou"], found["ratio"]
    return {
        "municipalities": len(table),
        "without_a_namesake": int(table["ratio"].isna().sum()),
        "overlap_median": round(float(iou.median()), 3),
        "overlap_mean": round(float(iou.mean()), 3),
        "overlap_p10": round(float(iou.quantile(0.1)), 3),
        "overlap_min": round(float(iou.min()), 3),
        "overlap_min_at": str(iou.idxmin()),
        "population_ratio_median": round(float(ratio.median()), 3),
        "population_ratio_p10": round(float(ratio.quantile(0.1)), 3),
        "population_ratio_p90": round(float(ratio.quantile(0.9)), 3),
        "population_ratio_min": round(float(ratio.min()), 3),
        "population_ratio_max": round(float(ratio.max()), 3),
        "within_10_percent": round(float(np.mean(np.abs(ratio - 1) <= 0.1)), 3),
    }


def measure(communes: Path, truth: Path) -> dict[str, float | int | str]:
    """Figures for the communes of a built territory (GeoParquet) against a file of true ones."""
    return summary(compare(read_vector(communes), read_vector(truth)))
