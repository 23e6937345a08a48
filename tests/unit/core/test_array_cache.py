"""Arrays in a file: made once, made again where the file is broken, never an obstacle."""

from __future__ import annotations

import io
import os
import random
import zipfile
from pathlib import Path

import numpy as np
import pytest

from geoalarm.core.array_cache import DamagedCache, kept_arrays, read_kept

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


def test_a_file_of_another_name_or_of_an_older_program_is_set_aside(make, tmp_path, caplog):
    kept_arrays(tmp_path / "other.npz", lambda: {"a": np.arange(3), "b": np.array(["x", "no"])})
    (tmp_path / "other.npz").rename(tmp_path / "kept.npz")
    assert same(kept_arrays(tmp_path / "kept.npz", make))
    np.savez(tmp_path / "kept.npz", a=np.arange(9))
    assert same(kept_arrays(tmp_path / "kept.npz", make))
    assert [item.message for item in caplog.records] == [
        "kept.npz does not hold what was kept under its name; it is set aside and made again"
    ] * 2
    assert sorted(item.name for item in tmp_path.iterdir()) == ["kept.damaged", "kept.npz"]
    assert make.times == 2


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_one_changed_byte_or_a_cut_is_noticed(tmp_path, share):
    path = tmp_path / "kept.npz"
    kept_arrays(path, lambda: {"a": np.arange(1000.0)})
    whole = path.read_bytes()
    at = int(len(whole) * share)
    for content in (whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :], whole[:at]):
        path.write_bytes(content)
        with pytest.raises(DamagedCache):
            read_kept(path)


def test_objects_of_python_are_never_read(make, tmp_path):
    path = tmp_path / "kept.npz"
    np.savez(path, a=np.array([{"evil": 1}], dtype=object))
    assert same(kept_arrays(path, make))


def test_a_place_that_cannot_be_written_costs_time_only(make, tmp_path, caplog):
    (tmp_path / "file").write_text("")
    assert same(kept_arrays(tmp_path / "file" / "kept.npz", make))
    assert same(kept_arrays(tmp_path / "file" / "another.npz", make))
    assert same(kept_arrays(None, make))
    assert make.times == 3
    assert [item.message.split(" in ")[0] for item in caplog.records] == ["nothing can be kept"], "told once"


def test_a_shape_beyond_all_memory_is_damage_and_no_lack_of_memory(make, tmp_path):
    path, head = tmp_path / "kept.npz", io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f8", "fortran_order": False, "shape": (10**13,)})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.npy", head.getvalue() + bytes(100))
    assert same(kept_arrays(path, make))
    assert (tmp_path / "kept.damaged").exists()


@pytest.mark.parametrize("lay", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to(path)])
def test_what_is_no_file_is_set_aside_and_not_waited_for(make, tmp_path, lay):
    path = tmp_path / "kept.npz"
    lay(path)
    assert same(kept_arrays(path, make))
    assert same(read_kept(path))
    assert make.times == 1


def test_a_place_with_a_name_that_no_disk_takes_is_not_needed(make, tmp_path):
    assert same(kept_arrays(tmp_path / ("x" * 300) / "kept.npz", make))
    assert make.times == 1


def test_arrays_of_a_file_can_be_mapped_from_it(tmp_path):
    path = tmp_path / "kept.npz"
    arrays = {
        "lines": np.arange(24, dtype="uint64").reshape(3, 8),
        "none": np.zeros((0, 3)),
        "one": np.array(7),
    }
    kept_arrays(path, lambda: arrays)
    found = kept_arrays(path, dict, mapped=True)
    assert set(found) == set(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
    assert isinstance(found["lines"].base, np.memmap)
    assert found["lines"].ctypes.data % 64 == 0
    found["lines"][0] = 5  # a place of one's own
    np.testing.assert_array_equal(read_kept(path)["lines"], arrays["lines"])
    with np.load(path) as plain:  # an ordinary file for others
        np.testing.assert_array_equal(plain["lines"], arrays["lines"])


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9, 0.999])
def test_a_mapped_file_that_was_changed_or_cut_is_noticed(tmp_path, share):
    path = tmp_path / "kept.npz"
    kept_arrays(path, lambda: {"a": np.arange(1000.0)})
    whole = path.read_bytes()
    at = int(len(whole) * share)
    path.write_bytes(whole[:at])
    with pytest.raises(DamagedCache):
        read_kept(path, mapped=True)
    start = whole.index(np.arange(1000.0).tobytes()) + 99
    path.write_bytes(whole[:start] + bytes([whole[start] ^ 1]) + whole[start + 1 :])
    with pytest.raises(DamagedCache):
        read_kept(path, mapped=True)


def test_files_of_earlier_versions_are_mapped_too(tmp_path):
    path = tmp_path / "kept.npz"
    kept_arrays(path, lambda: {"a": np.arange(1000.0)})
    with np.load(path) as sealed:
        np.savez(path, **sealed)
    np.testing.assert_array_equal(read_kept(path, mapped=True)["a"], np.arange(1000.0))


@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_whatever_bytes_are_changed_nothing_but_damage_is_told(tmp_path, save, mapped):
    """Of these 500 files some are ciphered, some cut, some of shapes and methods that nobody knows."""
    path, chance = tmp_path / "kept.npz", random.Random(5)
    save(path, a=np.arange(300.0), b=np.array(["x", "yé"]), seal=np.array("of another file"))
    whole = path.read_bytes()
    for _ in range(500):
        changed = bytearray(whole[: chance.choice([len(whole)] * 4 + [chance.randrange(len(whole))])])
        for _ in range(chance.choice([1, 2, 4])):
            if changed:
                changed[chance.randrange(len(changed))] = chance.randrange(256)
        path.write_bytes(changed)
        with pytest.raises(DamagedCache):
            read_kept(path, mapped=mapped)
