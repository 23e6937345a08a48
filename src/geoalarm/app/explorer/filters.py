"""The choices on one side of the page: plain lists, known to keyboard, screen reader and phone."""

from __future__ import annotations

import math

from geoalarm import i18n
from geoalarm.analysis.layer_option import LayerOption
from geoalarm.app.explorer.explorer_state import MEASURES, ExplorerState
from geoalarm.app.layer_choices import token
from geoalarm.app.map.basemap import configured
from geoalarm.app.session import SharedSession
from geoalarm.app.web.page_templates import fill
from geoalarm.present import narrative

LABELS = {
    "hazard": "label.danger",
    "scenario": "explorer.scenario",
    "period": "label.yearly_chance",
    "threshold": "label.threshold",
    "beside": "explorer.compare_with",
    "measure": "explorer.map_fill",
    "population": "explorer.population_source",
    "country": "label.country",
}
"""Choice and the key of its label, in the order of the page."""
SWITCHES = {"overlay": "explorer.show_hazard", "basemap": "explorer.show_basemap"}


def filters(state: ExplorerState, shared: SharedSession) -> str:
    """HTML of all choices; a list with one entry is told as words."""
    lists, given = [], []
    for name, (options, value) in offered(state, shared).items():
        if len(options) > 1:
            lists.append({"name": name, "label": LABELS[name], "options": options, "value": value})
        elif name in ("population", "period"):
            given.append((LABELS[name], next(iter(options.values()))))
    switches = [
        (name, label, bool(getattr(state, name)))
        for name, label in SWITCHES.items()
        if name != "basemap" or configured() is not None
    ]
    return fill("explorer/filters.html", state.lang, lists=lists, switches=switches, given=given)


def offered(state: ExplorerState, shared: SharedSession) -> dict[str, tuple[dict[str, str], str]]:
    """Words by value of every list, and the value chosen."""
    lang, known = state.lang, shared.choices
    option = state.option()
    countries = {"": i18n.text("explorer.country_all", lang)} | {
        code: i18n.term("country", code, lang) for code in known.countries
    }
    return {
        "hazard": ({name: i18n.term("hazard", name, lang) for name in known.hazards()}, state.hazard),
        "scenario": (
            {name: scenario_words(name, lang) for name in known.scenarios(state.hazard)},
            state.scenario,
        ),
        "period": (
            {
                period_word(item): chance_words(item, lang)
                for item in known.periods(state.hazard, state.scenario)
            },
            period_word(state.period),
        ),
        "threshold": (_thresholds(option, lang), state.threshold),
        "beside": (
            {"": "–"} | {token(other): beside_words(other, option, lang) for other in known.beside(option)},
            state.beside,
        ),
        "measure": ({name: i18n.text(f"explorer.key_{name}", lang) for name in MEASURES}, state.measure),
        "country": (countries if len(known.countries) > 1 else {"": ""}, state.country),
        "population": ({name: shared.title(name, lang) for name in known.populations}, state.population),
    }


def picked(state: ExplorerState, name: str, value: str) -> None:
    """A list was used: the state follows; a value that is not offered is left alone."""
    if name in SWITCHES:
        state.choose(**{name: value == "true"})
    elif name == "period":
        state.choose(period=math.nan if value == "" else float(value))
    elif name in LABELS:
        state.choose(**{name: value})


def scenario_words(scenario: str, lang: str) -> str:
    """Name of a scenario; the unnamed one is the base."""
    words = (
        i18n.term("scenario", scenario, lang) if scenario else i18n.text("explorer.scenario_default", lang)
    )
    return words[:1].upper() + words[1:]


def chance_words(period: float, lang: str) -> str:
    """Yearly chance of a return period [yr]; says so where it is not known."""
    return narrative.chance_text(period, lang) or i18n.text("explorer.chance_none", lang)


def beside_words(other: LayerOption, option: LayerOption, lang: str) -> str:
    """What tells a second scenario from the first: its name, its chance, or both."""
    parts = [scenario_words(other.scenario, lang)] if other.scenario != option.scenario else []
    if not math.isnan(other.return_period_yr):
        parts.append(narrative.chance_text(other.return_period_yr, lang))
    return ", ".join(parts) or scenario_words(other.scenario, lang)


def period_word(period: float) -> str:
    """A return period [yr] as a value of a list; empty where there is none."""
    return "" if math.isnan(period) else f"{period:g}"


def _thresholds(option: LayerOption, lang: str) -> dict[str, str]:
    words = {"": i18n.text("explorer.threshold_all", lang)}
    for label in option.class_labels[1:]:
        value = narrative.threshold_label(label, lang, units=option.units, hazard=option.hazard)
        words[label] = i18n.text("explorer.threshold_option", lang, value=value)
    return words
