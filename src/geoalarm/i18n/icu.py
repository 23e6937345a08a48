"""A small subset of ICU MessageFormat: ``{name}``, ``{n, plural, =0 {..} one {..} other {..}}``, ``{x,
select, a {..} other {..}}``.

``#`` inside a plural is its number. Branches may hold further placeholders. An apostrophe is always itself,
so that French needs no escapes; a literal brace cannot be written. Two differences from full ICU hold the
message readable by its tools as well: no offset, no quoting (a test refuses an apostrophe before a brace).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from geoalarm.core.errors import InputError

_HEAD: Final = re.compile(r"\s*(\w+)\s*(?:,\s*(plural|select)\s*,)?")
_BRANCH: Final = re.compile(r"\s*(=\d+|\w+)\s*\{")
_TEXT: Final = re.compile(r"[^{}#]+|#")


@dataclass(frozen=True, slots=True)
class Argument:
    """A placeholder; ``kind`` is empty, ``plural`` or ``select``, then ``branches`` holds the variants."""

    name: str
    kind: str = ""
    branches: tuple[tuple[str, Message], ...] = ()


Message = tuple[str | Argument, ...]
"""Text and placeholders in turn; the one-letter text ``#`` is the number of the plural around it."""


@lru_cache(maxsize=4096)
def parse(pattern: str) -> Message:
    """The parts of a pattern.

    Raises
    ------
    InputError
        If braces do not match, a plural or select has no ``other``, or a placeholder has no name.
    """
    parts, end = _parts(pattern, 0)
    if end != len(pattern):
        raise _fault(pattern, end, "a closing brace without its opening one")
    return parts


def render(
    message: Message,
    values: Mapping[str, object],
    *,
    plural: Callable[[float], str],
    show: Callable[[object], str],
) -> str:
    """The message with its values.

    Parameters
    ----------
    values : mapping
        One entry for each placeholder met on the way.
    plural : callable
        Number to CLDR category.
    show : callable
        Value to plain text.

    Raises
    ------
    InputError
        If a value is missing, or a plural is given something that is not a number.
    """
    return _render(message, values, plural, show, None)


def placeholders(message: Message) -> frozenset[tuple[str, str]]:
    """All (name, kind) of a message, those inside branches too."""
    found: set[tuple[str, str]] = set()
    for part in message:
        if isinstance(part, Argument):
            found.add((part.name, part.kind))
            for _, branch in part.branches:
                found |= placeholders(branch)
    return frozenset(found)


def _parts(pattern: str, at: int) -> tuple[Message, int]:
    parts: list[str | Argument] = []
    while at < len(pattern) and pattern[at] != "}":
        if pattern[at] == "{":
            argument, at = _argument(pattern, at + 1)
            parts.append(argument)
        else:
            match = _TEXT.match(pattern, at)
            assert match is not None  # neither brace is here, so one of the two alternatives fits
            parts.append(match.group())
            at = match.end()
    return tuple(parts), at


def _argument(pattern: str, at: int) -> tuple[Argument, int]:
    head = _HEAD.match(pattern, at)
    if head is None:
        raise _fault(pattern, at, "a placeholder without a name")
    name, kind, at = head.group(1), head.group(2) or "", head.end()
    branches: list[tuple[str, Message]] = []
    while kind and (branch := _BRANCH.match(pattern, at)):
        body, at = _parts(pattern, branch.end())
        if pattern[at : at + 1] != "}":
            raise _fault(pattern, at, f"branch {branch.group(1)!r} is not closed")
        branches.append((branch.group(1), body))
        at += 1
    at += len(pattern[at:]) - len(pattern[at:].lstrip())
    if pattern[at : at + 1] != "}":
        raise _fault(pattern, at, f"placeholder {name!r} is not closed")
    if kind and "other" not in dict(branches):
        raise _fault(pattern, at, f"{kind} {name!r} has no 'other'")
    return Argument(name, kind, tuple(branches)), at + 1


def _render(
    message: Message,
    values: Mapping[str, object],
    plural: Callable[[float], str],
    show: Callable[[object], str],
    number: object,
) -> str:
    out: list[str] = []
    for part in message:
        if isinstance(part, str):
            out.append(show(number) if part == "#" and number is not None else part)
            continue
        if part.name not in values:
            raise InputError(
                "a sentence lacks a value", got=", ".join(sorted(values)) or "none", expected=part.name
            )
        value = values[part.name]
        if part.kind:
            body = _branch(part, value, plural)
            out.append(_render(body, values, plural, show, value if part.kind == "plural" else number))
        else:
            out.append(show(value))
    return "".join(out)


def _branch(part: Argument, value: object, plural: Callable[[float], str]) -> Message:
    branches = dict(part.branches)
    if part.kind == "select":
        return branches.get(str(value), branches["other"])
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise InputError(f"plural {part.name!r}", got=repr(value), expected="a number")
    return branches.get(f"={value:g}", branches.get(plural(value), branches["other"]))


def _fault(pattern: str, at: int, why: str) -> InputError:
    return InputError(
        f"message {pattern!r}",
        got=f"{why}, at character {at}",
        expected="{name}, plural or select with 'other'",
    )
