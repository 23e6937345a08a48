"""Zones of a toxic release: a contour a threshold, by the dispersion model that fits the gas."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from numbers import Real
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from geoalarm.core.errors import InputError
from geoalarm.core.model import IntensityClass
from geoalarm.core.quantities import to_si
from geoalarm.core.result import BEYOND_MODEL_RANGE, ModelResult
from geoalarm.hazards.industrial.consequences import FARTHEST, Consequence, Field
from geoalarm.hazards.industrial.dispersion import Cloud, cloud, cloud_contour, cloud_distance
from geoalarm.hazards.industrial.plume_arithmetic import peak_factor, plume_concentration
from geoalarm.hazards.industrial.sigmas import plume_sigmas
from geoalarm.hazards.industrial.substances import substance as find_substance
from geoalarm.hazards.industrial.thresholds import RINGS, effect_thresholds
from geoalarm.hazards.industrial.toxic_thresholds import ToxicThreshold, builtin_thresholds, find_threshold
from geoalarm.hazards.industrial.toxicity import ToxicProbit, find_probit, lethal_concentration

SCHEMES: Final = ("FR", "AEGL", "probit")
"""Which levels: French rings from a loaded table, AEGL, or the shares of death 1 % and 5 % by a probit."""

EXPOSURE_MIN: Final = 60.0
"""Exposure time of thresholds where neither it nor the duration of the release is given [min]."""

LONGEST_PROBIT_MIN: Final = 1440.0
"""Longest exposure for which a probit is turned round [min]."""

LONGEST: Final = 1800.0
"""Longest exposure in which people are taken to stay in a cloud [s] (Purple Book, chapter 5)."""


def toxic_zones(
    substance: str,
    *,
    scheme: str = "AEGL",
    table: Sequence[ToxicThreshold] | None = None,
    exposure_min: float | None = None,
    probit_source: str = "purple_book",
    probits: Sequence[ToxicProbit] | None = None,
    **inputs: Any,
) -> Consequence:
    """Zones of a toxic release, mild to severe; inputs of ``cloud_distance``.

    Parameters
    ----------
    substance : str
        Name, formula, CAS or UN number.
    scheme : str
        ``FR`` (SEI, SEL, SELS; needs ``table``), ``AEGL`` (AEGL-1 to 3, which are not the French rings) or
        ``probit`` (concentrations that kill 1 % and 5 % of those who stay for the exposure: how annex 2
        defines SEL and SELS, by a Dutch probit instead of the INERIS sheet).
    table : sequence of ToxicThreshold, optional
        Thresholds from ``load_thresholds``.
    exposure_min : float, optional
        Exposure time of the thresholds [min]; by default that of the table which is next above the duration
        of the release, 60 where no duration is given. One that is not the release's is flagged.
    probit_source : str
        Key of the probit for the scheme ``probit`` and for lethality.
    probits : sequence of ToxicProbit, optional
        Another set, from ``load_toxic_probits``.

    Raises
    ------
    InputError
        If the substance has no such threshold: nothing else is taken instead.
    RangeError
        If an input is outside the range of its model.
    """
    chosen_probit = {"source": probit_source, "table": None if probits is None else tuple(probits)}
    passing = _minutes(inputs.get("duration"))
    times = () if scheme == "probit" else _times(substance, scheme, table)
    minutes, told = _exposure(exposure_min, passing, times)
    if scheme == "probit":
        levels, flags = _by_probit(substance, minutes, chosen_probit)
    else:
        levels, flags = _levels(substance, scheme, table, minutes)
    found = tuple(cloud_distance(level, substance, **inputs) for level in levels.values())
    given = {
        name: item.value for name, item in found[0].inputs.items() if name not in ("threshold", "substance")
    }
    chosen = cloud(substance, **given)
    goes_on = [
        label for label, result in zip(levels, found, strict=True) if BEYOND_MODEL_RANGE in result.flags
    ]
    rings = {label: cloud_contour(level, chosen) for label, level in levels.items()}
    outlines = {label: ring[:-1] for label, ring in rings.items() if len(ring)}
    distances = {
        label: float(result.value) if label in outlines else math.nan
        for label, result in zip(levels, found, strict=True)
    }
    return Consequence(
        "toxic",
        MappingProxyType(outlines),
        MappingProxyType(distances),
        _classes(levels),
        "mg m-3",
        found,
        effect=_field(chosen),
        lethality=_lethality(substance, chosen, chosen_probit),
        is_directed=True,
        flags=(*told, *flags, *(f"{BEYOND_MODEL_RANGE}: {label}" for label in goes_on)),
        known_to=_known_to(chosen, [distances[label] for label in goes_on]),
    )


def _minutes(duration: Any) -> float | None:
    """A duration as a model takes it, a quantity or a number of seconds, in [min]."""
    if duration is None:
        return None
    return float(duration if isinstance(duration, Real) else to_si(duration, "s", name="duration")) / 60


def _known_to(chosen: Cloud, ends: Sequence[float]) -> float:
    """How far from the source something is known where a zone goes on beyond its model [m]."""
    end = FARTHEST if chosen.dense is None else chosen.dense.end
    return min(max([end, *ends]), FARTHEST)


def _times(substance: str, scheme: str, table: Sequence[ToxicThreshold] | None) -> tuple[float, ...]:
    """Exposure times [min] for which a scheme has all its levels, but for the mildest AEGL, short to long."""
    names = RINGS if scheme == "FR" else ("AEGL-2", "AEGL-3")
    name = find_substance(substance).name
    held = [
        {
            row.exposure_min
            for row in (*(table or ()), *builtin_thresholds())
            if (row.substance, row.effect) == (name, effect) and not math.isnan(row.value)
        }
        for effect in names
    ]
    return tuple(sorted(set.intersection(*held)))


def _exposure(
    given: float | None, passing: float | None, times: Sequence[float]
) -> tuple[float, tuple[str, ...]]:
    """Exposure time of the thresholds [min], tied to the duration of the release [min], and flags where it is
    not.
    """
    if given is None and passing is None:
        return EXPOSURE_MIN, (f"exposure_time_assumed: {EXPOSURE_MIN:g} min",)
    if given is None:
        assert passing is not None
        longer = [time for time in times if time >= passing * (1 - 1e-9)]
        given = longer[0] if longer else times[-1] if times else min(passing, LONGEST_PROBIT_MIN)
    if passing is not None and not math.isclose(given, passing, rel_tol=1e-6):
        return given, (f"exposure_not_of_the_release: {given:g} min",)
    return given, ()


def _by_probit(
    substance: str, exposure_min: float, probit: Mapping[str, Any]
) -> tuple[dict[str, float], tuple[str, ...]]:
    """Concentrations that kill the shares of annex 2 [kg m-3], mild to severe, and flags."""
    made: list[tuple[str, ModelResult]] = [
        (
            f"LC{item.value:.0%}".replace("%", ""),
            lethal_concentration(substance, item.value, exposure=exposure_min * 60, **probit),
        )
        for item in effect_thresholds("toxic", measure="lethality")
    ]
    flags = ("not_the_french_rings: shares of death by a probit", *made[0][1].warnings)
    return {label: float(result.value) for label, result in made}, flags


def _levels(
    substance: str, scheme: str, table: Sequence[ToxicThreshold] | None, exposure_min: float
) -> tuple[dict[str, float], tuple[str, ...]]:
    """Label to concentration [kg m-3], mild to severe, and flags."""
    if scheme not in SCHEMES:
        raise InputError("input 'scheme'", got=repr(scheme), expected=", ".join(SCHEMES))
    names = RINGS if scheme == "FR" else ("AEGL-1", "AEGL-2", "AEGL-3")
    rows, flags = [], [] if scheme == "FR" else ["not_the_french_rings: AEGL"]
    for name in names:
        try:
            rows.append(find_threshold(substance, name, exposure_min=exposure_min, table=table))
        except InputError as error:
            if name != "AEGL-1":
                raise
            flags.append(f"no_threshold: {error.what}")
    return {row.effect: row.concentration() for row in rows}, (
        *flags,
        *(flag for row in rows for flag in row.flags),
    )


def _classes(levels: dict[str, float]) -> tuple[IntensityClass, ...]:
    bounds = [value * 1e6 for value in levels.values()]
    return tuple(
        IntensityClass(label, low, high)
        for label, low, high in zip(levels, bounds, [*bounds[1:], math.inf], strict=True)
    )


def _field(chosen: Cloud) -> Field:
    """Largest concentration at the ground [mg m-3] downwind and left [m]; NaN where no model knows it."""

    def passive(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        given = {name: value for name, value in chosen.plume.items() if name != "duration"}
        steady = plume_concentration(x, y, 0.0, **given)
        if chosen.plume["duration"] is not None:
            sigma_x, _ = plume_sigmas(
                np.maximum(x, 1e-9),
                given["stability"],
                given["terrain"],
                averaging_time=given["averaging_time"],
            )
            steady = steady * peak_factor(
                sigma_x, duration=chosen.plume["duration"], wind_speed=given["wind_speed"]
            )
        return steady * 1e6

    def dense(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        assert chosen.dense is not None
        return np.where(np.abs(y) <= chosen.dense.half_width(x), chosen.dense.concentration(x), 0.0) * 1e6

    return passive if chosen.dense is None else dense


def _lethality(substance: str, chosen: Cloud, wanted: Mapping[str, Any]) -> Field | None:
    """Probability of death outdoors, or None for a substance without a probit."""
    try:
        probit = find_probit(substance, **wanted)
    except InputError:
        return None
    minutes = min(chosen.plume["duration"] or LONGEST, LONGEST) / 60
    # a risk needs a number everywhere: past the end of the correlation the decay by the square stands in, and
    # the flag of the zone says so
    if chosen.dense is not None and chosen.dense.far == "stop":
        chosen = replace(chosen, dense=replace(chosen.dense, far="inverse_square"))
    concentration = _field(chosen)

    def death(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return probit.probability(concentration(x, y) ** probit.n * minutes)

    return death
