"""STAC items: the asset, its bands, its projection; item and file that disagree are refused.

Loopback only.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from geoalarm.catalog import check_catalog, open_catalog
from geoalarm.catalog.drivers import GeoRasterSource
from geoalarm.core.errors import InputError
from geoalarm.io.address import parse_address
from geoalarm.io.data_formats import is_raster_file
from geoalarm.io.download_cache import fetch
from geoalarm.io.input_hash import input_sha256
from geoalarm.io.stac_items import needs_network, open_stac_item, read_raster_or_asset

CELLS = np.array([[[1, 2], [3, 4]]], "int16")


def tif(
    path: Path, *, count: int = 1, scale: float | None = None, unit: str | None = None, **facts: Any
) -> Path:
    profile = {
        "driver": "GTiff",
        "width": 2,
        "height": 2,
        "count": count,
        "dtype": "int16",
        "crs": "EPSG:3035",
    }
    with rasterio.open(
        path, "w", transform=from_origin(3_950_000, 3_100_200, 100, 100), **{**profile, **facts}
    ) as file:
        file.write(np.concatenate([CELLS * (10**band) for band in range(count)]))
        file.scales = [scale or 1.0] * count
        file.units = [unit] * count
    return path


def item(path: Path, assets: dict[str, dict[str, Any]], **properties: Any) -> Path:
    found = {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": "a",
        "geometry": None,
        "properties": {"datetime": "2026-01-01T00:00:00Z", **properties},
        "links": [],
        "assets": assets,
    }
    path.write_text(json.dumps(found))
    return path


def asset(href: str = "./depth.tif", **facts: Any) -> dict[str, Any]:
    return {"href": href, "type": "image/tiff; application=geotiff", "roles": ["data"], **facts}


def read(path: Path, name: str | None = None, **options: Any) -> Any:
    return read_raster_or_asset(path, name, **options)[0]


def test_the_only_raster_of_data_needs_no_choice(tmp_path: Path) -> None:
    tif(tmp_path / "depth.tif")
    picture = {"href": "./preview.tif", "type": "image/tiff", "roles": ["thumbnail"]}
    path = item(
        tmp_path / "item.json", {"preview": picture, "depth": asset(), "about": {"href": "./about.html"}}
    )
    assert is_raster_file(path)
    found, digest = read_raster_or_asset(path, None)
    assert found.to_numpy().tolist() == CELLS[0].tolist()
    assert digest not in (input_sha256(path), input_sha256(tmp_path / "depth.tif"))


def test_several_assets_are_listed(tmp_path: Path) -> None:
    path = item(tmp_path / "item.json", {"rp10": asset(title="10 years"), "rp100": asset()})
    with pytest.raises(InputError, match=r"2 assets.*rp10 \(10 years\), rp100.*args\.asset: rp10"):
        open_stac_item(path)
    with pytest.raises(InputError, match="did you mean 'rp100'"):
        open_stac_item(path, "rp1000")
    tif(tmp_path / "depth.tif")
    assert open_stac_item(path, "rp100").path == tmp_path / "depth.tif"
    with pytest.raises(InputError, match="is no STAC item"):
        read(tmp_path / "depth.tif", "rp100")


@pytest.mark.parametrize(
    "names",
    [{"bands": [{"name": "low"}, {"name": "high"}]}, {"eo:bands": [{"name": "low"}, {"name": "high"}]}],
)
def test_bands_are_told_by_name(tmp_path: Path, names: dict[str, Any]) -> None:
    tif(tmp_path / "depth.tif", count=2)
    path = item(tmp_path / "item.json", {"depth": asset(**names)})
    with pytest.raises(InputError, match=r"2 bands.*1 low, 2 high.*args\.band: 2"):
        read(path)
    assert read(path, band=2).to_numpy().tolist() == (CELLS[0] * 10).tolist()


@pytest.mark.parametrize("place", ["bands", "raster:bands"])
def test_what_the_file_does_not_state_the_item_does(tmp_path: Path, place: str) -> None:
    tif(tmp_path / "depth.tif", crs=None)
    start = "raster:" if place == "bands" else ""
    band = {"nodata": 4, f"{start}scale": 0.01, f"{start}offset": 1, "unit": "m"}
    found = read(
        item(tmp_path / "item.json", {"depth": asset(**{place: [band]})}, **{"proj:code": "EPSG:3035"})
    )
    assert (found.rio.nodata, found.rio.crs.to_epsg()) == (4, 3035)
    assert (found.attrs["scale_factor"], found.attrs["add_offset"], found.attrs["units"]) == (0.01, 1.0, "m")


@pytest.mark.parametrize(
    ("written", "stated", "words"),
    [
        ({"nodata": 3}, {"nodata": 4}, "another no-data value; got 3 in the file, 4 in the item"),
        ({"scale": 0.1}, {"raster:scale": 0.01}, "another scale"),
        ({"unit": "cm"}, {"unit": "m"}, "another unit; got cm in the file, m in the item"),
    ],
)
def test_contradictions(tmp_path: Path, written: dict[str, Any], stated: dict[str, Any], words: str) -> None:
    tif(tmp_path / "depth.tif", **written)
    with pytest.raises(InputError, match=words):
        read(item(tmp_path / "item.json", {"depth": asset(bands=[stated])}))


def test_a_code_is_held_against_the_file(tmp_path: Path) -> None:
    tif(tmp_path / "depth.tif", unit="metre")
    path = item(tmp_path / "item.json", {"depth": asset(bands=[{"unit": "m"}])}, **{"proj:epsg": 2154})
    with pytest.raises(InputError, match=r"item\.json, asset depth: depth\.tif carries another CRS"):
        read(path)
    assert (
        read(item(tmp_path / "b.json", {"depth": asset(**{"proj:epsg": 3035})}, **{"proj:epsg": 2154}))
        is not None
    )


@pytest.mark.parametrize(
    "href",
    [
        "/etc/hostname",
        "../other/depth.tif",
        "file:///etc/hostname",
        "..%2fdepth.tif",
        "link.tif",
        "/vsicurl/https://example.org/a.tif",
        "http://127.0.0.1:9/a.tif",
        "s3://bucket/a.tif",
        "https://192.168.1.1/a.tif",
        "https://169.254.169.254/latest/a.tif",
        "https://localhost/a.tif",
        "https://intranet/a.tif",
    ],
)
def test_a_local_item_leads_nowhere_else(tmp_path: Path, href: str) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    (tmp_path / "other").mkdir()
    tif(tmp_path / "other" / "depth.tif")
    (folder / "link.tif").symlink_to(tmp_path / "other" / "depth.tif")
    with pytest.raises(InputError, match="lies where an item may not lead"):
        open_stac_item(item(folder / "item.json", {"depth": asset(href)}))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, str]]:
    monkeypatch.setenv("GEOALARM_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "site"
    folder.mkdir()
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_item_from_the_web(site: tuple[Path, str]) -> None:
    """Relative names are those of its address, not of the cache that it lies in."""
    folder, host = site
    (folder / "items").mkdir()
    (folder / "data").mkdir()
    tif(folder / "data" / "depth.tif")
    item(folder / "items" / "item.json", {"depth": asset("../data/depth.tif")})
    path = fetch(parse_address(f"{host}/items/item.json"))
    found = open_stac_item(path)
    assert found.read().to_numpy().tolist() == CELLS[0].tolist()
    assert found.path.read_bytes() == (folder / "data" / "depth.tif").read_bytes()
    opened = GeoRasterSource(f"{host}/items/item.json", metadata={"units": "m"}).open()
    assert (opened.sha256, opened.data.to_numpy().tolist()) == (found.sha256, CELLS[0].tolist())


def test_a_check_without_network_opens_no_asset_of_the_web(tmp_path: Path) -> None:
    away = item(tmp_path / "away.json", {"depth": asset("https://example.org/depth.tif")})
    assert needs_network(away)
    tif(tmp_path / "depth.tif")
    assert not needs_network(item(tmp_path / "here.json", {"depth": asset()}))
    assert not needs_network(tmp_path / "depth.tif")
    facts = {
        "title": "Depth", "role": "hazard", "hazard": "flood", "kind": "intensity", "units": "m",
        "crs": "EPSG:3035", "basis": "modelled", "licence": "ours", "attribution": "us", "vintage": "2026",
        "url": "https://example.org", "verified": True,
    }  # fmt: skip
    entry = {"driver": "geo_raster", "args": {"urlpath": str(away)}, "metadata": facts}
    (tmp_path / "catalog.yml").write_text(json.dumps({"sources": {"user_depth": entry}}))
    [found] = check_catalog(open_catalog(tmp_path / "catalog.yml"))
    assert (found.status, found.message) == ("not_opened", "its asset needs the network (--online)")


@pytest.mark.parametrize(
    "href",
    [
        "file:///etc/hostname",
        "ftp://127.0.0.1/a.tif",
        "https://10.0.0.1/a.tif",
        "mirror://a.tif",
    ],
)
def test_an_item_from_the_web_leads_to_the_web(site: tuple[Path, str], href: str) -> None:
    folder, host = site
    item(folder / "item.json", {"depth": asset(href)})
    with pytest.raises(InputError, match="lies where an item may not lead"):
        open_stac_item(fetch(parse_address(f"{host}/item.json")))


@pytest.mark.parametrize("change", [{"geometry": 1}, {"assets": []}, {"properties": None}, {"id": None}])
def test_a_damaged_item(tmp_path: Path, change: dict[str, Any]) -> None:
    path = item(tmp_path / "item.json", {"depth": asset()})
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(InputError):
        open_stac_item(path)
