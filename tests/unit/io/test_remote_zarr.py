"""A Zarr store in the web: only what is chosen is fetched, once, and kept with its hash. Loopback only."""

from __future__ import annotations

import json
import runpy
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from geoalarm.catalog.drivers import GeoRasterSource
from geoalarm.core.errors import InputError
from geoalarm.io.address import parse_address
from geoalarm.io.input_hash import input_sha256
from geoalarm.io.rasters import read_raster
from geoalarm.io.remote_zarr import fetch_raster

KIT = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[2] / "cf_kit.py")))
X, Y = 3_950_050.0 + 100 * np.arange(4), 3_100_350.0 - 100 * np.arange(4)


@dataclass
class Site:
    """A web server on this machine that knows what it was asked for."""

    folder: Path
    host: str = ""
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("GEOALARM_CACHE", str(tmp_path / "cache"))
    state = Site(tmp_path / "site")
    state.folder.mkdir()

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            state.asked.append(self.path)

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(state.folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.host = f"http://127.0.0.1:{server.server_port}"
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


def store(site: Site, version: int, **settings: Any) -> str:
    """A depth at two times, in chunks of one time and 2 x 2 cells; one of the second was never written."""
    first = np.arange(16, dtype="float32").reshape(4, 4)
    second = first + 100
    second[:2, :2] = np.nan
    data = KIT.dataset(first, X, Y)
    cells = xr.DataArray(np.stack([first, second]), dims=("time", "y", "x"), attrs=data["depth"].attrs)
    data = data.drop_vars("depth").assign_coords(time=("time", [0, 1], {"units": "days since 2020-01-01"}))
    data["depth"] = cells.assign_attrs(units="m", grid_mapping="crs")
    encoding = {"depth": {"chunks": (1, 2, 2), "_FillValue": np.nan, **settings}}
    path = site.folder / f"a.v{version}.zarr"
    data.to_zarr(path, zarr_format=version, consolidated=True, encoding=encoding, write_empty_chunks=False)
    return f"{site.host}/{path.name}"


@pytest.mark.filterwarnings("ignore:Consolidated metadata is currently not part")
@pytest.mark.parametrize("version", [2, 3])
def test_only_what_is_chosen_is_fetched_and_once(site: Site, version: int) -> None:
    address = parse_address(store(site, version))
    choice = {"variable": "depth", "select": {"time": "2020-01-02"}}
    path = fetch_raster(address, **choice)
    start = "/depth/c/" if version == 3 else "/depth/"
    chunks = {name for name in site.asked if f"{start}0" in name or f"{start}1" in name}
    assert len(chunks) == 4
    assert not any(f"{start}0" in name for name in chunks), "the other time"
    found = read_raster(path, **choice).to_numpy()
    assert np.isnan(found[:2, :2]).all()
    assert found[2:].tolist() == (np.arange(8, 16).reshape(2, 4) + 100).tolist()
    count = len(site.asked)
    assert fetch_raster(address, **choice) == path
    opened = GeoRasterSource(str(address.url), **choice, metadata={"units": "m"}).open()
    assert opened.sha256 == input_sha256(path)
    assert float(opened.data[3, 3]) == 115
    assert len(site.asked) == count
    next(one for one in path.rglob("*") if one.is_file() and "depth" in one.parts).write_bytes(b"other")
    with pytest.raises(InputError, match="has changed on disk"):
        fetch_raster(address, **choice)


@pytest.mark.filterwarnings("ignore:Consolidated metadata is currently not part")
def test_a_choice_that_is_not_there_leaves_nothing(site: Site, tmp_path: Path) -> None:
    address = parse_address(store(site, 3))
    with pytest.raises(InputError, match=r"2 values of time.*2020-01-01, 2020-01-02"):
        fetch_raster(address)
    with pytest.raises(InputError, match="did you mean 'depth'"):
        fetch_raster(address, variable="deapth")
    assert not list((tmp_path / "cache").rglob("*.zarr"))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (None, None, "neither zarr.json nor .zmetadata"),
        (".zmetadata", {"metadata": {"../../a/.zarray": {}}}, "with a member"),
        (".zmetadata", {"metadata": {"/etc/.zarray": {}}}, "with a member"),
        (".zmetadata", {"metadata": {"a/evil.sh": {}}}, "with a member"),
        (".zmetadata", {}, "without them"),
        ("zarr.json", {"node_type": "group", "zarr_format": 3}, "without them"),
        ("zarr.json", [], "without them"),
    ],
)
def test_refused(site: Site, name: str | None, content: object, words: str) -> None:
    (site.folder / "a.zarr").mkdir()
    if name is not None:
        (site.folder / "a.zarr" / name).write_text(json.dumps(content))
    with pytest.raises(InputError, match=words):
        fetch_raster(parse_address(f"{site.host}/a.zarr"))


@pytest.mark.filterwarnings("ignore:Consolidated metadata is currently not part")
@pytest.mark.parametrize("damage", ["", "{", "[]", "[" * 100_000, None])
def test_a_kept_store_without_its_record_is_fetched_again(site: Site, damage: str | None, caplog) -> None:
    address = parse_address(store(site, 3))
    choice = {"variable": "depth", "select": {"time": "2020-01-02"}}
    path = fetch_raster(address, **choice)
    before, record = input_sha256(path), path.parent / "zarr_source.json"
    record.unlink()
    if damage is not None:
        record.write_text(damage)
    assert input_sha256(fetch_raster(address, **choice)) == before
    assert "has no record that can be read: it is fetched again" in caplog.text
    caplog.clear()
    fetch_raster(address, **choice)
    assert caplog.text == ""
