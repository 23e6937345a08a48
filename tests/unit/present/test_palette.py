"""The palettes keep what is claimed of them: text contrast, and distance between neighbours with normal
and colour-blind sight.

Colour blindness: Machado, Oliveira, Fernandes 2009, severity 1, on linear RGB. Distance: CIEDE2000, D65.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest

from geoalarm.core.errors import InputError
from geoalarm.core.terms import State
from geoalarm.present import palette as p

SIGHT = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def _lab(colour: str, sight: np.ndarray) -> np.ndarray:
    srgb = np.array(p.rgb(colour))
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(sight @ linear, 0, 1) / WHITE
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def _ciede2000(one: np.ndarray, two: np.ndarray) -> float:
    """Sharma, Wu, Dalal 2005, equations 2 to 22; all weights 1."""
    mean_c = (math.hypot(one[1], one[2]) + math.hypot(two[1], two[2])) / 2
    g = 0.5 * (1 - math.sqrt(mean_c**7 / (mean_c**7 + 25.0**7)))
    a1, a2 = (1 + g) * one[1], (1 + g) * two[1]
    c1, c2 = math.hypot(a1, one[2]), math.hypot(a2, two[2])
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 for a, b in ((a1, one[2]), (a2, two[2])))
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    d_l, d_c, d_h = two[0] - one[0], c2 - c1, 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    mean_l, mean_c1 = (one[0] + two[0]) / 2, (c1 + c2) / 2
    mean_h = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    waves = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    t = 1 + sum(k * math.cos(math.radians(n * mean_h + offset)) for k, n, offset in waves)
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / math.sqrt(20 + (mean_l - 50) ** 2)
    s_c, s_h = 1 + 0.045 * mean_c1, 1 + 0.015 * mean_c1 * t
    r_t = (
        -2
        * math.sqrt(mean_c1**7 / (mean_c1**7 + 25.0**7))
        * math.sin(math.radians(60 * math.exp(-(((mean_h - 275) / 25) ** 2))))
    )
    return math.sqrt((d_l / s_l) ** 2 + (d_c / s_c) ** 2 + (d_h / s_h) ** 2 + r_t * (d_c / s_c) * (d_h / s_h))


@pytest.mark.parametrize(
    ("one", "two", "distance"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_distance_is_that_of_the_published_pairs(
    one: tuple[float, ...], two: tuple[float, ...], distance: float
) -> None:
    assert _ciede2000(np.array(one), np.array(two)) == pytest.approx(distance, abs=1e-4)


def _least_apart(found: Sequence[str], sight: np.ndarray) -> float:
    return min(_ciede2000(_lab(a, sight), _lab(b, sight)) for a, b in itertools.combinations(found, 2))


CLAIMS = [
    ("people", "light", (14.4, 13.9, 11.5, 13.0), 4.7),
    ("people", "dark", (17.8, 15.8, 16.3, 16.5), 5.2),
    ("depth", "light", (11.4, 10.6, 11.9, 12.6), 5.3),
    ("depth", "dark", (12.5, 13.4, 11.9, 13.0), 4.7),
    ("landslide", "light", (12.4, 12.7, 12.2, 11.8), 5.3),
    ("landslide", "dark", (12.9, 12.0, 13.2, 12.7), 4.6),
    ("minutes", "light", (13.0, 10.1, 10.0, 10.9), 4.8),
    ("minutes", "dark", (13.0, 10.1, 10.0, 10.9), 4.8),
    ("gain", "light", (16.7, 15.7, 16.0, 15.6), 5.3),
    ("gain", "dark", (13.3, 10.0, 11.2, 13.0), 4.6),
    ("strength", "light", (14.2, 11.6, 11.6, 12.3), 4.9),
    ("strength", "dark", (16.0, 14.7, 15.2, 14.9), 4.9),
    ("difference", "light", (26.4, 25.6, 24.5, 20.5), 5.0),
    ("difference", "dark", (23.9, 25.0, 24.4, 21.3), 4.6),
]


@pytest.mark.parametrize(("scale", "theme", "distances", "text"), CLAIMS)
def test_neighbours_stay_apart_and_text_readable(
    scale: str, theme: p.Theme, distances: tuple[float, ...], text: float
) -> None:
    found = p.SCALES[scale][theme]
    for (name, sight), claimed in zip(SIGHT.items(), distances, strict=True):
        least = min(_ciede2000(_lab(a, sight), _lab(b, sight)) for a, b in itertools.pairwise(found))
        assert least == pytest.approx(claimed, abs=0.06), name
    assert min(p.contrast(p.text_on(colour), colour) for colour in found) == pytest.approx(text, abs=0.06)


@pytest.mark.parametrize(
    ("theme", "distances", "line"),
    [("light", (33.1, 18.9, 10.8, 20.5), 3.4), ("dark", (23.1, 20.7, 17.9, 16.6), 4.7)],
)
def test_effect_lines_stay_apart_and_visible(
    theme: p.Theme, distances: tuple[float, ...], line: float
) -> None:
    found = p.SCALES["effects"][theme]
    for sight, claimed in zip(SIGHT.values(), distances, strict=True):
        assert _least_apart(found, sight) == pytest.approx(claimed, abs=0.06)
    assert min(p.contrast(colour, p.INTERFACE[theme].paper) for colour in found) >= line - 0.06


def test_all_pairs_of_risk_by_coverage_stay_apart() -> None:
    found = [colour for row in p.RISK_BY_COVERAGE for colour in row]
    for sight, claimed in zip(SIGHT.values(), (20.3, 19.9, 19.9, 20.1), strict=True):
        assert _least_apart(found, sight) == pytest.approx(claimed, abs=0.06)


@pytest.mark.parametrize("theme", p.THEMES)
def test_interface_text_reads(theme: p.Theme) -> None:
    face = p.INTERFACE[theme]
    assert (
        min(p.contrast(colour, face.paper) for colour in (face.ink, face.muted, face.link, face.error)) >= 7
    )
    assert p.contrast(face.band_ink, face.band) >= 10
    assert p.contrast(face.outline, face.paper) >= 4.5


@pytest.mark.parametrize("theme", p.THEMES)
def test_every_state_without_a_colour_has_a_pattern_of_its_own(theme: p.Theme) -> None:
    patterns = p.PATTERNS[theme]
    assert set(patterns) == set(State) - {State.EXPOSED}
    assert (
        len({pattern.bokeh for pattern in patterns.values()})
        == len({pattern.matplotlib for pattern in patterns.values()})
        == 4
    )
    assert min(p.contrast(pattern.ink, pattern.ground) for pattern in patterns.values()) >= 4.5


def test_scales_are_picked_and_mixed() -> None:
    full = p.SCALES["depth"]["light"]
    assert p.colours("depth") == full
    assert p.colours("depth", count=4) == (full[0], full[1], full[3], full[4])
    assert p.colours("depth", count=1) == (full[2],)
    assert p.colours("depth", count=9)[::2] == full
    assert len(set(p.colours("depth", "dark", count=12))) == 12


def test_an_unknown_scale_offers_the_near_miss() -> None:
    with pytest.raises(InputError, match="did you mean 'depth'"):
        p.colours("dept")
    with pytest.raises(InputError, match="at least one"):
        p.colours("depth", count=0)
