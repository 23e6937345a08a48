"""The commune among its neighbours: dots on one fixed scale of shares of residents, without ranks, and its
department beside them.
"""

from __future__ import annotations

from geoalarm import i18n
from geoalarm.core.terms import State
from geoalarm.i18n.place_names import fold, region_name
from geoalarm.present.briefing.briefing_content import Among, Dot, Figure
from geoalarm.present.briefing.briefing_context import BriefingContext, HazardView, slugged
from geoalarm.present.briefing.cross_border import counted
from geoalarm.present.briefing.hazard_cards import by_people
from geoalarm.present.rounding import count_text, share_text
from geoalarm.results.commune_count import LayerCount
from geoalarm.results.totals import PeopleTotal


def among(draft: BriefingContext) -> tuple[Among, ...]:
    """One picture for each danger in which somebody is, here or beside."""
    return tuple(_one(draft, view) for view in by_people(draft.own_views) if _is_told(draft, view))


def _is_told(draft: BriefingContext, view: HazardView) -> bool:
    if view.count.is_silent:
        return False
    beside = [count for other in draft.dossier.neighbours if (count := counted(view, other)) is not None]
    return bool(beside) and (view.count.is_somebody or any(count.is_somebody for count in beside))


def _one(draft: BriefingContext, view: HazardView) -> Among:
    """The commune, those that touch it, and those across the border within reach that have people there."""
    dots = [
        Dot(
            draft.name,
            draft.dossier.commune_id,
            draft.dossier.country,
            draft.book.share(f"{view.key}-share", view.count),
            True,
        )
    ]
    beside = []
    for other in draft.dossier.neighbours:
        count = counted(view, other)
        if count is None or not (other.touches or count.is_somebody):
            continue
        figure = draft.book.share(f"{view.key}-share-{slugged(other.commune_id)}", count)
        beside.append(Dot(draft.name_of(other.commune_id), other.commune_id, other.country, figure))
    region, figures = _region(draft, view)
    return Among(
        hazard=view.danger.hazard,
        layer_key=view.layer.key,
        caption=draft.say("among.caption", danger=draft.inside(view.name)),
        dots=(
            *dots,
            *sorted(
                beside,
                key=lambda dot: (dot.country != draft.dossier.country, fold(dot.label), dot.commune_id),
            ),
        ),
        region=region,
        region_figure_ids=tuple(figure.id for figure in figures),
    )


def _region(draft: BriefingContext, view: HazardView) -> tuple[str, list[Figure]]:
    """People of the department or province that live in the zone, of those whose commune is mapped."""
    region = draft.dossier.region
    if region is None:
        return "", []
    rows = region.headlines if view.from_class else region.totals
    whole = rows.get(view.layer.key)
    if not isinstance(whole, PeopleTotal) or not whole.is_known:
        return "", []
    count = _count(draft, view, whole)
    row = dict(count.row)
    people = draft.book.people(f"{view.key}-region-people", count)
    share = draft.book.share(f"{view.key}-region-share", count)
    residents = draft.book.fact(
        f"{view.key}-region-residents", count_text(whole.population_mapped, draft.lang),
        whole.population_mapped,
        row=row, table="exposure", sources=count.source_ids,
    )  # fmt: skip
    communes = draft.book.fact(
        f"{view.key}-region-communes", i18n.number(whole.mapped, draft.lang), whole.mapped,
        row=row, table="exposure", sources=count.source_ids,
    )  # fmt: skip
    text = draft.say(
        "among.region",
        region=region_name(region.country, region.code, region.name, draft.lang),
        people=people.text,
        residents=residents.text,
        share=share_text(count.people, count.population, draft.lang),
        communes=i18n.communes(whole.mapped, draft.lang),
        country=region.country,
    )
    return text, [people, residents, share, communes]


def _count(draft: BriefingContext, view: HazardView, whole: PeopleTotal) -> LayerCount:
    region = draft.dossier.region
    assert region is not None  # asked by one who has it
    return LayerCount(
        people=whole.people,
        low=whole.low,
        high=whole.high,
        population=whole.population_mapped,
        state=str(State.EXPOSED if whole.people > 0 else State.ZERO),
        hidden=whole.hidden > 0,
        mapped_share=1.0,
        caveats=(),
        source_ids=view.count.source_ids,
        row={**view.count.row, "commune_id": f"{region.country}:{region.code}:*"},
    )
