"""Catalog files: what passes, what is refused, and that every fault is told at once with entry, field and
hint.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from geoalarm.catalog.entry import CatalogEntry
from geoalarm.catalog.parse import read_catalog_file
from geoalarm.core.errors import CatalogError, Faults, InputError

GOOD: dict[str, Any] = {
    "driver": "geo_raster",
    "args": {"urlpath": "{{ CATALOG_DIR }}/depth_T{{ return_period }}.tif"},
    "parameters": {
        "return_period": {"description": "years", "type": "int", "default": 100, "allowed": [10, 100]}
    },
    "metadata": {
        "title": "Flood depth",
        "role": "hazard",
        "hazard": "flood",
        "kind": "intensity",
        "units": "m",
        "crs": "EPSG:3035",
        "basis": "modelled",
        "licence": "CC0",
        "attribution": "nobody",
        "vintage": "2026",
        "countries": ["FR"],
        "url": "https://example.org",
        "verified": True,
    },
}


def write(folder: Path, *, header: dict[str, Any] | None = None, **entries: Any) -> Path:
    path = folder / "catalog.yml"
    path.write_text(
        yaml.safe_dump({"version": 1, **(header or {}), "sources": entries}, sort_keys=False),
        encoding="utf-8",
    )
    return path


def test_a_catalog_without_a_default_scenario_says_how_to_have_one(tmp_path: Path) -> None:
    """The name of an entry means nothing: this one is called demo_flood."""
    from geoalarm.analysis import default_scenario, open_catalog

    with pytest.raises(InputError, match=r"no default scenario.*default_scenario: true.*geoalarm run"):
        default_scenario(open_catalog(write(tmp_path, demo_flood=GOOD)))


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    raw = copy.deepcopy(GOOD)
    change(raw)
    return raw


@pytest.mark.parametrize("facts", [{"class_column": None}, {"class_order": ["SEI", "all"]}])
def test_the_studied_area_is_no_class(tmp_path: Path, facts: dict[str, Any]) -> None:
    """Rows of a studied area need a column to be told by, and are none of the zones."""
    zones = {"kind": "polygons", "hazard": "industrial", "units": "", "class_column": "effect"}
    entry = changed(lambda raw: raw["metadata"].update({**zones, "studied_class": "all"}))
    entry |= {"driver": "geo_vector", "args": {"urlpath": "{{ CATALOG_DIR }}/zones.parquet"}}
    entry.pop("parameters")
    assert read_catalog_file(write(tmp_path, demo_zones=entry)).entries["demo_zones"].facts.studied_class
    entry["metadata"].update(facts)
    with pytest.raises((CatalogError, Faults), match="studied_class needs a class_column"):
        read_catalog_file(write(tmp_path, demo_zones=entry))


def test_a_good_entry_passes_and_carries_its_facts(tmp_path: Path) -> None:
    file = read_catalog_file(write(tmp_path, demo_flood=GOOD))
    entry = file.entries["demo_flood"]
    assert isinstance(entry, CatalogEntry)
    assert entry.group == "demo"
    assert entry.facts.basis_term == "modelled"
    assert entry.resolve({}) == {"return_period": 100}
    assert entry.resolve({"return_period": "10"}) == {"return_period": 10}
    assert entry.source_id(entry.resolve({})) == "demo_flood(return_period=100)"
    assert entry.combinations() == [{"return_period": 10}, {"return_period": 100}]


@pytest.mark.parametrize("value", [50, "50", True, 100.5, "{{ 7*7 }}", None.__class__, [100]])
def test_a_value_that_is_not_allowed_is_refused_with_the_allowed_ones(tmp_path: Path, value: object) -> None:
    entry = read_catalog_file(write(tmp_path, demo_flood=GOOD)).entries["demo_flood"]
    with pytest.raises(InputError, match="one of 10, 100") as caught:
        entry.resolve({"return_period": value})
    assert "return_period of entry 'demo_flood'" in caught.value.what


def test_an_unknown_parameter_offers_the_near_miss(tmp_path: Path) -> None:
    entry = read_catalog_file(write(tmp_path, demo_flood=GOOD)).entries["demo_flood"]
    with pytest.raises(InputError, match="did you mean 'return_period'"):
        entry.resolve({"return_periode": 100})


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        one=changed(lambda raw: raw["metadata"].update(licnce="x")),
        two=changed(lambda raw: raw["metadata"].pop("attribution")),
        three=changed(lambda raw: raw.update(driver="csv")),
        four=changed(lambda raw: raw["metadata"].update(basis="guessed")),
        five=GOOD,
    )
    with pytest.raises(Faults) as caught:
        read_catalog_file(path)
    told = str(caught.value)
    assert len(caught.value.faults) == 4
    assert "entry 'one', field metadata.licnce: unknown field" in told
    assert "did you mean 'licence'?" in told
    assert "entry 'two', field metadata.attribution: missing" in told
    assert "entry 'three', field driver; got 'csv'; expected geo_vector or geo_raster" in told
    assert "entry 'four', field metadata.basis; got 'guessed'" in told
    assert all(isinstance(fault, CatalogError) and fault.hint for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda raw: raw["metadata"].update(vintage=True), "metadata.vintage"),
        (lambda raw: raw["metadata"].update(vintage=[2026]), "metadata.vintage"),
        (lambda raw: raw["metadata"].update(units=""), "kind intensity needs units"),
        (lambda raw: raw["metadata"].update(crs="WGS 84"), "metadata.crs"),
        (lambda raw: raw["metadata"].update(hazard=""), "role hazard needs a hazard"),
        (
            lambda raw: raw["metadata"].update(role="population", hazard="", kind="counts"),
            "role population needs kind counts",
        ),
        (
            lambda raw: raw["metadata"].update(role="population", hazard="", kind="counts", units="km-2"),
            "people per area a density",
        ),
        (
            lambda raw: raw["metadata"].update(role="communes", hazard="", kind="polygons"),
            "needs id_column and countries",
        ),
        (lambda raw: raw["metadata"].update(class_column="depth"), "class_column on kind intensity"),
        (
            lambda raw: raw["metadata"].update(role="rivers", hazard="", kind="lines", default_scenario=True),
            "role rivers has no part in it: only communes, population, hazard",
        ),
        (lambda raw: raw["metadata"].update(default_scenario="yes"), "default_scenario"),
        (lambda raw: raw["metadata"].update(titles={"es": "Crecida"}), "titles"),
        (lambda raw: raw["metadata"].update(caveats=["ilustrative"]), "did you mean 'illustrative'?"),
        (lambda raw: raw["metadata"].update(verified=False), "metadata.verified"),
        (lambda raw: raw["metadata"].update(sha256="abc"), "metadata.sha256"),
        (lambda raw: raw["metadata"].update(colour="red"), "metadata.colour: unknown field"),
        (lambda raw: raw["metadata"].update(class_bounds=[0.5, 1]), "metadata.class_bounds: unknown field"),
        (lambda raw: raw["args"].update(layer="x"), "args.layer: unknown field"),
        (lambda raw: raw["args"].update(storage_options={"key": "x"}), "args.storage_options: unknown field"),
        (
            lambda raw: raw["args"].update(urlpath="{{ CATALOG_DIR }}/depth.tif"),
            "parameters.return_period: no argument uses it",
        ),
        (lambda raw: raw["args"].update(urlpath="depth_T{{ return_period }}.tif"), "relative to nothing"),
        (
            lambda raw: raw["args"].update(urlpath="/a/{{ CATALOG_DIR }}/T{{ return_period }}.tif"),
            "at the start only",
        ),
        (
            lambda raw: raw["args"].update(
                urlpath="{{ CATALOG_DIR }}/T{{ retun_period }}{{ return_period }}.tif"
            ),
            "unknown name in braces",
        ),
        (
            lambda raw: raw["parameters"]["return_period"].update(default=50),
            "default 50 is not among the allowed values",
        ),
        (lambda raw: raw["parameters"]["return_period"].update(allowed=["10", 100]), "not of type int"),
        (
            lambda raw: raw["parameters"]["return_period"].update(type="other"),
            "parameters.return_period.type",
        ),
        (
            lambda raw: raw["parameters"]["return_period"].pop("allowed"),
            "parameters.return_period.allowed: missing",
        ),
        (lambda raw: raw.update(parameters=[1]), "parameters"),
        (lambda raw: raw.update(metadata="text"), "field metadata"),
        (lambda raw: raw.update(direct_access="allow"), "direct_access: unknown field"),
    ],
)
def test_an_entry_that_breaks_a_rule_is_refused_with_its_field(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], told: str
) -> None:
    with pytest.raises(Faults) as caught:
        read_catalog_file(write(tmp_path, demo_flood=changed(change)))
    assert told in str(caught.value)
    assert "demo_flood" in str(caught.value)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://user:pw@example.org/", "is shown to all who read the page"),
        ("https://user@example.org/", "is shown to all who read the page"),
        ("https://example.org/\u202egpj", "an address of a page, such as"),
        ("https://example.org/\x1b[31m", "an address of a page, such as"),
        ("https://exam\nple.org", "an address of a page, such as"),
        ("https://exam ple.org", "an address of a page, such as"),
        ("https://", "an address of a page, such as"),
        ("//example.org/x", "an address of a page, such as"),
    ],
)
def test_a_page_that_no_reader_should_be_sent_to_is_refused(tmp_path: Path, url: str, told: str) -> None:
    with pytest.raises((CatalogError, Faults), match="url"):
        read_catalog_file(write(tmp_path, depth=changed(lambda raw: raw["metadata"].update(url=url))))
    with pytest.raises((CatalogError, Faults), match=told):
        read_catalog_file(write(tmp_path, depth=changed(lambda raw: raw["metadata"].update(url=url))))


def test_values_of_type_str_are_as_they_are_written(tmp_path: Path) -> None:
    """Without quotes 02 is a number to YAML, and 010 an octal one."""
    path = write(tmp_path, demo_flood=GOOD)
    text = (
        path.read_text(encoding="utf-8")
        .replace("type: int", "type: str")
        .replace("default: 100", "default: 010")
    )
    path.write_text(text.replace("- 10\n", "- 02\n").replace("- 100\n", "- 010\n"), encoding="utf-8")
    parameter = read_catalog_file(path).entries["demo_flood"].parameters["return_period"]
    assert parameter.default == "010"
    assert {"02", "010"} <= set(parameter.allowed)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "a mapping with 'sources'"),
        (b"- 1\n", "a mapping with 'sources'"),
        (b"sources: {}\n", "field sources"),
        (b"sources:\n  a: [\n", "is not YAML"),
        (b"\xff\xfe\x00", "is not text"),
        (b"sources:\n  a: 1\n  a: 2\n", "stands twice"),
        (b"version: 2\nsources: {a: 1}\n", "field version"),
        (b"sources: {a: 1}\nmetadata: {parameters: {x: {type: str}}}\n", "metadata.parameters"),
    ],
)
def test_what_is_no_catalog_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "catalog.yml"
    path.write_bytes(content)
    with pytest.raises((CatalogError, Faults), match=told):
        read_catalog_file(path)


def test_a_missing_catalog_or_a_folder_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_catalog_file(tmp_path / "none.yml")
    with pytest.raises(InputError, match="name the file itself"):
        read_catalog_file(tmp_path)
