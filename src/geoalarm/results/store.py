"""A result on disk: written aside and renamed, read back and checked against its manifest."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio

from geoalarm.core.atomic import atomic_file, atomic_folder
from geoalarm.core.errors import InputError
from geoalarm.core.model import Communes
from geoalarm.results.geopackage_writer import settle
from geoalarm.results.manifest import FORMAT, created_at, to_plain
from geoalarm.results.run import Run
from geoalarm.results.tables import by_commune, in_order, read_parquet, write_csv, write_parquet

logger = logging.getLogger(__name__)

EXPOSURE: Final = "exposure"
COMMUNES: Final = "communes.gpkg"
MANIFEST: Final = "manifest.json"
EXTRA_TABLES: Final = ("annual", "union")
FILES: Final = (
    *tuple(f"{name}.{ending}" for name in (EXPOSURE, *EXTRA_TABLES) for ending in ("parquet", "csv")),
    COMMUNES,
    MANIFEST,
)


def write(run: Run, out_dir: str | Path) -> Path:
    """Write a run into a folder: ``exposure.parquet``, ``exposure.csv``, ``communes.gpkg``, ``manifest.json``
    and, where the run has them, ``annual`` and ``union`` as both.

    Same inputs give the same bytes, but for ``created_at`` in the manifest. A failure leaves an older result
    as it was.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    target = Path(out_dir)
    with atomic_folder(target, stale=FILES) as scratch:
        _write_table(in_order(run.table), EXPOSURE, scratch)
        for name in EXTRA_TABLES:
            extra = getattr(run, name)
            if extra is not None:
                _write_table(extra, name, scratch)
        _write_communes(run, scratch / COMMUNES)
        (scratch / MANIFEST).write_text(
            _manifest_text(run.manifest, sorted(scratch.iterdir())), encoding="utf-8"
        )
    logger.info("wrote %d rows for %d communes to %s", len(run.table), len(run.communes.data), target)
    return target


def write_manifest(manifest: Mapping[str, Any], path: str | Path, *, files: Iterable[Path]) -> None:
    """The manifest of tables that stand beside it; written aside, then renamed.

    Raises
    ------
    InputError
        If the place cannot be written.
    """
    text = _manifest_text(manifest, files)
    with atomic_file(Path(path)) as scratch:
        scratch.write_text(text, encoding="utf-8")


def read(out_dir: str | Path) -> Run:
    """Read a result back, and check its files against the hashes of its manifest.

    Raises
    ------
    InputError
        If the folder holds no result, a file is missing, or a file is not the one the manifest was written
        for.
    """
    folder = Path(out_dir)
    manifest = _read_manifest(folder)
    for name, facts in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            raise InputError(
                f"{path} is missing", expected="a file that the manifest names", hint="run the scenario again"
            )
        if _sha256(path) != facts["sha256"]:
            raise InputError(
                f"{path} is not the file its manifest describes",
                got="another sha256",
                expected=facts["sha256"][:12] + "...",
                hint="run the scenario again, or restore the file",
            )
    extras = {
        name: read_parquet(folder / f"{name}.parquet") if f"{name}.parquet" in manifest["files"] else None
        for name in EXTRA_TABLES
    }
    layers = set(pyogrio.list_layers(folder / COMMUNES)[:, 0])
    communes = Communes(gpd.read_file(folder / COMMUNES, layer="communes", engine="pyogrio"))
    seam = gpd.read_file(folder / COMMUNES, layer="seam", engine="pyogrio") if "seam" in layers else None
    return Run(read_parquet(folder / f"{EXPOSURE}.parquet"), communes, manifest, seam=seam, **extras)


def _manifest_text(manifest: Mapping[str, Any], files: Iterable[Path]) -> str:
    """JSON with the moment, and the hash and size of each file it speaks of."""
    hashes = {path.name: {"sha256": _sha256(path), "bytes": path.stat().st_size} for path in files}
    plain = to_plain({**manifest, "created_at": created_at(), "files": hashes})
    return json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.is_file():
        raise InputError(
            f"{folder} holds no result",
            got=f"no {MANIFEST}",
            expected="a folder written by geoalarm run",
            hint="geoalarm run --out DIR",
        )
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(
            f"{path} is not JSON",
            got=str(error),
            expected="a manifest written by geoalarm",
            hint="run the scenario again",
        ) from error
    if (
        not isinstance(manifest, dict)
        or manifest.get("format") != FORMAT
        or not isinstance(manifest.get("files"), dict)
    ):
        raise InputError(
            f"{path} is not a manifest of this version",
            got=manifest.get("format") if isinstance(manifest, dict) else type(manifest).__name__,
            expected=FORMAT,
            hint="run the scenario again",
        )
    return manifest


def _write_table(table: pd.DataFrame, name: str, folder: Path) -> None:
    write_parquet(table, folder / f"{name}.parquet")
    write_csv(table, folder / f"{name}.csv")


def _write_communes(run: Run, path: Path) -> None:
    """Layer ``communes`` (outlines, names, people exposed per footprint) and layer ``seam``, undated."""
    outlines = run.communes.data.merge(
        by_commune(run.table), on="commune_id", how="left", validate="one_to_one", suffixes=("", "_exposed")
    )
    with _undated():
        outlines.to_file(path, layer="communes", driver="GPKG", engine="pyogrio", promote_to_multi=True)
        if run.seam is not None and len(run.seam):
            run.seam.to_file(
                path, layer="seam", driver="GPKG", engine="pyogrio", promote_to_multi=True, mode="a"
            )
    settle(path)


@contextmanager
def _undated() -> Iterator[None]:
    """GDAL writes the time into every GeoPackage; a fixed one keeps equal results equal."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "1970-01-01T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
