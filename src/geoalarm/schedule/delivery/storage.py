"""Delivery into object storage through fsspec: put, read back, compare; ``SHA256SUMS`` last, so that who
finds it finds all.
"""

from __future__ import annotations

import hashlib
import inspect
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import fsspec

from geoalarm.core.errors import GeoalarmError, InputError, near_miss
from geoalarm.schedule.delivery.retry import PermanentError, TransientError
from geoalarm.schedule.delivery.shipment import Shipment
from geoalarm.schedule.plan.jobs import Storage
from geoalarm.schedule.scheduled_edition import SUMS, file_sha256, require_unchanged, sums
from geoalarm.schedule.state.delivery_ledger import DeliveryItem

PACKAGES: Final = {
    "s3": ("s3fs", "pip install 'geoalarm[s3]'"),
    "gs": ("gcsfs", "pip install gcsfs"),
    "abfs": ("adlfs", "pip install adlfs"),
}
"""What fsspec needs for a scheme, and how it is got."""

_WHOLE: Final = ("s3", "gs", "abfs", "memory")
"""Where an object appears at once, or not at all; elsewhere it is written aside and renamed."""

_HOPELESS: Final = (
    "NoCredentialsError",
    "PartialCredentialsError",
    "ProfileNotFound",
    "DefaultCredentialsError",
    "ClientAuthenticationError",
)


def open_storage(target: Storage) -> tuple[Any, str]:
    """The file system of a target, and the place in it.

    Raises
    ------
    InputError
        If the package that speaks the scheme is not installed, or an option is none of its own.
    """
    scheme = target.url.partition("://")[0]
    try:
        _require_known(target, fsspec.get_filesystem_class(scheme))
        filesystem, place = fsspec.core.url_to_fs(
            target.url, skip_instance_cache=True, use_listings_cache=False, **_options(target)
        )
    except ImportError as error:
        package, how = PACKAGES.get(scheme, (scheme, "see docs/schedule.md"))
        raise InputError(
            f"storage {scheme}://", got=f"{package} is not installed", expected=package, hint=how
        ) from error
    except GeoalarmError:
        raise
    except (TypeError, ValueError) as error:
        raise InputError(
            f"options of storage {target.name}", got=str(error), expected=f"those of fsspec for {scheme}://"
        ) from error
    return filesystem, str(place).rstrip("/")


class StorageCarrier:
    """Puts an edition under ``url/JOB/TIME``: a parcel for each commune, then the rest, then the sums."""

    def __init__(self, target: Storage, shipment: Shipment) -> None:
        self._target, self._shipment = target, shipment

    def parcels(self) -> Sequence[DeliveryItem]:
        """Each commune, and last what belongs to all."""
        return [
            *(self._shipment.parcel(self._target.name, commune=one) for one in self._shipment.edition.names),
            self._shipment.parcel(self._target.name),
        ]

    def settle_doubts(self) -> None:
        """What was being put is put again: the same bytes at the same place."""

    def carry(self, parcels: Sequence[DeliveryItem]) -> None:
        """Put the files of each parcel and compare what stands there.

        Raises
        ------
        TransientError
            If the storage is away.
        PermanentError
            If it does not let us in, or the bucket is not there.
        """
        edition, clock, ledger = self._shipment.edition, self._shipment.clock, self._shipment.ledger
        hashes = sums(edition)
        of_communes = {one.path for one in edition.documents if one.commune}
        rest = [*sorted(set(hashes) - of_communes), SUMS]
        try:
            filesystem, place = open_storage(self._target)
            root = f"{place}/{self._shipment.job}/{edition.folder.name}"
            for parcel in parcels:
                clock.check()
                ledger.intend(parcel)
                for name in [one.path for one in edition.of(parcel.commune)] if parcel.commune else rest:
                    self._put(
                        filesystem,
                        f"{root}/{name}",
                        require_unchanged(edition, name, hashes.get(name, edition.sha256)),
                    )
                ledger.receipt(parcel)
        except (PermissionError, FileNotFoundError) as error:
            raise PermanentError(f"{self._target.url}: {type(error).__name__}: {error}") from error
        except OSError as error:
            raise TransientError(f"{self._target.url}: {type(error).__name__}: {error}") from error
        except Exception as error:
            if type(error).__name__ in _HOPELESS:
                raise PermanentError(f"{self._target.url}: {type(error).__name__}: {error}") from error
            raise

    def _put(self, filesystem: Any, there: str, file: Path) -> None:
        """Put one file, unless the same bytes stand there."""
        wanted = file_sha256(file)
        if _sha256(filesystem, there) == wanted:
            return
        if self._target.url.startswith(tuple(f"{one}://" for one in _WHOLE)):
            filesystem.pipe_file(there, file.read_bytes())
        else:
            folder = there.rpartition("/")[0]
            aside = f"{folder}/.{uuid.uuid4().hex}.part"
            filesystem.makedirs(folder, exist_ok=True)
            filesystem.pipe_file(aside, file.read_bytes())
            filesystem.mv(aside, there)
        if _sha256(filesystem, there) != wanted:
            raise OSError(f"{there.rpartition('/')[2]} reads back otherwise than it was written")


def _require_known(target: Storage, kind: Any) -> None:
    """Refuse an option that the file system does not name: fsspec would ignore it, and a misspelt address
    send to another place.
    """
    known = [
        name
        for name in inspect.signature(kind.__init__).parameters
        if name not in ("self", "args", "kwargs", "storage_options")
    ]
    for name in target.options:
        if name not in known:
            hint = near_miss(name, known) or "leave it out"
            raise InputError(
                f"options of storage {target.name}",
                got=name,
                expected=f"those of fsspec for {kind.__name__}",
                hint=hint,
            )


def _options(target: Storage) -> dict[str, Any]:
    """The options of the file, and a limit to how long a silent server is listened to."""
    options: dict[str, Any] = {
        key: dict(value) if isinstance(value, dict) else value for key, value in target.options.items()
    }
    if target.url.startswith("s3://"):
        options.setdefault(
            "config_kwargs", {"connect_timeout": 20, "read_timeout": 60, "retries": {"max_attempts": 2}}
        )
    return options


def _sha256(filesystem: Any, there: str) -> str | None:
    """Hash of what stands there, or None."""
    digest = hashlib.sha256()
    try:
        with filesystem.open(there, "rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except FileNotFoundError:
        return None
    return digest.hexdigest()
