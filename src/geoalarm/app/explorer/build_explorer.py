"""From a request to the explorer: choices from the address, the shared workspace, the page."""

from __future__ import annotations

from collections.abc import Mapping

from geoalarm.app.explorer.explorer_page import Explorer
from geoalarm.app.explorer.explorer_state import ExplorerState, read_query
from geoalarm.app.session import SharedSession, shared
from geoalarm.app.web.page_frame import PageFrame
from geoalarm.app.web.page_request import answer
from geoalarm.present.palette import Theme


def explorer(*, scenario: str | None = None, world: SharedSession | None = None) -> PageFrame:
    """The explorer for the request at hand.

    Parameters
    ----------
    scenario : str, optional
        Scenario file; None: the embedded territory.
    world : SharedSession, optional
        What sessions share, when it is already made (tests).
    """
    return answer(
        lambda query, lang, theme: _session(world or shared(scenario), query, lang, theme),
        title_key=Explorer.TITLE,
    )


def _session(world: SharedSession, query: Mapping[str, str], lang: str, theme: Theme) -> Explorer:
    values, rejected = read_query(query, world.choices, communes=frozenset(world.geometry.ids), lang=lang)
    return Explorer(ExplorerState(world.choices, **values), world, theme=theme, rejected=rejected)
