"""The public names: all there, loaded when used, documented; the import itself costs little."""

import subprocess
import sys

import pytest

import geoalarm


@pytest.mark.parametrize("name", geoalarm.__all__)
def test_every_public_name_is_there_and_explained(name):
    value = getattr(geoalarm, name)
    assert name in dir(geoalarm)
    if callable(value):
        assert value.__doc__


def test_a_wrong_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'expoze'"):
        geoalarm.expoze  # noqa: B018


def test_the_import_brings_no_heavy_library():
    heavy = ["pandas", "geopandas", "numpy", "xarray", "rasterio", "pydantic", "panel", "intake", "matplotlib"]
    code = f"import sys, geoalarm; print([name for name in {heavy!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_the_lists_agree():
    assert sorted([*geoalarm._HOME, *geoalarm._ROOMS]) == sorted(geoalarm.__all__)
