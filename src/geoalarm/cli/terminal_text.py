"""What reaches a terminal is text: names from files move no cursor, clear no screen, turn no line round."""

from __future__ import annotations

import logging
import unicodedata
from typing import Final

import click

_KEPT: Final = "\n\t"
_DIRECTIONS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that turn the direction of what follows."""


def plain(text: object) -> str:
    """A text without control characters but line breaks and tabs, and without signs of direction."""
    return "".join(
        sign
        for sign in str(text)
        if sign in _KEPT or (unicodedata.category(sign) != "Cc" and sign not in _DIRECTIONS)
    )


def echo(text: object = "", *, err: bool = False, nl: bool = True) -> None:
    """Print a text, plain."""
    click.echo(plain(text), err=err, nl=nl)


class PlainFormatter(logging.Formatter):
    """Lines of a log, plain."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return plain(super().format(record))
