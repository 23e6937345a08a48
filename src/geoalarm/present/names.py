"""Names of communes: the page's language first, then the local name (Doornik (Tournai)); search without accents."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import pandas as pd

from geoalarm.core import i18n
from geoalarm.core.model import Communes, Source

_SPLIT: Final = re.compile(r"[^0-9a-z]+")
_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o"})


def names(communes: Communes, lang: str) -> pd.Series:
    """Name of each commune by ``commune_id``; the code where it has none."""
    frame = communes.data
    local = frame["name"].astype("str") if "name" in frame.columns else frame["commune_id"].astype("str")
    local = local.where(local.notna() & (local.str.strip() != ""), frame["commune_id"].astype("str"))
    column = f"name_{lang.replace('-', '_').partition('_')[0]}"
    shown = frame[column].astype("str").where(frame[column].notna() & (frame[column] != ""), local) if column in frame.columns else local
    joined = shown.where(shown == local, shown + " (" + local + ")")
    return pd.Series(joined.to_numpy(dtype=object), index=communes.ids, name="name")


def source_title(source: Source, lang: str) -> str:
    """Title of a source in the reader's language, for the layers that come with the package; else as its producer gives it."""
    key = f"source.{source.id.partition('(')[0]}"
    return i18n.text(key, lang) if i18n.has(key, lang) else source.title or source.id


def fold(words: str) -> str:
    """Lower case without accents, ligatures and punctuation, for comparison: ``Écaussinnes-d'Enghien`` is ``ecaussinnes d enghien``."""
    plain = unicodedata.normalize("NFKD", words.casefold().translate(_LIGATURES))
    return " ".join(_SPLIT.split("".join(letter for letter in plain if not unicodedata.combining(letter)))).strip()


def search(communes: Communes, query: str, *, limit: int = 8) -> list[str]:
    """``commune_id`` of the communes that a reader may mean, best first: code, whole name, start of a name, start of a word in it.

    All languages of the name are searched; among equals the larger population comes first.
    """
    asked = fold(query)
    if not asked:
        return []
    frame = communes.data
    columns = [column for column in ("name", "name_fr", "name_nl", "name_de") if column in frame.columns]
    best = pd.Series(9, index=frame.index)
    for column in ("commune_id", *columns):
        found = frame[column].fillna("").astype("str").map(fold)
        code = column == "commune_id"
        ranks = found.map(lambda name, code=code: _rank(name, asked, code))
        best = best.where(best <= ranks, ranks)
    people = frame["population"] if "population" in frame.columns else pd.Series(0.0, index=frame.index)
    order = pd.DataFrame({"id": frame["commune_id"], "rank": best, "people": -people.fillna(0)})
    return list(order[order["rank"] < 9].sort_values(["rank", "people", "id"])["id"].head(limit))


def _rank(name: str, asked: str, code: bool) -> int:
    if code:
        return 0 if asked in (name, name.partition(" ")[2]) else 9
    if name == asked:
        return 1
    if name.startswith(asked):
        return 2
    return 3 if f" {asked}" in name else 9
