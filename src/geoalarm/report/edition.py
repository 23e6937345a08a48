"""An edition on disk: a folder of reports, each commune whole or not there, and what the next run needs.

::

    DIR/index.html, index.json, manifest.json, failures.json
    DIR/FR-59350/FR-59350.fr.html, .fr.docx, .fr.pdf, FR-59350.json, manifest.json
    DIR/.edition/     books of this folder, not for readers: where the inputs were, the edition before,
                      what is being written
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from geoalarm.core.atomic import atomic_file, cannot_write
from geoalarm.core.lock import exclusive_lock
from geoalarm.report.selection import ReportRequest
from geoalarm.results.manifest import to_plain

logger = logging.getLogger(__name__)

FORMAT: Final = "geoalarm edition 1"
MANIFEST: Final = "manifest.json"
BOOKS: Final = ".edition"
ASIDE: Final = "aside"
CURRENT: Final = "current.json"
BEFORE: Final = "before.json"
PLACE: Final = "inputs.json"
_WAIT_S: Final = 10.0


def folder_of(commune_id: str) -> str:
    """Name of a commune's folder and files: ``FR-59350``; a letter that no file may have becomes a dash."""
    return "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in commune_id)


def file_names(wanted: ReportRequest) -> frozenset[str]:
    """Names of the files of a commune, its manifest left out."""
    stem = folder_of(wanted.commune_id)
    endings = ["html", "docx", *(["pdf"] if wanted.pdf else [])]
    return frozenset(
        [f"{stem}.json", *(f"{stem}.{lang}.{ending}" for lang in wanted.langs for ending in endings)]
    )


def write_json(path: Path, facts: object) -> None:
    """Plain values as JSON, one a line, keys in their order; written aside and renamed.

    Raises
    ------
    InputError
        If the place cannot be written.
    """
    with atomic_file(path) as scratch:
        scratch.write_text(json_text(facts), encoding="utf-8")


def json_text(facts: object) -> str:
    """Plain values as JSON, one a line."""
    return json.dumps(to_plain(facts), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def read_json(path: Path) -> dict[str, Any] | None:
    """A JSON object, or None where the file is missing or holds something else."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        if path.exists():
            logger.warning("%s cannot be read: %s", path.name, error)
        return None
    return found if isinstance(found, dict) else None


def sha256_of(path: Path) -> str:
    """Hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def commune_manifest(folder: Path) -> dict[str, Any] | None:
    """What a commune's folder says of itself; None where it says nothing."""
    return read_json(folder / MANIFEST)


def is_whole(folder: Path, *, edition: str, names: frozenset[str]) -> bool:
    """Whether a commune's folder is of this edition, and every wanted file is there and is, byte for byte,
    the one that was written.
    """
    facts = commune_manifest(folder)
    if facts is None or facts.get("edition") != edition or not isinstance(facts.get("files"), dict):
        return False
    files: Mapping[str, Any] = facts["files"]
    return names <= set(files) and all(_is_same(folder / name, known) for name, known in files.items())


@contextmanager
def commune_aside(out: Path, commune_id: str) -> Iterator[Path]:
    """A scratch folder that becomes the commune's when the block ends well; the older one leaves at the same
    moment.

    Raises
    ------
    InputError
        If the place cannot be written.
    """
    target, aside = out / folder_of(commune_id), out / BOOKS / ASIDE
    try:
        aside.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=aside))
        scratch.chmod(0o755)
    except OSError as error:
        raise cannot_write(target, error) from error
    old = scratch.with_name(f"{scratch.name}.old")
    try:
        yield scratch
        try:
            if target.exists():
                target.rename(old)
            scratch.rename(target)
        except OSError as error:
            if old.exists() and not target.exists():
                old.rename(target)
            raise cannot_write(target, error) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def lock_edition(out: Path) -> Iterator[None]:
    """The folder for as long as a run writes it: a second run waits a moment, then is refused. Left-overs of
    an ended run are swept.

    Raises
    ------
    InputError
        If another run is writing the folder, or it cannot be written.
    """
    try:
        (out / BOOKS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(out, error) from error
    busy = f"{out} is being written by another run"
    hint = "wait for it, or choose another --out"
    with exclusive_lock(out / BOOKS / "lock", busy, expected="one run a folder", hint=hint, wait_s=_WAIT_S):
        _sweep(out)
        yield


def _sweep(out: Path) -> None:
    """Bring back a folder whose successor did not arrive, and remove what was being written."""
    aside = out / BOOKS / ASIDE
    for left in sorted(aside.glob("*.old")) if aside.is_dir() else []:
        facts = commune_manifest(left)
        target = out / folder_of(str(facts["commune_id"])) if facts and "commune_id" in facts else None
        if target is not None and not target.exists():
            left.rename(target)
    shutil.rmtree(aside, ignore_errors=True)


def _is_same(path: Path, known: object) -> bool:
    if not isinstance(known, Mapping) or not path.is_file():
        return False
    return path.stat().st_size == known.get("bytes") and sha256_of(path) == known.get("sha256")
