"""What a card says of one danger, each sentence with its figures: the sentences of
:mod:`geoalarm.present.narrative`, in its order.
"""

from __future__ import annotations

import math
from typing import Final

from geoalarm import i18n
from geoalarm.core.terms import State
from geoalarm.core.units import annual_exceedance_probability
from geoalarm.dossier.commune_dossier import LayerRows
from geoalarm.present.briefing.briefing_content import Figure, Sentence
from geoalarm.present.briefing.briefing_context import PLANNING, BriefingContext, HazardView, layer_key
from geoalarm.present.briefing.figure_registry import LayerCount
from geoalarm.present.classes import class_label, lower_bound
from geoalarm.present.narrative import LETHAL, WHOLE
from geoalarm.present.rounding import is_few, people_text, range_text, share_text

WITH_CHANCE: Final = ("flood", "say.other_chance")
"""Kinds of first sentence that tell the yearly chance."""


def sentences(draft: BriefingContext, view: HazardView) -> tuple[Sentence, ...]:
    """What a commune has to know of a danger, most important first."""
    count = view.count
    if count.is_silent:
        return (_silent(draft, view),)
    whole = count.mapped_share >= WHOLE
    if count.state == State.SUPPRESSED:
        said = [Sentence(_text(draft, "suppressed"), (_people(draft, view).id,))]
    elif count.is_somebody:
        said = [headline(draft, view), *_share(draft, view), *_range(draft, view), *_worst(draft, view)]
    else:
        said = [_nobody(draft, view, whole)]
    said += [*_below(draft, view), *_mapped(draft, view, whole), *_per_year(draft, view)]
    return tuple(said)


def headline(draft: BriefingContext, view: HazardView) -> Sentence:
    """The first sentence of a danger: if it happens, about so many people here would be in its zone."""
    people = _people(draft, view)
    values: dict[str, str] = {"place": draft.place}
    figures = [people.id]
    kind = _kind(view)
    if kind in WITH_CHANCE:
        chance, years = _chance(draft, view.layer, view.slug)
        values |= {"chance": chance.text, "years": years.text}
        figures = [chance.id, years.id, people.id]
    if kind.startswith("say."):
        values |= {"people": people_text(view.count.people, draft.lang), "danger": draft.inside(view.name)}
        values |= {"site": sites_named(draft, view), "classes": classes_named(draft, view)}
        return Sentence(draft.say(kind, **values), tuple(figures))
    if kind == "accident":
        values["site"] = sites_named(draft, view)
    return Sentence(_few_or_about(draft, kind, view.count.people, values), tuple(figures))


def range_sentence(draft: BriefingContext, view: HazardView) -> Sentence | None:
    """How far the number may be off; None where low and high are the number itself."""
    count = view.count
    if count.hidden:
        return Sentence(_text(draft, "part_hidden"), (_people(draft, view).id,))
    coarse = "coarse_population" in count.caveats
    same = range_text(count.low, count.high, draft.lang) == range_text(count.people, count.people, draft.lang)
    if is_few(count.high) or (same and not coarse):
        return None
    low, high = draft.book.ends(f"{view.key}-people", count)
    return Sentence(
        _text(draft, "coarse" if coarse else "range", low=low.text, high=high.text), (low.id, high.id)
    )


def sites_named(draft: BriefingContext, view: HazardView) -> str:
    """The sites whose zones of this layer are known to hold people of the commune; else what happens, or the
    danger.
    """
    reaching = [site for site in draft.dossier.sites if site.reaches_here and site.people_here != 0]
    own = [
        draft.site_name(site)
        for site in reaching
        if site.source is not None and site.source.id == view.layer.source.id
    ]
    if own:
        return draft.list_of(own, "list_or")
    if view.danger.scenario == PLANNING:
        return draft.inside(view.name)
    return i18n.term("scenario", view.danger.scenario, draft.lang) or draft.inside(view.name)


def classes_named(draft: BriefingContext, view: HazardView) -> str:
    """Classes of the headline: ``high and very high``."""
    return draft.list_of(
        [class_label(label, draft.lang, hazard=view.danger.hazard).lower() for label in view.labels]
    )


def chance_label(draft: BriefingContext, layer: LayerRows, slug: str) -> str:
    """``1% a year (1 in 100)``, and its two numbers in the book."""
    chance, years = _chance(draft, layer, slug)
    return i18n.text("unit.chance_full", draft.lang, chance=chance.text, years=years.text)


def _silent(draft: BriefingContext, view: HazardView) -> Sentence:
    people = _people(draft, view)
    said = _text(draft, "unstudied" if view.count.state == State.NOT_STUDIED else "unmapped")
    countries = view.layer.countries
    if countries and draft.dossier.country and draft.dossier.country not in countries:
        named = draft.list_of([i18n.term("country", country, draft.lang) for country in countries])
        said = f"{said} {draft.say('say.covers', countries=named)}"
    return Sentence(said, (people.id,))


def _nobody(draft: BriefingContext, view: HazardView, whole: bool) -> Sentence:
    people = _people(draft, view)
    if not view.from_class:
        return Sentence(_text(draft, "zero" if whole else "zero_part"), (people.id,))
    key = "say.nobody_from" if whole else "say.nobody_from_part"
    return Sentence(draft.say(key, classes=classes_named(draft, view)), (people.id,))


def _below(draft: BriefingContext, view: HazardView) -> list[Sentence]:
    """People in the classes that a headline leaves out."""
    if not view.from_class:
        return []
    labels = view.layer.class_labels[: view.layer.class_labels.index(view.from_class)]
    count = LayerCount.of(view.layer.total, view.layer.class_labels).over(view.layer.rows, labels)
    if not count.is_somebody:
        return []
    figure = draft.book.people(f"{view.key}-below", count)
    return [Sentence(draft.say("say.below", people=people_text(count.people, draft.lang)), (figure.id,))]


def _worst(draft: BriefingContext, view: HazardView) -> list[Sentence]:
    """The deepest water with people in it, or the people who could die; nothing for the mildest class alone."""
    layer, labels = view.layer, view.layer.class_labels
    if layer.hazard == "industrial" and LETHAL in labels:
        count = view.count.over(layer.rows, labels[labels.index(LETHAL) :])
        if not count.is_somebody:
            return []
        figure = draft.book.people(f"{view.key}-lethal", count)
        return [Sentence(_few_or_about(draft, "lethal", count.people, {}), (figure.id,))]
    for n in range(len(labels) - 1, 0, -1) if layer.hazard == "flood" else ():
        bound = lower_bound(labels[n])
        count = view.count.over(layer.rows, labels[n:])
        if count.is_somebody and not math.isnan(bound):
            deep = draft.book.people(f"{view.key}-deep", count)
            depth = draft.book.fact(
                f"{view.key}-depth",
                i18n.measure(bound, layer.units, draft.lang, exact=True),
                bound,
                unit=layer.units,
                row=count.row,
                table="exposure",
                sources=count.source_ids,
            )
            return [
                Sentence(
                    _few_or_about(draft, "deep", count.people, {"depth": depth.text}), (deep.id, depth.id)
                )
            ]
    return []


def _range(draft: BriefingContext, view: HazardView) -> list[Sentence]:
    said = range_sentence(draft, view)
    return [] if said is None else [said]


def _share(draft: BriefingContext, view: HazardView) -> list[Sentence]:
    if is_few(view.count.people):
        return []
    figure = draft.book.share(f"{view.key}-share", view.count)
    share = share_text(view.count.people, view.count.population, draft.lang)
    return [Sentence(_text(draft, "share", share=share), (figure.id,))]


def _mapped(draft: BriefingContext, view: HazardView, whole: bool) -> list[Sentence]:
    count = view.count
    if whole or math.isnan(count.mapped_share):
        return []
    text = i18n.percent(count.mapped_share, draft.lang)
    figure = draft.book.fact(
        f"{view.key}-mapped",
        text,
        count.mapped_share,
        row=count.row,
        table="exposure",
        sources=count.source_ids,
    )
    return [Sentence(_text(draft, "part", share=figure.text), (figure.id,))]


def _per_year(draft: BriefingContext, view: HazardView) -> list[Sentence]:
    """People in an average year, over all chances mapped, with its range."""
    rows = [
        row
        for row in draft.dossier.annual
        if (str(row["hazard"]), str(row["scenario"]), str(row["basis"]))
        == (view.danger.hazard, view.danger.scenario, view.layer.basis)
    ]
    if not rows or str(rows[0]["state"]) != State.EXPOSED:
        return []
    row = rows[0]
    total = {
        **row,
        "population_exposed": row["people_per_yr"],
        "population_exposed_low": row["people_per_yr_low"],
        "population_exposed_high": row["people_per_yr_high"],
    }
    count = LayerCount.of(total)
    if math.isnan(count.people):
        return []
    figure = draft.book.people(f"{view.slug}-year", count, table="annual")
    values = {"people": people_text(count.people, draft.lang)}
    if is_few(count.people) or range_text(count.low, count.high, draft.lang) == range_text(
        count.people, count.people, draft.lang
    ):
        return [Sentence(draft.say("say.per_year", **values), (figure.id,))]
    low, high = draft.book.ends(f"{view.slug}-year", count, table="annual")
    return [
        Sentence(
            draft.say("say.per_year_range", low=low.text, high=high.text, **values),
            (figure.id, low.id, high.id),
        )
    ]


def _people(draft: BriefingContext, view: HazardView) -> Figure:
    return draft.book.people(f"{view.key}-people", view.count)


def _chance(draft: BriefingContext, layer: LayerRows, slug: str) -> tuple[Figure, Figure]:
    count = LayerCount.of(layer.total, layer.class_labels)
    chance = annual_exceedance_probability(layer.return_period_yr)
    texts = (i18n.percent(chance, draft.lang), i18n.number(layer.return_period_yr, draft.lang, decimals=1))
    name = layer_key(slug, layer)
    one, two = (
        draft.book.fact(
            f"{name}-{end}",
            text,
            value,
            unit=unit,
            row=count.row,
            table="exposure",
            sources=(layer.source.id,),
        )
        for end, text, value, unit in zip(
            ("chance", "years"), texts, (chance, layer.return_period_yr), ("yr-1", "yr"), strict=True
        )
    )
    return one, two


def _kind(view: HazardView) -> str:
    """Key of the first sentence: one of ``sentence.``, or one of ``briefing.say.``."""
    hazard, layer = view.danger.hazard, view.layer
    if hazard == "flood":
        return "flood" if layer.has_chance else "flood_no_chance"
    if hazard == "landslide":
        return "say.slide" if view.from_class else "slide"
    if hazard in ("industrial", "nuclear"):
        if LETHAL in layer.class_labels:
            return "accident"
        return "say.planned" if view.danger.scenario == PLANNING else "say.reach"
    return "say.other_chance" if layer.has_chance else "say.other"


def _few_or_about(draft: BriefingContext, key: str, people: float, values: dict[str, str]) -> str:
    if is_few(people):
        return _text(draft, f"{key}_few", **values)
    return _text(draft, key, people=people_text(people, draft.lang, about=False), **values)


def _text(draft: BriefingContext, key: str, **values: object) -> str:
    return i18n.text(f"sentence.{key}", draft.lang, **values)
