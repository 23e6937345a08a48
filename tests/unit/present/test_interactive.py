"""Elements for notebooks: one polygon element a class or state, hatched where there is no number, points only
where mapped.
"""

from __future__ import annotations

import holoviews as hv
import pandas as pd
import pytest

from geoalarm.exposure.engine import expose
from geoalarm.present.exceedance_points import curve_points
from geoalarm.present.interactive import chance_curve, commune_map
from geoalarm.results.totals import threshold_total
from geoalarm.testing import world


@pytest.fixture(scope="module")
def made():
    return world()


def test_communes_that_were_not_studied_are_hatched_and_named(made) -> None:
    drawn = commune_map(
        threshold_total(expose(made.landslide, made.population, made.communes)), made.communes
    )
    parts = {element.label: element for element in drawn}
    assert len(parts["Not studied"]) == 3
    assert len(parts["0"]) == 1
    assert sum(len(element) for element in drawn) == 6
    figure = hv.render(drawn, backend="bokeh")
    hatches = {renderer.glyph.hatch_pattern for renderer in figure.renderers if hasattr(renderer, "glyph")}
    assert {"right_diagonal_line", "ring"} <= hatches
    assert "Example data" in figure.title.text


def test_the_curve_has_a_point_for_each_mapped_period_and_none_between(made) -> None:
    table = pd.concat(
        [expose(footprint, made.population, made.communes) for footprint in made.flood.values()]
    )
    scatter = chance_curve(curve_points(threshold_total(table)), lang="fr").get(1)
    assert scatter.dimension_values("chance").tolist() == [0.001, 0.01, 0.1]
    assert scatter.dimension_values("people").tolist() == [1200, 800, 400]
