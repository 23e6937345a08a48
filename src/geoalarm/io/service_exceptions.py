"""What a service says when it hands out no data: exception reports of OWS (XML and JSON), whatever the status
of HTTP.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any, Final
from xml.parsers import expat

_LONGEST: Final = 400
_REPORTS: Final = ("ExceptionReport", "ServiceExceptionReport", "ServiceException", "truncatedResponse")
_TEXTS: Final = ("ExceptionText", "ServiceException")
_JSON_TEXTS: Final = ("text", "description", "detail", "message", "title")


def exception_words(data: bytes) -> str | None:
    """The code and the text of an exception, in one line; None where the reply is none.

    Parameters
    ----------
    data : bytes
        The reply; one that is cut off gives what came.
    """
    text = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<"):
        return _xml_words(data)
    return _json_words(data) if text.startswith(b"{") else None


class _ReportWalk:
    """Collects codes and texts of a report, wherever it stands in a reply."""

    def __init__(self) -> None:
        self.found, self.words, self.taken = False, list[str](), 0
        self.parser: Any = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = name.rpartition(":")[2]
        self.found = self.found or local in _REPORTS
        self.taken += local in _TEXTS
        if self.found:
            self.words += [attributes[key] + ":" for key in ("exceptionCode", "code") if attributes.get(key)]

    def end(self, name: str) -> None:
        self.taken -= name.rpartition(":")[2] in _TEXTS

    def text(self, text: str) -> None:
        if self.found and self.taken:
            self.words.append(text)


def _xml_words(data: bytes) -> str | None:
    walk = _ReportWalk()
    with contextlib.suppress(expat.ExpatError):  # what came before the fault is said
        walk.parser.Parse(data, True)
    return _one_line(" ".join(walk.words)) if walk.found else None


def _json_words(data: bytes) -> str | None:
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or "features" in found:
        return None
    report = found.get("exceptions") or found.get("error") or found.get("errors") or found
    report = report[0] if isinstance(report, list) and report else report
    if isinstance(report, str):
        return _one_line(report)
    said = (
        [report[key] for key in ("code", *_JSON_TEXTS) if report.get(key)] if isinstance(report, dict) else []
    )
    return _one_line(": ".join(map(str, said))) if said else None


def _one_line(text: str) -> str:
    """Without control characters, not without end; a report may be empty."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line[:_LONGEST] or "an exception without words"
