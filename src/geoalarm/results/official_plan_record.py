"""What official plans say of themselves, beside what was counted in them: a part of the manifest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from geoalarm.core.model import Footprint
from geoalarm.results.manifest import to_plain


def official_plans_of(footprints: Sequence[Footprint], tables: Sequence[pd.DataFrame]) -> dict[str, Any]:
    """Under ``official_plans`` one object a plan: state, hazards, crosswalk of classes, notes, the state's
    own counts, and ``people_exposed``, counted here in its zones [1]. Empty where no footprint is a plan.

    Parameters
    ----------
    footprints, tables : sequences
        Footprints, and the engine's table of each (its ``attrs`` hold the ledger).
    """
    made = [
        {
            "source_id": footprint.sources[0].id,
            "people_exposed": table.attrs.get("ledger", {}).get("exposed"),
            **footprint.plan.as_dict(),
        }
        for footprint, table in zip(footprints, tables, strict=True)
        if footprint.plan is not None
    ]
    return {"official_plans": to_plain(made)} if made else {}
