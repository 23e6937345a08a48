"""The checklist of the local plan: PCS and DICRIM in France, PGUI in Belgium. What is known is filled in, the
rest stays blank.

Names, telephone numbers and the list of vulnerable persons stay blank by design: they are personal data, and
belong to the town hall. A reference that was not read in its source says "to be confirmed".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from geoalarm import i18n
from geoalarm.core.terms import State
from geoalarm.present.briefing.briefing_content import Checklist, ChecklistItem, Sentence
from geoalarm.present.briefing.briefing_context import BriefingContext
from geoalarm.present.briefing.cross_border import AT_LINE_KM, distance_figure, others, reach_figure
from geoalarm.present.briefing.figure_registry import count_words
from geoalarm.present.briefing.hazard_cards import by_people
from geoalarm.present.briefing.hazard_sentences import headline
from geoalarm.present.narrative import basis_text


@dataclass(frozen=True, slots=True)
class ChecklistRow:
    """An item as the law lists it: ``known`` names what we fill in; ``law`` is a key of ``checklist.law``."""

    id: str
    law: str
    known: str = ""
    is_recalled: bool = False


PLANS: Final[dict[str, tuple[ChecklistRow, ...]]] = {
    "FR": (
        ChecklistRow("risks", "pcs", "risks"),
        ChecklistRow("stakes", "pcs", "stakes"),
        ChecklistRow("vulnerable", "pcs"),
        ChecklistRow("sites", "pcs", "sites"),
        ChecklistRow("alert", "pcs"),
        ChecklistRow("directory", "pcs"),
        ChecklistRow("command_post", "pcs"),
        ChecklistRow("shelters", "pcs"),
        ChecklistRow("means", "pcs"),
        ChecklistRow("neighbours", "pcs", "neighbours"),
        ChecklistRow("dicrim", "pcs", "dicrim"),
        ChecklistRow("exercises", "pcs"),
    ),
    "BE": (
        ChecklistRow("contacts", "pgui"),
        ChecklistRow("overview", "pgui", "risks"),
        ChecklistRow("stakes", "pgui", "stakes"),
        ChecklistRow("sites", "pgui", "sites"),
        ChecklistRow("vulnerable", "pgui", is_recalled=True),
        ChecklistRow("phases", "pgui"),
        ChecklistRow("alert_be", "pgui"),
        ChecklistRow("communication", "pgui"),
        ChecklistRow("neighbours", "pgui", "neighbours"),
        ChecklistRow("information", "pgui", "dicrim", is_recalled=True),
        ChecklistRow("reception", "pgui", is_recalled=True),
        ChecklistRow("exercises", "pgui", is_recalled=True),
        ChecklistRow("update", "pgui"),
    ),
    "": (
        ChecklistRow("risks", ""),
        ChecklistRow("stakes", "", "stakes"),
        ChecklistRow("vulnerable", ""),
        ChecklistRow("sites", "", "sites"),
        ChecklistRow("directory", ""),
        ChecklistRow("neighbours", "", "neighbours"),
        ChecklistRow("exercises", ""),
    ),
}
"""Items by country, in the order in which its law lists them."""


def checklist(draft: BriefingContext) -> Checklist:
    """The checklist of the commune's country."""
    country = draft.dossier.country if draft.dossier.country in PLANS else ""
    name = {"FR": "fr", "BE": "be"}.get(country, "other")
    return Checklist(
        title=_text(draft, f"{name}.title"),
        explain=_text(draft, f"{name}.explain"),
        items=tuple(_item(draft, entry) for entry in PLANS[country]),
    )


def _item(draft: BriefingContext, entry: ChecklistRow) -> ChecklistItem:
    said = KNOWN[entry.known](draft) if entry.known else ()
    law = _text(draft, f"law.{entry.law}") if entry.law else ""
    return ChecklistItem(
        id=entry.id.replace("_", "-"),
        title=_text(draft, f"item.{entry.id}.title"),
        known=tuple(one.text for one in said),
        blank=_text(draft, f"item.{entry.id}.blank"),
        reference=_text(draft, "recalled", law=law) if entry.is_recalled else law,
        figure_ids=tuple(dict.fromkeys(name for one in said for name in one.figure_ids)),
    )


def _risks(draft: BriefingContext) -> Sequence[Sentence]:
    """Each danger with its source and vintage, studied or not."""
    said = []
    for view in by_people(draft.own_views):
        if view.count.is_silent:
            state = i18n.term("state", view.count.state, draft.lang)
            said.append(Sentence(_text(draft, "known.silent", danger=view.name, state=draft.inside(state))))
        else:
            told = basis_text(view.layer.basis, draft.lang, sources=[view.layer.source])
            said.append(Sentence(_text(draft, "known.risk", danger=view.name, basis=draft.inside(told))))
    return said


def _stakes(draft: BriefingContext) -> Sequence[Sentence]:
    """How many people each danger may find."""
    said = []
    for view in by_people(draft.own_views):
        figure = draft.book.people(f"{view.key}-people", view.count)
        if view.count.state == State.ZERO:
            said.append(Sentence(_text(draft, "known.nobody", danger=view.name), (figure.id,)))
        else:
            said.append(
                Sentence(
                    _text(
                        draft, "known.people", danger=view.name, people=count_words(view.count, draft.lang)
                    ),
                    (figure.id,),
                )
            )
    return said


def _sites(draft: BriefingContext) -> Sequence[Sentence]:
    """Sites of both sides within reach."""
    said = []
    for site in draft.dossier.sites:
        zone = {None: "zone_unknown", False: "no_zone", True: "zone"}[site.reaches_here]
        country = i18n.term("country", site.country, draft.lang) if site.country else ""
        name = draft.site_name(site, first=True)
        named = f"{name} ({country})" if country else name
        figures = [] if site.distance_km < AT_LINE_KM else [distance_figure(draft, site)]
        where = figures[0].text if figures else _text(draft, "known.here")
        said.append(
            Sentence(
                _text(draft, f"known.site_{zone}", site=named, km=where),
                tuple(figure.id for figure in figures),
            )
        )
    return said or [_none(draft, "known.no_site" if draft.dossier.lists_sites else "known.no_site_list")]


def _neighbours(draft: BriefingContext) -> Sequence[Sentence]:
    """Communes across, by name."""
    near = others(draft)
    if not near:
        return [_none(draft, "known.no_neighbour")]
    return [
        Sentence(
            _text(
                draft,
                "known.neighbours",
                names=draft.list_of([draft.name_of(other.commune_id) for other in near]),
            )
        )
    ]


def _none(draft: BriefingContext, key: str) -> Sentence:
    reach = reach_figure(draft)
    return Sentence(_text(draft, key, km=reach.text), (reach.id,))


def _dicrim(draft: BriefingContext) -> Sequence[Sentence]:
    """Text on risks, ready for the leaflet: the sentence of each danger in which people are."""
    known = [headline(draft, view) for view in by_people(draft.own_views) if view.count.is_somebody]
    silent = [view for view in by_people(draft.own_views) if view.count.is_silent]
    said = [*known]
    if silent:
        said.append(Sentence(draft.say("lead.not_known", dangers=draft.dangers(silent))))
    return said or [Sentence(draft.say("lead.nobody", dangers=draft.dangers(by_people(draft.own_views))))]


KNOWN: Final[dict[str, Callable[[BriefingContext], Sequence[Sentence]]]] = {
    "risks": _risks,
    "stakes": _stakes,
    "sites": _sites,
    "neighbours": _neighbours,
    "dicrim": _dicrim,
}
"""What the platform fills in, by the name an entry gives it."""


def _text(draft: BriefingContext, key: str, **values: object) -> str:
    return i18n.text(f"checklist.{key}", draft.lang, **values)
