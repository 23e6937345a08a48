"""The page of every model says what its code says."""

from __future__ import annotations

import html
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from figure_svg import Curve, number_text, ticks
from geoalarm.analysis import models
from geoalarm.exposure import compare
from geoalarm.hazards import industrial
from model_figures import figure, picture
from model_pages import COMMAND, pages
from own_tables_page import KINDS


@pytest.fixture(scope="module")
def made(root: Path) -> dict[str, str]:
    return pages((root / "docs" / "gallery.md").read_text("utf-8"))


def test_pages_and_figures_of_models_are_those_of_the_code(root: Path, made: dict[str, str]) -> None:
    folder = root / "docs" / "models"
    files = [*folder.glob("*.md"), *folder.glob("*/*.svg")]
    written = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}
    wrong = sorted(name for name in made.keys() | written.keys() if made.get(name) != written.get(name))
    assert not wrong, f"run: {COMMAND}"
    assert sum(path.stat().st_size for path in files) < 1_000_000


def test_every_page_shows_a_figure_with_words_and_the_published_points(
    root: Path, made: dict[str, str]
) -> None:
    for name in models():
        shown = re.findall(r"!\[(.+?)\]\((.+?)\)", made[f"{name}.md"])
        assert shown[0][1] == f"figures/{name}.svg"
        assert shown[0][0] in html.unescape(made[f"figures/{name}.svg"])
        assert all((root / "docs" / "models" / file).is_file() for _, file in shown)
    assert "../gallery/kingery_bulmash.svg" in made["kingery_bulmash.md"]
    assert "../gallery/pool_fire.svg" in made["pool_fire.md"]


def test_a_figure_draws_the_worked_example_on_its_curve() -> None:
    curves = {name: drawn for name, made in models().items() if isinstance(drawn := figure(made), Curve)}
    assert sum(bool(drawn.marks) for drawn in curves.values()) > 0.95 * len(curves)
    for name, drawn in curves.items():
        for x, y in drawn.marks:
            nearest = drawn.x[np.abs(drawn.x - x).argmin()]
            assert nearest == pytest.approx(x, rel=1e-12)
            assert drawn.y[drawn.x == nearest][0] == pytest.approx(
                y, rel=0.03 if name in ("exposed_people_band", "slope_failure_probability") else 1e-9
            )


def test_figures_stand_alone_and_say_what_they_show() -> None:
    svg, words = picture(models()["kingery_bulmash"])
    assert svg == picture(models()["kingery_bulmash"])[0]
    tree = ElementTree.fromstring(svg)
    assert [item.tag.partition("}")[2] for item in tree][:2] == ["title", "desc"]
    assert (
        tree[1].text
        == words
        == "overpressure [kPa] over scaled distance [m kg⁻¹ᐟ³]; the worked example is marked: 43.23 at 5."
    )
    assert not re.search(r"href|url\(|<script", svg)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.25, "0.25"),
        (1234, "1234"),
        (12345.6, "12\u202f350"),
        (1e-5, "10⁻⁵"),
        (2e-8, "2·10⁻⁸"),
        (-0.5, "−0.5"),
        (1e6, "10⁶"),
    ],
)
def test_numbers_of_an_axis(value: float, text: str) -> None:
    assert number_text(value) == text


def test_ticks_are_round_and_within_the_axis() -> None:
    assert ticks(0, 1, is_log=False) == [0, 0.2, 0.4, 0.6, 0.8, 1]
    assert ticks(1e-7, 1, is_log=True)[0] == 1e-7
    assert ticks(5, 50, is_log=True) == [5, 10, 20, 50]
    assert ticks(-100, 100, is_log=False) == [-100, -50, 0, 50, 100]


def test_rows_and_calls_of_the_page_on_own_tables_work(tmp_path: Path) -> None:
    for kind in KINDS:
        file = tmp_path / f"{kind.loader}.csv"
        file.write_text(f"{','.join(kind.columns)}\n{kind.row}\n", encoding="utf-8")
        module = compare if kind.loader == "load_cutoffs" else industrial
        (row,) = getattr(module, kind.loader)(file)
        assert row.source
        name = kind.use.partition("(")[0]
        if name in models() and kind.loader != "load_thresholds":
            call = kind.use.replace('"mine.csv"', repr(str(file)))
            assert eval(call, {name: models()[name]}).value >= 0
