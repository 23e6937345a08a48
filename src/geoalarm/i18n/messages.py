"""Every sentence a person reads is a key in four languages, resolved when rendered; numbers and dates by
Babel.

``lang`` is ``fr``, ``nl``, ``de`` or ``en``, or one of these with a country (``fr-BE``, ``fr_BE``). All
functions return plain text: whoever puts it in HTML escapes it, once.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Final

import babel
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.terms import LANGUAGES
from geoalarm.i18n.icu import parse, render

_LOCALES: Final = {"fr": "fr_FR", "nl": "nl_BE", "de": "de_BE", "en": "en_GB"}
_BELGIAN: Final = {"fr": "fr_BE"}
_MINUS: Final = "\N{MINUS SIGN}"


def languages() -> dict[str, str]:
    """The languages of the house, own names, in order of the switch: ``{"fr": "Français", ...}``."""
    return {lang: sentences(lang)["language.self"] for lang in LANGUAGES}


@lru_cache(maxsize=len(LANGUAGES))
def sentences(lang: str) -> Mapping[str, str]:
    """All keys of a language with their patterns, read once."""
    path = resources.files("geoalarm.i18n") / "locales" / f"{_language(lang)}.json"
    return MappingProxyType(json.loads(path.read_text(encoding="utf-8")))


def locale(lang: str, *, country: str | None = None) -> babel.Locale:
    """The CLDR locale of a language: fr_FR (fr_BE for Belgium), nl_BE, de_BE, en_GB."""
    language, _, region = lang.replace("-", "_").partition("_")
    return _locale(_language(language), (country or region).upper())


def has(key: str, lang: str = "en") -> bool:
    """Whether a key exists."""
    return key in sentences(_language(lang))


def text(key: str, lang: str, **values: object) -> str:
    """The sentence of a key with its values: numbers and dates in the locale's form, anything else as it is.

    Raises
    ------
    InputError
        If the key is unknown, or a value is missing. A key never reaches a page.
    """
    patterns = sentences(_language(lang))
    if key not in patterns:
        raise InputError(
            "sentence is not in the locale files",
            got=key,
            expected="a key of i18n/locales",
            hint=near_miss(key, patterns),
        )
    rules = locale(lang).plural_form
    return render(parse(patterns[key]), values, plural=rules, show=lambda value: _show(value, lang))


def term(namespace: str, value: str, lang: str) -> str:
    """The name of a value of a vocabulary (``hazard``, ``state``, ``basis``, ``class``); a user's own value
    reads as it is written.
    """
    key = f"{namespace}.{value}.name"
    return text(key, lang) if has(key, lang) else str(value).replace("_", " ")


def number(value: float, lang: str, *, decimals: int = 0, signed: bool = False) -> str:
    """A number with at most ``decimals`` decimals; with ``signed`` a plus or a true minus before it.

    Raises
    ------
    InputError
        If the value is NaN or infinite: a state has a sentence of its own.
    """
    _require_finite(value)
    shown = round(float(value), decimals) + 0.0
    pattern = "#,##0" + ("." + "#" * decimals if decimals else "")
    digits = format_decimal(abs(shown), format=pattern, locale=locale(lang))
    sign = _MINUS if shown < 0 else "+" if signed and shown > 0 else ""
    return sign + digits


def percent(share: float, lang: str) -> str:
    """A share [1] as per cent: one decimal under 10 %, whole above; a tenth of a per cent or less to one
    significant digit.

    Between 99.95 and 100 % it stays under 100 %, above 0 it never becomes 0 %.
    """
    _require_finite(share)
    points = abs(share) * 100
    if points == 0 or points >= 0.1:
        decimals = 1 if points < 9.95 or 99.5 <= points < 100 else 0
        points = min(round(points, decimals), 99.9) if points < 100 else round(points)
    else:
        decimals = min(-math.floor(math.log10(points)), 9)
    pattern = "#,##0" + ("." + "#" * decimals if decimals else "") + _percent_tail(lang)
    return (_MINUS if share < 0 else "") + format_percent(points / 100, format=pattern, locale=locale(lang))


def measure(value: float, unit: str, lang: str, *, exact: bool = False) -> str:
    """A value with its CF unit (``m``, ``km``, ``km2``, ``min``, ``mbar``, ``kW m-2``, ...), joined by a
    no-break space.

    One decimal under 10, whole above, minutes whole; ``exact`` keeps up to three decimals, for class bounds.
    """
    decimals = 3 if exact else 0 if unit == "min" or abs(value) >= 9.95 else 1
    shown = number(value, lang, decimals=decimals)
    key = f"unit.{unit.replace(' ', '_')}"
    return (
        text(key, lang, value=shown)
        if has(key, lang)
        else shown
        if unit in ("", "1")
        else f"{shown}\N{NO-BREAK SPACE}{unit}"
    )


def area_km2(value: float, lang: str) -> str:
    """An area [km2]."""
    return measure(value, "km2", lang)


def date_long(day: date, lang: str) -> str:
    """A date in words: 1 mars 2026, 1 March 2026."""
    return format_date(day, format="long", locale=locale(lang))


def people(count: float, lang: str) -> str:
    """A number of people with its noun: ``1 230 personnes``, ``1 000 000 de personnes``. Round first
    (``present.rounding``).
    """
    return text("unit.people", lang, n=_whole(count))


def communes(count: float, lang: str) -> str:
    """A number of communes with its noun."""
    return text("unit.communes", lang, n=_whole(count))


def minutes(count: float, lang: str) -> str:
    """Minutes, whole, with their noun."""
    return text("unit.minutes", lang, n=_whole(count))


def in_place(name: str, lang: str) -> str:
    """Where: "in X"; in French by the article: à Hirson, au Quesnoy, aux Mazures, à La Capelle."""
    if _language(lang) != "fr":
        return f"in {name}"
    for article, joined in (("Le ", "au "), ("Les ", "aux ")):
        if name.startswith(article):
            return joined + name.removeprefix(article)
    return f"à {name}"


def _show(value: object, lang: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return date_long(value, lang)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value, lang, decimals=0 if isinstance(value, int) else 1)
    return str(value)


def _language(lang: str) -> str:
    code = lang.replace("-", "_").partition("_")[0].lower()
    if code not in LANGUAGES:
        raise InputError("language", got=lang, expected=", ".join(LANGUAGES), hint=near_miss(code, LANGUAGES))
    return code


@lru_cache(maxsize=64)
def _locale(language: str, country: str) -> babel.Locale:
    return babel.Locale.parse(
        _BELGIAN.get(language, _LOCALES[language]) if country == "BE" else _LOCALES[language]
    )


def _percent_tail(lang: str) -> str:
    pattern = locale(lang).percent_formats[None].pattern
    return str(pattern)[str(pattern).rindex("0") + 1 :]


def _whole(count: float) -> int:
    _require_finite(count)
    return round(count)


def _require_finite(value: float) -> None:
    if not math.isfinite(value):
        raise InputError(
            "a number on a page",
            got=value,
            expected="a finite number",
            hint="ask for the state first: not mapped, not studied and suppressed have sentences of "
            "their own",
        )
