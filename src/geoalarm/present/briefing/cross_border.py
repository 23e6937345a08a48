"""Across the border: sites there whose zones may reach here, communes there, the dangers both share."""

from __future__ import annotations

import math
from typing import Final

from geoalarm import i18n
from geoalarm.core.terms import State
from geoalarm.dossier.commune_dossier import NeighbourCommune, SiteNear
from geoalarm.present.briefing.briefing_content import CrossBorderLine, Figure, Sentence
from geoalarm.present.briefing.briefing_context import BriefingContext, HazardView, slugged
from geoalarm.present.briefing.figure_registry import count_words
from geoalarm.present.briefing.hazard_cards import by_people
from geoalarm.present.rounding import is_few, people_text
from geoalarm.results.commune_count import LayerCount

REACH_KM: Final = 10.0
"""How near communes across and sites are, by :class:`geoalarm.dossier.commune_dossier.Dossier` [km]."""

AT_LINE_KM: Final = 0.05
"""A site nearer than this stands on the line of two outlines, or beyond it by their error [km]."""


def across_lead(draft: BriefingContext) -> Sentence | None:
    """What of the other side is counted; None where no other country is near."""
    near = others(draft)
    if not near and not sites_across(draft):
        return None
    reach = reach_figure(draft)
    what = "across.counted" if draft.dossier.lists_sites else "across.counted_communes"
    return Sentence(draft.say(what, km=reach.text), (reach.id,))


def across_sentence(draft: BriefingContext) -> Sentence:
    """The third sentence of the head: who or what is across, and whom it concerns."""
    if not draft.dossier.country:
        return Sentence(draft.say("across.no_country"))
    reaching = sorted((site for site in sites_across(draft) if site.reaches_here), key=_fewest)
    if reaching and reaching[0].people_here != 0:
        return _into(draft, reaching[0])
    said = _near_sentence(draft)
    if not reaching:
        return said
    into = _into(draft, reaching[0])
    return (
        Sentence(f"{into.text} {said.text}", (*into.figure_ids, *said.figure_ids)) if others(draft) else into
    )


def _fewest(site: SiteNear) -> float:
    """Sites with most people of this commune in their zones first; one where they are unknown before all."""
    return -math.inf if math.isnan(site.people_here) else -site.people_here


def _near_sentence(draft: BriefingContext) -> Sentence:
    """Communes across: people there in a danger that hits people here; else that none is, or no commune."""
    near = others(draft)
    if not near:
        reach = reach_figure(draft)
        return Sentence(draft.say("across.none", km=reach.text), (reach.id,))
    here = [view for view in by_people(draft.own_views) if view.count.is_somebody]
    for view in here:
        if shared_sentence(draft, view) is not None:
            return _shared_lead(draft, view)
    silent = [view for view in draft.own_views if not view.count.is_silent and _all_silent(draft, view)]
    said = draft.say("across.near" if here else "across.near_quiet", names=_nearest(draft, near))
    return Sentence(f"{said} {draft.say('across.silent', dangers=draft.dangers(silent))}" if silent else said)


def places(draft: BriefingContext) -> tuple[CrossBorderLine, ...]:
    """Sites across, dangers of both sides, communes across; each in words with its figures."""
    out = [_site(draft, site) for site in sites_across(draft)]
    for view in by_people(draft.own_views):
        said = shared_sentence(draft, view)
        if said is not None:
            out.append(
                CrossBorderLine(
                    "danger",
                    view.name,
                    said.text,
                    tuple(draft.book.figures[name] for name in said.figure_ids),
                )
            )
        elif not view.count.is_silent and _all_silent(draft, view):
            figures = tuple(_figure(draft, other, view) for other in others(draft))
            out.append(CrossBorderLine("danger", view.name, draft.say("across.not_studied"), figures))
    return (*out, *_communes(draft))


def others(draft: BriefingContext) -> list[NeighbourCommune]:
    """Communes across the border, nearest first."""
    here = draft.dossier.country
    return [one for one in draft.dossier.neighbours if here and one.country and one.country != here]


def sites_across(draft: BriefingContext) -> list[SiteNear]:
    """Sites across the border, nearest first."""
    here = draft.dossier.country
    return [site for site in draft.dossier.sites if here and site.country and site.country != here]


def counted(view: HazardView, other: NeighbourCommune) -> LayerCount | None:
    """The headline's count of a danger in another commune; None where nobody counted it."""
    rows = other.headlines if view.from_class else other.totals
    row = rows.get(view.layer.key)
    return None if row is None else LayerCount.of(row, view.labels)


def shared_sentence(draft: BriefingContext, view: HazardView) -> Sentence | None:
    """People across in the same danger; None where nobody is known to be."""
    exposed = [
        (other, count)
        for other in others(draft)
        if (count := counted(view, other)) is not None and count.is_somebody
    ]
    if not exposed:
        return None
    counts = [count for _, count in exposed]
    whole = _summed(counts)
    people = draft.book.people(f"{view.key}-across-people", whole)
    number = draft.book.fact(
        f"{view.key}-across-communes",
        i18n.number(len(exposed), draft.lang),
        len(exposed),
        row=people.row,
        table="exposure",
        sources=people.source_ids,
    )
    touching = view.count.is_somebody and all(other.touches for other, _ in exposed)
    communes = i18n.communes(len(exposed), draft.lang)
    if touching and not whole.hidden and not is_few(whole.people):
        text = i18n.text(
            "sentence.out",
            draft.lang,
            people=people_text(whole.people, draft.lang, about=False),
            communes=communes,
        )
    else:
        text = draft.say("across.shared", people=count_words(whole, draft.lang), communes=communes)
    return Sentence(text, (people.id, number.id))


def _shared_lead(draft: BriefingContext, view: HazardView) -> Sentence:
    """The shared danger by its name: the reader of the head has not met its card yet."""
    said = shared_sentence(draft, view)
    assert said is not None  # asked only where somebody is across
    return Sentence(f"{draft.say('across.named', danger=view.name)} {said.text}", said.figure_ids)


def site_figure(draft: BriefingContext, site: SiteNear) -> Figure | None:
    """People of this commune in the zones of a site; None where unknown."""
    if math.isnan(site.people_here):
        return None
    state = State.EXPOSED if site.people_here > 0 else State.ZERO
    count = LayerCount(
        site.people_here,
        site.people_here,
        site.people_here,
        draft.dossier.population,
        str(state),
        False,
        math.nan,
        (),
        (site.source.id,) if site.source else (),
        {"commune_id": draft.dossier.commune_id, "site_id": site.site_id},
    )
    return draft.book.people(f"site-{slugged(site.site_id)}-people", count, table="sites")


def distance_figure(draft: BriefingContext, site: SiteNear) -> Figure:
    """How far a site is."""
    return draft.book.fact(
        f"site-{slugged(site.site_id)}-km",
        i18n.measure(site.distance_km, "km", draft.lang),
        site.distance_km,
        unit="km",
        row={"commune_id": draft.dossier.commune_id, "site_id": site.site_id},
        table="sites",
        sources=(site.source.id,) if site.source else (),
    )


def reach_figure(draft: BriefingContext) -> Figure:
    """How far "near" goes."""
    text = i18n.measure(REACH_KM, "km", draft.lang)
    return draft.book.fact(
        "reach-km",
        text,
        REACH_KM,
        unit="km",
        row={"commune_id": draft.dossier.commune_id},
        table="neighbours",
        sources=draft.ground,
    )


def _into(draft: BriefingContext, site: SiteNear) -> Sentence:
    """A site across whose zone arrives here, and how many people it finds."""
    said, figures = _where(draft, site)
    whom, people = _whom(draft, site)
    return Sentence(" ".join([said, *whom]), tuple(figure.id for figure in (*figures, *people)))


def _whom(draft: BriefingContext, site: SiteNear) -> tuple[list[str], list[Figure]]:
    """People of this commune in the zones of a site; nothing where unknown."""
    figure = site_figure(draft, site)
    if figure is None:
        return [], []
    if figure.value <= 0:
        return [draft.say("across.nobody_in_zone")], [figure]
    return [draft.say("across.in_zone", people=people_text(figure.value, draft.lang), place=draft.place)], [
        figure
    ]


def _where(draft: BriefingContext, site: SiteNear) -> tuple[str, list[Figure]]:
    if site.distance_km < AT_LINE_KM:
        return draft.say("across.at_line", site=draft.site_name(site, first=True)), []
    figure = distance_figure(draft, site)
    return i18n.text("sentence.into", draft.lang, site=draft.site_name(site, first=True), km=figure.text), [
        figure
    ]


def _site(draft: BriefingContext, site: SiteNear) -> CrossBorderLine:
    """A site under its own name: how far, and whether its zone arrives here."""
    key = {None: "across.zone_unknown", False: "across.no_zone", True: "across.zone"}[site.reaches_here]
    if site.distance_km < AT_LINE_KM:
        said, figures = draft.say(key, where=draft.say("across.line")), []
    else:
        far = distance_figure(draft, site)
        said, figures = draft.say(key, where=draft.say("across.away", km=far.text)), [far]
    if site.reaches_here:
        whom, people = _whom(draft, site)
        said, figures = " ".join([said, *whom]), [*figures, *people]
    return CrossBorderLine("site", draft.site_name(site, first=True), said, tuple(figures))


def _communes(draft: BriefingContext) -> list[CrossBorderLine]:
    """Communes across: a line for each with people in a zone; those alike where nobody is, together."""
    told: list[CrossBorderLine] = []
    quiet: dict[str, list[NeighbourCommune]] = {}
    for other in others(draft):
        figures: list[Figure] = []
        people = _people_there(draft, other, figures)
        rest = _rest_there(draft, other, bool(people))
        if people:
            said = " ".join([_near(draft, other, figures), *people, *rest])
            told.append(CrossBorderLine("commune", draft.name_of(other.commune_id), said, tuple(figures)))
        else:
            quiet.setdefault(" ".join(rest), []).append(other)
    return told + [_quiet(draft, said, alike) for said, alike in quiet.items()]


def _quiet(draft: BriefingContext, said: str, alike: list[NeighbourCommune]) -> CrossBorderLine:
    if len(alike) == 1:
        figures: list[Figure] = []
        near = _near(draft, alike[0], figures)
        return CrossBorderLine(
            "commune", draft.name_of(alike[0].commune_id), f"{near} {said}", tuple(figures)
        )
    named = draft.list_of([draft.name_of(other.commune_id) for other in alike])
    return CrossBorderLine("commune", draft.say("across.others"), f"{named}. {said}")


def _people_there(draft: BriefingContext, other: NeighbourCommune, figures: list[Figure]) -> list[str]:
    """Who is exposed to what there; the figures are added, those of the distance stay first."""
    said = []
    for view in by_people(draft.own_views):
        count = counted(view, other)
        if count is not None and not count.is_silent and count.state != State.ZERO:
            figures.append(_figure(draft, other, view))
            said.append(draft.say("across.danger", danger=view.name, people=count_words(count, draft.lang)))
    return said


def _rest_there(draft: BriefingContext, other: NeighbourCommune, somebody: bool) -> list[str]:
    """What is not known there, and that nobody is in the rest."""
    silent = [
        view
        for view in by_people(draft.own_views)
        if (count := counted(view, other)) is not None and count.is_silent
    ]
    said = [draft.say("across.nobody")] if not somebody and len(silent) < len(draft.own_views) else []
    return [*said, *([draft.say("across.silent", dangers=draft.dangers(silent))] if silent else [])]


def _near(draft: BriefingContext, other: NeighbourCommune, figures: list[Figure]) -> str:
    if other.touches:
        return draft.say("across.touches")
    figure = draft.book.fact(
        f"near-{slugged(other.commune_id)}-km",
        i18n.measure(other.distance_km, "km", draft.lang),
        other.distance_km,
        unit="km",
        row={"commune_id": other.commune_id},
        table="neighbours",
        sources=draft.ground,
    )
    figures.insert(0, figure)
    return draft.say("across.distance", km=figure.text)


def _figure(draft: BriefingContext, other: NeighbourCommune, view: HazardView) -> Figure:
    count = counted(view, other)
    assert count is not None  # asked only where it was counted
    return draft.book.people(f"{view.key}-people-{slugged(other.commune_id)}", count)


def _all_silent(draft: BriefingContext, view: HazardView) -> bool:
    known = [count for other in others(draft) if (count := counted(view, other)) is not None]
    return bool(known) and all(count.is_silent for count in known)


def _summed(counts: list[LayerCount]) -> LayerCount:
    return LayerCount(
        people=sum(count.people for count in counts),
        low=sum(count.low for count in counts),
        high=sum(count.high for count in counts),
        population=sum(count.population for count in counts),
        state=str(State.EXPOSED),
        hidden=any(count.hidden for count in counts),
        mapped_share=math.nan,
        caveats=(),
        source_ids=tuple(dict.fromkeys(name for count in counts for name in count.source_ids)),
        row={**counts[0].row, "commune_id": "|".join(str(count.row["commune_id"]) for count in counts)},
    )


def _nearest(draft: BriefingContext, near: list[NeighbourCommune]) -> str:
    return draft.list_of([draft.name_of(other.commune_id) for other in near[:2]])
