"""The page without a layout: as text for mail and golden tests, and its numbers without a language."""

from __future__ import annotations

import math
from collections.abc import Iterator

from geoalarm import i18n
from geoalarm.present.briefing.briefing_content import Briefing, Card, Sentence


def as_text(page: Briefing) -> str:
    """The whole page as plain text, in order, one line a sentence; numbers of sources in square brackets."""
    return "\n".join(_lines(page)).strip() + "\n"


def figures_table(page: Briefing) -> list[dict[str, object]]:
    """Every number of the page, unrounded and without words: ``id, value, low, high, unit, state, table, row,
    sources``.

    The same in every language. A number that is not known is None, and ``state`` says why.
    """
    return [
        {
            "id": figure.id,
            "value": _number(figure.value),
            "low": _number(figure.low),
            "high": _number(figure.high),
            "unit": figure.unit,
            "state": str(figure.state),
            "table": figure.table,
            "row": dict(figure.row),
            "sources": list(figure.source_ids),
        }
        for figure in page.figures.values()
    ]


def _lines(page: Briefing) -> Iterator[str]:
    words = page.words
    yield from (page.title, page.subtitle)
    if page.is_example:
        yield f"[{words['band_example']}]"
    yield from ("", *(sentence.text for sentence in page.lead))
    yield from ("", words["heading_dangers"].upper())
    for card in page.cards:
        yield from _card(card, page)
    if page.union is not None:
        yield from ("", words["heading_union"].upper(), page.union.text)
    yield from _across(page)
    yield from _among(page)
    yield from (
        "",
        words["heading_todo"].upper(),
        *(f"{n}. {step.text}" for n, step in enumerate(page.todo, start=1)),
    )
    yield from _plan(page)
    yield from ("", words["heading_sources"].upper())
    for line in page.sources:
        yield f"[{line.number}] {line.title}. {line.basis}. {line.source.licence}"
    yield from ("", words["heading_caveats"].upper(), *page.caveats, page.limit)
    if page.command:
        yield from ("", words["command"], page.command)


def _card(card: Card, page: Briefing) -> Iterator[str]:
    numbers = {line.source.id: line.number for line in page.sources}
    yield from ("", f"* {card.title} | {card.state_title}", *_said(card.sentences))
    if card.classes:
        yield card.class_caption
        yield from (
            _pair(page, line.label, f"{line.people.text} ({line.share_text})") for line in card.classes
        )
    if card.trend:
        yield card.trend_caption
        yield from (_pair(page, point.label, point.people.text) for point in card.trend)
    marks = " ".join(f"[{numbers[name]}]" for name in card.source_ids if name in numbers)
    yield f"{card.basis} {marks}".strip()
    yield from (f"  {caveat}" for caveat in card.caveats)


def _across(page: Briefing) -> Iterator[str]:
    if page.across_lead is None and not page.across:
        return
    yield from ("", page.words["heading_across"].upper())
    if page.across_lead is not None:
        yield page.across_lead.text
    yield from (
        f"- {i18n.text('briefing.pair', page.lang, label=place.name, value=place.text)}"
        for place in page.across
    )


def _among(page: Briefing) -> Iterator[str]:
    if page.among:
        yield from ("", page.words["heading_among"].upper())
    for picture in page.among:
        yield picture.caption
        yield from (
            _pair(page, f"{'> ' if dot.is_here else ''}{dot.label}", dot.share.text) for dot in picture.dots
        )
        if picture.region:
            yield picture.region


def _plan(page: Briefing) -> Iterator[str]:
    yield from ("", page.checklist.title.upper(), page.checklist.explain)
    for item in page.checklist.items:
        yield f"[ ] {item.title}"
        yield from (f"    {line}" for line in item.known)
        yield "  " + _pair(page, page.words["blank"], item.blank)
        if item.reference:
            yield f"    ({item.reference})"


def _pair(page: Briefing, label: str, value: str) -> str:
    return "  " + i18n.text("briefing.pair", page.lang, label=label, value=value)


def _said(sentences: tuple[Sentence, ...]) -> Iterator[str]:
    return (sentence.text for sentence in sentences)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
