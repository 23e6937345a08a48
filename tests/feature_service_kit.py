"""A feature service on this machine, in a thread of its own: WFS 1.0 to 2.0 (GeoJSON as GeoServer writes it,
GML 3.2, exception reports) and OGC API Features, with the quirks that real ones have.
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

XML = '<?xml version="1.0" encoding="UTF-8"?>'
OWS = "http://www.opengis.net/ows/1.1"


def exception(code: str, text: str) -> bytes:
    return (
        f'{XML}<ows:ExceptionReport xmlns:ows="{OWS}" version="2.0.0"><ows:Exception exceptionCode="{code}">'
        f"<ows:ExceptionText>{text}</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"
    ).encode()


@dataclass(frozen=True)
class Row:
    """A feature: its number, its values, and its ring of coordinates."""

    number: int
    values: dict[str, Any]
    ring: list[tuple[float, float]]


@dataclass
class FeatureServer:
    """What the service holds and how it behaves.

    ``cap``: features a reply at most. ``matched``: "true", "unknown", "none", or another number than it has.
    ``quirks``: see where they are asked for. ``statuses``: answered first, one a request.
    """

    rows: list[Row]
    crs: str = "EPSG:3035"
    cap: int | None = None
    matched: str | int = "true"
    quirks: set[str] = field(default_factory=set)
    statuses: list[int] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    host: str = ""

    def address(self, version: str = "2.0.0", **more: object) -> str:
        """A GetFeature for GeoJSON; ``outputFormat=""`` asks for GML."""
        pairs = {"typeNames": "ad:commune", "outputFormat": "application/json", **more}
        rest = "".join(f"&{key}={value}" for key, value in pairs.items() if value != "")
        return f"{self.host}/geoserver/wfs?service=WFS&version={version}&request=GetFeature{rest}"

    def items(self, **more: object) -> str:
        rest = "&".join(f"{key}={value}" for key, value in {"f": "json", **more}.items())
        return f"{self.host}/ogc/collections/communes/items?{rest}"

    def reply(self, path: str, query: dict[str, str]) -> tuple[int, bytes]:
        self.asked.append(query)
        if self.statuses and (status := self.statuses.pop(0)) != 200:
            return status, exception("NoApplicableCode", "the database is asleep")
        if path.endswith("/items"):
            return 200, self._items(query)
        start = int(query.get("startindex", 0))
        if start and "no_key" in self.quirks:
            return 400, exception("NoApplicableCode", "Cannot do natural order without a primary key")
        if query.get("resulttype") == "hits":
            return self._hits(query)
        if "later_exception" in self.quirks and start:
            return 200, exception("NoApplicableCode", "Connection to the database lost")
        rows = self._page(start, int(query.get("count") or query.get("maxfeatures") or 10**6))
        if "json" in query.get("outputformat", ""):
            return 200, json.dumps(self._geojson(rows, start)).encode()
        return 200, self._gml(rows, query["version"], start)

    def _page(self, start: int, count: int) -> list[Row]:
        rows = list(self.rows)
        if "shuffles" in self.quirks:
            random.Random(start).shuffle(rows)
        if "grows" in self.quirks and start:
            rows.append(Row(999, {"code": "99999"}, rows[0].ring))
        if "limits_then_skips" in self.quirks:
            rows = rows[: self.cap]
        begin = 0 if "ignores_start" in self.quirks else start
        return rows[begin : begin + min(count, self.cap or count)]

    def _total(self, start: int) -> str | int | None:
        if self.matched == "true":
            return len(self.rows) + (1 if "grows" in self.quirks and start else 0)
        return None if self.matched == "none" else self.matched

    def _id(self, row: Row, place: int) -> str | None:
        if "no_ids" in self.quirks:
            return None
        if "made_up_ids" in self.quirks:
            return f"commune.fid-{random.getrandbits(48):x}"
        return f"commune.{place if 'ids_restart' in self.quirks else row.number}"

    def _features(self, rows: list[Row]) -> list[dict[str, Any]]:
        return [
            {
                "type": "Feature",
                **({} if (name := self._id(row, place)) is None else {"id": name}),
                "geometry": {"type": "Polygon", "coordinates": [row.ring]},
                "geometry_name": "geom",
                "properties": row.values,
            }
            for place, row in enumerate(rows)
        ]

    def _geojson(self, rows: list[Row], start: int) -> dict[str, Any]:
        total = self._total(start)
        numbers = (
            {"totalFeatures": total}
            if "old_geoserver" in self.quirks
            else {"totalFeatures": total, "numberMatched": total, "numberReturned": len(rows)}
        )
        epsg = self.crs.split(":")[1] if not (start and "crs_changes" in self.quirks) else "4258"
        crs = f"urn:ogc:def:crs:EPSG::{epsg}"
        return {
            "type": "FeatureCollection",
            "features": self._features(rows),
            **(numbers if total is not None else {}),
            "timeStamp": f"2026-11-30T12:00:{len(self.asked):02}Z",
            "crs": {"type": "name", "properties": {"name": crs}} if rows else None,
        }

    def _gml(self, rows: list[Row], version: str, start: int) -> bytes:
        new = version.startswith("2")
        wfs, gml = ("wfs/2.0", "gml/3.2") if new else ("wfs", "gml")
        total = self._total(start)
        returned = len(rows) - ("miscounts" in self.quirks)
        counts = (
            f'numberMatched="{total if total is not None else "unknown"}" numberReturned="{returned}" '
            f'next="http://inside.example/wfs?page={len(self.asked)}"'
            if new
            else f'numberOfFeatures="{returned}"'
        )
        members = "".join(self._member(row, place, new) for place, row in enumerate(rows))
        if not new:
            members = f"<gml:featureMembers>{members}</gml:featureMembers>"
        if "truncates" in self.quirks:
            report = exception("NoApplicableCode", "ORA-01555: snapshot too old").decode().removeprefix(XML)
            members += f"<wfs:truncatedResponse>{report}</wfs:truncatedResponse>"
        return (
            f'{XML}<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/{wfs}" '
            f'xmlns:gml="http://www.opengis.net/{gml}" xmlns:ad="urn:ad" '
            f'timeStamp="2026-11-30T12:00:{len(self.asked):02}Z" {counts}>'
            f"{members}</wfs:FeatureCollection>"
        ).encode()

    def _member(self, row: Row, place: int, new: bool) -> str:
        name = self._id(row, place)
        positions = " ".join(f"{y} {x}" if self.crs != "EPSG:31370" else f"{x} {y}" for x, y in row.ring)
        values = "".join(f"<ad:{key}>{value}</ad:{key}>" for key, value in row.values.items())
        epsg = self.crs.split(":")[1]
        feature = (
            f"<ad:commune{f' gml:id={chr(34)}{name}{chr(34)}' if name else ''}>{values}<ad:geom>"
            f'<gml:Polygon srsName="urn:ogc:def:crs:EPSG::{epsg}" gml:id="g{row.number}"><gml:exterior>'
            "<gml:LinearRing>"
            f"<gml:posList>{positions}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></ad:geom>"
            "</ad:commune>"
        )
        return f"<wfs:member>{feature}</wfs:member>\n" if new else feature

    def _hits(self, query: dict[str, str]) -> tuple[int, bytes]:
        if "no_hits" in self.quirks:
            return 400, exception("InvalidParameterValue", "resultType")
        number = len(self.rows)
        if "hits_capped" in self.quirks:
            number = min(number, self.cap or number)
        name = "numberMatched" if query["version"].startswith("2") else "numberOfFeatures"
        more = ' numberReturned="0"' if name == "numberMatched" else ""
        return 200, (
            f'{XML}<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" '
            f'{name}="{number}"{more}/>'
        ).encode()

    def _items(self, query: dict[str, str]) -> bytes:
        start, limit = int(query.get("offset", 0)), int(query.get("limit", 10))
        rows = self._page(start, limit)
        host = "http://other.example" if "next_elsewhere" in self.quirks else self.host
        links = [{"rel": "self", "href": self.host}]
        if start + len(rows) < len(self.rows) and "no_next" not in self.quirks:
            href = f"{host}/ogc/collections/communes/items?f=json&limit={limit}&offset={start + len(rows)}"
            links.append({"rel": "next", "type": "application/geo+json", "href": href})
        total = self._total(start)
        page = {"type": "FeatureCollection", "features": self._features(rows), "numberReturned": len(rows)}
        page |= {} if total is None else {"numberMatched": total}
        return json.dumps(page if "no_links" in self.quirks else {**page, "links": links}).encode()


@contextmanager
def serving(server: FeatureServer) -> Iterator[FeatureServer]:
    """The service at an address of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {key.lower(): value for key, value in parse_qsl(parts.query)}
            status, body = server.reply(parts.path, query)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            cut = "loses_connection" in server.quirks and len(server.asked) == 1
            self.wfile.write(body[:100] if cut else body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    server.host = f"http://127.0.0.1:{web.server_port}"
    try:
        yield server
    finally:
        web.shutdown()
        web.server_close()
        thread.join()
