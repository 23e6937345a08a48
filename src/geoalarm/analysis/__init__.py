"""The one place that joins catalog, hazards, exposure and results; views and commands ask here."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geoalarm.analysis.accident.accident_choices import choices, warm_models
    from geoalarm.analysis.accident.accident_scenario import Accident
    from geoalarm.analysis.accident.accident_sites import SiteOption
    from geoalarm.analysis.accident.accident_view import AccidentView
    from geoalarm.analysis.boundaries import JoinedCommunes
    from geoalarm.analysis.layer_option import LayerOption
    from geoalarm.analysis.model_calculator import find_model, models, room_of, run_model
    from geoalarm.analysis.run_scenario import run
    from geoalarm.analysis.scenario import (
        FootprintChoice,
        Options,
        Scenario,
        default_scenario,
        read_scenario,
        scenario_from,
        scenario_text,
    )
    from geoalarm.analysis.user_files.expose_files import expose_files
    from geoalarm.analysis.user_files.user_options import FilePart, UserFiles
    from geoalarm.analysis.workspace import Progress, Workspace, cache_dir, open_workspace
    from geoalarm.catalog import open_catalog

_WHERE = {
    "Accident": "geoalarm.analysis.accident.accident_scenario",
    "AccidentView": "geoalarm.analysis.accident.accident_view",
    "SiteOption": "geoalarm.analysis.accident.accident_sites",
    "choices": "geoalarm.analysis.accident.accident_choices",
    "find_model": "geoalarm.analysis.model_calculator",
    "models": "geoalarm.analysis.model_calculator",
    "room_of": "geoalarm.analysis.model_calculator",
    "run_model": "geoalarm.analysis.model_calculator",
    "scenario_text": "geoalarm.analysis.scenario",
    "warm_models": "geoalarm.analysis.accident.accident_choices",
    "open_catalog": "geoalarm.catalog",
    "JoinedCommunes": "geoalarm.analysis.boundaries",
    "run": "geoalarm.analysis.run_scenario",
    "LayerOption": "geoalarm.analysis.layer_option",
    "FilePart": "geoalarm.analysis.user_files.user_options",
    "UserFiles": "geoalarm.analysis.user_files.user_options",
    "expose_files": "geoalarm.analysis.user_files.expose_files",
    "FootprintChoice": "geoalarm.analysis.scenario",
    "Options": "geoalarm.analysis.scenario",
    "Scenario": "geoalarm.analysis.scenario",
    "default_scenario": "geoalarm.analysis.scenario",
    "read_scenario": "geoalarm.analysis.scenario",
    "scenario_from": "geoalarm.analysis.scenario",
    "Progress": "geoalarm.analysis.workspace",
    "Workspace": "geoalarm.analysis.workspace",
    "cache_dir": "geoalarm.analysis.workspace",
    "open_workspace": "geoalarm.analysis.workspace",
}

__all__ = [
    "Accident",
    "AccidentView",
    "FilePart",
    "FootprintChoice",
    "JoinedCommunes",
    "LayerOption",
    "Options",
    "Progress",
    "Scenario",
    "SiteOption",
    "UserFiles",
    "Workspace",
    "cache_dir",
    "choices",
    "default_scenario",
    "expose_files",
    "find_model",
    "models",
    "open_catalog",
    "open_workspace",
    "read_scenario",
    "room_of",
    "run",
    "run_model",
    "scenario_from",
    "scenario_text",
    "warm_models",
]


def __getattr__(name: str) -> object:
    """Load a part when it is first asked for: commands that need one do not wait for the others."""
    if name in _WHERE:
        return getattr(importlib.import_module(_WHERE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
