"""The texts of an accident's form as a reader typed them, and what choosing from its lists does to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, cast

import param

from geoalarm.analysis.accident.accident_scenario import VENTILATION
from geoalarm.app.whatif.form_fields import (
    FILES,
    AccidentKind,
    AccidentSite,
    FormField,
    UsualWeather,
    is_expert,
    known,
)
from geoalarm.app.whatif.wind_rose import EXAMPLE, ROSES
from geoalarm.app.whatif.wind_rose import LONGEST as LONGEST_ROSE
from geoalarm.core.terms import LANGUAGES
from geoalarm.present.classes import Measure

Texts = Mapping[str, str]
"""Texts by the name of their input."""
TIMES: Final = ("night", "day")
SHOWS: Final = ("zones", "field", "risk")
"""What lies on the map."""
WIND: Final = "270"
"""Where the wind comes from unless the reader says otherwise [degrees]: the usual west wind."""
SECOND_WIND: Final = "90"
FREE: Final = ("wind_from", "indoors", "indoor_time", "ventilation", "frequency", "winds")
"""Fields of the page itself that hold any text."""
TARGETS: Final = {"in": "inputs", "tank": "tank", "b": "second"}
"""Where a field such as ``in.rate`` belongs, by the word before its dot."""
LONGEST: Final = 60
"""Letters of one field that are read."""


class FormTexts(param.Parameterized):
    """The form of one reader: texts as they were typed; nothing is checked before it is calculated."""

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

    measure: Measure = "people"
    country = ""

    def __init__(self, sites: Sequence[AccidentSite] = (), **values: object) -> None:
        self.sites = {site.site_id: site for site in sites}
        given = {name: cast("Texts", values.pop(name, {})) for name in ("inputs", "tank", "second")}
        super().__init__(**values)
        if self.kind not in known()["kinds"]:
            self.kind = next(iter(known()["kinds"]))
        if self.site in self.sites and not (self.lon and self.lat):
            self.choose_site(self.site)
        self._fill(given)

    @property
    def form(self) -> AccidentKind:
        """What the kind asks for."""
        return known()["kinds"][self.kind]

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

    def weather_fields(self) -> list[FormField]:
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
        if french and "scheme" in self.names_of("inputs"):
            self.inputs = {**self.inputs, "scheme": "FR"}

    def choose_weather(self, label: str, *, second: bool = False) -> None:
        """A usual weather such as ``D5``; a word that names none is left alone."""
        found = known()["weathers"].get(label)
        if found is None:
            return
        texts = self._weather_texts(found)
        name = "second" if second else "inputs"
        setattr(self, name, {**getattr(self, name), **texts})

    def weather_label(self, *, second: bool = False) -> str:
        """The usual weather that the fields spell, or none."""
        held = self.second if second else self.inputs
        for label, item in known()["weathers"].items():
            texts = self._weather_texts(item)
            if texts and all(held.get(name, "") == text for name, text in texts.items()):
                return label
        return ""

    def write(self, field: str, text: str) -> None:
        """The text of a field: ``lon``, ``in.rate``, ``tank.phase``, ``b.wind_from``; unknown ones stay."""
        group, _, name = field.rpartition(".")
        target = TARGETS.get(group)
        text = text[: LONGEST_ROSE if field == "winds" else LONGEST]
        if target is not None and name in self.names_of(target):
            setattr(self, target, {**getattr(self, target), name: text})
        elif field in ("lon", "lat"):
            self.param.update(**{field: text}, site="")
        elif field in FREE:
            self.param.update(**{field: text})

    def _weather_texts(self, weather: UsualWeather) -> dict[str, str]:
        """What the weather inputs of the kind are in a usual weather."""
        facts = {"wind_speed": weather["wind_speed"], "stability": weather["stability"]}
        return {name: facts[fact] for fact, name in self.form["weather"].items()}

    def _fields(self, target: str) -> list[FormField]:
        return self.form["tank"] if target == "tank" else self.form["inputs"]

    def names_of(self, target: str) -> set[str]:
        """Names of the fields of ``inputs``, ``tank`` or ``second``."""
        if target == "second":
            return {"wind_from", *(item["name"] for item in self.weather_fields())}
        return {item["name"] for item in self._fields(target)} - FILES

    def usual(self) -> dict[str, dict[str, str]]:
        """Texts of a form that nobody touched."""
        inputs, tank = (
            {
                item["name"]: str(item["example"] or "")
                for item in self._fields(name)
                if not is_expert(item) and item["name"] not in FILES
            }
            for name in ("inputs", "tank")
        )
        if "substance" in tank and self.kind == "toxic":
            del tank["substance"]
        second = {item["name"]: inputs.get(item["name"], "") for item in self.weather_fields()}
        night = known()["weathers"].get("F3") or next(iter(known()["weathers"].values()))
        second |= self._weather_texts(night)
        return {
            "inputs": inputs,
            "tank": tank,
            "second": {"wind_from": SECOND_WIND if not self.form["weather"] else WIND, **second},
        }

    def _fill(self, given: Mapping[str, Mapping[str, str]]) -> None:
        usual = self.usual()
        held = {
            name: {key: text for key, text in texts.items() if key in self.names_of(name)}
            for name, texts in given.items()
        }
        self.param.update(**{name: {**usual[name], **held[name]} for name in usual})
