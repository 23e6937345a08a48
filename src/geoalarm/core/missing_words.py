"""Words that people write in a cell where nothing is known: they are no code and no class."""

from __future__ import annotations

import re
from typing import Final

_MISSING: Final = re.compile(
    r"#?n/a|nan|null|<null>|n\.d\.|-+|\?+|-\d+(\.\d+)?(e[+-]?\d+)?", re.IGNORECASE | re.ASCII
)


def is_missing_word(text: str) -> bool:
    """Whether a cell says that it holds nothing: a dash, ``n/a``, ``NULL``, or a number below zero.

    Examples
    --------
    >>> [is_missing_word(text) for text in ("n/a", "-9999", "-", "none", "57001")]
    [True, True, True, False, False]
    """
    return _MISSING.fullmatch(text.strip()) is not None
