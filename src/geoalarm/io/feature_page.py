"""One page of features as a service sent it: its numbers, its features as text, and what has to be the same
in all pages. GeoJSON and GML.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from geoalarm.core.errors import InputError

_GENERATED: Final = re.compile(r"(^|[.:])fid-")
"""Ids that GeoServer makes up anew for each reply, where a layer has no key."""


@dataclass(frozen=True, slots=True)
class PageFeature:
    """What tells a feature from others: its id, None where it has none that lasts, and a hash of its values
    and geometry.
    """

    id: str | None
    content: bytes


@dataclass(frozen=True, slots=True)
class FeaturePage:
    """A page.

    Attributes
    ----------
    form : {"geojson", "gml"}
    head : bytes
        What stands before the features in a file of them: the reference system, or the root element.
    pieces : sequence of bytes
        The features as they are written, or the elements that hold them.
    features : sequence of PageFeature
    matched, returned : int or None
        The service's own numbers of features: of the whole, and of the page; None where not told.
    next : str or None
        Address of the next page.
    has_links : bool
        Whether the page would name a next one.
    """

    form: Literal["geojson", "gml"]
    head: bytes
    pieces: Sequence[bytes]
    features: Sequence[PageFeature]
    matched: int | None = None
    returned: int | None = None
    next: str | None = None
    has_links: bool = False

    @property
    def tail(self) -> bytes:
        """What ends a file that begins with ``head``."""
        if self.form == "geojson":
            return b"\n]}\n"
        root = re.search(rb"<([\w.:-]+)[^<]*$", self.head)
        assert root is not None, "a root element ends the head"
        return b"\n</" + root.group(1) + b">\n"


def stated_number(value: object) -> int | None:
    """A number of features as services write it; None of "unknown" and of anything else."""
    text = str(value).strip()
    return int(text) if text.isdecimal() and len(text) < 16 and not isinstance(value, bool) else None


def lasting_id(value: object) -> str | None:
    """An id of the data; None of one that is made up for a reply."""
    if value is None or isinstance(value, bool | dict | list) or value == "":
        return None
    return None if _GENERATED.search(str(value)) else str(value)


def content_hash(content: bytes) -> bytes:
    """Sixteen bytes that stand for the values and the geometry of a feature."""
    return hashlib.blake2b(content, digest_size=16).digest()


def geojson_page(data: bytes, *, what: str) -> FeaturePage:
    """A page of GeoJSON.

    Raises
    ------
    InputError
        If it is cut off, or holds no collection of features.
    """
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{what}: a page is no sound JSON",
            got=str(error)[:120],
            expected="a whole FeatureCollection",
            hint="ask again; if it stays so, ask for fewer features a page (count or limit in the address)",
        ) from error
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
        raise not_features(what, "JSON of another kind")
    links = found.get("links")
    return FeaturePage(
        "geojson",
        _collection_head(found.get("crs")),
        [_text(_without_made_up_id(one)) for one in features],
        [_identity(one) for one in features],
        stated_number(found.get("numberMatched", found.get("totalFeatures"))),
        stated_number(found.get("numberReturned")),
        _next_link(links),
        isinstance(links, list) and not found.get("exceededTransferLimit"),
    )


def not_features(what: str, got: str) -> InputError:
    """The error of a reply that is no page of features."""
    return InputError(
        f"{what}: the reply holds no features that can be counted",
        got=got,
        expected="GeoJSON or GML",
        hint="outputFormat=application/json (WFS) or f=json (OGC API) in the address, where it is offered",
    )


def _collection_head(crs: object) -> bytes:
    """The beginning of a collection, with the reference system that GeoServer and MapServer state."""
    stated = f'"crs":{_text(crs).decode()},' if crs else ""
    return f'{{"type":"FeatureCollection",{stated}"features":[\n'.encode()


def _text(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _without_made_up_id(feature: dict[str, Any]) -> dict[str, Any]:
    if "id" in feature and lasting_id(feature["id"]) is None:
        return {key: value for key, value in feature.items() if key != "id"}
    return feature


def _identity(feature: dict[str, Any]) -> PageFeature:
    values = json.dumps([feature.get("geometry"), feature.get("properties")], sort_keys=True)
    return PageFeature(lasting_id(feature.get("id")), content_hash(values.encode()))


def _next_link(links: object) -> str | None:
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") == "next" and isinstance(link.get("href"), str):
            return str(link["href"])
    return None
