"""Errors that say what is wrong, what was got, what was expected and how to mend it."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterable, Sequence

from geoalarm.core.english_counts import counted
from geoalarm.core.field_hints import FieldWords, said_with

_LONGEST = 2_000
"""Characters of a part of an error that are shown: what a reader typed or a library said may be endless."""


class GeoalarmError(Exception):
    """Base of every error this package raises on purpose.

    Parameters
    ----------
    what : str
        What is wrong, naming the input ("column 'pop' of communes.gpkg").
    got, expected : str, optional
        What was found and what should have been.
    hint : str, optional
        What the reader can do about it.
    """

    def __init__(
        self, what: str, *, got: object = None, expected: object = None, hint: str | None = None
    ) -> None:
        self.what, self.got, self.expected, self.hint = what, got, expected, hint
        super().__init__(self.sentence())

    @property
    def mend(self) -> str | None:
        """The hint, under the name that it had; goes with the next release."""
        warnings.warn("error.mend is error.hint now", DeprecationWarning, stacklevel=2)
        return self.hint

    def sentence(self) -> str:
        """All parts in one line, in the order a reader needs them."""
        parts = [_short(self.what.rstrip("."))]
        if self.got is not None:
            parts.append(f"got {_short(str(self.got))}")
        if self.expected is not None:
            parts.append(f"expected {self.expected}")
        if self.hint:
            parts.append(f"hint: {self.hint}")
        told = "; ".join(parts)
        return told if told.endswith(("?", "...")) else told + "."

    def at(self, place: str) -> GeoalarmError:
        """The same error with the place it stands at before it."""
        kind = InputError if isinstance(self, Faults) else type(self)
        return kind(f"{place}: {self.what}", got=self.got, expected=self.expected, hint=self.hint)

    def said_with(self, words: FieldWords) -> GeoalarmError:
        """The same error with the fields of its hint in the words of a door."""
        kind = InputError if isinstance(self, Faults) else type(self)
        return kind(self.what, got=self.got, expected=self.expected, hint=said_with(self.hint, words))


class InputError(GeoalarmError, ValueError):
    """An input cannot be used: a missing file, column, CRS or unit, a negative population, an empty layer."""


class CatalogError(GeoalarmError, ValueError):
    """A catalog file or one of its entries breaks the rules; nothing of it was opened."""


class RangeError(InputError):
    """A value lies outside the range in which a model holds."""


class MissingPackageError(GeoalarmError, ImportError):
    """A package that only an extra installs is not there."""


class Faults(GeoalarmError, ValueError):
    """Several faults found in one check, raised together."""

    def __init__(self, what: str, faults: Sequence[GeoalarmError]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{what}: {counted(len(self.faults), 'fault')}")

    def sentence(self) -> str:
        """The summary, then one line a fault."""
        return "\n".join([self.what, *(f"  - {fault.sentence()}" for fault in self.faults)])


def _short(text: str) -> str:
    """A part of an error, its middle left out where it is endless."""
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 4
    return f"{text[:half]} … ({len(text)} characters) … {text[-half:]}"


def near_miss(word: str, known: Iterable[str]) -> str | None:
    """'did you mean ...' for a word that is not among the known ones, or a short list of these."""
    names = sorted(str(name) for name in known)
    if not names:
        return None
    close = difflib.get_close_matches(str(word), names, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"use one of: {shown}"
