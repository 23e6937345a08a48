"""A random mutation of valid inputs never changes a figure in silence: it is the same, refused, not known, or
the row or the manifest says why it is another. By the doors of the command line: files, and a catalog.
"""

from __future__ import annotations

import runpy
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from geoalarm import analysis
from geoalarm.analysis import UserFiles, expose_files
from geoalarm.core.errors import GeoalarmError

kit: Any = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "input_mutations.py")))

Outcome = tuple[pd.DataFrame, dict[str, Any]] | None
Layers = dict[str, Any]
MADE: dict[tuple[str, str], Callable[[], Any]] = {
    ("communes", "polygons"): kit.communes,
    ("people", "polygons"): kit.people_polygons,
    ("people", "grid"): kit.people_grid,
    ("hazard", "grid"): kit.hazard_grid,
    ("hazard", "polygons"): kit.hazard_polygons,
}
CASES = [(*base, name) for base in MADE for name in (kit.ROWS if base[1] == "polygons" else kit.CELLS)]
UNDRAWN = ("hazard", "polygons", "drop a row")
"""A zone that is not drawn is known to nobody: that the studied area is not stated stands in every row."""


def layers(kinds: dict[str, str]) -> Layers:
    return {role: MADE[role, kind]() for role, kind in kinds.items()}


def written(folder: Path, role: str, layer: Any) -> str:
    if isinstance(layer, kit.Grid):
        layer.write(folder / f"{role}.tif")
        return f"{role}.tif"
    layer.to_file(folder / f"{role}.gpkg", driver="GPKG", layer=role)
    return f"{role}.gpkg"


def by_files(folder: Path, given: Layers) -> Outcome:
    files = {role: str(folder / written(folder, role, layer)) for role, layer in given.items()}
    grid = files["hazard"].endswith(".tif")
    hazard = {"bounds": (0.5, 2.0), "units": "m"} if grid else {"class_column": kit.CLASS}
    column = {} if files["people"].endswith(".tif") else {"population_column": kit.PEOPLE}
    own = UserFiles(
        files["communes"],
        kit.ID,
        files["people"],
        files["hazard"],
        population_units="1",
        hazard="flood",
        **hazard,
        **column,
    )
    done = expose_files(own, cache=folder / "cache")
    return done.table, done.manifest


def by_catalog(folder: Path, given: Layers) -> Outcome:
    roles: dict[str, dict[str, Any]] = {
        "communes": {"role": "communes", "kind": "polygons", "id_column": kit.ID, "countries": ["BE"]},
        "people": {"role": "population", "kind": "counts", "units": "1", "countries": ["BE"]},
        "hazard": {"role": "hazard", "hazard": "flood", "kind": "intensity", "units": "m"},
    }
    if not isinstance(given["people"], kit.Grid):
        roles["people"]["population_column"] = kit.PEOPLE
    if not isinstance(given["hazard"], kit.Grid):
        roles["hazard"] |= {"kind": "polygons", "class_column": kit.CLASS}
        del roles["hazard"]["units"]
    entries = {
        role: {
            "driver": "geo_raster" if isinstance(layer, kit.Grid) else "geo_vector",
            "args": {"urlpath": "{{ CATALOG_DIR }}/" + written(folder, role, layer)},
            "metadata": {
                "title": f"The {role}",
                "crs": "EPSG:3035",
                "basis": "modelled",
                "licence": "open",
                "attribution": "somebody",
                "vintage": "2025",
                "url": "https://example.org",
                "verified": True,
                "default_scenario": True,
                **roles[role],
            },
        }
        for role, layer in given.items()
    }
    place = folder / "catalog.yml"
    place.write_text(yaml.safe_dump({"metadata": {"version": 1}, "sources": entries}), "utf-8")
    space = analysis.open_workspace(catalog=place, cache=folder / "cache")
    done = analysis.run(workspace=space)
    return done.table, done.manifest


DOORS = {"files": by_files, "catalog": by_catalog}


def counted(door: str, given: Layers) -> Outcome:
    with tempfile.TemporaryDirectory() as place:
        try:
            return DOORS[door](Path(place), given)
        except GeoalarmError:
            return None


@pytest.fixture(scope="module")
def right() -> Callable[[str, dict[str, str]], tuple[pd.DataFrame, dict[str, Any]]]:
    """The figures of the inputs as they are, once for each door and kinds."""
    kept: dict[tuple[str, ...], tuple[pd.DataFrame, dict[str, Any]]] = {}

    def find(door: str, kinds: dict[str, str]) -> tuple[pd.DataFrame, dict[str, Any]]:
        key = (door, *kinds.values())
        if key not in kept:
            done = counted(door, layers(kinds))
            assert done is not None
            kept[key] = done
        return kept[key]

    return find


def figures(table: pd.DataFrame) -> pd.DataFrame:
    out = table.assign(code=table["commune_id"].str.removeprefix("BE:"))
    out["class"] = out["intensity_class"].str.casefold()
    return out.set_index(["code", "class"])


def silent(before: Outcome, after: Outcome, *, standing: bool = False) -> list[str]:
    """Figures that differ though nothing says so. A commune that is not in the input has no row.

    Parameters
    ----------
    standing : bool
        What the rows said before counts too.
    """
    assert before is not None
    if after is None or is_told(before[1], after[1]):
        return []
    first, second = figures(before[0]), figures(after[0])
    left = set(first["commune_id"]) & set(second["commune_id"])
    rows = [key for key in first.index.union(second.index) if key[0] in {one[-5:] for one in left}]
    found = [f"{one}: a new commune" for one in set(second["commune_id"]) - set(first["commune_id"])]
    for key in rows:
        new = caveats(second, key[0]) - (set() if standing else caveats(first, key[0]))
        if not new and not same_row(first, second, key):
            found.append(f"{key}: {first.loc[[key]].to_dict() if key in first.index else 'no row'}")
    return found


def is_told(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether the manifest says more than before."""
    more = set(map(str, new["warnings"])) - set(map(str, old["warnings"]))
    return bool(more) or str(new["repairs"]) != str(old["repairs"])


def caveats(table: pd.DataFrame, code: str) -> set[str]:
    return set("|".join(table.loc[[code], "caveats"].fillna("")).split("|")) - {""}


def same_row(first: pd.DataFrame, second: pd.DataFrame, key: tuple[str, str]) -> bool:
    """The same figures within 0.1 %, or not known any more."""
    if key not in first.index or key not in second.index:
        return False
    a, b = first.loc[key], second.loc[key]
    return all(
        pd.isna(b[name]) or abs(a[name] - b[name]) <= 1e-3 * abs(a[name])
        for name in ("population", "population_exposed", "mapped_share")
    )


def mutated(kinds: dict[str, str], case: tuple[str, str, str], n: int) -> Layers:
    role, kind, name = case
    given = layers(kinds)
    change = (kit.ROWS if kind == "polygons" else kit.CELLS)[name]
    return {**given, role: change(given[role], n)}


def kinds_of(case: tuple[str, str, str], others: str) -> dict[str, str]:
    kinds = {"communes": "polygons", "people": others, "hazard": others}
    return {**kinds, case[0]: case[1]}


@pytest.mark.slow
@settings(max_examples=50)
@given(
    case=st.sampled_from(CASES),
    others=st.sampled_from(["grid", "polygons"]),
    door=st.sampled_from(["files", "files", "catalog"]),
    n=st.integers(0, 31),
)
def test_a_mutation_is_never_silent(right: Any, case: Any, others: str, door: str, n: int) -> None:
    kinds = kinds_of(case, others)
    after = counted(door, mutated(kinds, case, n))
    assert silent(right(door, kinds), after, standing=case == UNDRAWN) == []


@pytest.mark.slow
@settings(max_examples=8)
@given(
    layout=st.sampled_from(sorted(kit.LAYOUTS)), role=st.sampled_from(["people", "hazard"]), by=st.booleans()
)
def test_the_layout_of_a_raster_changes_nothing(right: Any, layout: str, role: str, by: bool) -> None:
    kinds = {"communes": "polygons", "people": "grid", "hazard": "grid"}
    given = layers(kinds)
    grid = given[role]
    assert isinstance(grid, kit.Grid)
    given[role] = kit.laid_out(grid, layout)
    before, after = right("files", kinds), counted("files", given)
    assert after is not None
    columns = ["commune_id", "intensity_class", "population", "population_exposed", "mapped_share", "caveats"]
    pd.testing.assert_frame_equal(before[0][columns], after[0][columns])


@pytest.mark.slow
@settings(max_examples=8)
@given(
    which=st.integers(0, 2),
    at=st.integers(1, 9),
    along=st.sampled_from([0, 1]),
    people=st.sampled_from(["grid", "polygons"]),
)
def test_parts_of_a_zone_are_the_zone(right: Any, which: int, at: int, along: int, people: str) -> None:
    kinds = {"communes": "polygons", "people": people, "hazard": "polygons"}
    given = layers(kinds)
    given["hazard"] = kit.cut_in_two(given["hazard"], which, at / 10, along)
    after = counted("files", given)
    assert after is not None
    first, second = (figures(one[0]) for one in (right("files", kinds), after))
    for name in ("population_exposed", "population", "mapped_share"):
        assert first[name].to_numpy() == pytest.approx(second[name].to_numpy(), rel=1e-6, nan_ok=True)
    assert first["caveats"].tolist() == second["caveats"].tolist()
