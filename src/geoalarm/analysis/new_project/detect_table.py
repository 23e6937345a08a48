"""What a table without outlines could be: people by commune, joined to the outlines by a code."""

from __future__ import annotations

import re
from typing import Final

from geoalarm.analysis.new_project.column_meanings import (
    code_columns,
    code_countries,
    people_columns,
    vintage_of,
)
from geoalarm.analysis.new_project.inspected_layer import InspectedColumn, InspectedLayer
from geoalarm.analysis.new_project.role_guess import RoleGuess

_PLACES: Final = re.compile(r"seveso|icpe|site|betrieb|bedrijf|etabliss|adress|adres|anschrift", re.I)

_NEARLY_ALL: Final = 0.9
"""Share of the rows with a code of their own; below a table may stand notes and totals."""


def detect_table(layer: InspectedLayer) -> RoleGuess:
    """What a table could be; the choice among several columns of people, or rows, stays unstated."""
    code = _code(layer)
    people = [column for column in people_columns(layer) if code is not None and column.name != code.name]
    if code is None or not people:
        return RoleGuess("", _why_not(layer, code))
    names = tuple(column.name for column in people)
    return RoleGuess(
        "population",
        f"a table of people ({' or '.join(names[:4])}) by code of a commune ({code.name})",
        kind="counts",
        id_column=code.name,
        population_column=names[0] if len(names) == 1 else "",
        population_choices=names if len(names) > 1 else (),
        countries=code_countries(layer, code.name),
        vintage=vintage_of(layer, *names[:1]) if len(names) == 1 else vintage_of(layer),
        row_choices=layer.row_choices,
    )


def _code(layer: InspectedLayer) -> InspectedColumn | None:
    """The column of codes: one known by its name, else the only one that could be; codes may repeat where
    another column tells their rows apart.
    """
    able = code_columns(layer.columns)
    if not layer.row_choices:
        able = [column for column in able if column.distinct >= _NEARLY_ALL * layer.count]
    return able[0] if len(able) == 1 else None


def _why_not(layer: InspectedLayer, code: InspectedColumn | None) -> str:
    names = ", ".join(column.name for column in layer.columns[:8])
    if code is not None:
        return f"a table with codes of communes ({code.name}) and no column of people among {names}"
    if _PLACES.search(" ".join([layer.words, names])):
        return f"a list of places without coordinates ({names}): give each a longitude and a latitude"
    return f"a table without coordinates and without a column of codes, one a commune, among {names}"
