"""What a raster says of its cells may get lost on its way: a tag, a mask, a scale, a band. A figure that
changes with it never does so in silence.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import from_origin
from shapely import box

from geoalarm.analysis import UserFiles, expose_files
from geoalarm.core.errors import InputError

WEST, SOUTH = 3_950_000, 3_100_000
FILLS = {"int16": (-9999, -32768, 32767), "int32": (-9999, 9999), "float32": (-9999, 9999, 1e20, -3.4e38)}
MUTATIONS = ("drop the tag", "drop the mask", "state a scale", "state an offset", "add a band", "state a tag")


def write(path: Path, cells: np.ndarray, hidden: np.ndarray, how: str, fill: float, lost: str) -> None:
    """The raster with its right cells hidden by a tag or a mask, after one mutation."""
    stored = np.where(hidden, np.array(fill, cells.dtype), cells)
    bands = np.stack([stored, stored]) if lost == "add a band" else stored[None]
    tagged = how == "tag" and lost != "drop the tag"
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "count": len(bands),
        "height": 2,
        "width": 4,
        "dtype": bands.dtype,
        "crs": "EPSG:3035",
        "transform": from_origin(WEST, SOUTH + 2000, 1000, 1000),
        "nodata": np.array(fill, cells.dtype).item() if tagged else None,
    }
    if lost == "state a tag" and how == "mask":
        profile["nodata"] = cells.flat[0].item()
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "w", **profile) as file:
        file.write(bands)
        if how == "mask" and lost != "drop the mask":
            file.write_mask(~hidden)
        if lost == "state a scale":
            file.scales = (0.5,) * len(bands)
        if lost == "state an offset":
            file.offsets = (3.0,) * len(bands)


def outcome(folder: Path, role: str) -> tuple[pd.DataFrame, dict[str, Any]] | None:
    own = UserFiles(
        communes=str(folder / "communes.gpkg"),
        id_column="code",
        population=str(folder / ("given.tif" if role == "population" else "plain.tif")),
        footprint=str(folder / ("given.tif" if role == "footprint" else "plain.tif")),
        bounds=(1.0, 4.0),
        units="m",
    )
    try:
        done = expose_files(own, cache=folder / "cache")
    except InputError:
        return None
    return done.table, done.manifest


def same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    columns = ["commune_id", "intensity_class", "population", "population_exposed", "mapped_share", "state"]
    return one[columns].equals(other[columns])


def told(table: pd.DataFrame, manifest: dict[str, Any]) -> set[str]:
    caveats = {f"{row.commune_id} {row.caveats}" for row in table.itertuples() if row.caveats}
    notes = {
        *map(str, manifest["warnings"]),
        *(f"{key} {value}" for key, value in manifest["repairs"].items()),
    }
    return caveats | notes


@settings(max_examples=25)
@given(
    role=st.sampled_from(["population", "footprint"]),
    how=st.sampled_from(["tag", "mask"]),
    lost=st.sampled_from(MUTATIONS),
    dtype=st.sampled_from(sorted(FILLS)),
    data=st.data(),
)
def test_what_gets_lost_is_told(role: str, how: str, lost: str, dtype: str, data: st.DataObject) -> None:
    fill = data.draw(st.sampled_from(FILLS[dtype]), label="fill")
    cells = np.array(data.draw(st.lists(st.integers(1, 9), min_size=8, max_size=8)), dtype).reshape(2, 4)
    hidden = np.zeros((2, 4), bool)
    hidden[:, 2:] = True
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shapes = [box(WEST + x, SOUTH, WEST + x + 2000, SOUTH + 2000) for x in (0, 2000)]
        frame = gpd.GeoDataFrame({"code": ["a", "b"]}, geometry=shapes, crs=3035)
        frame.to_file(folder / "communes.gpkg", layer="communes", driver="GPKG")
        write(folder / "plain.tif", np.ones((2, 4), "float32"), np.zeros((2, 4), bool), "tag", -1.0, "")
        write(folder / "given.tif", cells, hidden, how, fill, "")
        right = outcome(folder, role)
        assert right is not None
        assert math.isnan(right[0].set_index("commune_id")["population_exposed"]["b"].iloc[0])
        (folder / "given.tif").unlink()
        write(folder / "given.tif", cells, hidden, how, fill, lost)
        mutated = outcome(folder, role)
    if mutated is not None and not same(right[0], mutated[0]):
        assert told(*mutated) - told(*right)
