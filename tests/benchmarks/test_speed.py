"""Speed as ratios within one run: what reuse of the coverage index is worth. Run by ``make bench``, never
asserted as a time.
"""

from __future__ import annotations

import time

import numpy as np
import pytest

from geoalarm.core.model import Communes, Footprint, Population, interval_classes
from geoalarm.exposure.engine import expose, prepare
from geoalarm.testing import ORIGIN, raster

SIDE = 1000


def squares(rows: int, columns: int, size: float) -> Communes:
    import geopandas as gpd
    import shapely

    boxes = [
        shapely.box(
            ORIGIN[0] + c * size, ORIGIN[1] + r * size, ORIGIN[0] + (c + 1) * size, ORIGIN[1] + (r + 1) * size
        )
        for r in range(rows)
        for c in range(columns)
    ]
    return Communes(
        gpd.GeoDataFrame({"commune_id": [str(i) for i in range(len(boxes))]}, geometry=boxes, crs=3035)
    )


@pytest.fixture(scope="module")
def inputs():
    """A million cells and 1,600 communes whose borders cut cells."""
    rng = np.random.default_rng(1)
    depth = rng.choice(np.array([0, 0.2, 0.7, 3], dtype="float32"), size=(SIDE, SIDE))
    hazard = Footprint(
        raster(depth, units="m"),
        kind="intensity",
        hazard="flood",
        classes=interval_classes([0.1, 0.5, 2]),
        units="m",
    )
    return hazard, Population(raster(rng.random((SIDE, SIDE)))), squares(40, 40, 2487.5)


def test_a_scenario_with_the_index_at_hand(benchmark, inputs) -> None:
    hazard, people, communes = inputs
    start = time.perf_counter()
    prepared = prepare(people, communes)
    build = time.perf_counter() - start
    table = benchmark(expose, hazard, people, communes, prepared=prepared)
    benchmark.extra_info["index built in / scenario in"] = round(build / benchmark.stats.stats.median, 1)
    assert table.attrs["ledger"]["residual"] == pytest.approx(0, abs=1e-6)


def test_a_scenario_that_builds_the_index_again(benchmark, inputs) -> None:
    hazard, people, communes = inputs
    benchmark.pedantic(expose, args=(hazard, people, communes), rounds=2)


def test_an_accident_on_the_embedded_territory(benchmark) -> None:
    """What a click on the map costs once the workspace is warm: another wind direction each time, so that
    nothing is kept.
    """
    from itertools import count

    from geoalarm import analysis

    space, turn = analysis.open_workspace(), count()
    space.warm()
    analysis.warm_models()
    inputs = {"substance": "chlorine", "rate": "5 kg/s", "wind_speed": "5 m/s", "stability": "D"}
    choice = analysis.Accident("toxic", 3.01, 50.62, wind_from=240.0, inputs=inputs)
    view = benchmark(lambda: space.accident(choice.changed(wind_from=next(turn) % 360)))
    assert view.people
