"""Effects on people: thresholds of law as rows, the severity grid of annex 3, probits of heat and blast, counting rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.quantities import convert
from geoalarm.hazards.industrial.flame import DOSE_UNIT
from geoalarm.hazards.industrial.lethality import overpressure_lethality, thermal_lethal_dose, thermal_lethality, time_to_dose
from geoalarm.hazards.industrial.registry import Outcome, at_least_zero, model, word
from geoalarm.hazards.industrial.rows import confirm, row, rows

__all__ = [
    "RINGS",
    "SEVERITIES",
    "EffectThreshold",
    "effect_threshold",
    "effect_thresholds",
    "french_rings",
    "overpressure_lethality",
    "people_counted",
    "probability_class",
    "severity",
    "thermal_lethal_dose",
    "thermal_lethality",
    "thermal_measure",
    "time_to_dose",
]

RINGS: Final = ("SEI", "SEL", "SELS")
"""French rings from mild to severe: irreversible, first lethal, significant lethal effects."""

SEVERITIES: Final = ("moderate", "serious", "important", "catastrophic", "disastrous")
"""Annex 3, mild to severe: modéré, sérieux, important, catastrophique, désastreux."""

SI_UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {"kW m-2": "W m-2", "mbar": "Pa", DOSE_UNIT: DOSE_UNIT, "yr-1": "yr-1", "1": "1", "s": "s"}
)
"""Unit of a row in its file, and the one the models work in."""


@dataclass(frozen=True, slots=True)
class EffectThreshold:
    """A level of an effect that a jurisdiction names: value [unit], label, and where it was read."""

    jurisdiction: str
    effect: str
    receptor: str
    measure: str
    unit: str
    value: float
    label: str
    meaning: str
    source: str
    verified: str

    @property
    def si(self) -> float:
        """The value as the models take it: W m-2, Pa, or a dose in (kW/m^2)^(4/3)*s."""
        return float(convert(self.value, self.unit, SI_UNITS[self.unit])) if SI_UNITS[self.unit] != self.unit else self.value

    @property
    def flags(self) -> tuple[str, ...]:
        """``to_be_confirmed`` for a value from general knowledge."""
        return confirm(self.verified, f"{self.jurisdiction} {self.effect} {self.label}")


def effect_thresholds(
    effect: str, *, measure: str | None = None, jurisdiction: str = "FR", receptor: str = "people", labels: tuple[str, ...] | None = None
) -> tuple[EffectThreshold, ...]:
    """Thresholds of an effect, mild to severe.

    Parameters
    ----------
    effect : str
        ``thermal``, ``overpressure``, ``toxic`` or ``individual_risk``.
    measure : str, optional
        ``flux`` or ``dose`` for heat.
    jurisdiction : str
        ``FR``, ``BE-WAL`` or ``BE-VLG``.
    receptor : str
        ``people`` or ``structures``.
    labels : tuple of str, optional
        Only these.

    Raises
    ------
    InputError
        If there is no such row; no other country's values take its place.

    Examples
    --------
    >>> [item.value for item in effect_thresholds("thermal", measure="dose", labels=("SEI", "SEL", "SELS"))]
    [600.0, 1000.0, 1800.0]
    """
    table = rows("effect_thresholds")
    found = [
        EffectThreshold(**{**item, "value": float(item["value"])})  # type: ignore[arg-type]
        for item in table
        if (item["effect"], item["jurisdiction"], item["receptor"]) == (effect, jurisdiction, receptor)
        and measure in (None, item["measure"])
        and (labels is None or item["label"] in labels)
    ]
    if not found:
        known = {f"{item['jurisdiction']} {item['effect']} {item['measure']} {item['receptor']}" for item in table}
        asked = f"{jurisdiction} {effect} {measure or ''} {receptor}".replace("  ", " ")
        raise InputError("effect threshold", got=asked, expected="a row of the table of thresholds", mend=near_miss(asked, known))
    return tuple(sorted(found, key=lambda item: item.value))


def french_rings(effect: str, measure: str | None = None) -> tuple[EffectThreshold, ...]:
    """SEI, SEL and SELS of heat (``flux`` or ``dose``) or overpressure (``peak``), mild to severe.

    Toxic rings are concentrations of each substance and are not here: load them from the INERIS sheets.

    Raises
    ------
    InputError
        If the effect has no three rings in the table, or heat is asked for without its measure.
    """
    found = effect_thresholds(effect, measure=measure, labels=RINGS)
    if tuple(item.label for item in found) != RINGS:
        raise InputError(
            f"French rings of effect {effect!r}",
            got=", ".join(f"{item.label} ({item.measure})" for item in found),
            expected="SEI, SEL and SELS once each",
            mend="give measure='flux' or 'dose' for heat; toxic thresholds are loaded for each substance",
        )
    return found


def thermal_measure(exposure: float) -> str:
    """``dose`` for exposures shorter than 120 s, else ``flux`` (arrete of 20 April 2007, art. 11); exposure in [s].

    Examples
    --------
    >>> thermal_measure(12.2), thermal_measure(600)
    ('dose', 'flux')
    """
    limit = effect_thresholds("thermal", measure="exposure")[0].value
    return "dose" if exposure < limit else "flux"


@model(
    inputs={
        "effect": word("thermal", "overpressure", "individual_risk"),
        "label": word(),
        "measure": word("", "flux", "dose", "peak", "individual_risk"),
        "jurisdiction": word("FR", "BE-WAL", "BE-VLG"),
        "receptor": word("people", "structures"),
    },
    outputs={"value": "", "unit": "", "meaning": ""},
    source="rows of data/effect_thresholds.csv, each with its own source",
    jurisdiction="by row",
)
def effect_threshold(effect: str, label: str, *, measure: str = "", jurisdiction: str = "FR", receptor: str = "people") -> Outcome:
    """Level at which an effect begins in a jurisdiction, as its law or practice words it.

    Parameters
    ----------
    effect, label, measure, jurisdiction, receptor : str
        As in :func:`effect_thresholds`; a label such as SEI.

    Raises
    ------
    InputError
        If there is no such row, or there are several.

    References
    ----------
    The row's own source.

    Examples
    --------
    >>> result = effect_threshold("thermal", "SELS", measure="dose")
    >>> result["value"], result["unit"]
    (1800.0, '(kW/m^2)^(4/3)*s')
    """
    found = effect_thresholds(effect, measure=measure or None, jurisdiction=jurisdiction, receptor=receptor, labels=(label,))
    if len(found) > 1:
        raise InputError(
            f"threshold {label} of {effect}", got=", ".join(item.measure for item in found), expected="one", mend="give measure="
        )
    return Outcome((found[0].value, found[0].unit, found[0].meaning), (f"row_source: {found[0].source}", *found[0].flags))


@model(
    inputs={"sels": at_least_zero("1"), "sel": at_least_zero("1"), "sei": at_least_zero("1"), "lethal_zone_outside": word()},
    outputs={"severity": "", "rank": "1"},
    source="arrete of 29 September 2005, annex 3",
    jurisdiction="FR",
    vintage="2005",
)
def severity(sels: float, sel: float, sei: float, *, lethal_zone_outside: bool | None = None) -> Outcome:
    """Severity of an accident by the people in its rings (annex 3); the worst column decides.

    Disastrous: over 10 in SELS, over 100 in SEL or over 1000 in SEI; catastrophic: over 1, 10 or more, 100 or more;
    important: over 0, over 1, 10 or more; serious: less; moderate: no lethal zone leaves the site and SEI holds less
    than one person. Shelter may be credited only where kinetics allow (note 1 of the annex); that is the caller's to say.

    Parameters
    ----------
    sels, sel, sei : float
        People outside the site in each ring, permanent equivalents [1].
    lethal_zone_outside : bool, optional
        Whether a lethal zone leaves the site at all. Without it, a ring with nobody is taken as no ring, and the
        result says so.

    Raises
    ------
    RangeError
        If a number of people is negative or unknown (NaN).

    References
    ----------
    Arrete of 29 September 2005, annex 3.

    Examples
    --------
    >>> [severity(*people)["severity"] for people in ((0, 0, 8), (1, 8, 60), (6, 40, 300), (12, 40, 300), (0, 5, 1500))]
    ['serious', 'important', 'catastrophic', 'disastrous', 'disastrous']
    """
    people = {"SELS": sels, "SEL": sel, "SEI": sei}
    reached = [
        int(item["rank"])
        for item in rows("severity")
        if people[item["zone"]] > float(item["people"]) or (item["bound"] == "at_least" and people[item["zone"]] == float(item["people"]))
    ]
    if lethal_zone_outside:
        reached.append(SEVERITIES.index("serious"))
    rank = max(reached, default=0)
    assumed = rank == 0 and lethal_zone_outside is None
    return Outcome((SEVERITIES[rank], rank), ("no_lethal_zone_outside_assumed",) if assumed else ())


@model(
    inputs={"frequency": at_least_zero("yr-1")},
    outputs={"label": ""},
    source="arrete of 29 September 2005, annex 1",
    confirm=("bounds of the probability classes",),
    jurisdiction="FR",
    vintage="2005",
)
def probability_class(frequency: float) -> str:
    """French class of yearly probability: A above 1e-2, B, C, D, E below 1e-5.

    Parameters
    ----------
    frequency : float
        Of the accident [yr-1].

    Raises
    ------
    RangeError
        If the frequency is negative.

    References
    ----------
    Arrete of 29 September 2005, annex 1, to be confirmed.

    Examples
    --------
    >>> probability_class("3e-5 /yr")["label"]
    'D'
    """
    return next(item["label"] for item in rows("probability_classes") if float(item["at_least"]) <= frequency < float(item["below"]))


@model(
    inputs={
        "kind": word(*(item["kind"] for item in rows("counting_factors"))),
        "amount": at_least_zero("1"),
        "traffic": at_least_zero("1"),
    },
    outputs={"people": "1"},
    source="circulaire of 10 May 2010, counting of people in studies of hazards",
    jurisdiction="FR",
    vintage="2010",
)
def people_counted(kind: str, amount: float, *, traffic: float | None = None) -> Outcome:
    """Permanent people of a place by the French counting rules, for severity: dwellings, roads, rails, land.

    Parameters
    ----------
    kind : str
        dwelling, road, railway, waterway, walking_path, bare_land or developed_land.
    amount : float
        Dwellings; kilometres of a way; hectares of land [1], [km], [ha].
    traffic : float, optional
        A day: vehicles, passenger trains, boats or walkers; only for ways [1].

    Raises
    ------
    InputError
        If a way has no traffic, or something else has.

    References
    ----------
    Circulaire of 10 May 2010, part 1, sheet 1, to be confirmed.

    Examples
    --------
    >>> round(float(people_counted("road", 2, traffic=5000)), 6)
    40.0
    """
    found = row("counting_factors", "kind", kind)
    if bool(found["traffic"]) != (traffic is not None):
        raise InputError("input 'traffic'", got=traffic, expected=found["traffic"] or f"nothing for {kind}", mend="see the counting rules")
    share = 1.0 if traffic is None else traffic / float(found["traffic_per"])
    return Outcome(float(found["factor"]) * amount * share, confirm(found["verified"], f"counting factor of {kind}"))
