"""Cards: one danger each, as big when nothing is known as when people are in the zone."""

from __future__ import annotations

import math
from typing import Final

from geoalarm import i18n
from geoalarm.core.terms import State
from geoalarm.present.briefing.briefing_content import Card, ClassLine, TrendPoint
from geoalarm.present.briefing.briefing_context import BriefingContext, HazardView, layer_key
from geoalarm.present.briefing.figure_registry import count_words
from geoalarm.present.briefing.hazard_sentences import chance_label, classes_named, sentences
from geoalarm.present.classes import class_label
from geoalarm.present.hazard_styles import style_of
from geoalarm.present.model_warnings import caveat
from geoalarm.present.narrative import basis_text
from geoalarm.present.rounding import share_text
from geoalarm.results.commune_count import LayerCount

LOUD: Final = (State.EXPOSED, State.SUPPRESSED, State.NOT_STUDIED, State.OUTSIDE_COVERAGE, State.ZERO)
"""Order of the cards by state; among those with people, the most people first."""


def cards(draft: BriefingContext) -> tuple[Card, ...]:
    """All cards: people first, then what is hidden or unknown, then where nobody lives in the zone."""
    return tuple(_card(draft, view) for view in by_people(draft.views))


def by_people(views: tuple[HazardView, ...]) -> list[HazardView]:
    """Dangers in the order of the page; among those with nobody in the zone, the ones with milder classes to
    show come first.
    """

    def place(view: HazardView) -> tuple[int, float, bool]:
        return (
            LOUD.index(State(view.count.state)),
            -view.count.people if view.count.is_somebody else 0.0,
            not view.from_class,
        )

    return sorted(views, key=place)


def caveats(draft: BriefingContext, view: HazardView) -> tuple[str, ...]:
    """What to know before using a danger's numbers; that it is an example is said elsewhere, and loudly."""
    known = [
        key
        for key in view.count.caveats
        if i18n.has(f"caveat.{key}") or i18n.has(f"flag.{key.partition(':')[0]}")
    ]
    return tuple(dict.fromkeys(caveat(key, draft.lang) for key in known if key != "illustrative"))


def _own_caveats(draft: BriefingContext, view: HazardView) -> tuple[str, ...]:
    """All caveats beside a number; without one, only those other dangers do not share."""
    own = caveats(draft, view)
    if view.count.is_somebody:
        return own
    shared = set.intersection(*(set(caveats(draft, other)) for other in draft.views))
    return tuple(said for said in own if said not in shared)


def basis(draft: BriefingContext, view: HazardView) -> str:
    """``Official map, 2024. Published by an authority, ...``."""
    name = view.layer.basis
    return (
        f"{basis_text(name, draft.lang, sources=[view.layer.source])}. "
        f"{i18n.text(f'basis.{name}.explain', draft.lang)}"
    )


def _card(draft: BriefingContext, view: HazardView) -> Card:
    said = sentences(draft, view)
    style = style_of(view.danger.hazard, view.danger.scenario, kind=view.danger.main.kind)
    return Card(
        id=view.slug,
        hazard=view.danger.hazard,
        layer_key=view.layer.key,
        title=view.name,
        state=view.count.state,
        state_title=_state_title(draft, view),
        is_example=view.is_example,
        sentences=said,
        classes=_classes(draft, view),
        class_caption=i18n.text(style.bars_caption, draft.lang),
        trend=_trend(draft, view),
        trend_caption=draft.say("trend", danger=draft.inside(view.name)),
        basis=basis(draft, view),
        caveats=_own_caveats(draft, view),
        map_label=draft.say("map_label", name=draft.name, danger=draft.inside(view.name), said=said[0].text),
        source_ids=view.count.source_ids,
    )


def _state_title(draft: BriefingContext, view: HazardView) -> str:
    if view.count.is_somebody:
        said = count_words(view.count, draft.lang)
        return said[:1].upper() + said[1:]
    if view.count.state == State.ZERO and view.from_class:
        return draft.say("zero_from", classes=classes_named(draft, view))
    if view.count.state == State.ZERO:
        return i18n.text("figure.zero", draft.lang)
    return i18n.term("state", view.count.state, draft.lang)


def _classes(draft: BriefingContext, view: HazardView) -> tuple[ClassLine, ...]:
    """A line a class, mild to severe; none where nothing is known, or nobody is in any class."""
    layer = view.layer
    whole = LayerCount.of(layer.total, layer.class_labels)
    if whole.is_silent or whole.state == State.ZERO:
        return ()
    lines = []
    for n, label in enumerate(layer.class_labels, start=1):
        count = whole.over(layer.rows, [label])
        share = min(count.people / count.population, 1.0) if count.is_known and count.population > 0 else 0.0
        lines.append(
            ClassLine(
                label=class_label(label, draft.lang, hazard=layer.hazard, units=layer.units),
                raw_label=label,
                people=draft.book.people(f"{view.key}-class-{n}", count),
                share_text=share_text(count.people, count.population, draft.lang)
                if count.is_known
                else count_words(count, draft.lang),
                share=share,
            )
        )
    return tuple(lines)


def _trend(draft: BriefingContext, view: HazardView) -> tuple[TrendPoint, ...]:
    """People at each yearly chance, from often to rare, with the sentences' figure; none where nobody is."""
    points = []
    for layer in view.danger.layers:
        if math.isnan(layer.return_period_yr):
            continue
        count = LayerCount.of(layer.total, layer.class_labels)
        labels = [label for label in view.labels if label in layer.class_labels]
        if view.from_class and labels:
            count = count.over(layer.rows, labels)
        figure = draft.book.people(f"{layer_key(view.slug, layer)}-people", count)
        points.append(TrendPoint(chance_label(draft, layer, view.slug), layer.return_period_yr, figure))
    return tuple(points) if any(point.people.state != State.ZERO for point in points) else ()
