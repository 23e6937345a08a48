"""The gallery is whole, small and what the code draws: every point lies on its curve."""

import importlib
import re

import numpy as np
import pytest

LARGEST = 60_000


@pytest.fixture(scope="module")
def gallery(root):
    """The modules that build it: they stand beside the figures, outside the package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(root / "docs" / "gallery"))
        yield importlib.import_module("build")


@pytest.fixture(scope="module")
def makers(gallery):
    return {make.__name__.lstrip("_"): make for make in (*gallery.INDUSTRIAL, *gallery.NATURAL)}


@pytest.fixture(scope="module")
def text(root):
    return (root / "docs" / "gallery.md").read_text("utf-8")


def test_every_figure_of_the_page_is_there_and_none_beside_it(root, text):
    shown = re.findall(r"\(gallery/(\w+)\.svg\)", text)
    files = {path.stem: path.stat().st_size for path in (root / "docs" / "gallery").glob("*.svg")}
    assert sorted(shown) == sorted(files)
    assert max(files.values()) <= LARGEST


def test_every_model_is_on_the_page(text):
    from geoalarm.analysis import models

    assert set(re.findall(r"models/(\w+)\.md", text)) == {*models(), "index"}


def test_a_figure_is_what_its_builder_draws(root, gallery, makers):
    family = makers["kingery_bulmash"]()
    drawn = gallery.draw(family)
    assert drawn == gallery.draw(family)
    assert drawn == (root / "docs" / "gallery" / "kingery_bulmash.svg").read_bytes(), (
        f"run: {gallery.COMMAND}"
    )


def distance_to_curves(family, x, y):
    """Smallest gap between a point and a curve at its x, as a share of the point."""
    gaps = []
    for _, xs, ys in family.curves:
        xs, ys = np.asarray(xs, dtype=float), np.asarray(ys, dtype=float)
        if xs.min() * (1 - 1e-9) <= x <= xs.max() * (1 + 1e-9):
            log_x, log_y = (scale == "log" for scale in family.scales)
            at = np.interp(
                np.log(x) if log_x else x, np.log(xs) if log_x else xs, np.log(ys) if log_y else ys
            )
            gaps.append(
                abs((np.exp(at) if log_y else at) - y) / max(abs(y), 0.0 if log_y else 0.1 * np.ptp(ys))
            )
    return min(gaps)


@pytest.mark.slow
def test_the_page_is_what_its_builder_writes_and_every_point_lies_on_a_curve(gallery, makers, text):
    families = [make() for make in makers.values()]
    assert gallery.page(families) == text, f"run: {gallery.COMMAND}"
    for family in families:
        assert family.printed or family.worked
        for x, y, words in (*family.printed, *family.worked):
            assert distance_to_curves(family, x, y) < 0.03, (family.name, words)
