"""The public names: all there, loaded when used, documented; the import itself costs little."""

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import geoalarm
from geoalarm import renamed_modules

HEAVY = [
    "pandas",
    "geopandas",
    "numpy",
    "xarray",
    "rasterio",
    "pydantic",
    "panel",
    "intake",
    "matplotlib",
    "holoviews",
]


@pytest.mark.parametrize("name", geoalarm.__all__)
def test_every_public_name_is_there_and_explained(name):
    value = getattr(geoalarm, name)
    assert name in dir(geoalarm)
    if callable(value):
        assert value.__doc__


def test_a_wrong_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="geoalarm attribute expoze"):
        geoalarm.expoze  # noqa: B018


LAZY = (
    "geoalarm",
    "geoalarm.analysis",
    "geoalarm.catalog",
    "geoalarm.dossier",
    "geoalarm.hazards.industrial",
    "geoalarm.interactive",
)


@pytest.mark.parametrize("room", LAZY)
def test_a_room_that_loads_when_used_has_every_name_of_its_stub_and_no_other(room):
    module = importlib.import_module(room)
    stub = ast.parse(Path(module.__file__).with_suffix(".pyi").read_text("utf-8"))
    named = [name for node in stub.body if isinstance(node, ast.ImportFrom) for name in node.names]
    assert sorted(module.__all__) == sorted(module.__dir__()) == sorted(name.name for name in named)
    assert all(name.asname == name.name for name in named), "a checker takes only `x as x` for public"
    with pytest.raises(AttributeError, match=f"No {room} attribute expoze"):
        module.expoze  # noqa: B018
    with pytest.raises(ImportError):
        exec(f"from {room} import expoze")


@pytest.mark.parametrize("room", LAZY)
def test_a_room_that_loads_when_used_brings_nothing_heavy_by_itself(room):
    code = f"import sys, {room}; print([name for name in {HEAVY!r} if name in sys.modules])"
    light = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    # the room of hazards above that of industrial accidents finds them all, and reads rasters
    assert (light.strip() == "[]") == (room != "geoalarm.hazards.industrial")


OPEN_EVERYTHING = """
import importlib, json, pkgutil, sys, types, warnings
told, rooms, renamed = {}, json.loads(sys.argv[1]), json.loads(sys.argv[2])
for old, new in renamed.items():
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        then, now = importlib.import_module(old), importlib.import_module(new)
    words = [str(one.message) for one in said if one.category is DeprecationWarning]
    names = [name for name in dir(now) if not name.startswith("_")]
    same = all(getattr(then, name) is getattr(now, name) for name in names)
    told[old] = [word for word in words if "old name" in word], same
packages = {room: importlib.import_module(room) for room in rooms}
for room, package in packages.items():
    for one in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{room}.{one.name}")
values = {f"{room}.{name}": getattr(one, name) for room, one in packages.items() for name in one.__all__}
hidden = [name for name, value in values.items() if isinstance(value, types.ModuleType)]
print(json.dumps({"old": told, "hidden": hidden}))
"""


@pytest.fixture(scope="module")
def opened():
    """What a process of its own finds, where no module was opened before: old names and all modules."""
    words = [sys.executable, "-c", OPEN_EVERYTHING, json.dumps(LAZY), json.dumps(renamed_modules.RENAMED)]
    return json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)


def test_no_module_of_the_package_takes_the_place_of_a_public_name(opened):
    """An import puts a module into its package under its own name: `run.py` would hide the function `run`."""
    assert opened["hidden"] == ["geoalarm.industrial", "geoalarm.interactive"]


@pytest.mark.parametrize("old", renamed_modules.RENAMED)
def test_a_module_opens_under_the_name_it_had_and_says_where_it_is_now(old, opened):
    new = renamed_modules.RENAMED[old]
    assert opened["old"][old] == [[f"{old} is {new} now; the old name goes with the next release"], True]


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
