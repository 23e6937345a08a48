"""Place names made comparable: case, accents, hyphens and apostrophes set aside."""

from __future__ import annotations

import re
import unicodedata


def key(name: str) -> str:
    """A name as it is compared: lower case letters of the Latin alphabet and single spaces.

    Letters of other scripts drop out, so a name without any Latin letter gives an empty text.
    """
    plain = (
        unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "Oe"))
        .encode("ascii", "ignore")
        .decode()
        .lower()
    )
    return re.sub(r"[^a-z]+", " ", plain).strip()
