"""The French grid of risk reduction for Seveso sites: severity of annex 3 against probability class."""

from __future__ import annotations

from geoalarm.core.reference_rows import confirm, rows
from geoalarm.core.registry import FlaggedOutputs, model, word
from geoalarm.hazards.industrial.effects import SEVERITIES


@model(
    inputs={
        "severity": word(*SEVERITIES),
        "probability_class": word("A", "B", "C", "D", "E"),
        "site": word("existing", "new"),
    },
    outputs={"cell": "", "rank": "1"},
    source="circulaire of 10 May 2010, grid of risk reduction measures (MMR); rows of data/mmr_grid.csv",
    jurisdiction="FR",
    vintage="2010",
)
def mmr_cell(severity: str, probability_class: str, *, site: str = "existing") -> FlaggedOutputs:
    """Cell of an accident in the French grid for Seveso sites: ``moindre``, ``MMR`` (rank 1 or 2) or ``NON``
    (rank 1 to 4).

    It says where one accident stands. The authority judges all accidents of a site together, and which
    measures were taken; that judgement is not in the cell. The grid is for French Seveso sites and for
    nothing else.

    Parameters
    ----------
    severity : str
        Of annex 3, as ``severity`` gives it.
    probability_class : str
        Of annex 1, as ``probability_class`` gives it.
    site : str
        ``existing`` or ``new``: one cell differs.

    Raises
    ------
    InputError
        If a word is none of those of the grid.

    References
    ----------
    Circulaire of 10 May 2010, part 1, sheet on the criteria of appreciation, to be confirmed.

    Examples
    --------
    >>> result = mmr_cell("catastrophic", "D")
    >>> result["cell"], result["rank"]
    ('MMR', 2)
    """
    found = next(
        item
        for item in rows(__package__, "mmr_grid")
        if (item["severity"], item["probability"]) == (severity, probability_class)
        and item["site"] in ("any", site)
    )
    return FlaggedOutputs(
        (found["cell"], int(found["rank"])), confirm(found["verified"], "cells of the MMR grid")
    )
