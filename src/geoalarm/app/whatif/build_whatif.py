"""From a request to the what-if page: form from the address, shared workspace, or a readable fault."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

import panel as pn
import panel_material_ui as pmui

from geoalarm.app.explorer import build_explorer as build
from geoalarm.app.explorer import explorer_cards as cards
from geoalarm.app.explorer.layout import box, html
from geoalarm.app.session import SharedSession, shared
from geoalarm.app.whatif.whatif_page import WhatIf
from geoalarm.app.whatif.whatif_state import WhatIfState, read_query
from geoalarm.app.whatif.whatif_view import warm
from geoalarm.core.errors import GeoalarmError
from geoalarm.present.palette import Theme

__all__ = ["sites", "warm", "whatif"]

log = logging.getLogger(__name__)
TITLE = "whatif.title"


def whatif(*, scenario: str | None = None, world: SharedSession | None = None) -> pmui.Page:
    """The what-if page for the request at hand.

    Parameters
    ----------
    scenario : str, optional
        Scenario file; None: the embedded territory.
    world : SharedSession, optional
        What sessions share, when it is already made.
    """
    query = build.query_words()
    lang = build.language_of(query)
    pn.config.theme = "dark" if build.scheme() == "dark" else "default"
    try:
        return _whatif(world or shared(scenario), query, lang)
    except Exception as error:
        log.error("the what-if page could not be built: %s", error, exc_info=error)
        words = cards.fault("", lang, detail=error.sentence() if isinstance(error, GeoalarmError) else "")
        return build.framed([box([html(words)], "ga-head")], [], lang=lang, title_key=TITLE)


@lru_cache(maxsize=4)
def sites(world: SharedSession) -> tuple[Any, ...]:
    """Named sites of the territory, read once."""
    return tuple(world.workspace.sites())


def _whatif(world: SharedSession, query: dict[str, str], lang: str) -> pmui.Page:
    known = sites(world)
    values, rejected = read_query(query, known, communes=frozenset(world.geometry.ids), lang=lang)
    theme: Theme = "dark" if build.scheme() == "dark" else "light"
    made = WhatIf(WhatIfState(known, **values), world, theme=theme, rejected=tuple(rejected))
    shown = build.framed(made.main(), made.header(), lang=made.state.lang, title_key=TITLE)

    def follow(theme: Theme) -> None:
        shown.dark_theme = theme == "dark"

    made.on_theme = follow
    return shown
