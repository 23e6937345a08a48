"""Jinja templates of pages and reports: every value is escaped, a missing one is a fault, None and NaN never
reach a reader.
"""

from __future__ import annotations

import re
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from jinja2.ext import Extension

from geoalarm.core.errors import InputError

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BREAK_BETWEEN: Final = re.compile(r"(?<=[>}])[ \t]*\n\s*(?=[<{])")
_BREAK: Final = re.compile(r"\s*\n\s*")


class LineBreakRemoval(Extension):
    """Takes the line breaks of a source away, once, when it is compiled: between tags they vanish, within a
    tag or a sentence they become one blank. A part of a page travels with every change.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The source on one line."""
        return _BREAK.sub(" ", _BREAK_BETWEEN.sub("", source.strip()))


def html_environment(package: str, *, compact: bool = False) -> Environment:
    """The templates in the folder ``templates`` of a package, each compiled once.

    Parameters
    ----------
    package : str
        Dotted name of the package that holds the folder.
    compact : bool
        Whether line breaks of the sources are taken away, see :class:`LineBreakRemoval`.
    """
    return Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True, enabled_extensions=("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        extensions=[LineBreakRemoval] if compact else [],
        finalize=_readable,
    )


def _readable(value: object) -> object:
    """A value as a page may show it; control characters are dropped."""
    if value is None or (isinstance(value, float) and value != value):
        raise InputError(
            "a value of a page", got=repr(value), expected="words", hint="say its state in words"
        )
    return _CONTROL.sub("", value) if type(value) is str else value
