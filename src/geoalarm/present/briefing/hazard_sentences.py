"""What a card says of one danger: :mod:`geoalarm.present.zone_sentences`, with the figure of every number in
the book.
"""

from __future__ import annotations

import math

from geoalarm import i18n
from geoalarm.core.terms import State
from geoalarm.core.units import annual_exceedance_probability
from geoalarm.dossier.commune_dossier import LayerRows
from geoalarm.present import zone_sentences
from geoalarm.present.briefing.briefing_content import Figure, Sentence
from geoalarm.present.briefing.briefing_context import BriefingContext, HazardView, layer_key
from geoalarm.present.briefing.figure_registry import count_words
from geoalarm.present.rounding import is_few, range_text
from geoalarm.present.zone_sentences import ZoneFact, ZoneSentence
from geoalarm.results.commune_count import LayerCount


def sentences(draft: BriefingContext, view: HazardView) -> tuple[Sentence, ...]:
    """What a commune must know of a danger, most important first; then, if known, people a year."""
    said = [
        _kept(draft, view, one) for one in zone_sentences.zone_sentences(zone_fact(draft, view), draft.lang)
    ]
    return (*said, *_per_year(draft, view))


def headline(draft: BriefingContext, view: HazardView) -> Sentence:
    """The first sentence of a danger in whose zone people live."""
    return _kept(draft, view, zone_sentences.headline(zone_fact(draft, view), draft.lang))


def range_sentence(draft: BriefingContext, view: HazardView) -> Sentence | None:
    """How far the number may be off; None where low and high are the number itself."""
    said = zone_sentences.range_sentence(zone_fact(draft, view), draft.lang)
    return None if said is None else _kept(draft, view, said)


def classes_named(draft: BriefingContext, view: HazardView) -> str:
    """Classes of the headline: ``high and very high``."""
    return zone_sentences.classes_named(zone_fact(draft, view), draft.lang)


def zone_fact(draft: BriefingContext, view: HazardView) -> ZoneFact:
    """A danger of the page as the sentences take it."""
    layer = view.layer
    return ZoneFact(
        hazard=view.danger.hazard,
        scenario=view.danger.scenario,
        return_period_yr=layer.return_period_yr,
        labels=layer.class_labels,
        rows=layer.rows,
        count=view.count,
        place=draft.place,
        site=_sites_named(draft, view),
        units=layer.units,
        countries=layer.countries,
    )


def chance_label(draft: BriefingContext, layer: LayerRows, slug: str) -> str:
    """``1% a year (1 in 100)``, and its two numbers in the book."""
    chance, years = _chance(draft, layer, slug)
    return i18n.text("unit.chance_full", draft.lang, chance=chance.text, years=years.text)


def _kept(draft: BriefingContext, view: HazardView, said: ZoneSentence) -> Sentence:
    """A sentence with its numbers in the book, the people of the danger first of all."""
    _people(draft, view)
    return Sentence(said.text, tuple(_figure(draft, view, said, name).id for name in said.numbers))


def _figure(draft: BriefingContext, view: HazardView, said: ZoneSentence, name: str) -> Figure:
    """The figure of a number of a sentence."""
    book, count, layer = draft.book, said.count, view.layer
    if name in ("chance", "years"):
        return dict(zip(("chance", "years"), _chance(draft, layer, view.slug), strict=True))[name]
    if name in ("low", "high"):
        return dict(zip(("low", "high"), book.ends(f"{view.key}-people", count), strict=True))[name]
    if name == "share":
        return book.share(f"{view.key}-share", count)
    if name not in ("depth", "mapped"):
        return book.people(f"{view.key}-{name}", count)
    if name == "depth":
        text, value, unit = (
            i18n.measure(said.depth, layer.units, draft.lang, exact=True),
            said.depth,
            layer.units,
        )
    else:
        text, value, unit = i18n.percent(count.mapped_share, draft.lang), count.mapped_share, "1"
    return book.fact(
        f"{view.key}-{name}",
        text,
        value,
        unit=unit,
        row=count.row,
        table="exposure",
        sources=count.source_ids,
    )


def _sites_named(draft: BriefingContext, view: HazardView) -> str:
    """The sites whose zones of this layer are known to hold people of the commune; empty where none is."""
    reaching = [site for site in draft.dossier.sites if site.reaches_here and site.people_here != 0]
    own = [draft.site_name(site) for site in reaching if site.has_zone_of(view.layer.source.id)]
    return draft.list_of(own, "list_or")


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
    values = {"people": count_words(count, draft.lang)}
    if (
        count.hidden
        or is_few(count.people)
        or range_text(count.low, count.high, draft.lang) == range_text(count.people, count.people, draft.lang)
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
    texts = zone_sentences.chance_values(layer.return_period_yr, draft.lang)
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
        for (end, text), value, unit in zip(
            texts.items(), (chance, layer.return_period_yr), ("yr-1", "yr"), strict=True
        )
    )
    return one, two
