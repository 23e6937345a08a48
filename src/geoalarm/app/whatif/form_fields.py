"""What the form of an accident may offer: kinds with their inputs, usual weathers; read once a process."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, Protocol, TypedDict, cast

SHOWN: Final = ("source", "weather", "effects")
"""Groups of inputs that stand open; the others are folded away."""
FILES: Final = frozenset({"curves"})
"""Inputs that name a file of the server: a page never takes them."""
_LOADING: Final = threading.Lock()
"""The tables of substances are read once: two threads that read them together break them."""


class FormField(TypedDict):
    """An input as :func:`geoalarm.hazards.industrial.forms.accident_forms` describes it; ``unit`` is None for
    a word.
    """

    name: str
    unit: str | None
    range: str
    low: float | None
    high: float | None
    required: bool
    default: str | None
    example: str | None
    choices: Sequence[str] | None
    description: str
    group: str


class AccidentKind(TypedDict):
    """What a kind of accident asks for; ``weather`` names its inputs that are wind speed and stability."""

    kind: str
    is_directed: bool
    weather: Mapping[str, str]
    reference: str
    inputs: list[FormField]
    tank: list[FormField]


class UsualWeather(TypedDict):
    """A usual weather such as ``D5`` and the countries that use it."""

    label: str
    stability: str
    wind_speed: str
    jurisdictions: list[str]
    flags: list[str]


class AccidentSite(Protocol):
    """A named place of the territory at which an accident may stand (``analysis.SiteOption``)."""

    @property
    def site_id(self) -> str:
        """The site."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def names(self) -> Mapping[str, str]:
        """Its name by language, where there are several."""

    @property
    def kind(self) -> str:
        """What its list says it is: ``seveso``, ``example``."""

    @property
    def country(self) -> str:
        """Its country; empty where it is not known."""

    @property
    def lon(self) -> float:
        """Longitude [degrees]."""

    @property
    def lat(self) -> float:
        """Latitude [degrees]."""


class KnownAccidents(TypedDict):
    """Kinds of accidents by name, usual weathers by label."""

    kinds: Mapping[str, AccidentKind]
    weathers: Mapping[str, UsualWeather]


def known() -> KnownAccidents:
    """What a form may offer, asked once."""
    with _LOADING:
        return _known()


@lru_cache(maxsize=1)
def _known() -> KnownAccidents:
    from geoalarm.analysis import choices

    found = choices()
    return {
        "kinds": {item["kind"]: item for item in cast("list[AccidentKind]", found["kinds"])},
        "weathers": {item["label"]: item for item in cast("list[UsualWeather]", found["weathers"])},
    }


def of_group(items: Sequence[FormField], group: str) -> list[FormField]:
    """Inputs of a group, in their order."""
    return [item for item in items if item["group"] == group]


def is_expert(item: FormField) -> bool:
    """Whether an input is folded away."""
    return item["group"] not in SHOWN
