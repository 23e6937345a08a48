"""Is this machine fit to work? Each check says what it found, and how to mend it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np

from geoalarm.analysis.scenario import default_scenario
from geoalarm.analysis.workspace import Workspace, cache_dir
from geoalarm.core.array_cache import DamagedCache, read_kept
from geoalarm.core.english_counts import counted
from geoalarm.core.errors import GeoalarmError, InputError
from geoalarm.core.settings import CHROMIUM, program_setting

Verdict = Literal["ok", "missing", "broken"]

PYTHONS: Final = ((3, 11), (3, 13))
VECTOR_DRIVERS: Final = ("GPKG", "GeoJSON", "ESRI Shapefile", "FlatGeobuf")
RASTER_DRIVERS: Final = ("GTiff", "COG")
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")

REPLACEABLE: Final = {"numba"}
"""Libraries that a run does without, more slowly: they have a check of their own."""

_LAMBERT_72: Final = (251763.20, 153034.13)
_BELGE_72: Final = (5 + 48 / 60 + 26.533 / 3600, 50 + 40 / 60 + 46.461 / 3600)
_METRES_PER_DEGREE: Final = 111_320.0
_BRUSSELS: Final = (4.3517, 50.8466)


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found. ``missing`` costs an extra only, ``broken`` something that every run needs."""

    name: str
    verdict: Verdict
    found: str
    hint: str = ""


def check_health(scenario: Path | None = None) -> list[Check]:
    """All checks, none of them on the network; a check that fails is a line of the answer, never an error.

    Parameters
    ----------
    scenario : pathlib.Path, optional
        A scenario file that is to run here: its catalog is checked instead of the one found, and what it
        names is opened.
    """
    own = (lambda: _scenario(scenario)) if scenario is not None else _catalog
    groups = (_python, _packages, _compiler, _drivers, _projections, _cache, own, _territory, _browser)
    return [check for group in groups for check in group()]


def _python() -> Iterator[Check]:
    fits = PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]
    yield Check(
        "python",
        "ok" if fits else "broken",
        platform.python_version(),
        "" if fits else "use Python 3.11, 3.12 or 3.13",
    )


def _packages() -> Iterator[Check]:
    """One line for all libraries that are here, one for each that is not."""
    here = {}
    for text in importlib.metadata.requires("geoalarm") or []:
        name = next(iter(re.findall(r"^[A-Za-z0-9_.-]+", text)))
        if "extra ==" in text:
            continue
        try:
            here[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            if name in REPLACEABLE:
                continue
            yield Check(name, "broken", "not installed", "install from requirements.lock: make env")
    yield Check("libraries", "ok", ", ".join(f"{name} {version}" for name, version in here.items()))


def _compiler() -> Iterator[Check]:
    """Whether counting runs as machine code, and where that is kept."""
    from geoalarm.geo.kernels import code_folder, compiler

    works, found = compiler()
    if works:
        yield Check("counting", "ok", f"machine code by {found}, kept {code_folder() or 'with the package'}")
    else:
        hint = "install numba from requirements.lock: make env"
        yield Check("counting", "missing", f"by NumPy, several times slower: {found}", hint)


def _drivers() -> Iterator[Check]:
    import pyogrio
    import rasterio
    from rasterio.drivers import raster_driver_extensions

    vectors, rasters = pyogrio.list_drivers(write=True), set(raster_driver_extensions().values()) | {"COG"}
    lacking = [name for name in VECTOR_DRIVERS if name not in vectors] + [
        name for name in RASTER_DRIVERS if name not in rasters
    ]
    yield Check(
        "GDAL drivers",
        "broken" if lacking else "ok",
        f"no {', '.join(lacking)}" if lacking else ", ".join((*VECTOR_DRIVERS, *RASTER_DRIVERS)),
        "reinstall pyogrio and rasterio from wheels" if lacking else "",
    )
    yield Check(
        "GDAL",
        "ok",
        f"{rasterio.__gdal_version__} for rasters, {pyogrio.__gdal_version_string__} for vectors",
    )


def _projections() -> Iterator[Check]:
    """Lambert 72 against the worked point of EPSG guidance note 7-2, and its datum shift against Lambert
    2008.

    Lambert 2008 was made to differ from Lambert 72 by 500 km each way in Brussels; without a datum shift it
    is 100 m off.
    """
    import pyproj

    from geoalarm.geo.crs import transformer

    hint = "remove PROJ_DATA and PROJ_LIB from the environment, reinstall pyproj from a wheel"
    found = transformer(31370, 4313).transform(*_LAMBERT_72)
    off = max(abs(one - other) for one, other in zip(found, _BELGE_72, strict=True)) * _METRES_PER_DEGREE
    yield Check(
        "PROJ",
        "ok" if off < 0.1 else "broken",
        f"{pyproj.proj_version_str}, EPSG:31370 control point within {off:.2f} m",
        "" if off < 0.1 else hint,
    )
    old, new = (transformer(4326, code).transform(*_BRUSSELS) for code in (31370, 3812))
    shift = max(abs(b - a - 500_000) for a, b in zip(old, new, strict=True))
    yield Check(
        "datum shift of EPSG:31370",
        "ok" if shift < 1 else "broken",
        f"within {shift:.2f} m of Lambert 2008 in Brussels",
        "" if shift < 1 else hint,
    )


def _cache() -> Iterator[Check]:
    try:
        folder = cache_dir()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"1")
        free = shutil.disk_usage(folder).free / 1e9
        yield Check("cache", "ok", f"{folder}, {free:.0f} GB free")
        yield _kept(folder)
    except (InputError, OSError) as error:
        found = error.sentence() if isinstance(error, InputError) else f"{folder}: {error.strerror}"
        yield Check("cache", "broken", found, "set GEOALARM_CACHE to a folder you may write to")


def _kept(folder: Path) -> Check:
    """Every kept index is read: a damaged one costs time only, for it is made again."""
    files, damaged = sorted(folder.glob("*.npz")), []
    for path in files:
        try:
            read_kept(path)
        except DamagedCache as error:
            damaged.append(str(error))
    found = f"{counted(len(files), 'kept index', 'kept indices')}, {len(files) - len(damaged)} whole"
    if not damaged:
        return Check("kept indices", "ok", found)
    return Check("kept indices", "missing", f"{found}; {damaged[0]}", "made again when needed: geoalarm warm")


def _catalog() -> Iterator[Check]:
    yield _tried(
        "catalog",
        lambda: f"{_checked_entries()} entries, their local layers open",
        hint="geoalarm catalog check says where",
    )


def _scenario(path: Path) -> Iterator[Check]:
    """The catalog of a scenario, then what the scenario makes of it."""
    from geoalarm.analysis.scenario import read_scenario

    try:
        wanted = read_scenario(path)
    except GeoalarmError as error:
        yield _broken("scenario", error, hint="see docs/use.md for what a scenario holds")
        return
    yield _tried(
        "catalog",
        lambda: f"{_checked_entries(wanted.catalog)} entries, their local layers open",
        hint=f"geoalarm catalog check --catalog {wanted.catalog or 'FILE'} says where",
    )
    hint = f"geoalarm run {path} --out DIR says more"
    yield _tried("scenario", lambda: _opened(Workspace(wanted)), hint=hint)


def _opened(space: Workspace) -> str:
    """Open all that a scenario names, its layers too; say what there is."""
    space.warm()
    layers, sites = [space.layer(option) for option in space.options()], len(space.sites())
    return (
        f"{space.scenario.name}: {len(space.communes.ids)} communes, "
        f"{float(np.nansum(space.prepared().total)):.0f} people, {len(layers)} layers, {sites} sites"
    )


def _checked_entries(path: Path | None = None) -> int:
    from geoalarm.catalog import check_catalog, open_catalog
    from geoalarm.hazards import with_possible_values

    catalog = open_catalog(path)
    check_catalog(catalog, online=False, possible=with_possible_values)
    return len(catalog.names())


def _territory() -> Iterator[Check]:
    hint = "geoalarm demo build --out data/demo, or restore the files"
    yield _tried("embedded territory", lambda: _hashed(_territory_folder()), hint=hint)


def _territory_folder() -> Path:
    """Where the population of the default scenario of the package lies."""
    from geoalarm.catalog.open import package_catalog

    catalog = package_catalog()
    return Path(catalog.address(default_scenario(catalog).populations[0])).parent


def _hashed(folder: Path) -> str:
    """Compare every file of the territory with its manifest."""
    path = folder / "manifest.json"
    if not path.is_file():
        raise GeoalarmError(f"{path} is missing")
    files = json.loads(path.read_text(encoding="utf-8"))["files"]
    for name, facts in files.items():
        wanted = facts["sha256"] if isinstance(facts, dict) else facts
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != wanted:
                raise GeoalarmError(f"{name} is not the file of the manifest")
    return f"{len(files)} files as built"


def _browser() -> Iterator[Check]:
    asked = program_setting(CHROMIUM)
    found = next((place for name in ([asked] if asked else BROWSERS) if (place := shutil.which(name))), None)
    yield Check(
        "browser for page tests",
        "ok" if found else "missing",
        found or "none",
        "" if found else "apt-get install chromium (only the browser tests need it)",
    )


def _tried(name: str, check: Callable[[], str], *, hint: str) -> Check:
    try:
        return Check(name, "ok", check())
    except (GeoalarmError, OSError, ValueError, KeyError) as error:
        return _broken(name, error, hint=hint)


def _broken(name: str, error: Exception, *, hint: str) -> Check:
    """What failed: all faults of an error that gathers several."""
    return Check(name, "broken", " ".join(str(error).split()), hint)
