"""What a layer could be: communes, people, a hazard, sites; by geometry, columns, units, values and names.

A guess is never a fact: what only its producer can tell stays unstated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from geoalarm.analysis.new_project.column_meanings import (
    COUNTRY_COLUMNS,
    HOUSE_COLUMNS,
    NAMES,
    commune_code,
    countries_of,
    people_column,
    people_columns,
    vintage_of,
)
from geoalarm.analysis.new_project.detect_table import detect_table
from geoalarm.analysis.new_project.inspected_layer import FEW, InspectedColumn, InspectedLayer
from geoalarm.analysis.new_project.role_guess import RoleGuess
from geoalarm.core.english_counts import counted
from geoalarm.i18n.place_names import fold

_WORDS: Final[Mapping[str, str]] = {
    "flood": r"flood|inond|crue|overstrom|hoch?wasser|ueberschwemm|depth|\btri_|ppri|water",
    "landslide": r"slide|glissement|mouvement|grondversch|rutsch|\bmvt|cavit|suscept|landslip",
    "industrial": r"seveso|icpe|pprt|effect|effet|toxi|nuclear|nuclea|zones?_plant|blast|explos",
}
_BELGIAN: Final = ("walloon_flood", "flemish_flood")
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
_STUDIED_WORDS: Final = re.compile(
    r"perimetre|zone d? ?etude|emprise|study area|studied area|studiegebied|untersuchungsgebiet|extent$"
)
_SHARE_WORDS: Final = re.compile(r"fraction|frac|share|part|anteil|aandeel")


def detect_role(layer: InspectedLayer) -> RoleGuess:
    """What a layer could be."""
    find = {
        "polygons": _polygons,
        "points": _points,
        "lines": _lines,
        "raster": _raster,
        "table": detect_table,
    }
    return _plan(layer) if layer.profile else find[layer.form](layer)


def _plan(layer: InspectedLayer) -> RoleGuess:
    """A hazard of an official plan, whose classes and their order its standard tells."""
    return RoleGuess(
        "hazard",
        f"an official plan ({layer.profile}): {counted(layer.count, 'zone')} of {layer.hazard}",
        kind="polygons",
        hazard=layer.hazard,
        countries=("BE",) if layer.profile in _BELGIAN else ("FR",),
        vintage=layer.vintage,
    )


def hazard_of(layer: InspectedLayer) -> str:
    """Hazard that the names of a layer speak of; empty where they speak of none, or of several."""
    words = " ".join([layer.words, *(column.name.lower() for column in layer.columns)])
    found = [name for name, pattern in _WORDS.items() if re.search(pattern, words)]
    return found[0] if len(found) == 1 else ""


def _polygons(layer: InspectedLayer) -> RoleGuess:
    code, people = commune_code(layer), people_column(layer)
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
        population_choices=tuple(column.name for column in people_columns(layer)),
        country_column=country.name if country else "",
        countries=countries_of(layer, code.name),
        vintage=vintage_of(layer, people.name if people else ""),
        columns=tuple((old, new) for new, old in others.items() if old not in used),
    )


def _zones(layer: InspectedLayer, hazard: str) -> RoleGuess:
    own_name = layer.layer or layer.file_name.rpartition(".")[0]
    if _STUDIED_WORDS.search(fold(own_name.replace("_", " "))):
        return RoleGuess("", "named after an area that was studied, which is no zone of a hazard")
    classes = [
        column.name
        for column in layer.columns
        if not column.is_number and 1 <= column.distinct <= FEW and column.is_full
        if column.name.lower() not in NAMES
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
