"""How a hazard looks and reads: one row a hazard, and a default for a hazard without a row.

What a hazard *is* (units, classes, from which class people count) it declares itself, in
:class:`geoalarm.core.model.Hazard`. A new hazard needs no row: it is drawn in the colours of strength, its
legend bears its name, and its sentences name it. A row is for a hazard that deserves colours or words of its
own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from geoalarm import i18n
from geoalarm.core.terms import OTHER_RULE, OWN_RULE
from geoalarm.hazards import counted_from

__all__ = [
    "HAZARD_STYLES",
    "HazardStyle",
    "counted_from",
    "legend_title",
    "palette_of",
    "palettes",
    "style_of",
]


@dataclass(frozen=True, slots=True)
class HazardStyle:
    """The look and the words of a hazard.

    Attributes
    ----------
    palette : str
        Scale of :data:`geoalarm.present.palette.SCALES`, from mild to severe.
    legend : str
        Key of the title of a legend; empty: the name of the hazard.
    bars_title, bars_caption : str
        Keys of the title of bars by class on the explorer, and of their caption on a briefing.
    sentence : str
        Family of the sentences of :mod:`geoalarm.present.zone_sentences`: ``zone`` names the hazard.
    milder : str
        Key of the sentence that says which classes a count leaves out.
    has_sites : bool
        Whether its maps show the sites it comes from.
    measures : str
        Kind of layer whose classes the titles of legend and bars speak of, such as a depth; other kinds bear
        the name of the hazard. Empty: every kind.
    """

    palette: str = "strength"
    legend: str = ""
    bars_title: str = "explorer.bars_title"
    bars_caption: str = "briefing.classes_other"
    sentence: Literal["zone", "flood", "slide", "accident"] = "zone"
    milder: str = "caveat.mild_classes_left_out"
    has_sites: bool = False
    measures: str = ""


DEFAULT_STYLE: Final = HazardStyle()

_ACCIDENT: Final = HazardStyle("effects", "explorer.key_effects", sentence="accident", has_sites=True)

HAZARD_STYLES: Final[Mapping[str, HazardStyle]] = {
    "flood": HazardStyle(
        "depth",
        "explorer.key_depth",
        bars_title="explorer.bars_title_flood",
        bars_caption="briefing.classes_flood",
        sentence="flood",
        measures="intensity",
    ),
    "industrial": _ACCIDENT,
    "landslide": HazardStyle(
        "landslide", "explorer.key_susceptibility", sentence="slide", milder="sentence.slide_milder"
    ),
    "nuclear": replace(
        _ACCIDENT,
        legend="explorer.key_measures",
        bars_title="explorer.bars_title_measures",
        bars_caption="briefing.classes_measures",
    ),
}
"""Hazards with a look or words of their own."""

_OF_SCENARIO: Final = {OWN_RULE: "nuclear", OTHER_RULE: "nuclear"}
"""Scenarios of a hazard that look and read as another row: planned measures are no effects."""


def style_of(hazard: str, scenario: str = "", *, kind: str = "") -> HazardStyle:
    """The row of a hazard, or of a scenario of it that has one; the default where there is none. Of a kind of
    layer that its titles do not speak of, they are those of the default.
    """
    found = HAZARD_STYLES.get(_OF_SCENARIO.get(scenario, hazard), DEFAULT_STYLE)
    if not kind or found.measures in ("", kind):
        return found
    plain = DEFAULT_STYLE
    return replace(found, legend=plain.legend, bars_title=plain.bars_title, bars_caption=plain.bars_caption)


def palette_of(hazard: str) -> str:
    """The scale that shows the classes of a hazard."""
    return style_of(hazard).palette


def palettes() -> tuple[str, ...]:
    """Every scale that shows the classes of some hazard, each once."""
    return tuple(dict.fromkeys(style.palette for style in (*HAZARD_STYLES.values(), DEFAULT_STYLE)))


def legend_title(hazard: str, lang: str, *, scenario: str = "", kind: str = "") -> str:
    """Title of the legend of a hazard: what its classes measure; its name where it has no words for that."""
    if kind == "fraction":
        return i18n.text("explorer.key_fraction", lang)
    legend = style_of(hazard, scenario, kind=kind).legend
    if legend:
        return i18n.text(legend, lang)
    name = i18n.term("hazard", hazard, lang)
    return name[:1].upper() + name[1:]
