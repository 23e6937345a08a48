"""A small made-up world of two countries, for tests, notebooks and docs. Every figure in it can be checked by
hand.

Six communes of 2 km by 2 km stand in two columns along a straight north-south border in EPSG:3035: FR:00001
to FR:00003 in the west, BE:00001 to BE:00003 in the east (the same five digits on purpose), numbered from the
south.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import rioxarray  # noqa: F401  (registers the .rio accessor)
import shapely
import xarray as xr
from affine import Affine

from geoalarm.core.model import Communes, Footprint, IntensityClass, Population, Source, interval_classes
from geoalarm.core.terms import Basis

ORIGIN: Final = (3_900_000.0, 3_050_000.0)
"""South-west corner of FR:00001 [m, EPSG:3035]; the border runs 2 km east of it."""

SIDE_M: Final = 2000.0
PEOPLE: Final[Mapping[str, int]] = {
    "FR:00001": 400,
    "FR:00002": 1600,
    "FR:00003": 0,
    "BE:00001": 800,
    "BE:00002": 4000,
    "BE:00003": 1200,
}
"""People of each commune, even over its 400 cells of 100 m."""

DEPTH_BOUNDS: Final = (0.01, 0.5, 1.0, 2.0)


@dataclass(frozen=True)
class World:
    """The made-up world: communes, people, three floods, slopes studied in one country, a plant's rings."""

    communes: Communes
    population: Population
    flood: dict[float, Footprint]
    landslide: Footprint
    industrial: Footprint

    @property
    def footprints(self) -> tuple[Footprint, ...]:
        """All footprints, floods first."""
        return (*self.flood.values(), self.landslide, self.industrial)


def source(name: str, basis: Basis = Basis.ILLUSTRATIVE) -> Source:
    """A source that says it is made up."""
    return Source(
        id=f"made_up_{name}", title=f"Made-up {name}", licence="CC0-1.0", vintage="2026", basis=basis
    )


def raster(
    values: np.ndarray,
    *,
    cell_m: float = 100.0,
    origin: tuple[float, float] = ORIGIN,
    units: str = "1",
    crs: str = "EPSG:3035",
    no_data: float | None = None,
) -> xr.DataArray:
    """Values (rows from north to south, columns from west to east) as a raster; ``origin`` is lower left."""
    rows, columns = values.shape
    top = origin[1] + rows * cell_m
    data = xr.DataArray(
        values,
        dims=("y", "x"),
        coords={
            "y": top - (np.arange(rows) + 0.5) * cell_m,
            "x": origin[0] + (np.arange(columns) + 0.5) * cell_m,
        },
        attrs={"units": units},
    )
    data = data.rio.write_crs(crs).rio.write_transform(Affine(cell_m, 0, origin[0], 0, -cell_m, top))
    return data if no_data is None else data.rio.write_nodata(no_data)


def communes() -> Communes:
    """Six squares of 4 km2."""
    rows = []
    for key in PEOPLE:
        country, code = key.split(":")
        west = ORIGIN[0] + (0 if country == "FR" else SIDE_M)
        south = ORIGIN[1] + (int(code) - 1) * SIDE_M
        name = f"{'Ville' if country == 'FR' else 'Stad'}-{int(code)}"
        rows.append(
            {
                "commune_id": key,
                "country": country,
                "code": code,
                "name": name,
                "name_fr": name,
                "name_nl": name,
                "name_de": name,
                "population": float(PEOPLE[key]),
                "geometry": shapely.box(west, south, west + SIDE_M, south + SIDE_M),
            }
        )
    return Communes(gpd.GeoDataFrame(rows, crs="EPSG:3035"), (source("communes"),))


def population() -> Population:
    """People per cell of 100 m: 60 rows by 40 columns."""
    cells = np.zeros((60, 40))
    for key, people in PEOPLE.items():
        country, code = key.split(":")
        south = (int(code) - 1) * 20
        west = 0 if country == "FR" else 20
        cells[60 - south - 20 : 60 - south, west : west + 20] = people / 400
    return Population(raster(cells), units="1", sources=(source("population", Basis.MODELLED),))


def flood(return_period_yr: float) -> Footprint:
    """A river along the border: depth 3, 1.5 and 0.7 m in the three cells on each side at T = 1000, less for
    shorter periods.
    """
    steps = {10.0: (0.7,), 100.0: (1.5, 0.7), 1000.0: (3.0, 1.5, 0.7)}[return_period_yr]
    depth = np.zeros((60, 40), dtype="float32")
    for distance, value in enumerate(steps):
        depth[:, [19 - distance, 20 + distance]] = value
    return Footprint(
        raster(depth, units="m"),
        kind="intensity",
        hazard="flood",
        classes=interval_classes(DEPTH_BOUNDS),
        units="m",
        return_period_yr=return_period_yr,
        sources=(source("flood"),),
    )


def landslide() -> Footprint:
    """Classes 1 to 3 in three strips of the French side; the Belgian side was never studied (no data)."""
    codes = np.full((60, 40), 255, dtype="uint8")
    codes[:, :20] = 0
    codes[:, :3], codes[:, 3:6], codes[:, 6:9] = 3, 2, 1
    classes = tuple(IntensityClass(str(code), code, code) for code in (1, 2, 3))
    return Footprint(
        raster(codes, no_data=255),
        kind="classes",
        hazard="landslide",
        classes=classes,
        units="1",
        countries=("FR",),
        sources=(source("landslide"),),
    )


def industrial() -> Footprint:
    """Nested square rings of 300, 500 and 1000 m half width round a plant on the border, in row two."""
    x, y = ORIGIN[0] + SIDE_M, ORIGIN[1] + 1.5 * SIDE_M
    rings = [
        {"effect_class": label, "geometry": shapely.box(x - half, y - half, x + half, y + half)}
        for label, half in (("SEI", 1000), ("SEL", 500), ("SELS", 300))
    ]
    classes = tuple(IntensityClass(label) for label in ("SEI", "SEL", "SELS"))
    return Footprint(
        gpd.GeoDataFrame(rings, crs="EPSG:3035"),
        kind="polygons",
        hazard="industrial",
        classes=classes,
        class_column="effect_class",
        scenario="tank fire",
        countries=("FR", "BE"),
        sources=(source("industrial"),),
    )


def world() -> World:
    """The whole world."""
    return World(
        communes(),
        population(),
        {period: flood(period) for period in (10.0, 100.0, 1000.0)},
        landslide(),
        industrial(),
    )
