"""Pictures without a map: the stylesheet against the palette, bars, curves, dots, markup that names cannot
break.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoalarm.core.errors import InputError
from geoalarm.core.terms import State
from geoalarm.present import svg
from geoalarm.present.hazard_styles import palettes
from geoalarm.present.palette import INTERFACE, PATTERNS, SCALES, colours
from geoalarm.present.svg.svg_markup import num, picture, safe_link, text
from geoalarm.present.svg.svg_style import MOST_CLASSES, colour_class
from geoalarm.present.svg.text_metrics import width, wrapped

NS = {"s": "http://www.w3.org/2000/svg"}
HOSTILE = "<script>alert(1)</script>\"'&\x00\x02id\x02 ]]>"


@dataclass(frozen=True)
class Number:
    value: float
    low: float = math.nan
    high: float = math.nan
    state: str = "exposed"
    text: str = ""


@dataclass(frozen=True)
class Point:
    return_period_yr: float
    people: Number


@dataclass(frozen=True)
class Dot:
    label: str
    country: str
    share: Number
    commune_id: str = "FR:00001"
    is_here: bool = False


def parsed(drawn: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawn)


def every(drawn: str, name: str, class_: str = "") -> list[ElementTree.Element]:
    found = parsed(drawn).iterfind(f".//s:{name}", NS)
    return [element for element in found if not class_ or class_ in element.get("class", "").split()]


def said(drawn: str) -> str:
    return " ".join("".join(element.itertext()) for element in every(drawn, "text"))


def variables(block: str) -> dict[str, str]:
    return dict(re.findall(r"--ga-([\w-]+):(#[0-9A-F]{6})", block))


def test_styles_hold_the_colours_of_the_palette_in_both_themes() -> None:
    light, dark_by_choice, dark_by_hand = svg.styles().split("\n")[:3]
    for theme, block in (("light", light), ("dark", dark_by_choice), ("dark", dark_by_hand)):
        found = variables(block)
        for scale, themes in SCALES.items():
            assert [found[f"{scale}-{n}"] for n in range(1, len(themes[theme]) + 1)] == list(themes[theme])
        assert found["ink"] == INTERFACE[theme].ink
        assert found["hatch"] == PATTERNS[theme][State.NOT_STUDIED].ink
        assert {found[f"g-{state}"] for state in PATTERNS[theme]} == {
            pattern.ground for pattern in PATTERNS[theme].values()
        }


def test_print_is_light_and_nothing_outside_a_picture_is_styled() -> None:
    rules = svg.styles().split("\n")
    assert rules[1].startswith("@media screen and (prefers-color-scheme:dark)")
    assert rules[2].startswith('@media screen{[data-theme="dark"]')
    selectors = [part for rule in rules[3:] for part in re.findall(r"([^{}]+)\{[^{}]*\}", rule)]
    assert selectors
    assert all(one.startswith(".ga") for selector in selectors for one in selector.split(","))
    assert "@import" not in svg.styles()
    assert "url(" not in svg.styles()


@pytest.mark.parametrize("scale", palettes())
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("count", range(1, MOST_CLASSES + 1))
def test_a_class_has_the_colour_that_every_other_map_gives_it(scale: str, theme: str, count: int) -> None:
    found = variables(svg.styles().split("\n")[0 if theme == "light" else 2])
    names = [colour_class(scale, position, count).removeprefix("ga-") for position in range(count)]
    assert [found[name] for name in names] == list(colours(scale, theme, count=count))  # type: ignore[arg-type]
    assert all(f".ga-{name}{{fill:var(--ga-{name})}}" in svg.styles() for name in names)


def test_many_classes_share_colours_in_order() -> None:
    names = [colour_class("depth", position, 20) for position in range(20)]
    assert len(set(names)) == MOST_CLASSES
    assert names == sorted(names)


def test_patterns_are_the_four_states_and_hidden_from_readers() -> None:
    drawn = parsed(svg.patterns())
    ids = [pattern.get("id") for pattern in drawn.iterfind(".//s:pattern", NS)]
    assert len(ids) == len(set(ids)) == 12
    assert {f"ga-p-{state}" for state in PATTERNS["light"]} <= set(ids)
    assert drawn.get("aria-hidden") == "true"


def test_bar_widths_add_up_and_are_in_proportion() -> None:
    drawn = svg.class_bar(
        [("low", 0.06, "600"), ("mid", 0.03, "300"), ("high", 0.01, "100")],
        hazard="flood",
        lang="en",
        label="Bar",
    )
    pieces = [rect for rect in every(drawn, "rect", "ga-swatch") if rect.get("y") == "2"]
    wide = [float(rect.get("width", "nan")) for rect in pieces]
    assert sum(wide) == pytest.approx(399, abs=0.2)
    assert wide[0] / sum(wide) == pytest.approx(0.6, abs=0.002)
    assert [rect.get("class") for rect in pieces] == [
        f"ga-swatch {colour_class('depth', n, 3)}" for n in range(3)
    ]
    assert all(word in said(drawn) for word in ("low", "mid", "high", "600", "300", "100"))


@given(st.lists(st.one_of(st.floats(0, 1), st.just(math.nan)), min_size=1, max_size=9))
def test_any_shares_fill_the_bar_or_are_told_in_words(shares: list[float]) -> None:
    drawn = svg.class_bar(
        [(f"c{n}", share, f"t{n}") for n, share in enumerate(shares)],
        hazard="landslide",
        lang="fr",
        label="Barre",
    )
    pieces = [
        float(rect.get("width", "nan")) for rect in every(drawn, "rect", "ga-swatch") if rect.get("y") == "2"
    ]
    assert all(piece > 0 for piece in pieces)
    assert sum(pieces) == pytest.approx(399, abs=0.1 * len(shares))
    if not any(share > 0 for share in shares if not math.isnan(share)):
        assert len(pieces) == 1
        assert "Non étudié" in said(drawn) or "0" in said(drawn)


def test_few_people_are_not_none() -> None:
    drawn = svg.class_bar(
        [("low", 0.99999, "1,000,000"), ("high", 0.00001, "fewer than 11")],
        hazard="flood",
        lang="en",
        label="Bar",
    )
    pieces = [
        float(rect.get("width", "nan")) for rect in every(drawn, "rect", "ga-swatch") if rect.get("y") == "2"
    ]
    assert pieces[1] >= 1.5
    assert sum(pieces) == pytest.approx(399, abs=0.2)


@pytest.mark.parametrize(
    ("lines", "state", "pattern", "words"),
    [
        ([("low", 0.0, "0")], "", "zero", "0: nobody in the zone"),
        ([], "", "not_studied", "Not studied"),
        ([("low", math.nan, "-")], "", "not_studied", "Not studied"),
        ([("low", math.nan, "-")], "outside_coverage", "outside_coverage", "Not mapped here"),
        ([("low", math.nan, "-")], "suppressed", "suppressed", "Hidden for privacy"),
    ],
)
def test_a_bar_without_people_says_its_state(
    lines: list[tuple[str, float, str]], state: str, pattern: str, words: str
) -> None:
    drawn = svg.class_bar(lines, hazard="flood", lang="en", label="Bar", state=state)
    assert words in said(drawn)
    assert f'fill="url(#ga-p-{pattern})"' in drawn


def test_curve_has_points_only_where_it_is_mapped() -> None:
    points = [
        Point(1000, Number(3400, 2800, 4100)),
        Point(10, Number(340, 200, 500)),
        Point(100, Number(math.nan, state="not_studied")),
        Point(30, Number(900, state="suppressed")),
    ]
    drawn = svg.chance_curve(points, lang="en", label="Curve")
    circles = [float(circle.get("cx", "nan")) for circle in every(drawn, "circle")]
    assert len(circles) == 2
    assert circles[0] < circles[1]
    assert "1 in 10 " in said(drawn) + " "
    assert "1 in 1,000" in said(drawn)
    assert "1 in 100 " not in said(drawn) + " "
    assert "1 in 30 " not in said(drawn)
    assert len(every(drawn, "path", "ga-reach")) == 1
    (curve,) = every(drawn, "path", "ga-curve")
    assert len(re.findall(r"[ML]", curve.get("d", ""))) == 2


def test_curve_is_logarithmic_in_chance_and_straight_in_people() -> None:
    drawn = svg.chance_curve(
        [Point(10, Number(0)), Point(100, Number(500)), Point(1000, Number(1000))], lang="en", label="Curve"
    )
    x, y = ([float(circle.get(side, "nan")) for circle in every(drawn, "circle")] for side in ("cx", "cy"))
    assert x[1] - x[0] == pytest.approx(x[2] - x[1], rel=0.01)
    assert y[0] - y[1] == pytest.approx(y[1] - y[2], abs=0.11)
    assert not every(drawn, "path", "ga-reach")


@pytest.mark.parametrize(
    "points", [[], [Point(100, Number(10, 5, 20))], [Point(10, Number(math.nan)), Point(100, Number(5))]]
)
def test_a_curve_without_two_points_is_a_sentence(points: list[Point]) -> None:
    drawn = svg.chance_curve(points, lang="de", label="Kurve")
    assert "Mindestens zwei" in said(drawn)
    assert not every(drawn, "circle")


def test_nobody_at_every_chance_is_drawn_on_the_axis() -> None:
    drawn = svg.chance_curve(
        [Point(10, Number(0, 0, 0, "zero")), Point(100, Number(0, 0, 0, "zero"))], lang="fr", label="Courbe"
    )
    assert len({circle.get("cy") for circle in every(drawn, "circle")}) == 1


def test_dots_stand_on_a_fixed_scale_with_a_shape_a_country() -> None:
    rows = [
        Dot("Here", "FR", Number(0.5, 0.4, 0.6, text="50%"), is_here=True),
        Dot("Next", "BE", Number(0.25, text="25%"), "BE:00001"),
        Dot("Far", "NL", Number(1.0, 0.9, 1.0, text="100%"), "NL:1"),
        Dot("Aisne", "FR", Number(0.0, text="0%"), ""),
        Dot("Silent", "BE", Number(math.nan, state="not_studied", text="Not studied"), "BE:00002"),
    ]
    drawn = svg.dots(rows, lang="en", label="Dots")
    marks = [
        tuple(float(n) for n in re.match(r"M([\d.]+) ([\d.]+)v", path.get("d", "")).groups())
        for path in every(drawn, "path", "ga-grid")
    ]  # type: ignore[union-attr]
    (here,) = every(drawn, "circle", "ga-dot-here")
    (zero,) = every(drawn, "path", "ga-axis")
    left, right = float(zero.get("d", "")[1:].split()[0]), max(x for x, _ in marks)
    assert float(here.get("cx", "nan")) == pytest.approx((left + right) / 2, abs=0.2)
    square = next(rect for rect in every(drawn, "rect", "ga-dot") if float(rect.get("x", "0")) > left)
    assert float(square.get("x", "nan")) + float(square.get("width", "nan")) / 2 == pytest.approx(
        left + (right - left) / 4, abs=0.3
    )
    assert sum("ga-dot" in path.get("class", "").split() for path in every(drawn, "path")) == 2
    assert len(every(drawn, "path", "ga-span-here")) == 1
    assert "url(#ga-p-not_studied)" in drawn
    assert "Not studied" in said(drawn)
    assert all(
        word in said(drawn)
        for word in ("France", "Belgium", "Netherlands", "0%", "100%", "Middle of the department")
    )


def test_dots_of_small_and_large_shares_share_one_scale() -> None:
    def ends(share: float) -> list[str]:
        drawn = svg.dots([Dot("Here", "FR", Number(share, text="1%"))], lang="en", label="Dots")
        return [path.get("d", "").split("v")[0] for path in every(drawn, "path", "ga-grid")]

    assert ends(0.001) == ends(0.9)


def test_no_dots_are_a_sentence() -> None:
    assert "No commune to compare with" in said(svg.dots([], lang="en", label="Dots"))


def test_names_cannot_break_out_of_a_picture() -> None:
    number = Number(0.2, 0.1, 0.3, text=HOSTILE)
    pictures = [
        svg.class_bar([(HOSTILE, 0.5, HOSTILE)], hazard="flood", lang="en", label=HOSTILE),
        svg.dots([Dot(HOSTILE, "FR", number), Dot(HOSTILE, HOSTILE, number)], lang="en", label=HOSTILE),
        svg.chance_curve([Point(10, Number(1)), Point(100, Number(2))], lang="en", label=HOSTILE),
    ]
    for drawn in pictures:
        tree = parsed(drawn)
        assert not [element for element in tree.iter() if element.tag.endswith("script")]
        assert "alert(1)" in (tree.findtext("s:title", namespaces=NS) or "")
        assert not re.search(r"\son\w+=|<style|style=|href=", drawn.replace("&lt;", ""))


def test_a_picture_names_itself_and_ids_follow_the_prefix() -> None:
    drawn = svg.class_bar([("a", 1.0, "1")], hazard="flood", lang="en", label="First")
    other = svg.class_bar([("a", 1.0, "1")], hazard="flood", lang="en", label="Second")
    tree = parsed(drawn)
    assert tree.get("role") == "img"
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert tree.get("aria-labelledby", "").split() == ids
    assert not set(ids) & set(re.findall(r'id="([^"]+)"', other))
    assert 'id="p1-t"' in svg.class_bar(
        [("a", 1.0, "1")], hazard="flood", lang="en", label="First", prefix="p1"
    )
    for wrong in ("1a", "a b", 'a"', "<"):
        with pytest.raises(InputError):
            picture("", (1, 1), label="x", kind="bar", prefix=wrong)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "vbscript:x"]
)
def test_links_that_may_run_code_are_refused(address: str) -> None:
    with pytest.raises(InputError):
        safe_link(address)


@pytest.mark.parametrize("address", ["FR-02381.html", "../a/b.html#c", "https://example.org/a", "#x"])
def test_plain_links_pass(address: str) -> None:
    assert safe_link(address) == address


@pytest.mark.parametrize(
    ("value", "shown"),
    [(12.0, "12"), (0.5, "0.5"), (-0.04, "0"), (-3.25, "-3.2"), (100.0, "100"), (10.04, "10")],
)
def test_numbers_take_few_characters(value: float, shown: str) -> None:
    assert num(value) == shown


@given(st.text())
def test_any_text_is_well_formed(words: str) -> None:
    element = ElementTree.fromstring(f'<a b="{text(words)}">{text(words)}</a>')
    assert (element.text or "").replace("\r", "\n") == "".join(
        letter for letter in words if text(letter)
    ).replace("\r\n", "\n").replace("\r", "\n")


@given(st.text(alphabet="abcdefghij WMil-é'", max_size=60), st.floats(20, 200))
def test_wrapped_lines_fit_and_lose_nothing(words: str, room: float) -> None:
    lines = wrapped(words, room)
    assert " ".join(lines) == words
    assert all(width(line) <= room or " " not in line.strip() for line in lines)
