"""What is far too long is refused with the limit, before anything is opened."""

from __future__ import annotations

import pytest

from geoalarm.core.errors import CatalogError, InputError
from geoalarm.core.text_limits import (
    MAX_ITEMS,
    MAX_KEY,
    MAX_LIST,
    MAX_TEXT,
    MAX_TITLE,
    MAX_WORD,
    require_short_words,
)
from geoalarm.io.plain_yaml import parse_yaml


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"name: {'n' * 900_000}", "line 1: name is too long; got 900000 characters, 'nnn"),
        (f"- title: {'n' * (MAX_TITLE + 1)}", f"line 1: title is too long; got {MAX_TITLE + 1} characters"),
        (
            f"title: t\nurlpath: {'n' * (MAX_TEXT + 1)}",
            f"line 2: a text is too long; got {MAX_TEXT + 1} characters",
        ),
        (f"{'k' * (MAX_KEY + 1)}: 1", f"line 1: a name is too long; got {MAX_KEY + 1} characters"),
        (
            "a:\n- " + "\n- ".join("x" * (MAX_ITEMS + 1)),
            f"line 2: a list is too long; got {MAX_ITEMS + 1} entries",
        ),
        (
            "\n".join(f"e{number}: 1" for number in range(MAX_ITEMS + 1)),
            f"line 1: a list is too long; got {MAX_ITEMS + 1} entries",
        ),
    ],
    ids=["a megabyte", "a title", "a value", "a key", "a list", "a mapping"],
)
@pytest.mark.parametrize("kind", [InputError, CatalogError])
def test_texts_and_lists_of_a_file(text: str, told: str, kind: type) -> None:
    with pytest.raises(kind) as caught:
        parse_yaml(text.encode(), what="scenario a.yml", error=kind)
    sentence = caught.value.sentence()
    assert f"scenario a.yml, {told}" in sentence
    assert "expected at most" in sentence
    assert len(sentence) < 400


def test_what_is_just_short_enough_is_read() -> None:
    text = f"{'k' * MAX_KEY}: {'v' * MAX_TEXT}\nlist: [{', '.join('x' * MAX_ITEMS)}]"
    assert len(parse_yaml(text.encode(), what="scenario")["list"]) == MAX_ITEMS


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("x" * (MAX_WORD + 1), f"got {MAX_WORD + 1} characters; expected at most {MAX_WORD}"),
        ("FR:59350," * 20_000, f"got 180000 characters; expected at most {MAX_LIST}"),
    ],
)
def test_words_of_a_command_line(word: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        require_short_words(["report", "--commune", word])
    assert len(caught.value.sentence()) < 300


def test_all_communes_of_a_country_side_may_stand_on_a_command_line() -> None:
    require_short_words(["report", "--commune", ",".join(f"FR:{code:05d}" for code in range(5_204))])


def test_an_endless_part_of_an_error_is_shortened() -> None:
    sentence = InputError("commune " + "x" * 10_000, got="y" * 10_000).sentence()
    assert len(sentence) < 2_500
    assert "(10000 characters)" in sentence
