"""Addresses of services that hand out features in pages: WFS GetFeature and OGC API Features, and the
addresses of their pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_plus, urljoin, urlsplit

from geoalarm.core.errors import InputError
from geoalarm.io.address import Address, parse_address

PAGED_VERSIONS: Final = ("2.0.0", "2.0.2")
SINGLE_VERSIONS: Final = ("1.0.0", "1.1.0")
"""Versions whose standard knows a largest number of features and no second page."""

_NO_START: Final = "the first page: those that follow are asked for one after the other"
_SIZES: Final = ("count", "maxfeatures")
_TYPES: Final = ("typenames", "typename")


_SORTED: Final = "sortBy=COLUMN in the address, a column without repeats, gives its pages an order"
_EXPORT: Final = "an export of the layer in a mirror folder (GEOALARM_MIRROR)"


@dataclass(frozen=True, slots=True)
class QueryHints:
    """What can be changed in an address whose features do not come whole: the order of its pages, their size,
    which features it asks for.
    """

    order: str
    pages: str
    choice: str


@dataclass(frozen=True, slots=True)
class WfsQuery:
    """A GetFeature as its address says, without its page.

    Attributes
    ----------
    url : str
        Up to the question mark.
    pairs : tuple of str
        ``key=value`` as they are written, without ``startIndex``, ``count`` and ``maxFeatures``.
    version : str
    page_size : int or None
        Features a page, as the address states; None leaves it to the service.
    """

    url: str
    pairs: tuple[str, ...]
    version: str
    page_size: int | None

    @property
    def pages(self) -> bool:
        """Whether its version knows pages."""
        return self.version in PAGED_VERSIONS

    @property
    def what(self) -> str:
        """Host and type, for messages."""
        types = [_value(pair) for pair in self.pairs if _key(pair) in _TYPES]
        return f"WFS of {urlsplit(self.url).hostname}, {types[0] if types else 'its features'}"

    @property
    def hints(self) -> QueryHints:
        """What can be changed in its address."""
        smaller = "a smaller count=... in the address, so that it is asked in several pages"
        paged = "version=2.0.0 and count=1000 in the address, so that it is asked page by page"
        return QueryHints(
            f"{_SORTED}; or a count that takes all features in one page",
            f"{smaller if self.pages else paged}; if it cannot, {_EXPORT}",
            "typeNames and the filter in the address (CQL_FILTER, bbox)",
        )

    def page(self, start: int = 0, size: int | None = None) -> str:
        """The address of the page from feature number ``start``; the first one is asked without
        ``startIndex``, which some services refuse for layers without a key.
        """
        size = self.page_size if size is None else size
        more = [f"startIndex={start}"] if start else []
        if size is not None:
            more.append(f"{'count' if self.pages else 'maxFeatures'}={size}")
        return self._with(*self.pairs, *more)

    def following_feature(self, start: int) -> str:
        """The address of the one feature after the first ``start``."""
        return self.page(start, size=1)

    def hits(self) -> str:
        """The address that tells the number of features alone, in the service's own form of reply."""
        left_out = ("outputformat", "version", "sortby")
        kept = [pair for pair in self.pairs if _key(pair) not in left_out]
        version = self.version if self.version != "1.0.0" else "1.1.0"  # 1.0.0 knows no hits
        return self._with(*kept, f"version={version}", "resultType=hits")

    def _with(self, *pairs: str) -> str:
        return f"{self.url}?{'&'.join(pairs)}"


@dataclass(frozen=True, slots=True)
class ItemsQuery:
    """Items of a collection of OGC API Features: each page names the next."""

    url: str

    @property
    def what(self) -> str:
        """Host and collection, for messages."""
        parts = urlsplit(self.url)
        return f"OGC API of {parts.hostname}, {parts.path.rstrip('/').split('/')[-2]}"

    @property
    def hints(self) -> QueryHints:
        """What can be changed in its address."""
        one_page = f"a limit in the address that takes all features in one page, or {_EXPORT}"
        return QueryHints(one_page, one_page, "the collection and the filter in the address (bbox)")

    def following_feature(self, start: int) -> str:
        """The address of the one feature after the first ``start``: no part of the standard, but of many
        services.
        """
        parts = urlsplit(self.url)
        kept = [pair for pair in parts.query.split("&") if pair and _key(pair) not in ("limit", "offset")]
        return parts._replace(query="&".join([*kept, "limit=1", f"offset={start}"])).geturl()

    def following(self, link: str, base: str) -> str:
        """The address of the next page, which has to lie on the same host.

        Raises
        ------
        InputError
            If it lies elsewhere, or is no address that a catalog may name.
        """
        target = urljoin(base, link)
        if urlsplit(target).netloc != urlsplit(self.url).netloc:
            raise InputError(
                f"{self.what}: its next page lies on another host",
                got=f"{urlsplit(target).netloc or link}"[:120],
                expected=urlsplit(self.url).netloc,
                hint=self.hints.pages,
            )
        scheme = urlsplit(self.url).scheme
        return str(parse_address(urlsplit(target)._replace(scheme=scheme).geturl()).url)


def feature_query(address: Address) -> WfsQuery | ItemsQuery | None:
    """The query of an address that a feature service answers page by page; None of every other address.

    Raises
    ------
    InputError
        If the address asks for a part, for several types, or in a version or form that cannot be counted.
    """
    parts = urlsplit(address.url or "")
    pairs = tuple(pair for pair in parts.query.split("&") if pair)
    values = {_key(pair): _value(pair) for pair in pairs}
    path = parts.path.rstrip("/").split("/")
    if "request" not in values:
        if len(path) < 4 or path[-1] != "items" or path[-3] != "collections":
            return None
        _require_whole_items(values, what=f"OGC API of {parts.hostname}")
        return ItemsQuery(parts._replace(fragment="").geturl())
    if values["request"].lower() != "getfeature" or values.get("service", "WFS").upper() != "WFS":
        return None
    url = parts._replace(query="", fragment="").geturl()
    version = values.get("version") or PAGED_VERSIONS[0]
    _require_whole_query(values, version, what=f"WFS of {parts.hostname}")
    said = ("startindex", *_SIZES)
    kept = tuple(pair for pair in pairs if _key(pair) not in said)
    kept = kept if values.get("version") else (*kept, f"version={version}")
    return WfsQuery(url, kept, version, _page_size(values, version, what=f"WFS of {parts.hostname}"))


def _require_whole_query(values: dict[str, str], version: str, *, what: str) -> None:
    known = (*PAGED_VERSIONS, *SINGLE_VERSIONS)
    types = next((values[name] for name in _TYPES if name in values), "")
    _require_none_of(
        what,
        (
            version not in known,
            "version",
            version,
            "one of " + ", ".join(known),
            "version=2.0.0 where it can",
        ),
        (
            values.get("startindex", "0") not in ("", "0"),
            "startIndex",
            values.get("startindex"),
            _NO_START,
            "leave it out",
        ),
        (
            values.get("resulttype", "results").lower() not in ("", "results"),
            "resultType",
            values.get("resulttype"),
            "results",
            "leave it out: the number of features is asked for as well",
        ),
        ("," in types or "(" in types, "typeNames", types, "one type", "write an entry for each"),
    )


def _require_whole_items(values: dict[str, str], *, what: str) -> None:
    """Coordinates in another system come without its name, and in that system's order of axes."""
    crs = values.get("crs", "")
    start = next((values[name] for name in ("offset", "startindex") if values.get(name)), "0")
    _require_none_of(
        what,
        (start != "0", "offset", start, _NO_START, "leave it out"),
        (
            bool(crs) and not crs.upper().endswith("CRS84"),
            "crs",
            crs,
            "longitude and latitude (CRS84)",
            "leave it out",
        ),
    )


def _require_none_of(what: str, *faults: tuple[bool, str, object, str, str]) -> None:
    """The first that is so is an error: whether, key, got, expected, hint."""
    for wrong, name, got, expected, hint in faults:
        if wrong:
            raise InputError(f"{what}: {name} in the address", got=got, expected=expected, hint=hint)


def _page_size(values: dict[str, str], version: str, *, what: str) -> int | None:
    """Features a page; some services of 2.0 take the older name, and those of 1.x know no other."""
    names = _SIZES if version in PAGED_VERSIONS else _SIZES[1:]
    text = next((values[name] for name in names if values.get(name)), None)
    if text is None:
        return None
    if not text.isdecimal() or int(text) == 0:
        raise InputError(
            f"{what}: features a page in the address",
            got=text[:40],
            expected="a whole number from 1",
            hint="count=1000",
        )
    return int(text)


def _key(pair: str) -> str:
    return unquote_plus(pair.partition("=")[0]).strip().lower()


def _value(pair: str) -> str:
    return unquote_plus(pair.partition("=")[2]).strip()
