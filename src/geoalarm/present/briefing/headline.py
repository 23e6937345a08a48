"""Where the count of a danger begins: the class that the words of a page speak of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

HEADLINE: Final = {"landslide": "high"}
"""By hazard, the mildest class that a headline counts: nearly every slope is in some class of susceptibility, so "very low" and
"low" say nothing of who is in danger. Other classes stay in the table of the page."""


def headline_class(hazard: str, labels: Sequence[str]) -> str:
    """The mildest class a headline counts; empty where it counts all: the hazard has no rule, or the map has no such class."""
    wanted = HEADLINE.get(hazard, "")
    return wanted if wanted in tuple(labels)[1:] else ""
