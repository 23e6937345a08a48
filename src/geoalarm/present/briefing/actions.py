"""What to do next: a few plain steps for a mayor, by what is known and what is not."""

from __future__ import annotations

from typing import Final

from geoalarm import i18n
from geoalarm.core.terms import State
from geoalarm.geo.communes import official_languages
from geoalarm.present.briefing.briefing_content import Sentence
from geoalarm.present.briefing.briefing_context import BriefingContext, HazardView
from geoalarm.present.briefing.cross_border import counted, others, sites_across
from geoalarm.present.briefing.figure_registry import count_words
from geoalarm.present.briefing.hazard_cards import by_people
from geoalarm.present.zone_sentences import WHOLE

MOST: Final = 6
"""More steps than this nobody takes."""

_REGIONS: Final = {("fr", "nl"): "brussels", ("nl",): "flanders"}
"""Belgian regions by the languages of their communes; the German ones lie in Wallonia."""


def todo(draft: BriefingContext) -> tuple[Sentence, ...]:
    """Next steps, the first one first."""
    order = by_people(draft.views)
    steps = [_read(draft), *_check(draft, order), *_study(draft, order), *_part(draft, order)]
    steps += [*_site(draft), *_neighbour(draft, order), Sentence(_text(draft, "vulnerable"))]
    steps = steps[: MOST - 1]
    if len(steps) < MOST - 1:
        steps.append(Sentence(_text(draft, "other_risks", leader=draft.say(f"leader.{_leader(draft)}"))))
    return (*steps, Sentence(_text(draft, "exercise")))


def office(draft: BriefingContext) -> str:
    """Who keeps the official maps and leads the studies: a key of ``briefing.office``."""
    commune_id = draft.dossier.commune_id
    country = commune_id.partition(":")[0]
    if country == "FR":
        return "prefecture"
    if country != "BE":
        return "authority"
    return _REGIONS.get(official_languages(commune_id), "wallonia")


def _read(draft: BriefingContext) -> Sentence:
    """Take it as a first estimate; where to read the official map."""
    key = "estimate"
    if draft.example:
        key = "example" if all(view.is_example for view in draft.views) else "example_part"
    return Sentence(_text(draft, key, maps=draft.say(f"maps.{office(draft)}")))


def _check(draft: BriefingContext, order: list[HazardView]) -> list[Sentence]:
    """Whether the plan is made for so many people."""
    known = [view for view in order if view.count.is_somebody]
    if not known:
        hidden = [view for view in order if view.count.state == State.SUPPRESSED]
        return [Sentence(_text(draft, "check_hidden", danger=hidden[0].name))] if hidden else []
    worst = known[0]
    figure = draft.book.people(f"{worst.key}-people", worst.count)
    values = {"people": count_words(worst.count, draft.lang), "danger": worst.name}
    return [Sentence(_text(draft, "check", **values), (figure.id,))]


def _study(draft: BriefingContext, order: list[HazardView]) -> list[Sentence]:
    silent = [view for view in order if view.count.is_silent]
    if not silent:
        return []
    return [
        Sentence(
            _text(draft, "study", office=draft.say(f"office.{office(draft)}"), dangers=draft.dangers(silent))
        )
    ]


def _part(draft: BriefingContext, order: list[HazardView]) -> list[Sentence]:
    part = [view for view in order if not view.count.is_silent and view.count.mapped_share < WHOLE]
    return [Sentence(_text(draft, "part", dangers=draft.dangers(part)))] if part else []


def _site(draft: BriefingContext) -> list[Sentence]:
    """The plan of a site across whose zone arrives here."""
    reaching = [site for site in sites_across(draft) if site.reaches_here]
    if not reaching:
        return []
    worst = min(reaching, key=lambda site: -site.people_here if site.people_here > 0 else 0.0)
    leader = "governor" if _leader(draft) == "governor" else "prefect"
    return [Sentence(_text(draft, f"site_{leader}", site=draft.site_name(worst)))]


def _neighbour(draft: BriefingContext, order: list[HazardView]) -> list[Sentence]:
    """The neighbour across by name: first one in the same danger, then the nearest; on one side only, a
    neighbour of this side.
    """
    near = others(draft)
    if not near:
        return []
    for view in order:
        for other in near:
            count = counted(view, other)
            if view.count.is_somebody and count is not None and count.is_somebody:
                name = draft.name_of(other.commune_id)
                return [Sentence(_text(draft, "neighbour_danger", name=name, danger=view.name))]
    return [Sentence(_text(draft, "neighbour", name=draft.name_of(near[0].commune_id)))]


def _leader(draft: BriefingContext) -> str:
    """Who leads the preparation above the commune: a key of ``briefing.leader``."""
    return {"FR": "prefect", "BE": "governor"}.get(draft.dossier.country, "authority")


def _text(draft: BriefingContext, key: str, **values: object) -> str:
    return i18n.text(f"todo.{key}", draft.lang, **values)
