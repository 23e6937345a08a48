"""An edition: the documents of one job at one due time, in a folder that appears whole.

Whoever makes documents is a :data:`Runner`; it gets a folder of its own and says what it put there and what
it could not make. The folder gets ``delivery.json`` (which file belongs to which commune, what is lacking)
and, last, ``SHA256SUMS``, which anybody can check with ``sha256sum -c``; then it is renamed into place.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final

from geoalarm.core.atomic import cannot_write
from geoalarm.core.errors import InputError

SUMS: Final = "SHA256SUMS"
LISTING: Final = "delivery.json"


@dataclass(frozen=True, slots=True)
class ReportJob:
    """What a runner is asked for.

    Attributes
    ----------
    folder : Path
        The documents go here. It may hold what an interrupted attempt at the same edition left; what begins
        with a dot is the runner's own and not delivered.
    due : datetime
        When the job was due, in the time zone of the territory.
    previous : Path, optional
        Folder of the edition before, for what changed.
    progress : callable
        To be called now and then with what is being done; raises when the service must stop.
    """

    name: str
    due: datetime
    folder: Path
    select: Mapping[str, tuple[str, ...]]
    lang: tuple[str, ...]
    pdf: bool
    scenario: Path | None
    previous: Path | None
    progress: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Document:
    """A file of an edition. ``path`` is relative, with slashes; ``commune`` is empty for what all share."""

    path: str
    commune: str = ""
    name: str = ""
    lang: str = ""
    kind: str = ""
    sha256: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class MissingReport:
    """A commune whose report could not be made, and why; without a commune a layer that could not be read."""

    commune: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class ScheduledEdition:
    """What a runner made. ``example``: whether figures rest on example data, as every message says."""

    documents: tuple[Document, ...]
    lacking: tuple[MissingReport, ...] = ()
    example: bool = False
    folder: Path = field(default_factory=Path)
    sha256: str = ""

    @property
    def communes_lacking(self) -> tuple[MissingReport, ...]:
        """Communes without a report."""
        return tuple(one for one in self.lacking if one.commune)

    @property
    def layers_lacking(self) -> tuple[MissingReport, ...]:
        """Layers that no report of the edition could read."""
        return tuple(one for one in self.lacking if not one.commune)

    @property
    def names(self) -> dict[str, str]:
        """Communes of the edition with their names, in the order of the documents."""
        return {one.commune: one.name or one.commune for one in self.documents if one.commune}

    def of(self, commune: str) -> tuple[Document, ...]:
        """The documents of a commune; of nobody in particular where it is empty."""
        return tuple(one for one in self.documents if one.commune == commune)


Runner = Callable[[ReportJob], ScheduledEdition]


def edition_folder(out: Path, job: str, due: datetime) -> Path:
    """Where an edition stands: ``out/JOB/2026-03-01T0600+0100``; the offset parts an autumn night's hours."""
    return out / job / due.strftime("%Y-%m-%dT%H%M%z")


def scratch_folder(final: Path) -> Path:
    """Where an edition is made before it appears."""
    return final.with_name(f".{final.name}.part")


def make(wanted: ReportJob, runner: Runner) -> ScheduledEdition:
    """Let the runner make the documents aside, seal them, and put the folder in its place at once.

    An edition that already stands there is whole, and is taken as it is.

    Raises
    ------
    InputError
        If the runner names a file that it did not write, made nothing at all, or the place cannot be written.
    """
    final = wanted.folder
    if (final / SUMS).is_file():
        return read_edition(final)
    scratch = scratch_folder(final)
    try:
        scratch.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(final, error) from error
    made = runner(replace(wanted, folder=scratch))
    if not made.names:
        told = made.lacking[0].why if made.lacking else "no commune"
        raise InputError(
            f"job {wanted.name} made nothing",
            got=told,
            expected="a report of at least one commune",
            hint="see the log",
        )
    seal(scratch, made)
    try:
        scratch.rename(final)
        sync(final.parent)
    except OSError as error:
        raise cannot_write(final, error) from error
    return read_edition(final)


def seal(folder: Path, made: ScheduledEdition) -> None:
    """Write the listing and the sums of a folder, and see all of it on the disk."""
    documents = [_measured(folder, one) for one in made.documents]
    facts = {
        "documents": [asdict(one) for one in documents],
        "lacking": [asdict(one) for one in made.lacking],
        "example": made.example,
    }
    (folder / LISTING).write_text(
        json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    paths = [path for path in visible(folder) if path.name != SUMS]
    sums = [f"{file_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in paths]
    (folder / SUMS).write_text("".join(sums), encoding="utf-8")
    for path in (*paths, folder / SUMS, *{path.parent for path in paths}, folder):
        sync(path)


def visible(folder: Path) -> list[Path]:
    """The files of a folder and below, in their order, without those that a dot hides."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(
        path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def read_edition(folder: Path) -> ScheduledEdition:
    """An edition that stands on disk.

    Raises
    ------
    InputError
        If it is not whole.
    """
    try:
        facts = json.loads((folder / LISTING).read_text(encoding="utf-8"))
        sha = file_sha256(folder / SUMS)
        documents = tuple(Document(**one) for one in facts["documents"])
        lacking = tuple(MissingReport(**one) for one in facts["lacking"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        told = f"{type(error).__name__}: {error}"
        raise InputError(
            f"edition {folder.name} cannot be read",
            got=told,
            expected=f"{LISTING} and {SUMS}",
            hint="delete it",
        ) from error
    return ScheduledEdition(documents, lacking, bool(facts.get("example")), folder, sha)


def sums(edition: ScheduledEdition) -> dict[str, str]:
    """Path to hash of every file but the sums themselves."""
    lines = (edition.folder / SUMS).read_text(encoding="utf-8").splitlines()
    return {line[66:]: line[:64] for line in lines}


def require_unchanged(edition: ScheduledEdition, path: str, sha256: str) -> Path:
    """A file of the edition, if it still is what was made.

    Raises
    ------
    InputError
        If it is gone or was changed.
    """
    file = edition.folder / path
    if not file.is_file() or file_sha256(file) != sha256:
        raise InputError(
            f"{path} of edition {edition.folder.name} was changed after it was made",
            expected="the file as it was",
            hint="restore it",
        )
    return file


def file_sha256(path: Path) -> str:
    """Hash of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sync(path: Path) -> None:
    """See a file or folder on the disk, so that a power cut finds what a rename promised."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _measured(folder: Path, one: Document) -> Document:
    """The document with hash and size."""
    pure = PurePosixPath(one.path)
    file = folder / pure
    if pure.is_absolute() or ".." in pure.parts or not file.is_file():
        raise InputError(
            f"document {one.path}", got="no such file in the edition", expected="a file that the runner wrote"
        )
    return replace(one, sha256=file_sha256(file), size=file.stat().st_size)
