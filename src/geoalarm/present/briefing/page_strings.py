"""Fixed words of the page: headings, buttons, heads of tables. A template takes all of its words from here.

==================== =========================================================================================
group                keys of ``Briefing.words``
==================== =========================================================================================
buttons              print, present, language, theme_dark, theme_light, show_table, hide_table, open_explorer,
                     download_json, download_text
way                  skip, home, contents, back_to_text
search               search, search_placeholder, search_button, search_none ``{query}``, search_several
band                 band_example
headings             heading_lead, heading_dangers, heading_union, heading_across, heading_across_sites,
                     heading_across_communes, heading_across_dangers, heading_among, heading_todo,
                     heading_checklist, heading_sources, heading_caveats, heading_method, heading_figures
picture              map, map_key, map_none, scale, here
tables               table_class, table_people, table_share, table_range, table_chance, table_commune,
                     table_danger, table_number, table_title, table_basis, table_vintage, table_licence,
                     table_hash, table_attribution, table_row, table_value
card                 basis, caveats
notes                figure_note, figure_source ``{n}``, command, versions, software
checklist            known, known_none, blank, reference, done_box
presentation         present_previous, present_next, present_leave, present_help, page_of ``{n} {m}``
facts                as_of ``{date}``, code, postcodes, residents, area, region, country
==================== =========================================================================================

Words with ``{...}`` keep their placeholder: ``words["page_of"].format(n=1, m=3)``. Names of languages are
:func:`geoalarm.i18n.messages.languages`; states, hazards and bases are terms
(:func:`geoalarm.i18n.messages.term`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from geoalarm import i18n

PREFIX: Final = "briefing.word."

WORDS: Final = (
    "area",
    "as_of",
    "back_to_text",
    "band_example",
    "basis",
    "blank",
    "caveats",
    "code",
    "command",
    "contents",
    "country",
    "done_box",
    "download_json",
    "download_text",
    "figure_note",
    "figure_source",
    "heading_across",
    "heading_across_communes",
    "heading_across_dangers",
    "heading_across_sites",
    "heading_among",
    "heading_caveats",
    "heading_checklist",
    "heading_dangers",
    "heading_figures",
    "heading_lead",
    "heading_method",
    "heading_sources",
    "heading_todo",
    "heading_union",
    "here",
    "hide_table",
    "home",
    "known",
    "known_none",
    "language",
    "map",
    "map_key",
    "map_none",
    "open_explorer",
    "page_of",
    "postcodes",
    "present",
    "present_help",
    "present_leave",
    "present_next",
    "present_previous",
    "print",
    "reference",
    "region",
    "residents",
    "scale",
    "search",
    "search_button",
    "search_none",
    "search_placeholder",
    "search_several",
    "show_table",
    "skip",
    "software",
    "table_attribution",
    "table_basis",
    "table_chance",
    "table_class",
    "table_commune",
    "table_danger",
    "table_hash",
    "table_licence",
    "table_number",
    "table_people",
    "table_range",
    "table_row",
    "table_share",
    "table_title",
    "table_value",
    "table_vintage",
    "theme_dark",
    "theme_light",
    "versions",
)
"""Keys of ``Briefing.words``; in the locale files with :data:`PREFIX`."""

_NAMED: Final = re.compile(r"\{(\w+)\}")


def words(lang: str) -> Mapping[str, str]:
    """All fixed words in one language; placeholders stay as they are."""
    patterns = i18n.sentences(lang)
    return MappingProxyType({key: _pattern(patterns[PREFIX + key], lang, PREFIX + key) for key in WORDS})


def _pattern(pattern: str, lang: str, key: str) -> str:
    return i18n.text(key, lang, **{name: f"{{{name}}}" for name in _NAMED.findall(pattern)})
