"""What is known of one commune, as numbers: rows of the exposure table and what stands round it. No word of
it is for readers yet.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from geoalarm.analysis.layer_info import LayerInfo
from geoalarm.core.model import Source
from geoalarm.results.totals import PeopleTotal


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRows(LayerInfo):
    """One layer over one commune.

    Attributes
    ----------
    rows : pandas.DataFrame
        Rows of the exposure table of this commune and footprint, columns of
        :data:`geoalarm.core.schema.FIELDS`, untouched.
    total : mapping
        The one row of :func:`geoalarm.results.totals.threshold_total` over them.
    """

    rows: pd.DataFrame
    total: Mapping[str, object]

    @property
    def state(self) -> str:
        """A term of :class:`geoalarm.core.terms.State`."""
        return str(self.total["state"])


@dataclass(frozen=True, slots=True)
class HazardSummary:
    """One danger (hazard and scenario) over one commune: its layers from often to rare, and the one that the
    page speaks of.

    ``main`` is, of the layers that know anything of this commune, the one nearest to 1 in 100 a year on a log
    scale (the rarer of two as near); without probability the first. Where none knows anything it is chosen
    from all, and its state says why: ``layers`` is never empty. ``main.key`` is what
    :meth:`geoalarm.dossier.Territory.footprint` takes.
    """

    hazard: str
    scenario: str
    layers: tuple[LayerRows, ...]
    main: LayerRows


@dataclass(frozen=True, slots=True)
class SiteNear:
    """A site within reach of the commune, whatever side it stands on.

    Attributes
    ----------
    commune_id : str
        Where the site stands; empty outside the communes.
    distance_km : float
        From the site to the commune's nearest point; 0 inside it.
    reaches_here : bool or None
        Whether a zone drawn round this site touches the commune; None where no zone of it is known.
    people_here : float
        People of this commune in its zones, each once [1]; NaN where unknown: no zone is known, or a layer
        that holds one does not speak for the country of the commune.
    source : Source or None
        Of the zones; of the list of sites where no zone is known.
    names : mapping
        Name by language, where the list of sites has several.
    zone_layers : tuple of str
        Ids of the sources of every layer that holds a zone of the site.
    """

    site_id: str
    name: str
    country: str
    commune_id: str
    activity: str
    distance_km: float
    reaches_here: bool | None
    people_here: float = math.nan
    source: Source | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    zone_layers: tuple[str, ...] = ()

    def has_zone_of(self, source_id: str) -> bool:
        """Whether a layer holds a zone of the site."""
        return source_id in self.zone_layers or (self.source is not None and self.source.id == source_id)


@dataclass(frozen=True, slots=True)
class NeighbourCommune:
    """A commune beside this one (within 50 m of its outline), or across the border within reach.

    ``distance_km`` is from outline to outline.
    ``totals`` holds, by layer key of each danger's ``main``, the row of ``threshold_total`` of that commune;
    ``headlines`` the same from the mildest class that a page counts
    (:func:`geoalarm.hazards.counted_from`), where there is one.
    """

    commune_id: str
    country: str
    population: float
    distance_km: float
    touches: bool
    totals: Mapping[str, Mapping[str, object]]
    headlines: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Region:
    """The department or province, as far as it is on the territory.

    Attributes
    ----------
    communes : int
        Communes of it within the territory (30 km of the border in the embedded one): only these count, here
        and in ``totals``.
    totals : mapping
        People over these communes by layer key, of every layer; a commune that is not mapped is counted, not
        added as zero.
    spread : mapping
        By layer key: shares of residents exposed of its mapped communes, sorted [1]: the fixed ground the
        dots stand on.
    headlines : mapping
        As ``totals``, from the mildest class that a page counts; layers with such a class only.
    """

    code: str
    name: str
    country: str
    communes: int
    totals: Mapping[str, PeopleTotal]
    spread: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    headlines: Mapping[str, PeopleTotal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LayerFault:
    """A layer that could not be read: its figures are missing, which is not the same as not studied.

    ``sentence`` is the error's, for the log and whoever keeps the data: it may name files.
    """

    key: str
    title: str
    hazard: str
    scenario: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """What a briefing and a report are made from.

    Attributes
    ----------
    facts : mapping
        Row of the communes: ``name``, ``name_fr``, ``name_nl``, ``name_de``, ``code``, ``department_code``,
        ``department_name``, ``postcodes``, ``area_km2``, ``estimated_population``, ``approximate_boundary``,
        ``population_vintage``, whatever there is.
    population : float
        Residents as counted by the engine [1]: the same as in every row.
    dangers : tuple of HazardSummary
        In the order of the scenario, accidents last; a layer that says nothing of the commune is here too, in
        its state.
    union : mapping or None
        The commune's row of :func:`geoalarm.exposure.union.union`; None with fewer than two hazards, or where
        a layer of the catalog could not be read: without it the number would be too small.
    annual : tuple of mapping
        The commune's rows of expected people a year; none of a danger of which a layer could not be read.
    sites : tuple of SiteNear
        Within 10 km, or with a zone that reaches here; nearest first.
    lists_sites : bool
        Whether there is any list of sites; without one, no site near here means nothing.
    neighbours : tuple of NeighbourCommune
        Communes that touch, then the nearest twelve across the border within 10 km; nearest first in each.
    region : Region or None
        None where the communes name no department or province.
    sources : tuple of Source
        Of the whole territory, with hashes; a note looks its own up by id.
    command : str
        What rebuilds the figures.
    faults : tuple of LayerFault
        Layers that could not be read, the same in every commune.
    """

    commune_id: str
    country: str
    facts: Mapping[str, object]
    population: float
    dangers: tuple[HazardSummary, ...]
    union: Mapping[str, object] | None
    annual: tuple[Mapping[str, object], ...]
    sites: tuple[SiteNear, ...]
    neighbours: tuple[NeighbourCommune, ...]
    region: Region | None
    sources: tuple[Source, ...]
    scenario_name: str = ""
    scenario_title: str = ""
    command: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[LayerFault, ...] = ()
    lists_sites: bool = True
