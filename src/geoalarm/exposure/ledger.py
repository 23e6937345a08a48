"""The account of the people: parts, outside and residual add up to the total."""

from __future__ import annotations

from geoalarm.exposure.counts import Counts
from geoalarm.exposure.population_index import PopulationIndex


def ledger(counts: Counts, prepared: PopulationIndex) -> dict[str, float]:
    """People by where they went [1].

    ``total = in_communes + outside + unplaced - counted_twice + residual`` over the whole population layer,
    each term summed on its own; ``in_communes = exposed + not_exposed + unknown + residual_exposure`` over
    the communes. Beside them ``units_without_people`` is the number of cells or polygons in communes of which
    it is not known how many live there, and ``told_twice`` are people on ground that two polygons claim by
    the inaccuracy of their outlines.
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
        "unplaced": prepared.unplaced,
        "residual": total - inside - outside - prepared.unplaced + twice,
        "exposed": exposed,
        "not_exposed": not_exposed,
        "unknown": unknown,
        "residual_exposure": inside - exposed - not_exposed - unknown,
        "units_without_people": float(prepared.units_without_people),
        "told_twice": prepared.told_twice,
    }
