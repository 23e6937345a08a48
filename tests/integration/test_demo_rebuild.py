"""The territory is rebuilt from its packages: the same values as the committed ones."""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from geopandas.testing import assert_geodataframe_equal

from geoalarm.core.errors import InputError
from geoalarm.demo import build_demo as building
from geoalarm.demo import packages


def test_a_build_that_fails_leaves_the_old_territory(tmp_path: Path) -> None:
    target, empty = tmp_path / "demo", tmp_path / "wheels"
    target.mkdir()
    (target / "manifest.json").write_text("old")
    empty.mkdir()
    with pytest.raises(InputError, match="wheels of the embedded territory"):
        building.build(target, wheels=empty, progress=lambda _: None)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert (target / "manifest.json").read_text() == "old"


@pytest.mark.slow
def test_the_same_packages_give_the_same_values(root: Path, tmp_path: Path) -> None:
    wheels = os.environ.get("GEOALARM_WHEELS")
    if not wheels or not all((Path(wheels) / package.wheel).is_file() for package in packages.PACKAGES):
        pytest.skip("GEOALARM_WHEELS does not name a folder with the pinned packages")
    steps: list[str] = []
    building.build(tmp_path / "demo", wheels=Path(wheels), progress=steps.append)
    assert len(steps) > 4
    for old in sorted((root / "data" / "demo").iterdir()):
        new = tmp_path / "demo" / old.name
        if old.suffix == ".tif":
            with rasterio.open(old) as kept, rasterio.open(new) as made:
                assert (kept.transform, kept.dtypes) == (made.transform, made.dtypes)
                assert np.array_equal(kept.read(1), made.read(1)), old.name
        elif old.suffix == ".parquet":
            assert_geodataframe_equal(gpd.read_parquet(old), gpd.read_parquet(new), check_less_precise=False)
