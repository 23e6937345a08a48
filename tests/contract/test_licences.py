"""Every package of the lock is under a licence that lets a service use, change and pass on the whole."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest

ALLOWED = {
    "0BSD",
    "Apache 2.0",
    "Apache Software License",
    "Apache-2.0",
    "BSD",
    "BSD License",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC-BY-4.0",
    "CC0-1.0",
    "ISC License (ISCL)",
    "LLVM-exception",
    "MIT",
    "MIT License",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)",
    "PSF-2.0",
    "Python Software Foundation License",
    "Zlib",
}
"""Permissive ones; the Mozilla licence asks for changes to its own files only."""
READ = {"exactextract": "Apache-2.0"}
"""Licences of which the metadata hold the whole text and no name."""
GENERIC = {"OSI Approved"}


def locked(root: Path) -> list[str]:
    text = (root / "requirements.lock").read_text("utf-8")
    return re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==", text, flags=re.M)


def licences(name: str) -> list[str]:
    """What a package says of its licence, word by word of an expression."""
    facts = metadata.metadata(name)
    classifiers = facts.get_all("Classifier") or []
    named = [line.split(" :: ")[-1] for line in classifiers if line.startswith("License ::")]
    first = READ.get(name) or (facts.get("License") or "").strip().partition("\n")[0]
    text = facts.get("License-Expression") or ";".join(one for one in named if one not in GENERIC) or first
    return [word.strip() for word in re.split(r" AND | OR | WITH |;", text) if word.strip()]


def test_licences_of_all_packages(root: Path) -> None:
    names = locked(root)
    assert len(names) > 100
    odd = {}
    for name in names:
        try:
            found = licences(name)
        except metadata.PackageNotFoundError:
            continue  # of another system: colorama of Windows, appnope of macOS
        if not found or not set(found) <= ALLOWED:
            odd[name] = found
    assert odd == {}


@pytest.mark.parametrize(
    "word", ["GPL-3.0-only", "AGPL-3.0", "GNU General Public License v3 (GPLv3)", "LGPL-2.1"]
)
def test_copyleft_is_on_no_list(word: str) -> None:
    assert word not in ALLOWED
