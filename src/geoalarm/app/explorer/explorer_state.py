"""What a reader has chosen: param classes without Panel, and their form in an address.

``lang=nl&hazard=flood&T=100&commune=BE:57081``: short words, the default left out, unknown values told and
replaced.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Mapping
from typing import TYPE_CHECKING, Final

import param

from geoalarm.app.layer_choices import Choices, by_token, default_period, same_period, token
from geoalarm.app.web.page_state import UnknownOption
from geoalarm.core.terms import LANGUAGES
from geoalarm.present.hazard_styles import counted_from

if TYPE_CHECKING:
    from geoalarm.analysis.layer_option import LayerOption

MEASURES: Final = ("people", "share")
ALL: Final = "all"
"""Word of the address for every class, where counting begins with a higher one by default."""


class ExplorerState(param.Parameterized):
    """The choices of one reader; every view follows these and nothing else."""

    lang = param.Selector(default="en", objects=list(LANGUAGES), doc="language of the page")
    hazard = param.String(default="", doc="hazard of the layer shown")
    scenario = param.String(default="", doc="scenario of the layer; empty where there is one")
    period = param.Number(default=math.nan, doc="return period [yr]; NaN where there is no probability")
    threshold = param.String(default="", doc="label of the lowest class counted; empty: all classes")
    measure = param.Selector(default="people", objects=list(MEASURES), doc="what the colours mean")
    population = param.String(default="", doc="population source")
    country = param.String(default="", doc="country shown; empty: all")
    commune = param.String(default="", doc="commune selected; empty: none")
    beside = param.String(default="", doc="token of the second scenario; empty: none")
    overlay = param.Boolean(default=True, doc="whether the hazard itself is drawn")
    basemap = param.Boolean(default=False, doc="whether the operator's background map is drawn under it")

    def __init__(self, choices: Choices, **values: object) -> None:
        self.choices = choices
        super().__init__(**values)
        self.settle()
        if "threshold" not in values:
            self.threshold = self.first_class()

    def settle(self) -> None:
        """Replace whatever no longer fits by its default: a hazard without this scenario, a second scenario
        like the first.
        """
        known = self.choices
        hazards = known.hazards()
        values: dict[str, object] = {}
        hazard = self.hazard if self.hazard in hazards else hazards[0]
        scenarios = known.scenarios(hazard)
        scenario = self.scenario if self.scenario in scenarios else scenarios[0]
        periods = known.periods(hazard, scenario)
        period = next(
            (value for value in periods if same_period(value, self.period)), default_period(periods)
        )
        values.update(hazard=hazard, scenario=scenario, period=period)
        option = known.option(hazard, scenario, period)
        if self.beside and (option is None or by_token(known.beside(option), self.beside) is None):
            values["beside"] = ""
        if option is not None and self.threshold and self.threshold not in option.class_labels:
            values["threshold"] = ""
        if self.population not in known.populations:
            values["population"] = known.populations[0] if known.populations else ""
        if self.country and self.country not in known.countries:
            values["country"] = ""
        self.param.update(**values)

    def choose(self, **values: object) -> None:
        """Change choices and replace what no longer fits them, as one change.

        Whatever the new choice leaves open falls back to its default; a threshold of None asks for that.
        """
        with param.parameterized.batch_call_watchers(self):
            if "hazard" in values and values["hazard"] != self.hazard:
                values = {"scenario": "", "period": math.nan, "threshold": None, "beside": "", **values}
            by_default = "threshold" in values and values["threshold"] is None
            self.param.update(**{**values, "threshold": ""} if by_default else values)
            self.settle()
            if by_default:
                self.threshold = self.first_class()

    def first_class(self) -> str:
        """The class counting begins with unless the reader says otherwise; empty: all classes."""
        return counted_from(self.hazard, self.option().class_labels)

    def option(self) -> LayerOption:
        """The layer chosen."""
        found = self.choices.option(self.hazard, self.scenario, self.period)
        assert found is not None, "settle() leaves no choice that names no layer"
        return found

    def second(self) -> LayerOption | None:
        """The layer option beside it, or None."""
        return by_token(self.choices.options_of(self.hazard), self.beside) if self.beside else None

    def query(self) -> dict[str, str]:
        """The words of an address that lead back here; defaults are left out, language and hazard never."""
        words = {
            "lang": self.lang,
            "hazard": self.hazard,
            "scenario": self.scenario,
            "T": "" if math.isnan(self.period) else f"{self.period:g}",
            "from": ("" if self.threshold == self.first_class() else self.threshold or ALL),
            "show": "" if self.measure == "people" else self.measure,
            "population": ""
            if self.population == next(iter(self.choices.populations), "")
            else self.population,
            "country": self.country,
            "commune": self.commune,
            "beside": self.beside,
            "overlay": "" if self.overlay else "0",
            "basemap": "1" if self.basemap else "",
        }
        return {name: value for name, value in words.items() if value}


def read_query(
    query: Mapping[str, str], choices: Choices, *, communes: frozenset[str], lang: str = "en"
) -> tuple[dict[str, object], list[UnknownOption]]:
    """The state an address asks for and the words of it that name nothing.

    Parameters
    ----------
    query : mapping
        Words of the address, text to text.
    communes : frozenset of str
        Known ``commune_id``.
    lang : str
        Language where the address names none.
    """
    values: dict[str, object] = {"lang": lang}
    rejected: list[UnknownOption] = []

    def take(
        word: str,
        name: str,
        known: Container[object] | None,
        convert: Callable[[str], object] = str,
    ) -> None:
        if not query.get(word):
            return
        value = convert(query[word])
        if value is None or (known is not None and value not in known):
            rejected.append(UnknownOption(word, query[word]))
        else:
            values[name] = value

    take("lang", "lang", LANGUAGES)
    take("hazard", "hazard", choices.hazards())
    hazard = str(values.get("hazard", choices.hazards()[0]))
    take("scenario", "scenario", choices.scenarios(hazard))
    scenario = str(values.get("scenario", choices.scenarios(hazard)[0]))
    take("T", "period", choices.periods(hazard, scenario), _number)
    take("from", "threshold", None, lambda word: "" if word == ALL else word)
    take("show", "measure", MEASURES)
    take("population", "population", choices.populations)
    take("country", "country", choices.countries)
    take("commune", "commune", communes)
    take("beside", "beside", [token(option) for option in choices.options_of(hazard)])
    take("overlay", "overlay", (True, False), {"0": False, "1": True}.get)
    take("basemap", "basemap", (True, False), {"0": False, "1": True}.get)
    return values, rejected


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
