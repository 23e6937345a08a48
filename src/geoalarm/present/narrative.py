"""The table in sentences (PAGES 3): what a map shows, and what a commune has to know. No figure is computed
here but by ``totals``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from geoalarm import i18n
from geoalarm.core.model import Source
from geoalarm.core.schema import split_keys
from geoalarm.core.terms import Basis, State, counted_from
from geoalarm.core.units import annual_exceedance_probability
from geoalarm.present.classes import class_label, lower_bound
from geoalarm.present.model_warnings import caveat
from geoalarm.present.rounding import (
    FEW,
    is_few,
    people_text,
    range_bounds,
    range_text,
    round_people,
    share_text,
)
from geoalarm.results.totals import classes, summary, threshold_total

WHOLE: Final = 0.99
"""A commune of which this share is mapped counts as wholly mapped, as in the engine."""

LETHAL: Final = "SEL"
"""Mildest effect class in which people could die."""


def chance_text(return_period_yr: float, lang: str) -> str:
    """``1% a year (1 in 100)``; empty where the layer has no probability."""
    if math.isnan(return_period_yr):
        return ""
    return i18n.text("unit.chance_full", lang, **_chance(return_period_yr, lang))


def finding(totals: pd.DataFrame, lang: str, *, names: Mapping[str, str], measure: str = "people") -> str:
    """Title of a map: how many people, where most, and how many communes it says nothing about.

    Parameters
    ----------
    totals : pandas.DataFrame
        Totals of one footprint (:func:`geoalarm.results.totals.threshold_total`).
    names : mapping
        Name to show by ``commune_id``.
    measure : str
        ``people`` names the largest number, ``share`` the largest share of residents.
    """
    whole = summary(totals)
    if not whole.is_known:
        return i18n.text("finding.suppressed" if whole.hidden else "finding.unmapped", lang)
    said = _finding(totals, whole.people, lang, names, measure)
    missing = whole.not_mapped
    return f"{said} {i18n.text('finding.without', lang, n=missing)}" if missing else said


def difference_finding(differences: pd.DataFrame, lang: str) -> str:
    """Title of a map of differences (:func:`geoalarm.results.totals.difference`)."""
    known = differences["difference"].dropna()
    if known.empty:
        return i18n.text("finding.not_comparable", lang)
    change = float(known.sum())
    if abs(change) < FEW:
        return i18n.text("finding.equal", lang)
    return i18n.text(
        "finding.more" if change > 0 else "finding.fewer",
        lang,
        people=i18n.people(round_people(abs(change)), lang),
    )


def subtitle(
    totals: pd.DataFrame, lang: str, *, threshold: str = "", units: str = "", sources: Sequence[Source] = ()
) -> str:
    """Measure, scenario, chance and basis of a figure: the line under its title."""
    first = totals.iloc[0]
    parts = [i18n.term("hazard", str(first["hazard"]), lang)]
    if first["scenario"]:
        parts.append(i18n.term("scenario", str(first["scenario"]), lang))
    if chance := chance_text(float(first["return_period_yr"]), lang):
        parts.append(chance)
    if threshold:
        key = "unit.from_class" if math.isnan(lower_bound(threshold)) else "unit.from"
        parts.append(
            i18n.text(
                key, lang, value=threshold_label(threshold, lang, units=units, hazard=str(first["hazard"]))
            )
        )
    return f"{', '.join(parts)}. {basis_text(str(first['basis']), lang, sources=sources)}."


def threshold_label(label: str, lang: str, *, units: str = "", hazard: str = "") -> str:
    """The lower end of a class, for "from ...": ``0.5 m``; a named class by its name."""
    low = lower_bound(label)
    return (
        class_label(label, lang, hazard=hazard)
        if math.isnan(low)
        else i18n.measure(low, units, lang, exact=True)
    )


def basis_text(basis: str, lang: str, *, sources: Sequence[Source] = ()) -> str:
    """``Official map, 2024``; without a vintage the basis alone."""
    years = sorted({source.vintage for source in sources if source.vintage and str(source.basis) == basis})
    if not years:
        return i18n.term("basis", basis, lang)
    return i18n.text("sentence.basis", lang, basis=basis, year=", ".join(years))


def commune_sentences(
    rows: pd.DataFrame,
    lang: str,
    commune: str,
    *,
    units: str = "m",
    site: str = "",
    sources: Sequence[Source] = (),
) -> list[str]:
    """What a commune has to know about one danger, most important first.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of the exposure table: one commune, one footprint.
    commune : str
        Name as it stands in a sentence.
    units : str
        Unit of interval bounds.
    site : str, optional
        Name of the site of an accident; else the scenario.
    """
    first = counted_from(str(rows["hazard"].iloc[0]), classes(rows))
    total = threshold_total(rows, from_class=first or None).iloc[0]
    said = [i18n.text("sentence.example", lang)] if _is_example(total) else []
    state = str(total["state"])
    if state == State.NOT_STUDIED:
        return [*said, i18n.text("sentence.unstudied", lang)]
    if state == State.OUTSIDE_COVERAGE:
        return [*said, i18n.text("sentence.unmapped", lang)]
    whole = float(total["mapped_share"]) >= WHOLE
    if state == State.SUPPRESSED:
        said.append(i18n.text("sentence.suppressed", lang))
    elif state == State.ZERO:
        said.append(i18n.text("sentence.zero" if whole else "sentence.zero_part", lang))
    else:
        said += _exposed(rows, total, lang, i18n.in_place(commune, lang), units, site)
    if not whole:
        said.append(i18n.text("sentence.part", lang, share=i18n.percent(float(total["mapped_share"]), lang)))
    said += [i18n.text("caveat.mild_classes_left_out", lang)] if first else []
    return [
        *said,
        basis_text(str(total["basis"]), lang, sources=sources) + ".",
        i18n.text("sentence.limit", lang),
    ]


def caveat_sentences(rows: pd.DataFrame, lang: str) -> list[str]:
    """A sentence for each caveat of the rows, in first-seen order, each once."""
    keys = dict.fromkeys(key for cell in rows["caveats"].unique() for key in split_keys(cell))
    return [caveat(key, lang) for key in keys if i18n.has(f"caveat.{key}") or i18n.has(f"flag.{key}")]


def _finding(totals: pd.DataFrame, people: float, lang: str, names: Mapping[str, str], measure: str) -> str:
    if people == 0:
        return i18n.text("finding.zero", lang)
    if is_few(people):
        return i18n.text("finding.few", lang)
    shown = i18n.people(round_people(people), lang)
    top = totals.iloc[int(totals["share_exposed" if measure == "share" else "population_exposed"].argmax())]
    if len(totals) == 1 or is_few(float(top["population_exposed"])):
        return i18n.text("finding.zone", lang, people=shown)
    count, residents = float(top["population_exposed"]), float(top["population"])
    most = (
        share_text(count, residents, lang) if measure == "share" else i18n.number(round_people(count), lang)
    )
    key = "finding.top_share" if measure == "share" else "finding.top"
    return i18n.text(
        key, lang, people=shown, most=most, name=names.get(str(top["commune_id"]), str(top["commune_id"]))
    )


def _exposed(rows: pd.DataFrame, total: pd.Series, lang: str, place: str, units: str, site: str) -> list[str]:
    """Sentences of a commune where people live in the zone."""
    people, low, high = (float(total[f"population_exposed{end}"]) for end in ("", "_low", "_high"))
    said = [_headline(rows, total, lang, place, site)]
    if bool(total["hidden"]):
        said.append(i18n.text("sentence.part_hidden", lang))
    elif "coarse_population" in split_keys(str(total["caveats"])):
        said.append(_ends("sentence.coarse", low, high, lang))
    elif range_text(low, high, lang) != range_text(people, people, lang) and not is_few(high):
        said.append(_ends("sentence.range", low, high, lang))
    if not is_few(people):
        said.append(
            i18n.text("sentence.share", lang, share=share_text(people, float(total["population"]), lang))
        )
    return said + _worst(rows, lang, units)


def _headline(rows: pd.DataFrame, total: pd.Series, lang: str, place: str, site: str) -> str:
    """The first sentence; zones of an accident that are no effect zones (planning, consultation) promise no
    harm.
    """
    people, period = float(total["population_exposed"]), float(total["return_period_yr"])
    values = {"place": place} if math.isnan(period) else {"place": place, **_chance(period, lang)}
    hazard = str(total["hazard"])
    flood = "flood_no_chance" if math.isnan(period) else "flood"
    accident = "accident" if LETHAL in classes(rows) else "zone"
    key = {"flood": flood, "landslide": "slide", "industrial": accident}.get(hazard, "zone")
    if key == "accident":
        values["site"] = (
            site or i18n.term("scenario", str(total["scenario"]), lang) or i18n.term("hazard", hazard, lang)
        )
    return _few_or_about(key, people, lang, values)


def _worst(rows: pd.DataFrame, lang: str, units: str) -> list[str]:
    """The deepest water with people in it, or the people who could die; nothing for the mildest class alone."""
    labels = classes(rows)
    hazard = str(rows["hazard"].iloc[0])
    if hazard == "industrial":
        people = (
            float(threshold_total(rows, from_class=LETHAL)["population_exposed"].iloc[0])
            if LETHAL in labels
            else 0.0
        )
        return [_few_or_about("lethal", people, lang, {})] if people > 0 else []
    for label in reversed(labels[1:]) if hazard == "flood" else ():
        people = float(threshold_total(rows, from_class=label)["population_exposed"].iloc[0])
        if people > 0 and not math.isnan(lower_bound(label)):
            return [
                _few_or_about(
                    "deep", people, lang, {"depth": i18n.measure(lower_bound(label), units, lang, exact=True)}
                )
            ]
    return []


def _few_or_about(key: str, people: float, lang: str, values: dict[str, str]) -> str:
    if is_few(people):
        return i18n.text(f"sentence.{key}_few", lang, **values)
    return i18n.text(f"sentence.{key}", lang, people=people_text(people, lang, about=False), **values)


def _ends(key: str, low: float, high: float, lang: str) -> str:
    down, up = range_bounds(low, high)
    return i18n.text(key, lang, low=i18n.number(down, lang), high=i18n.number(up, lang))


def _chance(return_period_yr: float, lang: str) -> dict[str, str]:
    return {
        "chance": i18n.percent(annual_exceedance_probability(return_period_yr), lang),
        "years": i18n.number(return_period_yr, lang, decimals=1),
    }


def _is_example(total: pd.Series) -> bool:
    return str(total["basis"]) == Basis.ILLUSTRATIVE or "illustrative" in split_keys(str(total["caveats"]))
