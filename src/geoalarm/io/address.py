"""Addresses an entry may name: beside the catalog, an absolute file, https, or a file of a mirror."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Literal
from urllib.parse import urlsplit

from geoalarm.core.errors import CatalogError

TEMPLATE: Final = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
"""The one template an entry may use: a bare name in double braces."""

TEMPLATE_SIGNS: Final = ("{{", "}}", "{%", "%}", "{#", "#}")
CATALOG_DIR: Final = "CATALOG_DIR"
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_BROUGHT: Final = re.compile(r"[\w.+-]+(?:/[\w.+-]+)*")

Scheme = Literal["file", "https", "mirror"]


@dataclass(frozen=True, slots=True)
class Address:
    """Where an entry's bytes are: ``path`` for a file, ``url`` for https, neither for one to be brought."""

    scheme: Scheme
    text: str
    path: Path | None = None
    url: str | None = None

    @property
    def name(self) -> str:
        """Last part of the address, without a query."""
        if self.url is not None:
            return PurePosixPath(urlsplit(self.url).path).name or "index"
        return PurePosixPath(self.text.replace("\\", "/")).name

    @property
    def query(self) -> str:
        """The part after the question mark, empty where there is none."""
        return urlsplit(self.url).query if self.url is not None else ""

    @property
    def host_path(self) -> str | None:
        """Host and path of a web address, for a mirror copying the site; None where a query decides."""
        if self.url is None or self.query:
            return None
        parts = urlsplit(self.url)
        return f"{parts.hostname}{parts.path}"


def parse_address(text: str) -> Address:
    """Read an address whose templates are filled in.

    Parameters
    ----------
    text : str
        An absolute file name, ``https://...``, or ``mirror://NAME`` for a file that no stable address serves.

    Raises
    ------
    CatalogError
        If it is anything else: another protocol, a chain of protocols, a virtual file system, a relative
        name.
    """
    expected = "{{ CATALOG_DIR }}/FILE, an absolute file name, https://... or mirror://NAME"
    if not text or any(ord(sign) < 32 for sign in text):
        raise CatalogError(
            "address of the data",
            got=repr(text[:80]),
            expected=expected,
            hint="remove control characters and line breaks",
        )
    scheme, separator, rest = text.partition("://")
    if separator:
        return _parse_web(text, scheme.lower(), rest, expected=expected)
    if "::" in text or text.startswith(("/vsi", "\\\\")):
        raise CatalogError(
            "address of the data uses a chained or virtual file system",
            got=repr(text),
            expected=expected,
            hint="name the file or its https address; zip archives are opened as they are",
        )
    path = Path(text)
    if not path.is_absolute():
        raise CatalogError(
            "address of the data is relative to nothing",
            got=repr(text),
            expected=expected,
            hint="start it with {{ CATALOG_DIR }}/",
        )
    return Address("file", text, path=path)


def _parse_web(text: str, scheme: str, rest: str, *, expected: str) -> Address:
    if scheme == "mirror" and _BROUGHT.fullmatch(rest) and ".." not in rest.split("/"):
        return Address("mirror", rest)
    if scheme in ("https", "http"):
        try:
            parts = urlsplit(text)
            host, secret = parts.hostname, parts.password
        except ValueError:
            host, secret = None, None
        if secret is not None:
            raise CatalogError(
                "address of the data holds a password",
                got=f"{scheme}://...@{host}",
                expected=expected,
                hint="put the file in a mirror folder; a catalog is no place for secrets",
            )
        if host and " " not in text and (scheme == "https" or host in _LOOPBACK):
            return Address("https", text, url=text)
    raise CatalogError(
        "address of the data",
        got=repr(text),
        expected=expected,
        hint="use https, or put the file in a mirror folder",
    )


def templates_in(text: str) -> list[str]:
    """Names in double braces, in order.

    Raises
    ------
    CatalogError
        If the text holds any other template sign: an expression, a call, a filter, a statement.
    """
    left = TEMPLATE.sub("", text)
    if any(sign in left for sign in TEMPLATE_SIGNS):
        raise CatalogError(
            "template",
            got=repr(text[:120]),
            expected="a bare name in double braces, such as {{ return_period }}",
            hint="catalogs are read, not run: no call, filter, attribute or statement inside braces",
        )
    return TEMPLATE.findall(text)


def fill(text: str, values: dict[str, object]) -> str:
    """The text with its templates replaced; every name must be in ``values``."""
    return TEMPLATE.sub(lambda match: str(values[match.group(1)]), text)
