"""Three official systems of flood maps side by side: native labels and intervals are kept, and a common
frequency stands beside them.

Official classes are read and mapped, never recomputed. A class that spans two frequencies carries both; one
without a period or a depth of its own (Walloon alea, PPRI) says so and is good for counting people by class
only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import geopandas as gpd
import pandas as pd

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.model import require_column
from geoalarm.core.reference_rows import confirm, rows
from geoalarm.core.registry import FlaggedOutputs, ModelInput, model

FREQUENCIES: Final = tuple(row["frequency"] for row in rows(__package__, "frequencies"))
"""From the most frequent to the rarest: F3, F2, F1, F0."""

Likeness = Literal["same", "overlapping", "apart", "not_comparable"]


@dataclass(frozen=True, slots=True)
class FloodClass:
    """One class of one system: its native label, intervals of return period [yr] and depth [m], and
    frequencies it may have.

    NaN where the system states none; an infinite upper bound is open. ``frequencies`` go from the rarest to
    the most frequent and are empty where none can be stated. ``depth_for_functions_m`` is what a depth
    function takes for the class.
    """

    system: str
    country: str
    scenario: str
    depth_class: str
    label: str
    depth_label: str
    return_period_yr: float
    period_min_yr: float
    period_max_yr: float
    depth_min_m: float
    depth_max_m: float
    depth_for_functions_m: float
    frequencies: tuple[str, ...]
    source: str
    warnings: tuple[str, ...]

    @property
    def source_class(self) -> str:
        """System, scenario and class of depth as one word: ``fr_tri:02MOY:3``."""
        return ":".join(part for part in (self.system, self.scenario, self.depth_class) if part)

    @property
    def frequency(self) -> str:
        """The common frequency in words: ``F2``, ``F2 or F3``, or ``not stated``."""
        return " or ".join(self.frequencies) or "not stated"


def systems() -> tuple[str, ...]:
    """Names of the systems: French TRI and PPRI, Walloon zones and alea, Flemish watertoets."""
    return tuple(dict.fromkeys(row["system"] for row in rows(__package__, "scenarios")))


def flood_class(
    system: str, scenario: str, *, depth_class: str | None = None, depth_system: str | None = None
) -> FloodClass:
    """One class of a system in the common record.

    Parameters
    ----------
    system : str
        ``fr_tri``, ``fr_ppri``, ``wal_zones``, ``wal_alea`` or ``vla_watertoets``.
    scenario : str
        The native code: ``02MOY``, ``T50``, ``D`` ...
    depth_class : str, optional
        Number of the class of depth, from 1, where the system has some.
    depth_system : str, optional
        Other classes of depth of the same system, ``fr_tri_runoff``.

    Raises
    ------
    InputError
        If the system, the scenario or the class of depth is unknown, with the nearest that exists.
    """
    found = _row("scenarios", system, "scenario", scenario)
    deep = (
        None
        if depth_class is None
        else _row("depth_classes", depth_system or system, "depth_class", str(depth_class))
    )
    if deep is not None and not str(deep["system"]).startswith(system):
        raise InputError("depth_system", got=repr(depth_system), expected=f"one of system {system!r}")
    low, high = found["frequency_low"], found["frequency_high"]
    return FloodClass(
        system=system,
        country=found["country"],
        scenario=scenario,
        depth_class="" if deep is None else deep["depth_class"],
        label=found["label"],
        depth_label="" if deep is None else deep["label"],
        return_period_yr=_number(found["return_period_yr"]),
        period_min_yr=_number(found["period_min_yr"]),
        period_max_yr=_number(found["period_max_yr"]),
        depth_min_m=math.nan if deep is None else _number(deep["depth_min_m"]),
        depth_max_m=math.nan if deep is None else _number(deep["depth_max_m"]),
        depth_for_functions_m=math.nan if deep is None else _number(deep["depth_for_functions_m"]),
        frequencies=_between(low, high) if low else (),
        source=found["source"],
        warnings=(
            *confirm(found["verified"], f"class {scenario} of {system}"),
            *confirm(found["interval_verified"], f"interval of return periods of {scenario} of {system}"),
            *(
                confirm(deep["verified"], f"depths of class {depth_class} of {system}")
                if deep is not None
                else ()
            ),
            *([f"class_remark: {found['remark']}"] if found["remark"] else []),
        ),
    )


def crosswalk(classes: Sequence[FloodClass]) -> pd.DataFrame:
    """Classes of several systems as a table, the most frequent first: both native labels stand beside the
    common frequency.

    Returns
    -------
    pandas.DataFrame
        ``country``, ``system``, ``source_class``, ``label``, ``depth_label``, ``frequency``,
        ``period_min_yr``, ``period_max_yr`` [yr], ``depth_min_m``, ``depth_max_m`` [m], ``source``,
        ``warnings``.
    """
    order = {name: place for place, name in enumerate(FREQUENCIES)}
    ranked = sorted(
        classes, key=lambda item: [order[name] for name in reversed(item.frequencies)] or [len(order)]
    )
    columns = [
        "country",
        "system",
        "source_class",
        "label",
        "depth_label",
        "frequency",
        "period_min_yr",
        "period_max_yr",
    ]
    columns += ["depth_min_m", "depth_max_m", "source"]
    table = pd.DataFrame(
        [{name: getattr(item, name) for name in columns} for item in ranked], columns=columns
    )
    return table.assign(warnings=["|".join(item.warnings) for item in ranked])


def likeness(a: FloodClass, b: FloodClass) -> Likeness:
    """Whether two classes are equally frequent: ``same`` only where each has one frequency and it is the
    same.

    A French *fort* and a Walloon *eleve* have no frequency of their own: ``not_comparable``, whatever their
    words.
    """
    if a.system == b.system and a.scenario == b.scenario:
        return "same"
    if not a.frequencies or not b.frequencies:
        return "not_comparable"
    if not set(a.frequencies) & set(b.frequencies):
        return "apart"
    return "same" if len(a.frequencies) == len(b.frequencies) == 1 else "overlapping"


def with_common_record(
    frame: gpd.GeoDataFrame,
    system: str,
    *,
    scenario_column: str,
    depth_column: str | None = None,
    depth_system: str | None = None,
) -> gpd.GeoDataFrame:
    """Polygons of an official map with the common record in new columns; their own columns stay as they are.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Polygons with the native codes.
    system, scenario_column, depth_column, depth_system : str
        The system, and the columns that hold codes of scenario and class of depth; see :func:`flood_class`.

    Returns
    -------
    geopandas.GeoDataFrame
        With ``source_class``, ``native_label``, ``frequency``, ``period_min_yr``, ``period_max_yr`` [yr],
        ``depth_min_m`` and ``depth_max_m`` [m], NaN where the system states none.

    Raises
    ------
    InputError
        If a column is missing, or a code is not one of the system.
    """
    for column in (scenario_column, *([depth_column] if depth_column else [])):
        require_column(frame, column, what=f"flood map of system {system!r}")
    depths: Sequence[object] = [None] * len(frame) if depth_column is None else frame[depth_column].tolist()
    found = [
        flood_class(
            system, str(code), depth_class=None if depth is None else str(depth), depth_system=depth_system
        )
        for code, depth in zip(frame[scenario_column].tolist(), depths, strict=True)
    ]
    return frame.assign(
        source_class=[item.source_class for item in found],
        native_label=[item.label for item in found],
        frequency=[item.frequency for item in found],
        **{
            name: [getattr(item, name) for item in found]
            for name in ("period_min_yr", "period_max_yr", "depth_min_m", "depth_max_m")
        },
    )


@model(
    inputs={"return_period": ModelInput("yr", 1.0), "return_period_max": ModelInput("yr", 1.0)},
    outputs={"rarest": "", "most_frequent": ""},
    source="classes of frequency chosen by this project: F3 up to 30 yr, F2 up to 150, F1 up to 1000, "
    "F0 beyond",
)
def flood_frequency(return_period: float, return_period_max: float | None = None) -> tuple[str, str]:
    """Common class of frequency of a return period, or the two of an interval: F3 T <= 30, F2 to 150, F1 to
    1000, F0 beyond.

    Parameters
    ----------
    return_period : float
        Return period, or the shortest of an interval [yr].
    return_period_max : float
        The longest of the interval [yr].

    Raises
    ------
    RangeError
        If a period is below 1 yr.
    InputError
        If the interval ends before it starts.

    References
    ----------
    Choice of this project; it stands beside native labels and never instead of them.

    Examples
    --------
    >>> flood_frequency("100 yr").value, flood_frequency("2000 yr").value
    ('F2', 'F0')
    >>> flood_frequency("25 yr", "100 yr")["rarest"]
    'F2'
    """
    last = return_period if return_period_max is None else return_period_max
    if last < return_period:
        raise InputError(
            "input 'return_period_max'", got=f"{last:g} yr", expected=f"at least {return_period:g} yr"
        )
    return _frequency(last), _frequency(return_period)


@model(
    inputs={
        "system": ModelInput(None, choices=systems()),
        "scenario": ModelInput(None),
        "depth_class": ModelInput(None),
        "depth_system": ModelInput(None, choices=("fr_tri", "fr_tri_runoff", "wal_alea")),
    },
    outputs={
        "frequency": "",
        "period_min": "yr",
        "period_max": "yr",
        "depth_min": "m",
        "depth_max": "m",
        "label": "",
    },
    source="Code de l'environnement, art. R566-6 and R562-11-4; Walloon AGW of 10 March 2016 and 4 March "
    "2021; Flemish watertoets 2023",
    jurisdiction="FR, BE",
    may_be_missing=("period_min", "period_max", "depth_min", "depth_max"),
)
def official_flood_class(
    system: str, scenario: str, *, depth_class: str | None = None, depth_system: str | None = None
) -> FlaggedOutputs:
    """Common record of an official class of flood: frequency, interval of return periods and of depths,
    native label. Bounds are NaN where the system states none, infinite where it leaves them open.

    Parameters
    ----------
    system : str
        ``fr_tri``, ``fr_ppri``, ``wal_zones``, ``wal_alea`` or ``vla_watertoets``.
    scenario : str
        Native code: ``01FOR``, ``02MOY``, ``03MCC``, ``04FAI``; ``T25``, ``T50``, ``T100``, ``extreme``;
        ``A`` to ``D``; ``1`` to ``4``.
    depth_class : str
        Number of the class of depth, from 1.
    depth_system : str
        ``fr_tri_runoff`` for the classes of runoff; only with a class of depth.

    Raises
    ------
    InputError
        If one of them is unknown.

    References
    ----------
    As in the rows of ``flood/data``, each with its own source and tag.

    Examples
    --------
    >>> official_flood_class("vla_watertoets", "D").value
    'F2 or F3'
    >>> found = official_flood_class("fr_tri", "02MOY", depth_class="3")
    >>> found["frequency"], found["depth_min"], found["depth_max"]
    ('F2', 1.0, 2.0)
    """
    found = flood_class(system, scenario, depth_class=depth_class, depth_system=depth_system)
    row = (
        found.frequency,
        found.period_min_yr,
        found.period_max_yr,
        found.depth_min_m,
        found.depth_max_m,
        found.label,
    )
    return FlaggedOutputs(row, found.warnings)


def _frequency(return_period: float) -> str:
    return next(
        row["frequency"]
        for row in rows(__package__, "frequencies")
        if return_period <= _number(row["period_up_to_yr"])
    )


def _between(low: str, high: str) -> tuple[str, ...]:
    rising = FREQUENCIES[::-1]
    return rising[rising.index(low) : rising.index(high) + 1]


def _number(text: str) -> float:
    return float(text) if text else math.nan


def _row(name: str, system: str, column: str, key: str) -> dict[str, str]:
    table = rows(__package__, name)
    mine = [row for row in table if row["system"] == system]
    if not mine:
        known = dict.fromkeys(row["system"] for row in table)
        raise InputError(
            f"flood system without {name.replace('_', ' ')}", got=repr(system), hint=near_miss(system, known)
        )
    for row in mine:
        if row[column] == key:
            return dict(row)
    known = dict.fromkeys(row[column] for row in mine)
    raise InputError(
        f"{column.replace('_', ' ')} of flood system {system!r}", got=repr(key), expected=", ".join(known)
    )
