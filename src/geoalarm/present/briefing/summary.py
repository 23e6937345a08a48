"""The three sentences at the head of the page: worst danger, how sure, border; all dangers together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from geoalarm import i18n
from geoalarm.core.terms import Basis, State
from geoalarm.present.briefing.briefing_content import Figure, Sentence
from geoalarm.present.briefing.briefing_context import BriefingContext, HazardView, slugged
from geoalarm.present.briefing.cross_border import across_sentence
from geoalarm.present.briefing.figure_registry import count_words
from geoalarm.present.briefing.hazard_cards import by_people
from geoalarm.present.briefing.hazard_sentences import headline, range_sentence
from geoalarm.present.rounding import is_few, people_text, range_text
from geoalarm.present.zone_sentences import WHOLE, danger_name
from geoalarm.results.commune_count import LayerCount


def lead(draft: BriefingContext) -> tuple[Sentence, ...]:
    """Worst danger, how sure, the border; that it is an example stands first."""
    return (joined(_with_example(draft, _worst(draft))), joined(_sure(draft)), across_sentence(draft))


def _with_example(draft: BriefingContext, worst: list[Sentence]) -> list[Sentence]:
    """The worst danger, and that it is an example before it; after it, where only others are."""
    if not draft.example:
        return worst
    first = by_people(draft.views)[0]
    if first.count.is_somebody and not first.is_example:
        return [*worst, Sentence(i18n.text("sentence.example_others", draft.lang))]
    return [Sentence(i18n.text("sentence.example", draft.lang)), *worst]


def joined(said: list[Sentence]) -> Sentence:
    """Several sentences as one, with the figures of all."""
    ids = dict.fromkeys(name for one in said for name in one.figure_ids)
    return Sentence(" ".join(one.text for one in said if one.text), tuple(ids))


def union_sentence(draft: BriefingContext) -> Sentence | None:
    """People in any danger, each once, as bounds; and which dangers are not in it."""
    row = draft.dossier.union
    if row is None:
        return None
    count = _union_count(row)
    said = [_union_people(draft, count)]
    if draft.views and any(len(view.danger.layers) > 1 for view in draft.views):
        said.append(Sentence(draft.say("union.rarest")))
    if "mild_classes_left_out" in count.caveats:
        said.append(Sentence(i18n.text("caveat.mild_classes_left_out", draft.lang)))
    if int(str(row["layers_mapped"])) < int(str(row["layers"])):
        said.append(_union_missing(draft, row, count))
    return joined(said)


def _worst(draft: BriefingContext) -> list[Sentence]:
    """The danger with the most people; without one, what is hidden; else that nobody is known, or nothing."""
    order = by_people(draft.views)
    if not order:
        return [Sentence(draft.say("lead.no_map"))]
    first = order[0]
    if first.count.is_somebody:
        return [headline(draft, first)]
    figures = tuple(draft.book.people(f"{view.key}-people", view.count).id for view in order)
    if first.count.state == State.SUPPRESSED:
        return [Sentence(draft.say("lead.hidden", danger=draft.inside(first.name)), figures[:1])]
    known = [view for view in order if view.count.is_known]
    if not known:
        return [Sentence(draft.say("lead.unknown", dangers=draft.dangers(order)), figures)]
    return [Sentence(draft.say("lead.nobody", dangers=draft.dangers(known)), figures)]


def _sure(draft: BriefingContext) -> list[Sentence]:
    """What the first sentence rests on, its range, and what is not known."""
    order = by_people(draft.views)
    said = _rests_on(draft, order[0]) if order and order[0].count.is_somebody else []
    said += _gaps(draft, order)
    if not said:
        said.append(Sentence(draft.say("lead.all_known")))
    said.append(Sentence(i18n.text("sentence.limit", draft.lang)))
    return said


def _rests_on(draft: BriefingContext, worst: HazardView) -> list[Sentence]:
    """What the number of a hazard rests on, and its range."""
    basis = worst.layer.basis if worst.layer.basis in set(Basis) else Basis.MODELLED
    rests, span = Sentence(draft.say("lead.rests", basis=basis)), range_sentence(draft, worst)
    if span is None:
        return [rests, Sentence(draft.say("lead.no_range"))]
    return [rests, span] if worst.count.hidden else [rests, span, Sentence(draft.say("lead.range_is"))]


def _gaps(draft: BriefingContext, order: Sequence[HazardView]) -> list[Sentence]:
    """What is not known, wholly or in part, and what could not be read."""
    said: list[Sentence] = []
    silent = [view for view in order if view.count.is_silent]
    if silent and len(silent) < len(order):
        figures = tuple(draft.book.people(f"{view.key}-people", view.count).id for view in silent)
        said.append(Sentence(draft.say("lead.not_known", dangers=draft.dangers(silent)), figures))
    part = [view for view in order if not view.count.is_silent and view.count.mapped_share < WHOLE]
    if part:
        said.append(Sentence(draft.say("lead.part", dangers=draft.dangers(part))))
    if draft.dossier.faults:
        named = [
            draft.inside(danger_name(fault.hazard, fault.scenario, draft.lang))
            for fault in draft.dossier.faults
            if fault.hazard
        ]
        dangers = draft.list_of(list(dict.fromkeys(named)))
        said.append(Sentence(draft.say("lead.fault", dangers=dangers) if named else ""))
    return said


def _union_count(row: Mapping[str, object]) -> LayerCount:
    return LayerCount.of({**row, "mapped_share": math.nan})


def _union_people(draft: BriefingContext, count: LayerCount) -> Sentence:
    figure = _union_figure(draft, count)
    if not count.is_known:
        return Sentence(draft.say("union.unknown"), (figure.id,))
    if count.high <= 0:
        return Sentence(draft.say("union.nobody"), (figure.id,))
    if count.hidden:
        return Sentence(draft.say("union.people", people=count_words(count, draft.lang)), (figure.id,))
    same = range_text(count.low, count.high, draft.lang) == range_text(count.high, count.high, draft.lang)
    if is_few(count.high) or same:
        return Sentence(draft.say("union.people", people=people_text(count.people, draft.lang)), (figure.id,))
    low, high = draft.book.ends("union-people", count, table="union")
    return Sentence(
        i18n.text("sentence.union", draft.lang, low=low.text, high=high.text), (low.id, high.id, figure.id)
    )


def _union_figure(draft: BriefingContext, count: LayerCount) -> Figure:
    return draft.book.people("union-people", count, table="union")


def _union_missing(draft: BriefingContext, row: Mapping[str, object], count: LayerCount) -> Sentence:
    silent: list[HazardView] = [view for view in draft.views if view.count.is_silent]
    numbers = {name: float(str(row[name])) for name in ("layers_mapped", "layers")}
    figures = [
        draft.book.fact(
            f"union-{slugged(name)}",
            i18n.number(value, draft.lang),
            value,
            row=count.row,
            table="union",
            sources=count.source_ids,
        )
        for name, value in numbers.items()
    ]
    said = draft.say(
        "union.missing", mapped=figures[0].text, layers=figures[1].text, n=int(numbers["layers_mapped"])
    )
    if silent:
        said = f"{said} {draft.say('union.without', dangers=draft.dangers(silent))}"
    return Sentence(said, tuple(figure.id for figure in figures))
