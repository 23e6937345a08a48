"""The figures of an accident in words: zones and people, severity, what to know, models, key. HTML, every value escaped once."""

from __future__ import annotations

import math
from typing import Any, Final

from geoalarm.app import cards
from geoalarm.app.map import RING_DASHES
from geoalarm.app.markup import e, items, said, swatch
from geoalarm.app.shared import Shared
from geoalarm.app.whatif_state import WhatIfState
from geoalarm.app.whatif_view import Outcome, label, pretty
from geoalarm.core import i18n
from geoalarm.pipeline.consequences import ZonePeople
from geoalarm.pipeline.whatif import AccidentView
from geoalarm.present import classes, rounding
from geoalarm.present.flags import flags

BEYOND: Final = "beyond_model_range"


def head(outcome: Outcome | None, state: WhatIfState, shared: Shared) -> str:
    """Example band, finding, what it is a figure of, and the screening notice: on every view."""
    lang = state.lang
    title = i18n.text("whatif.title", lang) if outcome is None else finding(outcome, lang)
    below = i18n.text("whatif.begin", lang) if outcome is None else subtitle(outcome.first, lang)
    return (
        f'{cards.band(shared, lang)}<h2 id="finding" tabindex="-1">{e(title)}</h2><p class="ga-sub">{e(below)}</p>'
        f'<p class="ga-notice ga-screening" role="note">{said("accident.notice", lang)}</p>'
    )


def finding(outcome: Outcome, lang: str) -> str:
    """How many people the widest zone holds, and on which side of the border."""
    people = outcome.first.people
    if not people:
        return i18n.text("whatif.finding_no_zone", lang)
    widest = people[0]
    if not widest.within > 0:
        return i18n.text("whatif.finding_none", lang)
    sides = {code: count for code, count in widest.within_by_country.items() if count > 0}
    parts = [f"{i18n.term('country', code, lang)} {_count(count, lang)}" for code, count in sides.items()]
    split = f" ({', '.join(parts)})" if len(parts) > 1 else f" ({i18n.term('country', next(iter(sides)), lang)})"
    return i18n.text("whatif.finding", lang, people=rounding.people_text(widest.within, lang), split=split)


def subtitle(view: AccidentView, lang: str) -> str:
    """Kind, site, substance and weather of an accident."""
    choice = view.choice
    words = [
        i18n.text(f"accident.kind.{choice.kind}.name", lang),
        choice.name,
        _word(choice.inputs.get("substance", ""), lang),
        weather(view, lang),
    ]
    return " · ".join(word for word in words if word)


def weather(view: AccidentView, lang: str) -> str:
    """Wind and stability of an accident, as far as its kind knows them."""
    choice = view.choice
    parts = []
    speed = choice.inputs.get("wind_speed", choice.inputs.get("wind", ""))
    if speed != "":
        parts.append(f"{i18n.text('accident.input.wind_speed', lang)} {speed}")
    if choice.wind_from is not None:
        parts.append(f"{i18n.text('accident.input.wind_from', lang)} {choice.wind_from:g}°")
    if "stability" in choice.inputs:
        parts.append(f"{i18n.text('accident.input.stability', lang)} {choice.inputs['stability']}")
    return ", ".join(parts)


def slot_titles(outcome: Outcome, lang: str) -> dict[str, str]:
    """Titles of the two maps of two weathers."""
    if outcome.second is None:
        return {}
    names = ("whatif.first", "whatif.second")
    return {slot: f"{i18n.text(name, lang)} – {weather(view, lang)}" for slot, name, view in zip("ab", names, outcome.both, strict=True)}


def zones(outcome: Outcome, state: WhatIfState) -> str:
    """People inside each zone, most severe first: total and by country, or first, second and difference."""
    lang = state.lang
    title = f"<h3>{said('whatif.zones_title', lang)}</h3>"
    if not any(view.people for view in outcome.both):
        return f"{title}<p>{said('whatif.finding_no_zone', lang)}</p>"
    body = "".join(_zone_row(name, outcome, lang) for name in reversed(list(_labels(outcome))))
    heads = f"<thead><tr>{_zone_heads(outcome, lang)}</tr></thead>"
    table = f'<div class="ga-scroll"><table class="ga-zones">{heads}<tbody>{body}</tbody></table></div>'
    return (
        f'{title}{table}{_shelter(outcome.first, lang)}{_unknown(outcome, lang)}<p class="ga-small">{said("whatif.zones_note", lang)}</p>'
    )


def severity(outcome: Outcome, lang: str) -> str:
    """Class of annex 3 with the people it was made of, of each weather."""
    parts = [f"<div class='ga-severity'><h3>{said('accident.severity.name', lang)}</h3>"]
    for name, view in zip(("whatif.first", "whatif.second"), outcome.both, strict=False):
        if outcome.second is not None:
            parts.append(f'<p class="ga-small">{said(name, lang)}</p>')
        parts.append(_severity(view, lang))
    return "".join(parts) + "</div>"


def told(outcome: Outcome, lang: str) -> str:
    """What to know: the warnings of both weathers as sentences."""
    warnings = dict.fromkeys(warning for view in outcome.both for warning in view.warnings)
    rows = [e(pretty(words)) for words in flags(warnings, lang)]
    return f"<h3>{said('whatif.flags', lang)}</h3>{items(rows, css='ga-notes')}" if rows else ""


def models(outcome: Outcome, shared: Shared, lang: str) -> str:
    """Models and their sources, inputs as they were used, and where communes and people come from."""
    rows = {}
    for result in (result for view in outcome.both for result in view.results):
        where = "" if result.jurisdiction in ("", "any") else f" ({result.jurisdiction})"
        rows[result.model, result.source] = (
            f'<strong>{e(result.model.replace("_", " "))}</strong><br><span class="ga-muted">{e(result.source)}{e(where)}</span>'
        )
    workspace = shared.workspace
    sources = list(workspace.communes.sources)
    sources += [source for source in workspace.sources() if source.id in workspace.populations and source not in sources]
    given = [f"<dt>{e(label(name, lang))}</dt><dd>{e(_word(text, lang))}</dd>" for name, text in _given(outcome.first).items()]
    facts = [f'<strong>{e(source.title or source.id)}</strong><br><span class="ga-muted">{e(source.licence)}</span>' for source in sources]
    return (
        f"<details open><summary>{said('whatif.models', lang)}</summary>{items([*rows.values(), *facts], css='ga-notes')}</details>"
        f'<details><summary>{said("whatif.inputs", lang)}</summary><dl class="ga-facts">{"".join(given)}</dl></details>'
    )


def key(outcome: Outcome | None, state: WhatIfState, shared: Shared) -> str:
    """Key of the map: colours of the communes, zones by their line, the place, the border."""
    lang = state.lang
    border = f"<li>{swatch('ga-line ga-border')}<span>{said('explorer.key_border', lang)}</span></li>"
    if outcome is None:
        name = said("explorer.key", lang)
        return f'<div class="ga-key" role="group" aria-label="{name}"><div><h3>{name}</h3><ul>{border}</ul></div></div>'
    plain = cards.key(outcome.view, _NoHazard(lang), shared)  # type: ignore[arg-type]
    rows = []
    labels = _labels(outcome)
    for index, name in enumerate(labels):
        step = index + 3 - len(labels)
        css = f"ga-line ga-line-{RING_DASHES[max(step, 0)]} ga-effects-{max(step, 0)}"
        rows.append(f"<li>{swatch(css)}<span>{e(zone_name(name, lang))}</span></li>")
    spot = f'<li><span class="ga-spot" aria-hidden="true"></span><span>{said("whatif.key_site", lang)}</span></li>'
    extra = f"<div><h3>{said('whatif.key', lang)}</h3><ul>{''.join(rows)}{spot}{border}</ul></div>"
    return plain.removesuffix("</div>") + extra + "</div>"


def _count(count: float, lang: str) -> str:
    """A number of people as it is published; a missing one is told as a place without a map."""
    return i18n.term("state", "outside_coverage", lang) if math.isnan(count) else rounding.count_text(count, lang)


def zone_name(name: str, lang: str) -> str:
    """A zone in words."""
    return classes.class_label(name, lang, hazard="industrial")


class _NoHazard:
    """What the key of the explorer asks of a choice: its own zones are told by :func:`key`."""

    overlay = False
    measure = "people"

    def __init__(self, lang: str) -> None:
        self.lang = lang


def _labels(outcome: Outcome) -> tuple[str, ...]:
    """Zones of both weathers, mild to severe."""
    for rings in sorted((item for item in outcome.rings if item is not None), key=lambda item: -len(item.labels)):
        return rings.labels
    return ()


def _zone_heads(outcome: Outcome, lang: str) -> str:
    if outcome.second is not None:
        names = ["whatif.first", "whatif.second", "whatif.difference"]
    else:
        names = ["whatif.reach", "whatif.total"]
    cells = [i18n.text(name, lang) for name in names]
    if outcome.second is None:
        cells += [i18n.term("country", code, lang) for code in _countries(outcome)]
    return f'<th scope="col">{said("whatif.zone", lang)}</th>' + "".join(f'<th scope="col" class="ga-n">{e(cell)}</th>' for cell in cells)


def _zone_row(name: str, outcome: Outcome, lang: str) -> str:
    found = [next((zone for zone in view.people if zone.label == name), None) for view in outcome.both]
    head = f'<th scope="row">{e(zone_name(name, lang))}</th>'
    if outcome.second is not None:
        counts = [0.0 if zone is None else zone.within for zone in found]
        change = "" if any(math.isnan(count) for count in counts) else rounding.signed_text(counts[1] - counts[0], lang)
        cells = [f"{_people(zone, lang)}<br>{_small(_reach(view, name, lang))}" for zone, view in zip(found, outcome.both, strict=True)]
        return f'<tr>{head}{"".join(f"<td class=ga-n>{cell}</td>" for cell in cells)}<td class="ga-n"><b>{e(change)}</b></td></tr>'
    zone = found[0]
    sides = [_side(zone, code, lang) for code in _countries(outcome)]
    cells = [e(_reach(outcome.first, name, lang)), _people(zone, lang), *sides]
    return f"<tr>{head}{''.join(f'<td class=ga-n>{cell}</td>' for cell in cells)}</tr>"


def _side(zone: ZonePeople | None, code: str, lang: str) -> str:
    """People of one country in a zone; where its communes are not mapped for it, the pattern of the map and its name."""
    count = 0.0 if zone is None else zone.within_by_country.get(code, 0.0)
    if not math.isnan(count):
        return e(rounding.count_text(count, lang))
    name = e(i18n.term("state", "outside_coverage", lang))
    return f'<span title="{name}">{swatch("ga-outside_coverage")}<span class="ga-hidden">{name}</span></span>'


def _small(words: str) -> str:
    return f'<span class="ga-small">{e(words)}</span>'


def _people(zone: ZonePeople | None, lang: str) -> str:
    if zone is None:
        return "–"
    return f"<b>{e(_count(zone.within, lang))}</b>"


def _reach(view: AccidentView, name: str, lang: str) -> str:
    """How far a zone reaches; beyond the model where it goes on."""
    value = view.distances_m.get(name, math.nan)
    if math.isnan(value):
        return i18n.text("whatif.reach_none", lang)
    zone = next((item for item in view.people if item.label == name), None)
    drawn = value if math.isfinite(value) or zone is None else zone.distance_m
    words = i18n.measure(drawn / 1000, "km", lang) if drawn >= 1000 else i18n.measure(drawn, "m", lang)
    beyond = math.isinf(value) or any(
        code.strip() == BEYOND and detail.strip() in ("", name) for code, _, detail in _split(view) if drawn >= 10_000
    )
    return i18n.text("whatif.reach_beyond", lang, value=words) if beyond else words


def _split(view: AccidentView) -> list[tuple[str, str, str]]:
    return [warning.partition(":") for warning in view.warnings]


def _countries(outcome: Outcome) -> list[str]:
    return sorted({code for view in outcome.both for zone in view.people for code in zone.within_by_country})


def _shelter(view: AccidentView, lang: str) -> str:
    if not view.people or math.isnan(view.people[0].within) or view.people[0].within <= 0:
        return ""
    zone = view.people[0]
    share = i18n.percent(float(view.shelter["outdoors"]), lang)
    inside = i18n.text("accident.people.indoors", lang, people=rounding.people_text(zone.indoors, lang))
    outside = i18n.text("accident.people.outdoors", lang, people=rounding.people_text(zone.outdoors, lang), share=share)
    return f"<p><b>{e(zone_name(zone.label, lang))}</b> – {e(inside)}, {e(outside)}.</p>"


def _unknown(outcome: Outcome, lang: str) -> str:
    share = max((view.unknown_share for view in outcome.both if view.people), default=0.0)
    if not share > 0:
        return ""
    return f'<p class="ga-notice">{said("accident.people.unknown", lang, share=i18n.percent(share, lang))}</p>'


def _severity(view: AccidentView, lang: str) -> str:
    graded = view.severity
    if graded is None:
        return f"<p>{said('accident.severity.none', lang)}</p>"
    name = i18n.text(f"accident.severity.{graded.label}", lang)
    if graded.is_lower_bound:
        name = i18n.text("accident.severity.at_least", lang, severity=name)
    counts = {code: _count(float(count), lang) for code, count in graded.as_dict()["people_within"].items()}
    why = said("accident.severity.explain", lang, **counts)
    return f'<p class="ga-big">{e(name)}</p><p class="ga-small">{why} {e(graded.result.source)}</p>'


def _given(view: AccidentView) -> dict[str, str]:
    choice = view.choice
    return {name: str(value) for name, value in {**choice.tank, **choice.inputs}.items()} | (
        {} if choice.wind_from is None else {"wind_from": f"{choice.wind_from:g}°"}
    )


def _word(word: Any, lang: str) -> str:
    """A word of a form in the language of the page; a text of the reader as it is."""
    return i18n.text(f"accident.word.{word}", lang) if word and i18n.has(f"accident.word.{word}") else str(word)
