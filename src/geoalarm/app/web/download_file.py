"""A file that a page hands to its reader."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DownloadFile:
    """A file to hand over: its name, its media type, its bytes."""

    name: str
    kind: str
    data: bytes
