"""Points of an exposure curve: people by yearly chance, only where the map of that chance says something."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geoalarm.core.units import annual_exceedance_probability


def curve_points(totals: pd.DataFrame, *, commune_id: str | None = None) -> pd.DataFrame:
    """People exposed by return period, often to rare.

    Parameters
    ----------
    totals : pandas.DataFrame
        Totals of one hazard and scenario over several return periods
        (:func:`geoalarm.results.totals.threshold_total`).
    commune_id : str, optional
        One commune; None: the sum over the communes that have a number at every return period, so that points
        compare.

    Returns
    -------
    pandas.DataFrame
        ``return_period_yr``, ``chance`` [yr-1], ``people``, ``low``, ``high`` [1], ``communes``; a return
        period without a number has no row.
    """
    rows = totals[totals["return_period_yr"].notna()]
    if commune_id is not None:
        rows = rows[rows["commune_id"] == commune_id]
    else:
        known = rows["population_exposed"].notna().groupby(rows["commune_id"]).all()
        rows = rows[rows["commune_id"].isin(known.index[known])]
    rows = rows[rows["population_exposed"].notna()]
    sums = rows.groupby("return_period_yr", sort=True).agg(
        people=("population_exposed", "sum"),
        low=("population_exposed_low", "sum"),
        high=("population_exposed_high", lambda highs: highs.sum(skipna=False)),
        communes=("commune_id", "count"),
    )
    out = sums.reset_index()
    chances = [annual_exceedance_probability(float(period)) for period in out["return_period_yr"]]
    out.insert(1, "chance", np.array(chances, dtype="float64"))
    return out
