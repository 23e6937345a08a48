"""What every page asks of the choices of its reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from geoalarm.present.classes import Measure


@dataclass(frozen=True, slots=True)
class UnknownOption:
    """A word of an address that names nothing here."""

    name: str
    value: str


class PageState(Protocol):
    """Choices of a reader: language, what a table is ordered by, country and commune, and their address."""

    lang: str
    measure: Measure
    country: str
    commune: str

    def query(self) -> dict[str, str]:
        """The words of the address that bring a reader back."""
