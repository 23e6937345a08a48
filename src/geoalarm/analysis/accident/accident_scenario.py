"""An accident as it is chosen: what, where, in which weather; frozen, in a scenario file and out of it.
Nothing is computed here.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from geoalarm.core.errors import InputError
from geoalarm.core.settings import expand_user
from geoalarm.io.strict_model import StrictModel

Value = str | float | int | bool
"""A quantity with its unit (``"5 kg/s"``), a number without dimension, or a word."""

Time = Literal["day", "night"]

VENTILATION: Final = "0.5 /h"
"""Changes of air of an average house, unless the choice says otherwise."""


@dataclass(frozen=True)
class Accident:
    """One accident to try; two weathers are two of these.

    Attributes
    ----------
    kind : str
        ``toxic``, ``pool_fire``, ``jet_fire``, ``bleve``, ``explosion``, ``multi_energy`` or ``analysis``.
    lon, lat : float
        Of the source [degrees, WGS 84].
    name : str
        Of the site, for labels.
    label : str
        What tells this accident from another at the same site, such as its weather; by default made of the
        inputs.
    wind_from : float, optional
        Where the wind comes from, clockwise from true north [degrees]; needed where the zones turn with it.
    inputs : mapping
        Of the models, as quantities with units.
    tank : mapping
        A vessel with a hole instead of a rate of release (toxic, jet_fire).
    field : bool
        Whether the effect is made as a raster too.
    frequency : str, optional
        Of the accident, ``"1e-5 /yr"``: makes the individual risk.
    rose : mapping
        Weather (``D5``) to its probability from every direction alike, or from each of 12 or more sectors,
        north first, where the wind comes from; together they sum to 1 [1].
    time : str
        ``night`` or ``day``: how many people are outdoors.
    shelter : float, optional
        Share of people indoors, instead of the one of ``time`` [1].
    indoor_time : str, optional
        How long people stay indoors while a cloud passes, ``"30 min"``: makes the share of it that they
        breathe.
    ventilation : str
        Changes of air of the houses.
    thresholds : pathlib.Path, optional
        CSV of toxic thresholds, for the French rings of a substance.
    """

    kind: str
    lon: float
    lat: float
    name: str = ""
    label: str = ""
    wind_from: float | None = None
    inputs: Mapping[str, Value] = dataclasses.field(default_factory=dict)
    tank: Mapping[str, Value] = dataclasses.field(default_factory=dict)
    field: bool = True
    frequency: str | None = None
    rose: Mapping[str, float | tuple[float, ...]] = dataclasses.field(default_factory=dict)
    time: Time = "night"
    shelter: float | None = None
    indoor_time: str | None = None
    ventilation: str = VENTILATION
    thresholds: Path | None = None

    def __post_init__(self) -> None:
        for name in ("inputs", "tank", "rose"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def as_dict(self) -> dict[str, Any]:
        """The choice as a scenario file holds it: what differs from the defaults, in plain values."""
        out: dict[str, Any] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, Mapping):
                value = {
                    name: list(entry) if isinstance(entry, tuple) else entry for name, entry in value.items()
                }
            if item.name in _ALWAYS or value not in _DEFAULTS[item.name]:
                out[item.name] = value.as_posix() if isinstance(value, Path) else value
        return out

    @property
    def key(self) -> str:
        """The whole choice in one text: two choices with one key are the same accident."""
        return json.dumps(self.as_dict(), sort_keys=True)

    @property
    def scenario(self) -> str:
        """What the exposure table calls it: kind, site, what is let go, weather and wind."""
        weather = [
            str(self.inputs[name])
            for name in ("substance", "stability", "wind_speed", "wind")
            if name in self.inputs
        ]
        wind = [] if self.wind_from is None else [f"from {self.wind_from:g}°"]
        told = self.label or " ".join([*weather, *wind])
        return ", ".join(part for part in (f"{self.kind} {self.name}".strip(), told) if part)

    def changed(self, **changes: Any) -> Accident:
        """The same accident with other fields, or other inputs: ``changed(wind_from=90, inputs={"stability":
        "F"})``.

        Inputs given are laid over those there are; None takes one away.
        """
        for name in ("inputs", "tank"):
            if name in changes:
                laid = {**getattr(self, name), **changes[name]}
                changes[name] = {key: value for key, value in laid.items() if value is not None}
        return replace(self, **changes)


_ALWAYS: Final = ("kind", "lon", "lat")
_DEFAULTS: Final[Mapping[str, tuple[Any, ...]]] = MappingProxyType(
    {
        **{item.name: ("", None, {}) for item in fields(Accident)},
        "lon": (),
        "lat": (),
        "wind_from": (None,),
        "field": (True,),
        "time": ("night",),
        "shelter": (None,),
        "ventilation": (VENTILATION,),
    }
)


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


_Number = Annotated[float, Field(allow_inf_nan=False)]
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Text = Annotated[str, Field(min_length=1)]
_Given = bool | int | _Number | _Text
_Sectors = _Share | Annotated[tuple[_Share, ...], Field(min_length=12), BeforeValidator(_as_tuple)]


class AccidentFile(StrictModel):
    """An accident as a scenario file spells it."""

    kind: _Text
    lon: _Number
    lat: _Number
    name: str = ""
    label: str = ""
    wind_from: _Number | None = None
    inputs: dict[str, _Given] = Field(default_factory=dict)
    tank: dict[str, _Given] = Field(default_factory=dict)
    field: bool = True
    frequency: _Text | None = None
    rose: dict[str, _Sectors] = Field(default_factory=dict)
    time: Time = "night"
    shelter: _Share | None = None
    indoor_time: _Text | None = None
    ventilation: _Text = VENTILATION
    thresholds: Path | None = None

    def to_accident(self, folder: Path, *, what: str = "accident") -> Accident:
        """The frozen choice, its inputs checked by name and unit; paths taken from the scenario's folder.

        Raises
        ------
        InputError
            If the kind, an input or a unit is not known.
        """
        values = {name: getattr(self, name) for name in type(self).model_fields}
        if self.thresholds is not None:
            values["thresholds"] = folder / expand_user(self.thresholds)
        if isinstance(self.inputs.get("curves"), str):
            values["inputs"] = {
                **self.inputs,
                "curves": (folder / expand_user(str(self.inputs["curves"]))).as_posix(),
            }
        made = Accident(**values)
        try:
            require_known(made)
        except InputError as error:
            raise error.at(what) from error
        return made


def require_known(choice: Accident) -> None:
    """Check names, words and units of a choice, before anything is computed.

    Raises
    ------
    InputError
        If the kind, an input, a word or a unit is not known; if a rate and a tank are both given.
    RangeError
        If a number lies outside the range of its model.
    """
    from geoalarm.hazards.industrial.form_inputs import (
        read_frequency,
        read_inputs,
        read_tank_inputs,
        weather_inputs,
    )
    from geoalarm.hazards.industrial.forms import form_of

    form = form_of(choice.kind)
    read_inputs(choice.kind, choice.inputs)
    read_tank_inputs(choice.tank)
    if choice.frequency is not None:
        read_frequency(choice.frequency)
    for label in choice.rose:
        weather_inputs(choice.kind, label)
    if choice.rose and choice.frequency is None:
        raise InputError(
            "field 'frequency'",
            got="none",
            expected="how often, such as '1e-5 /yr'",
            hint="add it, or leave the rose out",
        )
    if choice.time not in ("day", "night"):
        raise InputError("field 'time'", got=repr(choice.time), expected="day or night")
    if choice.tank and "rate" in choice.inputs:
        raise InputError("inputs 'rate' and 'tank'", got="both", expected="one of them", hint="leave one out")
    if choice.wind_from is None and form.is_directed:
        raise InputError(
            "field 'wind_from'",
            got="none",
            expected="0 to 360 degrees, where the wind comes from",
            hint="wind_from: 270 for a west wind",
        )
