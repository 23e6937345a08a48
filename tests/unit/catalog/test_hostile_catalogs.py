"""A catalog is executable code to Intake. Real attempts to run something, each of which must end in one error
and no trace.
"""

from __future__ import annotations

import os
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import yaml

from geoalarm.catalog import open_catalog
from geoalarm.catalog.parse import MAX_BYTES
from geoalarm.core.errors import CatalogError, Faults, GeoalarmError, InputError

FACTS: dict[str, Any] = {
    "title": "A layer",
    "role": "sites",
    "kind": "points",
    "crs": "EPSG:4326",
    "basis": "observed",
    "licence": "CC0",
    "attribution": "nobody",
    "vintage": "2026",
    "url": "https://example.org",
    "verified": True,
}


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """A file that a successful attack would create."""
    return tmp_path / "owned"


def catalog(folder: Path, text: str) -> Path:
    path = folder / "catalog.yml"
    path.write_text(text, encoding="utf-8")
    return path


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "driver": "geo_vector",
        "args": {"urlpath": "{{ CATALOG_DIR }}/a.geojson"},
        "metadata": dict(FACTS),
        **changes,
    }


def use_all(path: Path) -> None:
    opened = open_catalog(path)
    for name in opened.names():
        opened.layer(name)


def refused(folder: Path, raw: Any, trace: Path) -> str:
    """Open a catalog, use whatever opens, and return the error; nothing may have been run."""
    path = raw if isinstance(raw, Path) else catalog(folder, yaml.safe_dump(raw, sort_keys=False))
    with pytest.raises(GeoalarmError) as caught:
        use_all(path)
    assert not trace.exists(), "the attack was carried out"
    return str(caught.value)


@pytest.mark.parametrize(
    "driver",
    [
        "subprocess.Popen",
        "os.system",
        "intake.source.derived.GenericTransform",
        "yaml_file_cat",
        "csv",
        "textfiles",
        "numpy",
        "builtins.exec",
        "geoalarm.catalog.drivers.GeoVectorSource",
        "geo_vector ",
        "GEO_VECTOR",
        ["geo_vector"],
        {"a": {"class": "os.system"}},
        None,
        7,
    ],
)
def test_a_foreign_driver_is_refused_before_it_is_looked_up(tmp_path: Path, trace: Path, driver: Any) -> None:
    told = refused(tmp_path, {"sources": {"bad": entry(driver=driver)}}, trace)
    assert "entry 'bad', field driver" in told
    assert "geo_vector or geo_raster" in told


def test_a_driver_module_beside_the_catalog_is_not_imported(
    tmp_path: Path, trace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "evil_driver.py").write_text(
        f"open({str(trace)!r}, 'w').close()\nclass Source: pass\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    refused(tmp_path, {"sources": {"bad": entry(driver="evil_driver.Source")}}, trace)
    refused(
        tmp_path, {"plugins": {"source": [{"module": "evil_driver"}]}, "sources": {"fine": entry()}}, trace
    )


@pytest.mark.parametrize(
    "template",
    [
        "{{ self.__init__.__globals__.__builtins__.__import__('os').system('touch TRACE') }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.popen('touch TRACE').read() }}",
        "{{ shell('touch TRACE') }}",
        "{{ env(HOME) }}",
        "{{ client_env('HOME') }}",
        "{{ CATALOG_DIR | attr('__class__') }}",
        "{{ CATALOG_DIR.__class__ }}",
        "{% for x in range(1000000000) %}a{% endfor %}",
        "{# comment #}",
        "{{ '{{' }}",
        "{{ CATALOG_DIR }}{{",
        "}} {{ CATALOG_DIR",
        "{{ 1/0 }}",
        "{{\nCATALOG_DIR.x\n}}",
        "{{- CATALOG_DIR -}}",
    ],
)
@pytest.mark.parametrize("place", ["urlpath", "layer", "member", "title", "notes", "key"])
def test_templates_that_compute_are_refused_wherever_they_stand(
    tmp_path: Path, trace: Path, template: str, place: str
) -> None:
    text = template.replace("TRACE", str(trace))
    raw = entry()
    if place == "key":
        raw["metadata"]["columns"] = {text: "name"}
    elif place in ("title", "notes"):
        raw["metadata"][place] = f"a title {text}"
    else:
        raw["args"][place] = f"/tmp/{text}"
    told = refused(tmp_path, {"sources": {"bad": raw}}, trace)
    assert "entry 'bad'" in told


@pytest.mark.parametrize(
    "value",
    [
        "env(HOME)",
        "shell(touch TRACE)",
        "client_shell(touch TRACE)",
        "{{ 7*7 }}",
        "{func(os:system)}",
        "{data(x)}",
        "{import(os)}",
        "../../etc/passwd",
        "..",
        ".",
        "a/b",
        "a b",
        "$(touch TRACE)",
        "a\nb",
        "",
        "x" * 65,
    ],
)
@pytest.mark.parametrize("field", ["default", "allowed"])
def test_parameters_hold_plain_values_only(tmp_path: Path, trace: Path, value: str, field: str) -> None:
    text = value.replace("TRACE", str(trace))
    choice = {
        "description": "x",
        "type": "str",
        "default": text if field == "default" else "ok",
        "allowed": ["ok", text],
    }
    raw = entry(args={"urlpath": "{{ CATALOG_DIR }}/{{ which }}.geojson"}, parameters={"which": choice})
    assert "parameters.which" in refused(tmp_path, {"sources": {"bad": raw}}, trace)


@pytest.mark.parametrize(
    "value",
    ["{{ cycler.__init__.__globals__.os.system('touch TRACE') }}", "../a", "env(HOME)", "shell(touch TRACE)"],
)
def test_values_given_at_opening_never_reach_a_template(tmp_path: Path, trace: Path, value: str) -> None:
    """Intake renders what a caller passes as Jinja; a dashboard passes what stands in its address bar."""
    choice = {"description": "x", "type": "str", "default": "a", "allowed": ["a", "b"]}
    path = catalog(
        tmp_path,
        yaml.safe_dump(
            {
                "sources": {
                    "fine": entry(
                        args={"urlpath": "{{ CATALOG_DIR }}/{{ which }}.geojson"},
                        parameters={"which": choice},
                    )
                }
            }
        ),
    )
    opened = open_catalog(path)
    for given in (
        {"which": value.replace("TRACE", str(trace))},
        {"urlpath": value.replace("TRACE", str(trace))},
        {"plugin": "os.system"},
        {"metadata": {}},
    ):
        with pytest.raises(InputError):
            opened.layer("fine", **given)
    assert not trace.exists()


@pytest.mark.parametrize(
    "text",
    [
        "sources: !!python/object/apply:os.system ['touch TRACE']\n",
        "sources:\n  a: !!python/object/new:subprocess.Popen [['touch', 'TRACE']]\n",
        "sources:\n  a: !!python/name:os.system\n",
        "sources:\n  a: !!python/tuple [1]\n",
        "sources: !template {a: 1}\n",
        "sources:\n  a: !include /etc/passwd\n",
        "%TAG ! tag:yaml.org,2002:\n---\nsources: {a: !python/name:os.system ''}\n",
        "sources:\n  a: !!binary aGk=\n",
        "sources:\n  a: !!set {x}\n",
        "sources: {a: !!str 1}\n",
    ],
)
def test_tags_are_refused(tmp_path: Path, trace: Path, text: str) -> None:
    told = refused(tmp_path, catalog(tmp_path, text.replace("TRACE", str(trace))), trace)
    assert "tag" in told


def test_a_billion_laughs_costs_nothing(tmp_path: Path, trace: Path) -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 30)]
    path = catalog(tmp_path, "\n".join([*lines, "sources: *a29"]))
    tracemalloc.start()
    started = time.perf_counter()
    told = refused(tmp_path, path, trace)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "anchor or alias" in told
    assert time.perf_counter() - started < 2
    assert peak < 20e6


def test_merge_keys_nesting_and_length_are_bounded(tmp_path: Path, trace: Path) -> None:
    assert "merge" in refused(tmp_path, catalog(tmp_path, "sources:\n  a:\n    <<: {driver: csv}\n"), trace)
    assert "nested too deeply" in refused(
        tmp_path, catalog(tmp_path, "sources: " + "[" * 5000 + "]" * 5000), trace
    )
    assert "too large" in refused(tmp_path, catalog(tmp_path, "sources: {}\n" + "# x\n" * MAX_BYTES), trace)
    assert "too long" in refused(tmp_path, catalog(tmp_path, "sources: [" + "1," * 60_000 + "1]"), trace)


@pytest.mark.parametrize(
    "raw",
    [
        {"plugins": {"source": [{"module": "os"}]}, "sources": {"fine": entry()}},
        {
            "version": 2,
            "aliases": {},
            "data": {},
            "entries": {},
            "user_parameters": {},
            "sources": {"fine": entry()},
        },
        {
            "metadata": {"parameters": {"x": {"type": "str", "default": "shell(id)"}}},
            "sources": {"fine": entry()},
        },
        {"sources": {"bad": {"cls": "subprocess.Popen", "args": [["id"]]}}},
        {"sources": {"bad": entry(cache=[{"type": "file"}])}},
        {"sources": {"bad": {**entry(), "cls": "subprocess.Popen"}}},
        {"sources": {"bad": {**entry(), "remote": True}}},
        {"sources": {"../bad": entry()}},
        {"sources": {"Bad Name": entry()}},
        {"sources": {7: entry()}},
    ],
)
def test_everything_else_that_intake_would_run_is_refused(
    tmp_path: Path, trace: Path, raw: dict[str, Any]
) -> None:
    refused(tmp_path, raw, trace)


@pytest.mark.parametrize(
    "urlpath",
    [
        "file:///etc/passwd",
        "filecache::https://example.org/a.gpkg",
        "simplecache::s3://bucket/a",
        "s3://bucket/a.gpkg",
        "memory://a",
        "ftp://example.org/a",
        "reference://",
        "zip://a.gpkg::https://example.org/a.zip",
        "/vsicurl/https://example.org/a.tif",
        "/vsizip//tmp/a.zip/a.gpkg",
        "/vsistdin/",
        "http://example.org/a.gpkg",
        "https://user:secret@example.org/a.gpkg",
        "https://",
        "https:///a",
        "a.gpkg",
        "../a.gpkg",
        "~/a.gpkg",
        "mirror://../a.gpkg",
        "mirror:///etc/passwd",
        "GPKG:/tmp/a.gpkg:x",
        "PG:dbname=x",
        "WFS:https://example.org",
        "\\\\server\\share\\a.gpkg",
        "https://exa mple.org/a",
        "",
        "a\nb",
    ],
)
def test_addresses_of_other_kinds_are_refused(tmp_path: Path, trace: Path, urlpath: str) -> None:
    told = refused(tmp_path, {"sources": {"bad": entry(args={"urlpath": urlpath})}}, trace)
    assert "entry 'bad', field args" in told
    assert "secret" not in told or "got https://...@" in told


def test_plain_intake_checks_the_address_again(tmp_path: Path, trace: Path) -> None:
    """Who opens our drivers with Intake alone gets no check of the file, but one of its address."""
    import intake

    path = catalog(
        tmp_path,
        yaml.safe_dump(
            {
                "sources": {
                    "bad": {**entry(args={"urlpath": "filecache::https://example.org/a"}), "description": "x"}
                }
            }
        ),
    )
    with pytest.raises(CatalogError, match="address of the data"):
        intake.open_catalog(str(path)).bad.read()
    assert not trace.exists()


def test_links_devices_and_pipes(tmp_path: Path, trace: Path) -> None:
    """A link is followed, as its owner wished; what it leads to must be a data file of a known format."""
    (tmp_path / "link.geojson").symlink_to("/etc/passwd")
    (tmp_path / "loop.geojson").symlink_to(tmp_path / "loop.geojson")
    os.mkfifo(tmp_path / "pipe.geojson")
    (tmp_path / "folder.geojson").mkdir()
    for name in ("link", "loop", "pipe", "folder"):
        told = refused(
            tmp_path,
            {"sources": {"bad": entry(args={"urlpath": f"{{{{ CATALOG_DIR }}}}/{name}.geojson"})}},
            trace,
        )
        assert "root:" not in told
    told = refused(tmp_path, {"sources": {"bad": entry(args={"urlpath": "/dev/zero"})}}, trace)
    assert "a device or a pipe" in told


def test_a_catalog_that_is_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "catalog.yml")
    with pytest.raises(InputError, match="name the file itself"):
        open_catalog(tmp_path / "catalog.yml")


def test_imports_stay_off_and_the_file_is_not_read_twice(tmp_path: Path) -> None:
    """The checked entries are handed to Intake, not the path: a file that changes after the check changes
    nothing.
    """
    import intake

    (tmp_path / "a.geojson").write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, '
        '"geometry": {"type": "Point", "coordinates": [3.1, 50.6]}}]}',
        encoding="utf-8",
    )
    path = catalog(tmp_path, yaml.safe_dump({"sources": {"fine": entry()}}))
    opened = open_catalog(path)
    path.write_text("sources: !!python/object/apply:os.system ['false']\n", encoding="utf-8")
    assert len(opened.layer("fine").data) == 1
    assert intake.conf["allow_import"] is False
    assert len(opened.to_intake()["fine"].read()) == 1


def test_an_error_names_every_fault_at_once(tmp_path: Path) -> None:
    raw = {
        "sources": {
            "one": entry(driver="os.system"),
            "two": entry(args={"urlpath": "{{ x() }}"}),
            "three": entry(metadata={**FACTS, "kind": "exec"}),
        }
    }
    with pytest.raises(Faults) as caught:
        open_catalog(catalog(tmp_path, yaml.safe_dump(raw, sort_keys=False)))
    assert [
        ("one" in str(fault), "two" in str(fault), "three" in str(fault)) for fault in caught.value.faults
    ] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]
