"""Features of a service are there all, or there is an error: 25 squares handed out by services with the
quirks of real ones. What is right is written by hand: the numbers 0 to 24, each once.
"""

from __future__ import annotations

import hashlib
import runpy
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from geoalarm.core.errors import GeoalarmError, InputError
from geoalarm.io import download_cache, web_reply
from geoalarm.io.address import parse_address
from geoalarm.io.vector_files import read_vector

kit = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[2] / "feature_service_kit.py")))

WEST, SOUTH = 3_950_000, 3_100_000
ALL = [f"{57000 + n}" for n in range(25)]


def square(n: int) -> Any:
    west, south = WEST + 1000.0 * n, float(SOUTH)
    ring = [(0, 0), (1000, 0), (1000, 1000), (0, 1000), (0, 0)]
    return kit.Row(n, {"code": f"{57000 + n}", "name": f"Été {n}"}, [(west + x, south + y) for x, y in ring])


Start = Callable[..., Any]


@pytest.fixture
def start() -> Iterator[Start]:
    with ExitStack() as stack:
        yield lambda **how: stack.enter_context(
            kit.serving(kit.FeatureServer([square(n) for n in range(25)], **how))
        )


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GEOALARM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(web_reply, "FIRST_WAIT_S", 0)
    return tmp_path / "cache"


def fetched(address: str) -> list[str]:
    frame = read_vector(download_cache.fetch(parse_address(address)))
    assert frame.crs.to_epsg() == 3035
    assert frame.geometry.area.round(3).eq(1e6).all()
    west, south = frame.total_bounds[:2]
    assert (west, south) == (WEST, SOUTH), "axes as they are meant"
    return sorted(frame["code"].astype(str))


def refused(address: str, own_cache: Path) -> InputError:
    """The error, all four parts of it, and nothing kept."""
    with pytest.raises(GeoalarmError) as caught:
        download_cache.fetch(parse_address(address))
    error = caught.value
    assert isinstance(error, InputError)
    assert all((error.what, error.got, error.expected, error.hint)), error
    assert not [one for one in own_cache.rglob("*") if one.is_file()]
    return error


def starts(server: Any) -> list[int]:
    return [int(one.get("startindex", 0)) for one in server.asked]


FORMS = pytest.mark.parametrize("form", ["application/json", ""], ids=["geojson", "gml"])
PAGED = {
    "whole in one page": ({}, {}),
    "pages of ten": ({}, {"count": 10}),
    "pages of five, as many as fit": ({}, {"count": 5}),
    "a cap below the count": ({"cap": 4}, {"count": 10}),
    "a cap and no count": ({"cap": 10}, {}),
    "startIndex=0 written by hand": ({}, {"startIndex": 0, "COUNT": 10}),
    "older GeoServer": ({"quirks": {"old_geoserver"}}, {"count": 10}),
    "older GeoServer, unknown": ({"quirks": {"old_geoserver"}, "matched": "unknown"}, {"count": 10}),
    "unknown, and no hits": ({"quirks": {"no_hits"}, "matched": "unknown"}, {"count": 10}),
    "no numbers, and no hits": ({"quirks": {"no_hits"}, "matched": "none"}, {"count": 10}),
    "no numbers, a cap": ({"cap": 10, "matched": "none"}, {}),
    "counts no further than its cap": ({"cap": 10, "matched": 10}, {}),
    "hits no further than its cap": ({"cap": 10, "matched": "none", "quirks": {"hits_capped"}}, {}),
    "ids made up for each reply": ({"quirks": {"made_up_ids"}}, {"count": 10}),
    "no ids": ({"quirks": {"no_ids"}}, {"count": 10}),
    "ids that number a page": ({"quirks": {"ids_restart"}}, {"count": 5}),
    "no order without a key, one page": ({"quirks": {"no_key"}}, {"count": 100}),
    "a lost connection": ({"quirks": {"loses_connection"}}, {"count": 10}),
    "overloaded for a moment": ({"statuses": [503, 200, 429, 502]}, {"count": 10}),
}


@FORMS
@pytest.mark.parametrize(("how", "query"), PAGED.values(), ids=PAGED)
def test_all_features_come_once(start: Start, how: Any, query: Any, form: str) -> None:
    assert fetched(start(**how).address(outputFormat=form, **query)) == ALL


def test_pages_follow_each_other_and_the_first_asks_for_no_start(start: Start) -> None:
    server = start(cap=10)
    fetched(server.address(count=12, CQL_FILTER="dep%3D%2757%27"))
    assert starts(server) == [0, 10, 20, 25], "the last one looks whether more follows"
    assert "startindex" not in server.asked[0]
    assert [one["count"] for one in server.asked] == ["12", "12", "12", "1"]
    assert {one["cql_filter"] for one in server.asked} == {"dep='57'"}, "the filter stays"


@FORMS
def test_the_same_features_are_the_same_bytes(start: Start, form: str) -> None:
    server = start(quirks={"no_ids"})
    address = parse_address(server.address(count=10, outputFormat=form))
    place = download_cache.fetch(address)
    record = download_cache.cache_record(address)
    assert record is not None
    assert record.sha256 == hashlib.sha256(place.read_bytes()).hexdigest()
    assert download_cache.compare(address) is None, "times and numbers of pages are no change"
    assert download_cache.fetch(parse_address(server.address(count=25, outputFormat=form))).read_bytes() == (
        place.read_bytes()
    ), "in one page as in three"
    server.rows[3] = square(77)
    assert "has changed since" in str(download_cache.compare(address))


SINGLE = pytest.mark.parametrize("version", ["1.0.0", "1.1.0"])


@SINGLE
@FORMS
def test_versions_without_pages_are_whole_in_one(start: Start, version: str, form: str) -> None:
    server = start(matched="true" if form else "none")
    assert fetched(server.address(version, outputFormat=form)) == ALL
    assert fetched(server.address(version, outputFormat=form, maxFeatures=25)) == ALL


@SINGLE
@FORMS
@pytest.mark.parametrize(
    ("how", "query", "got"),
    [
        ({"cap": 10}, {}, "10 of 25 features"),
        ({}, {"maxFeatures": 7}, "7 of 25 features"),
        ({"cap": 10, "quirks": {"hits_capped"}}, {}, "10 of 10 features, and more when asked"),
        ({"quirks": {"no_hits"}}, {}, "25 features, and no number of all"),
    ],
)
def test_versions_without_pages_are_refused_where_cut_off(
    start: Start, own_cache: Path, version: str, form: str, how: Any, query: Any, got: str
) -> None:
    error = refused(start(matched="none", **how).address(version, outputFormat=form, **query), own_cache)
    assert "cuts off" in error.what or "cannot be known" in error.what
    assert str(error.got).startswith(got)
    assert "version=2.0.0 and count=1000 in the address" in str(error.hint)


REFUSED = {
    "ignores startIndex": ({"quirks": {"ignores_start"}, "cap": 10}, {}, "same features again"),
    "ignores it, ids made up": (
        {"quirks": {"ignores_start", "made_up_ids"}, "cap": 10, "matched": "none"},
        {},
        "same features again",
    ),
    "no order": ({"quirks": {"shuffles"}}, {"count": 10}, "features twice"),
    "no order, no ids": ({"quirks": {"shuffles", "no_ids"}}, {"count": 10}, "features twice"),
    "no order without a key": ({"quirks": {"no_key"}}, {"count": 10}, "to page 2"),
    "changes between pages": ({"quirks": {"grows"}}, {"count": 10}, "changed between two pages"),
    "stops at its limit": ({"quirks": {"limits_then_skips"}, "cap": 10}, {}, "cuts off"),
    "stops without numbers": (
        {"quirks": {"limits_then_skips", "no_hits"}, "cap": 10, "matched": "none"},
        {},
        "cannot be known",
    ),
    "stops at its count": (
        {"quirks": {"limits_then_skips", "no_hits"}, "cap": 10, "matched": "none"},
        {"count": 10},
        "cannot be known",
    ),
    "one page without numbers": (
        {"quirks": {"no_hits"}, "matched": "none"},
        {"count": 100},
        "cannot be known",
    ),
    "stops, and hits says more": (
        {"quirks": {"limits_then_skips"}, "cap": 10, "matched": "none"},
        {"count": 10},
        "cuts off",
    ),
    "more than it says": ({"matched": 24}, {}, "more features than it says"),
    "an exception with status 200": ({"quirks": {"later_exception"}}, {"count": 10}, "to page 2"),
    "down": ({"statuses": [503] * 9}, {}, "answers with an error"),
    "empty": ({"rows": []}, {}, "no such features"),
}


@FORMS
@pytest.mark.parametrize(("how", "query", "told"), REFUSED.values(), ids=REFUSED)
def test_a_part_is_never_taken_for_the_whole(
    start: Start, own_cache: Path, how: Any, query: Any, told: str, form: str
) -> None:
    how = dict(how)
    rows = how.pop("rows", None)
    server = start(**how)
    server.rows = server.rows if rows is None else rows
    assert told in refused(server.address(outputFormat=form, **query), own_cache).what


def test_the_words_of_the_service_and_what_helps_are_told(start: Start, own_cache: Path) -> None:
    error = refused(start(quirks={"no_key"}).address(count=10), own_cache)
    assert error.got == "HTTP 400: NoApplicableCode: Cannot do natural order without a primary key"
    assert "sortBy=COLUMN" in str(error.hint)
    error = refused(start(quirks={"later_exception"}).address(count=10), own_cache)
    assert error.got == "NoApplicableCode: Connection to the database lost"
    error = refused(start(quirks={"truncates"}).address(outputFormat=""), own_cache)
    assert "ORA-01555: snapshot too old" in str(error.got)
    server = start(statuses=[503] * 9)
    assert refused(server.address(), own_cache).got == "HTTP 503: NoApplicableCode: the database is asleep"
    assert len(server.asked) == web_reply.ATTEMPTS


@pytest.mark.parametrize(
    ("quirk", "form", "told"),
    [("crs_changes", "application/json", "differ in form"), ("miscounts", "", "another number")],
)
def test_pages_that_contradict_are_refused(
    start: Start, own_cache: Path, quirk: str, form: str, told: str
) -> None:
    error = refused(start(quirks={quirk}).address(count=10, outputFormat=form), own_cache)
    assert told in error.what


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "a web page (HTML)"),
        (b"PK\3\4 shapes", "a zip archive"),
        (b'{"type":"FeatureCollection","features":[{"type":"Fea', "Unterminated"),
        (
            b'{"exceptions":[{"code":"InvalidParameterValue","text":"no such type"}]}',
            "InvalidParameterValue: no",
        ),
        (
            b'<ServiceExceptionReport><ServiceException code="X">bad filter</ServiceException>'
            b"</ServiceExceptionReport>",
            "X: bad filter",
        ),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><FeatureCollection/>', "DOCTYPE"),
    ],
)
def test_what_is_no_page_is_called_by_its_name(
    start: Start, own_cache: Path, monkeypatch: pytest.MonkeyPatch, body: bytes, told: str
) -> None:
    server = start()
    monkeypatch.setattr(server, "reply", lambda *_: (200, body))
    assert told in str(refused(server.address(), own_cache).got)


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ({"startIndex": 1000}, "startIndex"),
        ({"resultType": "hits"}, "resultType"),
        ({"typeNames": "a:b,a:c"}, "typeNames"),
        ({"count": 0}, "features a page"),
        ({"count": "ten"}, "features a page"),
        ({"version": "1.3.0"}, "version"),
    ],
)
def test_an_address_that_asks_for_a_part_is_refused_unasked(
    start: Start, own_cache: Path, pairs: dict[str, Any], told: str
) -> None:
    server = start()
    assert told in refused(server.address(**pairs), own_cache).what
    assert server.asked == []


def test_keys_are_read_in_any_case_and_a_version_is_stated(start: Start) -> None:
    server = start()
    address = (
        f"{server.host}/wfs?SERVICE=wfs&REQUEST=getfeature&TYPENAME=ad:commune&MAXFEATURES=10"
        "&OutputFormat=json"
    )
    assert fetched(address) == ALL
    assert {one["version"] for one in server.asked} == {"2.0.0"}
    assert starts(server) == [0, 10, 20, 25]


def test_items_of_an_ogc_api_follow_their_links(start: Start) -> None:
    def codes(address: str) -> list[str]:
        place = download_cache.fetch(parse_address(address))
        return sorted(read_vector(place)["code"])

    for how in ({}, {"matched": "none"}, {"cap": 3}):
        assert codes(start(**how).items(limit=10)) == ALL


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"quirks": {"no_next"}}, "cuts off"),
        ({"quirks": {"no_next"}, "matched": "none"}, "cuts off"),
        ({"quirks": {"limits_then_skips"}, "cap": 15, "matched": "none"}, "cannot be known"),
        ({"quirks": {"next_elsewhere"}}, "another host"),
        ({"quirks": {"ignores_start"}}, "same features again"),
        ({"quirks": {"shuffles"}}, "features twice"),
        ({"quirks": {"no_links"}, "matched": "none"}, "cuts off"),
        ({"quirks": {"no_links", "ignores_start"}, "matched": "none"}, "cannot be known"),
    ],
)
def test_items_that_are_not_all_are_refused(start: Start, own_cache: Path, how: Any, told: str) -> None:
    error = refused(start(**how).items(limit=10), own_cache)
    assert told in error.what
    assert "a limit in the address" in str(error.hint)


@pytest.mark.parametrize(
    ("query", "told"),
    [({"offset": 10}, "offset"), ({"crs": "http://www.opengis.net/def/crs/EPSG/0/4258"}, "crs")],
)
def test_items_in_another_system_or_from_the_middle_are_refused(
    start: Start, own_cache: Path, query: Any, told: str
) -> None:
    server = start()
    assert told in refused(server.items(**query), own_cache).what
    assert server.asked == []


@FORMS
@pytest.mark.parametrize(("crs", "corner"), [("EPSG:4326", (3.5, 50.5)), ("EPSG:31370", (150e3, 50e3))])
def test_axes_are_those_of_the_reply(start: Start, form: str, crs: str, corner: tuple[float, float]) -> None:
    """GML states latitude first in EPSG:4326; GeoJSON longitude, whatever its name of the system."""
    server = start(crs=crs)
    size = 0.01 if crs == "EPSG:4326" else 1000.0
    ring = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
    west, south = corner
    server.rows = [
        kit.Row(n, {"code": str(n)}, [(west + (n + x) * size, south + y * size) for x, y in ring])
        for n in range(5)
    ]
    frame = read_vector(download_cache.fetch(parse_address(server.address(outputFormat=form, count=2))))
    assert frame.crs.to_epsg() == int(crs[5:])
    assert frame.total_bounds.tolist() == pytest.approx([west, south, west + 5 * size, south + size])


def test_no_more_comes_than_is_accepted(start: Start, own_cache: Path) -> None:
    for most, told in ((900, "a reply of 127.0.0.1 is too large"), (4000, "hands out too much")):
        with pytest.raises(InputError, match=told):
            download_cache.fetch(parse_address(start().address(count=8)), most=most)
    assert not [one for one in own_cache.rglob("*") if one.is_file()]


def test_other_requests_and_other_addresses_are_files() -> None:
    from geoalarm.io.wfs_address import feature_query

    for text in (
        "https://example.org/a.gpkg",
        "https://example.org/wfs?service=WFS&request=GetCapabilities",
        "https://example.org/wms?service=WMS&request=GetFeatureInfo",
        "https://example.org/collections/items",
        "https://example.org/arcgis/rest/services/X/MapServer/0/query?where=1%3D1&f=geojson",
    ):
        assert feature_query(parse_address(text)) is None
