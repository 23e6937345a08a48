"""The four locale files hold together, and hold to the vocabularies of the house: this test is red until a
new word is whole.
"""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

import pytest

from geoalarm import i18n
from geoalarm.core.schema import FIELDS
from geoalarm.core.terms import CAVEATS, LANGUAGES, Basis, Country, State
from geoalarm.i18n.icu import Argument, Message, parse, placeholders
from geoalarm.present.rounding import people_text

SOURCE = Path(i18n.__file__).parents[1]
KEYS = sorted(i18n.sentences("en"))


def _branches(message: Message) -> list[Argument]:
    own = [part for part in message if isinstance(part, Argument)]
    return own + [inner for part in own for _, body in part.branches for inner in _branches(body)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_the_same_keys_and_no_empty_sentence(lang: str) -> None:
    patterns = i18n.sentences(lang)
    assert sorted(patterns) == KEYS
    assert not [key for key, pattern in patterns.items() if not pattern.strip() or pattern != pattern.strip()]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_the_same_placeholders(lang: str) -> None:
    wrong = {
        key
        for key in KEYS
        if placeholders(parse(i18n.sentences(lang)[key])) != placeholders(parse(i18n.sentences("en")[key]))
    }
    assert not wrong


@pytest.mark.parametrize("lang", LANGUAGES)
def test_plurals_have_the_categories_of_cldr(lang: str) -> None:
    needed = {*i18n.locale(lang).plural_form.tags, "other"}
    for key, pattern in i18n.sentences(lang).items():
        for argument in _branches(parse(pattern)):
            if argument.kind == "plural":
                assert {name for name, _ in argument.branches if not name.startswith("=")} == needed, key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_selects_have_the_same_branches(lang: str) -> None:
    def selects(language: str) -> dict[str, set[tuple[str, tuple[str, ...]]]]:
        found = {key: _branches(parse(i18n.sentences(language)[key])) for key in KEYS}
        return {
            key: {(one.name, tuple(sorted(dict(one.branches)))) for one in many if one.kind == "select"}
            for key, many in found.items()
        }

    assert selects(lang) == selects("en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_files_are_sorted_one_key_a_line(lang: str) -> None:
    raw = (resources.files("geoalarm.i18n") / "locales" / f"{lang}.json").read_text(encoding="utf-8")
    assert raw == json.dumps(json.loads(raw), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_apostrophe_stands_before_a_brace(lang: str) -> None:
    """There ICU tools would read a quotation; our own parser would not."""
    assert not [key for key, pattern in i18n.sentences(lang).items() if re.search(r"'[{}#]", pattern)]


COUNTS = frozenset({"n", "m", "total", "shown", "mapped", "layers", "count", "number", "rows", "missing"})
"""Names of arguments that are numbers of things. People and communes come as phrases of their own
(``unit.people``, ``unit.communes``): rounded to tens or "fewer than 11", people are never one.
"""

WORDS_OF_NAMES = {"schedule.mail.layers": "the names of the layers, not how many"}
"""Keys where an argument of such a name is no number, with the reason."""

SAME_FOR_ONE = {
    ("unit.years", "nl"): "jaar is one and many in Dutch",
    ("briefing.residents", "de"): "Einwohner is one and many in German",
    ("briefing.residents_year", "de"): "the same",
    ("schedule.mail.more", "en"): "more does not change",
    ("schedule.mail.more", "de"): "weitere does not change",
    ("schedule.mail.more", "nl"): "meer does not change",
}
"""Sentences that are the same for one and for two but for the number, with the reason."""

RATIO = re.compile(r"\{(\w+)\} (?:of|sur|van(?: de)?|von) \{(\w+)\}")


def _loose_counts(pattern: str) -> set[str]:
    """Counts that a word follows and that no plural looks after; ``{n} of {m}`` reads as its last number."""
    outside = RATIO.sub(r"{\2}", pattern)
    plural = {one.name for one in _branches(parse(pattern)) if one.kind == "plural"}
    found = set(re.findall(r"\{(\w+)\}[\s\u00a0\u202f]+[^\W\d]", outside))
    return (found & COUNTS) if not plural else set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_count_with_a_word_behind_it_has_its_plural(lang: str) -> None:
    loose = {key: _loose_counts(pattern) for key, pattern in i18n.sentences(lang).items()}
    assert {key: names for key, names in loose.items() if names and key not in WORDS_OF_NAMES} == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_is_told_apart_from_none_and_two(lang: str) -> None:
    """French says "0 personne", the others the plural."""
    for key, pattern in i18n.sentences(lang).items():
        plurals = [one for one in _branches(parse(pattern)) if one.kind == "plural"]
        if not plurals or (key, lang) in SAME_FOR_ONE:
            continue
        values = {name: "x" for name, _ in placeholders(parse(pattern))}
        none, one, two = (
            re.sub(r"\d+", "#", i18n.text(key, lang, **{**values, **{a.name: n for a in plurals}}))
            for n in (0, 1, 2)
        )
        assert one != two, key
        assert none == (one if lang == "fr" else two), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_people_come_as_a_phrase_and_are_never_one(lang: str) -> None:
    """So that a verb behind the phrase stands in the plural."""
    one = i18n.people(1, lang)
    assert not [count for count in range(1, 1200) if people_text(count, lang, about=False) == one]


def test_french_keeps_its_no_break_spaces() -> None:
    wrong = re.compile(r"(?<![\u00a0\u202f\w/])[:;?!»](?!//)|[^\u00a0\u202f][;?!»]|« |\w:(\s|$)")
    assert not [key for key, pattern in i18n.sentences("fr").items() if wrong.search(pattern)]


@pytest.mark.parametrize(
    ("lang", "word"),
    [
        ("en", r"\bsafe(ly|ty)?\b"),
        ("nl", r"\bveilig"),
        ("de", r"\bsicher(?!ung)"),
        ("fr", r"\b(sûre?s?|sans danger)\b"),
    ],
)
def test_nobody_is_ever_called_safe(lang: str, word: str) -> None:
    assert not [
        key for key, pattern in i18n.sentences(lang).items() if re.search(word, pattern, re.IGNORECASE)
    ]


@pytest.mark.parametrize("lang", ["nl", "de", "en"])
def test_a_sentence_is_translated(lang: str) -> None:
    """Two languages may share a short label or a native word of the glossary, never a whole sentence."""
    french, other = i18n.sentences("fr"), i18n.sentences(lang)
    words = {key: re.findall(r"[^\W\d]{2,}", re.sub(r"\{.*\}", "", french[key])) for key in KEYS}
    sentences = [
        key
        for key in KEYS
        if len(words[key]) > 2 and not (key.startswith("glossary.") and key.endswith(".word"))
    ]
    assert not [key for key in sentences if french[key] == other[key]]


VOCABULARY = [
    *(f"state.{state}.{part}" for state in State for part in ("name", "explain")),
    *(f"basis.{basis}.{part}" for basis in Basis for part in ("name", "explain")),
    *(f"caveat.{caveat}" for caveat in CAVEATS),
    *(f"country.{country}.name" for country in Country),
    *(f"field.{field}.{part}" for field in FIELDS for part in ("label", "help")),
]


@pytest.mark.parametrize("key", VOCABULARY)
def test_every_word_of_the_house_has_its_sentence(key: str) -> None:
    assert i18n.has(key)


def test_every_word_of_the_glossary_has_its_meaning() -> None:
    words, meanings = (
        {key.split(".")[1] for key in KEYS if re.fullmatch(rf"glossary\.\w+\.{part}", key)}
        for part in ("word", "meaning")
    )
    assert words == meanings


def test_no_caveat_is_left_over() -> None:
    assert {key.removeprefix("caveat.") for key in KEYS if key.startswith("caveat.")} == set(CAVEATS)


def test_every_key_named_in_the_code_exists() -> None:
    calls = re.compile(r"""\btext\(\s*["']([\w.]+)["']""")
    used = {
        (key, path.name)
        for path in SOURCE.rglob("*.py")
        for key in calls.findall(path.read_text(encoding="utf-8"))
    }
    assert not [(key, name) for key, name in used if not i18n.has(key)]


def test_no_sentence_of_the_source_leaves_the_plural_to_the_reader() -> None:
    """``1 row(s)``: see :func:`geoalarm.core.english_counts.counted`."""
    told = re.compile(r"[a-z]\(s\)[ :\"']")
    lazy = [
        f"{path.relative_to(SOURCE)}: {line.strip()}"
        for path in SOURCE.rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if told.search(line.replace("http(s)", ""))
    ]
    assert lazy == []
