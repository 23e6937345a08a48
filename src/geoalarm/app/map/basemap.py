"""A background map from the network: only where the operator names one, off until a reader asks, missed by no
figure.

``GEOALARM_BASEMAP=https://.../{Z}/{X}/{Y}.png`` (Web Mercator tiles) and ``GEOALARM_BASEMAP_CREDIT`` for its
attribution. Without network the tiles do not come and nothing else changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from geoalarm.core.settings import BASEMAP, BASEMAP_CREDIT, text_setting

PLACES: Final = ("{Z}", "{X}", "{Y}")


@dataclass(frozen=True, slots=True)
class Basemap:
    """Address of tiles, with {X}, {Y}, {Z}, and whom to thank."""

    url: str
    credit: str = ""

    @property
    def origin(self) -> str:
        """The one foreign address a page may load pictures from."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


def configured() -> Basemap | None:
    """The background map the operator named; None without one, or where the address is no tile address."""
    url = text_setting(BASEMAP)
    if (
        not url.startswith(("https://", "http://"))
        or not all(place in url for place in PLACES)
        or set(url) & set(" ;,'\"")
    ):
        return None
    return Basemap(url, text_setting(BASEMAP_CREDIT))
