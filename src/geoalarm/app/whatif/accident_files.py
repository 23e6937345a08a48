"""Files of an accident: the scenario that ``geoalarm run`` takes, and the table of the communes hit."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path
from typing import Final

import pandas as pd

from geoalarm import i18n
from geoalarm.analysis import scenario_text
from geoalarm.analysis.accident.accident_choices import read_thresholds, threshold_columns
from geoalarm.analysis.accident.accident_scenario import Accident
from geoalarm.app.session import SharedSession
from geoalarm.app.web.download_file import DownloadFile
from geoalarm.app.whatif.whatif_state import WhatIfState
from geoalarm.app.whatif.whatif_view import AccidentOutcome
from geoalarm.core.errors import InputError
from geoalarm.core.scratch_files import scratch_place
from geoalarm.present import exports
from geoalarm.results import totals as tables

FORMATS: Final = ("yml", "csv")
LARGEST: Final = 100_000
"""Bytes of a file of thresholds that are taken."""


class UploadStore:
    """Files a reader lays down for one session: a folder of its own, gone with the session or the server."""

    def __init__(self) -> None:
        self._folder: Path | None = None

    def thresholds(self, name: str, size: str, text: str) -> tuple[Path, dict[str, tuple[str, ...]]]:
        """Keep a file of toxic thresholds and say what it holds.

        Raises
        ------
        InputError, Faults
            If it is too large or no such table: nothing of it is kept.
        """
        if not size.isdecimal() or len(size) > 12 or int(size) > LARGEST or len(text) > LARGEST:
            raise InputError(
                "thresholds file",
                got=f"{size[:12]} bytes",
                expected=f"at most {LARGEST}",
                hint="one row a threshold",
            )
        self._folder = self._folder or scratch_place()
        stem = (
            re.sub(r"[^A-Za-z0-9._-]+", "_", name.rpartition("/")[2].rpartition(".")[0])[:40].strip("._")
            or "thresholds"
        )
        path = self._folder / hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12] / f"{stem}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="replace")
        try:
            return path, read_thresholds(path)
        except ValueError:
            shutil.rmtree(path.parent)
            raise

    def clear(self) -> None:
        """Throw everything away."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def thresholds_form(state: WhatIfState) -> DownloadFile:
    """An empty table of the French thresholds of the substance, to fill in from its official sheet."""
    substance = state.inputs.get("substance") or "chlorine"
    minutes = re.sub(r"[^0-9.].*$", "", state.inputs.get("exposure_min", "").strip()) or "60"
    rows = [f"FR,{substance},{effect},{minutes},,ppm,,INERIS,R" for effect in ("SEI", "SEL", "SELS")]
    return DownloadFile(
        f"thresholds_{substance}.csv",
        "text/csv",
        ("\n".join([",".join(threshold_columns()), *rows]) + "\n").encode("utf-8"),
    )


def file_of(kind: str, outcome: AccidentOutcome, state: WhatIfState, shared: SharedSession) -> DownloadFile:
    """The file of a kind in :data:`FORMATS`."""
    choice = outcome.first.choice
    stem = re.sub(r"[^A-Za-z0-9.]+", "_", f"geoalarm_{choice.kind}_{choice.name}").strip("_.")
    if kind == "yml":
        return DownloadFile(f"{stem}.yml", "application/yaml", scenario(outcome, shared).encode("utf-8"))
    return DownloadFile(f"{stem}.csv", "text/csv", rows(outcome, state, shared))


def scenario(outcome: AccidentOutcome, shared: SharedSession) -> str:
    """The accident, or both weathers of it, as a scenario file over the same communes and people."""
    accidents = [_portable(view.choice) for view in outcome.both]
    return scenario_text(shared.workspace.scenario.with_accidents(*accidents))


def _portable(choice: Accident) -> Accident:
    """The choice with its effect as a raster; a file of thresholds is looked for beside the scenario."""
    changes = {"thresholds": Path(choice.thresholds.name)} if choice.thresholds is not None else {}
    return choice.changed(field=True, **changes)


def rows(outcome: AccidentOutcome, state: WhatIfState, shared: SharedSession) -> bytes:
    """The communes hit, most exposed first, each row with the notice and the models."""
    hit, names = outcome.hit(), shared.names(state.lang)
    found = []
    for part in (hit.first, hit.second):
        if part is not None:
            ranked = tables.ranking(part).assign(notice=i18n.text("accident.notice", state.lang))
            ranked.insert(1, "name", names.reindex(ranked["commune_id"]).to_numpy())
            found.append(ranked)
    return exports.csv(pd.concat(found, ignore_index=True))
