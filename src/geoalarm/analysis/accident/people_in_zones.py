"""People in the zones of an accident: by class and country, indoors and outdoors, with their severity."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoalarm.analysis.accident.accident_scenario import Accident
from geoalarm.core.model import Footprint
from geoalarm.core.result import ModelResult
from geoalarm.core.schema import split_keys
from geoalarm.exposure.population_index import PopulationIndex
from geoalarm.geo.crs import to_crs
from geoalarm.geo.zonal import coverage

RINGS: Final = ("SEI", "SEL", "SELS")
"""French rings, mild to severe: only these have a severity class."""

_UNKNOWN: Final = {"population_unknown", "population_partly_unknown"}

FLAGS: Final = (
    "day_population_not_modelled",
    "severity_lower_bound",
    "severity_of_residents",
    "site_boundary_unknown",
)
"""Flags that counting people raises, beside those of the models."""


@dataclass(frozen=True, slots=True)
class ZonePeople:
    """One zone of an accident.

    ``ring`` counts each place in its most severe zone only; ``within`` counts everybody inside the zone's
    outline, those of the severer zones too. People are residents of the mapped communes [1]; NaN where none
    of them is known.

    Attributes
    ----------
    distance_m : float
        Farthest reach [m].
    area_km2 : float
        Of the whole zone, also outside the communes [km2].
    ring, ring_low, ring_high : float
        People in the ring, with bounds [1].
    within : float
        People inside the outline [1].
    within_by_country : mapping
        The same by country of the commune.
    outdoors, indoors : float
        ``within`` times the stated shares; not part of the exposure table [1].
    unknown_share : float
        Share of the zone's area outside the mapped communes, where people are not known [1].
    """

    label: str
    distance_m: float
    area_km2: float
    ring: float
    ring_low: float
    ring_high: float
    within: float
    within_by_country: Mapping[str, float]
    outdoors: float
    indoors: float
    unknown_share: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values; NaN stays NaN."""
        return {
            name: dict(value) if isinstance(value := getattr(self, name), Mapping) else value
            for name in self.__slots__
        }


@dataclass(frozen=True, slots=True)
class Severity:
    """Class of annex 3 (France) and the people in it; ``is_lower_bound`` where some are unknown."""

    result: ModelResult
    is_lower_bound: bool
    flags: tuple[str, ...]

    @property
    def label(self) -> str:
        """``moderate`` to ``disastrous``."""
        return str(self.result["severity"])

    @property
    def rank(self) -> int:
        """0 moderate to 4 disastrous."""
        return int(self.result["rank"])

    def as_dict(self) -> dict[str, Any]:
        """Plain values: label, rank, inputs and what to know of them."""
        people = {name: self.result.inputs[name].value for name in ("sels", "sel", "sei")}
        return {
            "label": self.label,
            "rank": self.rank,
            "people_within": people,
            "is_lower_bound": self.is_lower_bound,
            "flags": list(self.flags),
            "source": self.result.source,
            "jurisdiction": self.result.jurisdiction,
        }


@dataclass(frozen=True, slots=True)
class RiskPeople:
    """People at or above one level of individual risk.

    Attributes
    ----------
    level : float
        Lower bound of the class [yr-1].
    within : float
        People where the risk is this or more [1]; NaN where none of them is known, or of some places there it
        is not known how many live in them. Beyond a raster at whose edge the risk is below the lowest level
        there is nobody.
    within_by_country : mapping
        The same by country of the commune.
    """

    label: str
    level: float
    within: float
    within_by_country: Mapping[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Plain values; NaN stays NaN."""
        return {
            name: dict(value) if isinstance(value := getattr(self, name), Mapping) else value
            for name in self.__slots__
        }


def risk_people(risk: Footprint | None, table: pd.DataFrame | None) -> tuple[RiskPeople, ...]:
    """People at or above each level of individual risk, low to high.

    Parameters
    ----------
    risk : Footprint or None
        Raster with one class a level [yr-1].
    table : pandas.DataFrame or None
        Its exposure table.
    """
    if risk is None or table is None:
        return ()
    labels, country = [item.label for item in risk.classes], _countries(table)
    nobody = 0.0 if _ends_inside(risk) else math.nan
    people = table["population_exposed"]
    unknown = _people_unknown(table)
    people = people.where(people.notna() | unknown, nobody)
    found = []
    for n, item in enumerate(risk.classes):
        inside = table["intensity_class"].isin(labels[n:])
        sides = {
            str(name): math.nan if unknown[rows.index].any() else _known_sum(rows)
            for name, rows in people[inside].groupby(country[inside])
        }
        within = math.nan if unknown[inside].any() else _known_sum(people[inside])
        found.append(RiskPeople(item.label, float(item.lower), within, sides))
    return tuple(found)


def _people_unknown(table: pd.DataFrame) -> pd.Series:
    """Rows of places in the class of which it is not known how many live there."""
    caveats = table["caveats"]
    told = [item for item in caveats.unique() if _UNKNOWN & set(split_keys(item))]
    return caveats.isin(told) & table["population_exposed_high"].isna() & (table["area_exposed_km2"] > 0)


def _ends_inside(risk: Footprint) -> bool:
    """Whether the risk is below its lowest level all along the edge of its raster: nobody beyond has it."""
    values = np.atleast_2d(np.asarray(risk.data, dtype="float64").squeeze())
    edge = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    return bool((edge < risk.classes[0].lower).all())


def zone_people(
    zones: Footprint | None, table: pd.DataFrame, prepared: PopulationIndex, *, outdoors: float
) -> tuple[ZonePeople, ...]:
    """People of each zone, mild to severe.

    Parameters
    ----------
    zones : Footprint or None
        Polygons with columns ``zone`` and ``distance_m``.
    table : pandas.DataFrame
        Their exposure table.
    prepared : PopulationIndex
        Communes in the analysis CRS.
    outdoors : float
        Share of people outdoors [1].
    """
    if zones is None:
        return ()
    frame = to_crs(zones.data, prepared.crs)
    mapped = _mapped(frame.geometry.to_numpy(), prepared)
    country = _countries(table)
    found: list[ZonePeople] = []
    for n, label in enumerate(frame["zone"]):
        inner = list(frame["zone"].iloc[n:])
        ring, inside = table[table["intensity_class"] == label], table["intensity_class"].isin(inner)
        by_country = table[inside].groupby(country[inside])["population_exposed"].sum(min_count=1)
        within, area = (
            _known_sum(table.loc[inside, "population_exposed"]),
            shapely.area(frame.geometry.iloc[n]),
        )
        found.append(
            ZonePeople(
                label=str(label),
                distance_m=float(frame["distance_m"].iloc[n]),
                area_km2=area / 1e6,
                ring=_known_sum(ring["population_exposed"]),
                ring_low=_known_sum(ring["population_exposed_low"]),
                ring_high=_upper_end(ring),
                within=within,
                within_by_country={str(name): float(people) for name, people in by_country.items()},
                outdoors=within * outdoors,
                indoors=within * (1 - outdoors),
                unknown_share=unknown if (unknown := float(1 - mapped[n] / area)) > 1e-9 else 0.0,
            )
        )
    return tuple(found)


def severity_of(
    people: Sequence[ZonePeople], distances: Mapping[str, float], table: pd.DataFrame
) -> Severity | None:
    """Severity of annex 3 from everybody within each French ring; None where the zones are others, or people
    are hidden.

    No boundary of the site is known, so a lethal zone counts as leaving it. Residents stand for the permanent
    equivalents of the annex: workers, roads and places open to the public are not in.
    """
    from geoalarm.hazards.industrial.effects import severity

    if set(distances) != set(RINGS):
        return None
    within = {item.label: item.within for item in people}
    if any(math.isnan(value) for value in within.values()):
        return None
    lethal = any(name in within for name in RINGS[1:])
    result = severity(*(within.get(name, 0.0) for name in reversed(RINGS)), lethal_zone_outside=lethal)
    unknown = any(item.unknown_share > 1e-4 for item in people) or any(
        math.isinf(value) for value in distances.values()
    )
    hidden = bool((table["state"] == "suppressed").any())
    flags = [
        "severity_of_residents",
        "site_boundary_unknown",
        *(["severity_lower_bound"] if unknown or hidden else []),
    ]
    return Severity(result, unknown or hidden, tuple(flags))


def sheltered(choice: Accident) -> dict[str, Any]:
    """The stated multipliers of a choice: shares of people outdoors and indoors, and the air they breathe
    there.

    Raises
    ------
    InputError, RangeError
        If the time indoors or the ventilation is no quantity, or out of range.
    """
    from geoalarm.hazards.industrial.form_choices import occupancies

    row = occupancies()[choice.time]
    given = choice.shelter is not None
    outdoors = 1 - float(choice.shelter) if choice.shelter is not None else float(row["outdoors"])
    flags = [] if given else list(row["flags"])
    air = _indoor_air(choice)
    flags += [
        *(air.warnings if air is not None else ()),
        *(["day_population_not_modelled"] if choice.time == "day" else []),
    ]
    return {
        "time": choice.time,
        "outdoors": outdoors,
        "indoors": 1 - outdoors,
        "source": "given" if given else row["source"],
        "indoor_air": {"result": air.as_dict(), **{name: float(air[name]) for name in air.values}}
        if air is not None
        else None,
        "flags": tuple(flags),
    }


def _indoor_air(choice: Accident) -> ModelResult | None:
    """How much less people breathe in a closed house; by the exponent of the substance's probit, if any."""
    from geoalarm.core.errors import InputError
    from geoalarm.hazards.industrial.toxicity import find_probit, indoor_shelter

    if choice.indoor_time is None or choice.kind != "toxic":
        return None
    try:
        exponent = find_probit(str(choice.inputs.get("substance", ""))).n
    except InputError:
        exponent = 1.0
    return indoor_shelter.run(
        {"ventilation_rate": choice.ventilation, "exposure": choice.indoor_time, "n": str(exponent)}
    )


def _mapped(zones: np.ndarray, prepared: PopulationIndex) -> np.ndarray:
    """Area of each zone in the mapped communes with known people [m2]."""
    outlines = prepared.outlines[~np.isnan(prepared.total)]
    near = outlines[shapely.STRtree(outlines).query(shapely.union_all(zones), predicate="intersects")]
    area = shapely.union_all(near)
    mapped = np.asarray([shapely.area(shapely.intersection(zone, area)) for zone in zones])
    return mapped - _without_people(zones, prepared)


def _without_people(zones: np.ndarray, prepared: PopulationIndex) -> np.ndarray:
    """Area of each zone in units of which it is not known how many live there, in communes with some known
    people [m2].
    """
    known = ~np.isnan(prepared.total)
    if not prepared.lacks[known].any():
        return np.zeros(len(zones))
    if prepared.pieces is not None:
        commune, unit, parts = prepared.pieces
        lost = shapely.union_all(parts[prepared.unknown[unit] & known[commune]])
        return np.asarray(shapely.area(shapely.intersection(zones, lost)))
    assert prepared.grid is not None
    cover = coverage(gpd.GeoDataFrame(geometry=zones, crs=prepared.crs), prepared.grid)
    owned = np.minimum(np.asarray(prepared.share[np.flatnonzero(known)].sum(axis=0)).ravel(), 1.0)
    return np.asarray(cover @ (prepared.unknown * owned * prepared.grid.cell_area_km2())) * 1e6


def _countries(table: pd.DataFrame) -> np.ndarray:
    """Country of the commune of each row; empty where its key names none."""
    ids = table["commune_id"].tolist()  # a column of texts is twenty times as slow
    return np.array([key.partition(":")[0] if ":" in key else "" for key in ids], dtype=object)


def _upper_end(ring: pd.DataFrame) -> float:
    """Sum of the upper ends; NaN where a number has none."""
    known = ring.loc[ring["population_exposed"].notna(), "population_exposed_high"]
    return float(known.sum(skipna=False, min_count=1))


def _known_sum(values: pd.Series) -> float:
    """Sum of what is known; NaN where nothing is."""
    return float(values.sum(min_count=1))
