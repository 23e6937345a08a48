"""The form of an accident: plain fields with their range and default, grouped as the models give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from geoalarm import i18n
from geoalarm.app.web.page_templates import fill
from geoalarm.app.whatif.accident_words import label, pretty, range_words, word_of
from geoalarm.app.whatif.form_fields import FILES, AccidentSite, FormField, is_expert, known, of_group
from geoalarm.app.whatif.form_texts import SECOND_WIND, TIMES
from geoalarm.app.whatif.whatif_state import FROM_TANK, WhatIfState
from geoalarm.app.whatif.wind_rose import OWN, ROSES
from geoalarm.i18n.place_names import name_in


@dataclass(frozen=True, slots=True)
class FormEntry:
    """A list to choose from, by value, or a text with its hint, example and title."""

    do: str
    label: str
    value: str
    options: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    example: str = ""
    title: str = ""

    @property
    def hint_id(self) -> str:
        """Id of the hint, for assistive technology."""
        return "hint-" + self.do.partition("|")[2].replace(".", "-")


@dataclass(frozen=True, slots=True)
class WeatherEntries:
    """Fields of one weather, with a list of usual ones where the kind has any."""

    preset: FormEntry | None
    fields: list[FormEntry]


@dataclass(frozen=True, slots=True)
class FormContent:
    """Fields of a form by their group; an empty group is not shown."""

    site: FormEntry | None
    point: list[FormEntry]
    kind: FormEntry
    source: list[FormEntry]
    weather: WeatherEntries | None
    second: WeatherEntries | None
    effects: list[FormEntry]
    takes_thresholds: bool
    thresholds: str
    people: list[FormEntry]
    risk: list[FormEntry]
    winds: str | None
    expert: list[FormEntry]
    is_expert_open: bool


def form(state: WhatIfState) -> str:
    """HTML of all fields; its button stands in :func:`calculate`, under the refusal."""
    lang = state.lang
    kinds = {name: i18n.text(f"accident.kind.{name}.name", lang) for name in known()["kinds"]}
    has_second = state.has_weather and state.beside
    content = FormContent(
        site=_site(state),
        point=[
            _text(f"write|{name}", f"whatif.{name}", getattr(state, name), lang) for name in ("lon", "lat")
        ],
        kind=_list("pick|kind", "whatif.kind", kinds, state.kind, lang),
        source=_source(state),
        weather=_first_weather(state) if state.has_weather else None,
        second=_second_weather(state) if has_second else None,
        effects=_fields(of_group(state.form["inputs"], "effects"), state.inputs, "in", lang),
        takes_thresholds=state.kind == "toxic",
        thresholds=_thresholds(state),
        people=_people(state),
        risk=_risk(state),
        winds=state.winds if state.rose == OWN else None,
        expert=_expert(state),
        is_expert_open=any(
            state.inputs.get(item["name"]) for item in state.form["inputs"] if is_expert(item)
        ),
    )
    return fill("whatif/form.html", lang, form=content)


def calculate(lang: str) -> str:
    """The button that calculates."""
    return fill("whatif/calculate.html", lang)


def refused(words: str, lang: str, *, dimmed: bool) -> str:
    """One message beside the form: what cannot be calculated, and that the figures shown are older."""
    return fill("whatif/refused.html", lang, words=words, is_dimmed=dimmed)


def on_a_phone(words: str, lang: str) -> str:
    """The same message over the map of a phone, where the form is folded away."""
    return fill("whatif/refused_on_map.html", lang, words=words)


def _site(state: WhatIfState) -> FormEntry | None:
    """Sites to choose from, where the territory has any."""
    if not state.sites:
        return None
    lang = state.lang
    named = {key: _site_words(site, lang) for key, site in state.sites.items()}
    options = {"": i18n.text("whatif.site_none", lang), **named}
    return _list("pick|site", "whatif.site", options, state.site, lang)


def _site_words(site: AccidentSite, lang: str) -> str:
    """``Example works 3 (France)``."""
    name = name_in(site.names, site.name, lang, first=True)
    return f"{name} ({i18n.term('country', site.country, lang)})" if site.country else name


def _source(state: WhatIfState) -> list[FormEntry]:
    """What gets out: given as a rate, or from a tank with a hole."""
    lang, tank = state.lang, of_group(state.form["tank"], "source")
    inputs = of_group(state.form["inputs"], "source")
    if not state.form["tank"]:
        return _fields(inputs, state.inputs, "in", lang)
    words = {"": i18n.text("whatif.release_rate", lang), "1": i18n.text("whatif.release_tank", lang)}
    given = _list("pick|tank", "whatif.release", words, "1" if state.with_tank else "", lang)
    if not state.with_tank:
        return [given, *_fields(inputs, state.inputs, "in", lang)]
    skip = {"substance"} if state.kind == "toxic" else set()
    return [
        given,
        *_fields([item for item in inputs if item["name"] not in FROM_TANK], state.inputs, "in", lang),
        *_fields([item for item in tank if item["name"] not in skip], state.tank, "tank", lang),
    ]


def _first_weather(state: WhatIfState) -> WeatherEntries:
    fields = _fields(of_group(state.form["inputs"], "weather"), state.inputs, "in", state.lang)
    if state.form["is_directed"]:
        fields.append(_wind("wind_from", state.wind_from, state.lang))
    return WeatherEntries(_preset(state, second=False), fields)


def _second_weather(state: WhatIfState) -> WeatherEntries:
    fields = _fields(state.weather_fields(), state.second, "b", state.lang)
    if state.form["is_directed"]:
        fields.append(_wind("b.wind_from", state.second.get("wind_from", SECOND_WIND), state.lang))
    return WeatherEntries(_preset(state, second=True), fields)


def _preset(state: WhatIfState, *, second: bool) -> FormEntry | None:
    """The usual weathers with the countries that use them."""
    if not state.form["weather"]:
        return None
    lang = state.lang
    words = {"": i18n.text("whatif.preset_none", lang)}
    for name, item in known()["weathers"].items():
        countries = ", ".join(i18n.term("country", code, lang) for code in item["jurisdictions"])
        words[name] = f"{name} ({countries})"
    do = "pick|weather2" if second else "pick|weather"
    return _list(do, "whatif.preset", words, state.weather_label(second=second), lang)


def _wind(name: str, text: str, lang: str) -> FormEntry:
    hint = i18n.text("whatif.north", lang)
    return _text(f"write|{name}", "accident.input.wind_from", text, lang, hint=hint)


def _people(state: WhatIfState) -> list[FormEntry]:
    """Where people are: the time of day, the share indoors, and the air there while a cloud passes."""
    lang = state.lang
    times = {name: i18n.text(f"accident.time.{name}", lang) for name in TIMES}
    percent = i18n.text("whatif.in_percent", lang)
    entries = [
        _list("pick|time", "whatif.time", times, state.time, lang),
        _text("write|indoors", "accident.input.shelter", state.indoors, lang, hint=percent),
    ]
    if state.kind != "toxic":
        return entries
    texts = {
        "indoor_time": ("whatif.indoor_hint", "30 min"),
        "ventilation": ("whatif.ventilation_hint", "0.5 /h"),
    }
    return entries + [
        _text(
            f"write|{name}",
            f"accident.input.{name}",
            getattr(state, name),
            lang,
            hint=i18n.text(hint, lang),
            example=example,
        )
        for name, (hint, example) in texts.items()
    ]


def _thresholds(state: WhatIfState) -> str:
    """What a file of toxic thresholds holds; empty without one."""
    if state.thresholds is None:
        return ""
    name, content = state.thresholds.name, state.thresholds_content
    return i18n.text("whatif.thresholds_held", state.lang, name=name, content=content)


def _risk(state: WhatIfState) -> list[FormEntry]:
    """How often the accident happens, and in which weathers and winds."""
    lang = state.lang
    names = {name: i18n.text(f"whatif.rose_{name or 'none'}", lang) for name in ROSES}
    return [
        _text(
            "write|frequency",
            "accident.input.frequency",
            state.frequency,
            lang,
            hint=i18n.text("whatif.frequency_hint", lang),
            example="1e-5 /yr",
        ),
        _list("pick|rose", "whatif.rose", names, state.rose, lang),
    ]


def _expert(state: WhatIfState) -> list[FormEntry]:
    """Inputs that are folded away."""
    inputs = [item for item in state.form["inputs"] if is_expert(item) and item["name"] not in FILES]
    tank = [item for item in state.form["tank"] if is_expert(item)] if state.with_tank else []
    return [
        *_fields(inputs, state.inputs, "in", state.lang),
        *_fields(tank, state.tank, "tank", state.lang),
    ]


def _fields(items: Sequence[FormField], texts: Mapping[str, str], prefix: str, lang: str) -> list[FormEntry]:
    return [_field(item, texts, prefix, lang) for item in items]


def _field(item: FormField, texts: Mapping[str, str], prefix: str, lang: str) -> FormEntry:
    """A list where there are words to choose from, else a text field: a number and its unit."""
    name, text = item["name"], texts.get(item["name"], "")
    do, words = f"write|{prefix}.{name}", label(name, lang)
    if item["unit"] is None and item["choices"]:
        options = {word: word_of(word, lang) for word in item["choices"]}
        if not item["required"] and not item["default"]:
            options = {"": "–", **options}
        return FormEntry(do, words, text or item["default"] or "", options)
    parts = [range_words(item, lang, is_hint=True)]
    if item["default"]:
        parts.append(i18n.text("whatif.default", lang, default=pretty(str(item["default"]))))
    elif not item["required"]:
        parts.append(i18n.text("whatif.optional", lang))
    return FormEntry(
        do,
        words,
        text,
        hint="; ".join(part for part in parts if part),
        example=item["example"] or "",
        title=_title(item, lang),
    )


def _title(item: FormField, lang: str) -> str:
    """What the model says of an input for experts, in its own words, which are English."""
    return item["description"].replace("``", "") if lang == "en" and is_expert(item) else ""


def _list(do: str, key: str, options: Mapping[str, str], value: str, lang: str) -> FormEntry:
    return FormEntry(do, i18n.text(key, lang), value, options)


def _text(do: str, key: str, value: str, lang: str, *, hint: str = "", example: str = "") -> FormEntry:
    return FormEntry(do, i18n.text(key, lang), value, hint=hint, example=example)
