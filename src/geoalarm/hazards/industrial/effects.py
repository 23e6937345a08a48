"""Effects on people: the severity grid of annex 3, probability classes, counting rules; beside them
thresholds and probits.
"""

from __future__ import annotations

from typing import Final

from geoalarm.core.errors import InputError
from geoalarm.core.reference_rows import confirm, row, rows
from geoalarm.core.registry import FlaggedOutputs, at_least_zero, model, word
from geoalarm.hazards.industrial.lethality import (
    overpressure_lethality,
    thermal_lethal_dose,
    thermal_lethality,
    time_to_dose,
)
from geoalarm.hazards.industrial.thresholds import (
    RINGS,
    EffectThreshold,
    effect_threshold,
    effect_thresholds,
    french_rings,
    load_effect_thresholds,
    thermal_measure,
)

__all__ = [
    "RINGS",
    "SEVERITIES",
    "EffectThreshold",
    "effect_threshold",
    "effect_thresholds",
    "french_rings",
    "load_effect_thresholds",
    "overpressure_lethality",
    "people_counted",
    "probability_class",
    "severity",
    "thermal_lethal_dose",
    "thermal_lethality",
    "thermal_measure",
    "time_to_dose",
]

SEVERITIES: Final = ("moderate", "serious", "important", "catastrophic", "disastrous")
"""Annex 3, mild to severe: modéré, sérieux, important, catastrophique, désastreux."""


@model(
    inputs={
        "sels": at_least_zero("1"),
        "sel": at_least_zero("1"),
        "sei": at_least_zero("1"),
        "lethal_zone_outside": word(),
    },
    outputs={"severity": "", "rank": "1"},
    source="arrete of 29 September 2005, annex 3",
    jurisdiction="FR",
    vintage="2005",
)
def severity(
    sels: float, sel: float, sei: float, *, lethal_zone_outside: bool | None = None
) -> FlaggedOutputs:
    """Severity of an accident by the people in its rings (annex 3); the worst column decides.

    Disastrous: over 10 in SELS, over 100 in SEL or over 1000 in SEI; catastrophic: over 1, 10 or more, 100 or
    more; important: over 0, over 1, 10 or more; serious: less; moderate: no lethal zone leaves the site and
    SEI holds less than one person. Shelter may be credited only where kinetics allow (note 1 of the annex);
    that is the caller's to say.

    Parameters
    ----------
    sels, sel, sei : float
        People outside the site in each ring, permanent equivalents [1].
    lethal_zone_outside : bool, optional
        Whether a lethal zone leaves the site at all. Without it, a ring with nobody is taken as no ring, and
        the result says so.

    Raises
    ------
    RangeError
        If a number of people is negative or unknown (NaN).

    References
    ----------
    Arrete of 29 September 2005, annex 3.

    Examples
    --------
    >>> cases = (0, 0, 8), (1, 8, 60), (6, 40, 300), (12, 40, 300), (0, 5, 1500)
    >>> [severity(*people)["severity"] for people in cases]
    ['serious', 'important', 'catastrophic', 'disastrous', 'disastrous']
    """
    people = {"SELS": sels, "SEL": sel, "SEI": sei}
    reached = [
        int(item["rank"])
        for item in rows(__package__, "severity")
        if people[item["zone"]] > float(item["people"])
        or (item["bound"] == "at_least" and people[item["zone"]] == float(item["people"]))
    ]
    if lethal_zone_outside:
        reached.append(SEVERITIES.index("serious"))
    rank = max(reached, default=0)
    assumed = rank == 0 and lethal_zone_outside is None
    return FlaggedOutputs((SEVERITIES[rank], rank), ("no_lethal_zone_outside_assumed",) if assumed else ())


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
    return next(
        item["label"]
        for item in rows(__package__, "probability_classes")
        if float(item["at_least"]) <= frequency < float(item["below"])
    )


@model(
    inputs={
        "kind": word(*(item["kind"] for item in rows(__package__, "counting_factors"))),
        "amount": at_least_zero("1"),
        "traffic": at_least_zero("1"),
    },
    outputs={"people": "1"},
    source="circulaire of 10 May 2010, counting of people in studies of hazards",
    jurisdiction="FR",
    vintage="2010",
)
def people_counted(kind: str, amount: float, *, traffic: float | None = None) -> FlaggedOutputs:
    """Permanent people of a place by the French counting rules, for severity: dwellings, roads, rails, land.

    ``people = factor x amount``, and on a way ``x traffic / (unit of traffic)``.

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
    found = row(__package__, "counting_factors", "kind", kind)
    if bool(found["traffic"]) != (traffic is not None):
        raise InputError(
            "input 'traffic'",
            got=traffic,
            expected=found["traffic"] or f"nothing for {kind}",
            hint="see the counting rules",
        )
    share = 1.0 if traffic is None else traffic / float(found["traffic_per"])
    return FlaggedOutputs(
        float(found["factor"]) * amount * share, confirm(found["verified"], f"counting factor of {kind}")
    )
