"""The edition before: its records, and where its inputs were.

``DIR/.edition/current.json`` names the edition that DIR is being, ``before.json`` keeps the one it was
compared with, so that a run that was stopped goes on with the same comparison. ``inputs.json`` says, relative
to DIR, where scenario and catalog were.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geoalarm import analysis
from geoalarm.core.errors import InputError
from geoalarm.report.changes_attribution import InputLocation
from geoalarm.report.changes_record import Record, read_record
from geoalarm.report.edition import (
    BEFORE,
    BOOKS,
    CURRENT,
    PLACE,
    commune_manifest,
    folder_of,
    read_json,
    write_json,
)

if TYPE_CHECKING:
    from geoalarm.analysis import Workspace

logger = logging.getLogger(__name__)

NONE: Final = "none"
"""What ``--before`` says for a report that is compared with none."""


@dataclass(frozen=True, slots=True)
class PreviousEdition:
    """An edition to compare with.

    Attributes
    ----------
    key : str
        Of the edition; empty where there is none.
    records : mapping of str to Record
        By commune; those that the edition has.
    place : InputLocation or None
        Where its inputs were, if that is known.
    """

    key: str = ""
    records: Mapping[str, Record] = field(default_factory=dict)
    place: InputLocation | None = None

    @property
    def as_of(self) -> str:
        """The latest date of its reports; empty where there is none."""
        return max((record.as_of for record in self.records.values()), default="")


def earlier_of(folder: Path, communes: Iterable[str]) -> PreviousEdition:
    """The edition that a folder holds, as far as it has these communes."""
    records: dict[str, Record] = {}
    keys = set()
    for commune_id in communes:
        facts = commune_manifest(folder / folder_of(commune_id))
        if facts is None or not isinstance(facts.get("record"), dict):
            continue
        try:
            records[commune_id] = read_record(
                facts["record"], what=f"{folder_of(commune_id)}/manifest.json of the earlier edition"
            )
        except InputError as error:
            logger.warning("%s", error.sentence())
            continue
        keys.add(str(facts.get("edition", "")))
    return PreviousEdition(
        "+".join(sorted(keys)), records, _place_from(read_json(folder / BOOKS / PLACE), folder)
    )


def require_earlier(folder: Path, communes: Iterable[str]) -> PreviousEdition:
    """The edition of a folder that was named.

    Raises
    ------
    InputError
        If the folder is missing, or holds no report of any of the communes.
    """
    if not folder.is_dir():
        raise InputError(
            f"--before {folder}",
            got="no such folder",
            expected="an edition written by geoalarm report",
            hint="check the path",
        )
    found = earlier_of(folder, communes)
    if not found.records:
        raise InputError(
            f"--before {folder} holds no report of these communes",
            expected="an edition written by geoalarm report",
            hint=f"name another folder, or --before {NONE}",
        )
    return found


def keep_earlier(out: Path, earlier: PreviousEdition) -> None:
    """Write down what this edition is compared with, before its first report replaces an older one."""
    facts: dict[str, Any] = {
        "key": earlier.key,
        "place": _place_facts(earlier.place, out) if earlier.place is not None else None,
        "records": {name: record.as_dict() for name, record in earlier.records.items()},
    }
    write_json(out / BOOKS / BEFORE, facts)


def kept_earlier(out: Path) -> PreviousEdition:
    """What the edition that a folder is being is compared with."""
    facts = read_json(out / BOOKS / BEFORE)
    if facts is None:
        return PreviousEdition()
    records = {name: read_record(item, what=BEFORE) for name, item in facts["records"].items()}
    return PreviousEdition(str(facts["key"]), records, _place_from(facts["place"], out))


def write_place(out: Path, space: Workspace) -> None:
    """Write down where the inputs of this edition are, relative to the folder."""
    catalog = space.catalog
    text = analysis.scenario_text(space.scenario, folder=out.absolute())
    place = InputLocation(
        text,
        out.absolute(),
        catalog.path.absolute(),
        catalog.mirror.folder if catalog.mirror is not None else None,
    )
    write_json(out / BOOKS / PLACE, _place_facts(place, out))


def ways_to_open(place: InputLocation | None, now: Workspace) -> Iterator[Any]:
    """Ways to open the inputs of an earlier edition, the likeliest first: its own catalog, then that of the
    edition of now.
    """
    if place is None:
        return
    yield place.open
    yield lambda: place.open(now.catalog.path)


def current_of(out: Path) -> dict[str, Any]:
    """What is known of the edition that a folder is being; empty where it is none yet."""
    return read_json(out / BOOKS / CURRENT) or {}


def write_current(out: Path, facts: Mapping[str, object]) -> None:
    """Say which edition a folder is being."""
    write_json(out / BOOKS / CURRENT, facts)


def _place_facts(place: InputLocation, out: Path) -> dict[str, object]:
    def near(path: Path | None) -> str | None:
        return Path(os.path.relpath(path, out.absolute())).as_posix() if path is not None else None

    return {
        "scenario": place.scenario,
        "folder": near(place.folder),
        "catalog": near(place.catalog),
        "mirror": near(place.mirror),
    }


def _place_from(facts: Mapping[str, Any] | None, out: Path) -> InputLocation | None:
    if not facts or not isinstance(facts.get("scenario"), str):
        return None

    def far(name: str) -> Path | None:
        return Path(os.path.normpath(out.absolute() / str(facts[name]))) if facts.get(name) else None

    return InputLocation(facts["scenario"], far("folder") or out.absolute(), far("catalog"), far("mirror"))
