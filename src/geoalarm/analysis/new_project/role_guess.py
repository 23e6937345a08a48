"""What a layer could be, as far as its file tells."""

from __future__ import annotations

from dataclasses import dataclass


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
    row_choices : tuple of str
        Of a table with several rows a commune: columns that tell these apart.
    join_communes : tuple of str
        Of a table: entries of communes that it is joined to; with ``is_join_told`` false, those it may be.
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
    row_choices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    join_communes: tuple[str, ...] = ()
    is_join_told: bool = True
