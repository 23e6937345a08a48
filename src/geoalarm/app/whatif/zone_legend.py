"""What lies on the map of the what-if page: the switch between zones, field and risk, and the key of each."""

from __future__ import annotations

import math
from typing import Final

from geoalarm import i18n
from geoalarm.app.explorer import explorer_cards as cards
from geoalarm.app.map.atlas import RING_DASHES
from geoalarm.app.session import SharedSession
from geoalarm.app.web.html_markup import button, e, said, swatch
from geoalarm.app.whatif.effect_field import SCALE, chance, class_words, step_of
from geoalarm.app.whatif.whatif_state import WhatIfState
from geoalarm.app.whatif.whatif_view import AccidentOutcome, pretty
from geoalarm.app.whatif.zone_table import labels, zone_name

FIELDS: Final = {"mg m-3": "concentration", "kW m-2": "flux", "mbar": "overpressure"}
"""What a field is called, by its unit; any other is a dose of heat."""


def switch(outcome: AccidentOutcome | None, state: WhatIfState) -> str:
    """Buttons that say what lies on the map; individual risk only where it was asked for."""
    if outcome is None or outcome.first.zones is None:
        return ""
    lang, shown = state.lang, outcome.shows(state.show)
    names = ["zones", "field", *(["risk"] if outcome.first.risk is not None else [])]
    buttons = "".join(
        button(
            f"show|{name}",
            i18n.text(f"whatif.show_{name}", lang),
            css="ga-view",
            extra=f'aria-pressed="{str(name == shown).lower()}"',
        )
        for name in names
    )
    return f'<div class="ga-views" role="group" aria-label="{said("whatif.show", lang)}">{buttons}</div>'


def key(outcome: AccidentOutcome | None, state: WhatIfState, shared: SharedSession) -> str:
    """Key of the map: what fills it, zones by their line and threshold, the place, sites, the border."""
    lang = state.lang
    if outcome is None:
        return _framed([_row(said("explorer.key", lang), [*_sites(state), _border(lang)])], lang)
    show = outcome.shows(state.show)
    if show == "field":
        field = next(item.field for item in outcome.both if item.field is not None)
        name = FIELDS.get(field.units, "dose")
        filled = [
            _graded(
                said(f"whatif.field_{name}", lang),
                [pretty(words) for words in class_words(outcome.steps, field.units, lang)],
            )
        ]
    elif show == "risk":
        words = [i18n.text("whatif.risk_class", lang, chance=chance(level, lang)) for level in outcome.levels]
        filled = [_graded(said("accident.risk.name", lang), words)]
    else:
        plain = cards.key(outcome.view, _NoHazard(lang), shared)  # type: ignore[arg-type]
        filled = [plain.partition(">")[2].removesuffix("</div>")]
    return _framed(
        [*filled, _row(said("whatif.key", lang), [*_lines(outcome, lang), *_sites(state), _border(lang)])],
        lang,
    )


def _lines(outcome: AccidentOutcome, lang: str) -> list[str]:
    """Zones by their line, each with the threshold that ends it, and the place of the accident."""
    names = labels(outcome)
    zones = next((view.zones for view in outcome.both if view.zones is not None), None)
    bounds = {item.label: item.lower for item in zones.classes} if zones is not None else {}
    rows = []
    for index, name in enumerate(names):
        step = max(index + 3 - len(names), 0)
        value = bounds.get(name, math.nan)
        words = zone_name(name, lang)
        if zones is not None and not math.isnan(value):
            words = i18n.text(
                "whatif.key_limit", lang, name=words, value=pretty(i18n.measure(value, zones.units, lang))
            )
        css = f"ga-line ga-line-{RING_DASHES[step]} ga-effects-{step}"
        rows.append(f"<li>{swatch(css)}<span>{e(words)}</span></li>")
    spot = (
        '<li><span class="ga-spot" '
        f'aria-hidden="true"></span><span>{said("whatif.key_site", lang)}</span></li>'
    )
    return [*rows, spot]


def _sites(state: WhatIfState) -> list[str]:
    if not state.sites:
        return []
    return [
        (
            '<li><span class="ga-dot" '
            f'aria-hidden="true"></span><span>{said("whatif.key_sites", state.lang)}</span></li>'
        )
    ]


def _border(lang: str) -> str:
    return f"<li>{swatch('ga-line ga-border')}<span>{said('explorer.key_border', lang)}</span></li>"


def _graded(title: str, words: list[str]) -> str:
    rows = [
        f"<li>{swatch(f'ga-{SCALE}-{step_of(index, len(words))}')}<span>{e(label)}</span></li>"
        for index, label in enumerate(words)
    ]
    return f'<div><h3>{title}</h3><ul class="ga-steps">{"".join(rows)}</ul></div>'


def _row(title: str, rows: list[str]) -> str:
    return f"<div><h3>{title}</h3><ul>{''.join(rows)}</ul></div>"


def _framed(parts: list[str], lang: str) -> str:
    return (
        f'<div class="ga-key" role="group" aria-label="{said("explorer.key", lang)}">{"".join(parts)}</div>'
    )


class _NoHazard:
    """What the key of the explorer asks of a choice: its own zones are told here."""

    overlay = False
    measure = "share"

    def __init__(self, lang: str) -> None:
        self.lang = lang
