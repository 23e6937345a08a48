"""An accident on the map: French rings, the effect as a field, individual risk, on both sides of a border."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.model import Footprint, IntensityClass, Source
from geoalarm.core.quantities import to_si
from geoalarm.core.result import BEYOND_MODEL_RANGE
from geoalarm.core.terms import Basis, Country
from geoalarm.core.zone_circles import ZoneCircles
from geoalarm.hazards.industrial.accident_footprints import AccidentFootprints, checked_against
from geoalarm.hazards.industrial.consequences import FARTHEST, ZONES, Consequence, codes
from geoalarm.hazards.industrial.individual_risk import RiskScenario, WindRose, individual_risk
from geoalarm.hazards.industrial.sites import (
    Site,
    along_wind,
    circle,
    raster,
    require_wind_from,
    zones,
)
from geoalarm.hazards.industrial.thresholds import effect_thresholds
from geoalarm.hazards.industrial.toxic_zones import toxic_zones

HAZARD_NAME: Final = "industrial"

KINDS: Final[Mapping[str, Callable[..., Consequence]]] = MappingProxyType({**ZONES, "toxic": toxic_zones})
"""Accidents that :func:`release` knows, by name."""

DOWNWIND: Final = 45.0
"""To each side of the wind, where nothing is known beyond a zone that goes on [degree]: choice of this
project.
"""

EVERYWHERE: Final = tuple(Country)
"""A model knows no border: where a zone ends, no country beyond it is reached."""


def release(
    kind: str,
    lon: float,
    lat: float,
    *,
    wind_from: float | None = None,
    name: str = "",
    mapped: gpd.GeoDataFrame | None = None,
    field: bool = True,
    cell: float | None = None,
    frequency: Any = None,
    rose: WindRose | None = None,
    weathers: Mapping[str, Mapping[str, Any]] | None = None,
    **inputs: Any,
) -> AccidentFootprints:
    """An accident at a place: its zones, its field and, if asked, its individual risk, the same on both sides
    of a border.

    Parameters
    ----------
    kind : str
        ``pool_fire``, ``jet_fire``, ``bleve``, ``explosion``, ``multi_energy``, ``analysis`` or ``toxic``.
    lon, lat : float
        Of the source [degrees, WGS 84].
    wind_from : float, optional
        Where the wind comes from, clockwise from true north [degrees]; needed where the zones turn with it.
    name : str
        Of the site, for labels.
    mapped : geopandas.GeoDataFrame, optional
        Communes or another mapped area: a site outside it (at sea, in a country without a map) and zones that
        leave it are flagged. How many people that leaves unknown the engine says.
    field : bool
        Whether to make the raster of the effect.
    cell : float, optional
        Side of its cells [m].
    frequency : quantity, optional
        Of the accident, ``"1e-5 /yr"``: makes the individual risk.
    rose : WindRose, optional
        Weathers and wind directions for the risk; every direction alike without it.
    weathers : mapping, optional
        Inputs that change with each weather of the rose, ``{"D5": {"wind_speed": "5 m/s", "stability": "D"},
        ...}``.
    **inputs
        Of the model, as quantities with units or in SI.

    Raises
    ------
    InputError
        If an input is missing, of another dimension or not known, or the wind's direction is missing.
    RangeError
        If an input is outside the range of its model.

    Examples
    --------
    >>> vessel = {"mass": "20 t", "burst_pressure": "18 bar", "heat_of_combustion": "46.35 MJ/kg"}
    >>> made = release("bleve", 2.3, 51.0, field=False, **vessel)
    >>> {label: round(distance) for label, distance in made.distances_m.items()}
    {'SEI': 238, 'SEL': 188, 'SELS': 137}
    """
    site = Site(lon, lat, name)
    found = consequence(kind, **inputs)
    if found.is_directed and wind_from is None:
        raise InputError(
            "input 'wind_from'",
            got="none",
            expected="0 to 360 degrees, where the wind comes from",
            hint="wind_from=270 for a west wind",
        )
    wind = None if wind_from is None else require_wind_from(wind_from)
    made = AccidentFootprints(
        kind,
        site,
        wind,
        zone_footprint(site, found, wind_from=wind),
        effect_footprint(site, found, wind_from=wind, cell=cell) if field else None,
        None
        if frequency is None
        else _risk(site, found, frequency, rose=rose, weathers=weathers, inputs=inputs, cell=cell),
        found.distances,
        found.results,
        found.warnings,
    )
    return made if mapped is None else checked_against(made, mapped)


def consequence(kind: str, **inputs: Any) -> Consequence:
    """What an accident does, before it is put anywhere.

    Raises
    ------
    InputError
        If the kind is unknown, or an input is.
    """
    if kind not in KINDS:
        raise InputError(
            "kind of accident", got=repr(kind), expected=", ".join(KINDS), hint=near_miss(kind, KINDS)
        )
    try:
        return KINDS[kind](**inputs)
    except TypeError as error:
        raise InputError(
            f"inputs of {kind}", got=str(error), expected="those of its model", hint="geoalarm model show"
        ) from error


def zone_footprint(site: Site, found: Consequence, *, wind_from: float | None = None) -> Footprint | None:
    """Zones of an accident as polygons in the analysis CRS, mild to severe; None where there is none."""
    if not found.outlines:
        return None
    frame, studied = (
        zones(site, found.outlines, wind_from=wind_from if found.is_directed else None),
        _studied(site, found, wind_from),
    )
    return Footprint(
        frame.assign(distance_m=[found.distances[label] for label in frame["zone"]]),
        kind="polygons",
        hazard=HAZARD_NAME,
        classes=tuple(
            IntensityClass(item.label, item.lower, item.upper)
            for item in found.classes
            if item.label in found.outlines
        ),
        units=found.units,
        class_column="zone",
        scenario=_scenario(found, site, wind_from),
        countries=() if studied is not None else EVERYWHERE,
        studied=studied,
        sources=_sources(found),
        caveats=codes(found.warnings),
        circles=ZoneCircles(site.lon, site.lat, found.radii) if found.radii else None,
    )


def effect_footprint(
    site: Site, found: Consequence, *, wind_from: float | None = None, cell: float | None = None
) -> Footprint | None:
    """The effect of an accident as a raster (analysis CRS) over its widest zone; None without either."""
    if found.effect is None or not found.outlines:
        return None
    effect = found.effect
    bounds = _bounds(site, found, wind_from)

    def values(east: np.ndarray, north: np.ndarray) -> np.ndarray:
        where = (
            (east, north)
            if wind_from is None or not found.is_directed
            else along_wind(east, north, wind_from)
        )
        return np.where(np.hypot(east, north) > FARTHEST, np.nan, effect(*where))

    data = raster(site, values, bounds, units=found.units, name=found.kind, cell=cell)
    return Footprint(
        data,
        kind="intensity",
        hazard=HAZARD_NAME,
        classes=found.classes,
        units=found.units,
        scenario=_scenario(found, site, wind_from),
        sources=_sources(found),
        caveats=codes(found.warnings),
    )


def risk_footprint(
    site: Site,
    scenarios: Sequence[RiskScenario],
    rose: WindRose,
    *,
    jurisdiction: str = "BE-VLG",
    farthest: float = FARTHEST,
    cell: float | None = None,
    sources: tuple[Source, ...] = (),
    caveats: tuple[str, ...] = (),
) -> Footprint:
    """Individual risk of a site as a raster [yr-1], in the classes of a jurisdiction that judges by it.

    Parameters
    ----------
    site : Site
    scenarios : sequence of RiskScenario
        Accidents of the site; their risks add up.
    rose : WindRose
    jurisdiction : str
        Whose levels make the classes; Flemish ones are to be confirmed and say so.
    farthest : float
        How far to look [m]; beyond is no data.
    cell, sources, caveats
        Of the raster and the footprint.
    """
    levels = effect_thresholds("individual_risk", jurisdiction=jurisdiction)
    found = individual_risk(scenarios, rose, farthest=farthest)
    lowest = levels[0].value
    met = np.flatnonzero((found.risk >= lowest).any(axis=1))
    reach = float(found.radii[min(int(met[-1]) + 2, len(found.radii) - 1)]) if len(met) else farthest / 10
    bounds = shapely.total_bounds(
        zones(site, {"reach": circle(min(reach, farthest / math.sqrt(2)))}).geometry.to_numpy()
    )
    data = raster(site, found.at, tuple(bounds), units="yr-1", name="individual_risk", cell=cell)
    uppers = [*(item.value for item in levels[1:]), math.inf]
    classes = tuple(
        IntensityClass(f"IR {item.value:g} /yr", item.value, upper)
        for item, upper in zip(levels, uppers, strict=True)
    )
    flags = tuple(flag for item in levels for flag in item.flags)
    return Footprint(
        data,
        kind="intensity",
        hazard=HAZARD_NAME,
        classes=classes,
        units="yr-1",
        scenario=f"individual risk {site.name}".strip(),
        sources=sources,
        caveats=codes((*caveats, *flags)),
    )


def _risk(
    site: Site,
    found: Consequence,
    frequency: Any,
    *,
    rose: WindRose | None,
    weathers: Mapping[str, Mapping[str, Any]] | None,
    inputs: Mapping[str, Any],
    cell: float | None,
) -> Footprint:
    """Risk of this accident alone, its lethality worked out anew in each weather of the rose."""
    if weathers is not None and rose is None:
        raise InputError(
            "input 'rose'",
            got="none",
            expected="a WindRose with a row a weather",
            hint="WindRose.uniform({'D5': 0.7, 'F2': 0.3})",
        )
    wind = rose or WindRose.uniform({"any": 1.0})
    cases = {
        name: found if weathers is None else consequence(found.kind, **{**inputs, **weathers.get(name, {})})
        for name in wind.weathers
    }
    lethality = {name: case.lethality for name, case in cases.items() if case.lethality is not None}
    if len(lethality) < len(cases):
        raise InputError(
            f"individual risk of {found.kind}",
            got="no lethality",
            expected="an accident or substance with a probit",
            hint="leave the frequency out",
        )
    yearly = (
        float(to_si(frequency, "yr-1", name="frequency"))
        if not isinstance(frequency, int | float)
        else float(frequency)
    )
    caveats = tuple(warning for case in cases.values() for warning in case.warnings)
    return risk_footprint(
        site,
        [RiskScenario(found.kind, yearly, lethality)],
        wind,
        cell=cell,
        sources=_sources(found),
        caveats=caveats,
    )


def _bounds(site: Site, found: Consequence, wind_from: float | None) -> tuple[float, float, float, float]:
    frame = zones(site, found.outlines, wind_from=wind_from if found.is_directed else None)
    left, bottom, right, top = frame.total_bounds
    margin = 0.05 * max(right - left, top - bottom)
    return left - margin, bottom - margin, right + margin, top + margin


def _studied(site: Site, found: Consequence, wind_from: float | None) -> gpd.GeoDataFrame | None:
    """Where something is known, where a zone goes on beyond its model: its range, without the sector downwind
    of what is known; None where every zone ends, and outside it nothing is reached.
    """
    if not any(warning.startswith(BEYOND_MODEL_RANGE) for warning in found.warnings):
        return None
    if found.known_to >= FARTHEST or wind_from is None:
        return zones(site, {"studied": circle(FARTHEST)})
    reach = min(max(float(np.hypot(*corners.T).max()) for corners in found.outlines.values()), FARTHEST)
    outer = np.radians(np.linspace(DOWNWIND, 360 - DOWNWIND, 271))
    inner = np.radians(np.linspace(-DOWNWIND, DOWNWIND, 91))
    around = [
        radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        for radius, turn in ((FARTHEST, outer), (reach, inner))
    ]
    return zones(site, {"studied": np.concatenate(around)}, wind_from=wind_from)


def _scenario(found: Consequence, site: Site, wind_from: float | None) -> str:
    wind = f" wind from {wind_from:g}°" if found.is_directed and wind_from is not None else ""
    return f"{found.kind} {site.name}".strip() + wind


def _sources(found: Consequence) -> tuple[Source, ...]:
    models = {result.model: result for result in found.results}
    return tuple(
        Source(
            id=f"model_{name}",
            title=result.source,
            vintage=result.vintage,
            basis=Basis.MODELLED,
            caveats=codes(result.warnings),
        )
        for name, result in models.items()
    )
