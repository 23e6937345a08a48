"""The MessageFormat subset: known by hand, then properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoalarm.core.errors import InputError
from geoalarm.i18n.icu import Argument, parse, placeholders, render


def _say(pattern: str, **values: object) -> str:
    return render(parse(pattern), values, plural=lambda n: "one" if n == 1 else "other", show=str)


def test_plain_text_and_names() -> None:
    assert _say("L'eau, {depth}.", depth="2 m") == "L'eau, 2 m."
    assert parse("a {b} c") == ("a ", Argument("b"), " c")


def test_plural_picks_the_category_and_shows_its_number() -> None:
    pattern = "{n, plural, =0 {nobody} one {# person} other {# people}} here"
    assert [_say(pattern, n=n) for n in (0, 1, 2)] == ["nobody here", "1 person here", "2 people here"]


def test_select_with_a_plural_inside() -> None:
    pattern = "{who, select, crew {{n, plural, one {# crew} other {# crews}}} other {someone, {n}}}"
    assert _say(pattern, who="crew", n=3) == "3 crews"
    assert _say(pattern, who="?", n=3) == "someone, 3"


def test_number_sign_outside_a_plural_is_itself() -> None:
    assert _say("#{n}", n=4) == "#4"


@pytest.mark.parametrize(
    "pattern",
    ["{", "}", "{}", "a } b", "{n, plural, one {x}}", "{n, plural, other {x}", "{n, select, other x}", "{n"],
)
def test_a_broken_pattern_is_refused_with_its_place(pattern: str) -> None:
    with pytest.raises(InputError, match="at character"):
        parse(pattern)


def test_a_missing_value_and_a_plural_of_a_word_are_refused() -> None:
    with pytest.raises(InputError, match="expected b"):
        _say("{b}", a=1)
    with pytest.raises(InputError, match="expected a number"):
        _say("{n, plural, other {#}}", n="many")


def test_placeholders_are_found_inside_branches() -> None:
    found = placeholders(parse("{a} {n, plural, other {# {b}}} {s, select, x {{c}} other {}}"))
    assert found == {("a", ""), ("n", "plural"), ("b", ""), ("s", "select"), ("c", "")}


@given(st.text(st.characters(exclude_characters="{}#")), st.text())
def test_a_value_is_never_read_as_a_pattern(around: str, value: str) -> None:
    assert _say(around + "{v}" + around, v=value) == around + value + around
