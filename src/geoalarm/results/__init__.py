"""Results in and out: ``exposure.parquet``, ``exposure.csv``, ``communes.gpkg`` their manifest."""

from geoalarm.core.atomic import require_writable
from geoalarm.core.lock import hold_output
from geoalarm.results.manifest import FootprintRecord, build_manifest, require_closed, versions
from geoalarm.results.run import Run
from geoalarm.results.store import read, write, write_manifest
from geoalarm.results.tables import TABLE_ENDINGS, by_commune, in_order, require_table_ending, write_table

read_result, write_result = read, write
"""At the front door (``ga.read_result``), where ``read`` alone would not say what."""

__all__ = [
    "TABLE_ENDINGS",
    "FootprintRecord",
    "Run",
    "build_manifest",
    "by_commune",
    "hold_output",
    "in_order",
    "read",
    "read_result",
    "require_closed",
    "require_table_ending",
    "require_writable",
    "versions",
    "write",
    "write_manifest",
    "write_result",
    "write_table",
]
