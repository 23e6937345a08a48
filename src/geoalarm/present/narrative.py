"""What the explorer says in sentences: what a map shows, and what a commune has to know.

No figure is computed here but by ``totals``; of a danger in one commune, ``zone_sentences`` speaks, here
and on the briefing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from geoalarm import i18n
from geoalarm.core.model import Source
from geoalarm.core.schema import split_keys
from geoalarm.core.terms import Basis
from geoalarm.present.classes import class_label, lower_bound
from geoalarm.present.hazard_styles import style_of
from geoalarm.present.model_warnings import caveat
from geoalarm.present.rounding import FEW, is_few, round_people, share_text
from geoalarm.present.zone_sentences import ZoneFact, chance_values, zone_sentences
from geoalarm.results.commune_count import LayerCount, zone_count
from geoalarm.results.totals import classes, summary


def chance_text(return_period_yr: float, lang: str) -> str:
    """``1% a year (1 in 100)``; empty where the layer has no probability."""
    if math.isnan(return_period_yr):
        return ""
    return i18n.text("unit.chance_full", lang, **chance_values(return_period_yr, lang))


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
    if math.isnan(whole.high):
        said = f"{said} {i18n.text('finding.lower_bound', lang)}"
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
    countries: Sequence[str] = (),
) -> list[str]:
    """What a commune has to know about one danger, most important first: its sentences, between "example" and
    what they rest on.

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
    countries : sequence of str
        Countries the layer speaks for; empty where it says none.
    """
    first, labels, count = rows.iloc[0], tuple(classes(rows)), LayerCount.of_rows(rows)
    fact = ZoneFact(
        hazard=str(first["hazard"]),
        scenario=str(first["scenario"]),
        return_period_yr=float(first["return_period_yr"]),
        labels=labels,
        rows=rows,
        count=zone_count(count, rows, str(first["hazard"]), labels),
        place=i18n.in_place(commune, lang),
        site=site,
        units=units,
        countries=tuple(countries),
    )
    basis = str(first["basis"])
    said = (
        [i18n.text("sentence.example", lang)]
        if basis == Basis.ILLUSTRATIVE or "illustrative" in count.caveats
        else []
    )
    said += [one.text for one in zone_sentences(fact, lang)]
    if fact.count.is_silent:
        return said
    said += [i18n.text(style_of(fact.hazard).milder, lang)] if fact.from_class else []
    return [*said, basis_text(basis, lang, sources=sources) + ".", i18n.text("sentence.limit", lang)]


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
