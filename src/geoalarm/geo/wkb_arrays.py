"""Geometries as arrays of bytes, for a cache; and the hash that names what was made of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import shapely


def to_arrays(shapes: np.ndarray) -> dict[str, np.ndarray]:
    """Geometries as WKB: ``wkb``, all bytes one after the other, and ``ends`` of each."""
    blobs = shapely.to_wkb(shapes)
    ends = np.cumsum([len(blob) for blob in blobs], dtype="int64")
    return {"wkb": np.frombuffer(b"".join(blobs), dtype="uint8"), "ends": ends}


def from_arrays(arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """The geometries of :func:`to_arrays`."""
    whole, ends = arrays["wkb"].tobytes(), arrays["ends"].tolist()
    starts = [0, *ends][: len(ends)]
    return np.array(
        shapely.from_wkb([whole[start:end] for start, end in zip(starts, ends, strict=True)]), dtype=object
    )


def outlines_key(*frames: gpd.GeoDataFrame, also: object = "") -> str:
    """Hash of outlines, ids and systems of frames with ``commune_id``, and of anything else that counts."""
    digest = hashlib.sha256(repr(also).encode())
    for frame in frames:
        digest.update(frame.crs.to_wkt().encode())
        digest.update("|".join(frame["commune_id"].astype("str")).encode())
        for blob in shapely.to_wkb(frame.geometry.to_numpy()):
            digest.update(blob if blob is not None else b"-")
    return digest.hexdigest()[:32]
