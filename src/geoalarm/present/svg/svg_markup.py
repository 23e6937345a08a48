"""Markup of a picture: escaping, short numbers, paths, one ``<svg>`` with its title. No script, no handler,
no outside reference.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from typing import Final
from xml.sax.saxutils import escape

import numpy as np
import shapely

from geoalarm.core.errors import InputError

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PREFIX: Final = re.compile(r"^[A-Za-z][A-Za-z0-9_-]*$")
_IGNORED: Final = re.compile(r"[\x00-\x20\x7f]")
"""Letters that a browser drops from an address before it reads its scheme."""
_SCHEME: Final = re.compile(r"^([A-Za-z][A-Za-z0-9+.\-]*):")


def text(words: object) -> str:
    """Words as the content of an element or a quoted attribute."""
    return escape(_NOT_XML.sub("", str(words)), {'"': "&quot;", "'": "&#39;"})


def num(value: float, decimals: int = 1) -> str:
    """A number in as few characters as it takes: ``12``, ``0.5``, ``-3.2``."""
    shown = f"{float(value) + 0.0:.{decimals}f}"
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return "0" if shown in ("-0", "") else shown


def tag(name: str, inner: str = "", attributes: Mapping[str, object] | None = None) -> str:
    """One element; attributes of None are left out, numbers are shortened, anything else is escaped.

    A trailing underscore of a name is dropped, so that ``class_`` may be written.
    """
    parts = [name]
    for key, value in (attributes or {}).items():
        if value is not None and value != "":
            said = (
                num(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else text(value)
            )
            parts.append(f'{key.rstrip("_")}="{said}"')
    return f"<{' '.join(parts)}>{inner}</{name}>" if inner else f"<{' '.join(parts)}/>"


def words_at(x: float, y: float, words: str, class_: str = "", *, anchor: str = "") -> str:
    """A line of text whose baseline begins (``anchor`` middle, end: is centred on, ends) at a point."""
    return tag(
        "text",
        text(words),
        {"x": x, "y": y, "class": f"ga-{class_}" if class_ else None, "text-anchor": anchor or None},
    )


def rect(
    x: float, y: float, width: float, height: float, class_: str = "", *, fill: str = "", radius: float = 0.0
) -> str:
    """A rectangle, coloured by its class or by a fill such as ``url(#...)``."""
    return tag(
        "rect",
        attributes={
            "x": x,
            "y": y,
            "width": width,
            "height": height,
            "rx": radius or None,
            "class": class_ or None,
            "fill": fill or None,
        },
    )


def path(d: str, class_: str = "", *, fill: str = "") -> str:
    """A path; empty data make no element."""
    if not d:
        return ""
    return tag("path", attributes={"d": d, "class": class_ or None, "fill": fill or None})


def pattern_fill(state: str, tile: str = "p") -> str:
    """The fill of a state without a number: a pattern of :func:`geoalarm.present.svg.patterns`.

    ``tile`` is ``p`` among pixels; among quarter pixels ``q``, and ``o`` for the small communes of an
    overview.
    """
    return f"url(#ga-{tile}-{state})"


def rings_path(shapes: Iterable[shapely.Geometry], *, factor: int = 1) -> str:
    """All rings of polygons (pixels) as one path of whole relative steps; pixels times ``factor``."""
    return "".join(_ring(ring, factor) for ring in _rings(shapes))


def lines_path(shapes: Iterable[shapely.Geometry], *, factor: int = 1) -> str:
    """All lines (pixels) as one path of whole relative steps."""
    lines = (
        part
        for shape in shapes
        for part in shapely.get_parts(shape)
        if part.geom_type in ("LineString", "LinearRing")
    )
    return "".join(_steps(shapely.get_coordinates(line), factor, closed=False) for line in lines)


def safe_link(address: str) -> str:
    """A relative or http(s) address.

    Raises
    ------
    InputError
        If it has another scheme: such a link may run code.
    """
    scheme = _SCHEME.match(_IGNORED.sub("", address))
    if scheme is not None and scheme.group(1).lower() not in ("http", "https"):
        raise InputError("address of a link", got=address[:60], expected="a relative, http or https address")
    return address


def picture(
    body: str,
    size: tuple[float, float],
    *,
    label: str,
    kind: str,
    prefix: str = "",
    desc: str = "",
    role: str = "img",
) -> str:
    """One ``<svg>``: ``label`` is its title, ``desc`` says more; ``{id}`` in the body becomes the prefix of
    its ids.

    Parameters
    ----------
    prefix : str
        Prefix of the ids: letters, digits, dash and underscore. Empty: made of the content, the same for the
        same picture.
    role : str
        ``img``, or ``group`` where the picture holds links.
    """
    if prefix and not _PREFIX.match(prefix):
        raise InputError(
            "prefix of the ids of a picture",
            got=prefix,
            expected="a letter, then letters, digits, dashes or underscores",
        )
    own = prefix or f"ga{zlib.crc32('|'.join((kind, label, desc, body)).encode()):08x}"
    named = f"{own}-t" + (f" {own}-d" if desc else "")
    head = f'<title id="{own}-t">{text(label)}</title>' + (
        f'<desc id="{own}-d">{text(desc)}</desc>' if desc else ""
    )
    box = f"0 0 {num(size[0])} {num(size[1])}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ga ga-{kind}" viewBox="{box}" '
        f'width="{num(size[0])}" height="{num(size[1])}" '
        f'role="{role}" aria-labelledby="{named}" focusable="false">{head}{body.replace(ID_MARK, own)}</svg>'
    )


ID_MARK: Final = "\x02id\x02"
"""Stands for the prefix of ids in a body; :func:`text` lets none through, so write it past :func:`tag`."""


def _rings(shapes: Iterable[shapely.Geometry]) -> Iterable[np.ndarray]:
    for shape in shapes:
        for part in shapely.get_parts(shape):
            if part.geom_type == "Polygon" and not part.is_empty:
                yield shapely.get_coordinates(part.exterior)
                yield from (shapely.get_coordinates(hole) for hole in part.interiors)


def _ring(points: np.ndarray, factor: int) -> str:
    return _steps(points[:-1], factor, closed=True)


def _steps(points: np.ndarray, factor: int, *, closed: bool) -> str:
    """``Mx yldx dy...``; points that fall on the one before are left out."""
    whole = np.rint(points * factor).astype(int)
    keep = np.ones(len(whole), dtype=bool)
    keep[1:] = (np.diff(whole, axis=0) != 0).any(axis=1)
    whole = whole[keep]
    if len(whole) < (3 if closed else 2):
        return ""
    moves = np.diff(whole, axis=0).tolist()
    return f"M{_pair(*whole[0].tolist())}l" + "".join(_joined(moves)) + ("z" if closed else "")


def _pair(x: int, y: int) -> str:
    return f"{x}{'' if y < 0 else ' '}{y}"


def _joined(moves: list[list[int]]) -> Iterable[str]:
    for position, (x, y) in enumerate(moves):
        yield ("" if position == 0 or x < 0 else " ") + _pair(x, y)
