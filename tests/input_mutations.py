"""A small valid set of inputs, and what may happen to one of them on its way: a tag, a row, a mask, a unit or
a spelling lost or changed. Each mutation takes the number of the row or cell that it falls on.
"""

import runpy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from unicodedata import normalize

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from rasterio.transform import Affine, from_origin

LAMBERT_72 = runpy.run_path(str(Path(__file__).with_name("nameless_datum.py")))["LAMBERT_72"]
WEST, SOUTH, SIDE = 3_950_000, 3_100_000, 2000
ID, PEOPLE, CLASS = "Numéro", "Ménages", "Aléa"
FILLS: Final = (-9999.0, -1.0, 9999.0, 1e20, -3.4e38)
BELOW: Final = (-9999.0, -1, -3.4e38)
"""Of codes and classes only these: any other number may be one."""


@dataclass(frozen=True)
class Grid:
    """A raster before it is written. Hidden cells hold ``fill``, which a tag or a mask says."""

    cells: np.ndarray
    hidden: np.ndarray
    fill: float
    by: str = "tag"
    crs: str | None = "EPSG:3035"
    transform: Affine = field(default_factory=lambda: from_origin(WEST, SOUTH + SIDE, 500, 500))
    tags: dict[str, Any] = field(default_factory=dict)
    bands: int = 1
    layout: dict[str, Any] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """As a GeoTIFF."""
        stored = np.where(self.hidden, np.array(self.fill).astype(self.cells.dtype), self.cells)
        profile: dict[str, Any] = {
            "driver": "GTiff",
            "count": self.bands,
            "height": stored.shape[0],
            "width": stored.shape[1],
            "dtype": stored.dtype,
            "crs": self.crs,
            "transform": self.transform,
            "nodata": self.fill if self.by == "tag" else None,
        }
        with (
            rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
            rasterio.open(path, "w", **(profile | self.layout)) as file,
        ):
            file.write(np.stack([stored] * self.bands))
            if self.by == "mask":
                file.write_mask(~self.hidden)
            for name, value in self.tags.items():
                setattr(file, name, (value,) * self.bands)


Layer = Grid | gpd.GeoDataFrame
Mutation = Callable[[Any, int], Layer]


def communes() -> gpd.GeoDataFrame:
    """Two squares of 2 by 2 km, side by side."""
    shapes = [shapely.box(WEST + x, SOUTH, WEST + x + SIDE, SOUTH + SIDE) for x in (0, SIDE)]
    return gpd.GeoDataFrame({ID: ["57001", "57002"]}, geometry=shapes, crs=3035)


def people_polygons() -> gpd.GeoDataFrame:
    """Eight sectors of 1 km2."""
    places = [(x, y) for y in range(2) for x in range(4)]
    shapes = [
        shapely.box(WEST + x * 1000, SOUTH + y * 1000, WEST + x * 1000 + 1000, SOUTH + y * 1000 + 1000)
        for x, y in places
    ]
    counts = np.array([1200, 310, 45, 780, 1600, 95, 1010, 620], dtype="int64")
    return gpd.GeoDataFrame(
        {"sector": [f"s{n}" for n in range(8)], PEOPLE: counts}, geometry=shapes, crs=3035
    )


def people_grid() -> Grid:
    """People a cell of 500 m; one cell is not known."""
    cells = (np.arange(32, dtype="float32").reshape(4, 8) * 7) % 90 + 1
    hidden = np.zeros((4, 8), bool)
    hidden[0, 7] = True
    return Grid(cells, hidden, -9999.0)


def hazard_grid() -> Grid:
    """Depths [m] in cells of 500 m; one is not known."""
    cells = np.array([0, 0.25, 0.75, 1.5, 3, 0, 1, 2.5] * 4, dtype="float32").reshape(4, 8)
    hidden = np.zeros((4, 8), bool)
    hidden[3, 1] = True
    return Grid(cells, hidden, -9999.0)


def hazard_polygons() -> gpd.GeoDataFrame:
    """Three zones of two classes, one across the border of the communes."""
    boxes = [(100, 100, 900, 1500), (1500, 200, 2700, 900), (3000, 1000, 3900, 1800)]
    shapes = [shapely.box(WEST + a, SOUTH + b, WEST + c, SOUTH + d) for a, b, c, d in boxes]
    return gpd.GeoDataFrame({CLASS: ["modéré", "élevé", "modéré"]}, geometry=shapes, crs=3035)


# ----------------------------------------------------------------------------------------------------------
# rows


def _value_column(frame: gpd.GeoDataFrame) -> str:
    return str(frame.columns[-2])


def _with_cell(frame: gpd.GeoDataFrame, n: int, value: object) -> gpd.GeoDataFrame:
    out, column = frame.copy(), _value_column(frame)
    out[column] = out[column].astype("object" if not isinstance(value, float) else "float64")
    out.loc[n % len(out), column] = value
    return out


def _with_shape(frame: gpd.GeoDataFrame, n: int, shape: object) -> gpd.GeoDataFrame:
    out = frame.copy()
    out.loc[n % len(out), "geometry"] = shape
    return out


def _again(frame: gpd.GeoDataFrame, n: int, **changed: object) -> gpd.GeoDataFrame:
    row = frame.iloc[[n % len(frame)]].assign(**changed)
    return gpd.GeoDataFrame(pd.concat([frame, row], ignore_index=True), crs=frame.crs)


def _texts(frame: gpd.GeoDataFrame, write: Callable[[Any], str]) -> gpd.GeoDataFrame:
    column = _value_column(frame)
    return frame.assign(**{column: [write(one) for one in frame[column]]})


def _moved(frame: gpd.GeoDataFrame, n: int) -> gpd.GeoDataFrame:
    return frame.to_crs(31370).set_crs(LAMBERT_72, allow_override=True)


def _east(frame: gpd.GeoDataFrame, n: int) -> gpd.GeoDataFrame:
    turned = frame.to_crs(4326)
    return turned.set_geometry(turned.translate(360))


def _swapped(frame: gpd.GeoDataFrame, n: int) -> gpd.GeoDataFrame:
    return frame.set_geometry(shapely.transform(frame.geometry, lambda xy: xy[:, ::-1]), crs=frame.crs)


def _bow(shape: shapely.Polygon) -> shapely.Polygon:
    a, b, c, d, _ = shape.exterior.coords
    return shapely.Polygon([a, c, b, d])


def _nfd(frame: gpd.GeoDataFrame, n: int) -> gpd.GeoDataFrame:
    told = _texts(frame, lambda one: normalize("NFD", one) if isinstance(one, str) else one)
    return told.rename(columns={name: normalize("NFD", name) for name in told.columns})


ROWS: Final[dict[str, Mutation]] = {
    "drop a row": lambda f, n: f.drop(index=n % len(f)).reset_index(drop=True),
    "double a row": lambda f, n: _again(f, n),
    "double an outline": lambda f, n: _again(f, n, **{f.columns[0]: "twice"}),
    "turn the rows": lambda f, n: f.iloc[np.roll(np.arange(len(f)), n)].reset_index(drop=True),
    "empty a cell": lambda f, n: _with_cell(f, n, None),
    "blank a cell": lambda f, n: _with_cell(_texts(f, str), n, " "),
    "fill a cell": lambda f, n: _with_cell(f, n, FILLS[n % 5] if _is_of_people(f) else str(BELOW[n % 3])),
    "n/a": lambda f, n: _with_cell(_texts(f, str), n, "n/a"),
    "drop the CRS": lambda f, n: f.set_crs(None, allow_override=True),
    "lose the datum": _moved,
    "swap the axes": _swapped,
    "longitudes beyond 180": _east,
    "degrees": lambda f, n: f.to_crs(4326),
    "rename the column": lambda f, n: f.rename(columns={_value_column(f): "autre"}),
    "names apart": _nfd,
    "capitals": lambda f, n: _texts(f, lambda one: str(one).upper()),
    "as text": lambda f, n: _texts(f, str),
    "blanks around": lambda f, n: _texts(f, lambda one: f" {one}\u00a0"),
    "thousands": lambda f, n: _texts(f, lambda one: f"{one:,}".replace(",", "\u202f") if _is(one) else one),
    "dots": lambda f, n: _texts(f, lambda one: f"{one:,}".replace(",", ".") if _is(one) else one),
    "decimal comma": lambda f, n: _texts(f, lambda one: f"{one},0" if _is(one) else one),
    "as decimals": lambda f, n: _texts(f, lambda one: float(one) if _is(one) else one),
    "no outline": lambda f, n: _with_shape(f, n, None),
    "an empty outline": lambda f, n: _with_shape(f, n, shapely.Polygon()),
    "a point": lambda f, n: _with_shape(f, n, f.geometry[n % len(f)].centroid),
    "a bow tie": lambda f, n: _with_shape(f, n, _bow(f.geometry[n % len(f)])),
    "turned rings": lambda f, n: f.set_geometry(f.geometry.reverse()),
    "heights": lambda f, n: f.set_geometry(shapely.force_3d(f.geometry, 7.0), crs=f.crs),
    "multipolygons": lambda f, n: f.set_geometry(
        [shapely.MultiPolygon([one]) for one in f.geometry], crs=f.crs
    ),
    "another column": lambda f, n: f.assign(jahr=2021)[["jahr", *f.columns]],
}


def _is_of_people(frame: gpd.GeoDataFrame) -> bool:
    return _value_column(frame) == PEOPLE


def _is(value: object) -> bool:
    return isinstance(value, int | np.integer)


# ----------------------------------------------------------------------------------------------------------
# cells


def _filled(grid: Grid, n: int) -> Grid:
    cells = grid.cells.astype("float64")
    cells.flat[n % cells.size] = FILLS[n % 5]
    return replace(grid, cells=cells)


def _tagged(**tags: object) -> Mutation:
    return lambda grid, n: replace(grid, tags={**grid.tags, **tags})


def _south_up(grid: Grid, n: int) -> Grid:
    a = grid.transform
    turned = Affine(a.a, 0, a.c, 0, -a.e, a.f + a.e * grid.cells.shape[0])
    return replace(grid, cells=grid.cells[::-1], hidden=grid.hidden[::-1], transform=turned)


def _axes(grid: Grid, n: int) -> Grid:
    a = grid.transform
    return replace(
        grid,
        cells=grid.cells.T[::-1, ::-1],
        hidden=grid.hidden.T[::-1, ::-1],
        transform=Affine(500, 0, a.f - SIDE, 0, -500, a.c + 2 * SIDE),
    )


def _turned(grid: Grid, n: int) -> Grid:
    return replace(grid, transform=grid.transform * Affine.rotation(5 + n % 80))


def _other_mask(grid: Grid, n: int) -> Grid:
    """A mask that hides one cell more, whose number says nothing of it."""
    hidden = grid.hidden.copy()
    hidden.flat[n % hidden.size] = True
    return replace(grid, hidden=hidden, by="mask")


CELLS: Final[dict[str, Mutation]] = {
    "drop the tag": lambda g, n: replace(g, by=""),
    "a mask for the tag": lambda g, n: replace(g, by="mask"),
    "hide a cell": _other_mask,
    "fill a cell": _filled,
    "drop the CRS": lambda g, n: replace(g, crs=None),
    "lose the datum": lambda g, n: replace(
        g, crs=LAMBERT_72, transform=from_origin(75_000, 160_000 + SIDE, 500, 500)
    ),
    "state a scale": _tagged(scales=0.5),
    "state an offset": _tagged(offsets=3.0),
    "percent": _tagged(units="percent"),
    "centimetres": _tagged(units="cm"),
    "feet": _tagged(units="feet"),
    "a density": _tagged(units="km-2"),
    "a word for it": _tagged(units="metres"),
    "people for it": _tagged(units="inhabitants"),
    "a description": _tagged(descriptions="niveau d'eau"),
    "two bands": lambda g, n: replace(g, bands=2),
    "a picture": lambda g, n: replace(
        g, cells=g.cells.astype("uint8"), fill=255, bands=3, layout={"photometric": "RGB"}
    ),
    "south up": _south_up,
    "swap the axes": _axes,
    "turn it": _turned,
    "doubles": lambda g, n: replace(g, cells=g.cells.astype("float64")),
    "the tag is NaN": lambda g, n: replace(g, fill=np.nan),
    "the tag is infinite": lambda g, n: replace(g, fill=-np.inf),
    "the tag of float32": lambda g, n: replace(g, fill=float(np.finfo("float32").min)),
}
LAYOUTS: Final[dict[str, dict[str, Any]]] = {
    "tiles": {"tiled": True, "blockxsize": 16, "blockysize": 16},
    "strips": {"blockysize": 1},
    "bands apart": {"interleave": "band"},
    "packed": {"compress": "deflate", "predictor": 3},
    "big": {"BIGTIFF": "YES"},
    "big endian": {"ENDIANNESS": "BIG"},
    "cloud": {"driver": "COG", "blocksize": 128},
}


def laid_out(grid: Grid, layout: str) -> Grid:
    """The same cells, written in another way."""
    return replace(grid, layout=LAYOUTS[layout])


def cut_in_two(frame: gpd.GeoDataFrame, which: int, share: float, along: int) -> gpd.GeoDataFrame:
    """A rectangle of a layer as two rows, cut at a share of its width (0) or height (1)."""
    west, south, east, north = frame.geometry[which].bounds
    x, y = west + (east - west) * share, south + (north - south) * share
    halves = [(west, south, x, north), (x, south, east, north)]
    if along:
        halves = [(west, south, east, y), (west, y, east, north)]
    rows = frame.iloc[[which, which]].assign(geometry=[shapely.box(*one) for one in halves])
    return gpd.GeoDataFrame(pd.concat([frame.drop(index=which), rows], ignore_index=True), crs=frame.crs)
