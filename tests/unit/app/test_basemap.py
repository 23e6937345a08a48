"""The background map: off, the operator's own, and the only foreign address a page may know."""

import pytest

from geoalarm.app.explorer.explorer_state import ExplorerState
from geoalarm.app.explorer.filters import filters
from geoalarm.app.map.atlas import THROUGH, Atlas
from geoalarm.app.map.basemap import Basemap, configured
from geoalarm.app.map.map_theme import map_theme
from geoalarm.app.web import page_frame as page
from geoalarm.core.settings import BASEMAP, BASEMAP_CREDIT

TILES = "https://tiles.example/{Z}/{X}/{Y}.png"


def test_there_is_none_until_the_operator_names_one(monkeypatch, made_up):
    monkeypatch.delenv(BASEMAP, raising=False)
    assert configured() is None
    assert "pick|basemap" not in filters(ExplorerState(made_up.choices), made_up)
    assert "http" not in page.content_security_policy()


def test_the_operators_own(monkeypatch, made_up):
    monkeypatch.setenv(BASEMAP, TILES)
    monkeypatch.setenv(BASEMAP_CREDIT, "Mapmakers & co")
    assert configured() == Basemap(TILES, "Mapmakers & co")
    assert "pick|basemap" in filters(ExplorerState(made_up.choices), made_up)
    assert [part for part in page.content_security_policy().split("; ") if "tiles.example" in part] == [
        "img-src 'self' data: blob: https://tiles.example"
    ]


@pytest.mark.parametrize(
    "url",
    ["file:///{Z}{X}{Y}", "https://a.example/", "https://a.example/{Z}/{X}/{Y};script-src *", "{Z}{X}{Y}"],
)
def test_an_address_that_is_no_tile_address_is_left_alone(monkeypatch, url):
    monkeypatch.setenv(BASEMAP, url)
    assert configured() is None


def test_it_lies_under_the_communes_and_goes_away_again(made_up):
    atlas = Atlas(
        made_up.geometry,
        names=list(made_up.names("en")),
        labels=made_up.labels("en"),
        theme=map_theme("light"),
    )
    fig = atlas.figure("a")
    before = len(fig.renderers)
    atlas.background(Basemap(TILES))
    assert len(fig.renderers) == before + 1
    assert fig.renderers[0].tile_source.url == TILES
    assert fig.select_one({"name": "ground"}).glyph.fill_alpha == THROUGH
    atlas.background(None)
    assert not fig.renderers[0].visible
    assert fig.select_one({"name": "ground"}).glyph.fill_alpha == 1.0
