"""How long a text may be that somebody hands in (name, title, option, path), the same by every door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from geoalarm.core.errors import InputError

MAX_KEY: Final = 200
"""Characters of a key of a file: the id of an entry, the name of a field or a parameter."""
MAX_TITLE: Final = 1_000
"""Characters of a title, a name or a label in a file."""
MAX_TEXT: Final = 10_000
"""Characters of one value of a file: a title, a path, a system of coordinates written out."""
MAX_ITEMS: Final = 10_000
"""Entries of one list or mapping of a file."""
MAX_WORD: Final = 5_000
"""Characters of one word of a command line, of each item where it lists several by commas."""
MAX_LIST: Final = 100_000
"""Characters of a word of a command line that lists several by commas."""


def require_short_words(words: Sequence[str]) -> None:
    """Refuse a command line with a word that is no name, path or list of such.

    Raises
    ------
    InputError
        With the word's beginning, its length and the limit.
    """
    for word in words:
        longest = max(map(len, word.split(",")))
        if longest > MAX_WORD or len(word) > MAX_LIST:
            size, most = (longest, MAX_WORD) if longest > MAX_WORD else (len(word), MAX_LIST)
            raise InputError(
                f"the command line, {word[:40] + '…'!r}",
                got=f"{size} characters",
                expected=f"at most {most}",
                hint="write long things to a file, and name it",
            )
