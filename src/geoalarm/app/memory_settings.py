"""What a process that stays for days gives back: memory that was needed once goes to the system again."""

from __future__ import annotations

import ctypes
import gc
import sys
from typing import Final

import pyarrow as pa

from geoalarm.core.settings import default_setting

RASTER_CACHE_MB: Final = 32
"""Blocks of rasters that GDAL keeps; its default is a twentieth of the machine."""
LARGE: Final = 128 * 1024
"""Pieces of this size are taken from the system one by one, and go back to it when they are freed [bytes]."""
ARENAS: Final = 2
"""Pools of small pieces: the default of eight for each core keeps the peak of every thread."""
COLLECT: Final = (700, 10, 10)
"""Thresholds of the collector, those of Python up to 3.12: waiting longer left 100 MB more behind."""
M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3
M_ARENA_MAX: Final = -8
"""Numbers of ``mallopt(3)``."""


def economical() -> None:
    """Settings to be made before rasters are read; those of the environment go first."""
    gc.freeze()  # what was imported stays; from here on, what nobody needs goes soon
    gc.set_threshold(*COLLECT)
    default_setting("GDAL_CACHEMAX", str(RASTER_CACHE_MB))
    pa.set_memory_pool(pa.system_memory_pool())  # its own keeps what a file of communes needed while read
    set_option = _of_libc("mallopt")
    if set_option is not None:
        for option, value in ((M_ARENA_MAX, ARENAS), (M_MMAP_THRESHOLD, LARGE), (M_TRIM_THRESHOLD, LARGE)):
            set_option(option, value)


def keep_for_good() -> None:
    """No longer look at what is there now.

    Only for a moment before anybody reads: what is taken for kept is never given back, were it the page of
    one who came early.
    """
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """Collect what nobody needs any more, and hand the pages of memory it stood on back to the system."""
    gc.collect()
    trim = _of_libc("malloc_trim")
    if trim is not None:
        trim(0)


def _of_libc(name: str) -> ctypes._NamedFuncPointer | None:
    """A function of the C library; None where it has none: these are of glibc."""
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), name, None)
