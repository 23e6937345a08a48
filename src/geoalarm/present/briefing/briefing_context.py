"""What every part of a page needs while written: dossier, language, names, book of figures."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from geoalarm import i18n
from geoalarm.core.model import Source
from geoalarm.core.terms import OTHER_RULE, Basis, State
from geoalarm.dossier.commune_dossier import Dossier, HazardSummary, LayerRows, SiteNear
from geoalarm.i18n.place_names import name_in
from geoalarm.present.briefing.figure_registry import FigureRegistry
from geoalarm.present.hazard_styles import counted_from
from geoalarm.present.zone_sentences import danger_name, inside, list_text
from geoalarm.results.commune_count import LayerCount, zone_count


@dataclass(frozen=True)
class HazardView:
    """One danger as a page sees it.

    Attributes
    ----------
    slug : str
        Letters, digits and dashes; unique on the page.
    name : str
        ``Flood``, ``Industrial accident (poison cloud)``.
    from_class : str
        Mildest class of the headline; empty where all classes count.
    labels : tuple of str
        Classes that the headline counts.
    count : LayerCount
        Of the headline.
    """

    danger: HazardSummary
    slug: str
    name: str
    from_class: str
    labels: tuple[str, ...]
    count: LayerCount

    @property
    def layer(self) -> LayerRows:
        """The layer the page speaks of."""
        return self.danger.main

    @property
    def key(self) -> str:
        """Start of the ids of its figures: ``flood-100``."""
        return layer_key(self.slug, self.layer)

    @property
    def is_other_rule(self) -> bool:
        """Whether it is what the country across the border plans for this ground."""
        return self.danger.scenario == OTHER_RULE

    @property
    def is_example(self) -> bool:
        """Whether the layer is an example."""
        return self.layer.basis == Basis.ILLUSTRATIVE or "illustrative" in self.count.caveats


@dataclass(frozen=True)
class BriefingContext:
    """A page in the making."""

    dossier: Dossier
    lang: str
    names: Mapping[str, str]
    book: FigureRegistry

    @cached_property
    def name(self) -> str:
        """The commune's name as shown."""
        return self.name_of(self.dossier.commune_id)

    @cached_property
    def place(self) -> str:
        """The commune in a sentence: ``à Hirson``, ``in Doornik (Tournai)``."""
        return i18n.in_place(self.name, self.lang)

    @cached_property
    def views(self) -> tuple[HazardView, ...]:
        """The dangers in the order of the dossier; what only the country across plans, where it concerns
        somebody.
        """
        taken: dict[str, int] = {}
        found = [_view(danger, self.lang, taken) for danger in self.dossier.dangers]
        concerned = (State.EXPOSED, State.SUPPRESSED)
        return tuple(view for view in found if not view.is_other_rule or view.count.state in concerned)

    @cached_property
    def own_views(self) -> tuple[HazardView, ...]:
        """The dangers without what only the country across plans."""
        return tuple(view for view in self.views if not view.is_other_rule)

    @property
    def example(self) -> bool:
        """Whether any danger of the page is an example."""
        return any(view.is_example for view in self.views)

    @cached_property
    def ground(self) -> tuple[str, ...]:
        """Ids of the sources of people and outlines: what every row stands on beside its layer."""
        for danger in self.dossier.dangers:
            own = {layer.source.id for layer in danger.layers}
            rest = tuple(name for name in LayerCount.of(danger.main.total).source_ids if name not in own)
            if rest:
                return rest
        return tuple(source.id for source in self.dossier.sources)

    def say(self, key: str, **values: object) -> str:
        """A sentence of ``briefing.``."""
        return i18n.text(f"briefing.{key}", self.lang, **values)

    def name_of(self, commune_id: str) -> str:
        """Name of a commune as shown; its code where it has none."""
        own = self.dossier.facts.get("name") if commune_id == self.dossier.commune_id else None
        return str(self.names.get(commune_id) or own or commune_id)

    def site_name(self, site: SiteNear, *, first: bool = False) -> str:
        """Name of a site, in the reader's language if its list has one; ``first`` where it begins a
        sentence.
        """
        return name_in(site.names, site.name, self.lang, first=first)

    def list_of(self, items: Sequence[str], key: str = "list_and") -> str:
        """``a, b and c``; with ``list_or``, ``a, b or c``."""
        return list_text(items, self.lang, key)

    def inside(self, name: str) -> str:
        """A danger's name inside a sentence: small, but in German."""
        return inside(name, self.lang)

    def dangers(self, views: Sequence[HazardView]) -> str:
        """Names of dangers in a sentence."""
        return self.list_of([self.inside(view.name) for view in views])

    def sources_of(self, ids: Sequence[str]) -> list[Source]:
        """Sources by id."""
        known = {source.id: source for source in self.dossier.sources}
        return [known.get(name, Source(name)) for name in ids]


def slugged(text: str) -> str:
    """Letters, digits and dashes of a text, small."""
    return re.sub(r"[^0-9a-z]+", "-", text.casefold()).strip("-") or "x"


def layer_key(slug: str, layer: LayerRows) -> str:
    """Start of the ids of a layer's figures: ``flood-100``; the danger's slug where it has no chance."""
    if math.isnan(layer.return_period_yr):
        return slug
    return f"{slug}-{slugged(format(layer.return_period_yr, 'g'))}"


def _view(danger: HazardSummary, lang: str, taken: dict[str, int]) -> HazardView:
    slug = slugged(f"{danger.hazard}-{danger.scenario}" if danger.scenario else danger.hazard)
    taken[slug] = taken.get(slug, 0) + 1
    layer = danger.main
    first = counted_from(layer.hazard, layer.class_labels)
    labels = layer.class_labels[layer.class_labels.index(first) :] if first else layer.class_labels
    return HazardView(
        danger=danger,
        slug=slug if taken[slug] == 1 else f"{slug}-{taken[slug]}",
        name=danger_name(danger.hazard, danger.scenario, lang),
        from_class=first,
        labels=tuple(labels),
        count=zone_count(
            LayerCount.of(layer.total, layer.class_labels), layer.rows, layer.hazard, layer.class_labels
        ),
    )
