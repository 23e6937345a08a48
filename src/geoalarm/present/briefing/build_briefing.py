"""From what is known of a commune to its page in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from geoalarm import i18n
from geoalarm.core.model import Source
from geoalarm.core.schema import FIELDS
from geoalarm.dossier.commune_dossier import Dossier
from geoalarm.i18n.place_names import region_name, source_title
from geoalarm.present.briefing.actions import todo
from geoalarm.present.briefing.briefing_content import Briefing, SourceLine
from geoalarm.present.briefing.briefing_context import BriefingContext
from geoalarm.present.briefing.checklist import checklist
from geoalarm.present.briefing.cross_border import across_lead, places
from geoalarm.present.briefing.figure_registry import FigureRegistry
from geoalarm.present.briefing.hazard_cards import by_people, cards
from geoalarm.present.briefing.hazard_cards import caveats as caveats_of
from geoalarm.present.briefing.neighbour_comparison import among
from geoalarm.present.briefing.page_strings import words
from geoalarm.present.briefing.summary import lead, union_sentence
from geoalarm.present.narrative import basis_text


def briefing(dossier: Dossier, lang: str, *, names: Mapping[str, str]) -> Briefing:
    """The page of a commune in one language.

    Parameters
    ----------
    dossier : Dossier
        What is known of it (:meth:`geoalarm.dossier.Territory.dossier`).
    lang : str
        ``fr``, ``nl``, ``de`` or ``en``.
    names : mapping
        Name to show by ``commune_id`` in that language (:func:`geoalarm.i18n.place_names.names`).

    Raises
    ------
    InputError
        If a figure would stand on the page without a source.
    """
    book = FigureRegistry(lang, fallback=[source.id for source in dossier.sources])
    draft = BriefingContext(dossier, lang, names, book)
    parts = {
        "cards": cards(draft),
        "lead": lead(draft),
        "union": union_sentence(draft),
        "across": places(draft),
        "across_lead": across_lead(draft),
        "among": among(draft),
        "checklist": checklist(draft),
        "todo": todo(draft),
    }
    return Briefing(
        commune_id=dossier.commune_id,
        country=dossier.country,
        lang=lang,
        name=draft.name,
        title=draft.name,
        subtitle=_subtitle(draft),
        is_example=draft.example,
        sources=_sources(draft),
        caveats=_caveats(draft),
        limit=i18n.text("sentence.limit", lang),
        command=dossier.command,
        figures=MappingProxyType(dict(book.figures)),
        words=words(lang),
        **parts,  # type: ignore[arg-type]
    )


def _subtitle(draft: BriefingContext) -> str:
    """``Aisne, France. 8,813 residents (2018). 34 km².``: what is known of it."""
    facts, dossier = draft.dossier.facts, draft.dossier
    country = i18n.term("country", dossier.country, draft.lang) if dossier.country else ""
    code, called = (str(facts.get(f"department_{part}") or "") for part in ("code", "name"))
    region = region_name(dossier.country, code, called, draft.lang)
    said = [f"{', '.join(part for part in (region, country) if part)}." if region or country else ""]
    row = {"commune_id": dossier.commune_id}
    if dossier.population == dossier.population:
        text = i18n.number(dossier.population, draft.lang)
        draft.book.fact(
            "residents", text, dossier.population, row=row, table="exposure", sources=draft.ground
        )
        year = str(facts.get("population_vintage") or "")
        said.append(
            draft.say("residents_year" if year else "residents", n=round(dossier.population), year=year)
        )
    area = facts.get("area_km2")
    if isinstance(area, (int, float)) and area == area:
        text = i18n.area_km2(float(area), draft.lang)
        draft.book.fact(
            "area",
            text,
            float(area),
            unit=FIELDS["area_exposed_km2"].unit,
            row=row,
            table="communes",
            sources=draft.ground,
        )
        said.append(f"{text}.")
    return " ".join(part for part in said if part)


def _sources(draft: BriefingContext) -> tuple[SourceLine, ...]:
    """Sources of the figures of the page, numbered in the order of the dossier."""
    cited = dict.fromkeys(name for figure in draft.book.figures.values() for name in figure.source_ids)
    known = [source.id for source in draft.dossier.sources if source.id in cited]
    order = [*known, *(name for name in cited if name not in known)]
    return tuple(
        SourceLine(
            source,
            _source_title(draft, source),
            basis_text(str(source.basis), draft.lang, sources=[source]),
            number,
        )
        for number, source in enumerate(draft.sources_of(order), start=1)
    )


def _source_title(draft: BriefingContext, source: Source) -> str:
    """Title of a source; maps of one danger are told apart by their yearly chance or scenario."""
    title = source_title(source, draft.lang)
    layer = next(
        (layer for view in draft.views for layer in view.danger.layers if layer.source.id == source.id), None
    )
    if layer is None:
        return title
    marks = [i18n.term("scenario", layer.scenario, draft.lang)] if layer.scenario else []
    marks += (
        [
            i18n.text(
                "unit.one_in", draft.lang, years=i18n.number(layer.return_period_yr, draft.lang, decimals=1)
            )
        ]
        if layer.has_chance
        else []
    )
    return f"{title} ({', '.join(marks)})" if marks else title


def _caveats(draft: BriefingContext) -> tuple[str, ...]:
    """What to know before using the figures, of all dangers, each once; and maps that could not be read."""
    said = dict.fromkeys(sentence for view in by_people(draft.views) for sentence in caveats_of(draft, view))
    faults = [draft.say("fault", title=fault.title or fault.key) for fault in draft.dossier.faults]
    return (*faults, *said)
