"""Names of communes: the page's language first, then the local name; search without accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import partial
from typing import Final

import pandas as pd

from geoalarm import i18n
from geoalarm.core.model import Communes, Source

_SPLIT: Final = re.compile(r"[^0-9a-z]+")
EXACT: Final = 1
"""Communes of this rank or better are called exactly what was asked."""

_LEAST_DIGITS: Final = 3
"""Fewer digits of a postcode than these mean too many communes."""

_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o"})


def names(communes: Communes, lang: str) -> pd.Series:
    """Name of each commune by ``commune_id``; the code where it has none."""
    frame = communes.data
    local = frame["name"].astype("str") if "name" in frame.columns else frame["commune_id"].astype("str")
    local = local.where(local.notna() & (local.str.strip() != ""), frame["commune_id"].astype("str"))
    column = f"name_{_language(lang)}"
    shown = (
        frame[column].astype("str").where(frame[column].notna() & (frame[column] != ""), local)
        if column in frame.columns
        else local
    )
    joined = shown.where(shown == local, shown + " (" + local + ")")
    return pd.Series(joined.to_numpy(dtype=object), index=communes.ids, name="name")


def name_in(names: Mapping[str, str], name: str, lang: str, *, first: bool = False) -> str:
    """The name in the reader's language, else ``name``; with a capital where it comes ``first``."""
    shown = names.get(_language(lang)) or name
    return shown[:1].upper() + shown[1:] if first else shown


def source_title(source: Source, lang: str) -> str:
    """Title of a source in the reader's language, where its catalog entry has one; else as its producer gives
    it.
    """
    return source.titles.get(_language(lang), "") or source.title or source.id


def region_name(country: str, code: str, name: str, lang: str) -> str:
    """Name of a department or province: in the reader's language if any, else as in the data."""
    key = f"province.{country}_{code}"
    return i18n.text(key, lang) if i18n.has(key, lang) else name or code


def _language(lang: str) -> str:
    """``fr`` of ``fr-BE``."""
    return lang.replace("-", "_").partition("_")[0]


def fold(words: str) -> str:
    """Lower case without accents, ligatures and punctuation, for comparison: ``Écaussinnes-d'Enghien`` is
    ``ecaussinnes d enghien``.
    """
    plain = unicodedata.normalize("NFKD", words.casefold().translate(_LIGATURES))
    return " ".join(
        _SPLIT.split("".join(letter for letter in plain if not unicodedata.combining(letter)))
    ).strip()


def search(communes: Communes, query: str, *, limit: int = 8) -> list[str]:
    """``commune_id`` of the communes that a reader may mean, best first; see :func:`ranked`."""
    return list(ranked(communes, query)["commune_id"].head(limit))


def find(communes: Communes, query: str, *, limit: int = 8) -> list[str]:
    """Like :func:`search`, but one where the query is the very code, name or postcode of one commune only."""
    found = ranked(communes, query)
    exact = found[found["rank"] <= EXACT]
    return list(found["commune_id"].head(limit)) if len(exact) != 1 else list(exact["commune_id"])


def ranked(communes: Communes, query: str) -> pd.DataFrame:
    """Communes that a reader may mean: ``commune_id`` and ``rank``, best first.

    Rank 0 is the code, 1 the whole name or a postcode (column ``postcodes``, joined by ``|``), 2 the start of
    a name or of a postcode, 3 the start of a word in a name. All languages of the name are searched; among
    equals the larger population comes first.
    """
    asked = fold(query)
    frame = communes.data
    best = pd.Series(9, index=frame.index)
    for column in ("commune_id", "name", "name_fr", "name_nl", "name_de", "postcodes"):
        if asked and column in frame.columns:
            ranks = (
                frame[column].fillna("").astype("str").map(partial(_RANKS.get(column, _rank), asked=asked))
            )
            best = best.where(best <= ranks, ranks)
    people = frame["population"] if "population" in frame.columns else pd.Series(0.0, index=frame.index)
    order = pd.DataFrame({"commune_id": frame["commune_id"], "rank": best, "people": -people.fillna(0)})
    return order[order["rank"] < 9].sort_values(["rank", "people", "commune_id"])[["commune_id", "rank"]]


def _rank_code(value: str, asked: str) -> int:
    name = fold(value)
    return 0 if asked in (name, name.partition(" ")[2]) else 9


def _rank_postcodes(value: str, asked: str) -> int:
    codes = [code.strip() for code in value.split("|")]
    if asked in codes:
        return 1
    return (
        2
        if len(asked) >= _LEAST_DIGITS and asked.isdigit() and any(code.startswith(asked) for code in codes)
        else 9
    )


def _rank(value: str, asked: str) -> int:
    name = fold(value)
    if name == asked:
        return 1
    if name.startswith(asked):
        return 2
    return 3 if f" {asked}" in name else 9


_RANKS: Final = {"commune_id": _rank_code, "postcodes": _rank_postcodes}
