"""The log of the service as JSON lines in the state folder, beside whatever the command line prints."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

FILE: Final = "log.jsonl"
_BYTES: Final = 5_000_000
_OLDER: Final = 5


class JsonLine(logging.Formatter):
    """One JSON object a record: time (UTC), level, logger, message, job and due time if known."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        facts: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        facts |= {name: getattr(record, name) for name in ("job", "due", "event") if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            facts["traceback"] = "".join(traceback.format_exception(*record.exc_info))
        return json.dumps(facts, ensure_ascii=False)


@contextmanager
def journal(state: Path) -> Iterator[None]:
    """Write what the house logs into the state folder while the block runs; five older files of 5 MB stay."""
    state.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(state / FILE, maxBytes=_BYTES, backupCount=_OLDER, encoding="utf-8")
    handler.setFormatter(JsonLine())
    house = logging.getLogger("geoalarm")
    before = house.level
    house.addHandler(handler)
    if house.getEffectiveLevel() > logging.INFO:
        house.setLevel(logging.INFO)
    try:
        yield
    finally:
        house.setLevel(before)
        house.removeHandler(handler)
        handler.close()
