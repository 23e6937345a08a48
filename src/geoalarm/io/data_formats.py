"""Raster or vector, or neither: told by the first bytes."""

from __future__ import annotations

from pathlib import Path

from geoalarm.core.errors import InputError
from geoalarm.io.cf_formats import cf_format
from geoalarm.io.rasters import EXPECTED_RASTERS, RASTER_ENDINGS, raster_format
from geoalarm.io.stac_items import is_stac_item
from geoalarm.io.unsupported_formats import not_opened
from geoalarm.io.vector_formats import EXPECTED, vector_format


def is_raster_file(path: Path) -> bool:
    """Whether a file is a raster.

    Raises
    ------
    InputError
        If it is neither a raster nor a vector file that is opened here.
    """
    if path.suffix.lower() in RASTER_ENDINGS or cf_format(path) is not None or is_stac_item(path):
        return True
    try:
        vector_format(path)
        return False
    except InputError:
        pass
    try:
        raster_format(path)
        return True
    except InputError:
        raise not_opened(
            path,
            "a file this house opens",
            expected=f"{EXPECTED_RASTERS}, or {EXPECTED}",
            hint="export it to one",
        ) from None
