"""One danger in one commune in sentences, for every page: the explorer's card and the briefing say
the same of the same fact.

A sentence comes with the name of each number in it, so that a page can keep where the number is from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from geoalarm import i18n
from geoalarm.core.terms import EVACUATION, OTHER_RULE, OWN_RULE, State
from geoalarm.core.units import annual_exceedance_probability
from geoalarm.present.classes import class_label, lower_bound
from geoalarm.present.hazard_styles import counted_from, style_of
from geoalarm.present.rounding import is_few, people_text, range_bounds, range_text, share_text
from geoalarm.results.commune_count import LayerCount
from geoalarm.results.totals import classes_from

WHOLE: Final = 0.99
"""A commune of which this share is mapped counts as wholly mapped, as in the engine."""

LETHAL: Final = "SEL"
"""Mildest effect class in which people could die."""

PLANNED: Final = {OWN_RULE: "planned", OTHER_RULE: "planned_across"}
"""Scenarios whose zones are drawn round nuclear sites to plan help, and the key of their first sentence."""


_FROM_CLASS: Final = {LETHAL: "lethal", EVACUATION: "evacuation"}
"""Classes of zones that have a sentence of their own, and its key."""


@dataclass(frozen=True, slots=True)
class ZoneFact:
    """People of one commune in the zone of one layer, and what a sentence about them needs.

    Attributes
    ----------
    return_period_yr : float
        NaN where the layer has no probability [yr].
    labels : tuple of str
        Every class of the layer, mild to severe.
    rows : pandas.DataFrame
        Rows of the exposure table of the commune and layer.
    count : LayerCount
        :func:`geoalarm.results.commune_count.zone_count` of them.
    place : str
        The commune in a sentence: ``à Hirson``.
    site : str
        Sites whose zones hold people of the commune; empty where none is known by name.
    units : str
        Of interval bounds.
    countries : tuple of str
        Those the layer speaks for; empty where it says none.
    """

    hazard: str
    scenario: str
    return_period_yr: float
    labels: tuple[str, ...]
    rows: pd.DataFrame
    count: LayerCount
    place: str
    site: str = ""
    units: str = "m"
    countries: tuple[str, ...] = ()

    @property
    def from_class(self) -> str:
        """Mildest class of the count; empty where all classes count."""
        return counted_from(self.hazard, self.labels)

    @property
    def counted(self) -> tuple[str, ...]:
        """Classes of the count."""
        return self.labels[self.labels.index(self.from_class) :] if self.from_class else self.labels

    @property
    def has_chance(self) -> bool:
        """Whether the layer has a probability."""
        return not math.isnan(self.return_period_yr)

    @property
    def is_whole(self) -> bool:
        """Whether the whole commune is mapped."""
        return self.count.mapped_share >= WHOLE


@dataclass(frozen=True, slots=True)
class ZoneSentence:
    """A sentence, and what its numbers are.

    Attributes
    ----------
    numbers : tuple of str
        ``chance``, ``years`` (of the layer); ``people``, ``share``, ``low``, ``high``, ``mapped`` (of
        ``count``, the one of the fact); ``below``, ``deep``, ``lethal``, ``evacuation`` (of ``count``, over
        some classes); ``depth`` (``depth``).
    depth : float
        Lower bound of the class told, in the units of the layer.
    """

    text: str
    numbers: tuple[str, ...]
    count: LayerCount
    depth: float = math.nan


def zone_sentences(fact: ZoneFact, lang: str) -> list[ZoneSentence]:
    """What a commune has to know of one danger, most important first."""
    count = fact.count
    if count.is_silent:
        return [_silent(fact, lang)]
    if count.state == State.SUPPRESSED:
        said = [ZoneSentence(_text("suppressed", lang), ("people",), count)]
    elif count.is_somebody:
        said = [headline(fact, lang), *_share(fact, lang), *_range(fact, lang), *_worst(fact, lang)]
    else:
        said = [_nobody(fact, lang)]
    return [*said, *_below(fact, lang), *_mapped(fact, lang)]


def headline(fact: ZoneFact, lang: str) -> ZoneSentence:
    """How many people live in the zone, or would be in it if it happens, and how often that is."""
    kind = _kind(fact)
    values = {"place": fact.place}
    numbers: tuple[str, ...] = ("people",)
    if kind in ("flood", "zone_chance"):
        values |= chance_values(fact.return_period_yr, lang)
        numbers = ("chance", "years", "people")
    if kind in ("accident", "reach", *PLANNED.values()):
        values["site"] = fact.site or _happening(fact, lang)
    if kind in ("zone", "zone_chance"):
        values["danger"] = _danger(fact, lang)
    if kind == "slide_from":
        values["classes"] = classes_named(fact, lang)
    return ZoneSentence(_few_or_about(kind, fact.count.people, lang, values), numbers, fact.count)


def range_sentence(fact: ZoneFact, lang: str) -> ZoneSentence | None:
    """How far the number may be off; None where low and high are the number itself."""
    count = fact.count
    if count.hidden:
        kind = "part_unknown" if math.isnan(count.high) else "part_hidden"
        return ZoneSentence(_text(kind, lang), ("people",), count)
    coarse = "coarse_population" in count.caveats
    same = range_text(count.low, count.high, lang) == range_text(count.people, count.people, lang)
    if is_few(count.high) or (same and not coarse):
        return None
    low, high = (i18n.number(end, lang) for end in range_bounds(count.low, count.high))
    return ZoneSentence(
        _text("coarse" if coarse else "range", lang, low=low, high=high), ("low", "high"), count
    )


def classes_named(fact: ZoneFact, lang: str) -> str:
    """Classes of the count: ``high and very high``."""
    return list_text([class_label(label, lang, hazard=fact.hazard).lower() for label in fact.counted], lang)


def chance_values(return_period_yr: float, lang: str) -> dict[str, str]:
    """The yearly chance of a return period [yr] and its years, as a sentence takes them."""
    return {
        "chance": i18n.percent(annual_exceedance_probability(return_period_yr), lang),
        "years": i18n.number(return_period_yr, lang, decimals=1),
    }


def danger_name(hazard: str, scenario: str, lang: str) -> str:
    """``Flood``, ``Industrial accident (poison cloud)``."""
    if scenario in PLANNED:
        return i18n.term("hazard", "nuclear" if scenario == OWN_RULE else "nuclear_across", lang)
    name = i18n.term("hazard", hazard, lang)
    name = name[:1].upper() + name[1:]
    return f"{name} ({i18n.term('scenario', scenario, lang)})" if scenario else name


def inside(name: str, lang: str) -> str:
    """A danger's name inside a sentence: small, but in German."""
    return name if lang.startswith("de") else name[:1].lower() + name[1:]


def list_text(items: Sequence[str], lang: str, key: str = "list_and") -> str:
    """``a, b and c``; with ``list_or``, ``a, b or c``."""
    if len(items) < 2:
        return "".join(items)
    return i18n.text(f"briefing.{key}", lang, first=", ".join(items[:-1]), last=items[-1])


def _kind(fact: ZoneFact) -> str:
    """Key of the first sentence. Zones that are no effect zones (planning, consultation) promise no harm."""
    family = style_of(fact.hazard).sentence
    if family == "flood":
        return "flood" if fact.has_chance else "flood_no_chance"
    if family == "slide":
        return "slide_from" if fact.from_class else "slide"
    if family == "accident":
        if LETHAL in fact.labels:
            return "accident"
        return PLANNED.get(fact.scenario, "reach")
    return "zone_chance" if fact.has_chance else "zone"


def _danger(fact: ZoneFact, lang: str) -> str:
    """The danger in brackets, with the classes that count where not all do."""
    danger = inside(danger_name(fact.hazard, fact.scenario, lang), lang)
    if not fact.from_class:
        return danger
    return _text("danger_classes", lang, danger=danger, classes=classes_named(fact, lang))


def _happening(fact: ZoneFact, lang: str) -> str:
    """What happens, where no site is known by name: the scenario, or the danger."""
    danger = inside(danger_name(fact.hazard, fact.scenario, lang), lang)
    if fact.scenario in PLANNED:
        return inside(danger_name(fact.hazard, OWN_RULE, lang), lang)
    return i18n.term("scenario", fact.scenario, lang) or danger


def _silent(fact: ZoneFact, lang: str) -> ZoneSentence:
    said = _text(_silence(fact.count), lang)
    country, colon, _ = str(fact.rows["commune_id"].iloc[0]).partition(":")
    if fact.countries and colon and country not in fact.countries:
        named = list_text([i18n.term("country", one, lang) for one in fact.countries], lang)
        said = f"{said} {_text('covers', lang, countries=named)}"
    return ZoneSentence(said, ("people",), fact.count)


def _silence(count: LayerCount) -> str:
    """Key of why nothing is known: of the danger, or of the people."""
    if count.state == State.NOT_STUDIED:
        return "unstudied"
    is_of_people = {"population_unknown", "population_partly_unknown"} & set(count.caveats)
    return "people_unknown" if is_of_people else "unmapped"


def _nobody(fact: ZoneFact, lang: str) -> ZoneSentence:
    part = "" if fact.is_whole else "_part"
    if not fact.from_class:
        return ZoneSentence(_text(f"zero{part}", lang), ("people",), fact.count)
    kind = "slide_zero" if style_of(fact.hazard).sentence == "slide" else "zero_from"
    return ZoneSentence(
        _text(f"{kind}{part}", lang, classes=classes_named(fact, lang)), ("people",), fact.count
    )


def _share(fact: ZoneFact, lang: str) -> list[ZoneSentence]:
    count = fact.count
    if is_few(count.people):
        return []
    return [
        ZoneSentence(
            _text("share", lang, share=share_text(count.people, count.population, lang)), ("share",), count
        )
    ]


def _range(fact: ZoneFact, lang: str) -> list[ZoneSentence]:
    said = range_sentence(fact, lang)
    return [] if said is None else [said]


def _worst(fact: ZoneFact, lang: str) -> list[ZoneSentence]:
    """The deepest water with people in it, who could die, or who is to leave; nothing for the mildest class
    alone.
    """
    family = style_of(fact.hazard).sentence
    for label, kind in _FROM_CLASS.items() if family == "accident" else ():
        if label in fact.labels:
            count = _from(fact, label)
            key = f"{kind}_across" if fact.scenario == OTHER_RULE else kind
            said = _few_or_about(key, count.people, lang, {})
            return [ZoneSentence(said, (kind,), count)] if count.is_somebody else []
    for label in reversed(fact.labels[1:]) if family == "flood" else ():
        bound, count = lower_bound(label), _from(fact, label)
        if count.is_somebody and not math.isnan(bound):
            values = {"depth": i18n.measure(bound, fact.units, lang, exact=True)}
            return [
                ZoneSentence(
                    _few_or_about("deep", count.people, lang, values), ("deep", "depth"), count, bound
                )
            ]
    return []


def _below(fact: ZoneFact, lang: str) -> list[ZoneSentence]:
    """People in the classes that the count leaves out."""
    if not fact.from_class:
        return []
    count = fact.count.over(fact.rows, fact.labels[: fact.labels.index(fact.from_class)])
    if not count.is_somebody:
        return []
    return [ZoneSentence(_text("below", lang, people=people_text(count.people, lang)), ("below",), count)]


def _mapped(fact: ZoneFact, lang: str) -> list[ZoneSentence]:
    share = fact.count.mapped_share
    if fact.is_whole or math.isnan(share):
        return []
    return [ZoneSentence(_text("part", lang, share=i18n.percent(share, lang)), ("mapped",), fact.count)]


def _from(fact: ZoneFact, label: str) -> LayerCount:
    return fact.count.over(fact.rows, classes_from(fact.rows, label))


def _few_or_about(kind: str, people: float, lang: str, values: dict[str, str]) -> str:
    if is_few(people):
        return _text(f"{kind}_few", lang, **values)
    return _text(kind, lang, people=people_text(people, lang, about=False), **values)


def _text(key: str, lang: str, **values: object) -> str:
    return i18n.text(f"sentence.{key}", lang, **values)
