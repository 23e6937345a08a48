"""Entries of a catalog as text: what a file tells, and a TODO with its choices for what it cannot tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from geoalarm.analysis.new_project.column_meanings import mild_to_severe
from geoalarm.analysis.new_project.inspected_layer import FEW, InspectedLayer
from geoalarm.analysis.new_project.role_guess import RoleGuess
from geoalarm.catalog.cf_units import cf_units
from geoalarm.core.errors import GeoalarmError
from geoalarm.core.units import COUNT_UNITS, DENSITY_UNITS
from geoalarm.io.unstated import UNSTATED
from geoalarm.io.written_yaml import WrittenFloat, WrittenInt

BASIS: Final = f"{UNSTATED} statutory, observed, modelled or illustrative: where it comes from"
LICENCE: Final = f"{UNSTATED} the licence, as its producer states it"
ATTRIBUTION: Final = f"{UNSTATED} whom to name as its producer"
VINTAGE: Final = f"{UNSTATED} the year, or the version, that it shows"
CRS: Final = f"{UNSTATED} the EPSG code of its coordinates, such as EPSG:3035"
COUNTRIES: Final = (
    f"{UNSTATED} the countries its producer studied, such as [FR, BE]; elsewhere nothing is known"
)
COUNTRY: Final = f"{UNSTATED} the country of its codes, such as [FR]"
HAZARD: Final = f"{UNSTATED} flood, landslide or industrial: what it is a map of"
KIND: Final = (
    f"{UNSTATED} intensity (a depth), classes (whole codes, 0 is none) or fraction (share of a cell)"
)
ORDER: Final = (
    f"{UNSTATED} the labels from mild to severe, so that places in several count once: "
    "[{labels}] in that order; [] if none is worse"
)
LENGTH: Final = f"{UNSTATED} m, cm or mm: what a value is measured in"
PEOPLE_KIND: Final = f"{UNSTATED} counts (people in a cell) or density (people in an area)"
PEOPLE_UNITS: Final = f'{UNSTATED} "1" for counts, km-2 for people per square kilometre'
NO_DATA: Final = f"{UNSTATED} not_studied or dry: what a cell without a value means"
SELECT: Final = f"{UNSTATED} one of its values: {{values}}"
PEOPLE_COLUMN: Final = f"{UNSTATED} {{names}}: the column of people to be counted"
JOIN_COMMUNES: Final = f"{UNSTATED} [{{names}}]: the communes whose codes they are, one of each country"
JOIN_CRS: Final = "EPSG:3035"
"""In which the outlines of a table's communes are laid."""
_COLUMNS: Final = ("id_column", "country_column", "name_column", "population_column", "class_column")
_PERIOD: Final = re.compile(r"(?i)(?<![a-z0-9])(?:rp|t|q|hq)[_-]?(\d{1,5})(?![0-9])")
_PERIOD_DIMENSION: Final = re.compile(
    r"(?i)(return|recurrence)[_ ]?(period|interval)s?(_yr|_years)?|rps?|p[ée]riodes?_de_retour"
    r"|terugkeerperiode|wiederkehrperiode"
)
_NAME: Final = re.compile(r"[^a-z0-9]+")


class _Quoted(yaml.SafeDumper):
    """Text of digits in quotes, so that nobody takes the department 08 for a number."""


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "'" if text.isdigit() else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _as_written(dumper: yaml.SafeDumper, number: WrittenInt | WrittenFloat) -> yaml.ScalarNode:
    tag = "int" if isinstance(number, WrittenInt) else "float"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{tag}", number.text)


_Quoted.add_representer(str, _quoted)
_Quoted.add_multi_representer(WrittenInt, _as_written)
_Quoted.add_multi_representer(WrittenFloat, _as_written)


@dataclass(frozen=True, slots=True)
class ProjectEntry:
    """An entry to be written: its layers (several where they are return periods of one map), what they could
    be, and its name.
    """

    name: str
    layers: tuple[InspectedLayer, ...]
    guess: RoleGuess
    scenario: str = ""

    @property
    def layer(self) -> InspectedLayer:
        """The first of the layers."""
        return self.layers[0]


def entry_text(entry: ProjectEntry, folder: Path) -> str:
    """The entry as YAML under ``sources:``, with what was seen above it."""
    facts = _facts(entry)
    shown = {
        "driver": "geo_raster" if entry.layer.form == "raster" else "geo_vector",
        "args": _args(entry, folder),
    }
    parameters = _parameters(entry)
    if parameters:
        shown["parameters"] = parameters
    return f"  # {entry.guess.why}\n" + indented({entry.name: {**shown, "metadata": facts}}, 2)


def indented(value: Mapping[str, Any], spaces: int) -> str:
    """Plain values as YAML, one field a line, moved in; lists in one line each."""
    lines = []
    for name, inner in value.items():
        if isinstance(inner, list) and any(isinstance(item, dict) for item in inner):
            lines.append(f"{' ' * spaces}{name}:\n")
            lines += [f"{' ' * spaces}  - {_item(item, spaces + 4)}" for item in inner]
        elif isinstance(inner, dict) and inner:
            lines.append(f"{' ' * spaces}{name}:\n{indented(inner, spaces + 2)}")
        else:
            lines.append(f"{' ' * spaces}{name}: {_scalar(inner)}\n")
    return "".join(lines)


def _item(value: object, spaces: int) -> str:
    """An item of a list, its first field beside the dash."""
    return indented(value, spaces).lstrip() if isinstance(value, dict) else f"{_scalar(value)}\n"


def _scalar(value: object) -> str:
    text = yaml.dump(value, Dumper=_Quoted, default_flow_style=True, allow_unicode=True, width=10_000)
    return text.removesuffix("...\n").strip()


def grouped(layers: Iterable[tuple[InspectedLayer, RoleGuess]]) -> list[ProjectEntry]:
    """Layers as entries with names of their own: rasters that differ by a return period are one."""
    entries: list[ProjectEntry] = []
    for layer, guess in layers:
        alike = next((n for n, entry in enumerate(entries) if _is_period_of(layer, guess, entry)), None)
        if alike is None:
            entries.append(ProjectEntry(_name_of(layer, {entry.name for entry in entries}), (layer,), guess))
        else:
            held = entries[alike]
            entries[alike] = ProjectEntry(held.name, (*held.layers, layer), held.guess)
    return [_told_apart(entry, entries) for entry in entries]


def period_of(layer: InspectedLayer) -> str:
    """The return period in the name of a file, as it is written there; empty where there is none."""
    found = _PERIOD.findall(_stem(layer)) if layer.form == "raster" else []
    return str(found[0]) if len(found) == 1 and int(found[0]) > 1 else ""


def _facts(entry: ProjectEntry) -> dict[str, Any]:
    guess, layer = entry.guess, entry.layer
    facts: dict[str, Any] = {
        "title": _title(entry),
        "role": guess.role,
        **_measured(entry),
        "crs": JOIN_CRS if layer.form == "table" else layer.crs or CRS,
        "basis": "statutory" if layer.profile else BASIS,
        "licence": LICENCE,
        "attribution": ATTRIBUTION,
        "vintage": guess.vintage or VINTAGE,
        **_countries(guess),
        **{
            name: value
            for name in _COLUMNS
            if (value := getattr(guess, name)) and (layer.form != "table" or name == "population_column")
        },
    }
    if layer.form == "table" and guess.population_choices:
        facts["population_column"] = PEOPLE_COLUMN.format(names=_either(guess.population_choices))
    if guess.class_choices:
        facts["class_column"] = f"{UNSTATED} {_either(guess.class_choices)}: the column that holds the class"
    if len(guess.class_labels) > 1:
        facts["class_order"] = ORDER.format(labels=", ".join(mild_to_severe(guess.class_labels)))
    if guess.columns:
        facts["columns"] = dict(guess.columns)
    return facts | {"url": "", "verified": True}


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(names)


def _countries(guess: RoleGuess) -> dict[str, Any]:
    if guess.countries:
        return {"countries": list(guess.countries)}
    wanted = {"communes": COUNTRY, "hazard": COUNTRIES}
    return {"countries": wanted[guess.role]} if guess.role in wanted else {}


def _measured(entry: ProjectEntry) -> dict[str, Any]:
    """Hazard, kind and units."""
    guess, layer = entry.guess, entry.layer
    if guess.role == "population":
        return _people(guess, layer)
    if guess.role != "hazard":
        return {"kind": guess.kind}
    facts: dict[str, Any] = {"hazard": guess.hazard or HAZARD, "kind": guess.kind or KIND}
    if entry.scenario:
        facts["scenario"] = entry.scenario
    if layer.form != "raster":
        return facts
    facts["units"] = "1" if guess.kind in ("classes", "fraction") else _known_units(layer) or LENGTH
    if len(entry.layers) == 1 and period_of(layer):
        facts["return_period_yr"] = int(period_of(layer))
    return facts | ({"no_data": NO_DATA} if any(one.has_no_data for one in entry.layers) else {})


def _people(guess: RoleGuess, layer: InspectedLayer) -> dict[str, Any]:
    units = "1" if guess.kind == "counts" else _known_units(layer)
    if units in DENSITY_UNITS:
        return {"kind": "density", "units": units}
    return (
        {"kind": "counts", "units": "1"}
        if units in COUNT_UNITS
        else {"kind": PEOPLE_KIND, "units": PEOPLE_UNITS}
    )


def _known_units(layer: InspectedLayer) -> str:
    try:
        return cf_units(layer.units, what=layer.path.name) if layer.units else ""
    except GeoalarmError:
        return ""


def _args(entry: ProjectEntry, folder: Path) -> dict[str, Any]:
    layer = entry.layer
    args: dict[str, Any] = {"urlpath": _address(entry, folder)}
    if layer.member:
        args["member"] = _member(entry)
    for name in ("profile", "layer", "band", "variable", "x", "y", "delimiter"):
        if getattr(layer, name):
            args[name] = getattr(layer, name)
    if layer.events:
        args["part"] = "{{ scenario }}"
    if layer.dimensions:
        args["select"] = {dim: _selected(dim, values) for dim, values in layer.dimensions}
    return args | _join(entry.guess, layer) | ({"crs": layer.crs or CRS} if layer.x else {})


def _join(guess: RoleGuess, layer: InspectedLayer) -> dict[str, Any]:
    """To which communes a table is joined, and which of its rows are meant."""
    if layer.form != "table":
        return {}
    join: dict[str, Any] = {"column": guess.id_column}
    if guess.join_communes:
        names = list(guess.join_communes)
        join["communes"] = names if guess.is_join_told else JOIN_COMMUNES.format(names=", ".join(names))
    rules = [
        {"column": name, "equals": SELECT.format(values=_first(values))} for name, values in guess.row_choices
    ]
    return {"join": join} | ({"keep": rules[:1]} if rules else {})


def _selected(dim: str, values: tuple[str, ...]) -> str:
    return "{{ return_period }}" if _are_periods(dim, values) else SELECT.format(values=_first(values))


def _are_periods(dim: str, values: tuple[str, ...]) -> bool:
    """Whether a dimension holds return periods in whole years, by its name and values."""
    return _PERIOD_DIMENSION.fullmatch(dim) is not None and all(
        one.isdecimal() and int(one) > 1 for one in values
    )


def _first(values: tuple[str, ...]) -> str:
    """Some values of a dimension, and how many there are."""
    return ", ".join(values) if len(values) <= FEW else f"{', '.join(values[:FEW])}, ... ({len(values)})"


def _address(entry: ProjectEntry, folder: Path) -> str:
    path = entry.layer.path.absolute()
    inside = path.is_relative_to(folder.absolute())
    text = (
        f"{{{{ CATALOG_DIR }}}}/{path.relative_to(folder.absolute()).as_posix()}"
        if inside
        else path.as_posix()
    )
    if len(entry.layers) == 1:
        return text
    if entry.layer.member:
        return text
    head, _, name = text.rpartition("/")
    return f"{head}/{_with_period(name)}"


def _member(entry: ProjectEntry) -> str:
    return entry.layer.member if len(entry.layers) == 1 else _with_period(entry.layer.member)


def _with_period(name: str) -> str:
    """A name with the parameter in the place of its return period."""
    start, end = _period_span(name)
    return f"{name[:start]}{{{{ return_period }}}}{name[end:]}"


def _parameters(entry: ProjectEntry) -> dict[str, Any]:
    """Return periods, of files or of a dimension, and events of a plan."""
    layer = entry.layer
    if len(entry.layers) > 1:
        return {"return_period": _periods(sorted((period_of(one) for one in entry.layers), key=int))}
    for dim, values in layer.dimensions:
        if _are_periods(dim, values):
            return {"return_period": _periods(list(values))}
    if layer.events:
        events = list(layer.events)
        about = "event of the map"
        return {"scenario": {"description": about, "type": "str", "default": events[0], "allowed": events}}
    return {}


def _periods(words: list[str]) -> dict[str, Any]:
    """The parameter of the return periods; numbers, or text where a zero leads."""
    plain = not any(word.startswith("0") for word in words)
    values = [int(word) if plain else word for word in words]
    return {
        "description": "years between events of this size, on average",
        "type": "int" if plain else "str",
        "default": values[len(values) // 2],
        "allowed": values,
    }


def _is_period_of(layer: InspectedLayer, guess: RoleGuess, entry: ProjectEntry) -> bool:
    if guess.role != "hazard" or not period_of(layer) or not period_of(entry.layer):
        return False
    return _template(layer) == _template(entry.layer) and guess.kind == entry.guess.kind


def _template(layer: InspectedLayer) -> tuple[object, ...]:
    start, end = _period_span(layer.file_name)
    return (
        layer.path if layer.member else layer.path.parent,
        layer.file_name[:start],
        layer.file_name[end:],
        layer.crs,
        layer.band,
        layer.variable,
    )


def _stem(layer: InspectedLayer) -> str:
    """The name of the data file without its ending."""
    return layer.file_name.rpartition(".")[0] or layer.file_name


def _period_span(name: str) -> tuple[int, int]:
    found = _PERIOD.search(name)
    return found.span(1) if found is not None else (0, 0)


def _name_of(layer: InspectedLayer, taken: set[str]) -> str:
    """A name of the house for a layer, that no other has."""
    parts = [layer.path.stem, _stem(layer), layer.layer, f"band_{layer.band}" if layer.band else "",
             layer.variable, layer.hazard]  # fmt: skip
    words = _NAME.sub("_", " ".join(dict.fromkeys(parts)).lower()).strip("_")
    kind = "plan" if layer.profile else "layer"
    short = (words if words[:1].isalpha() else f"{kind}_{words}")[:50].strip("_")
    name = short if len(short) > 1 else f"layer_{short}"
    return next(one for one in (name, *(f"{name}_{n}" for n in range(2, 1_000))) if one not in taken)


def _title(entry: ProjectEntry) -> str:
    layer = entry.layer
    several = bool(layer.band or layer.variable or layer.dimensions)
    parts = [layer.path.stem, _stem(layer), layer.layer, layer.band_name if several else "", layer.hazard]
    words = " ".join(dict.fromkeys(part for part in parts if part))
    return " ".join(words.replace("_", " ").split()).capitalize().ljust(3, ".")


def _told_apart(entry: ProjectEntry, entries: list[ProjectEntry]) -> ProjectEntry:
    """Maps of one hazard in a scenario each: the table tells them apart by it."""
    alike = [one for one in entries if one.guess.role == "hazard" and one.guess.hazard == entry.guess.hazard]
    if entry.guess.role != "hazard" or len(alike) < 2:
        return entry
    return ProjectEntry(entry.name, entry.layers, entry.guess, scenario=entry.name)
