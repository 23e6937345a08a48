"""How often slopes of a class have slid, by an inventory of events; without one, no probability."""

from __future__ import annotations

from typing import Final

import pandas as pd
from scipy.special import gammaincinv

from geoalarm.core.reference_rows import rows
from geoalarm.core.registry import at_least_zero, model, positive

HEADLINE: Final = tuple(
    row["label"] for row in rows(__package__, "susceptibility") if row["headline"] == "yes"
)
"""Classes of the headline figure: high and very high."""


def headline(table: pd.DataFrame) -> pd.DataFrame:
    """People of each commune on ground of high or very high susceptibility; NaN where a class is unknown.

    Parameters
    ----------
    table : pandas.DataFrame
        Exposure table with the classes of susceptibility.

    Returns
    -------
    pandas.DataFrame
        ``commune_id``, ``population``, ``population_exposed`` [1], in the order of the table.
    """
    chosen = table[(table["hazard"] == "landslide") & table["intensity_class"].isin(HEADLINE)]
    grouped = chosen.groupby("commune_id", sort=False)
    people = grouped["population_exposed"].agg(lambda values: values.sum(skipna=False))
    return pd.DataFrame(
        {"population": grouped["population"].first(), "population_exposed": people}
    ).reset_index()


@model(
    inputs={"events": at_least_zero("1"), "area": positive("km^2"), "years": positive("yr")},
    outputs={"rate": "km-2 yr-1", "low": "km-2 yr-1", "high": "km-2 yr-1"},
    source="Poisson rate of an inventory with the exact central interval of 90 %",
)
def inventory_rate(events: float, area: float, years: float) -> tuple[float, float, float]:
    """Landslides in a year on a square kilometre of a class, from an inventory, with its interval of 90 %.

    ``rate = n / (A t)``

    Parameters
    ----------
    events : float
        Of the inventory in the class [1].
    area : float
        Of the class within the area of the inventory [km^2].
    years : float
        That the inventory covers [yr].

    Raises
    ------
    RangeError
        If events are negative, or area or years not positive.

    References
    ----------
    Garwood (1936), exact interval of a Poisson mean.

    Examples
    --------
    >>> found = inventory_rate(3, 100.0, 20.0)
    >>> [round(float(found[name]) * 1000, 2) for name in ("rate", "low", "high")]
    [1.5, 0.41, 3.88]
    """
    exposure = area * years
    low = 0.0 if events == 0 else float(gammaincinv(events, 0.05))
    return events / exposure, low / exposure, float(gammaincinv(events + 1, 0.95)) / exposure
