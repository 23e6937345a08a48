"""What a form must ask for each kind of accident: the inputs of the models behind it, and its own.

Which of them a form shows first, and with what example, are rows (``data/forms.csv``). A tank with a hole may
stand for a rate of release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.registry import Model, ModelInput, positive, word
from geoalarm.hazards.industrial.dispersion import cloud_distance
from geoalarm.hazards.industrial.explosions import multi_energy_distance, tnt_distance, tnt_equivalent
from geoalarm.hazards.industrial.fires import bleve_distance, jet_fire_distance, pool_fire_distance
from geoalarm.hazards.industrial.pipelines import pipeline_impact_radius
from geoalarm.hazards.industrial.toxic_zones import SCHEMES
from geoalarm.hazards.industrial.vessel import release_duration, vessel_outflow

TANK: Final = "tank"
"""Key of the rows of a vessel with a hole."""


@dataclass(frozen=True, slots=True)
class ExtraInput:
    """An input that a kind has beside those of its models."""

    spec: ModelInput
    default: Any
    description: str


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of accident: its models, inputs from elsewhere, the kind's own, and weather."""

    models: tuple[Model, ...]
    without: tuple[str, ...] = ()
    own: Mapping[str, ExtraInput] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    weather: Mapping[str, str] = field(default_factory=dict)
    is_directed: bool = False
    takes_tank: bool = False


FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        "toxic": Form(
            (cloud_distance,),
            without=("threshold",),
            own={
                "scheme": ExtraInput(
                    word(*SCHEMES),
                    "AEGL",
                    "Which levels make the zones: French rings from a loaded table, AEGL, or shares "
                    "of death.",
                ),
                "exposure_min": ExtraInput(
                    positive("min"), None, "Exposure time of the thresholds; by default by the duration."
                ),
            },
            weather={"wind_speed": "wind_speed", "stability": "stability"},
            is_directed=True,
            takes_tank=True,
        ),
        "pool_fire": Form((pool_fire_distance,), without=("flux", "beyond"), weather={"wind_speed": "wind"}),
        "jet_fire": Form((jet_fire_distance,), without=("flux",), takes_tank=True),
        "bleve": Form(
            (bleve_distance,),
            without=("dose", "flux"),
            own={
                "by": ExtraInput(
                    word("dose", "flux"), "dose", "Zones by thermal dose, the French practice, or by flux."
                )
            },
        ),
        "explosion": Form(
            (tnt_equivalent, tnt_distance),
            without=("overpressure",),
            optional=("mass", "heat_of_combustion", "tnt_mass"),
        ),
        "multi_energy": Form((multi_energy_distance,), without=("overpressure",)),
        "pipeline": Form((pipeline_impact_radius,)),
    }
)
"""Every kind of :data:`geoalarm.hazards.industrial.footprints.KINDS`."""

TANK_FORM: Final = Form((vessel_outflow, release_duration), without=("mass_flow",), optional=("inventory",))


def form_of(kind: str) -> Form:
    """The form of a kind of accident.

    Raises
    ------
    InputError
        If the kind is unknown, with the nearest one.
    """
    if kind not in FORMS:
        raise InputError(
            "kind of accident", got=repr(kind), expected=", ".join(FORMS), hint=near_miss(kind, FORMS)
        )
    return FORMS[kind]
