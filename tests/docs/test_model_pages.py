"""The page of every model says what its code says."""

from __future__ import annotations

import html
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from figure_svg import Bars, Curve, Grid, number_text, plot
from geoalarm.analysis import models
from geoalarm.exposure import compare
from geoalarm.hazards import industrial
from model_figures import figure, picture
from model_pages import COMMAND, pages
from own_tables_page import KINDS

SVG = "{http://www.w3.org/2000/svg}"


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
    assert max(len(text.encode()) for name, text in made.items() if name.endswith(".svg")) < 8_200


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


def test_the_dots_of_a_picture_lie_on_its_line(made: dict[str, str]) -> None:
    """Read from the picture itself: places of the dots and corners of the line, in points of the paper."""
    curves = {name: drawn for name, one in models().items() if isinstance(drawn := figure(one), Curve)}
    for name, drawn in curves.items():
        tree = ElementTree.fromstring(made[f"figures/{name}.svg"])
        (line,) = (
            path.get("d", "") for path in tree.iter(f"{SVG}path") if "#1f6fa8" in path.get("style", "")
        )
        dots = [(float(dot.get("x", "")), float(dot.get("y", ""))) for dot in tree.iter(f"{SVG}use")]
        assert len(dots) == sum(bool(np.isfinite(y)) for _, y in drawn.marks)
        rough = 6 if name in ("exposed_people_band", "slope_failure_probability") else 0.75
        assert all(distance_to(line, dot) < rough for dot in dots), name


def distance_to(line: str, dot: tuple[float, float]) -> float:
    """Smallest distance of a place to a path of straight pieces."""
    gaps = [np.inf]
    for piece in line.split("M")[1:]:
        corners = np.array([[float(number) for number in corner.split()] for corner in piece.split("L")])
        steps = np.diff(corners, axis=0, append=corners[-1:])
        along = ((np.array(dot) - corners) * steps).sum(axis=1)
        share = np.clip(along / np.maximum((steps**2).sum(axis=1), 1e-12), 0, 1)
        gaps += np.hypot(*(corners + share[:, None] * steps - dot).T).tolist()
    return float(min(gaps))


def test_bars_and_cells_are_what_was_said() -> None:
    with_bars = plot(Bars("heat [kW]", (("SEI", 3.0), ("SEL", float("nan")), ("SELS", 8.0)))).axes[0]
    assert [bar.get_width() for bar in with_bars.patches] == [3, 0, 8]
    assert [bar.get_height() > 0 for bar in with_bars.patches] == [True] * 3
    assert [text.get_text() for text in with_bars.texts] == ["3", "none", "8"]
    assert [label.get_text() for label in with_bars.get_yticklabels()] == ["SEI", "SEL", "SELS"]
    assert with_bars.yaxis_inverted(), "the first stands on top"
    cells = plot(Grid("x", "y", ("a", "b"), ("low", "high"), (("1", "2"), ("3", "4")))).axes[0]
    at = {text.get_position(): text.get_text() for text in cells.texts}
    assert at == {(0, 0): "1", (1, 0): "2", (0, 1): "3", (1, 1): "4"}
    assert [label.get_text() for label in cells.get_yticklabels()] == ["low", "high"]


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
    assert all(found.startswith("#") for found in re.findall(r"""href=["'](.*?)["']""", svg))
    assert all(found.startswith("#") for found in re.findall(r"url\((.*?)\)", svg))
    assert svg.startswith("<svg ")
    assert not re.search(r"<script|<!DOCTYPE|@import|20\d\d-\d\d", svg), "no date, nothing from elsewhere"


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


@pytest.mark.parametrize(
    ("ends", "is_log", "expected"),
    [
        ((0, 1), False, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        ((30, 100), False, [0, 20, 40, 60, 80, 100]),
        ((-100, 100), False, [-100, -50, 0, 50, 100]),
        ((5, 50), True, [5, 10, 20, 50]),
        ((1e-7, 1), True, [1e-6, 1e-4, 1e-2, 1]),
    ],
)
def test_ticks_are_round_and_within_the_axis(
    ends: tuple[float, float], is_log: bool, expected: list[float]
) -> None:
    values = np.array(ends, dtype=float)
    axes = plot(Curve("x", "y", values, values, is_log_x=is_log, is_log_y=is_log)).axes[0]
    for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        shown = [tick for tick in axis.get_majorticklocs() if low - 1e-9 <= tick <= high + 1e-9]
        assert shown == pytest.approx(expected)
        assert [axis.get_major_formatter()(tick) for tick in shown] == [
            number_text(tick) for tick in expected
        ]
        assert not axis.get_minorticklocs().size


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
