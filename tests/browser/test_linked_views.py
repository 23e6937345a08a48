"""Linked views in a saved page: what is picked in one is picked in all, without Python or a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import holoviews as hv
import pandas as pd
import pytest
from bokeh.embed import file_html
from bokeh.resources import INLINE

from geoalarm.exposure.engine import expose
from geoalarm.interactive import linked_views
from geoalarm.results.totals import threshold_total
from geoalarm.testing import world

SOURCES = """() => {
  const models = [...Bokeh.documents[0].roots()[0].references()]
  return models.filter((model) => model.type == "ColumnDataSource" && model.data.commune_id)
}"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = world()
    tables = [expose(footprint, made.population, made.communes) for footprint in made.flood.values()]
    views = linked_views(threshold_total(pd.concat(tables)), made.communes)
    path = tmp_path_factory.mktemp("views") / "views.html"
    path.write_text(file_html(hv.render(views, backend="bokeh"), INLINE), encoding="utf-8")
    return path


@pytest.fixture
def page(chromium: Any, saved: Path):
    context = chromium.new_context(viewport={"width": 1100, "height": 900})
    page, asked, errors = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(saved.as_uri(), timeout=60_000)
    ready = "window.Bokeh && Bokeh.documents.length && Bokeh.documents[0].is_idle"
    page.wait_for_function(ready, timeout=60_000)
    yield page
    assert ([url for url in asked if not url.startswith("file:")], errors) == ([], [])
    context.close()


def picked(page: Any) -> list[list[str]]:
    """Communes picked in each view, each once, in the order of map, table, points by number of rows."""
    return page.evaluate(
        f"""() => ({SOURCES})().map((source) => [...new Set(source.selected.indices
          .map((row) => source.data.commune_id[row]))].sort())"""
    )


def test_a_tap_on_the_map_picks_the_commune_in_every_view(page) -> None:
    assert picked(page) == [[], [], []]
    plot = page.locator(".bk-Canvas").first.bounding_box()
    # the six squares fill the map: the tap is left of its middle, in one of the three of France
    page.mouse.click(plot["x"] + plot["width"] * 0.35, plot["y"] + plot["height"] * 0.5)
    page.wait_for_function(f"({SOURCES})().every((source) => source.selected.indices.length)", timeout=20_000)
    assert picked(page) == [["FR:00002"]] * 3
    page.wait_for_timeout(600)  # two taps at once would be a double tap
    page.mouse.click(plot["x"] + plot["width"] * 0.65, plot["y"] + plot["height"] * 0.5)
    page.wait_for_function(
        f"({SOURCES})().every(({{data, selected}}) => data.commune_id[selected.indices[0]] == 'BE:00002')",
        timeout=20_000,
    )
    assert picked(page) == [["BE:00002"]] * 3


@pytest.mark.parametrize("view", range(3))
def test_whichever_view_picks_the_others_follow_and_come_to_rest(page, view) -> None:
    rows = page.evaluate(
        f"""(view) => {{
          const source = ({SOURCES})()[view]
          const ids = [...source.data.commune_id]
          source.selected.indices = [ids.indexOf("FR:00001")]
          return ids.length
        }}""",
        view,
    )
    assert rows in (6, 18)
    assert picked(page) == [["FR:00001"]] * 3
    points = page.evaluate(f"() => ({SOURCES})().map((source) => source.selected.indices.length).sort()")
    assert points == [1, 1, 3], "a commune has a point at each return period"
    page.evaluate(f"() => {{ ({SOURCES})()[{view}].selected.indices = [] }}")
    assert picked(page) == [[], [], []]
