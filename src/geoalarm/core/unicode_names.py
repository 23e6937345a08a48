"""One form of a name: macOS writes an accent as a sign of its own, others write one letter."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable


def nfc(text: str) -> str:
    """The text in Unicode's composed form (NFC)."""
    return unicodedata.normalize("NFC", text)


def same_name(name: str, known: Iterable[str]) -> str | None:
    """The known name that is the same text in composed form, as it is spelled there; None where there is
    none.
    """
    names = list(known)
    if name in names:
        return name
    asked = nfc(name)
    return next((one for one in names if nfc(one) == asked), None)
