"""A Zarr store that runs code, points elsewhere or fills the memory is refused before a library opens it."""

from __future__ import annotations

import json
import runpy
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from geoalarm.core.errors import InputError
from geoalarm.io.input_hash import input_sha256
from geoalarm.io.paths import input_path
from geoalarm.io.rasters import read_raster

KIT = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[2] / "cf_kit.py")))
X, Y = np.array([3_950_050.0, 3_950_150]), np.array([3_100_150.0, 3_100_050])


def store(folder: Path, version: int) -> Path:
    return KIT.write(KIT.dataset(np.ones((2, 2), "float32"), X, Y), folder / f"a.v{version}.zarr")


def changed(path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """The store with other metadata of its data."""
    place = path / "depth" / ("zarr.json" if "v3" in path.name else ".zarray")
    facts = json.loads(place.read_text())
    change(facts)
    place.write_text(json.dumps(facts))
    return path


@pytest.mark.parametrize(
    ("version", "change", "words"),
    [
        (2, lambda facts: facts.update(filters=[{"id": "pickle"}]), "depth needs pickle"),
        (2, lambda facts: facts.update(compressor={"id": "blosc9"}), "depth needs blosc9"),
        (2, lambda facts: facts.update(dtype="|O"), "objects of Python"),
        (
            2,
            lambda facts: facts.update(shape=[60_000, 60_000], chunks=[60_000, 60_000]),
            "too large.*in parts",
        ),
        (2, lambda facts: facts.update(shape=[2**33], chunks=[1000]), "of 8589934592 values"),
        (2, lambda facts: facts.pop("chunks"), "KeyError 'chunks'"),
        (2, lambda facts: facts.update(dtype=[["a", "<f4"]]), "float32|real numbers|cannot be read"),
        (3, lambda facts: facts.update(storage_transformers=[{"name": "x"}]), "storage_transformers"),
        (3, lambda facts: facts["codecs"].append({"name": "numcodecs.pickle"}), "depth needs pickle"),
        (3, lambda facts: facts.update(codecs=[{"name": "own"}]), "depth needs own"),
        (3, lambda facts: facts["chunk_grid"].update(name="rectilinear"), "chunk grid rectilinear"),
        (3, lambda facts: facts.update(shape=[300_000, 300_000]), "too large|conflicting sizes"),
    ],
)
def test_refused(
    tmp_path: Path, version: int, change: Callable[[dict[str, Any]], object], words: str
) -> None:
    path = changed(store(tmp_path, version), change)
    with pytest.raises(InputError, match=words):
        read_raster(path)


@pytest.mark.parametrize("name", ["depth/0.0", "depth"])
def test_links_out_of_the_store(tmp_path: Path, name: str) -> None:
    path = store(tmp_path, 2)
    elsewhere = tmp_path / "elsewhere"
    (path / name).rename(elsewhere)
    (path / name).symlink_to(elsewhere)
    with pytest.raises(InputError, match="a link to another place"):
        read_raster(path)


def test_damaged_metadata(tmp_path: Path) -> None:
    path = store(tmp_path, 3)
    (path / "depth" / "zarr.json").write_text("[" * 100_000)
    with pytest.raises(InputError, match="metadata in JSON"):
        read_raster(path)
    (path / "depth" / "zarr.json").write_bytes(b" " * (17 * 2**20))
    with pytest.raises(InputError, match="metadata of a few kB"):
        read_raster(path)


def test_a_store_in_a_folder_of_a_zip_archive(tmp_path: Path) -> None:
    path = store(tmp_path, 3)
    with zipfile.ZipFile(tmp_path / "a.zarr.zip", "w") as archive:
        for one in path.rglob("*"):
            archive.write(one, f"a.zarr/{one.relative_to(path)}")
    assert float(read_raster(tmp_path / "a.zarr.zip").sum()) == 4


def test_the_hash_tells_where_bytes_lie(tmp_path: Path) -> None:
    """Of every member with its name: two chunks that change places are another store."""
    path = store(tmp_path, 2)
    before = input_sha256(input_path(path))
    assert before == input_sha256(input_path(path))
    (path / "depth" / "0.0").rename(path / "depth" / "0.1")
    moved = input_sha256(input_path(path))
    (path / "depth" / "0.1").write_bytes(b"other")
    assert len({before, moved, input_sha256(input_path(path))}) == 3
