"""What a layer could be: communes, people, a hazard, sites; by geometry, columns, units, values and names.

A guess is never a fact: what only its producer can tell stays unstated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from geoalarm.analysis.new_project.inspect_files import FEW, InspectedColumn, InspectedLayer
from geoalarm.core.english_counts import counted

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
                "site_name", "nom_ets", "company_name", "bezeichnung")  # fmt: skip
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
    r"^(pop|population|tot_p|t$|ind$|inhab|habitants|inwoners|einwohner|residents)", re.I
)
_CODE: Final = re.compile(r"([A-Z]{2}[:_])?(\d{4,8}|2[AB]\d{3})")
_WORDS: Final[Mapping[str, str]] = {
    "flood": r"flood|inond|crue|overstrom|hoch?wasser|ueberschwemm|depth|\btri_|ppri|water",
    "landslide": r"slide|glissement|mouvement|grondversch|rutsch|\bmvt|cavit|suscept|landslip",
    "industrial": r"seveso|icpe|pprt|effect|effet|toxi|nuclear|nuclea|zones?_plant|blast|explos",
}
_POPULATION_WORDS: Final = re.compile(r"pop|census|inhab|people|habitant|inwoner|einwohner|ghs_p|worldpop")
_RELIEF_WORDS: Final = re.compile(r"\bdem|_dem|dem_|dtm|mnt|elev|srtm|relief|hoogte|hoehe")
_SITE_WORDS: Final = re.compile(r"site|seveso|icpe|reactor|plant|industr|irep|company|etabliss|installation")
_OTHER_POINTS: Final = re.compile(r"hospital|hopita|school|ecole|station|gare|cells|events|landslide")
_PLACE_WORDS: Final = re.compile(r"place|geonames|villes|towns|settlement|localit|lieux")
_RIVER_WORDS: Final = re.compile(r"river|water|cours|canal|riv|fluss|beek")
_BORDER_WORDS: Final = re.compile(r"border|frontier|grens|grenze")
_CLASS_WORDS: Final = re.compile(
    r"class|level|niveau|alea|ring|zone|effect|effet|intens|degr|hazard|gevoel|stufe"
)
_SHARE_WORDS: Final = re.compile(r"fraction|frac|share|part|anteil|aandeel")
_SYSTEMS: Final[Mapping[str, str]] = {
    "EPSG:2154": "FR",
    "EPSG:27572": "FR",
    "EPSG:31370": "BE",
    "EPSG:3812": "BE",
}
_TOKENS: Final[Mapping[str, str]] = {"fr": "FR", "france": "FR", "be": "BE", "belgium": "BE", "lu": "LU",
                                     "belgique": "BE", "belgie": "BE", "nl": "NL", "de": "DE"}  # fmt: skip
_YEAR: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class RoleGuess:
    """What a layer could be, and what was seen that says so.

    Attributes
    ----------
    role : str
        A role of the catalog; empty: no use was found.
    why : str
        In words, for whoever checks it.
    id_column, name_column, population_column, country_column, class_column : str
        Columns found; empty where none was.
    class_choices, population_choices : tuple of str
        Columns that could hold the class, where several could; every column of people.
    class_labels : tuple of str
        Labels of the class column.
    countries : tuple of str
        Where something tells them.
    hazard, kind : str
        Empty where nothing tells them.
    vintage : str
        A year in a name.
    columns : mapping
        Other columns, from the file's name to the house's.
    """

    role: str
    why: str
    kind: str = ""
    hazard: str = ""
    id_column: str = ""
    name_column: str = ""
    population_column: str = ""
    population_choices: tuple[str, ...] = ()
    country_column: str = ""
    class_column: str = ""
    class_choices: tuple[str, ...] = ()
    class_labels: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    vintage: str = ""
    columns: tuple[tuple[str, str], ...] = ()


def detect_role(layer: InspectedLayer) -> RoleGuess:
    """What a layer could be."""
    find = {"polygons": _polygons, "points": _points, "lines": _lines, "raster": _raster}[layer.form]
    return find(layer)


def hazard_of(layer: InspectedLayer) -> str:
    """Hazard that the names of a layer speak of; empty where they speak of none, or of several."""
    words = " ".join([layer.words, *(column.name.lower() for column in layer.columns)])
    found = [name for name, pattern in _WORDS.items() if re.search(pattern, words)]
    return found[0] if len(found) == 1 else ""


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
    named = {"FR" for column in columns if "insee" in column.lower()} | {
        "BE" for column in columns if "nis" in column.lower()
    }
    known = {"FR"} if layer.column("code_departement", "insee_dep") else set()
    known |= {"BE"} if layer.column("code_province", "name_province", "codes_2019") else set()
    words = {_TOKENS[word] for word in re.split(r"[^a-z]+", layer.words) if word in _TOKENS}
    system = {_SYSTEMS[layer.crs]} if layer.crs in _SYSTEMS else set()
    found = next((one for one in (named, known, words, system) if one), set())
    return tuple(sorted(found))


def _polygons(layer: InspectedLayer) -> RoleGuess:
    code, people = _commune_code(layer), _people_column(layer)
    if code is not None:
        return _communes(layer, code, people)
    hazard = hazard_of(layer)
    if people is not None and not hazard:
        return RoleGuess(
            "population",
            f"polygons with a column of people ({people.name})",
            kind="counts",
            population_column=people.name,
            countries=countries_of(layer),
            vintage=vintage_of(layer, people.name),
        )
    return _zones(layer, hazard)


def _communes(layer: InspectedLayer, code: InspectedColumn, people: InspectedColumn | None) -> RoleGuess:
    name, country = layer.column(*NAMES), layer.column(*COUNTRY_COLUMNS)
    used = {code.name, name.name if name else "", people.name if people else ""}
    others = {HOUSE_COLUMNS[c.name.lower()]: c.name for c in layer.columns if c.name.lower() in HOUSE_COLUMNS}
    return RoleGuess(
        "communes",
        f"{layer.count} polygons, each with a code of its own ({code.name})",
        kind="polygons",
        id_column=code.name,
        name_column=name.name if name else "",
        population_column=people.name if people else "",
        population_choices=tuple(column.name for column in _people_columns(layer)),
        country_column=country.name if country else "",
        countries=countries_of(layer, code.name),
        vintage=vintage_of(layer, people.name if people else ""),
        columns=tuple((old, new) for new, old in others.items() if old not in used),
    )


def _zones(layer: InspectedLayer, hazard: str) -> RoleGuess:
    classes = [
        column.name
        for column in layer.columns
        if not column.is_number and 1 <= column.distinct <= FEW and column.is_full
    ]
    named = [name for name in classes if _CLASS_WORDS.search(name.lower())]
    chosen = named if len(named) == 1 else classes if len(classes) == 1 else []
    if not hazard and not named:
        return RoleGuess("", "polygons whose use nothing tells")
    return RoleGuess(
        "hazard",
        counted(layer.count, "polygon")
        + (f" named after a {hazard}" if hazard else f" with a class ({named[0]})"),
        kind="polygons",
        hazard=hazard,
        class_column=chosen[0] if chosen else "",
        class_choices=() if chosen else tuple(named or classes),
        class_labels=next((column.values for column in layer.columns if column.name in chosen), ()),
        countries=countries_of(layer),
        vintage=vintage_of(layer),
    )


def _points(layer: InspectedLayer) -> RoleGuess:
    name = layer.column(*NAMES)
    words = " ".join([layer.words, *(column.name.lower() for column in layer.columns)])
    facts: dict[str, Any] = {
        "kind": "points",
        "name_column": name.name if name else "",
        "countries": countries_of(layer),
        "vintage": vintage_of(layer),
    }
    if _PLACE_WORDS.search(layer.words):
        return RoleGuess("places", "points named after places", **facts)
    if _SITE_WORDS.search(words) and not _OTHER_POINTS.search(layer.words):
        ids = layer.column("site_id", "id", "code_aiot", "irep_id")
        own = ids.name if ids is not None and ids.is_unique_in == layer.count else ""
        return RoleGuess("sites", "points named after sites", id_column=own, **facts)
    return RoleGuess("", "points whose use nothing tells")


def _lines(layer: InspectedLayer) -> RoleGuess:
    for role, words in (("border", _BORDER_WORDS), ("rivers", _RIVER_WORDS)):
        if words.search(layer.words):
            return RoleGuess(
                role,
                f"lines named after a {role.removesuffix('s')}",
                kind="lines",
                countries=countries_of(layer),
                vintage=vintage_of(layer),
            )
    return RoleGuess("", "lines whose use nothing tells")


def _raster(layer: InspectedLayer) -> RoleGuess:
    facts: dict[str, Any] = {"countries": countries_of(layer), "vintage": vintage_of(layer)}
    if _RELIEF_WORDS.search(layer.words):
        return RoleGuess("relief", "a raster named after elevation", kind="elevation", **facts)
    hazard = hazard_of(layer)
    if not hazard and _POPULATION_WORDS.search(layer.words) and not layer.low < 0:
        return RoleGuess("population", "a raster named after people, none negative", **facts)
    if not hazard:
        return RoleGuess("", "a raster whose use nothing tells")
    return RoleGuess(
        "hazard", f"a raster named after a {hazard}", kind=_raster_kind(layer), hazard=hazard, **facts
    )


def _raster_kind(layer: InspectedLayer) -> str:
    """What the cells hold: shares, class codes, an intensity; empty where whole numbers leave it open."""
    if _SHARE_WORDS.search(layer.words) and layer.low >= 0 and layer.high <= 1:
        return "fraction"
    if layer.units in ("m", "cm", "mm", "dm") or not layer.is_whole or layer.distinct > FEW:
        return "intensity"
    return "classes" if layer.high <= FEW and "depth" not in layer.words else ""


def _commune_code(layer: InspectedLayer) -> InspectedColumn | None:
    """The column that names each polygon by a code of a commune."""
    known = {column.name.lower(): column for column in layer.columns}
    return next(
        (
            known[name]
            for name in COMMUNE_CODES
            if name in known
            and layer.count > 1
            and _tells_apart(layer, known[name])
            and all(_CODE.fullmatch(value.removesuffix(".0")) for value in known[name].values)
        ),
        None,
    )


def _tells_apart(layer: InspectedLayer, code: InspectedColumn) -> bool:
    """Whether each polygon has a code of its own; two countries may share a few."""
    country = layer.column(*COUNTRY_COLUMNS)
    shared = 0.9 if country is not None and country.is_full else 1.0
    return code.is_full and code.distinct >= shared * layer.count


def _people_column(layer: InspectedLayer) -> InspectedColumn | None:
    """The column of people: of several the latest that every row has, else the latest."""
    found = _people_columns(layer)
    full = [column for column in found if column.is_full] or found
    return max(full, key=lambda column: (vintage_of(layer, column.name), -len(column.name)), default=None)


def _people_columns(layer: InspectedLayer) -> list[InspectedColumn]:
    return [
        column
        for column in layer.columns
        if column.is_number and _PEOPLE.search(column.name) and not column.low < 0
    ]
