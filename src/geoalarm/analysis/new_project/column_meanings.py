"""What columns and names of a layer mean: codes of communes, people, names, countries, a year."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from geoalarm.analysis.new_project.inspected_layer import InspectedColumn, InspectedLayer
from geoalarm.i18n.place_names import fold

COMMUNE_CODES: Final = (
    "commune_id",
    "insee",
    "code_insee",
    "insee_com",
    "codgeo",
    "code_commune",
    "niscode",
    "nis",
    "nis_code",
    "c_nis",
    "cd_munty_refnis",
    "gisco_id",
    "lau_id",
    "ags",
    "code",
    "id",
)
"""Columns that hold codes of communes, the surest first."""
NAMES: Final = ("name", "nom", "naam", "libelle", "nom_com", "lau_name", "namefre", "nom_commune",
                "site_name", "nom_ets", "company_name", "bezeichnung", "betrieb", "betriebsname", "firma",
                "bedrijf", "bedrijfsnaam", "inrichting", "exploitant", "raison_sociale", "etablissement",
                "nom_etablissement")  # fmt: skip
COUNTRY_COLUMNS: Final = ("country", "cntr_code", "cntr_id", "country_code", "iso2")
HOUSE_COLUMNS: Final[Mapping[str, str]] = {
    "code_departement": "department_code",
    "insee_dep": "department_code",
    "code_province": "department_code",
    "nom_departement": "department_name",
    "name_province": "department_name",
    "nom_province": "department_name",
    "code_postal": "postcodes",
    "namefre": "name_fr",
    "namedut": "name_nl",
    "nameger": "name_de",
}
"""Other columns of communes, by their name in files of the two countries, with the name they have here."""
_PEOPLE: Final = re.compile(
    r"^(pop|population|tot_p|t$|ind$|inhab|habitants|inwoners|einwohner|residents|pmun|ptot|p\d\d_pop|bev(o|ö|oe)lk)"
    r"|nombre d.habitants|aantal inwoners|(anzahl|zahl) (der )?einwohner|number of (inhabitants|residents)",
    re.I,
)
_CODE: Final = re.compile(r"([A-Z]{2}[:_])?(\d{4,8}|2[AB]\d{3})")
_SYSTEMS: Final[Mapping[str, str]] = {
    "EPSG:2154": "FR",
    "EPSG:27572": "FR",
    "EPSG:31370": "BE",
    "EPSG:3812": "BE",
}
_TOKENS: Final[Mapping[str, str]] = {"fr": "FR", "france": "FR", "be": "BE", "belgium": "BE", "lu": "LU",
                                     "belgique": "BE", "belgie": "BE", "nl": "NL", "de": "DE"}  # fmt: skip
_CODE_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "FR": ("insee", "codgeo", "depcom"),
    "BE": ("nis",),
}
"""What the column of a country's codes is called."""
_DEGREES: Final = (
    r"nul|nil|aucun|none|geen|keine?",
    r"residuel|tres faible|very low|zeer laag|sehr gering|sehr niedrig",
    r"faible|low|mild|minor|laag|gering|niedrig|klein|far",
    r"moyen|modere|medium|moderate|middel|matig|mittel|massig",
    r"fort|eleve|high|severe|hoog|hoch|stark|gross|near",
    r"tres fort|tres eleve|very high|extreme|zeer hoog|sehr hoch|sehr stark|majeur",
)
"""Words of a degree, mild to severe, without accents; the longest that a label holds counts."""
_IS_YEAR: Final = re.compile(r"(19|20)\d\d")
_YEAR: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


def vintage_of(layer: InspectedLayer, *columns: str) -> str:
    """The year that a name speaks of; empty where it speaks of none, or of several."""
    for text in (*columns, layer.path.stem, layer.layer):
        years = set(_YEAR.findall(text))
        if len(years) == 1:
            return years.pop()
    return ""


def countries_of(layer: InspectedLayer, *columns: str) -> tuple[str, ...]:
    """Countries that a column, the system, or a word in the name of a layer tells."""
    stated = layer.column(*COUNTRY_COLUMNS)
    if stated is not None and all(re.fullmatch("[A-Z]{2}", value) for value in stated.values):
        return tuple(sorted(stated.values))
    named = set(code_countries(layer, *columns))
    known = {"FR"} if layer.column("code_departement", "insee_dep") else set()
    known |= {"BE"} if layer.column("code_province", "name_province", "codes_2019") else set()
    words = {_TOKENS[word] for word in re.split(r"[^a-z]+", layer.words) if word in _TOKENS}
    system = {_SYSTEMS[layer.crs]} if layer.crs in _SYSTEMS else set()
    found = next((one for one in (named, known, words, system) if one), set())
    return tuple(sorted(found))


def code_countries(layer: InspectedLayer, *columns: str) -> tuple[str, ...]:
    """Countries whose codes these columns hold, by their names; else by a word in the name of the layer."""
    named = {
        country
        for column in columns
        for country, words in _CODE_NAMES.items()
        if any(word in column.lower() for word in words)
    }
    if named or layer.form != "table":
        return tuple(sorted(named))
    return tuple(sorted({_TOKENS[word] for word in re.split(r"[^a-z]+", layer.words) if word in _TOKENS}))


def looks_like_codes(column: InspectedColumn) -> bool:
    """Whether every value that is known of a column could be the code of a commune, by its form."""
    known = [one for one in column.values if len(one.split()) == 1]  # words are notes below a table
    return bool(known) and all(_CODE.fullmatch(one.removesuffix(".0")) for one in known)


def code_columns(columns: Iterable[InspectedColumn]) -> list[InspectedColumn]:
    """Columns of a table that could hold codes: the surest that is known by its name, else all that could by
    their form; years and people are none.
    """
    able = [
        column
        for column in columns
        if looks_like_codes(column)
        and not is_people_name(column.name)
        and not all(_IS_YEAR.fullmatch(value) for value in column.values)
    ]
    named = {fold(column.name).replace(" ", "_"): column for column in able}
    return next(([named[name]] for name in COMMUNE_CODES if name in named), able)


def commune_code(layer: InspectedLayer) -> InspectedColumn | None:
    """The column that names each polygon by a code of a commune."""
    known = {column.name.lower(): column for column in layer.columns}
    return next(
        (
            known[name]
            for name in COMMUNE_CODES
            if name in known
            and layer.count > 1
            and _tells_apart(layer, known[name])
            and looks_like_codes(known[name])
        ),
        None,
    )


def _tells_apart(layer: InspectedLayer, code: InspectedColumn) -> bool:
    """Whether each polygon has a code of its own; two countries may share a few."""
    country = layer.column(*COUNTRY_COLUMNS)
    shared = 0.9 if country is not None and country.is_full else 1.0
    return code.is_full and code.distinct >= shared * layer.count


def mild_to_severe(labels: Iterable[str]) -> list[str]:
    """Labels in the order of their degrees where each holds the word or the number of one, else as given."""
    held = list(labels)
    degrees = {label: _degree(label) for label in held}
    known = [degree for degree in degrees.values() if degree is not None]
    return sorted(held, key=lambda one: degrees[one] or 0) if len(known) == len(held) else held


def _degree(label: str) -> float | None:
    words = fold(label)
    if words.isdecimal():
        return float(words)
    found = [
        (len(match.group()), place)
        for place, pattern in enumerate(_DEGREES)
        for match in re.finditer(rf"\b({pattern})", words)
    ]
    return float(max(found)[1]) if found else None


def people_column(layer: InspectedLayer) -> InspectedColumn | None:
    """The column of people: of several the latest that every row has, else the latest."""
    found = people_columns(layer)
    full = [column for column in found if column.is_full] or found
    return max(full, key=lambda column: (vintage_of(layer, column.name), -len(column.name)), default=None)


def people_columns(layer: InspectedLayer) -> list[InspectedColumn]:
    """Columns of numbers, none negative, that are called after people."""
    return [
        column
        for column in layer.columns
        if column.is_number and is_people_name(column.name) and not column.low < 0
    ]


def is_people_name(name: str) -> bool:
    """Whether a column is called after people."""
    return _PEOPLE.search(" ".join(name.split())) is not None
