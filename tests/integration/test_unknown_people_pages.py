"""The made-up world with people that are not known: report, briefing and explorer say so."""

from __future__ import annotations

import html
import shutil
from pathlib import Path

import numpy as np
import pytest
import rioxarray

from geoalarm import analysis
from geoalarm.app.explorer import explorer_cards as cards
from geoalarm.app.explorer.explorer_state import ExplorerState, read_query
from geoalarm.app.explorer.explorer_view import ExplorerView, compute, curve_points, layer_requests, yearly
from geoalarm.app.session import SharedSession
from geoalarm.core.terms import LANGUAGES
from geoalarm.dossier import open_territory
from geoalarm.dossier.territory import Territory
from geoalarm.i18n.messages import sentences
from geoalarm.present.briefing.build_briefing import briefing
from geoalarm.present.briefing.plain_text import as_text

NONE, PART, DRY, WHOLE = "BE:00001", "FR:00002", "FR:00003", "BE:00002"


@pytest.fixture(scope="module")
def space(disk: Path, tmp_path_factory: pytest.TempPathFactory) -> analysis.Workspace:
    """Nobody knows who lives in ``NONE``, at the river of ``PART`` (three cells of the last column), and on
    the hills of ``DRY``.
    """
    folder = tmp_path_factory.mktemp("unknown") / "world"
    shutil.copytree(disk, folder)
    with rioxarray.open_rasterio(disk / "population.tif") as opened:
        people = opened.load()
    cells = people.to_numpy()[0]
    cells[40:, 20:] = np.nan
    cells[20:23, 19] = np.nan
    cells[:20, 3] = np.nan
    people.to_numpy()[0] = cells
    people.rio.write_nodata(np.nan).rio.to_raster(folder / "population.tif")
    return analysis.open_workspace(
        analysis.read_scenario(folder / "scenario.yml"), cache=tmp_path_factory.mktemp("index")
    )


@pytest.fixture(scope="module")
def territory(space: analysis.Workspace) -> Territory:
    return open_territory(space)


@pytest.fixture(scope="module")
def shared(space: analysis.Workspace) -> SharedSession:
    return SharedSession(space)


def pages(territory: Territory, commune: str, lang: str) -> str:
    dossier = territory.dossier(commune)
    return as_text(briefing(dossier, lang, names={}))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_briefing_says_what_is_not_known(territory: Territory, lang: str) -> None:
    words = sentences(lang)
    none, part, whole = (pages(territory, commune, lang) for commune in (NONE, PART, WHOLE))
    assert words["sentence.people_unknown"] in none
    assert words["caveat.population_unknown"] in none
    assert words["sentence.unmapped"] not in none
    assert words["sentence.part_unknown"] in part
    assert words["caveat.population_partly_unknown"] in part
    assert words["caveat.population_partly_unknown"] in pages(territory, DRY, lang)
    for key in ("population_partly_unknown", "population_unknown"):
        assert words[f"caveat.{key}"] not in whole


def view(shared: SharedSession, commune: str, lang: str) -> tuple[ExplorerState, ExplorerView]:
    values, _ = read_query(
        {"T": "100", "commune": commune, "lang": lang},
        shared.choices,
        communes=frozenset(shared.geometry.ids),
    )
    state = ExplorerState(shared.choices, **values)
    return state, compute(layer_requests(state), state.measure, shared)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_explorer_says_what_is_not_known(shared: SharedSession, lang: str) -> None:
    words = sentences(lang)
    state, seen = view(shared, NONE, lang)
    card = html.unescape(cards.selected(seen, state, shared))
    assert words["sentence.people_unknown"] in card
    assert words["caveat.population_unknown"] in card
    state, seen = view(shared, PART, lang)
    card = html.unescape(cards.selected(seen, state, shared))
    assert words["sentence.part_unknown"] in card
    assert words["unit.at_least_value"].partition("{")[0].strip() in card
    assert words["finding.lower_bound"] in html.unescape(cards.finding_words(seen, state, shared))
    cards.bars(seen, state)
    cards.points(curve_points(seen, commune=PART, countries=()), lang)
    for commune in (PART, NONE, ""):
        cards.per_year(yearly(seen, commune=commune, countries=()), lang)


def test_the_part_that_is_known_is_a_lower_bound(territory: Territory) -> None:
    flood = next(one for one in territory.dossier(PART).dangers if one.hazard == "flood").main
    count = territory.dossier(PART).dangers[0].main.total
    assert flood.return_period_yr == 100
    people = float(territory.dossier(PART).population)
    column = people / 397  # 400 cells, three of them not known
    assert count["population_exposed"] == pytest.approx(37 * column)
    assert np.isnan(count["population_exposed_high"])
    assert count["hidden"]
