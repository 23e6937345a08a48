"""Why an accident cannot be calculated, in one message that names the input; never a trace."""

from __future__ import annotations

import re
from typing import Final

from geoalarm import i18n
from geoalarm.app.whatif.accident_words import label, pretty, range_words, word_of
from geoalarm.app.whatif.form_fields import FormField
from geoalarm.app.whatif.whatif_state import WhatIfState
from geoalarm.app.whatif.wind_rose import OWN
from geoalarm.core.errors import GeoalarmError

_NAMED: Final = re.compile(r"(?:input|field) '(\w+)'")
_LACKING: Final = re.compile(r"missing a required argument: '(\w+)'")
_BARE: Final = re.compile(r"[-+]?[\d.,]+")
"""A number without its unit."""
PLAIN: Final = ("lon", "lat", "wind_from", "indoors")
"""Fields of the page itself that are plain numbers."""
MOST_WORDS: Final = 12
"""Words of a list that are told."""
_FIELDS: Final = (
    ("frequency", "frequency", "1e-5 /yr"),
    ("exposure", "indoor_time", "30 min"),
    ("ventilation_rate", "ventilation", "0.5 /h"),
)
"""Inputs of models that are fields of the page itself: their name there, here, and an example."""


def refusal(error: BaseException, state: WhatIfState, lang: str) -> str:
    """Why there is no answer, in one message that names the input; never a trace."""
    if not isinstance(error, GeoalarmError):
        return i18n.text("whatif.refused_plain", lang, message=i18n.text("error.title", lang))
    if (own := _of_page(error, state, lang)) is not None:
        return own
    named = _NAMED.search(error.what) or _LACKING.search(str(error.got))
    if named is not None:
        return _of_input(named.group(1), error, state, lang)
    if error.what.startswith("place of the accident"):
        return i18n.text("whatif.refused_outside", lang)
    if error.what.startswith("threshold"):
        return i18n.text(
            "whatif.refused_rings" if "not loaded" in str(error.got) else "whatif.refused_threshold", lang
        )
    return i18n.text("whatif.refused_plain", lang, message=pretty(error.sentence()))


def _of_page(error: GeoalarmError, state: WhatIfState, lang: str) -> str | None:
    """Refusal of a field the page has beside those of its kind: how often, the wind rose, the air indoors."""
    if error.what.startswith("individual risk of"):
        return i18n.text("whatif.refused_risk", lang)
    if error.what == "field 'rose'" or (error.what == "weather" and state.rose == OWN):
        return i18n.text(
            "whatif.refused",
            lang,
            label=label("rose", lang),
            got=str(error.got).strip("'"),
            expected=i18n.text("whatif.rose_expected", lang),
        )
    for name, field, example in _FIELDS:
        typed = getattr(state, field).strip()
        if typed and (f"'{name}'" in error.what or error.what.startswith(f'input "{name} of')):
            expected = i18n.text("whatif.number_unit", lang, example=example)
            return i18n.text("whatif.refused", lang, label=label(field, lang), got=typed, expected=expected)
    return None


def _of_input(name: str, error: GeoalarmError, state: WhatIfState, lang: str) -> str:
    """A refusal of an input of the kind or its tank, or of the place and the weather."""
    expected = _expected(name, error, state, lang) or i18n.text("whatif.number", lang)
    got = _got(name, error, state)
    if got in ("", "none", "nothing", "None") or _LACKING.search(str(error.got)):
        return i18n.text("whatif.refused_missing", lang, label=label(name, lang), expected=expected)
    return i18n.text("whatif.refused", lang, label=label(name, lang), got=got, expected=expected)


def _expected(name: str, error: GeoalarmError, state: WhatIfState, lang: str) -> str:
    """What an input may be, in words; empty where nothing says it."""
    expected = pretty(str(error.expected or ""))
    items = (*state.form["inputs"], *state.form["tank"])
    item = next((item for item in items if item["name"] == name), None)
    if item is None:
        if name in PLAIN and " to " in expected:
            low, _, high = expected.partition(" to ")
            return i18n.text("whatif.between", lang, low=low, high=high)
        return expected
    if item["unit"] is None and item["choices"]:
        return ", ".join(word_of(word, lang) for word in item["choices"][:MOST_WORDS])
    if "number" in expected or _lacks_unit(item, error):
        example = item["example"] or item["default"] or pretty(f"1 {item['unit']}")
        return i18n.text("whatif.number_unit", lang, example=example)
    return range_words(item, lang) or expected


def _lacks_unit(item: FormField, error: GeoalarmError) -> bool:
    """Whether a number was typed without the unit it needs."""
    return item["unit"] != "1" and _BARE.fullmatch(str(error.got).strip("'\"")) is not None


def _got(name: str, error: GeoalarmError, state: WhatIfState) -> str:
    """What was typed; where two weathers have a field of this name, what the model was given."""
    typed = {**state.tank, **state.inputs}.get(name, "").strip()
    if typed and not (state.has_second and name in state.second):
        return str(typed)
    return pretty(str(error.got if error.got is not None else "")).strip("'\"")
