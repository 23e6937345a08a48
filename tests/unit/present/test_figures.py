"""Static figures: same input, same bytes; states and warnings never lost; four languages, two themes."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from geoalarm.core.terms import LANGUAGES
from geoalarm.exposure.engine import expose
from geoalarm.present.exceedance_points import curve_points
from geoalarm.present.figures import chance_curve, class_bars, commune_map, difference_map
from geoalarm.present.figures.figure_frame import Frame
from geoalarm.present.palette import INTERFACE, PATTERNS, SCALES, rgb
from geoalarm.results import totals as t
from geoalarm.testing import World, world


@pytest.fixture(scope="module")
def made_up() -> World:
    return world()


@pytest.fixture(scope="module")
def floods(made_up: World) -> pd.DataFrame:
    return pd.concat(
        [expose(footprint, made_up.population, made_up.communes) for footprint in made_up.flood.values()],
        ignore_index=True,
    )


@pytest.fixture(scope="module")
def slides(made_up: World) -> pd.DataFrame:
    return expose(made_up.landslide, made_up.population, made_up.communes)


def _frame(**more: object) -> Frame:
    return Frame("About 900 people live in the zone.", "Landslide.", width_in=5, height_in=4, **more)  # type: ignore[arg-type]


def _share_of(png: bytes, colour: str) -> float:
    """Share of the pixels with exactly this colour [1]."""
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    return float((pixels == np.round(255 * np.array(rgb(colour)))).all(axis=-1).mean())


def _facts(png: bytes) -> dict[str, str]:
    return dict(Image.open(io.BytesIO(png)).text)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("lang", "theme"), list(zip(LANGUAGES, ["light", "dark"] * 2, strict=True)))
def test_every_figure_in_every_language_and_both_themes(
    made_up: World, floods: pd.DataFrame, lang: str, theme: str
) -> None:
    frame = _frame(lang=lang, theme=theme, sources=made_up.landslide.sources)
    pictures = [
        commune_map(
            t.threshold_total(floods[floods["return_period_yr"] == 10]),
            made_up.communes,
            frame,
            footprint=made_up.flood[10.0],
        ),
        chance_curve(curve_points(t.threshold_total(floods)), frame),
        class_bars(floods[floods["commune_id"] == "BE:00002"], frame),
    ]
    assert [Image.open(io.BytesIO(picture)).size for picture in pictures] == [(750, 600)] * 3


def test_same_input_same_bytes(made_up: World, slides: pd.DataFrame) -> None:
    draw = [
        commune_map(t.threshold_total(slides), made_up.communes, _frame(), footprint=made_up.landslide)
        for _ in range(2)
    ]
    assert draw[0] == draw[1]


def test_what_is_not_studied_is_hatched_never_white(made_up: World, slides: pd.DataFrame) -> None:
    totals = t.threshold_total(slides)
    pattern = PATTERNS["light"]["not_studied"]
    mixed = commune_map(totals, made_up.communes, _frame())
    assert _share_of(mixed, pattern.ground) > 0.01
    assert _share_of(mixed, pattern.ink) > 0.002
    absent = commune_map(totals.iloc[:3], made_up.communes, _frame())
    assert _share_of(absent, pattern.ground) > 0.01


def test_example_data_carry_their_band_and_their_warning(made_up: World, slides: pd.DataFrame) -> None:
    marked = commune_map(
        t.threshold_total(slides), made_up.communes, _frame(sources=made_up.landslide.sources, lang="fr")
    )
    assert _share_of(marked, INTERFACE["light"].band) > 0.05
    assert _facts(marked)["Warning"] == "Données d'exemple, pas pour décider"
    assert "CC0-1.0" in _facts(marked)["Source"]
    plain = commune_map(t.threshold_total(slides), made_up.communes, _frame())
    assert _share_of(plain, INTERFACE["light"].band) == 0


def test_polygons_become_rings(made_up: World) -> None:
    table = expose(made_up.industrial, made_up.population, made_up.communes)
    totals = t.threshold_total(table)
    png = commune_map(
        totals, made_up.communes, _frame(), measure="share", footprint=made_up.industrial, selected="FR:00002"
    )
    assert min(_share_of(png, colour) for colour in SCALES["effects"]["light"]) > 0


def test_difference_map_shows_who_cannot_be_compared(
    made_up: World, floods: pd.DataFrame, slides: pd.DataFrame
) -> None:
    found = t.difference(
        t.threshold_total(floods[floods["return_period_yr"] == 10]), t.threshold_total(slides)
    )
    png = difference_map(found, made_up.communes, _frame())
    assert _share_of(png, PATTERNS["light"]["not_studied"].ground) > 0.01
    assert _share_of(png, SCALES["difference"]["light"][-1]) > 0.01


def test_curve_points_are_of_the_communes_known_at_every_chance(floods: pd.DataFrame) -> None:
    totals = t.threshold_total(floods)
    points = curve_points(totals)
    assert points[["return_period_yr", "chance", "people"]].to_numpy().tolist() == [
        [10, 0.1, 400],
        [100, 0.01, 800],
        [1000, 0.001, 1200],
    ]
    hole = totals.copy()
    hole.loc[(hole["commune_id"] == "BE:00002") & (hole["return_period_yr"] == 10), "population_exposed"] = (
        np.nan
    )
    assert curve_points(hole)["people"].tolist() == [200, 400, 600]
    assert curve_points(hole, commune_id="BE:00002")["return_period_yr"].tolist() == [100, 1000]


def test_a_curve_of_one_point_is_a_sentence(floods: pd.DataFrame) -> None:
    assert (
        _share_of(
            chance_curve(curve_points(t.threshold_total(floods)).iloc[:1], _frame()),
            SCALES["people"]["light"][3],
        )
        == 0
    )


def test_a_bar_without_a_number_has_the_pattern_of_its_state(slides: pd.DataFrame) -> None:
    png = class_bars(slides[slides["commune_id"] == "BE:00001"], _frame())
    assert _share_of(png, PATTERNS["light"]["not_studied"].ground) > 0.02
