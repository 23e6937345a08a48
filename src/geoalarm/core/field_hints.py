"""Hints that name a field: a catalog and the command line call the same thing by different names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Self

METADATA_FIELDS: Final = frozenset({"countries", "country_column", "id_column", "population_column"})
"""Fields of a catalog entry that stand in its metadata; the others are arguments."""

MAPPING_FIELDS: Final = frozenset({"select"})
"""Fields that hold values by name: ``time=2020`` on the command line, ``{time: "2020"}`` in a catalog."""

FieldWords = Callable[[str, str], str | None]
"""A field and an example of its value in the words of a door; None where the door has no such field."""


class FieldHint(str):
    """A hint with fields in braces, which reads as for a catalog until a door says them in its own words.

    Parameters
    ----------
    template : str
        ``"name one: {member}"``.
    otherwise : str
        What helps where a door has not all the fields.
    **fields : str
        An example value of each field.

    Examples
    --------
    >>> FieldHint("name one: {member}", member="T100")
    'name one: args.member: T100'
    """

    template: str
    otherwise: str
    fields: dict[str, str]

    def __new__(cls, template: str, *, otherwise: str = "", **fields: object) -> Self:
        """The text for a catalog, with what is needed to say it anew."""
        values = {name: str(value) for name, value in fields.items()}
        rooms = {name: "metadata" if name in METADATA_FIELDS else "args" for name in values}
        said = {name: f"{rooms[name]}.{name}: {_in_yaml(name, value)}" for name, value in values.items()}
        hint = super().__new__(cls, template.format(**said))
        hint.template, hint.otherwise, hint.fields = template, otherwise, values
        return hint

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, str]]:
        """What a copy is made of."""
        return (self.template,), {"otherwise": self.otherwise, **self.fields}

    def said_with(self, words: FieldWords) -> str:
        """The hint in the words of a door."""
        said = {name: words(name, value) for name, value in self.fields.items()}
        return self.otherwise if None in said.values() else self.template.format(**said)


def _in_yaml(name: str, value: str) -> str:
    if name not in MAPPING_FIELDS:
        return value
    key, _, text = value.partition("=")
    return f'{{{key}: "{text}"}}'


def said_with(hint: str | None, words: FieldWords) -> str | None:
    """Any hint in the words of a door; one that names no field stays as it is."""
    return (hint.said_with(words) or None) if isinstance(hint, FieldHint) else hint
