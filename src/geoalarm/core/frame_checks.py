"""What a frame of polygons must be before it becomes a noun of the house."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np

from geoalarm.core.english_counts import counted
from geoalarm.core.errors import InputError


def require_polygons(data: object, *, what: str) -> None:
    """Refuse what is no frame of at least one polygon.

    Raises
    ------
    InputError
        If it is a raster, empty, or holds points or lines.
    """
    if not isinstance(data, gpd.GeoDataFrame):
        raise InputError(
            f"{what} must be polygons",
            got=type(data).__name__,
            expected="geopandas.GeoDataFrame",
            hint="read it with geopandas",
        )
    if data.empty:
        raise InputError(
            f"{what} is empty",
            got="0 features",
            expected="at least one",
            hint="check the layer name and any filter",
        )
    kinds = set(data.geom_type.dropna()) - {"Polygon", "MultiPolygon"}
    if kinds:
        raise InputError(
            f"{what} must be polygons",
            got=", ".join(sorted(kinds)),
            expected="Polygon or MultiPolygon",
            hint="buffer points and lines first",
        )


def require_counts(values: np.ndarray, *, what: str) -> None:
    """Refuse numbers that cannot be people; NaN is a number that is not known.

    Raises
    ------
    InputError
        If one is negative or infinite.
    """
    bad = np.isinf(values) | (values < 0)
    if bad.any():
        raise InputError(
            what,
            got=f"{counted(bad.sum(), 'negative or infinite value')}, the first {values[bad][0]:g}",
            expected="people, finite and not negative",
            hint="declare the no-data value, or hint the source",
        )


def require_outlines(frame: gpd.GeoDataFrame, id_column: str, *, what: str) -> None:
    """Refuse communes without an outline: nobody in them could be counted, and they would be missed.

    Raises
    ------
    InputError
        If there is one.
    """
    missing = (frame.geometry.isna() | frame.geometry.is_empty).to_numpy()
    if missing.any():
        raise without_outline(frame.loc[missing, id_column].tolist(), id_column, what=what)


def without_outline(codes: Sequence[object], id_column: str, *, what: str) -> InputError:
    """The error for communes without an outline, by name."""
    named = ", ".join(map(str, codes[:5])) + (f" and {len(codes) - 5} more" if len(codes) > 5 else "")
    listed = ", ".join(f"'{code}'" for code in codes[:20])
    return InputError(
        f"{what}: {counted(len(codes), 'commune')} without an outline",
        got=f"{id_column} {named}",
        expected="an outline in every row",
        hint="complete them, or leave these rows out of the file: "
        f'ogr2ogr -where "{id_column} NOT IN ({listed})" out.gpkg in.gpkg',
    )
