"""Files that belong together: a shapefile, a MapInfo table, a geodatabase are several files each."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from geoalarm.core.errors import InputError
from geoalarm.io.archive_members import SIDECARS
from geoalarm.io.paths import GEODATABASE, is_zarr_folder

NEEDED: Final = {
    "shp": ((".shx", "the place of each outline"), (".dbf", "the columns")),
    "tab": ((".dat", "the columns"), (".map", "the outlines"), (".id", "the place of each outline")),
    "mif": ((".mid", "the columns"),),
}
"""What a format cannot do without, and what lies in it."""

_READ_TOGETHER: Final = (".shp", ".tab", ".mif", ".gml", ".tif", ".tiff", ".asc")
_LOCK: Final = ".lock"


def require_sidecars(path: Path, kind: str) -> None:
    """Refuse a file that stands alone where its format needs others beside it.

    Raises
    ------
    InputError
        With the first that is missing.
    """
    for ending, use in NEEDED.get(kind, ()):
        if sidecar(path, ending) is None:
            hint = "fetch or copy all its parts: " + ", ".join(
                path.stem + one for one in (path.suffix, *SIDECARS[path.suffix.lower()])
            )
            if ending == ".shx":
                hint += (
                    "; or make the missing one: ogr2ogr --config SHAPE_RESTORE_SHX YES out.gpkg " + path.name
                )
            raise InputError(
                f"{path.name} stands alone: {path.stem}{ending} is missing",
                got=f"no file with {use}",
                expected=f"{path.stem}{ending} beside it",
                hint=hint,
            )


def parts_of(path: Path) -> list[Path]:
    """The files that an input consists of, itself first: those of a shapefile, of a MapInfo table, of a
    geodatabase or of a Zarr store, GML with its schema, a raster with its mask, its place and what another
    program noted of it.
    """
    if is_zarr_folder(path):
        return sorted(one for one in path.rglob("*") if one.is_file())
    if path.suffix.lower() == GEODATABASE and path.is_dir():
        return sorted(one for one in path.rglob("*") if one.is_file() and one.suffix.lower() != _LOCK)
    if path.suffix.lower() not in _READ_TOGETHER:
        return [path]
    beside = [sidecar(path, ending) for ending in SIDECARS[path.suffix.lower()]]
    return [path, *(one for one in beside if one is not None)]


def sidecar(path: Path, ending: str) -> Path | None:
    """The file of the same name and another ending, in any case of letters; None where there is none."""
    for one in (ending, ending.upper()):
        if (place := path.with_suffix(one)).is_file():
            return place
    return next(
        (one for one in path.parent.glob(f"{_escaped(path.stem)}.*") if one.suffix.lower() == ending), None
    )


def _escaped(stem: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in stem)
