"""Look at a Zarr store before a library opens it: its metadata are read as plain JSON. Links out of it,
codecs that run code or are not known, and chunks that fill the memory are refused.
"""

from __future__ import annotations

import json
import math
import os
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from geoalarm.core.errors import InputError
from geoalarm.io.cf_formats import MAX_COORDINATES
from geoalarm.io.raster_guard import MAX_BLOCK_BYTES

MAX_MEMBERS: Final = 4_000_000
MAX_METADATA_BYTES: Final = 16 * 2**20
MAX_ARRAYS: Final = 5_000
_METADATA: Final = (".zarray", "zarr.json")
_CODECS: Final = frozenset(
    [
        "zlib",
        "gzip",
        "bz2",
        "lzma",
        "blosc",
        "zstd",
        "lz4",
        "shuffle",
        "delta",
        "fixedscaleoffset",
        "quantize",
        "bitround",
        "packbits",
        "vlen-utf8",
        "crc32",
        "crc32c",
        "adler32",
        "fletcher32",
        "jenkins_lookup3",
    ]
)
"""Of numcodecs, those that only compress, check or move bytes; ``pickle`` would run code."""

_CODECS_3: Final = frozenset({"bytes", "transpose", "gzip", "zstd", "blosc", "crc32c", "vlen-utf8"})
_SHARDS: Final = "sharding_indexed"
_EXPORT: Final = "write it anew: xarray.open_zarr(...).to_zarr(...) with codecs of the specification"


@dataclass(frozen=True, slots=True)
class ZarrFiles:
    """The members of a store, in a folder or a zip archive.

    Attributes
    ----------
    sizes : mapping
        Bytes of each member, by its name in the store, in the order of the names.
    root : str
        Folder of a zip archive that the store lies in; empty for its top.
    """

    path: Path
    sizes: Mapping[str, int]
    root: str = ""

    @classmethod
    def of(cls, path: Path, root: str | None) -> ZarrFiles:
        """Of a folder, or of a zip archive where ``root`` is not None.

        Raises
        ------
        InputError
            If it holds a link, a device, a member under a password, or too many members.
        """
        if root is not None:
            return cls(path, dict(sorted(_zip_sizes(path, f"{root}/" if root else ""))), root)
        return cls(path, dict(sorted(_folder_sizes(path))))

    def read(self, name: str) -> bytes:
        """A member of metadata.

        Raises
        ------
        InputError
            If it is too large for one.
        """
        if self.sizes[name] > MAX_METADATA_BYTES:
            raise _refused(self.path, f"{name} of {self.sizes[name]} bytes", "metadata of a few kB")
        if self.path.is_dir():
            return (self.path / name).read_bytes()
        with zipfile.ZipFile(self.path) as archive:
            return archive.read(f"{self.root}/{name}" if self.root else name)


def _folder_sizes(path: Path) -> Iterator[tuple[str, int]]:
    count = 0
    for folder, folders, files in os.walk(path, onerror=_raise):
        for name in (*folders, *files):
            place = Path(folder, name)
            count += 1
            if place.is_symlink() or not (place.is_file() or place.is_dir()) or count > MAX_MEMBERS:
                got = f"{place.relative_to(path)}, a link to another place or a device"
                raise _refused(path, got if count <= MAX_MEMBERS else f"{count} members", "files of its own")
            if place.is_file():
                yield place.relative_to(path).as_posix(), place.stat().st_size


def _raise(error: OSError) -> None:
    raise error


def _zip_sizes(path: Path, start: str) -> Iterator[tuple[str, int]]:
    with zipfile.ZipFile(path) as archive:
        listed = [info for info in archive.infolist() if not info.is_dir()]
    if len(listed) > MAX_MEMBERS or len({info.filename for info in listed}) < len(listed):
        raise _refused(path, f"{len(listed)} members, or one twice", "each member once")
    for info in listed:
        if info.flag_bits & 1 or info.file_size > 2 * MAX_BLOCK_BYTES:
            got = f"{info.filename} of {info.file_size} bytes" + (" under a password" * (info.flag_bits & 1))
            raise _refused(path, got, f"open members of at most {2 * MAX_BLOCK_BYTES} bytes")
        if info.filename.startswith(start):
            yield info.filename.removeprefix(start), info.file_size


def require_plain_zarr(files: ZarrFiles) -> int:
    """The format of a store (2 or 3), all of whose arrays can be read in parts.

    Raises
    ------
    InputError
        If metadata are damaged, an array uses a codec that is not known or runs code, or has chunks that
        fill the memory.
    """
    formats = set()
    names = [name for name in files.sizes if name.rsplit("/", 1)[-1] in (*_METADATA, ".zgroup")]
    if len(names) > MAX_ARRAYS:
        raise _refused(files.path, f"{len(names)} arrays", f"at most {MAX_ARRAYS}")
    for name in names:
        facts = _json(files, name)
        formats.add(3 if name.endswith("zarr.json") else 2)
        if name.endswith(_METADATA) and facts.get("node_type", "array") == "array":
            _require_plain_array(files.path, name.rpartition("/")[0] or name, facts)
    if len(formats) != 1:
        raise _refused(files.path, "metadata of " + " and ".join(map(str, sorted(formats))), "one format")
    return formats.pop()


def arrays_in_groups(files: ZarrFiles) -> list[str]:
    """Arrays of two dimensions and more, in groups of the store."""
    names = [name for name in files.sizes if name.endswith(_METADATA) and name.count("/") > 1]
    return [name.rpartition("/")[0] for name in names if len(_json(files, name).get("shape", ())) > 1]


def _json(files: ZarrFiles, name: str) -> dict[str, Any]:
    try:
        found = json.loads(files.read(name))
    except (ValueError, RecursionError) as error:
        raise _refused(files.path, f"{name}: {error}"[:200], "metadata in JSON") from error
    if not isinstance(found, dict):
        raise _refused(files.path, f"{name}: {type(found).__name__}", "metadata in JSON")
    return found


def _require_plain_array(path: Path, name: str, facts: dict[str, Any]) -> None:
    try:
        codecs, chunk, dtype = (
            _parts_of_2(facts) if "zarr_format" in facts and facts["zarr_format"] == 2 else _parts_of_3(facts)
        )
        size = math.prod(chunk) * _item_bytes(dtype)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise _refused(
            path, f"{name}: {type(error).__name__} {error}"[:200], "metadata of a Zarr array"
        ) from error
    unknown = [codec for codec in codecs if codec not in _CODECS and codec not in _CODECS_3]
    if facts.get("storage_transformers"):
        unknown.append("storage_transformers")
    if str(dtype).endswith("O") and "vlen-utf8" not in codecs:
        unknown.append("objects of Python")
    if unknown:
        raise _refused(
            path, f"{name} needs {', '.join(map(str, unknown))[:120]}", "codecs that only compress"
        )
    if len(facts["shape"]) == 1 and int(facts["shape"][0]) > MAX_COORDINATES:
        raise _refused(
            path, f"{name} of {facts['shape'][0]} values", f"at most {MAX_COORDINATES} coordinates"
        )
    if size > MAX_BLOCK_BYTES:
        raise InputError(
            f"{path.name} is too large to be read in parts",
            got=f"{name} in chunks of {size} bytes",
            expected=f"at most {MAX_BLOCK_BYTES} bytes a chunk",
            hint="write it with smaller chunks: dataset.chunk(...).to_zarr(...)",
        )


def _parts_of_2(facts: dict[str, Any]) -> tuple[list[str], list[int], Any]:
    listed = [facts.get("compressor"), *(facts.get("filters") or ())]
    chunk = [
        min(int(part), max(1, int(length)))
        for part, length in zip(facts["chunks"], facts["shape"], strict=True)
    ]
    return [str(one["id"]) for one in listed if one is not None], chunk, facts["dtype"]


def _parts_of_3(facts: dict[str, Any]) -> tuple[list[str], list[int], Any]:
    grid = facts["chunk_grid"]
    if grid["name"] != "regular":
        raise ValueError(f"chunk grid {grid['name']}")
    names, chunk = _codecs_of_3(facts["codecs"], list(grid["configuration"]["chunk_shape"]))
    chunk = [min(int(part), max(1, int(length))) for part, length in zip(chunk, facts["shape"], strict=True)]
    return names, chunk, facts["data_type"]


def _codecs_of_3(codecs: list[Any], chunk: list[int]) -> tuple[list[str], list[int]]:
    """Names of all codecs, and the shape of what is read at once: of a shard, the chunk in it."""
    names: list[str] = []
    for one in codecs:
        name = one if isinstance(one, str) else str(one["name"])
        if name == _SHARDS:
            inner, chunk = _codecs_of_3(
                one["configuration"]["codecs"], list(one["configuration"]["chunk_shape"])
            )
            names += inner + _codecs_of_3(one["configuration"].get("index_codecs", []), [])[0]
        else:
            names.append(name.removeprefix("numcodecs."))
    return names, chunk


def _item_bytes(dtype: Any) -> int:
    """Bytes of a cell; texts, whose length is their own, count as 64."""
    if not isinstance(dtype, str) or dtype in ("string", "|O"):
        return 64
    return 1 if dtype == "bool" else int(np.dtype(dtype).itemsize) or 64


def _refused(path: Path, got: str, expected: str) -> InputError:
    return InputError(f"{path.name} cannot be read as a Zarr store", got=got, expected=expected, hint=_EXPORT)
