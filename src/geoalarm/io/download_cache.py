"""Files from the network, kept on disk with their hash: trusted on first use, compared ever after.

The bytes come through fsspec's http file system, those of feature services page by page
(:mod:`geoalarm.io.wfs`); they are counted while they arrive, hashed, written aside
and renamed, so that a broken download leaves nothing. Beside each file ``source.json`` keeps address, hash,
size and day.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from geoalarm.core.errors import InputError
from geoalarm.core.machine_faults import is_full
from geoalarm.core.scratch_files import part_file, scratch_folder
from geoalarm.core.settings import cache_folder
from geoalarm.io.address import Address, parse_address
from geoalarm.io.host_connection import CONNECT_S, SILENCE_S, require_answering_host, silent_host
from geoalarm.io.web_reply import AGENT
from geoalarm.io.wfs import download_features
from geoalarm.io.wfs_address import feature_query

log = logging.getLogger(__name__)

MAX_DOWNLOAD: Final = 8 * 2**30
_CHUNK: Final = 2**20


@dataclass(frozen=True, slots=True)
class CacheRecord:
    """What the cache knows of a file."""

    address: str
    sha256: str
    bytes: int
    fetched: str


def cached_path(address: Address, *, folder: Path | None = None) -> Path:
    """Where the file of a web address is, or would be.

    All pages of a feature service lie elsewhere than its first one alone, which older versions kept.
    """
    pages = "" if feature_query(address) is None else " in pages"
    key = hashlib.sha256(f"{address.url}{pages}".encode()).hexdigest()[:20]
    name = re.sub(r"[^A-Za-z0-9._+-]", "_", address.name).lstrip(".")[-100:] or "file"
    return (folder or cache_folder()) / "sources" / key / name


def cache_record(address: Address, *, folder: Path | None = None) -> CacheRecord | None:
    """What is known of the file of an address, or None where it was never fetched."""
    place = cached_path(address, folder=folder)
    try:
        known = json.loads((place.parent / "source.json").read_text(encoding="utf-8"))
        return CacheRecord(**known) if place.is_file() else None
    except (OSError, ValueError, TypeError, RecursionError):
        log.debug("no record beside %s", place)
        return None


def fetched_from(path: Path) -> str | None:
    """The address that a file of the cache came from; None of any other file."""
    if path.parent.parent.name != "sources":
        return None
    try:
        known = CacheRecord(**json.loads((path.parent / "source.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    place = cached_path(parse_address(known.address))
    return known.address if place.resolve() == path.resolve() else None


def fetch(address: Address, *, folder: Path | None = None, most: int = MAX_DOWNLOAD) -> Path:
    """The file of a web address, from the cache or, the first time, from the network.

    Parameters
    ----------
    address : Address
        With a ``url``.
    folder : pathlib.Path, optional
        Cache folder; :func:`cache_folder` where none is given.
    most : int
        Largest download accepted [bytes].

    Raises
    ------
    InputError
        If the address cannot be reached, is too large, or the kept file is no longer what was fetched.
    """
    known, place = cache_record(address, folder=folder), cached_path(address, folder=folder)
    if known is not None:
        found = sha256_of(place)
        if found != known.sha256:
            raise InputError(
                f"kept copy of {address.url} has changed on disk",
                got=f"sha256 {found[:16]}...",
                expected=f"{known.sha256[:16]}... as fetched on {known.fetched}",
                hint=f"delete {place.parent} and open it again",
            )
        return place
    with part_file(place) as aside:
        digest, size = _download(address, aside, most=most)
    record = CacheRecord(str(address.url), digest, size, datetime.now(UTC).date().isoformat())
    _write_record(place, record)
    log.info("fetched %s: %d bytes, sha256 %s", address.url, size, digest)
    return place


def compare(address: Address, *, folder: Path | None = None, most: int = MAX_DOWNLOAD) -> str | None:
    """Fetch anew beside the kept copy and say how it differs: None where it is the same, else one sentence.

    Where nothing was kept, the file is fetched and kept. The kept copy stays; replacing it is the reader's
    decision.
    """
    known = cache_record(address, folder=folder)
    if known is None:
        fetch(address, folder=folder, most=most)
        return None
    with scratch_folder() as scratch:
        digest, size = _download(address, scratch / "anew", most=most)
    if digest == known.sha256:
        return None
    return (
        f"the file at {address.url} has changed since {known.fetched}: sha256 {known.sha256[:16]}... "
        f"({known.bytes} bytes) "
        f"was kept, {digest[:16]}... ({size} bytes) is served now"
    )


def download(url: str, target: Path, *, most: int) -> tuple[str, int]:
    """Hash and size of what an address serves, written into a file; as :func:`fetch`, without the cache."""
    return _download_file(url, target, most=most)


def _write_record(place: Path, record: CacheRecord) -> None:
    aside = place.parent / "source.json.part"
    aside.write_text(json.dumps(asdict(record), indent=1), encoding="utf-8")
    aside.replace(place.parent / "source.json")


def _download(address: Address, target: Path, *, most: int) -> tuple[str, int]:
    """A file as it is served, or all features of a service that hands them out in pages."""
    query = feature_query(address)
    if query is not None:
        return download_features(query, target, most=most)
    return _download_file(str(address.url), target, most=most)


def _download_file(url: str, target: Path, *, most: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    try:
        with target.open("wb") as out:
            for block in _stream(url):
                size += len(block)
                if size > most:
                    raise InputError(
                        f"{url} is too large",
                        got=f"more than {most} bytes",
                        expected="less",
                        hint="fetch it by hand into a mirror folder",
                    )
                digest.update(block)
                out.write(block)
    except InputError:
        raise
    except TimeoutError as error:
        raise silent_host(url, SILENCE_S) from error
    except Exception as error:  # aiohttp, ssl and fsspec raise many kinds; all mean one thing to the reader
        if is_full(error):
            raise
        raise InputError(
            f"{url} cannot be fetched",
            got=f"{type(error).__name__}: {error}"[:200],
            expected="a file",
            hint="check the network, or serve it from a mirror folder (GEOALARM_MIRROR)",
        ) from error
    if size == 0:
        raise InputError(
            f"{url} is empty",
            got="0 bytes",
            expected="a file",
            hint="open the address in a browser; it may have moved",
        )
    return digest.hexdigest(), size


def _stream(url: str) -> Iterator[bytes]:
    import aiohttp
    import fsspec

    require_answering_host(url)
    options: dict[str, Any] = {
        "headers": {"User-Agent": AGENT},
        "trust_env": True,
        "timeout": aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=SILENCE_S),
    }
    files = fsspec.filesystem("https", client_kwargs=options, encoded=True, use_listings_cache=False)
    # block_size=0 streams to the end; a size, whatever it is, spares the question for it that slow services
    # answer twice
    with files.open(url, "rb", block_size=0, size=1) as stream:
        while block := stream.read(_CHUNK):
            yield block


def sha256_of(path: Path) -> str:
    """Hash of a file's bytes; computed once for each state of the file."""
    status = path.stat()
    return _sha256(str(path), status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=512)
def _sha256(path: str, mtime_ns: int, size: int) -> str:
    del mtime_ns, size  # part of the key only
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def free_bytes(folder: Path) -> int:
    """Space left where ``folder`` is or would be."""
    place = folder
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free
