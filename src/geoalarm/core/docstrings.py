"""What a numpydoc docstring says of each parameter, for pages, commands and forms."""

from __future__ import annotations

import re


def described(text: str) -> dict[str, str]:
    """Descriptions of the parameters in a numpydoc docstring."""
    section = re.search(
        r"^Parameters\n-+\n(.*?)(?=\n\n?[A-Z][A-Za-z ]+\n-+\n|\Z)", text, flags=re.DOTALL | re.MULTILINE
    )
    if section is None:
        return {}
    found: dict[str, str] = {}
    for names, body in re.findall(
        r"^(\S[^\n:]*)(?: :[^\n]*)?\n((?:[ ]+[^\n]*\n?)+)", section[1] + "\n", flags=re.MULTILINE
    ):
        found |= {name.strip(): " ".join(body.split()) for name in names.split(",")}
    return found
