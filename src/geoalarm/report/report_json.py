"""The page of a commune for machines: the same figures, unrounded, with their rows and sources, and the
sentences that say them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from geoalarm.core.errors import InputError
from geoalarm.core.model import Source
from geoalarm.dossier.commune_dossier import Dossier
from geoalarm.present.briefing.briefing_content import Among, Briefing, Card, Figure
from geoalarm.report.notes import figures_of, notes_of

FORMAT: Final = "geoalarm-briefing-1"
"""Name and version of the form; it changes when a reader of the older form would break."""

_FACTS: Final = ("name", "name_fr", "name_nl", "name_de", "code", "department_code", "department_name",
                 "postcodes", "area_km2",
                 "estimated_population", "approximate_boundary", "population_vintage")  # fmt: skip


def as_json(
    dossier: Dossier, briefings: Mapping[str, Briefing], *, extra: Mapping[str, object] | None = None
) -> str:
    """The JSON beside a page.

    ``figures`` hold value and bounds unrounded (null where there is no number: then ``state`` says why), the
    key of the row they were read from and the ids of ``sources``; ``text`` is what each language prints. Keys
    are sorted, dates are left out: the same figures give the same bytes.

    Parameters
    ----------
    briefings : mapping
        By language, of this commune.
    extra : mapping, optional
        More parts of the document, such as ``changes``.

    Raises
    ------
    InputError
        If there is no briefing, one is of another commune, or two languages disagree about a figure.
    """
    if not briefings:
        raise InputError("JSON of a briefing", got="no language", expected="at least one")
    for briefing in briefings.values():
        if briefing.commune_id != dossier.commune_id:
            raise InputError("JSON of a briefing", got=briefing.commune_id, expected=dossier.commune_id)
        notes_of(briefing)
    whole = {
        **(extra or {}),
        "format": FORMAT,
        "commune": _commune(dossier),
        "figures": _figures(briefings),
        "languages": {lang: _words(briefing) for lang, briefing in briefings.items()},
        "sources": [_source(source) for source in _sources(briefings)],
        "scenario": {"name": dossier.scenario_name, "title": dossier.scenario_title},
        "is_example": any(briefing.is_example for briefing in briefings.values()),
        "command": dossier.command,
        "versions": dict(dossier.versions),
    }
    return json.dumps(plain(whole), ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n"


def in_html(text: str) -> str:
    """JSON that may stand inside ``<script type="application/json">``: nothing in it can close that element
    or open another.
    """
    return (
        text.replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def plain(value: object) -> object:
    """Only what JSON knows; numbers that are none become null."""
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, (bool, int)) else str(value)


def _commune(dossier: Dossier) -> dict[str, object]:
    known = {name: dossier.facts[name] for name in _FACTS if name in dossier.facts}
    return {
        **known,
        "commune_id": dossier.commune_id,
        "country": dossier.country,
        "population": dossier.population,
    }


def _figures(briefings: Mapping[str, Briefing]) -> list[dict[str, object]]:
    found: dict[str, dict[str, Any]] = {}
    for lang, briefing in briefings.items():
        for name, figure in figures_of(briefing).items():
            fact = _figure(figure)
            entry = found.setdefault(name, {**fact, "text": {}})
            if {key: entry[key] for key in fact} != fact:
                raise InputError(
                    f"figure {name!r} in {lang}",
                    got="another value, row or source",
                    expected="the same in every language",
                )
            entry["text"][lang] = figure.text
    return [found[name] for name in sorted(found)]


def _figure(figure: Figure) -> dict[str, object]:
    return {
        "id": figure.id,
        "value": plain(figure.value),
        "low": plain(figure.low),
        "high": plain(figure.high),
        "unit": figure.unit,
        "state": str(figure.state),
        "table": figure.table,
        "row": plain(figure.row),
        "sources": list(figure.source_ids),
    }


def _words(briefing: Briefing) -> dict[str, object]:
    return {
        "name": briefing.name,
        "title": briefing.title,
        "subtitle": briefing.subtitle,
        "lead": [one.text for one in briefing.lead],
        "dangers": [_card(card) for card in briefing.cards],
        "union": briefing.union.text if briefing.union else None,
        "across": [one.text for one in ([briefing.across_lead] if briefing.across_lead else [])]
        + [f"{place.name}: {place.text}" for place in briefing.across],
        "among": [
            {
                "caption": among.caption,
                "region": among.region,
                "dots": {dot.commune_id: dot.share.id for dot in among.dots},
            }
            for among in briefing.among
        ],
        "todo": [one.text for one in briefing.todo],
        "checklist": {
            "title": briefing.checklist.title,
            "items": [
                {
                    "id": item.id,
                    "title": item.title,
                    "known": item.known,
                    "blank": item.blank,
                    "reference": item.reference,
                }
                for item in briefing.checklist.items
            ],
        },
        "caveats": briefing.caveats,
        "limit": briefing.limit,
    }


def _among(among: Among) -> dict[str, object]:
    dots = {dot.commune_id or dot.label: dot.share.id for dot in among.dots}
    return {"layer": among.layer_key, "caption": among.caption, "region": among.region, "dots": dots}


def _card(card: Card) -> dict[str, object]:
    return {
        "id": card.id,
        "hazard": card.hazard,
        "layer": card.layer_key,
        "title": card.title,
        "state": str(card.state),
        "is_example": card.is_example,
        "sentences": [{"text": one.text, "figures": one.figure_ids} for one in card.sentences],
        "classes": [
            {"class": line.raw_label, "label": line.label, "people": line.people.id, "share": line.share}
            for line in card.classes
        ],
        "trend": [
            {"return_period_yr": point.return_period_yr, "people": point.people.id} for point in card.trend
        ],
        "basis": card.basis,
        "caveats": card.caveats,
        "sources": card.source_ids,
    }


def _sources(briefings: Mapping[str, Briefing]) -> list[Source]:
    """Sources that a page lists: those of the territory that no figure names stay out."""
    listed = {line.source.id: line.source for briefing in briefings.values() for line in briefing.sources}
    return [listed[name] for name in sorted(listed)]


def _source(source: Source) -> dict[str, object]:
    return {
        "id": source.id,
        "title": source.title,
        "licence": source.licence,
        "vintage": source.vintage,
        "basis": str(source.basis),
        "url": source.url,
        "sha256": source.sha256,
        "attribution": source.attribution,
        "caveats": list(source.caveats),
    }
