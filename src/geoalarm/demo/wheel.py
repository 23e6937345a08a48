"""Reading data files straight out of a wheel, without installing or importing it."""

from __future__ import annotations

import csv
import io
import json
import lzma
import zipfile
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from geoalarm.core.errors import InputError


def read_bytes(wheel: Path, member: str) -> bytes:
    """One file of a wheel.

    Raises
    ------
    InputError
        If the wheel does not hold it.
    """
    with zipfile.ZipFile(wheel) as archive:
        if member not in archive.namelist():
            raise InputError(
                f"{wheel.name} has no file {member!r}",
                expected="the layout of the pinned version",
                hint="pin the version it was written for",
            )
        return archive.read(member)


def read_json(wheel: Path, member: str) -> Any:
    """One JSON file of a wheel."""
    return json.loads(read_bytes(wheel, member))


def read_csv_lzma(wheel: Path, member: str) -> pd.DataFrame:
    r"""One LZMA-compressed CSV of a wheel, every cell as text; ``\N`` is missing, an empty cell is ``""``."""
    text = lzma.decompress(read_bytes(wheel, member))
    return pd.read_csv(io.BytesIO(text), dtype=str, na_values=["\\N"], keep_default_na=False)


def read_facts(name: str) -> list[dict[str, str]]:
    """Rows of a hand-typed table beside this module (``facts/``)."""
    text = resources.files("geoalarm.demo").joinpath("facts", f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))
