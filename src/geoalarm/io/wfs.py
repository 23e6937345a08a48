"""Features of a WFS or of OGC API Features, whole: page by page until all that the service has are there, in
one file; or an error. A service that cuts off at its own limit hands out a part that looks like the whole.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geoalarm.core.errors import InputError
from geoalarm.core.scratch_files import scratch_folder
from geoalarm.io.feature_page import FeaturePage, geojson_page, not_features
from geoalarm.io.feature_tally import FeatureTally
from geoalarm.io.gml_page import gml_page
from geoalarm.io.service_exceptions import exception_words
from geoalarm.io.unsupported_formats import unsupported_format, what_it_looks_like
from geoalarm.io.web_reply import WebReply, ask_service
from geoalarm.io.wfs_address import ItemsQuery, WfsQuery
from geoalarm.io.xml_guard import xml_root

log = logging.getLogger(__name__)

MAX_PAGES: Final = 20_000
MAX_PAGE_BYTES: Final = 512 * 2**20
"""A page is held in memory, some five times its size."""

_HEAD_BYTES: Final = 65_536
_COLLECTION: Final = re.compile(rb'^[\s\xef\xbb\xbf]*\{.*?"type"\s*:\s*"FeatureCollection"', re.DOTALL)


def download_features(query: WfsQuery | ItemsQuery, target: Path, *, most: int) -> tuple[str, int]:
    """Write all features of a service as one collection, in the order in which it hands them out.

    Parameters
    ----------
    query : WfsQuery or ItemsQuery
    target : pathlib.Path
        GeoJSON or GML, as the service answers. What speaks of a page or of the moment is left out, so that
        the same features are the same bytes.
    most : int
        Largest file accepted [bytes].

    Returns
    -------
    str, int
        SHA-256 and size of the file.

    Raises
    ------
    InputError
        If features are missing, come twice or cannot be counted, the service refuses, with its own words, or
        it hands out too much.
    """
    tally = FeatureTally(query.what, query.hints)
    with scratch_folder() as folder:
        service = FeatureService(query, folder / "page", most)
        pages = (
            wfs_pages(query, service, tally)
            if isinstance(query, WfsQuery)
            else items_pages(query, service, tally)
        )
        return _write(pages, target, query, most)


@dataclass(frozen=True, slots=True)
class FeatureService:
    """Asks a service, one page at a time.

    Attributes
    ----------
    query : WfsQuery or ItemsQuery
    place : pathlib.Path
        Where a reply is held.
    most : int
        Largest reply accepted [bytes], beside :data:`MAX_PAGE_BYTES`.
    """

    query: WfsQuery | ItemsQuery
    place: Path
    most: int

    @property
    def what(self) -> str:
        """The service, for messages."""
        return self.query.what

    def page(self, url: str, *, number: int = 1) -> FeaturePage:
        """The page at an address.

        Raises
        ------
        InputError
            If it is none; with the service's own words where it has some.
        """
        most = min(self.most, MAX_PAGE_BYTES)
        reply = ask_service(url, self.place, most=most, has_answered=number > 1)
        data = reply.path.read_bytes()
        is_json = _COLLECTION.search(data[:_HEAD_BYTES]) is not None
        is_gml = xml_root(reply.path)[1].endswith("FeatureCollection")
        if reply.status >= 400 or not (is_json or is_gml):
            raise self._no_page(reply, data, number)
        return geojson_page(data, what=self.what) if is_json else gml_page(data, what=self.what)

    def hits(self, url: str) -> int | None:
        """The number of features that a service tells when it is asked for that alone; None where it does
        not.
        """
        try:
            return self.page(url).matched
        except InputError as error:
            log.info("%s: it does not tell how many features it has: %s", self.what, error)
            return None

    def _no_page(self, reply: WebReply, data: bytes, number: int) -> InputError:
        """What the service says, or what came instead of features."""
        words = exception_words(data)
        if reply.status < 400 and words is None:
            known = unsupported_format(reply.path)
            return not_features(self.what, known.name if known else what_it_looks_like(data[:64]))
        status = f"HTTP {reply.status}" if reply.status >= 400 else ""
        hints = self.query.hints
        return InputError(
            f"{self.what} answers with an error" + (f" to page {number}" if number > 1 else ""),
            got=": ".join(part for part in (status, words or "") if part),
            expected="features",
            hint=hints.order if number > 1 else f"check {hints.choice}",
        )


def wfs_pages(query: WfsQuery, service: FeatureService, tally: FeatureTally) -> Iterator[FeaturePage]:
    """Pages of a WFS until all features are there.

    In versions without pages there is one; it has to hold as many as the service says that it has.

    Raises
    ------
    InputError
        As :func:`download_features`.
    """
    page = service.page(query.page())
    yield _counted(page, tally)
    if tally.total is None:
        tally.set_total(service.hits(query.hits()))
    while query.pages and tally.count and (following := _following(query, service, tally)) is not None:
        yield _counted(following, tally)
    if not query.pages and tally.is_complete and _has_more(query, service, tally):
        raise tally.more_beyond()
    tally.require_total(proven=query.pages and tally.pages > 1)


def _following(query: WfsQuery, service: FeatureService, tally: FeatureTally) -> FeaturePage | None:
    """The next page; None after the last one. A number that the service states is not believed where it has
    more: some count no further than a page holds.
    """
    if tally.is_complete:
        if not _has_more(query, service, tally):
            return None
        log.warning("%s: it has more features than it says (%s)", tally.what, tally.total)
        tally.distrust_total()
    page = service.page(query.page(tally.count), number=tally.pages + 1)
    return page if page.features else None


def _has_more(query: WfsQuery | ItemsQuery, service: FeatureService, tally: FeatureTally) -> bool:
    """Whether another feature follows the last one; a service that cannot tell does not."""
    try:
        return tally.has_new(service.page(query.following_feature(tally.count)))
    except InputError as error:
        log.info("%s: nothing is told of what follows: %s", tally.what, error)
        return False


def items_pages(query: ItemsQuery, service: FeatureService, tally: FeatureTally) -> Iterator[FeaturePage]:
    """Pages of OGC API Features, each by the link of the one before; the last one has none.

    Raises
    ------
    InputError
        As :func:`download_features`.
    """
    url, has_links = query.url, True
    while True:
        page = service.page(url, number=tally.pages + 1)
        has_links = has_links and page.has_links
        if page.features or not tally.pages:
            yield _counted(page, tally)
        if page.next is None or not page.features:
            break
        url = query.following(page.next, url)
    if tally.total is None and _has_more(query, service, tally):  # some hand out a first page and no link
        raise tally.more_beyond()
    tally.require_total(proven=has_links and page.next is None)


def _counted(page: FeaturePage, tally: FeatureTally) -> FeaturePage:
    """The page, taken in; how far it is, is told."""
    tally.add(page)
    if tally.pages > MAX_PAGES:
        raise InputError(
            f"{tally.what}: it hands out too many pages",
            got=f"more than {MAX_PAGES}",
            expected="less",
            hint="ask for more features a page (count or limit in the address)",
        )
    if tally.total and page.features:
        pages = tally.pages + -(-(tally.total - tally.count) // len(page.features))
        log.info(
            "%s: page %d of %d, %d of %d features", tally.what, tally.pages, pages, tally.count, tally.total
        )
    else:
        log.info("%s: page %d, %d features", tally.what, tally.pages, tally.count)
    return page


def _write(
    pages: Iterator[FeaturePage], target: Path, query: WfsQuery | ItemsQuery, most: int
) -> tuple[str, int]:
    """One collection of all pages."""
    digest, size, first = hashlib.sha256(), 0, next(pages)
    with target.open("wb") as out:
        for block in _blocks(first, pages):
            size += len(block)
            if size > most:
                raise InputError(
                    f"{query.what} hands out too much",
                    got=f"more than {most} bytes",
                    expected="less",
                    hint=f"ask for fewer: {query.hints.choice}",
                )
            digest.update(block)
            out.write(block)
    return digest.hexdigest(), size


def _blocks(first: FeaturePage, others: Iterator[FeaturePage]) -> Iterator[bytes]:
    between = b",\n" if first.form == "geojson" else b"\n"
    yield first.head + between.join(first.pieces)
    for page in others:
        yield between + between.join(page.pieces)
    yield first.tail
