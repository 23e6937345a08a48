"""The Belgian figures of the manifest, measured again against true outlines and people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from geoalarm.demo.measure import measure

pytestmark = pytest.mark.real


def test_the_manifest_prints_what_is_measured(root: Path, real_data: Path) -> None:
    found = measure(root / "data" / "demo" / "communes.parquet", real_data / "admin" / "communes_be.gpkg")
    printed = json.loads((root / "data" / "demo" / "manifest.json").read_text(encoding="utf-8"))[
        "belgian_quality"
    ]
    assert {name: value for name, value in printed.items() if name != "against"} == found
    assert found["overlap_median"] > 0.8
    assert abs(found["population_ratio_median"] - 1) < 0.03
