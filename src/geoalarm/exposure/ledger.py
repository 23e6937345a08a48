"""The account of the people: parts, outside and residual add up to the total."""

from __future__ import annotations

from geoalarm.exposure.counts import Counts
from geoalarm.exposure.population_index import PopulationIndex


def ledger(counts: Counts, prepared: PopulationIndex) -> dict[str, float]:
    """People by where they went [1].

    ``total = in_communes + outside - counted_twice + residual`` over the whole population layer, each term
    summed on its own; ``in_communes = exposed + not_exposed + unknown + residual_exposure`` over the
    communes.
    """
    total, inside, outside, twice = prepared.account
    overlapping = "classes_overlap" in counts.caveats
    not_exposed, unknown = float(counts.not_exposed.sum()), float(counts.unknown.sum())
    exposed = inside - not_exposed - unknown if overlapping else float(counts.exposed.sum())
    return {
        "total": total,
        "in_communes": inside,
        "outside": outside,
        "counted_twice": twice,
        "residual": total - inside - outside + twice,
        "exposed": exposed,
        "not_exposed": not_exposed,
        "unknown": unknown,
        "residual_exposure": inside - exposed - not_exposed - unknown,
    }
