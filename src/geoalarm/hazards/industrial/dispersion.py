"""Dispersion of a gas: the model that fits it, its distances, contours and fields.

:func:`cloud` chooses: Britter and McQuaid where the gas is dense by their criterion, else the Gaussian plume.
The models themselves are in ``plume``, ``puff`` and ``dense_gas``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import xarray as xr

from geoalarm.core.registry import FlaggedOutputs, ModelInput, model, positive, word
from geoalarm.core.result import BEYOND_MODEL_RANGE, TO_BE_CONFIRMED
from geoalarm.hazards.industrial.britter_mcquaid import (
    CRITERION,
    FARS,
    DensePlume,
    dense_contour,
    dense_flags,
    dense_reach,
    dense_release,
    reach_shown,
)
from geoalarm.hazards.industrial.dense_gas import CONFIRM, dense_distance, dense_plume
from geoalarm.hazards.industrial.fields import dense_field, plume_field
from geoalarm.hazards.industrial.flags import gas_flags, passage_flags, weather_flags
from geoalarm.hazards.industrial.outflow import ATMOSPHERE, GRAVITY
from geoalarm.hazards.industrial.plume import WEATHER, gaussian_plume, plume, plume_distance, zone_of
from geoalarm.hazards.industrial.plume_arithmetic import peak_on_axis, plume_contour
from geoalarm.hazards.industrial.puff import puff, puff_contour, puff_distance, puff_load
from geoalarm.hazards.industrial.sigmas import FARTHEST, averaging_of, briggs_sigmas
from geoalarm.hazards.industrial.substances import Substance, air_density, gas_density
from geoalarm.hazards.industrial.substances import substance as find_substance

__all__ = [
    "Cloud",
    "briggs_sigmas",
    "cloud",
    "cloud_contour",
    "cloud_distance",
    "cloud_field",
    "dense_distance",
    "dense_field",
    "dense_plume",
    "dense_release",
    "gaussian_plume",
    "plume",
    "plume_contour",
    "plume_distance",
    "plume_field",
    "puff",
    "puff_contour",
    "puff_distance",
    "puff_load",
]

METHODS: Final = ("auto", "gaussian", "dense")


@dataclass(frozen=True, slots=True)
class Cloud:
    """A continuous release and the model chosen for it.

    ``plume`` are the inputs of the Gaussian plume; ``dense`` the dense release where that model was chosen,
    and ``passive_rate`` then the largest rate that would not be dense [kg s-1]; ``density`` of what is
    released [kg m-3].
    """

    method: str
    criterion: float
    density: float
    plume: Mapping[str, Any]
    flags: tuple[str, ...]
    dense: DensePlume | None = None
    passive_rate: float = math.nan
    options: Mapping[str, Any] = field(default_factory=dict)


def cloud(
    substance: str,
    *,
    rate: float,
    wind_speed: float,
    stability: str,
    terrain: str = "rural",
    release_height: float = 0.0,
    averaging_time: float | None = None,
    duration: float | None = None,
    release_temperature: float | None = None,
    vapour_fraction: float = 1.0,
    ambient_temperature: float = 288.15,
    far: str = "stop",
    method: str = "auto",
) -> Cloud:
    """A continuous release with the model that fits it; see ``cloud_distance``. SI, ranges are not checked.

    Parameters
    ----------
    substance : str
        Name, formula, CAS or UN number.
    rate : float
        Of release, what stays in the air [kg s-1].
    wind_speed : float
        At 10 m [m s-1].
    stability : str
        Pasquill class, A to F; no effect on the curves of dense gas.
    terrain : str
        ``rural`` or ``urban``; no effect on the curves of dense gas.
    release_height : float
        No effect on a dense gas, which sinks: its model starts at the ground [m].
    averaging_time : float, optional
        Over which concentrations are averaged; by default 10 min, or the duration of a shorter release; no
        effect on the curves of dense gas [s].
    duration : float, optional
        Of the release; a plume of dense gas is steady up to ``u t / 2.5`` [s].
    release_temperature : float, optional
        Of what is released; by default the boiling point with droplets, else that of the air [K].
    vapour_fraction : float
        Share of the mass in the air that is vapour, the rest droplets [1]; one half for a flash whose
        airborne part is twice the vapour.
    ambient_temperature : float
        Of the air [K].
    far : str
        Dense gas beyond the last curve, and only there: ``stop``, or a decay that nobody measured,
        ``inverse_square`` or ``virtual_source``.
    method : str
        ``auto`` by the criterion, or one model by name.

    Raises
    ------
    RangeError
        If the dense gas model is chosen and does not hold (too large a release for so weak a wind), or is
        demanded of a gas that is lighter than air.
    """
    facts = find_substance(substance)
    temperature, density = _as_released(facts, release_temperature, vapour_fraction, ambient_temperature)
    averaging = averaging_of(averaging_time, duration)
    given: dict[str, Any] = {
        "rate": rate,
        "wind_speed": wind_speed,
        "stability": stability,
        "terrain": terrain,
        "release_height": release_height,
        "averaging_time": averaging,
        "duration": duration,
    }
    air = air_density(ambient_temperature)
    gravity = GRAVITY * (density - air) / air
    criterion = (gravity * math.sqrt(rate / density) / wind_speed**2.5) ** (1 / 3) if gravity > 0 else 0.0
    if method != "dense" and (method == "gaussian" or criterion <= CRITERION):
        flags = [*weather_flags(wind_speed, averaging_time=averaging, duration=duration), *facts.flags]
        if method == "gaussian" or criterion > CRITERION:
            flags += gas_flags(substance, release_temperature=temperature, aerosol=vapour_fraction < 1)
        elif gravity <= -0.1 * GRAVITY:
            flags.append(f"light_gas_not_modelled: {facts.name}")
        return Cloud("gaussian", criterion, density, MappingProxyType(given), tuple(dict.fromkeys(flags)))
    options: dict[str, Any] = {
        **{name: given[name] for name in ("rate", "wind_speed", "stability", "terrain", "duration")},
        "density": density,
        "ambient_temperature": ambient_temperature,
        "release_temperature": temperature,
        "far": far,
        "molar_mass": facts.molar_mass,
    }
    flags = [*facts.flags, *(f"{TO_BE_CONFIRMED}: {item}" for item in CONFIRM)]
    flags += ["release_height_ignored"] if release_height else []
    passive = density * (CRITERION**3 * wind_speed**2.5 / gravity) ** 2 if gravity > 0 else math.nan
    made = dense_release(**options)
    inputs, behind = MappingProxyType(given), MappingProxyType(options)
    return Cloud("dense", criterion, density, inputs, tuple(flags), made, passive, behind)


def _as_released(
    facts: Substance, release_temperature: float | None, vapour_fraction: float, ambient_temperature: float
) -> tuple[float, float]:
    """Temperature [K] and density [kg m-3] of what is released, droplets in it too."""
    temperature = facts.boiling_point if vapour_fraction < 1 else ambient_temperature
    temperature = temperature if release_temperature is None else release_temperature
    density = gas_density(facts.molar_mass, temperature, ATMOSPHERE)
    if vapour_fraction < 1:
        liquid = facts.curve("liquid_density").nearest(temperature)
        density = 1 / (vapour_fraction / density + (1 - vapour_fraction) / liquid)
    return temperature, density


def cloud_contour(threshold: float, chosen: Cloud) -> np.ndarray:
    """Where a cloud reaches a threshold [kg m-3] at the ground, as a closed ring of (x downwind, y crosswind)
    [m].

    (0, 2) where it reaches it nowhere. The ring ends where the model does, at the latest at 10 km. A dense
    cloud's ring is never shorter than that of the largest passive release of the same gas, so that more never
    means a smaller zone where the models meet.
    """
    if chosen.dense is None:
        return plume_contour(threshold, **chosen.plume)
    held = _held(threshold, chosen)
    return dense_contour(threshold, chosen.dense) if held is None else held


def _held(threshold: float, chosen: Cloud) -> np.ndarray | None:
    """The ring of the largest passive release, where it is longer than that of the dense one."""
    assert chosen.dense is not None
    if math.isnan(chosen.passive_rate):
        return None
    ring = plume_contour(
        threshold, **{**chosen.plume, "rate": min(chosen.passive_rate, chosen.plume["rate"])}
    )
    reach = dense_reach(threshold, chosen.dense)
    known = min(reach, chosen.dense.end)
    return ring if len(ring) and (math.isnan(reach) or ring[:, 0].max() > known) else None


def cloud_field(chosen: Cloud, *, length: float, half_width: float, cell: float) -> xr.DataArray:
    """Concentration of a cloud at the ground over a local grid [kg m-3], by the model chosen; see
    ``plume_field``.

    Raises
    ------
    RangeError
        If the grid goes beyond 10 km or has more than 4 million cells.
    """
    extent = {"length": length, "half_width": half_width, "cell": cell}
    made = (
        plume_field(**extent, **chosen.plume)
        if chosen.dense is None
        else dense_field(**extent, **chosen.options)
    )
    made.attrs["warnings"] = list(dict.fromkeys([*made.attrs["warnings"], *chosen.flags]))
    return made


@model(
    inputs={
        "threshold": positive("kg m-3"),
        "substance": word(),
        "rate": positive("kg s-1"),
        **WEATHER,
        "release_temperature": positive("K", 1500.0),
        "vapour_fraction": positive("1", 1.0),
        "ambient_temperature": ModelInput("K", 220.0, 330.0),
        "far": word(*FARS),
        "method": word(*METHODS),
    },
    outputs={"distance": "m", "half_width": "m", "upwind_extent": "m", "criterion": "1", "method": ""},
    source="dense gas by Britter and McQuaid (1988) where their criterion is met, else the Gaussian plume "
    "of Briggs (1973)",
    passes_to=cloud,
)
def cloud_distance(
    threshold: float, substance: str, *, wind_speed: float, duration: float | None = None, **release: Any
) -> FlaggedOutputs:
    """Farthest distance at which a release of a substance still reaches a threshold, by the model that fits
    the gas.

    The criterion is ``(g0 Q / (u^3 D))^(1/3) > 0.15``; a dense gas sinks, so at any height of release. Where
    a zone goes on beyond its model the distance is the end of the model and the flag ``beyond_model_range``
    says that the true one is longer.

    Parameters
    ----------
    threshold : float
        Concentration [kg m-3]; from ``toxic_threshold`` or ``lethal_concentration``.
    substance : str
        Name, formula, CAS or UN number.
    wind_speed : float
        At 10 m [m s-1].
    duration : float, optional
        Of the release [s].
    **release
        Of the gas, the air and the model, as :func:`cloud`.

    References
    ----------
    As ``dense_plume`` and ``plume``.

    Examples
    --------
    >>> found = cloud_distance("57.96 mg/m3", "chlorine", rate="10 kg/s", wind_speed="5 m/s", stability="D")
    >>> round(found.value), found["method"], "beyond_model_range" in found.flags
    (481, 'dense', True)
    """
    chosen = cloud(substance, wind_speed=wind_speed, duration=duration, **release)
    ring = cloud_contour(threshold, chosen)
    if chosen.dense is None:
        (distance, width, _), flags = zone_of(
            ring, peak_on_axis(**chosen.plume), threshold, flags=chosen.flags
        )
        flags = (*flags, *passage_flags(wind_speed, distance, duration))
        return FlaggedOutputs((distance, width, 0.0, chosen.criterion, "gaussian"), flags)
    if not len(ring):
        return FlaggedOutputs((0.0, 0.0, 0.0, chosen.criterion, "dense"), (*chosen.flags, "never_reached"))
    reach, known = float(ring[:, 0].max()), dense_reach(threshold, chosen.dense)
    farthest = reach if math.isnan(known) else reach_shown(known, chosen.dense)
    flags = (*chosen.flags, *dense_flags(chosen.dense, farthest))
    if math.isinf(known) or reach >= FARTHEST:
        flags = (*flags, BEYOND_MODEL_RANGE)
    if _held(threshold, chosen) is not None:
        flags = (*flags, "held_at_passive_release")
    return FlaggedOutputs(
        (reach, float(ring[:, 1].max()), chosen.dense.upwind, chosen.criterion, "dense"), flags
    )
