"""From a request to the what-if page: form from the address, shared workspace, the page."""

from __future__ import annotations

from collections.abc import Mapping

from geoalarm.app.session import SharedSession, shared
from geoalarm.app.web.page_frame import PageFrame
from geoalarm.app.web.page_request import answer
from geoalarm.app.whatif.whatif_page import WhatIf
from geoalarm.app.whatif.whatif_state import WhatIfState, read_query
from geoalarm.present.palette import Theme


def whatif(*, scenario: str | None = None, world: SharedSession | None = None) -> PageFrame:
    """The what-if page for the request at hand.

    Parameters
    ----------
    scenario : str, optional
        Scenario file; None: the embedded territory.
    world : SharedSession, optional
        What sessions share, when it is already made.
    """
    return answer(
        lambda query, lang, theme: _session(world or shared(scenario), query, lang, theme),
        title_key=WhatIf.TITLE,
    )


def _session(world: SharedSession, query: Mapping[str, str], lang: str, theme: Theme) -> WhatIf:
    sites = world.workspace.sites()
    values, rejected = read_query(query, sites, communes=frozenset(world.geometry.ids), lang=lang)
    return WhatIf(WhatIfState(sites, **values), world, theme=theme, rejected=rejected)
