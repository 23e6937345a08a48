"""What a reader asks of an accident: the form, its words in an address, and the accident it makes."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Final, TypedDict

from geoalarm.analysis.accident.accident_scenario import VENTILATION, Accident
from geoalarm.app.web.page_state import UnknownOption
from geoalarm.app.whatif.form_fields import AccidentSite, known
from geoalarm.app.whatif.form_texts import LONGEST, SHOWS, TARGETS, TIMES, WIND, FormTexts
from geoalarm.app.whatif.wind_rose import LONGEST as LONGEST_ROSE
from geoalarm.app.whatif.wind_rose import ROSES, Rose, rose_of
from geoalarm.core.errors import InputError
from geoalarm.core.terms import LANGUAGES

TEXTS: Final = {
    "lon": "lon",
    "lat": "lat",
    "wind": "wind_from",
    "indoors": "indoors",
    "inside": "indoor_time",
    "air": "ventilation",
    "often": "frequency",
    "winds": "winds",
}
"""Words of the address that hold any text, and their field."""
FROM_TANK: Final = ("rate", "duration", "fuel")
"""Inputs of a kind that a tank with a hole stands for."""


class RiskInputs(TypedDict):
    """What individual risk is calculated from."""

    frequency: str | None
    rose: Rose


class ShelterInputs(TypedDict):
    """What a toxic cloud asks for beside its inputs."""

    indoor_time: str | None
    ventilation: str
    thresholds: Path | None


class WhatIfState(FormTexts):
    """The form of one reader, its words in an address and its accident."""

    def accident(self, *, second: bool = False) -> Accident:
        """The accident that the form spells, in the first or the second weather.

        Raises
        ------
        InputError
            If place, wind direction or share indoors is no number in its range. The models check the rest.
        """
        tank = _filled(self.tank) if self.with_tank and self.form["tank"] else {}
        wind = self.second.get("wind_from", "") if second else self.wind_from
        site = self.sites.get(self.site)
        return Accident(
            self.kind,
            _number("lon", self.lon, -180, 180),
            _number("lat", self.lat, -90, 90),
            name=site.name if site is not None else "",
            wind_from=_number("wind_from", wind, 0, 360) if self.form["is_directed"] else None,
            inputs=self._kind_inputs(second=second, has_tank=bool(tank)),
            tank=tank,
            field=self.show == "field",
            time=self.time,
            shelter=_number("indoors", self.indoors, 0, 100) / 100 if self.indoors.strip() else None,
            **self._risk(),
            **self._shelter(),
        )

    def _kind_inputs(self, *, second: bool, has_tank: bool) -> dict[str, str]:
        """Inputs of the kind that hold a text; a tank stands for the rate."""
        inputs = {
            name: text for name, text in _filled(self.inputs).items() if name in self.names_of("inputs")
        }
        if second:
            inputs |= {name: text for name, text in _filled(self.second).items() if name != "wind_from"}
        return {name: text for name, text in inputs.items() if not has_tank or name not in FROM_TANK}

    def _risk(self) -> RiskInputs:
        """How often, and in which weathers and winds: nothing of it without a frequency."""
        often = self.frequency.strip() or None
        return {"frequency": often, "rose": rose_of(self.rose, self.winds) if often else {}}

    def _shelter(self) -> ShelterInputs:
        """What only a toxic cloud asks for: thresholds, and the air that people indoors breathe."""
        if self.kind != "toxic":
            return {"indoor_time": None, "ventilation": VENTILATION, "thresholds": None}
        passing = self.indoor_time.strip()
        air = self.ventilation.strip() if passing else ""
        return {
            "indoor_time": passing or None,
            "ventilation": air or VENTILATION,
            "thresholds": self.thresholds,
        }

    def query(self) -> dict[str, str]:
        """The words of the address that bring a reader back here: what differs from the examples, language
        and kind always.
        """
        words = {
            "lang": self.lang,
            "kind": self.kind,
            "site": self.site,
            "lon": "" if self.is_example else self.lon,
            "lat": "" if self.is_example else self.lat,
            "wind": "" if self.wind_from == WIND else self.wind_from,
            "time": "" if self.time == "night" else self.time,
            "indoors": self.indoors,
            "tank": "1" if self.with_tank else "",
            "beside": "1" if self.beside else "",
            "commune": self.commune,
            "show": "" if self.show == "zones" else self.show,
            "inside": self.indoor_time,
            "air": "" if self.ventilation == VENTILATION else self.ventilation,
            "often": self.frequency,
            "rose": self.rose,
            "winds": self.winds if self.rose == "own" else "",
        }
        words |= self._field_words()
        return {name: value for name, value in words.items() if value}

    def _field_words(self) -> dict[str, str]:
        """Texts of the fields that differ from the examples; of an emptied one a dash."""
        usual = self.usual()
        shown = {"inputs": True, "tank": self.with_tank, "second": self.beside}
        return {
            f"{prefix}.{key}": text or "-"
            for prefix, name in TARGETS.items()
            if shown[name]
            for key, text in getattr(self, name).items()
            if text != usual[name].get(key, "")
        }


def read_query(
    query: Mapping[str, str], sites: Sequence[AccidentSite], *, communes: frozenset[str], lang: str = "en"
) -> tuple[dict[str, object], list[UnknownOption]]:
    """The form an address asks for and the words of it that name nothing."""
    values: dict[str, object] = {"lang": lang}
    offered: dict[str, tuple[str, Container[str]]] = {
        "lang": ("lang", LANGUAGES),
        "kind": ("kind", known()["kinds"]),
        "site": ("site", {site.site_id for site in sites}),
        "time": ("time", TIMES),
        "commune": ("commune", communes),
        "tank": ("with_tank", ("1",)),
        "beside": ("beside", ("1",)),
        "show": ("show", SHOWS),
        "rose": ("rose", ROSES),
    }
    rejected: list[UnknownOption] = []
    for word, (name, allowed) in offered.items():
        text = query.get(word, "")
        if text and text not in allowed:
            rejected.append(UnknownOption(word, text))
        elif text:
            values[name] = True if name in ("with_tank", "beside") else text
    for word, name in TEXTS.items():
        if query.get(word):
            values[name] = query[word][: LONGEST_ROSE if name == "winds" else LONGEST]
    return {**values, **_field_texts(query)}, rejected


def _field_texts(query: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Texts of the fields of an address, by what they belong to; a dash is an emptied one."""
    texts: dict[str, dict[str, str]] = {}
    for word, text in query.items():
        group, _, key = word.partition(".")
        if key and group in TARGETS:
            texts.setdefault(TARGETS[group], {})[key] = "" if text == "-" else text[:LONGEST]
    return texts


def _filled(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts without the empty ones."""
    return {name: text.strip() for name, text in texts.items() if text.strip()}


def _number(name: str, text: str, low: float, high: float) -> float:
    """A plain number in a range; a decimal comma is one too."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise InputError(f"input {name!r}", got=text.strip() or "nothing", expected=f"{low:g} to {high:g}")
    return value
