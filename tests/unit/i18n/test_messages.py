"""Numbers, dates, plurals and names as the pages give them."""

from __future__ import annotations

import json
import math
from datetime import date
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoalarm import i18n
from geoalarm.core.errors import InputError
from geoalarm.core.terms import LANGUAGES

NNB, NB = "\u202f", "\u00a0"


def test_languages_name_themselves() -> None:
    assert i18n.languages() == {"fr": "Français", "nl": "Nederlands", "de": "Deutsch", "en": "English"}


def test_locales_of_the_house() -> None:
    assert [str(i18n.locale(lang)) for lang in LANGUAGES] == ["fr_FR", "nl_BE", "de_BE", "en_GB"]
    assert str(i18n.locale("fr", country="BE")) == str(i18n.locale("fr-BE")) == "fr_BE"
    assert str(i18n.locale("nl", country="FR")) == "nl_BE"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_key_stands_twice_in_a_locale(lang: str) -> None:
    """Of two, a reader of JSON silently takes the last."""
    text = files("geoalarm.i18n").joinpath("locales", f"{lang}.json").read_text(encoding="utf-8")
    keys: list[str] = []
    json.loads(text, object_pairs_hook=lambda pairs: keys.extend(key for key, _ in pairs))
    assert len(keys) > 1000
    assert len(keys) == len(set(keys)), [key for key in keys if keys.count(key) > 1]


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("fr", f"1{NNB}234{NNB}567,8"),
        ("fr-BE", f"1{NNB}234{NNB}567,8"),
        ("nl", "1.234.567,8"),
        ("de", "1.234.567,8"),
        ("en", "1,234,567.8"),
    ],
)
def test_numbers(lang: str, expected: str) -> None:
    assert i18n.number(1234567.8, lang, decimals=1) == expected


@pytest.mark.parametrize(
    ("lang", "expected"), [("fr", f"12{NB}%"), ("nl", "12%"), ("de", f"12{NB}%"), ("en", "12%")]
)
def test_percent(lang: str, expected: str) -> None:
    assert i18n.percent(0.12, lang) == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0, "0%"),
        (1, "100%"),
        (0.1, "10%"),
        (0.01, "1%"),
        (0.001, "0.1%"),
        (0.034, "3.4%"),
        (0.0999, "10%"),
        (0.0004, "0.04%"),
        (1 / 3000, "0.03%"),
        (0.9999, "99.9%"),
        (0.996, "99.6%"),
        (0.994, "99%"),
        (-0.05, "\u22125%"),
        (1.25, "125%"),
    ],
)
def test_percent_keeps_small_and_nearly_whole_shares_apart(share: float, expected: str) -> None:
    assert i18n.percent(share, "en") == expected


@given(st.floats(1e-9, 1, exclude_max=True))
def test_a_share_between_never_reads_as_none_or_all(share: float) -> None:
    assert i18n.percent(share, "en") not in {"0%", "100%"}


@pytest.mark.parametrize(
    ("lang", "expected"),
    [("fr", "1 mars 2026"), ("nl", "1 maart 2026"), ("de", "1. März 2026"), ("en", "1 March 2026")],
)
def test_dates(lang: str, expected: str) -> None:
    assert i18n.date_long(date(2026, 3, 1), lang) == expected


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "fr",
            (
                f"0{NB}personne",
                f"1{NB}personne",
                f"1{NNB}230{NB}personnes",
                f"1{NNB}000{NNB}000{NB}de personnes",
            ),
        ),
        ("nl", (f"0{NB}mensen", f"1{NB}persoon", f"1.230{NB}mensen", f"1.000.000{NB}mensen")),
        ("de", (f"0{NB}Menschen", f"1{NB}Person", f"1.230{NB}Menschen", f"1.000.000{NB}Menschen")),
        ("en", (f"0{NB}people", f"1{NB}person", f"1,230{NB}people", f"1,000,000{NB}people")),
    ],
)
def test_people_in_the_plural_of_each_language(lang: str, expected: tuple[str, ...]) -> None:
    assert tuple(i18n.people(n, lang) for n in (0, 1, 1230, 1_000_000)) == expected


def test_signed_numbers_have_a_true_minus_and_no_minus_zero() -> None:
    assert [i18n.number(n, "en", signed=True) for n in (-1200, 0, 1200, -0.2)] == [
        "\u22121,200",
        "0",
        "+1,200",
        "0",
    ]


@pytest.mark.parametrize(
    ("value", "unit", "lang", "expected"),
    [
        (12.5, "km2", "fr", f"12{NB}km²"),
        (2.54, "km2", "fr", f"2,5{NB}km²"),
        (8, "min", "de", f"8{NB}Min."),
        (0.5, "m", "de", f"0,5{NB}m"),
        (140, "mbar", "en", f"140{NB}mbar"),
        (5, "kW m-2", "nl", f"5{NB}kW/m²"),
        (9.96, "km", "en", f"10{NB}km"),
        (3, "1", "en", "3"),
        (3, "furlong", "en", f"3{NB}furlong"),
    ],
)
def test_measures(value: float, unit: str, lang: str, expected: str) -> None:
    assert i18n.measure(value, unit, lang) == expected


def test_class_bounds_keep_their_decimals() -> None:
    assert i18n.measure(0.25, "m", "en", exact=True) == f"0.25{NB}m"


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_number_that_is_none_is_refused(bad: float) -> None:
    for call in (i18n.number, i18n.percent, i18n.people):
        with pytest.raises(InputError, match="finite"):
            call(bad, "en")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Hirson", "à Hirson"),
        ("Le Quesnoy", "au Quesnoy"),
        ("Les Mazures", "aux Mazures"),
        ("La Capelle", "à La Capelle"),
        ("Lens", "à Lens"),
        ("L'Écluse", "à L'Écluse"),
    ],
)
def test_in_a_french_place(name: str, expected: str) -> None:
    assert i18n.in_place(name, "fr") == expected
    assert {i18n.in_place(name, lang) for lang in ("nl", "de", "en")} == {f"in {name}"}


def test_an_unknown_key_or_language_is_an_error_with_the_near_miss() -> None:
    with pytest.raises(InputError, match=r"did you mean 'sentence\.zero'"):
        i18n.text("sentence.zerro", "en")
    with pytest.raises(InputError, match="fr, nl, de, en"):
        i18n.text("sentence.zero", "es")


def test_values_are_shown_in_the_locale_and_text_is_left_alone() -> None:
    assert (
        i18n.text("sentence.stale", "fr", date=date(2026, 3, 1))
        == f"Non vérifié depuis le 1 mars 2026{NB}: compte moins."
    )
    assert (
        i18n.text("explorer.loading", "nl", step="<b>{n}</b>", n=1200, m=3000.5)
        == "Bezig met berekenen: <b>{n}</b>, 1.200 van 3.000,5"
    )


def test_the_name_of_a_term_and_of_a_users_own_word() -> None:
    assert i18n.term("hazard", "flood", "nl") == "Overstroming"
    assert i18n.term("hazard", "salt_storm", "nl") == "salt storm"
