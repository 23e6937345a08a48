"""Who runs the inner loops of counting: numba where it works and the job is worth it, else NumPy; the numbers
are the same to the bit.

Numba is imported when the first large job comes: it takes longer to load than most commands take to run.
Machine code is kept beside the module, or in the cache folder where that cannot be written.
"""

from __future__ import annotations

import importlib
import logging
import os
import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np

from geoalarm.core.settings import cache_folder
from geoalarm.geo import array_kernels
from geoalarm.geo.lattice_rings import CoveredCells, LatticeRings
from geoalarm.geo.weighted_cells import RasterBlocks, WeightedIndex

log = logging.getLogger(__name__)

SMALL: Final = 50_000
"""Jobs of fewer vertices, cells or entries than this are done by NumPy before numba would be loaded."""

_COMPILED: Final = "geoalarm.geo.compiled_kernels"
_LOOPS: Final = "geoalarm.geo._kernels"


def covered_cells(rings: LatticeRings, shape: tuple[int, int], *, speck: float) -> CoveredCells:
    """Covered fraction of each cell of a lattice by each polygon, exact in the plane of the lattice.

    Parameters
    ----------
    rings : LatticeRings
        Polygons in cells of the lattice, also beyond it.
    shape : tuple of int
        Rows and columns of the lattice.
    speck : float
        Rounding of the vertices: fractions below it are none, and one where as little is missing [1].
    """
    size = len(rings.x) + _cells_round(rings, shape)
    return _run("covered_cells", size, rings, shape, speck)


def close_cells(found: CoveredCells, size: int, *, full: float) -> None:
    """Scale in place the fractions of cells that sum to one within ``full``, so that they do so exactly: a
    gap or an overlap between outlines that is so small is rounding.

    Parameters
    ----------
    found : CoveredCells
    size : int
        Number of cells of the lattice.
    full : float
        How far from one the sum may be [1].
    """
    _run("close_cells", len(found.cells), found, size, full)


def sums_above(
    values: np.ndarray, bounds: np.ndarray, no_data: float | None, index: WeightedIndex
) -> tuple[np.ndarray, np.ndarray]:
    """People and area at or above each bound, of each row of an index: one pass over a raster.

    Weights are whole numbers, so that the sums are the same in any order and any number of threads.

    Parameters
    ----------
    values : numpy.ndarray
        Flat, of any type whose numbers are float64 too. What is NaN or the no-data value is not known.
    bounds : numpy.ndarray
        Rising; compared in the type of the values where those are floating.
    no_data : float, optional
    index : WeightedIndex

    Returns
    -------
    people, area : numpy.ndarray (rows, bounds + 2) of int64
        Sums of the weights at or above each bound; of the cells that are not known; and of those that are
        infinite.
    """
    most = len(bounds)
    if not len(values):
        return np.zeros((len(index.totals), most + 2), "int64"), np.zeros(
            (len(index.totals), most + 2), "int64"
        )
    blocks = RasterBlocks.of(values, bounds, no_data)
    classes = _run("sums_by_class", max(len(values), index.lines.size), blocks, index)
    if blocks[0].is_mostly_unknown:
        classes[:, :, most + 1] += index.totals - classes.sum(axis=2)
    above = np.cumsum(classes[:, :, most:0:-1], axis=2)[:, :, ::-1]
    sums = np.concatenate([above, classes[:, :, most + 1 :]], axis=2)
    return sums[:, 0], sums[:, 1]


def _cells_round(rings: LatticeRings, shape: tuple[int, int]) -> int:
    """Cells of the lattice in the rectangle round all polygons."""
    if not len(rings.x):
        return 0
    sides = (np.ptp(np.clip(at, 0, size)) for at, size in ((rings.y, shape[0]), (rings.x, shape[1])))
    return int(np.prod([*sides]))


def compiler() -> tuple[bool, str]:
    """Whether all loops run as machine code here, compiled now if need be; and by what, or why not."""
    module = compiled_loops()
    if module is not None:
        try:
            module.compile_all()
        except Exception as error:  # noqa: BLE001 (whatever a compiler fails of, there is another way)
            _give_up(error)
    return compiled_loops() is not None, _BROKEN[0] if _BROKEN else _loaded()[1]


def compiled_loops() -> ModuleType | None:
    """The compiled loops; None where there are none."""
    return None if _BROKEN else _loaded()[0]


def _run(name: str, size: int, *inputs: Any) -> Any:
    """A job of a size by the loops that are worth it; by NumPy too if the compiler fails of it."""
    module = _module(size)
    if module is not array_kernels:
        try:
            return getattr(module, name)(*inputs)
        except Exception as error:
            if not (isinstance(error, RuntimeError) or type(error).__module__.startswith(("numba", "llvm"))):
                raise
            _give_up(error)
    return getattr(array_kernels, name)(*inputs)


def _module(size: int) -> ModuleType:
    if size < SMALL and not _loaded.cache_info().currsize:
        return array_kernels
    return compiled_loops() or array_kernels


_BROKEN: Final[list[str]] = []
"""Why the compiler is not asked again."""


def _give_up(error: Exception) -> str:
    why = str(error).partition("\n")[0] or type(error).__name__
    _BROKEN.append(why)
    log.warning("numba does not work here (%s): people are counted by NumPy, more slowly", why)
    return why


@cache
def _loaded() -> tuple[ModuleType | None, str]:
    """The loops and by what they are compiled; or None and why not. Each is read from disk, or compiled, when
    it is first needed: to read all of them takes a second.
    """
    try:
        numba = importlib.import_module("numba")
        if numba.config.DISABLE_JIT:
            return None, "switched off by NUMBA_DISABLE_JIT"
        module = _imported(numba)
        _tell_of_compiling()
        module.compile_one()
    except Exception as error:  # noqa: BLE001 (whatever a compiler fails of, there is another way)
        return None, _give_up(error)
    return module, f"numba {numba.__version__}"


def _imported(numba: Any) -> ModuleType:
    """The module of loops, its machine code kept where that can be; other users of numba are not touched."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = before or code_folder()
    try:
        return importlib.import_module(_COMPILED)
    finally:
        numba.config.CACHE_DIR = before


def code_folder() -> str:
    """Folder of machine code; empty where it lies beside the module."""
    beside = Path(__file__).parent / "__pycache__"
    if os.access(beside if beside.is_dir() else beside.parent, os.W_OK):
        return ""
    folder = cache_folder() / "compiled"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return str(folder)
    except OSError:
        return _temporary_folder().name


@cache
def _temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder that ends with the process."""
    return tempfile.TemporaryDirectory(prefix="geoalarm-", ignore_cleanup_errors=True)


def _tell_of_compiling() -> None:
    """Say once, in one line, why the first call takes long."""
    events: Any = importlib.import_module("numba.core.event")
    told: list[bool] = []

    def tell(_: object, event: Any) -> None:
        if not told and event.data["dispatcher"].py_func.__module__ == _LOOPS:
            told.append(True)
            log.warning("counting is compiled for this machine, once: about half a minute")

    methods = {"on_start": tell, "on_end": lambda *_: None}
    events.register("numba:compile", type("FirstCompile", (events.Listener,), methods)())
