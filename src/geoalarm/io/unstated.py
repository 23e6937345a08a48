"""Values that a file leaves to be stated: they begin with ``TODO``, and say what may stand there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from geoalarm.core.errors import GeoalarmError, InputError

UNSTATED: Final = "TODO"
"""How a value begins that somebody has to state."""


def unstated_faults(
    value: object, *, what: str, kind: type[GeoalarmError] = InputError
) -> list[GeoalarmError]:
    """One fault for each value below that is still to be stated.

    Parameters
    ----------
    value : object
        Plain values of a YAML file.
    what : str
        What they are: ``entry 'floods'``.
    kind : type
        Of the faults.
    """
    return [
        kind(
            f"{what}, field {place}: still to be stated",
            expected=text.removeprefix(UNSTATED).strip(" :") or "a value",
            hint=f"write it in the place of {UNSTATED}",
        )
        for place, text in _open_places(value)
    ]


def _open_places(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and value.split(" ")[0].rstrip(":") == UNSTATED:
        yield place, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _open_places(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list | tuple):
        for n, inner in enumerate(value):
            yield from _open_places(inner, f"{place}.{n}")
