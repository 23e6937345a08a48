"""Every package of the lock is under a licence that lets a service use, change and pass on the whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from locked_packages import ALLOWED, locked, not_allowed


def test_licences_of_all_packages(root: Path) -> None:
    names = [one.name for one in locked(root)]
    assert len(names) > 100
    assert not_allowed(names) == {}


@pytest.mark.parametrize(
    "word", ["GPL-3.0-only", "AGPL-3.0", "GNU General Public License v3 (GPLv3)", "LGPL-2.1"]
)
def test_copyleft_is_on_no_list(word: str) -> None:
    assert word not in ALLOWED
