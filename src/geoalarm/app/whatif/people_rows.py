"""Rows of the tables of people in zones and at levels of risk, and their counts in words."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

from geoalarm import i18n
from geoalarm.present import rounding

UNMAPPED: Final = "outside_coverage"
"""State of communes that are not mapped for a zone."""


@dataclass(frozen=True, slots=True)
class PeopleCell:
    """Words of a cell; ``css`` is ``bold``, ``ga-small`` or nothing, ``pattern`` stands for the words."""

    words: str
    css: str = ""
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class PeopleRow:
    """A row: its name and cells."""

    name: str
    cells: list[PeopleCell] = field(default_factory=list)
    css: str = ""


def count_words(count: float, lang: str) -> str:
    """A number of people as it is published; a missing one is told as a place without a map."""
    return i18n.term("state", UNMAPPED, lang) if math.isnan(count) else rounding.count_text(count, lang)


def total_cell(count: float, lang: str) -> PeopleCell:
    """People of all countries."""
    return PeopleCell(count_words(count, lang), "bold")


def country_cell(count: float, lang: str) -> PeopleCell:
    """People of one country; where its communes are not mapped, the pattern of the map and its name."""
    return PeopleCell(count_words(count, lang), pattern=f"ga-{UNMAPPED}" if math.isnan(count) else "")


def change_words(first: float, second: float, lang: str) -> str:
    """Second less first, with its sign; nothing where one of them is not known."""
    return "" if math.isnan(first) or math.isnan(second) else rounding.signed_text(second - first, lang)
