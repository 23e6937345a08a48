"""What a page with a session may load and run: its own server's files, and the scripts it came with."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from geoalarm.app.map.basemap import configured

INLINE_SCRIPT: Final = re.compile(
    r"<script(?![^>]*(?:\bsrc=|application/json))[^>]*>(.*?)</script>", re.DOTALL
)


def content_security_policy(host: str = "", *, scripts: Sequence[str] = (), is_header: bool = False) -> str:
    """The policy of a page; pictures also from the background map that the operator named.

    Bokeh sets styles on elements, and begins with a script in the page. Text is never compiled: what BokehJS
    would compile is in :mod:`geoalarm.app.map.map_scripts`.

    Parameters
    ----------
    host : str
        Name and port of the server as the browser knows it, for its websocket: ``'self'`` is not read by
        every browser as its websocket too.
    scripts : sequence of str
        Hashes of the scripts in the page, see :func:`script_hashes`; none: any script in it runs.
    is_header : bool
        Whether it is sent as a header, which alone may say who shows the page in a frame.
    """
    tiles = configured()
    pictures = " ".join(part for part in ("'self' data: blob:", tiles.origin if tiles else "") if part)
    inline = " ".join(f"'{script}'" for script in scripts) or "'unsafe-inline'"
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' {inline}",
            "style-src 'self' 'unsafe-inline'",
            f"img-src {pictures}",
            "font-src 'self' data:",
            f"connect-src 'self' ws://{host} wss://{host}" if host else "connect-src 'self'",
            "worker-src 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            *(["frame-ancestors 'self'"] if is_header else []),
        ]
    )


def script_hashes(document: str) -> list[str]:
    """Hashes of the scripts in an HTML document, as a policy names them."""
    scripts = (match[1] for match in INLINE_SCRIPT.finditer(document))
    return [f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}" for text in scripts]
