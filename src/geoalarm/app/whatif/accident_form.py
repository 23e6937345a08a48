"""The form of an accident: plain fields of the browser with their range and default, grouped as the models
give them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geoalarm import i18n
from geoalarm.app.web.html_markup import button, e, icon_button, said
from geoalarm.app.whatif.whatif_state import FILES, SECOND_WIND, SHOWN, TIMES, WhatIfState, known
from geoalarm.app.whatif.whatif_view import label, range_words
from geoalarm.app.whatif.wind_rose import OWN, ROSES


def form(state: WhatIfState) -> str:
    """HTML of all fields; its button stands in :func:`calculate`, under the refusal."""
    lang = state.lang
    head = icon_button("filters|close", "close", i18n.text("explorer.filters_close", lang))
    parts = [
        _place(state),
        _list(
            "pick|kind",
            "whatif.kind",
            {name: i18n.text(f"accident.kind.{name}.name", lang) for name in known()["kinds"]},
            state.kind,
            lang,
        ),
        f'<p class="ga-small ga-explain">{said(f"accident.kind.{state.kind}.explain", lang)}</p>',
        _source(state),
        _weather(state),
        _effects(state),
        _risk(state),
        _expert(state),
    ]
    name = said("whatif.form", lang)
    return (
        f'<div class="ga-form" role="group" aria-label="{name}"><div '
        f'class="ga-sheethead"><h3>{name}</h3>{head}</div>{"".join(parts)}</div>'
    )


def calculate(lang: str) -> str:
    """The button that calculates."""
    return button("calculate|", i18n.text("whatif.calculate", lang), css="ga-primary")


def refused(words: str, lang: str, *, dimmed: bool) -> str:
    """One message beside the form: what cannot be calculated, and that the figures shown are older."""
    older = f'<p class="ga-small">{said("whatif.refused_end", lang)}</p>' if dimmed else ""
    return f'<div class="ga-fault" role="alert" id="refused"><p>{e(words)}</p>{older}</div>'


def on_a_phone(words: str) -> str:
    """The same message over the map of a phone, where the form is folded away."""
    return f'<div class="ga-fault ga-phone" role="alert"><p>{e(words)}</p></div>'


def _place(state: WhatIfState) -> str:
    lang = state.lang
    names = {"": i18n.text("whatif.site_none", lang)} | {
        key: f"{site.name} ({i18n.term('country', site.country, lang)})" if site.country else site.name
        for key, site in state.sites.items()
    }
    sites = _list("pick|site", "whatif.site", names, state.site, lang) if state.sites else ""
    point = "".join(
        _text(f"write|{name}", i18n.text(f"whatif.{name}", lang), getattr(state, name))
        for name in ("lon", "lat")
    )
    return f'{sites}<div class="ga-two-fields">{point}</div>'


def _source(state: WhatIfState) -> str:
    lang = state.lang
    given, tank = "", ""
    hidden: set[str] = set()
    if state.form["tank"]:
        words = {"": i18n.text("whatif.release_rate", lang), "1": i18n.text("whatif.release_tank", lang)}
        given = _list("pick|tank", "whatif.release", words, "1" if state.with_tank else "", lang)
        if state.with_tank:
            hidden = {"rate", "duration", "fuel"}
            skip = {"substance"} if state.kind == "toxic" else set()
            tank = "".join(
                _field(item, state.tank, "tank", lang)
                for item in _of(state.form["tank"], "source")
                if item["name"] not in skip
            )
    fields = "".join(
        _field(item, state.inputs, "in", lang)
        for item in _of(state.form["inputs"], "source")
        if item["name"] not in hidden
    )
    return _group("source", given + fields + tank, lang)


def _weather(state: WhatIfState) -> str:
    lang, weather = state.lang, _of(state.form["inputs"], "weather")
    first = _preset(state, second=False) + "".join(_field(item, state.inputs, "in", lang) for item in weather)
    if state.form["is_directed"]:
        first += _wind("wind_from", state.wind_from, lang)
    if not state.has_weather:
        return ""
    check = " checked" if state.beside else ""
    first += (
        '<label class="ga-check"><input type="checkbox" '
        f'data-do="pick|beside"{check}><span>{said("whatif.beside", lang)}</span></label>'
    )
    second = ""
    if state.beside:
        second = _preset(state, second=True) + "".join(
            _field(item, state.second, "b", lang) for item in state.weather_fields()
        )
        if state.form["is_directed"]:
            second += _wind("b.wind_from", state.second.get("wind_from", SECOND_WIND), lang)
        second = (
            f'<fieldset class="ga-group"><legend>{said("whatif.second", lang)}</legend>{second}</fieldset>'
        )
    return _group("weather", first, lang) + second


def _effects(state: WhatIfState) -> str:
    lang = state.lang
    fields = "".join(_field(item, state.inputs, "in", lang) for item in _of(state.form["inputs"], "effects"))
    times = {name: i18n.text(f"accident.time.{name}", lang) for name in TIMES}
    people = _list("pick|time", "whatif.time", times, state.time, lang)
    people += _text(
        "write|indoors",
        i18n.text("accident.input.shelter", lang),
        state.indoors,
        hint=i18n.text("whatif.in_percent", lang),
    )
    if state.kind == "toxic":
        fields += _file(state)
        inside = i18n.text("accident.input.indoor_time", lang)
        people += _text(
            "write|indoor_time",
            inside,
            state.indoor_time,
            hint=i18n.text("whatif.indoor_hint", lang),
            example="30 min",
        )
        air = i18n.text("accident.input.ventilation", lang)
        people += _text(
            "write|ventilation",
            air,
            state.ventilation,
            hint=i18n.text("whatif.ventilation_hint", lang),
            example="0.5 /h",
        )
    return _group("effects", fields + people, lang)


def _file(state: WhatIfState) -> str:
    """A file of toxic thresholds: chosen, taken back, and an empty one to fill in."""
    lang = state.lang
    empty = button("download|thresholds", i18n.text("whatif.thresholds_empty", lang), css="ga-link")
    if state.thresholds is not None:
        words = e(
            i18n.text(
                "whatif.thresholds_held", lang, name=state.thresholds.name, content=state.thresholds_content
            )
        )
        return (
            f'<p class="ga-small">{words} '
            f"{button('forget|', i18n.text('whatif.thresholds_forget', lang), css='ga-link')}</p>"
        )
    return (
        f'<label class="ga-pick"><span>{said("whatif.thresholds", lang)}</span>'
        '<input type="file" accept=".csv,text/csv" data-do="file|" '
        f'aria-describedby="hint-file"><small id="hint-file">{said("whatif.thresholds_hint", lang)}</small>'
        "</label>"
        f'<p class="ga-small">{empty}</p>'
    )


def _risk(state: WhatIfState) -> str:
    """How often the accident happens, and in which weathers and winds."""
    lang = state.lang
    often = i18n.text("accident.input.frequency", lang)
    fields = _text(
        "write|frequency",
        often,
        state.frequency,
        hint=i18n.text("whatif.frequency_hint", lang),
        example="1e-5 /yr",
    )
    names = {name: i18n.text(f"whatif.rose_{name or 'none'}", lang) for name in ROSES}
    fields += _list("pick|rose", "whatif.rose", names, state.rose, lang)
    if state.rose == OWN:
        fields += (
            f'<label class="ga-pick"><span>{said("whatif.winds", lang)}</span>'
            '<textarea rows="4" data-do="write|winds" spellcheck="false" '
            f'aria-describedby="hint-winds">{e(state.winds)}</textarea><small id="hint-winds">'
            f"{said('whatif.winds_hint', lang)}</small>"
            "</label>"
        )
    return _group("risk", fields, lang)


def _expert(state: WhatIfState) -> str:
    lang = state.lang
    fields = [
        _field(item, state.inputs, "in", lang)
        for item in state.form["inputs"]
        if item["group"] not in SHOWN and item["name"] not in FILES
    ]
    if state.with_tank:
        fields += [
            _field(item, state.tank, "tank", lang)
            for item in state.form["tank"]
            if item["group"] not in SHOWN
        ]
    if not fields:
        return ""
    is_open = (
        " open"
        if any(state.inputs.get(item["name"]) for item in state.form["inputs"] if item["group"] not in SHOWN)
        else ""
    )
    return (
        f"<details{is_open}><summary>{said('whatif.group.expert', lang)}</summary>{''.join(fields)}</details>"
    )


def _preset(state: WhatIfState, *, second: bool) -> str:
    if not state.form["weather"]:
        return ""
    lang = state.lang
    words = {"": i18n.text("whatif.preset_none", lang)}
    for name, item in known()["weathers"].items():
        words[name] = (
            f"{name} ({', '.join(i18n.term('country', code, lang) for code in item['jurisdictions'])})"
        )
    chosen = _list(
        "pick|weather2" if second else "pick|weather",
        "whatif.preset",
        words,
        state.weather_label(second=second),
        lang,
    )
    return chosen + f'<p class="ga-small ga-explain">{said("whatif.preset_hint", lang)}</p>'


def _wind(field: str, text: str, lang: str) -> str:
    return _text(
        f"write|{field}",
        i18n.text("accident.input.wind_from", lang),
        text,
        hint=i18n.text("whatif.north", lang),
    )


def _field(item: Mapping[str, Any], held: Mapping[str, str], prefix: str, lang: str) -> str:
    """A list where there are words to choose from, else a text field: a number and its unit."""
    name, text = item["name"], held.get(item["name"], "")
    do, words = f"write|{prefix}.{name}", label(name, lang)
    if item["unit"] is None and item["choices"]:
        options = {
            word: i18n.text(f"accident.word.{word}", lang) if i18n.has(f"accident.word.{word}") else word
            for word in item["choices"]
        }
        if not item["required"] and not item["default"]:
            options = {"": "–", **options}
        return _choice(do, words, options, text or item["default"] or "")
    parts = [range_words(item, lang)]
    if item["default"]:
        parts.append(i18n.text("whatif.default", lang, default=_default(item)))
    elif not item["required"]:
        parts.append(i18n.text("whatif.optional", lang))
    return _text(
        do,
        words,
        text,
        hint="; ".join(part for part in parts if part),
        example=item["example"] or "",
        title=_title(item, lang),
    )


def _default(item: Mapping[str, Any]) -> str:
    from geoalarm.app.whatif.whatif_view import pretty

    return pretty(str(item["default"]))


def _title(item: Mapping[str, Any], lang: str) -> str:
    """What the model says of an input for experts, in its own words, which are English."""
    return str(item["description"]).replace("``", "") if lang == "en" and item["group"] not in SHOWN else ""


def _of(items: list[Mapping[str, Any]], group: str) -> list[Mapping[str, Any]]:
    return [item for item in items if item["group"] == group]


def _group(name: str, body: str, lang: str) -> str:
    return (
        f'<fieldset class="ga-group"><legend>{said(f"whatif.group.{name}", lang)}</legend>{body}</fieldset>'
        if body
        else ""
    )


def _list(do: str, key: str, options: Mapping[str, str], value: str, lang: str) -> str:
    return _choice(do, i18n.text(key, lang), options, value)


def _choice(do: str, words: str, options: Mapping[str, str], value: str) -> str:
    rows = "".join(
        f'<option value="{e(key)}"{" selected" if key == value else ""}>{e(text)}</option>'
        for key, text in options.items()
    )
    return f'<label class="ga-pick"><span>{e(words)}</span><select data-do="{e(do)}">{rows}</select></label>'


def _text(do: str, words: str, value: str, *, hint: str = "", example: str = "", title: str = "") -> str:
    key = "hint-" + do.partition("|")[2].replace(".", "-")
    told = f'<small id="{e(key)}">{e(hint)}</small>' if hint else ""
    more = (f' aria-describedby="{e(key)}"' if hint else "") + (f' title="{e(title)}"' if title else "")
    return (
        f'<label class="ga-pick"><span>{e(words)}</span><input type="text" data-do="{e(do)}" '
        'data-enter="calculate|" autocomplete="off" '
        f'spellcheck="false" value="{e(value)}" placeholder="{e(example)}"{more}>{told}</label>'
    )
