"""Write aside, then rename: a failure leaves nothing half-written, and an older result as it was."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from geoalarm.core.errors import InputError
from geoalarm.core.machine_faults import full_disk, is_full


@contextmanager
def atomic_folder(target: Path, *, stale: Iterable[str] = ()) -> Iterator[Path]:
    """A scratch folder whose files become those of ``target`` when the block ends well.

    A new target appears by one rename. In an existing one each file is replaced whole, after the old ones
    were put aside; if one rename fails, all are put back. ``stale`` names files of an older result that go
    when the new one lacks them.

    Raises
    ------
    InputError
        If the target is a file, or the folder cannot be written.
    """
    if target.exists() and not target.is_dir():
        raise InputError(
            f"{target} is a file", expected="a folder for the result", hint="choose another --out"
        )
    scratch = _scratch(target)
    made = not target.exists()
    try:
        yield scratch
        try:
            if made:
                scratch.rename(target)
            else:
                _replace_all(scratch, target, stale=stale)
        except OSError as error:
            raise cannot_write(target, error) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def atomic_file(target: Path) -> Iterator[Path]:
    """A scratch path beside ``target`` (same ending) that replaces it when the block ends well.

    Raises
    ------
    InputError
        If the folder is missing or cannot be written, or the target is a folder.
    """
    if target.is_dir():
        raise InputError(f"{target} is a folder", expected="a file name", hint="add a file name to --out")
    if not target.parent.is_dir():
        raise InputError(
            f"folder {target.parent} does not exist",
            expected="an existing folder",
            hint="make it first, or choose another --out",
        )
    try:
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.stem}-", dir=target.parent))
    except OSError as error:
        raise cannot_write(target, error) from error
    try:
        yield scratch / target.name
        try:
            (scratch / target.name).replace(target)
        except OSError as error:
            raise cannot_write(target, error) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def cannot_write(target: Path, error: OSError) -> InputError:
    """The error for a place that cannot be written, in the words of the house."""
    if is_full(error):
        return full_disk(f"{target} cannot be written", "a full disk")
    return InputError(
        f"{target} cannot be written",
        got=error.strerror or type(error).__name__,
        expected="a place you may write to",
        hint="choose another --out",
    )


def require_writable(target: Path) -> None:
    """Refuse an output place before the long work starts; leaves no trace.

    Raises
    ------
    InputError
        If the nearest existing folder above ``target`` cannot be written, or ``target`` itself is in the way.
    """
    folder = next(parent for parent in (target, *target.absolute().parents) if parent.exists())
    if not folder.is_dir():
        raise InputError(
            f"{folder} is a file", expected="a folder for the result", hint="choose another --out"
        )
    try:
        Path(tempfile.mkdtemp(prefix=".geoalarm-", dir=folder)).rmdir()
    except OSError as error:
        raise cannot_write(target, error) from error


def _scratch(target: Path) -> Path:
    """A new folder on the same disk: inside an existing target, else beside it (parents are made)."""
    try:
        place = target if target.exists() else target.absolute().parent
        place.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".geoalarm-", dir=place))
        scratch.chmod(0o755)
        return scratch
    except OSError as error:
        raise cannot_write(target, error) from error


def _replace_all(scratch: Path, target: Path, *, stale: Iterable[str]) -> None:
    """Swap every file of ``scratch`` into ``target``; on a failure put the old ones back."""
    backup = Path(tempfile.mkdtemp(prefix=".geoalarm-old-", dir=target))
    new = sorted(path.name for path in scratch.iterdir())
    old = [name for name in sorted({*new, *stale}) if (target / name).exists()]
    try:
        for name in old:
            (target / name).replace(backup / name)
        for name in new:
            (scratch / name).replace(target / name)
    except OSError:
        for name in old:
            if (backup / name).exists():
                (backup / name).replace(target / name)
        for name in set(new) - set(old):
            (target / name).unlink(missing_ok=True)
        raise
    finally:
        shutil.rmtree(backup, ignore_errors=True)
