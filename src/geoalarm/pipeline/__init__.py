"""The one place that joins catalog, hazards, exposure and results; views and commands ask here."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geoalarm.catalog import open_catalog
    from geoalarm.pipeline.accident import Accident
    from geoalarm.pipeline.borders import Joined
    from geoalarm.pipeline.calculator import find_model, models, room_of, run_model
    from geoalarm.pipeline.compute import run
    from geoalarm.pipeline.health import Check, check_health
    from geoalarm.pipeline.option import LayerOption
    from geoalarm.pipeline.own_files import expose_files
    from geoalarm.pipeline.own_given import FilePart, OwnFiles
    from geoalarm.pipeline.scenario import (
        FootprintChoice,
        Options,
        Scenario,
        default_scenario,
        read_scenario,
        scenario_from,
        scenario_text,
    )
    from geoalarm.pipeline.territory import Territory, open_territory
    from geoalarm.pipeline.whatif import AccidentView, SiteOption, choices, warm_models
    from geoalarm.pipeline.workspace import Progress, Workspace, cache_dir, open_workspace

_WHERE = {
    "Accident": "geoalarm.pipeline.accident",
    "AccidentView": "geoalarm.pipeline.whatif",
    "SiteOption": "geoalarm.pipeline.whatif",
    "choices": "geoalarm.pipeline.whatif",
    "find_model": "geoalarm.pipeline.calculator",
    "models": "geoalarm.pipeline.calculator",
    "room_of": "geoalarm.pipeline.calculator",
    "run_model": "geoalarm.pipeline.calculator",
    "scenario_text": "geoalarm.pipeline.scenario",
    "warm_models": "geoalarm.pipeline.whatif",
    "open_catalog": "geoalarm.catalog",
    "Joined": "geoalarm.pipeline.borders",
    "run": "geoalarm.pipeline.compute",
    "Check": "geoalarm.pipeline.health",
    "check_health": "geoalarm.pipeline.health",
    "LayerOption": "geoalarm.pipeline.option",
    "FilePart": "geoalarm.pipeline.own_given",
    "OwnFiles": "geoalarm.pipeline.own_given",
    "expose_files": "geoalarm.pipeline.own_files",
    "FootprintChoice": "geoalarm.pipeline.scenario",
    "Options": "geoalarm.pipeline.scenario",
    "Scenario": "geoalarm.pipeline.scenario",
    "default_scenario": "geoalarm.pipeline.scenario",
    "read_scenario": "geoalarm.pipeline.scenario",
    "scenario_from": "geoalarm.pipeline.scenario",
    "Territory": "geoalarm.pipeline.territory",
    "open_territory": "geoalarm.pipeline.territory",
    "Progress": "geoalarm.pipeline.workspace",
    "Workspace": "geoalarm.pipeline.workspace",
    "cache_dir": "geoalarm.pipeline.workspace",
    "open_workspace": "geoalarm.pipeline.workspace",
}

__all__ = [
    "Accident",
    "AccidentView",
    "Check",
    "FilePart",
    "FootprintChoice",
    "Joined",
    "LayerOption",
    "Options",
    "OwnFiles",
    "Progress",
    "Scenario",
    "SiteOption",
    "Territory",
    "Workspace",
    "cache_dir",
    "check_health",
    "choices",
    "default_scenario",
    "expose_files",
    "find_model",
    "models",
    "open_catalog",
    "open_territory",
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
