"""Delivery into a folder: copied aside, checked, and renamed, so that a reader sees all of it or none."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from geoalarm.schedule.delivery.retry import PermanentError, TransientError
from geoalarm.schedule.delivery.shipment import Shipment
from geoalarm.schedule.plan.jobs import Folder
from geoalarm.schedule.scheduled_edition import SUMS, file_sha256, require_unchanged, sums, sync, visible
from geoalarm.schedule.state.delivery_ledger import DeliveryItem


class FolderCarrier:
    """Copies an edition into ``path/JOB/TIME``."""

    def __init__(self, target: Folder, shipment: Shipment) -> None:
        self._target, self._shipment = target, shipment

    def parcels(self) -> Sequence[DeliveryItem]:
        """The edition, whole."""
        return [self._shipment.parcel(self._target.name)]

    def settle_doubts(self) -> None:
        """A copy in the middle is begun again: nobody saw it."""

    def carry(self, parcels: Sequence[DeliveryItem]) -> None:
        """Copy, or find the same files there already.

        Raises
        ------
        TransientError
            If the folder is not there, as a share that is not mounted, or cannot be written now.
        PermanentError
            If something else stands at the place.
        """
        ledger, path = self._shipment.ledger, self._target.path
        for parcel in parcels:
            ledger.intend(parcel)
            if not path.is_dir():
                raise TransientError(f"folder {path} does not exist; make it, or mount the share")
            try:
                self._copy(path / self._shipment.job / self._shipment.edition.folder.name)
            except OSError as error:
                raise TransientError(f"folder {path}: {error.strerror or type(error).__name__}") from error
            ledger.receipt(parcel)

    def _copy(self, final: Path) -> None:
        edition = self._shipment.edition
        wanted = sums(edition) | {SUMS: edition.sha256}
        if final.is_dir():
            if _files(final) != wanted:
                raise PermanentError(f"{final} exists and holds something else; move it away")
            return
        scratch = final.with_name(f".{final.name}.part")
        if scratch.exists():
            shutil.rmtree(scratch)
        scratch.mkdir(parents=True)
        for name, sha in wanted.items():
            self._shipment.clock.check()
            source, copy = require_unchanged(edition, name, sha), scratch / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
            sync(copy)
        if _files(scratch) != wanted:
            raise OSError("the copy differs from the edition")
        for place in (*(one for one in scratch.rglob("*") if one.is_dir()), scratch):
            sync(place)
        scratch.rename(final)
        sync(final.parent)


def _files(folder: Path) -> dict[str, str]:
    """Hash by path of every file."""
    return {path.relative_to(folder).as_posix(): file_sha256(path) for path in visible(folder)}
