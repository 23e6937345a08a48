"""Communes by country and code: keys, official languages, and what became of them in mergers."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from geoalarm.core.errors import InputError
from geoalarm.core.model import require_column

_KEY: Final = re.compile(r"([A-Z]{2}):(\S+)")
_FORMS: Final = {"FR": re.compile(r"\d{5}|2[AB]\d{3}"), "BE": re.compile(r"\d{5}")}

_GERMAN_SPEAKING: Final = frozenset(
    {"63001", "63012", "63013", "63023", "63040", "63048", "63061", "63067", "63087"}
)
"""The nine municipalities of the Belgian German language area, by NIS code."""
_BELGIAN_AREAS: Final[Mapping[str, tuple[str, ...]]] = {
    "1": ("nl",),
    "21": ("fr", "nl"),
    "23": ("nl",),
    "24": ("nl",),
    "25": ("fr",),
    "3": ("nl",),
    "4": ("nl",),
    "5": ("fr",),
    "6": ("fr",),
    "7": ("nl",),
    "8": ("fr",),
    "9": ("fr",),
}
"""Official languages by how the NIS code begins: Antwerp, Brussels, Flemish Brabant (Halle-Vilvoorde,
Leuven), Walloon Brabant, West and East Flanders, Hainaut, Liège but for its German area, Limburg, Luxembourg,
Namur.
"""
PROVINCES: Final[Mapping[str, tuple[str, ...]]] = {
    "10000": ("1",),
    "20001": ("23", "24"),
    "20002": ("25",),
    "30000": ("3",),
    "40000": ("4",),
    "50000": ("5",),
    "60000": ("6",),
    "70000": ("7",),
    "80000": ("8",),
    "90000": ("9",),
    "04000": ("21",),
}
"""NIS codes of the Belgian provinces and of Brussels, and how the codes of their municipalities begin."""
_ELSEWHERE: Final = {"FR": ("fr",), "LU": ("fr", "de"), "NL": ("nl",), "DE": ("de",)}


def commune_id(country: str, code: str) -> str:
    """Key of a commune, ``FR:02001``: 29 five-digit codes exist in both France and Belgium.

    Raises
    ------
    InputError
        If the country is not two capital letters, or the code is not text in the form its country uses.
    """
    if not re.fullmatch(r"[A-Z]{2}", str(country)):
        raise InputError(
            "country of a commune",
            got=repr(country),
            expected="two capital letters such as FR or BE",
            hint="use the ISO 3166 code",
        )
    form = _FORMS.get(country, re.compile(r"\S+"))
    if not isinstance(code, str) or not form.fullmatch(code):
        raise InputError(
            f"code of a commune of {country}",
            got=repr(code),
            expected=f"text of the form {form.pattern}",
            hint="read codes as text: departments 01 to 09 start with a zero",
        )
    return f"{country}:{code}"


def split_id(key: str) -> tuple[str, str]:
    """Country and code of a key.

    Raises
    ------
    InputError
        If the key does not name its country.
    """
    found = _KEY.fullmatch(str(key))
    if found is None:
        raise InputError(
            "commune_id",
            got=repr(key),
            expected="country and code, such as FR:59350 or BE:57081",
            hint="write the country before the code: the same code may exist in two countries",
        )
    return found[1], found[2]


def official_languages(key: str) -> tuple[str, ...]:
    """Languages a commune's name is official in; empty where its key does not tell.

    In Belgium by the four language areas; municipalities with facilities count with their area.
    """
    country, _, code = key.partition(":")
    if country != "BE":
        return _ELSEWHERE.get(country, ())
    if code in _GERMAN_SPEAKING:
        return ("de",)
    return _BELGIAN_AREAS.get(code[:1]) or _BELGIAN_AREAS.get(code[:2], ())


def display_name(row: Mapping[str, object], lang: str) -> str:
    """Name for a page in ``lang``, followed by the official one where it differs: ``Doornik (Tournai)``.

    Parameters
    ----------
    row : mapping
        ``commune_id`` and, where known, ``name`` (local), ``name_fr``, ``name_nl``, ``name_de``.

    Returns
    -------
    str
        Never empty: the code stands in where no name is known.
    """
    key = str(row["commune_id"])
    spoken = official_languages(key)
    local = _text(row, "name")
    official = list(
        dict.fromkeys(name for name in (_text(row, f"name_{tongue}") for tongue in spoken) if name)
    ) or [local or key]
    if lang == "de" and "de" in spoken and not _text(row, "name_de"):
        return _text(row, "name_nl") or official[0]
    page = _text(row, f"name_{lang}")
    if not page:
        return " / ".join(official)
    others = [name for name in official if name != page]
    return f"{page} ({' / '.join(others)})" if others else page


def _text(row: Mapping[str, object], column: str) -> str:
    value = row.get(column)
    return (
        ""
        if value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NA
        else str(value).strip()
    )


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """What became of communes between vintages: ``steps`` from a ``commune_id`` to those that follow it."""

    steps: Mapping[str, tuple[str, ...]]

    def successors(self, key: str) -> tuple[str, ...]:
        """The communes that follow one, through chains of mergers; itself where nothing happened to it.

        Raises
        ------
        InputError
            If the chain runs in a circle.
        """
        return self._follow(key, ())

    def _follow(self, key: str, seen: tuple[str, ...]) -> tuple[str, ...]:
        if key in seen:
            raise InputError(
                "successors of communes run in a circle",
                got=" > ".join([*seen, key]),
                expected="every chain to end",
                hint="make one crosswalk for each step between vintages",
            )
        following = self.steps.get(key, (key,))
        if following == (key,):
            return following
        ends = [
            end
            for step in following
            for end in ((step,) if step == key else self._follow(step, (*seen, key)))
        ]
        return tuple(dict.fromkeys(ends))


def crosswalk(table: pd.DataFrame, *, old: str, new: str, country: str) -> Crosswalk:
    """Crosswalk from two columns of codes; several successors in one cell are joined by ``|``.

    Rows that repeat a code must agree; a code that follows itself stayed as it was.

    Raises
    ------
    InputError
        If a column is missing, a code has not the form of its country, or two rows disagree.
    """
    steps: dict[str, tuple[str, ...]] = {}
    for column in (old, new):
        require_column(table, column, what="table of successors")
    for before, after in zip(table[old], table[new], strict=True):
        if pd.isna(after) or not str(after).strip():
            raise InputError(
                f"table of successors, column {new!r}",
                got=f"nothing after {before}",
                expected="at least one code",
                hint="complete the row",
            )
        key = commune_id(country, before)
        following = tuple(commune_id(country, part.strip()) for part in str(after).split("|"))
        if steps.setdefault(key, following) != following:
            raise InputError(
                f"table of successors says two things of {key}",
                got=f"{'|'.join(steps[key])} and {'|'.join(following)}",
                expected="one row a code",
                hint="join several successors by | in one row",
            )
    return Crosswalk(steps)


@dataclass(frozen=True, slots=True)
class MergedCounts:
    """Counts on the newer communes.

    Attributes
    ----------
    counts : pandas.Series
        By ``commune_id``, sorted; NaN where any part is not known.
    outside : pandas.Series
        Counts whose successor lies outside the zone.
    renamed : dict
        From each old ``commune_id`` that changed to its successors.
    """

    counts: pd.Series
    outside: pd.Series
    renamed: dict[str, tuple[str, ...]]


def move_counts(
    counts: pd.Series,
    walk: Crosswalk,
    *,
    shares: Mapping[tuple[str, str], float] | None = None,
    zone: Collection[str] | None = None,
) -> MergedCounts:
    """Bring counts by ``commune_id`` to a newer vintage; counts in zone and outside add up to what came in.

    Parameters
    ----------
    counts : pandas.Series
        Indexed by ``commune_id``, each once. NaN is not known, and makes the sum it enters not known.
    shares : mapping, optional
        Share of an old commune that went to each new one, ``{(old, new): 0.4, ...}`` [1], for communes that
        were split.
    zone : collection of str, optional
        ``commune_id`` of the communes wanted; without it nothing is outside.

    Raises
    ------
    InputError
        If a code appears twice, or a commune was split and no shares that sum to one are given.
    """
    if counts.index.has_duplicates:
        raise InputError(
            "counts by commune",
            got=f"{counts.index[counts.index.duplicated()][0]} twice",
            expected="one count a commune",
            hint="add them up first",
        )
    rows: list[tuple[str, float]] = []
    renamed: dict[str, tuple[str, ...]] = {}
    for key, value in counts.items():
        following = walk.successors(str(key))
        if following != (key,):
            renamed[str(key)] = following
        parts = _parts(str(key), following, shares or {})
        rows += [(after, float(value) * part) for after, part in zip(following, parts, strict=True)]
    sums = (
        pd.DataFrame(rows, columns=["commune_id", "count"])
        .groupby("commune_id")["count"]
        .agg(lambda part: part.sum(skipna=False))
    )
    inside = sums.index.isin(list(zone)) if zone is not None else pd.Series(True, index=sums.index).to_numpy()
    return MergedCounts(sums[inside], sums[~inside], renamed)


def _parts(key: str, following: Iterable[str], shares: Mapping[tuple[str, str], float]) -> list[float]:
    names = list(following)
    if len(names) == 1:
        return [1.0]
    parts = [shares.get((key, name), math.nan) for name in names]
    if not all(part >= 0 for part in parts) or abs(sum(parts) - 1) > 1e-9:
        raise InputError(
            f"{key} was split between {' and '.join(names)}",
            got=f"shares {parts}" if shares else "no shares",
            expected="a share for each, summing to one",
            hint=f"shares={{({key!r}, {names[0]!r}): ..., ...}} by people or homes",
        )
    return parts
