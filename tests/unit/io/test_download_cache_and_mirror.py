"""Files from the network and files instead of it: the cache keeps a hash, the mirror serves any entry.
Loopback only.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import yaml
from shapely import box

from geoalarm.catalog import check_catalog, open_catalog
from geoalarm.core.errors import Faults, InputError
from geoalarm.io import download_cache as cache
from geoalarm.io.address import parse_address

pytestmark = pytest.mark.slow

SQUARE = (
    gpd.GeoDataFrame({"code": ["59350"], "nom": ["Lille"]}, geometry=[box(3, 50, 4, 51)], crs=4326)
    .to_json()
    .encode()
)
OTHER = SQUARE.replace(b"Lille", b"Ronchin")


@dataclass
class Site:
    """A web server on this machine that counts what it is asked for."""

    host: str = ""
    pages: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)


@pytest.fixture
def site() -> Iterator[Site]:
    state = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            state.agents.append(str(self.headers.get("User-Agent")))
            page = state.pages.get(self.path)
            self.send_response(200 if page is not None else 404)
            self.send_header("Content-Length", str(len(page or b"")))
            self.end_headers()
            self.wfile.write(page or b"")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.host = f"http://127.0.0.1:{server.server_port}"
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GEOALARM_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("GEOALARM_MIRROR", raising=False)
    return tmp_path / "cache"


def catalog(folder: Path, urlpath: str, *, parameters: dict[str, Any] | None = None, **facts: Any) -> Path:
    path = folder / "catalog.yml"
    metadata = {
        "title": "Communes",
        "role": "communes",
        "kind": "polygons",
        "crs": "EPSG:4326",
        "basis": "statutory",
        "licence": "LO",
        "attribution": "IGN",
        "vintage": "2026",
        "countries": ["FR"],
        "id_column": "code",
        "url": "https://example.org",
        "verified": "unverified",
        **facts,
    }
    entry: dict[str, Any] = {"driver": "geo_vector", "args": {"urlpath": urlpath}, "metadata": metadata}
    if parameters:
        entry["parameters"] = parameters
    path.write_text(yaml.safe_dump({"sources": {"official_communes": entry}}), encoding="utf-8")
    return path


DEPARTMENT = {
    "departement": {"description": "department", "type": "str", "default": "59", "allowed": ["59", "02"]}
}


def test_a_file_is_fetched_once_and_its_hash_kept(tmp_path: Path, site: Site, own_cache: Path) -> None:
    site.pages["/communes?format=geojson&where=1%3D1"] = SQUARE
    opened = open_catalog(catalog(tmp_path, f"{site.host}/communes?format=geojson&where=1%3D1"))
    communes = opened.communes("official_communes")
    assert communes.ids.tolist() == ["FR:59350"]
    assert communes.sources[0].sha256 == hashlib.sha256(SQUARE).hexdigest()
    opened.layer("official_communes")
    assert site.asked == ["/communes?format=geojson&where=1%3D1"], "once, and the address as it is written"
    assert site.agents[0].startswith("geoalarm")
    record = json.loads(next(own_cache.rglob("source.json")).read_text(encoding="utf-8"))
    assert record["sha256"] == hashlib.sha256(SQUARE).hexdigest()
    assert record["bytes"] == len(SQUARE)
    assert not list(own_cache.rglob("*.part"))


def test_the_kept_file_serves_when_the_far_server_is_down(tmp_path: Path, site: Site) -> None:
    site.pages["/a.geojson"] = SQUARE
    opened = open_catalog(catalog(tmp_path, f"{site.host}/a.geojson"))
    opened.layer("official_communes")
    site.pages.clear()
    assert len(open_catalog(tmp_path / "catalog.yml").layer("official_communes").data) == 1


def test_a_kept_file_that_changed_on_disk_is_refused(tmp_path: Path, site: Site) -> None:
    site.pages["/a.geojson"] = SQUARE
    opened = open_catalog(catalog(tmp_path, f"{site.host}/a.geojson"))
    opened.layer("official_communes")
    cache.cached_path(parse_address(f"{site.host}/a.geojson")).write_bytes(OTHER)
    with pytest.raises(InputError, match=r"has changed on disk.*hint: delete"):
        opened.layer("official_communes")


def test_a_check_online_tells_that_the_address_serves_something_else(tmp_path: Path, site: Site) -> None:
    site.pages["/a.geojson"] = SQUARE
    opened = open_catalog(catalog(tmp_path, f"{site.host}/a.geojson"))
    assert [finding.status for finding in check_catalog(opened)] == ["not_opened"]
    assert [finding.status for finding in check_catalog(opened, online=True)] == ["opened"]
    site.pages["/a.geojson"] = OTHER
    (finding,) = check_catalog(opened, online=True)
    assert finding.status == "changed"
    assert "has changed since" in finding.message
    assert opened.layer("official_communes").data["nom"].tolist() == ["Lille"], (
        "the kept one stays until its reader decides"
    )
    assert [finding.status for finding in check_catalog(opened)] == ["opened"]


def test_a_stated_hash_is_held_against_the_file(tmp_path: Path, site: Site) -> None:
    site.pages["/a.geojson"] = SQUARE
    good = hashlib.sha256(SQUARE).hexdigest()
    assert open_catalog(catalog(tmp_path, f"{site.host}/a.geojson", sha256=good)).layer("official_communes")
    for wrong in ("0" * 64, {"a.geojson": "0" * 64}):
        with pytest.raises(Exception, match="is not the file the catalog states"):
            open_catalog(catalog(tmp_path, f"{site.host}/a.geojson", sha256=wrong)).layer("official_communes")


@pytest.mark.parametrize(("path", "told"), [("/missing", "cannot be fetched"), ("/empty", "is empty")])
def test_addresses_that_serve_nothing_leave_nothing(
    tmp_path: Path, site: Site, own_cache: Path, path: str, told: str
) -> None:
    site.pages["/empty"] = b""
    with pytest.raises(InputError, match=told) as caught:
        open_catalog(catalog(tmp_path, site.host + path)).layer("official_communes")
    assert caught.value.hint
    assert not [one for one in own_cache.rglob("*") if one.is_file()]


def test_no_server_at_all_points_to_the_mirror(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="GEOALARM_MIRROR"):
        open_catalog(catalog(tmp_path, "http://127.0.0.1:9/a.geojson")).layer("official_communes")


def test_a_download_without_end_is_cut_off(site: Site, own_cache: Path) -> None:
    site.pages["/long"] = b"x" * 3_000_000
    with pytest.raises(InputError, match="too large; got more than 1000000 bytes"):
        cache.fetch(parse_address(f"{site.host}/long"), most=1_000_000)
    assert not [one for one in own_cache.rglob("*") if one.is_file()]


def test_a_mirror_serves_by_the_choice_of_parameters_and_no_other(tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    (mirror / "official_communes").mkdir(parents=True)
    (mirror / "official_communes" / "departement=02.geojson").write_bytes(SQUARE.replace(b"59350", b"02001"))
    opened = open_catalog(
        catalog(
            tmp_path,
            "https://geo.api.gouv.fr/departements/{{ departement }}/communes?format=geojson",
            parameters=DEPARTMENT,
        ),
        mirror=mirror,
    )
    assert opened.communes("official_communes", departement="02").ids.tolist() == ["FR:02001"]
    assert opened.address("official_communes", departement="02") == str(
        mirror / "official_communes" / "departement=02.geojson"
    )
    assert opened.address("official_communes", departement="59").startswith("https://")
    assert opened.mirror_names("official_communes", departement="59") == [
        "official_communes/departement=59.*"
    ]
    assert [finding.status for finding in check_catalog(opened)] == ["not_opened", "opened"]


@pytest.mark.parametrize(
    "name",
    ["official_communes.geojson", "official_communes/file.geojson", "files.example.org/path/to/file.geojson"],
)
def test_a_mirror_serves_by_entry_or_by_host_and_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    place = tmp_path / "mirror" / name
    place.parent.mkdir(parents=True)
    place.write_bytes(SQUARE)
    (place.parent / "readme.md").write_text("not data", encoding="utf-8")
    path = catalog(tmp_path, "https://files.example.org/path/to/file.geojson")
    assert len(open_catalog(path, mirror=tmp_path / "mirror").layer("official_communes").data) == 1
    monkeypatch.setenv("GEOALARM_MIRROR", str(tmp_path / "mirror"))
    layer = open_catalog(path).layer("official_communes")
    assert layer.source.sha256 == hashlib.sha256(SQUARE).hexdigest()
    import intake

    assert len(intake.open_catalog(str(path)).official_communes.read()) == 1, (
        "plain Intake finds the mirror too"
    )


def test_an_entry_that_has_to_be_brought_says_where(tmp_path: Path) -> None:
    path = catalog(tmp_path, "mirror://ALEA.geojson")
    with pytest.raises(
        InputError, match=r"has to be brought.*ALEA.geojson in the folder GEOALARM_MIRROR names"
    ):
        open_catalog(path).layer("official_communes")
    assert [finding.status for finding in check_catalog(open_catalog(path), online=True)] == ["not_opened"]
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "ALEA.geojson").write_bytes(SQUARE)
    assert len(open_catalog(path, mirror=tmp_path / "mirror").layer("official_communes").data) == 1


def test_a_mirror_that_is_not_there_or_ambiguous(tmp_path: Path) -> None:
    path = catalog(tmp_path, "https://example.org/a.geojson")
    with pytest.raises(InputError, match="no such folder"):
        open_catalog(path, mirror=tmp_path / "nowhere")
    (tmp_path / "mirror").mkdir()
    for ending in ("geojson", "gpkg"):
        (tmp_path / "mirror" / f"official_communes.{ending}").write_bytes(SQUARE)
    with pytest.raises(InputError, match="several files for entry"):
        open_catalog(path, mirror=tmp_path / "mirror").layer("official_communes")


def test_a_check_gathers_every_fault_and_raises_once(tmp_path: Path) -> None:
    path = catalog(tmp_path, "{{ CATALOG_DIR }}/{{ departement }}.geojson", parameters=DEPARTMENT)
    with pytest.raises(Faults, match="2 of 2 layers cannot be used") as caught:
        check_catalog(open_catalog(path))
    assert [fault.what.split(":")[0] for fault in caught.value.faults] == [
        "entry official_communes(departement=59)",
        "entry official_communes(departement=02)",
    ]
    (tmp_path / "59.geojson").write_bytes(SQUARE)
    (tmp_path / "02.geojson").write_bytes(SQUARE.replace(b"59350", b"5935"))
    assert len(check_catalog(open_catalog(path))) == 2
    (tmp_path / "02.geojson").write_bytes(SQUARE.replace(b"59350", b"lost"))
    with pytest.raises(Faults, match="not of FR"):
        check_catalog(open_catalog(path))
