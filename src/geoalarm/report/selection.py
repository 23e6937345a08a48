"""Which communes get a report, and in which languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.model import Communes
from geoalarm.core.terms import LANGUAGES
from geoalarm.geo.communes import official_languages
from geoalarm.i18n.place_names import fold

_ONE_LANGUAGE: Final = {"LU": ("fr",)}
"""Countries whose reports are in one of their languages: laws of Luxembourg are in French (law of 24 February
1984 on the languages, article 2).
"""


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """A commune to report on, the languages to do it in, and whether as PDF too."""

    commune_id: str
    langs: tuple[str, ...]
    pdf: bool = False


@dataclass(frozen=True, slots=True)
class ReportSelection:
    """What was asked for: the communes of all parts together.

    Attributes
    ----------
    every : bool
        All communes of the territory.
    communes, countries, departments, provinces : tuple of str
        ``commune_id``; country codes; codes or names of departments (France) and of provinces (Belgium).
    langs : tuple of str
        Languages; none: those of the place (:func:`languages_of`).
    """

    every: bool = False
    communes: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()


def select(communes: Communes, choice: ReportSelection) -> list[ReportRequest]:
    """The communes of a choice in the order of the territory, each once.

    Raises
    ------
    InputError
        If nothing was asked for, or a commune, country, department, province or language is not known; it
        offers the nearest.
    """
    asked = {_language(lang) for lang in choice.langs}
    langs = tuple(lang for lang in LANGUAGES if lang in asked)
    frame = communes.data
    ids = [str(name) for name in communes.ids]
    countries = [str(name) for name in communes.countries]
    if not (choice.every or choice.communes or choice.countries or choice.departments or choice.provinces):
        raise InputError(
            "no commune was chosen",
            expected="--commune, --departement, --province, --country or --all",
            hint="for example: geoalarm report --commune FR:59350 --out DIR",
        )
    chosen = set(ids) if choice.every else set()
    chosen |= {_commune(name, ids) for name in choice.communes}
    for country in choice.countries:
        known = sorted({name for name in countries if name})
        if country.upper() not in known:
            raise InputError(
                f"country {country!r}",
                got=country,
                expected=", ".join(known),
                hint=near_miss(country.upper(), known),
            )
        chosen |= {name for name, own in zip(ids, countries, strict=True) if own == country.upper()}
    for kind, country, parts in (
        ("department", "FR", choice.departments),
        ("province", "BE", choice.provinces),
    ):
        chosen |= _of_parts(frame, ids, countries, kind=kind, country=country, parts=parts)
    names = _local_names(frame)
    return [
        ReportRequest(name, langs or languages_of(name, names.get(name))) for name in ids if name in chosen
    ]


def languages_of(commune_id: str, names: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Languages of a place by its official code.

    France and Luxembourg: fr; Netherlands: nl; Germany: de. Belgium by province, the first digits of the
    code: nl in Flanders, fr in Wallonia, de in the German-speaking Community, fr and nl in Brussels; where
    the code tells nothing, the language whose name of the place is the local one. Elsewhere: en.

    Parameters
    ----------
    names : mapping, optional
        ``name``, ``name_fr``, ``name_nl``, ``name_de`` of the place.
    """
    country = commune_id.partition(":")[0]
    spoken = _ONE_LANGUAGE.get(country) or official_languages(commune_id)
    if spoken or country != "BE":
        return spoken or ("en",)
    held = names or {}
    local = [
        lang for lang in ("fr", "nl", "de") if held.get("name") and held.get(f"name_{lang}") == held["name"]
    ]
    return (local[0] if local else "fr",)


def _language(lang: str) -> str:
    if lang not in LANGUAGES:
        raise InputError(
            f"language {lang!r}", got=lang, expected=", ".join(LANGUAGES), hint=near_miss(lang, LANGUAGES)
        )
    return lang


def _commune(name: str, ids: Sequence[str]) -> str:
    if name in set(ids):
        return name
    same_code = [known for known in ids if known.partition(":")[2] == name]
    hint = f"write {' or '.join(same_code)}" if same_code else near_miss(name.upper(), ids)
    raise InputError(
        f"commune {name!r} is not on the territory",
        got=name,
        expected="country and code, such as FR:59350",
        hint=hint,
    )


def _of_parts(
    frame: pd.DataFrame,
    ids: Sequence[str],
    countries: Sequence[str],
    *,
    kind: str,
    country: str,
    parts: Iterable[str],
) -> set[str]:
    """Communes of departments or provinces, by code or by name."""
    wanted = list(parts)
    if not wanted:
        return set()
    if "department_code" not in frame.columns:
        raise InputError(
            f"{kind} {wanted[0]!r}",
            got="communes without departments",
            expected="a column department_code",
            hint="use --commune",
        )
    codes = frame["department_code"].astype("string").fillna("").tolist()
    labels = (
        frame["department_name"].astype("string").fillna("").tolist()
        if "department_name" in frame.columns
        else codes
    )
    rows = [row for row in zip(ids, countries, codes, labels, strict=True) if row[1] == country]
    known = {code: label for _, _, code, label in rows if code}
    found: set[str] = set()
    for part in wanted:
        asked = fold(part)
        here = {
            code
            for code, label in known.items()
            if asked in (fold(code), fold(label)) or fold(label).endswith(f" {asked}")
        }
        if not here:
            told = [f"{code} ({label})" for code, label in known.items()]
            hint = near_miss(part, [*known, *known.values()])
            raise InputError(
                f"{kind} {part!r} is not on the territory",
                got=part,
                expected=", ".join(told) or "none here",
                hint=hint,
            )
        found |= {name for name, _, code, _ in rows if code in here}
    return found


def _local_names(frame: pd.DataFrame) -> dict[str, dict[str, str]]:
    columns = [column for column in ("name", "name_fr", "name_nl", "name_de") if column in frame.columns]
    plain = frame[columns].astype("string").fillna("")
    return dict(zip(frame["commune_id"].astype(str), plain.to_dict("records"), strict=True))  # type: ignore[arg-type]
