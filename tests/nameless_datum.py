"""Belgian Lambert 72 as map programs write it that do not know its datum, and a small place in it."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from geoalarm.core.model import Communes, Footprint, Population, interval_classes
from geoalarm.testing import raster

LAMBERT_72: Final = """PROJCS["Lambert Belge 72",GEOGCS["unnamed",
DATUM["unknown",SPHEROID["International 1924",6378388,297]],
PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],
PROJECTION["Lambert_Conformal_Conic_2SP"],
PARAMETER["standard_parallel_1",49.8333339],PARAMETER["standard_parallel_2",51.16666723333333],
PARAMETER["latitude_of_origin",90],PARAMETER["central_meridian",4.367486666666666],
PARAMETER["false_easting",150000.013],PARAMETER["false_northing",5400088.438],UNIT["Meter",1]]"""

X, Y = 3_950_000.0, 3_100_000.0
"""South-west corner of a commune of 2 km by 2 km in Hainaut [m, EPSG:3035]."""


def commune(crs: int | str = 3035) -> Communes:
    """The commune, its coordinates in the system; in the nameless one those of EPSG:31370."""
    boxes = gpd.GeoSeries([shapely.box(X, Y, X + 2000, Y + 2000)], crs=3035)
    moved = boxes.to_crs(31370).set_crs(crs, allow_override=True) if crs == LAMBERT_72 else boxes.to_crs(crs)
    return Communes(gpd.GeoDataFrame({"commune_id": ["a"]}, geometry=moved))


def depth(crs: int | str = 3035, cell_m: float = 100.0) -> Footprint:
    """Water of 1 m everywhere near the commune."""
    where = 3035 if crs == 3035 else 31370
    west, south, _, _ = commune(where).data.total_bounds
    size = int(4000 / cell_m)
    data = raster(
        np.ones((size, size)), cell_m=cell_m, origin=(west - 1000, south - 1000), units="m", crs=crs
    )
    return Footprint(data, kind="intensity", hazard="flood", classes=interval_classes([0.5]), units="m")


def people(crs: int | str = 3035, cell_m: float = 100.0) -> Population:
    """One person a cell near the commune."""
    return Population(depth(crs, cell_m).data.assign_attrs(units="1"))
