"""Official codes become keys that name their country: FR:59350 and BE:57081."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pandas as pd

from geoalarm.core.english_counts import counted
from geoalarm.core.errors import InputError
from geoalarm.core.field_hints import FieldHint
from geoalarm.core.missing_words import is_missing_word
from geoalarm.core.unicode_names import nfc

PATTERNS: Final = {
    "FR": re.compile(r"(?:\d{5}|2[AB]\d{3})"),
    "BE": re.compile(r"\d{5}"),
    "LU": re.compile(r"\d{4}"),
    "NL": re.compile(r"(?:GM)?\d{4}"),
    "DE": re.compile(r"\d{8}"),
}
"""Form of a commune's code in each country; other countries are not checked."""

_KEY: Final = re.compile(r"([A-Z]{2})[:_](\S+)")
_COUNTRY_WORDS: Final = frozenset(
    {"country", "country_code", "cntr_code", "cntr_id", "cntr", "iso2", "iso_a2", "cc", "pays", "land"}
)


def commune_ids(
    data: pd.DataFrame,
    *,
    id_column: str,
    country: str | None = None,
    country_column: str | None = None,
    what: str = "communes",
) -> tuple[pd.Series, dict[str, int]]:
    """Keys of all rows, and what was mended on the way.

    French codes that lost their leading zero (2001 for 02001) get it back where the country is known, and are
    counted.

    Returns
    -------
    pandas.Series of str, dict
        ``FR:59350`` where the country is known, else the id as text.

    Raises
    ------
    InputError
        If codes are empty, do not have the form of their country, name another country than stated, or name
        none while the layer shows several.
    """
    if country is not None and not re.fullmatch(r"[A-Z]{2}", country):
        raise InputError(
            f"{what}: country",
            got=repr(country),
            expected="two capital letters such as FR or BE",
            hint="use the ISO 3166 code",
        )
    text = _as_text(data[id_column], what=f"{what}, column {id_column!r}")
    named = text.str.extract(_KEY)
    has_key = named[0].notna()
    countries = _countries(
        data, text, country=country, country_column=country_column, has_key=has_key, what=what
    )
    if has_key.any() and not has_key.all():
        raise InputError(
            f"{what}, column {id_column!r}: some ids name their country, others do not",
            got=f"{text[has_key].iloc[0]}, {text[~has_key].iloc[0]}",
            expected="one form",
            hint="write country and code in every row",
        )
    clash = has_key & countries.notna() & (named[0] != countries)
    if clash.any():
        raise InputError(
            f"{what}: mixed country codes",
            got=f"id {text[clash].iloc[0]} in a row of {countries[clash].iloc[0]}",
            expected="one country a row",
            hint="leave the country out, or correct the ids",
        )
    countries, code = countries.where(~has_key, named[0]), text.where(~has_key, named[1])
    short = (countries == "FR") & code.str.fullmatch(r"\d{4}")
    code = code.where(~short, code.str.zfill(5))
    _require_forms(countries, code, what=f"{what}, column {id_column!r}")
    keys = (countries.fillna("").astype("str") + ":" + code).where(countries.notna(), code)
    return keys.astype("str"), ({"codes_given_their_leading_zero": int(short.sum())} if short.any() else {})


def parts(keys: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Country and code of each key; the country is empty where the key names none."""
    split = keys.str.extract(r"^(?:([A-Z]{2}):)?(.*)$")
    return split[0].fillna("").astype("str"), split[1].astype("str")


def _as_text(values: pd.Series, *, what: str) -> pd.Series:
    if pd.api.types.is_float_dtype(values) and values.notna().all() and (values == values.round()).all():
        values = values.astype("int64")
    text = values.astype("str").str.strip()
    empty = np.array([pd.isna(one) or one == "" or is_missing_word(one) for one in text], dtype=bool)
    if empty.any():
        raise InputError(
            f"{what} has empty codes",
            got=f"{int(empty.sum())} of {len(values)} rows",
            expected="a code in every row",
            hint="drop or complete these rows",
        )
    return text.map(nfc).astype("str")


def _countries(
    data: pd.DataFrame,
    text: pd.Series,
    *,
    country: str | None,
    country_column: str | None,
    has_key: pd.Series,
    what: str,
) -> pd.Series:
    """Country of each row, missing where it is not known."""
    if (
        country_column is None
        and "country" in data.columns
        and data["country"].astype("str").str.fullmatch(r"[A-Z]{2}").all()
    ):
        country_column = "country"
    if country_column is not None:
        stated = data[country_column].astype("str").str.strip().str.upper()
        bad = ~stated.str.fullmatch(r"[A-Z]{2}")
        if bad.any():
            raise InputError(
                f"{what}, column {country_column!r}",
                got=repr(stated[bad].iloc[0]),
                expected="two letters such as FR or BE",
                hint="use ISO 3166 codes",
            )
        if country is not None and (stated != country).any():
            raise InputError(
                f"{what}: mixed country codes",
                got=f"{', '.join(sorted(stated.unique())[:6])} in column {country_column!r}",
                expected=country,
                hint="leave the country out: the column says it row by row",
            )
        return stated
    if country is not None:
        return pd.Series(country, index=text.index, dtype="object")
    for column in data.columns:
        if str(column).lower() in _COUNTRY_WORDS and not has_key.all() and data[column].nunique() > 1:
            raise InputError(
                f"{what}: mixed country codes, and the ids do not say which",
                got=", ".join(map(str, data[column].dropna().unique()[:6])),
                expected="a country for every code",
                hint=_country_hint(data[column], str(column)),
            )
    return pd.Series(None, index=text.index, dtype="object")


def _country_hint(words: pd.Series, column: str) -> str | FieldHint:
    if not words.astype("str").str.fullmatch(r"\s*[A-Za-z]{2}\s*").all():
        return f"write ISO 3166 codes of two letters (FR, BE) into column {column!r}"
    return FieldHint(
        "say which: {country_column}; the same code exists in two countries", country_column=column
    )


def _require_forms(countries: pd.Series, code: pd.Series, *, what: str) -> None:
    for name, pattern in PATTERNS.items():
        rows = countries == name
        bad = rows & ~code.str.fullmatch(pattern)
        if bad.any():
            raise InputError(
                f"{what}: {counted(bad.sum(), 'code')} not of {name}",
                got=repr(code[bad].iloc[0]),
                expected=f"the form {pattern.pattern}",
                hint="check the id column and the country; keep codes as text",
            )
