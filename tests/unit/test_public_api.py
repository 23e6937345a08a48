"""The public names: all there, loaded when used, documented; the import itself costs little."""

import subprocess
import sys

import pytest

import geoalarm
from geoalarm import renamed_modules


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
    heavy = [
        "pandas",
        "geopandas",
        "numpy",
        "xarray",
        "rasterio",
        "pydantic",
        "panel",
        "intake",
        "matplotlib",
    ]
    code = f"import sys, geoalarm; print([name for name in {heavy!r} if name in sys.modules])"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        == "[]"
    )


def test_the_lists_agree():
    assert sorted([*geoalarm._HOME, *geoalarm._ROOMS]) == sorted(geoalarm.__all__)


@pytest.mark.parametrize("old", renamed_modules.RENAMED)
def test_a_module_opens_under_the_name_it_had_and_says_where_it_is_now(old):
    new = renamed_modules.RENAMED[old]
    code = (
        "import importlib, warnings\n"
        "with warnings.catch_warnings(record=True) as said:\n"
        "    warnings.simplefilter('always')\n"
        f"    old, new = importlib.import_module({old!r}), importlib.import_module({new!r})\n"
        "print([str(one.message) for one in said if one.category is DeprecationWarning and 'old name' in "
        "str(one.message)])\n"
        "print(all(getattr(old, name) is getattr(new, name) for name in dir(new) if not "
        "name.startswith('_')))\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert told == [f"['{old} is {new} now; the old name goes with the next release']", "True"]


def test_a_public_name_that_changed_still_opens_with_a_warning():
    with pytest.warns(DeprecationWarning, match="OwnFiles is UserFiles now"):
        assert geoalarm.OwnFiles is geoalarm.UserFiles


def test_a_territory_still_opens_from_the_room_it_left():
    with pytest.warns(DeprecationWarning, match="geoalarm.pipeline is geoalarm.analysis now"):
        from geoalarm.pipeline import open_territory
    from geoalarm.dossier import open_territory as today

    assert open_territory is today


def test_a_check_still_starts_from_the_catalog_with_a_warning():
    opened = geoalarm.open_catalog()
    with pytest.warns(DeprecationWarning, match=r"Catalog\.describe\(\) is .*describe_catalog\(\) now"):
        rows = opened.describe()
    assert [row["name"] for row in rows] == opened.names()
    with pytest.raises(AttributeError, match="descirbe"):
        opened.descirbe()


def test_the_hint_of_an_error_answers_to_its_old_name_for_one_release():
    error = geoalarm.InputError("column 'pop'", hint="name it")
    with pytest.warns(DeprecationWarning, match=r"error\.mend is error\.hint now"):
        assert error.mend == error.hint == "name it"
    assert str(error) == "column 'pop'; hint: name it."
