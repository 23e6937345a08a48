"""Counts with their noun in what the command line and the manifest say, which is English."""

from __future__ import annotations


def counted(number: float, noun: str, plural: str = "") -> str:
    """``1 commune``, ``2 communes``, ``1 entry``, ``2 entries`` (with its plural)."""
    written = f"{number:.0f}" if float(number).is_integer() else f"{number:g}"
    return f"{written} {noun if number == 1 else plural or noun + 's'}"
