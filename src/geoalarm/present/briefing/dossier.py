"""What is known of one commune, as numbers: rows of the exposure table and what stands round it. No word of it is for readers yet."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from geoalarm.core.model import Source


@dataclass(frozen=True, slots=True)
class LayerRows:
    """One layer over one commune.

    Attributes
    ----------
    key : str
        Name of the layer: ``demo_flood(return_period=100)``; the id of its source.
    return_period_yr : float
        NaN where the layer has no probability [yr].
    basis : str
        A term of :class:`geoalarm.core.terms.Basis`.
    units : str
        Of interval bounds.
    class_labels : tuple of str
        Every class of the layer from mild to severe, also those without people here.
    rows : pandas.DataFrame
        Rows of the exposure table of this commune and footprint, columns of :data:`geoalarm.core.schema.FIELDS`, untouched.
    total : mapping
        The one row of :func:`geoalarm.present.totals.threshold_total` over them.
    source : Source
        With its hash.
    """

    key: str
    title: str
    hazard: str
    scenario: str
    return_period_yr: float
    basis: str
    units: str
    kind: str
    countries: tuple[str, ...]
    class_labels: tuple[str, ...]
    rows: pd.DataFrame
    total: Mapping[str, object]
    source: Source

    @property
    def state(self) -> str:
        """A term of :class:`geoalarm.core.terms.State`."""
        return str(self.total["state"])

    @property
    def has_chance(self) -> bool:
        """Whether the layer has a probability."""
        return not math.isnan(self.return_period_yr)


@dataclass(frozen=True, slots=True)
class Danger:
    """One danger (hazard and scenario) over one commune: its layers from often to rare, and the one that the page speaks of.

    ``main`` is the layer nearest to 1 in 100 a year (the rarer of two as near); without probability the only one.
    ``footprint_key`` of a danger without any layer here is empty: then ``layers`` is empty too and nothing is known.
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
    distance_km : float
        From the site to the commune's nearest point; 0 inside it.
    reaches_here : bool or None
        Whether a zone drawn round this site touches the commune; None where no zone of it is known.
    people_here : float
        People of this commune in its zones [1]; NaN where unknown.
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


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A commune beside this one, or across the border within reach.

    ``totals`` holds, by layer key of each danger's ``main``, the row of ``threshold_total`` of that commune.
    """

    commune_id: str
    country: str
    population: float
    distance_km: float
    touches: bool
    totals: Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Region:
    """The department or province (``code``, ``name``), and its figures by layer key of each danger's ``main``.

    ``share`` values are people exposed over residents of the communes that are mapped [1], with ``communes``, ``mapped``,
    ``people``, ``low``, ``high``, ``population_mapped`` as in :class:`geoalarm.present.totals.Summary`.
    ``within`` says whether the whole department is on the territory or a part only (communes within 30 km of the border).
    """

    code: str
    name: str
    country: str
    communes: int
    totals: Mapping[str, object]
    spread: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """By layer key: shares of residents exposed of its mapped communes, sorted [1]: the fixed ground the dots stand on."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """What a briefing and a report are made from.

    Attributes
    ----------
    facts : mapping
        Row of the communes: ``name``, ``name_fr``, ``name_nl``, ``name_de``, ``code``, ``department_code``, ``department_name``,
        ``postcodes``, ``area_km2``, ``estimated_population``, ``approximate_boundary``, ``population_vintage``, whatever there is.
    population : float
        Residents as counted by the engine [1]: the same as in every row.
    dangers : tuple of Danger
        In the order of the scenario; a layer that says nothing of the commune is here too, in its state.
    union : mapping or None
        The commune's row of :func:`geoalarm.exposure.union.union`; None with fewer than two hazards.
    annual : tuple of mapping
        The commune's rows of expected people a year.
    sites : tuple of SiteNear
        Within 10 km, or with a zone that reaches here; nearest first.
    neighbours : tuple of Neighbour
        Communes that touch, and those across the border within 10 km; nearest first.
    command : str
        What rebuilds the figures.
    """

    commune_id: str
    country: str
    facts: Mapping[str, object]
    population: float
    dangers: tuple[Danger, ...]
    union: Mapping[str, object] | None
    annual: tuple[Mapping[str, object], ...]
    sites: tuple[SiteNear, ...]
    neighbours: tuple[Neighbour, ...]
    region: Region | None
    sources: tuple[Source, ...]
    scenario_name: str = ""
    scenario_title: str = ""
    command: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
