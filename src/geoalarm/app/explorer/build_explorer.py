"""From a request to a page: choices from the address, the shared workspace, the explorer, or a readable
fault.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import panel as pn
import panel_material_ui as pmui

from geoalarm import i18n
from geoalarm.app.explorer import explorer_cards as cards
from geoalarm.app.explorer.explorer_page import Explorer
from geoalarm.app.explorer.explorer_state import ExplorerState, read_query
from geoalarm.app.explorer.layout import box, html
from geoalarm.app.session import SharedSession, shared
from geoalarm.app.web import page_frame as page
from geoalarm.core.errors import GeoalarmError
from geoalarm.core.terms import LANGUAGES
from geoalarm.present.palette import Theme

log = logging.getLogger(__name__)
LONGEST_QUERY: Final = 2_000


def explorer(*, scenario: str | None = None, world: SharedSession | None = None) -> pmui.Page:
    """The explorer for the request at hand.

    Parameters
    ----------
    scenario : str, optional
        Scenario file; None: the embedded territory.
    world : SharedSession, optional
        What sessions share, when it is already made (tests).
    """
    query = query_words()
    lang = language_of(query)
    pn.config.theme = "dark" if scheme() == "dark" else "default"
    try:
        return _explorer(world or shared(scenario), query, lang)
    except Exception as error:
        log.error("the explorer could not be built: %s", error, exc_info=error)
        detail = error.sentence() if isinstance(error, GeoalarmError) else ""
        words = cards.fault("", lang, detail=detail)
        return framed([box([html(words)], "ga-head")], [], lang=lang)


def world_of(scenario: Any = None) -> SharedSession:
    """What sessions share for a scenario: already made, a scenario read, the path of a file, or None for the
    embedded territory.
    """
    if isinstance(scenario, SharedSession):
        return scenario
    if scenario is None or isinstance(scenario, (str, Path)):
        return shared(None if scenario is None else str(scenario))
    from geoalarm.analysis.workspace import Workspace

    return SharedSession(Workspace(scenario))


def _explorer(world: SharedSession, query: Mapping[str, str], lang: str) -> pmui.Page:
    values, rejected = read_query(query, world.choices, communes=frozenset(world.geometry.ids), lang=lang)
    state = ExplorerState(world.choices, **values)
    theme: Theme = "dark" if scheme() == "dark" else "light"
    made = Explorer(state, world, theme=theme, rejected=tuple(rejected))
    shown = framed(made.main(), made.header(), lang=state.lang)

    def follow(theme: Theme) -> None:
        shown.dark_theme = theme == "dark"

    made.on_theme = follow
    return shown


def framed(
    main: list[Any], header: list[Any], *, lang: str, title_key: str = "explorer.page_title"
) -> pmui.Page:
    """A page of parts, its document named in the language."""
    shown = page.frame(lang=lang, main=main, header=header, scheme=scheme())
    doc = pn.state.curdoc
    if doc is not None:
        title = i18n.text(title_key, lang) + " – geoalarm"
        doc.title = title
        doc.theme = page.bokeh_theme()
        doc.template_variables.update(page.template_variables(lang, title=title, scheme=scheme()))
    return shown


def query_words() -> dict[str, str]:
    """Words of the address, the last of each, of bounded length."""
    args = pn.state.session_args if pn.state.curdoc is not None else {}
    return {
        name: values[-1].decode("utf-8", "replace")[:LONGEST_QUERY] for name, values in args.items() if values
    }


def language_of(query: Mapping[str, str]) -> str:
    """The language asked for in the address, else the first one of the browser that the house speaks, else
    English.
    """
    asked = [
        query.get("lang", ""),
        *(part.partition(";")[0].strip() for part in _header("Accept-Language").split(",")),
    ]
    codes = (word.replace("_", "-").partition("-")[0].lower() for word in asked)
    return next((code for code in codes if code in LANGUAGES), "en")


def scheme() -> str:
    """Colour scheme the browser tells, where it does."""
    return _header("Sec-CH-Prefers-Color-Scheme").strip('"')


def _header(name: str) -> str:
    headers = pn.state.headers if pn.state.curdoc is not None else {}
    return str(headers.get(name, "") or "")
