"""A briefing in words: what a template lays out. Every number a reader sees is a :class:`Figure`, with its
row and its sources.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from geoalarm.core.model import Source


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it is printed, and where it comes from.

    Attributes
    ----------
    id : str
        Stable over languages and editions, letters, digits and dashes: ``flood-100-people``; the anchor of
        its note.
    text : str
        As a sentence and a table print it: ``1 230``, ``fewer than 11``, ``13 %``; a state in words where
        there is no number.
    value, low, high : float
        Unrounded [unit]; NaN unless ``state`` is exposed or zero.
    unit : str
        CF: ``1`` for people and shares.
    state : str
        A term of :class:`geoalarm.core.terms.State`.
    row : mapping
        Key of the row of the exposure table (or of ``union``, ``annual``: then ``table`` says so) that holds
        it.
    source_ids : tuple of str
        Never empty.
    """

    id: str
    text: str
    value: float
    low: float = math.nan
    high: float = math.nan
    unit: str = "1"
    state: str = "exposed"
    row: Mapping[str, object] = field(default_factory=dict)
    table: str = "exposure"
    source_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the figures it says."""

    text: str
    figure_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassLine:
    """People of one class of a danger: a line of the table and a piece of the bar."""

    label: str
    raw_label: str
    people: Figure
    share_text: str
    share: float


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """People at one yearly chance."""

    label: str
    return_period_yr: float
    people: Figure


@dataclass(frozen=True, slots=True)
class Card:
    """One danger. ``state`` decides how loud: a card that is not studied is as big as one with people.

    ``hazard`` and ``layer_key`` tell the map what to draw; ``map_label`` is what it says to who cannot see
    it.
    """

    id: str
    hazard: str
    layer_key: str
    title: str
    state: str
    state_title: str
    is_example: bool
    sentences: tuple[Sentence, ...]
    classes: tuple[ClassLine, ...]
    class_caption: str
    trend: tuple[TrendPoint, ...]
    trend_caption: str
    basis: str
    caveats: tuple[str, ...]
    map_label: str
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CrossBorderLine:
    """A line of the part "across the border": a site, a commune or a danger there, whom it concerns here."""

    kind: str
    name: str
    text: str
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Dot:
    """A commune on the fixed scale of shares: neighbours, the commune, the median of its department."""

    label: str
    commune_id: str
    country: str
    share: Figure
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Among:
    """The commune among its neighbours for one danger, on a fixed scale of shares of residents [0, 1]."""

    hazard: str
    layer_key: str
    caption: str
    dots: tuple[Dot, ...]
    region: str
    region_figure_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """An item of the local plan: what the platform knows (``known``), or a blank to be filled by the town
    hall (``blank`` says what).
    """

    id: str
    title: str
    known: tuple[str, ...]
    blank: str
    reference: str
    figure_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checklist:
    """The plan's checklist of a country: PCS and DICRIM, or PGUI."""

    title: str
    explain: str
    items: tuple[ChecklistItem, ...]


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source as the notes print it."""

    source: Source
    title: str
    basis: str
    number: int


@dataclass(frozen=True, slots=True)
class Briefing:
    """The whole page in one language.

    ``words`` holds every fixed word of the page by key (headings, labels, buttons): templates hold none of
    their own. ``lead`` are the three sentences: worst danger, how sure, the border.
    """

    commune_id: str
    country: str
    lang: str
    name: str
    title: str
    subtitle: str
    lead: tuple[Sentence, ...]
    is_example: bool
    cards: tuple[Card, ...]
    union: Sentence | None
    across: tuple[CrossBorderLine, ...]
    across_lead: Sentence | None
    among: tuple[Among, ...]
    checklist: Checklist
    todo: tuple[Sentence, ...]
    sources: tuple[SourceLine, ...]
    caveats: tuple[str, ...]
    limit: str
    command: str
    figures: Mapping[str, Figure]
    words: Mapping[str, str]
