"""What the lock pins, and what each installed package says of itself: licence, keeper, where it lives."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from email.message import Message

ROOT: Final = Path(__file__).resolve().parents[2]
LOCK: Final = "requirements.lock"
ALLOWED: Final = frozenset(
    {
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
)
"""Permissive ones; the Mozilla licence asks for changes to its own files only."""
READ: Final = {"exactextract": "Apache-2.0"}
"""Licences of which the metadata hold the whole text and no name."""
GENERIC: Final = frozenset({"OSI Approved"})
_PIN: Final = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", flags=re.M)
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class LockedPackage(NamedTuple):
    """One pin: canonical name, version, SHA-256 of each file it may be installed from."""

    name: str
    version: str
    hashes: tuple[str, ...]


class PackageKeeper(NamedTuple):
    """Who keeps a package and where, as its metadata say."""

    keeper: str
    address: str


def locked(root: Path = ROOT) -> list[LockedPackage]:
    """Every pin of the lock, in its order; several of one name are for several systems."""
    text = (root / LOCK).read_text("utf-8")
    starts = list(_PIN.finditer(text))
    ends = [*(one.start() for one in starts[1:]), len(text)]
    return [
        LockedPackage(
            canonicalize_name(one[1]), one[2], tuple(sorted(_HASH.findall(text[one.start() : end])))
        )
        for one, end in zip(starts, ends, strict=True)
    ]


def direct(root: Path = ROOT) -> list[str]:
    """Names of the dependencies that pyproject.toml lists, those of the extras too."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    extras = (line for extra in project["optional-dependencies"].values() for line in extra)
    return sorted({canonicalize_name(Requirement(line).name) for line in (*project["dependencies"], *extras)})


def licences(name: str) -> list[str]:
    """What an installed package says of its licence, word by word of an expression.

    Raises
    ------
    importlib.metadata.PackageNotFoundError
        If it is not installed: the lock holds those of other systems too.
    """
    facts = cast("Message", metadata.metadata(name))
    classifiers = facts.get_all("Classifier") or []
    named = [line.split(" :: ")[-1] for line in classifiers if line.startswith("License ::")]
    first = READ.get(name) or (facts.get("License") or "").strip().partition("\n")[0]
    text = facts.get("License-Expression") or ";".join(one for one in named if one not in GENERIC) or first
    return [word.strip() for word in re.split(r" AND | OR | WITH |;", text) if word.strip()]


def not_allowed(names: list[str]) -> dict[str, list[str]]:
    """Installed packages with a licence that is on no list, or with none."""
    odd: dict[str, list[str]] = {}
    for name in names:
        try:
            found = licences(name)
        except metadata.PackageNotFoundError:
            continue  # of another system: colorama of Windows, appnope of macOS
        if not found or not set(found) <= ALLOWED:
            odd[name] = found
    return odd


def keeper(name: str) -> PackageKeeper:
    """Maintainer, else author, of an installed package, and the address of its project."""
    facts = cast("Message", metadata.metadata(name))
    who = next((facts[key] for key in _WHO if facts.get(key)), "not stated")
    parts = [line.partition(",") for line in facts.get_all("Project-URL") or []]
    found = {label.strip().casefold(): url.strip() for label, _, url in parts}
    address = next((found[label] for label in _WHERE if label in found), facts.get("Home-page"))
    return PackageKeeper(_short(who), address or next(iter(found.values()), "not stated"))


_WHO: Final = ("Maintainer", "Author", "Maintainer-email", "Author-email")
_WHERE: Final = ("repository", "source", "source code", "github", "homepage")


def _short(who: str) -> str:
    """Names without addresses, at most 40 signs."""
    plain = re.sub(r"\s*<[^>]*>", "", who).replace('"', "").strip() or who
    return plain if len(plain) <= 40 else f"{plain[:37]}..."
