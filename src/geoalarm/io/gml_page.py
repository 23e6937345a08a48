"""A page of GML: the members of a collection of features as they are written, found by one walk."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any, Final
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from geoalarm.core.errors import InputError
from geoalarm.io.feature_page import (
    FeaturePage,
    PageFeature,
    content_hash,
    lasting_id,
    not_features,
    stated_number,
)
from geoalarm.io.service_exceptions import exception_words
from geoalarm.io.xml_guard import require_plain_xml

_HOLD_ONE: Final = ("member", "featureMember")
_HOLD_SEVERAL: Final = ("members", "featureMembers")
_OF_A_PAGE: Final = frozenset(
    {"numberMatched", "numberReturned", "numberOfFeatures", "timeStamp", "next", "previous", "lockId"}
)
"""Attributes of the root that speak of the page, or of the moment."""

_SEVERAL_QUERIES: Final = ("FeatureCollection", "SimpleFeatureCollection", "Tuple")
_IDS: Final = re.compile(rb"\s(?:[\w.-]+:)?f?id\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_ENCODING: Final = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)")


def gml_page(data: bytes, *, what: str) -> FeaturePage:
    """A page of GML 2 or 3 in a collection of WFS 1 or 2.

    Raises
    ------
    InputError
        If it is cut off, hostile, or no collection of features of one query; with the service's own words if
        it gave up half-way.
    """
    require_plain_xml(io.BytesIO(data), what=f"{what}: a page")
    walk = _MemberWalk(data)
    walk.parser.Parse(data, True)
    if not walk.root.rpartition(":")[2].endswith("FeatureCollection"):
        raise not_features(what, f"XML: {walk.root[:60]}")
    if walk.others:
        got = walk.others[0]
        words = exception_words(data) if got == "truncatedResponse" else None
        raise InputError(
            f"{what}: a page holds more than features of one query",
            got=f"{got}: {words}" if words else got,
            expected="members, one feature each",
            hint="ask again, for fewer features a page" if words else "ask for one type in the address",
        )
    numbers = walk.attributes
    # WFS 1.1 writes one number: that of the whole in a reply to resultType=hits, else that of the page
    whole = numbers.get("numberMatched", numbers.get("numberOfFeatures") if not walk.features else None)
    return FeaturePage(
        "gml",
        _head(walk.root, numbers, data),
        walk.pieces,
        walk.features,
        stated_number(whole),
        stated_number(
            numbers.get("numberReturned", numbers.get("numberOfFeatures") if walk.features else None)
        ),
        numbers.get("next"),
    )


def _head(root: str, attributes: Mapping[str, str], data: bytes) -> bytes:
    """Declaration and root element, without what speaks of one page."""
    found = _ENCODING.search(data[:200].removeprefix(b"\xef\xbb\xbf"))
    encoding = found.group(1).decode() if found else "UTF-8"
    kept = sorted((key, value) for key, value in attributes.items() if key not in _OF_A_PAGE)
    stated = "".join(f" {key}={quoteattr(value)}" for key, value in kept)
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n<{root}{stated}>\n'
    return text.encode(encoding, "xmlcharrefreplace")


class _MemberWalk:
    """One walk through a page: where members and their features begin and end in its bytes."""

    def __init__(self, data: bytes) -> None:
        self.data, self.depth, self.root = data, 0, ""
        self.attributes: dict[str, str] = {}
        self.pieces: list[bytes] = []
        self.features: list[PageFeature] = []
        self.others: list[str] = []
        self._member, self._member_begins, self._feature_begins = "", 0, 0
        self._id: str | None = None
        self.parser: Any = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        local = name.rpartition(":")[2]
        if self.depth == 1:
            self.root, self.attributes = name, dict(attributes)
        elif self.depth == 2:
            self._member, self._member_begins = local, self.parser.CurrentByteIndex
            if local not in (*_HOLD_ONE, *_HOLD_SEVERAL, "boundedBy"):
                self.others.append(local)
        elif self.depth == 3 and self._member != "boundedBy":
            self._feature_begins = self.parser.CurrentByteIndex
            self._id = next(
                (value for key, value in attributes.items() if key.rpartition(":")[2] in ("id", "fid")), None
            )
            if local in _SEVERAL_QUERIES:
                self.others.append(f"{self._member} of {local}")

    def end(self, _name: str) -> None:
        if self.depth == 3 and self._member != "boundedBy":
            raw = self._bytes_from(self._feature_begins)
            self.features.append(PageFeature(lasting_id(self._id), content_hash(_IDS.sub(b"", raw))))
        if self.depth == 2 and self._member != "boundedBy":
            self.pieces.append(self._bytes_from(self._member_begins))
        self.depth -= 1

    def _bytes_from(self, begins: int) -> bytes:
        """An element to the end of the tag that the parser stands at."""
        return self.data[begins : self.data.index(b">", self.parser.CurrentByteIndex) + 1]
