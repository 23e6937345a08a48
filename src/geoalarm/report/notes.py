"""The notes of a page: every number it prints, unrounded, with its row, its sources and its anchor."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from geoalarm.core.errors import InputError
from geoalarm.core.terms import State
from geoalarm.present.briefing.briefing_content import Briefing, CrossBorderLine, Figure, Sentence
from geoalarm.report.html_templates import anchor

SHORT_HASH: Final = 12
"""Characters of a hash beside a figure; the whole one stands with its source."""


@dataclass(frozen=True, slots=True)
class Note:
    """A line of the notes; ``sources`` are numbers of the list of sources with the start of their hashes."""

    id: str
    printed: str
    value: str
    bounds: str
    row: str
    sources: tuple[tuple[int, str], ...]


def figures_of(briefing: Briefing) -> dict[str, Figure]:
    """Every figure of a page by its id, in the order in which the page says them."""
    found: dict[str, Figure] = {}
    for name in _said(briefing):
        if name not in briefing.figures:
            raise InputError(
                f"figure {name!r} of the page of {briefing.commune_id}",
                got="no such figure",
                expected="one of its figures",
            )
        found[name] = briefing.figures[name]
    for figure in (*_inside(briefing), *briefing.figures.values()):
        found.setdefault(figure.id, figure)
    return found


def notes_of(briefing: Briefing) -> list[Note]:
    """The notes of a page.

    Raises
    ------
    InputError
        If a sentence names a figure that the page lacks, or a figure has no source, or one that the page does
        not list.
    """
    numbers = source_numbers(briefing)
    hashes = {line.source.id: line.source.sha256 or "" for line in briefing.sources}
    return [_note(figure, numbers, hashes) for figure in figures_of(briefing).values()]


def source_numbers(briefing: Briefing) -> dict[str, int]:
    """Number of each source in the list of the page."""
    return {line.source.id: line.number for line in briefing.sources}


def linked(said: Sentence | CrossBorderLine, figures: Mapping[str, Figure], *, note: str) -> Markup:
    """A sentence whose numbers are links to their notes; a number that is not in it word by word gets a mark
    at its end.

    Figures of nobody, or without a number, share one mark: their notes stand together.

    Parameters
    ----------
    note : str
        What such a mark says to who cannot see it.
    """
    named = [figures[name] for name in said.figure_ids] if isinstance(said, Sentence) else list(said.figures)
    out, rest, late = Markup(""), said.text, []
    for figure in named:
        before, found, after = rest.partition(figure.text) if figure.text else (rest, "", "")
        if not found:
            late.append(figure)
            continue
        out, rest = out + escape(before) + _link(figure, figure.text, css="n"), after
    silent = [figure for figure in late if figure.state != State.EXPOSED]
    shown = [figure for figure in late if figure not in silent[1:]]
    marks = Markup("").join(
        Markup("\N{NO-BREAK SPACE}") + _link(figure, "†", css="ref dagger", label=f"{figure.text}, {note}")
        for figure in shown
    )
    return out + escape(rest) + marks


def linked_where_said(text: str, figure_ids: Iterable[str], figures: Mapping[str, Figure]) -> Markup:
    """A text in which those of the figures that it says, in this order, are links to their notes."""
    out, rest = Markup(""), text
    for figure in (figures[name] for name in figure_ids if name in figures):
        before, found, after = rest.partition(figure.text) if figure.text else (rest, "", "")
        if found:
            out, rest = out + escape(before) + _link(figure, figure.text, css="n"), after
    return out + escape(rest)


def number(figure: Figure) -> Markup:
    """A figure as it is printed, linked to its note."""
    return _link(figure, figure.text, css="n")


def row_text(row: Mapping[str, object]) -> str:
    """Key of a row in one line; what is empty or not a number is left out."""
    return ", ".join(f"{name}={_plain(value)}" for name, value in row.items() if _plain(value) != "")


def _link(figure: Figure, words: str, *, css: str, label: str = "") -> Markup:
    extra = Markup(' aria-label="{}"').format(label) if label else Markup("")
    return Markup('<a class="{}" href="#figure-{}"{}>{}</a>').format(css, anchor(figure.id), extra, words)


def _note(figure: Figure, numbers: Mapping[str, int], hashes: Mapping[str, str]) -> Note:
    unknown = [name for name in figure.source_ids if name not in numbers]
    if not figure.source_ids or unknown:
        raise InputError(
            f"figure {figure.id!r}",
            got=f"source {unknown[0]!r}" if unknown else "no source",
            expected="sources that the page lists",
        )
    bounds = (
        ""
        if math.isnan(figure.low) or math.isnan(figure.high)
        else f"{_plain(figure.low)} – {_plain(figure.high)}"
    )
    unit = "" if figure.unit in ("", "1") else f" {figure.unit}"
    return Note(
        id=figure.id,
        printed=figure.text,
        value=figure.state if math.isnan(figure.value) else _plain(figure.value) + unit,
        bounds=bounds,
        row=f"{figure.table}: {row_text(figure.row)}" if figure.row else figure.table,
        sources=tuple(sorted({(numbers[name], hashes[name][:SHORT_HASH]) for name in figure.source_ids})),
    )


def _plain(value: object) -> str:
    """A value without the form of a language: twelve digits at most, nothing for NaN."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return format(value, ".12g") if isinstance(value, float) else str(value)


def _said(briefing: Briefing) -> Iterator[str]:
    sentences: list[Sentence] = [*briefing.lead]
    for card in briefing.cards:
        sentences += card.sentences
    sentences += [one for one in (briefing.union, briefing.across_lead) if one is not None]
    for sentence in (*sentences, *briefing.todo):
        yield from sentence.figure_ids
    for among in briefing.among:
        yield from among.region_figure_ids
    for item in briefing.checklist.items:
        yield from item.figure_ids


def _inside(briefing: Briefing) -> Iterable[Figure]:
    parts: list[Sequence[Figure]] = []
    for card in briefing.cards:
        parts += [[line.people for line in card.classes], [point.people for point in card.trend]]
    parts += [place.figures for place in briefing.across]
    parts += [[dot.share for dot in among.dots] for among in briefing.among]
    return [figure for part in parts for figure in part]
