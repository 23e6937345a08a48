"""A Zarr store in the web: what is chosen of it is fetched into the cache, member by member, and hashed.

Its consolidated metadata say what there is: the coordinates are fetched, and of the chosen variable the
chunks at the chosen place of its other dimensions. So the bytes that are hashed are the bytes that are read.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import logging
import math
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from geoalarm.core.errors import InputError
from geoalarm.core.scratch_files import part_folder
from geoalarm.core.settings import cache_folder
from geoalarm.io.address import Address
from geoalarm.io.cf_axes import grid_axes
from geoalarm.io.cf_datasets import open_cf
from geoalarm.io.cf_selection import chosen_places
from geoalarm.io.cf_variables import chosen_variable, split_group
from geoalarm.io.download_cache import MAX_DOWNLOAD, download, fetch
from geoalarm.io.input_hash import input_sha256
from geoalarm.io.raster_guard import MAX_BLOCK_BYTES
from geoalarm.io.zarr_guard import MAX_METADATA_BYTES, ZarrFiles, require_plain_zarr

log = logging.getLogger(__name__)

MAX_CHUNKS: Final = 50_000
_PLACE: Final = re.compile(r"(?!\.{1,2}(/|$))[^/\\\x00-\x1f]+(/(?!\.{1,2}(/|$))[^/\\\x00-\x1f]+)*")
_MEMBERS_2: Final = (".zarray", ".zattrs", ".zgroup")


def is_zarr_address(address: Address) -> bool:
    """Whether a web address is that of a Zarr store: its path ends with ``.zarr``."""
    return address.url is not None and not address.query and address.url.rstrip("/").lower().endswith(".zarr")


def fetch_raster(
    address: Address, *, variable: str | None = None, select: Mapping[str, str] | None = None
) -> Path:
    """The raster of a web address on this machine: a file, or what is chosen of a Zarr store.

    Parameters
    ----------
    variable, select
        As :func:`geoalarm.io.rasters.read_raster`.

    Raises
    ------
    InputError
        If it cannot be fetched, the choice is none that the store has, or a kept copy has changed on disk.
    """
    if not is_zarr_address(address):
        return fetch(address)
    store = RemoteStore(str(address.url).rstrip("/"))
    chosen = json.dumps([store.url, variable, dict(sorted((select or {}).items()))])
    folder = cache_folder() / "sources" / hashlib.sha256(chosen.encode()).hexdigest()[:20]
    place = folder / (
        re.sub(r"[^A-Za-z0-9._+-]", "_", store.url.rsplit("/", 1)[-1]).lstrip(".") or "store.zarr"
    )
    if place.is_dir() and (known := _known_hash(folder)) is not None:
        return _kept(folder, place, store.url, known)
    if os.path.lexists(place):
        log.warning("the kept copy of %s has no record that can be read: it is fetched again", store.url)
        _remove(place)
    with part_folder(place) as scratch:
        aside = scratch / place.name
        store.take_metadata(aside)
        store.take_cells(aside, variable, select or {})
        record = {"address": store.url, "choice": json.loads(chosen), "sha256": input_sha256(aside)}
        (folder / "zarr_source.json").write_text(json.dumps(record, indent=1), encoding="utf-8")
        aside.rename(place)
    log.info("fetched %s: %d bytes", store.url, store.size)
    return place


def _known_hash(folder: Path) -> str | None:
    """The hash that was written down of a kept store; None where its record is damaged or gone."""
    try:
        return str(json.loads((folder / "zarr_source.json").read_text(encoding="utf-8"))["sha256"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _remove(place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink()


def _kept(folder: Path, place: Path, url: str, known: str) -> Path:
    found = input_sha256(place)
    if found != known:
        raise InputError(
            f"kept copy of {url} has changed on disk",
            got=f"sha256 {found[:16]}...",
            expected=f"{known[:16]}...",
            hint=f"delete {folder} and open it again",
        )
    return place


@dataclass(slots=True)
class RemoteStore:
    """A store in the web, of which members are taken into a folder.

    Attributes
    ----------
    size : int
        Bytes taken so far.
    arrays : dict
        Metadata of each array, by its name in the store.
    """

    url: str
    size: int = 0
    arrays: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take_metadata(self, folder: Path) -> None:
        """Write the consolidated metadata as a store has them.

        Raises
        ------
        InputError
            If there are none, or they name members outside the store.
        """
        folder.mkdir()
        for name in ("zarr.json", ".zmetadata"):
            if self._take(name, folder / name, most=MAX_METADATA_BYTES):
                break
        else:
            raise self._refused("neither zarr.json nor .zmetadata")
        try:
            facts = json.loads((folder / name).read_bytes())
            (folder / name).unlink()
            members = _members_of_3(facts) if name == "zarr.json" else dict(facts["metadata"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise self._refused(f"{name} without them") from error
        for member, content in members.items():
            if not _PLACE.fullmatch(member) or member.rsplit("/", 1)[-1] not in (*_MEMBERS_2, "zarr.json"):
                raise self._refused(f"{name} with a member {member[:80]!r}")
            place = folder / member
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(json.dumps(content), encoding="utf-8")
            if isinstance(content, dict) and (
                member.endswith(".zarray") or content.get("node_type") == "array"
            ):
                self.arrays[member.rpartition("/")[0]] = content
        require_plain_zarr(ZarrFiles.of(folder, None))

    def take_cells(self, folder: Path, variable: str | None, select: Mapping[str, str]) -> None:
        """Write the coordinates, then the chunks of the chosen variable at the chosen place.

        Raises
        ------
        InputError
            If the choice is none that the store has, or it is too large.
        """
        group = split_group(variable)[0]
        with open_cf(folder, variable) as data:
            name = chosen_variable(data, variable, folder)
            dims = data.variables[name].dims
        array = f"{group}/{name}" if group else name
        small = [
            one
            for one, facts in self.arrays.items()
            if one != array and (len(facts["shape"]) < 2 or facts["shape"][1:] == [2])
        ]
        self._take_chunks(folder, ((one, key) for one in small for key in _keys(self.arrays[one], {})))
        with open_cf(folder, variable) as data:
            places = chosen_places(data, name, grid_axes(data, name, folder), select, folder)
        at = {dims.index(dim): place for dim, place in places.items()}
        self._take_chunks(folder, ((array, key) for key in _keys(self.arrays[array], at)))

    def _take_chunks(self, folder: Path, keys: Iterable[tuple[str, str]]) -> None:
        wanted = list(itertools.islice(keys, MAX_CHUNKS + 1))
        if len(wanted) > MAX_CHUNKS:
            raise InputError(
                f"{self.url} is too large to be fetched",
                got=f"more than {MAX_CHUNKS} chunks",
                expected=f"at most {MAX_CHUNKS}",
                hint="fetch a part: xarray.open_zarr(...).sel(...).to_zarr(...), and name its folder",
            )

        def take(one: tuple[str, str]) -> None:
            member = "/".join(part for part in one if part)
            place = folder / member
            place.parent.mkdir(parents=True, exist_ok=True)
            self._take(member, place, most=2 * MAX_BLOCK_BYTES)

        with ThreadPoolExecutor(8) as workers:
            list(workers.map(take, wanted))

    def _take(self, member: str, place: Path, *, most: int) -> bool:
        """Whether there is such a member; a chunk that was never written is none."""
        try:
            _, size = download(f"{self.url}/{quote(member)}", place, most=min(most, MAX_DOWNLOAD - self.size))
        except InputError as error:
            place.unlink(missing_ok=True)
            if isinstance(error.__cause__, FileNotFoundError):
                return False
            raise
        self.size += size
        return True

    def _refused(self, got: str) -> InputError:
        return InputError(
            f"{self.url} cannot be read as a Zarr store",
            got=got,
            expected="consolidated metadata, which list what a store in the web holds",
            hint="consolidate them: zarr.consolidate_metadata(...); or fetch the store, and name its folder",
        )


def _members_of_3(facts: dict[str, Any]) -> dict[str, Any]:
    """Metadata of format 3, each as the member that it would be."""
    inside = facts.pop("consolidated_metadata")["metadata"] if facts.get("node_type") == "group" else {}
    return {"zarr.json": facts, **{f"{name}/zarr.json": content for name, content in inside.items()}}


def _keys(facts: dict[str, Any], at: Mapping[int, int]) -> Iterator[str]:
    """Names of the chunks of an array, at one place of some of its dimensions."""
    shape = [int(length) for length in facts["shape"]]
    is_new = "chunk_grid" in facts
    chunk = facts["chunk_grid"]["configuration"]["chunk_shape"] if is_new else facts["chunks"]
    ranges = [
        [at[axis] // int(part)] if axis in at else range(math.ceil(length / int(part)))
        for axis, (length, part) in enumerate(zip(shape, chunk, strict=True))
    ]
    encoding: dict[str, Any] = facts.get("chunk_key_encoding", {}) if is_new else {"name": "v2"}
    settings = encoding.get("configuration") or {}
    is_default = encoding.get("name", "default") == "default"
    usual = "/" if is_default else facts.get("dimension_separator", ".")
    sign = settings.get("separator", usual)
    for numbers in itertools.product(*ranges):
        words = [*(["c"] if is_default else []), *map(str, numbers)]
        yield sign.join(words) or "0"
