"""What an accident does, before it is put anywhere: zones in metres round the source, the effect as a field,
its lethality.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from geoalarm.core.errors import InputError
from geoalarm.core.model import IntensityClass
from geoalarm.core.result import BEYOND_MODEL_RANGE, ModelResult
from geoalarm.hazards.industrial.explosions import (
    multi_energy,
    multi_energy_distance,
    tnt_distance,
    tnt_equivalent,
    tnt_overpressure,
)
from geoalarm.hazards.industrial.fires import (
    bleve,
    bleve_distance,
    jet_fire,
    jet_fire_distance,
    pool_fire,
    pool_fire_distance,
)
from geoalarm.hazards.industrial.lethality import overpressure_lethality, thermal_lethality
from geoalarm.hazards.industrial.pipelines import pipeline_impact_radius
from geoalarm.hazards.industrial.sites import circle
from geoalarm.hazards.industrial.thresholds import EffectThreshold, effect_thresholds, french_rings

FARTHEST: Final = 10e3
"""No zone is drawn farther [m]; one that goes on ends here with ``beyond_model_range``."""

FIRE_EXPOSURE: Final = 20.0
"""How long people stand in the heat of a lasting fire before shelter [s] (Purple Book, chapter 5)."""

Field = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, slots=True)
class Consequence:
    """Zones of one accident in one weather, mild to severe, and the effect behind them.

    Attributes
    ----------
    outlines : mapping
        Label to corners (n, 2), metres downwind and to the left of the source; labels without a zone are
        absent.
    radii : mapping
        Where the zones are circles, label to radius [m].
    distances : mapping
        Label to the farthest distance [m]; NaN where the threshold is reached nowhere.
    classes : tuple of IntensityClass
        All labels mild to severe with their bounds in ``units``.
    effect, lethality : callable or None
        At (downwind, left) [m]: in ``units``, and as a probability of death [1].
    is_directed : bool
        Whether the zones turn with the wind.
    known_to : float
        How far from the source something is known where a zone goes on beyond its model [m].
    """

    kind: str
    outlines: Mapping[str, np.ndarray]
    distances: Mapping[str, float]
    classes: tuple[IntensityClass, ...]
    units: str
    results: tuple[ModelResult, ...]
    effect: Field | None = None
    lethality: Field | None = None
    is_directed: bool = False
    flags: tuple[str, ...] = ()
    known_to: float = FARTHEST
    radii: Mapping[str, float] = field(default_factory=dict)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Every warning of the models and of the shape, each once."""
        return tuple(
            dict.fromkeys([*self.flags, *(warning for result in self.results for warning in result.warnings)])
        )


def codes(warnings: Sequence[str]) -> tuple[str, ...]:
    """Codes of warnings without their details, each once: what a footprint carries as caveats."""
    return tuple(dict.fromkeys(warning.partition(":")[0] for warning in warnings))


def classes_of(thresholds: tuple[EffectThreshold, ...]) -> tuple[IntensityClass, ...]:
    """Half-open classes between thresholds, mild to severe, the last open above."""
    uppers = [*(item.value for item in thresholds[1:]), math.inf]
    return tuple(
        IntensityClass(item.label, item.value, upper) for item, upper in zip(thresholds, uppers, strict=True)
    )


def round_zones(
    kind: str, thresholds: tuple[EffectThreshold, ...], found: tuple[ModelResult, ...], **more: Any
) -> Consequence:
    """Circles from one distance a threshold; a distance nowhere or beyond the range is flagged."""
    distances = {item.label: float(result.value) for item, result in zip(thresholds, found, strict=True)}
    flags = [*more.pop("flags", ()), *(flag for item in thresholds for flag in item.flags)]
    radii = {}
    for label, distance in distances.items():
        if math.isnan(distance) or distance <= 0:
            flags.append(f"never_reached: {label}")
            continue
        if distance > FARTHEST:
            flags.append(f"{BEYOND_MODEL_RANGE}: {label}")
        radii[label] = min(distance, FARTHEST)
    return Consequence(
        kind,
        MappingProxyType({label: circle(radius) for label, radius in radii.items()}),
        MappingProxyType(distances),
        classes_of(thresholds),
        thresholds[0].unit,
        found,
        flags=tuple(flags),
        radii=MappingProxyType(radii),
        **more,
    )


def pool_fire_zones(**inputs: Any) -> Consequence:
    """Zones of a pool fire by flux (SEI 3, SEL 5, SELS 8 kW/m2), as far as downwind on every side; inputs of
    ``pool_fire``.
    """
    rings, given = french_rings("thermal", "flux"), {"beyond": True, **inputs}
    found = tuple(pool_fire_distance(item.si, **given) for item in rings)
    known = _si(found[0], "flux")
    shown = pool_fire(float(found[0].value) if math.isfinite(found[0].value) else FARTHEST, **known)
    edge = max(known["diameter"] / 2, shown["length"] * math.sin(shown["tilt"])) * (1 + 1e-9)

    def heat(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        distance = np.hypot(x, y)
        flux = np.asarray(pool_fire.pure(np.maximum(distance, edge), **known).values[0])
        return np.where(distance < edge, shown["emissive_power"], flux) / 1e3

    def death(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        lethal = np.asarray(thermal_lethality.pure(heat(x, y) * 1e3, FIRE_EXPOSURE).values[0])
        return np.where(np.hypot(x, y) < edge, 1.0, lethal)

    flags = ("downwind_reach_on_every_side",) if known["wind"] else ()
    return round_zones("pool_fire", rings, found, effect=heat, lethality=death, flags=flags)


def jet_fire_zones(**inputs: Any) -> Consequence:
    """Zones of a jet fire by flux, whatever way the jet points; inputs of ``jet_fire``.

    Counted from the hole: the middle of the flame may lie half its length from it, to every side, and who may
    stand in the flame is in the most severe zone.
    """
    rings = french_rings("thermal", "flux")
    found = tuple(jet_fire_distance(item.si, **inputs) for item in rings)
    known = _si(found[0], "flux")
    length = float(found[0]["flame_length"])

    def heat(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        distance = np.hypot(x, y)
        flux = np.asarray(jet_fire.pure(np.maximum(distance - length / 2, 0.5), **known).values[0])
        return np.where(distance <= length, np.maximum(flux, rings[-1].si), flux) / 1e3

    def death(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        lethal = np.asarray(thermal_lethality.pure(heat(x, y) * 1e3, FIRE_EXPOSURE).values[0])
        return np.where(np.hypot(x, y) <= length, 1.0, lethal)

    moved = tuple(_from_hole(result) for result in found)
    flags = ("jet_direction_unknown",)
    return round_zones("jet_fire", rings, moved, effect=heat, lethality=death, flags=flags)


def bleve_zones(*, by: str = "dose", **inputs: Any) -> Consequence:
    """Zones of a fireball by dose (the French practice: 600, 1000, 1800) or by flux; inputs of ``bleve``."""
    if by not in ("dose", "flux"):
        raise InputError("input 'by'", got=repr(by), expected="dose or flux")
    rings = french_rings("thermal", by)
    found = tuple(bleve_distance(**{by: item.si}, **inputs) for item in rings)
    known = _si(found[0], "dose", "flux")

    def effect(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        flux, dose, *_ = bleve.pure(np.maximum(np.hypot(x, y), 1e-3), **known).values
        return np.asarray(dose if by == "dose" else flux / 1e3)

    def death(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        flux, _, duration, *_ = bleve.pure(np.maximum(np.hypot(x, y), 1e-3), **known).values
        return np.asarray(thermal_lethality.pure(flux, min(duration, FIRE_EXPOSURE)).values[0])

    return round_zones("bleve", rings, found, effect=effect, lethality=death)


def explosion_zones(*, tnt_mass: Any = None, indirect: bool = False, **inputs: Any) -> Consequence:
    """Zones of an explosion by TNT equivalence (50, 140, 200 mbar): ``tnt_mass``, or the inputs of
    ``tnt_equivalent``.

    ``indirect`` adds the zone of broken glass (20 mbar).
    """
    if (tnt_mass is None) == (not inputs):
        raise InputError(
            "input 'tnt_mass'", got="both, or neither", expected="tnt_mass, or mass and heat_of_combustion"
        )
    equivalent = () if tnt_mass is not None else (tnt_equivalent(**inputs),)
    rings = _blast_rings(indirect)
    found = tuple(tnt_distance(item.si, equivalent[0].value if equivalent else tnt_mass) for item in rings)
    charge = _si(found[0])["tnt_mass"]
    near, far = 0.2 * charge ** (1 / 3), 198.5 * charge ** (1 / 3)

    def blast(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        distance = np.hypot(x, y)
        within = (
            np.asarray(
                tnt_overpressure.pure(np.clip(distance, near * (1 + 1e-9), far * (1 - 1e-9)), charge)[0]
            )
            / 100
        )
        return np.where((distance < near) | (distance > far), np.nan, within)

    def death(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        share = np.asarray(overpressure_lethality.pure(np.nan_to_num(blast(x, y)) * 100).values)
        return np.where(np.hypot(x, y) < near, 1.0, share)

    made = round_zones("explosion", rings, found, effect=blast, lethality=death)
    return replace(made, results=(*equivalent, *found))


def multi_energy_zones(*, indirect: bool = False, **inputs: Any) -> Consequence:
    """Zones of a gas explosion by the multi-energy method (50, 140, 200 mbar); inputs of ``multi_energy``.

    ``indirect`` adds the zone of broken glass (20 mbar).
    """
    rings = _blast_rings(indirect)
    found = tuple(multi_energy_distance(item.si, **inputs) for item in rings)
    known = _si(found[0], "overpressure")
    near = 0.06 * found[0]["scale"]

    def blast(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        distance = np.hypot(x, y)
        far = 50.0 * found[0]["scale"]
        within = np.asarray(multi_energy.pure(np.clip(distance, near, far), **known).values[0]) / 100
        return np.where(distance > far, np.nan, within)

    def death(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.asarray(overpressure_lethality.pure(np.nan_to_num(blast(x, y)) * 100).values)

    shown = None if known["curves"] is not None else (blast, death)
    return round_zones(
        "multi_energy",
        rings,
        found,
        effect=shown[0] if shown else None,
        lethality=shown[1] if shown else None,
    )


def _blast_rings(indirect: bool) -> tuple[EffectThreshold, ...]:
    rings = french_rings("overpressure", "peak")
    return (*effect_thresholds("overpressure", labels=("indirect",)), *rings) if indirect else rings


def pipeline_zones(**inputs: Any) -> Consequence:
    """The impact radius of a pipeline inside the cordon of responders; as ``pipeline_impact_radius``."""
    found = pipeline_impact_radius(**inputs)
    distances = {"cordon": float(found["cordon"]), "impact_radius": float(found["radius"])}
    outlines = {label: circle(distance) for label, distance in distances.items()}
    return Consequence(
        "pipeline",
        MappingProxyType(outlines),
        MappingProxyType(distances),
        tuple(IntensityClass(label) for label in outlines),
        "1",
        (found,),
        radii=MappingProxyType(distances),
    )


def _si(result: ModelResult, *without: str) -> dict[str, Any]:
    """The inputs of a run, in SI, defaults too, ready for another model of the family."""
    return {name: item.value for name, item in result.inputs.items() if name not in without}


def _from_hole(result: ModelResult) -> ModelResult:
    """The distance from the hole first: what a zone is drawn by [m]."""
    return replace(result, values={"from_hole": result.values["from_hole"], **result.values})


ZONES: Final[Mapping[str, Callable[..., Consequence]]] = MappingProxyType(
    {
        "bleve": bleve_zones,
        "explosion": explosion_zones,
        "jet_fire": jet_fire_zones,
        "multi_energy": multi_energy_zones,
        "pipeline": pipeline_zones,
        "pool_fire": pool_fire_zones,
    }
)
"""Accidents whose zones are circles, by name."""
