"""Arrays in a file: made once, made again where the file is broken, never an obstacle."""

from __future__ import annotations

import numpy as np
import pytest

from geoalarm.core.array_cache import kept_arrays

ARRAYS = {"a": np.arange(3), "b": np.array(["x", "yé"])}


@pytest.fixture
def make():
    def made():
        made.times += 1
        return ARRAYS

    made.times = 0
    return made


def same(found) -> bool:
    return sorted(found) == ["a", "b"] and all((found[name] == ARRAYS[name]).all() for name in ARRAYS)


def test_made_once_and_read_back(make, tmp_path):
    path = tmp_path / "new" / "kept.npz"
    assert same(kept_arrays(path, make))
    assert same(kept_arrays(path, make))
    assert make.times == 1
    assert [item.name for item in path.parent.iterdir()] == ["kept.npz"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"no archive at all"])
def test_a_broken_file_is_made_again(make, tmp_path, content):
    path = tmp_path / "kept.npz"
    path.write_bytes(content)
    assert same(kept_arrays(path, make))
    assert same(kept_arrays(path, make))
    assert make.times == 1


def test_objects_of_python_are_never_read(make, tmp_path):
    path = tmp_path / "kept.npz"
    np.savez(path, a=np.array([{"evil": 1}], dtype=object))
    assert same(kept_arrays(path, make))


def test_a_place_that_cannot_be_written_costs_time_only(make, tmp_path):
    (tmp_path / "file").write_text("")
    assert same(kept_arrays(tmp_path / "file" / "kept.npz", make))
    assert same(kept_arrays(None, make))
    assert make.times == 2
