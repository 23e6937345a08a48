"""What a reader asks of an accident: the texts of a form without Panel, their form in an address, and the
accident they make.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import param

from geoalarm.analysis.accident.accident_scenario import VENTILATION, Accident
from geoalarm.app.explorer.explorer_state import UnknownOption
from geoalarm.app.whatif.wind_rose import EXAMPLE, ROSES, rose_of
from geoalarm.app.whatif.wind_rose import LONGEST as LONGEST_ROSE
from geoalarm.core.errors import InputError
from geoalarm.core.terms import LANGUAGES

SHOWN: Final = ("source", "weather", "effects")
"""Groups of inputs that stand open; the others are folded away."""
TIMES: Final = ("night", "day")
SHOWS: Final = ("zones", "field", "risk")
"""What lies on the map."""
WIND: Final = "270"
"""Where the wind comes from unless the reader says otherwise [degrees]: the usual west wind."""
SECOND_WIND: Final = "90"
FREE: Final = ("wind_from", "indoors", "indoor_time", "ventilation", "frequency", "winds")
"""Fields of the page itself that hold any text."""
FILES: Final = frozenset({"curves"})
"""Inputs that name a file of the server: a page never takes them."""
LONGEST: Final = 60
"""Letters of one field that are read."""
TEXTS: Final = {
    "lon": "lon", "lat": "lat", "wind": "wind_from", "indoors": "indoors", "inside": "indoor_time",
    "air": "ventilation",
    "often": "frequency", "winds": "winds",
}  # fmt: skip
"""Words of the address that hold any text, and their field."""
EARTH_M: Final = 6_378_137.0


_LOADING: Final = threading.Lock()
"""The tables of substances are read once: two threads that read them together break them."""


def known() -> Mapping[str, Any]:
    """What a form may offer, asked once: ``kinds`` by name, ``weathers`` by label, ``substances``,
    ``occupancy``.
    """
    with _LOADING:
        return _known()


@lru_cache(maxsize=1)
def _known() -> Mapping[str, Any]:
    from geoalarm.analysis import choices

    found = choices()
    return {
        **found,
        "kinds": {item["kind"]: item for item in found["kinds"]},
        "weathers": {item["label"]: item for item in found["weathers"]},
    }


class WhatIfState(param.Parameterized):
    """The form of one reader. Fields hold texts as they were typed; nothing is checked before it is
    calculated.
    """

    lang = param.Selector(default="en", objects=list(LANGUAGES), doc="language of the page")
    kind = param.String(default="", doc="kind of accident")
    site = param.String(default="", doc="site chosen; empty: a point of the map")
    lon = param.String(default="", doc="longitude [degrees]")
    lat = param.String(default="", doc="latitude [degrees]")
    wind_from = param.String(default=WIND, doc="where the wind comes from [degrees]")
    time = param.Selector(default="night", objects=list(TIMES), doc="time of day")
    indoors = param.String(default="", doc="share of people indoors [per cent]; empty: by the time of day")
    with_tank = param.Boolean(default=False, doc="whether the release comes from a tank with a hole")
    beside = param.Boolean(default=False, doc="whether a second weather stands beside the first")
    commune = param.String(default="", doc="commune selected; empty: none")
    is_example = param.Boolean(default=False, doc="whether nobody chose the place yet")
    show = param.Selector(default="zones", objects=list(SHOWS), doc="what lies on the map")
    indoor_time = param.String(
        default="", doc="how long people stay indoors while the cloud passes; empty: not asked"
    )
    ventilation = param.String(default=VENTILATION, doc="changes of air of the houses")
    frequency = param.String(default="", doc="how often the accident happens; empty: no individual risk")
    rose = param.Selector(default="", objects=list(ROSES), doc="weathers and winds of the individual risk")
    winds = param.String(default="", doc="the reader's own table of them")
    thresholds = param.Parameter(default=None, doc="file of toxic thresholds; None: none given")
    thresholds_content = param.String(default="", doc="what that file holds, in words")
    inputs = param.Dict(default={}, doc="texts of the inputs of the kind")
    tank = param.Dict(default={}, doc="texts of the inputs of the tank")
    second = param.Dict(
        default={}, doc="texts of the second weather: wind_from and the weather inputs of the kind"
    )

    measure = "people"
    country = ""

    def __init__(self, sites: Sequence[Any] = (), **values: Any) -> None:
        self.sites = {site.site_id: site for site in sites}
        given = {name: dict(values.pop(name, {})) for name in ("inputs", "tank", "second")}
        super().__init__(**values)
        if self.kind not in known()["kinds"]:
            self.kind = next(iter(known()["kinds"]))
        if self.site in self.sites and not (self.lon and self.lat):
            self.choose_site(self.site)
        self._fill(given)

    @property
    def form(self) -> Mapping[str, Any]:
        """What the kind asks for."""
        found: Mapping[str, Any] = known()["kinds"][self.kind]
        return found

    @property
    def is_placed(self) -> bool:
        """Whether there is a place to calculate at."""
        return bool(self.lon.strip() and self.lat.strip())

    @property
    def has_weather(self) -> bool:
        """Whether another weather could change the answer."""
        return bool(self.form["weather"]) or bool(self.form["is_directed"])

    @property
    def has_second(self) -> bool:
        """Whether a second weather is to be calculated too."""
        return self.beside and self.has_weather

    def weather_fields(self) -> list[Mapping[str, Any]]:
        """Inputs of the kind that are wind speed and stability."""
        names = set(self.form["weather"].values())
        return [item for item in self.form["inputs"] if item["name"] in names]

    def choose_kind(self, kind: str) -> None:
        """Another kind of accident, with its own examples; what both kinds ask for is kept."""
        if kind not in known()["kinds"] or kind == self.kind:
            return
        kept = {
            name: text
            for name, text in self.inputs.items()
            if name in {item["name"] for item in known()["kinds"][kind]["inputs"]}
        }
        shared = {
            name: text
            for name, text in kept.items()
            if name in ("substance", "wind_speed", "stability", "wind")
        }
        self.kind = kind
        self._fill({"inputs": shared, "tank": {}, "second": {}})

    def show_example(self, lon: float, lat: float) -> None:
        """A place [degrees] that nobody chose: the address does not keep it."""
        self.param.update(lon=f"{lon:.5f}", lat=f"{lat:.5f}", is_example=True)

    def choose_site(self, site_id: str) -> None:
        """A named site, or none: then the place stays where it is."""
        found = self.sites.get(site_id)
        self.site = site_id if found is not None else ""
        if found is not None:
            self.param.update(lon=f"{found.lon:.5f}", lat=f"{found.lat:.5f}", is_example=False)

    def place(self, lon: float, lat: float) -> None:
        """A point of the map [degrees]; it belongs to no site."""
        self.param.update(site="", lon=f"{lon:.5f}", lat=f"{lat:.5f}", is_example=False)

    def choose_rose(self, name: str) -> None:
        """A stated rose, or the reader's own table, which starts as an example."""
        if name in ROSES:
            self.param.update(rose=name, winds=self.winds or EXAMPLE)

    def hold(self, path: Path | None, content: Mapping[str, Sequence[str]] | None = None) -> None:
        """A file of toxic thresholds, or none; with the French ones of a substance their rings are chosen."""
        found = content or {}
        self.param.update(
            thresholds=path,
            thresholds_content="; ".join(f"{name}: {', '.join(kinds)}" for name, kinds in found.items()),
        )
        french = any("SEI" in kinds for name, kinds in found.items() if name == self.inputs.get("substance"))
        if french and "scheme" in self._names("inputs"):
            self.inputs = {**self.inputs, "scheme": "FR"}

    def choose_weather(self, label: str, *, second: bool = False) -> None:
        """A usual weather such as ``D5``; a word that names none is left alone."""
        found = known()["weathers"].get(label)
        if found is None:
            return
        texts = {name: found[fact] for fact, name in self.form["weather"].items()}
        name = "second" if second else "inputs"
        setattr(self, name, {**getattr(self, name), **texts})

    def weather_label(self, *, second: bool = False) -> str:
        """The usual weather that the fields spell, or none."""
        held = self.second if second else self.inputs
        for label, item in known()["weathers"].items():
            if self.form["weather"] and all(
                held.get(name, "") == item[fact] for fact, name in self.form["weather"].items()
            ):
                return str(label)
        return ""

    def write(self, field: str, text: str) -> None:
        """The text of a field: ``lon``, ``in.rate``, ``tank.phase``, ``b.wind_from``; an unknown one is left
        alone.
        """
        group, _, name = field.rpartition(".")
        target = {"in": "inputs", "tank": "tank", "b": "second"}.get(group)
        text = text[: LONGEST_ROSE if field == "winds" else LONGEST]
        if target is not None and name in self._names(target):
            setattr(self, target, {**getattr(self, target), name: text})
        elif field in ("lon", "lat"):
            self.param.update(**{field: text}, site="")
        elif field in FREE:
            self.param.update(**{field: text})

    def accident(self, *, second: bool = False) -> Accident:
        """The accident that the form spells, in the first or the second weather.

        Raises
        ------
        InputError
            If place, wind direction or share indoors is no number in its range. The models check the rest.
        """
        inputs = {
            name: text.strip()
            for name, text in self.inputs.items()
            if text.strip() and name in self._names("inputs")
        }
        if second:
            inputs |= {
                name: text.strip()
                for name, text in self.second.items()
                if name != "wind_from" and text.strip()
            }
        tank = (
            {name: text.strip() for name, text in self.tank.items() if text.strip()}
            if self.with_tank and self.form["tank"]
            else {}
        )
        if tank:
            inputs = {name: text for name, text in inputs.items() if name not in ("rate", "duration", "fuel")}
        wind = self.second.get("wind_from", "") if second else self.wind_from
        site = self.sites.get(self.site)
        share = _number("indoors", self.indoors, 0, 100) / 100 if self.indoors.strip() else None
        is_toxic, often = self.kind == "toxic", self.frequency.strip() or None
        return Accident(
            self.kind,
            _number("lon", self.lon, -180, 180),
            _number("lat", self.lat, -90, 90),
            name=site.name if site is not None else "",
            wind_from=_number("wind_from", wind, 0, 360) if self.form["is_directed"] else None,
            inputs=inputs,
            tank=tank,
            field=self.show == "field",
            frequency=often,
            rose=rose_of(self.rose, self.winds) if often else {},
            time=self.time,
            shelter=share,
            indoor_time=(self.indoor_time.strip() or None) if is_toxic else None,
            ventilation=(self.ventilation.strip() or VENTILATION)
            if is_toxic and self.indoor_time.strip()
            else VENTILATION,
            thresholds=self.thresholds if is_toxic else None,
        )

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
        usual = self._usual()
        for prefix, name in (("in", "inputs"), ("tank", "tank"), ("b", "second")):
            held = (
                getattr(self, name)
                if name == "inputs"
                or (name == "tank" and self.with_tank)
                or (name == "second" and self.beside)
                else {}
            )
            words |= {
                f"{prefix}.{key}": text or "-"
                for key, text in held.items()
                if text != usual[name].get(key, "")
            }
        return {name: value for name, value in words.items() if value}

    def _names(self, target: str) -> set[str]:
        if target == "second":
            return {"wind_from", *(item["name"] for item in self.weather_fields())}
        return {item["name"] for item in self.form[target]} - FILES

    def _usual(self) -> dict[str, dict[str, str]]:
        """Texts of a form that nobody touched."""
        inputs, tank = (
            {
                item["name"]: str(item["example"] or "")
                for item in self.form[name]
                if item["group"] in SHOWN and item["name"] not in FILES
            }
            for name in ("inputs", "tank")
        )
        if "substance" in tank and self.kind == "toxic":
            del tank["substance"]
        second = {item["name"]: inputs.get(item["name"], "") for item in self.weather_fields()}
        night = known()["weathers"].get("F3") or next(iter(known()["weathers"].values()))
        second |= {name: night[fact] for fact, name in self.form["weather"].items()}
        return {
            "inputs": inputs,
            "tank": tank,
            "second": {"wind_from": SECOND_WIND if not self.form["weather"] else WIND, **second},
        }

    def _fill(self, given: Mapping[str, Mapping[str, str]]) -> None:
        usual = self._usual()
        held = {
            name: {key: text for key, text in texts.items() if key in self._names(name)}
            for name, texts in given.items()
        }
        self.param.update(**{name: {**usual[name], **held[name]} for name in usual})


def read_query(
    query: Mapping[str, str], sites: Sequence[Any], *, communes: frozenset[str], lang: str = "en"
) -> tuple[dict[str, Any], list[UnknownOption]]:
    """The form an address asks for and the words of it that name nothing."""
    values: dict[str, Any] = {"lang": lang}
    offered = {
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
    for word, text in query.items():
        group, _, key = word.partition(".")
        target = {"in": "inputs", "tank": "tank", "b": "second"}.get(group)
        if key and target is not None:
            values.setdefault(target, {})[key] = "" if text == "-" else text[:LONGEST]
    return values, rejected


def _number(name: str, text: str, low: float, high: float) -> float:
    """A plain number in a range; a decimal comma is one too."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise InputError(f"input {name!r}", got=text.strip() or "nothing", expected=f"{low:g} to {high:g}")
    return value
