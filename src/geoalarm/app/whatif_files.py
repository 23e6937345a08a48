"""Files of an accident: the scenario that ``geoalarm run`` takes, and the table of the communes hit."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from geoalarm.app.downloads import File
from geoalarm.app.shared import Shared
from geoalarm.app.whatif_state import WhatIfState
from geoalarm.app.whatif_view import Outcome
from geoalarm.core import i18n
from geoalarm.pipeline import scenario_text
from geoalarm.present import exports
from geoalarm.present import totals as tables

FORMATS: Final = ("yml", "csv")


def file_of(kind: str, outcome: Outcome, state: WhatIfState, shared: Shared) -> File:
    """The file of a kind in :data:`FORMATS`."""
    choice = outcome.first.choice
    stem = re.sub(r"[^A-Za-z0-9.]+", "_", f"geoalarm_{choice.kind}_{choice.name}").strip("_.")
    if kind == "yml":
        return File(f"{stem}.yml", "application/yaml", scenario(outcome, shared).encode("utf-8"))
    return File(f"{stem}.csv", "text/csv", rows(outcome, state, shared))


def scenario(outcome: Outcome, shared: Shared) -> str:
    """The accident, or both weathers of it, as a scenario file over the same communes and people."""
    accidents = [view.choice.changed(field=True) for view in outcome.both]
    return scenario_text(shared.workspace.scenario.with_accidents(*accidents))


def rows(outcome: Outcome, state: WhatIfState, shared: Shared) -> bytes:
    """The communes hit, most exposed first, each row with the notice and the models."""
    hit, names = outcome.hit(), shared.names(state.lang)
    found = []
    for part in (hit.first, hit.second):
        if part is not None:
            ranked = tables.ranking(part).assign(notice=i18n.text("accident.notice", state.lang))
            ranked.insert(1, "name", names.reindex(ranked["commune_id"]).to_numpy())
            found.append(ranked)
    return exports.csv(pd.concat(found, ignore_index=True))
