"""A scenario as the text of its file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

from geoalarm.analysis.accident.accident_scenario import Accident
from geoalarm.analysis.scenario import EntryChoice, Options, Scenario


def scenario_text(scenario: Scenario, *, folder: Path | None = None) -> str:
    """The scenario as the YAML that :func:`read_scenario` reads and ``geoalarm run`` takes.

    Parameters
    ----------
    scenario : Scenario
    folder : pathlib.Path, optional
        Where the file will stand: paths are written relative to it.
    """
    chosen = scenario.options
    options = _options_of(chosen, folder)
    usual = _options_of(Options(), folder)
    entries = [
        {
            "entry": item.entry,
            **(
                {"parameters": {name: list(values) for name, values in item.parameters.items()}}
                if item.parameters
                else {}
            ),
            **({"bounds": list(item.bounds)} if item.bounds else {}),
        }
        for item in scenario.footprints
    ]
    accidents = [{"accident": item.as_dict() | _paths_of(item, folder)} for item in scenario.accidents]
    facts = {
        "name": scenario.name,
        "title": scenario.title,
        "catalog": _path(scenario.catalog, folder),
        "communes": [_entry_text(scenario.choice(name)) for name in scenario.communes],
        "population": [_entry_text(scenario.choice(name)) for name in scenario.populations],
        "sites": None if scenario.sites is None else list(scenario.sites),
        "footprints": [*entries, *accidents],
        "options": {name: value for name, value in options.items() if value != usual[name]},
    }
    return yaml.safe_dump(
        {name: value for name, value in facts.items() if value or (name == "sites" and value is not None)},
        sort_keys=False,
        allow_unicode=True,
    )


def _entry_text(choice: EntryChoice) -> str | dict[str, Any]:
    if not choice.says_more:
        return choice.entry
    parameters = {name: list(values) for name, values in choice.parameters.items()}
    facts = {"entry": choice.entry, "parameters": parameters, "codes": list(choice.codes)}
    return {name: value for name, value in facts.items() if value}


def _path(path: Path | None, folder: Path | None) -> str | None:
    if path is None:
        return None
    return Path(os.path.relpath(path, folder)).as_posix() if folder is not None else path.as_posix()


def _paths_of(accident: Accident, folder: Path | None) -> dict[str, Any]:
    """The files an accident names, relative to a folder."""
    found: dict[str, Any] = {}
    if accident.thresholds is not None:
        found["thresholds"] = _path(accident.thresholds, folder)
    if isinstance(accident.inputs.get("curves"), str):
        found["inputs"] = {**accident.inputs, "curves": _path(Path(str(accident.inputs["curves"])), folder)}
    return found


def _options_of(chosen: Options, folder: Path | None) -> dict[str, Any]:
    return {
        "seam": chosen.seam,
        "seam_line": _path(chosen.seam_line, folder),
        "annual_expectation": chosen.annual_expectation or "none",
        "zero_at_yr": chosen.zero_at_yr,
        "union": chosen.union,
    }
