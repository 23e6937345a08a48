"""What is asked of a batch of reports, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from geoalarm.core.settings import source_date
from geoalarm.report.report_job import ReportOutcome
from geoalarm.report.selection import ReportSelection

ZONE: Final = ZoneInfo("Europe/Brussels")
"""Whose day "today" is."""


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """What is asked for.

    Attributes
    ----------
    as_of : datetime.date, optional
        Date of the reports. None: that of an edition of the same inputs that DIR holds and that is not
        finished, else today.
    before : str
        Folder of the edition to compare with, or ``none``. Empty: the older edition that DIR holds, else
        none.
    fresh : bool
        Whether reports that are whole are made again.
    command : tuple of str
        Words that rebuild a report, without commune, language and folder.
    """

    out: Path
    choice: ReportSelection
    as_of: date | None = None
    pdf: bool = False
    workers: int = 0
    before: str = ""
    fresh: bool = False
    command: tuple[str, ...] = ("geoalarm", "report")


@dataclass(frozen=True, slots=True)
class Edition:
    """What a run came to: ``written`` and ``kept`` communes, those that failed, layers that were not read."""

    key: str
    as_of: date
    before: str
    written: int
    kept: int
    failed: tuple[ReportOutcome, ...] = ()
    layers: tuple[dict[str, str], ...] = ()
    langs: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing failed."""
        return not self.failed and not self.layers


def today() -> date:
    """The day it is in the territory; that of ``SOURCE_DATE_EPOCH`` where it is set."""
    return (source_date() or datetime.now(tz=UTC)).astimezone(ZONE).date()
