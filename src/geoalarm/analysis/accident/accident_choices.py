"""What the form of an accident offers, as plain data: kinds, substances, weathers, thresholds of a file."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from geoalarm.core.result import SCREENING_NOTICE

logger = logging.getLogger(__name__)


def choices() -> dict[str, Any]:
    """What a form needs, as plain data: ``kinds`` with their inputs, ``substances``, ``weathers``,
    ``occupancy``, ``notice``.
    """
    from geoalarm.hazards.industrial import form_choices

    return {
        "kinds": form_choices.accident_forms(),
        "substances": form_choices.substances_known(),
        "weathers": form_choices.weathers_known(),
        "occupancy": form_choices.occupancies(),
        "notice": SCREENING_NOTICE,
    }


def read_thresholds(path: Path) -> dict[str, tuple[str, ...]]:
    """Effects by substance of a file of toxic thresholds, in the order of the file.

    Raises
    ------
    InputError, Faults
        If the file is no such table: every wrong row at once.
    """
    from geoalarm.hazards.industrial.toxic_thresholds import load_thresholds

    found: dict[str, list[str]] = {}
    for row in load_thresholds(path):
        effects = found.setdefault(row.substance, [])
        if row.effect not in effects:
            effects.append(row.effect)
    return {substance: tuple(effects) for substance, effects in found.items()}


def threshold_columns() -> tuple[str, ...]:
    """Columns of a file of toxic thresholds, as one is filled in: without the year of the text, which may be
    left out.
    """
    from geoalarm.hazards.industrial.toxic_thresholds import COLUMNS

    return tuple(name for name in COLUMNS if name != "vintage")


def warm_models() -> None:
    """Load the models and the tables of substances, which take two seconds, before the first accident."""
    from geoalarm.hazards.industrial import footprints, form_choices
    from geoalarm.hazards.industrial.substances import substance

    substance(next(item["name"] for item in form_choices.substances_known() if item["schemes"]))
    logger.debug("models of %s loaded", ", ".join(footprints.KINDS))
