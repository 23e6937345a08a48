"""Planning distances set by law: nuclear sites of both countries, dangerous goods by the official table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from geoalarm.core.errors import Faults, InputError, near_miss
from geoalarm.core.quantities import require_range
from geoalarm.core.reference_rows import confirm, row, rows
from geoalarm.core.registry import FlaggedOutputs, ModelInput, model, word
from geoalarm.core.settings import expand_user

EARTH_RADIUS_KM: Final = 6371.0088
"""Mean radius of the earth (IUGG) [km]."""

SPILLS: Final = ("small", "large")
TIMES: Final = ("day", "night")
_WIDE: Final = tuple(f"{spill}_{what}" for spill in SPILLS for what in ("isolation_m", "day_km", "night_km"))
_SITES: Final = tuple(dict.fromkeys(item["site"] for item in rows(__package__, "nuclear_planning")))


@dataclass(frozen=True, slots=True)
class PlanningRadius:
    """One radius a country plans for round a nuclear site; ``warnings`` say if its source was not read."""

    site: str
    jurisdiction: str
    stage: str
    measure: str
    radius_km: float
    source: str
    verified: str

    @property
    def warnings(self) -> tuple[str, ...]:
        """``to_be_confirmed`` for a radius from general knowledge."""
        return confirm(self.verified, f"{self.jurisdiction} {self.measure} radius")


def nuclear_radii(site: str, *, jurisdiction: str | None = None) -> tuple[PlanningRadius, ...]:
    """Every radius planned round a nuclear site, of each country that has a rule for it, widest first.

    Chooz lies in France and on the Belgian list: both countries' rows come back. A site that a country does
    not list has no row of that country, which is not a radius of zero.

    Parameters
    ----------
    site : str
        Doel, Tihange, Chooz, Borssele, Mol-Dessel, Fleurus, Gravelines or Cattenom.
    jurisdiction : str, optional
        ``FR`` or ``BE`` alone.

    Raises
    ------
    InputError
        If the site is in no list.

    References
    ----------
    Belgium: royal decree of 16 June 2024 (AFCN/FANC); France: plans particuliers d'intervention, to be
    confirmed.

    Examples
    --------
    >>> [(item.jurisdiction, item.measure, item.radius_km) for item in nuclear_radii("Mol-Dessel")]
    [('BE', 'shelter', 20.0), ('BE', 'iodine', 20.0), ('BE', 'evacuation', 4.0)]
    """
    names = {name.casefold(): name for name in _SITES}
    known = names.get(site.strip().casefold())
    if known is None:
        raise InputError(
            "nuclear site",
            got=repr(site),
            expected="a site with a planning radius",
            hint=near_miss(site, _SITES),
        )
    found = [
        PlanningRadius(
            known,
            item["jurisdiction"],
            item["stage"],
            item["measure"],
            float(item["radius_km"]),
            item["source"],
            item["verified"],
        )
        for item in rows(__package__, "nuclear_planning")
        if item["site"] == known and jurisdiction in (None, item["jurisdiction"])
    ]
    return tuple(sorted(found, key=lambda item: -item.radius_km))


def greatest_radius(site: str, *, stage: str = "planning") -> PlanningRadius:
    """The widest radius any country plans round a site: the one to draw where two rules meet, beside both.

    Raises
    ------
    InputError
        If the site is in no list, or has no radius of this stage.

    Examples
    --------
    >>> greatest_radius("Chooz").radius_km
    20.0
    """
    found = [item for item in nuclear_radii(site) if item.stage == stage]
    if not found:
        raise InputError(
            f"planning radius of {site}", got=f"none of stage {stage!r}", expected="planning or extension"
        )
    return found[0]


@model(
    inputs={
        "site": word(*_SITES),
        "measure": word(*dict.fromkeys(item["measure"] for item in rows(__package__, "nuclear_planning"))),
        "jurisdiction": word("BE", "FR"),
        "stage": word("planning", "extension"),
    },
    outputs={"radius": "m"},
    source="Belgium: royal decree of 16 June 2024 (AFCN/FANC); France: plans particuliers d'intervention",
)
def nuclear_planning_radius(
    site: str, measure: str, *, jurisdiction: str = "BE", stage: str = "planning"
) -> FlaggedOutputs:
    """Radius a country plans for round a nuclear site, for one measure.

    Parameters
    ----------
    site : str
        Name in the list.
    measure : str
        Belgium: shelter, iodine, evacuation; France: immediate_shelter, immediate_evacuation, ppi.
    jurisdiction : str
        Whose rule.
    stage : str
        ``planning``, or the ``extension`` that may follow.

    Raises
    ------
    InputError
        If that country has no such radius for the site; that is not a radius of zero.

    References
    ----------
    Belgium: royal decree of 16 June 2024 (AFCN/FANC); France: plans particuliers d'intervention, to be
    confirmed.

    Examples
    --------
    >>> nuclear_planning_radius("Chooz", "evacuation", jurisdiction="BE").to("km")
    10.0
    """
    known = nuclear_radii(site, jurisdiction=jurisdiction)
    for item in known:
        if item.measure == measure and item.stage == stage:
            return FlaggedOutputs(item.radius_km * 1e3, item.warnings)
    raise InputError(
        f"{stage} radius of {site} for {measure} in {jurisdiction}",
        got="none: the country lists none, which is not a zero",
        expected=", ".join(f"{item.measure} ({item.stage})" for item in known)
        or "a site on that country's list",
    )


@model(
    inputs={
        "lon_a": ModelInput("degree", -180, 180),
        "lat_a": ModelInput("degree", -90, 90),
        "lon_b": ModelInput("degree", -180, 180),
        "lat_b": ModelInput("degree", -90, 90),
    },
    outputs={"distance": "m"},
    source="Haversine on a sphere of 6371.0088 km (IUGG mean radius)",
)
def great_circle_distance(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Distance of two places on a sphere of 6371.0088 km, for a first look at a radius; zones are drawn on
    the ellipsoid.

    ``d = 2 R asin(sqrt(sin2(dlat/2) + cos(lat_a) cos(lat_b) sin2(dlon/2)))``

    Parameters
    ----------
    lon_a, lat_a, lon_b, lat_b : float
        Longitude and latitude of the two [degrees].

    Raises
    ------
    RangeError
        If a latitude or longitude is not one.

    References
    ----------
    Sinnott (1984), Virtues of the haversine.

    Examples
    --------
    >>> round(great_circle_distance(4.789, 50.090, 4.912, 50.2605).to("km"), 1)
    20.9
    """
    a, b = math.radians(lat_a), math.radians(lat_b)
    half = (
        math.sin((b - a) / 2) ** 2
        + math.cos(a) * math.cos(b) * math.sin(math.radians(lon_b - lon_a) / 2) ** 2
    )
    return 2e3 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, half)))


@dataclass(frozen=True, slots=True)
class IsolationTable:
    """An official table of isolation distances, as imported: one row a substance, spill and time of day."""

    frame: pd.DataFrame
    source: str
    edition: str


def read_isolation_table(path: str | Path, *, source: str, edition: str) -> IsolationTable:
    """Import the official table of initial isolation and protective action distances; none is shipped here.

    Parameters
    ----------
    path : str or Path
        CSV with ``un`` (four digits), optionally ``kemler`` and ``name``, and ``small_isolation_m``,
        ``small_day_km``, ``small_night_km``, ``large_isolation_m``, ``large_day_km``, ``large_night_km``. An
        empty cell means that the table refers elsewhere (large spills of common toxic gases): asking for it
        is refused, not answered with zero.
    source, edition : str
        Title and year of the table, carried by every result.

    Raises
    ------
    InputError
        If the file or a column is missing.
    Faults
        With every row that is wrong: a UN number that is none, a distance below zero, night shorter than day.
    """
    file = expand_user(path)
    if not file.is_file():
        raise InputError(
            "table of isolation distances",
            got=str(path),
            expected="a CSV file",
            hint="export the official table",
        )
    frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    if missing := [name for name in ("un", *_WIDE) if name not in frame.columns]:
        raise InputError(
            "table of isolation distances",
            got=", ".join(frame.columns),
            expected=", ".join(("un", *_WIDE)),
            hint=f"add {', '.join(missing)}",
        )
    frame["un"] = frame["un"].str.strip().str.removeprefix("UN").str.strip().str.zfill(4)
    frame["kemler"] = frame["kemler"].str.strip() if "kemler" in frame.columns else ""
    numbers = frame[list(_WIDE)].apply(
        lambda column: pd.to_numeric(column.str.strip().replace("", None), errors="coerce")
    )
    if faults := _faults(frame, numbers):
        raise Faults("table of isolation distances", faults)
    return IsolationTable(pd.concat([frame.drop(columns=list(_WIDE)), numbers], axis=1), source, edition)


def _faults(frame: pd.DataFrame, numbers: pd.DataFrame) -> list[InputError]:
    given = frame[list(_WIDE)].apply(lambda column: column.str.strip() != "")
    checks = [
        (~frame["un"].str.fullmatch(r"\d{4}"), "un", "four digits"),
        ((given & numbers.isna()).any(axis=1), "a distance", "a number, or nothing"),
        ((numbers <= 0).any(axis=1), "a distance", "above zero, or nothing"),
        (
            pd.concat(
                [numbers[f"{spill}_night_km"] < numbers[f"{spill}_day_km"] for spill in SPILLS], axis=1
            ).any(axis=1),
            "night",
            "at least the day",
        ),
        (
            frame.duplicated(["un", "kemler"], keep=False)
            & (frame.get("name", pd.Series("", index=frame.index)) == ""),
            "un and kemler",
            "one row each",
        ),
    ]
    return [
        InputError(f"row {index + 2}, {what}", got=f"UN {frame.at[index, 'un']!s}", expected=expected)
        for wrong, what, expected in checks
        for index in frame.index[wrong]
    ]


@dataclass(frozen=True, slots=True)
class Isolation:
    """Distances for one spill: circle to clear at once, side of the square to protect (NaN: none known)."""

    un: str
    isolation_m: float
    downwind_m: float
    source: str
    warnings: tuple[str, ...] = ()


def isolation_distances(
    un: str,
    *,
    spill: str = "large",
    time: str = "night",
    kemler: str | None = None,
    table: IsolationTable | None = None,
    kind: str = "generic",
) -> Isolation:
    """Isolation circle and downwind square for a spill of dangerous goods: from the official table, or the
    flagged fallback.

    The square has the side ``downwind_m``, half of it on each side of the wind, and starts at the spill.

    Parameters
    ----------
    un : str
        UN number.
    spill : {'small', 'large'}
    time : {'day', 'night'}
    kemler : str, optional
        Hazard identification number, to tell rows of one UN number apart.
    table : IsolationTable, optional
        The official one; without it, or without a row, the fallback of ``kind`` answers and says so.
    kind : {'generic', 'liquid', 'gas_bleve'}
        Which fallback.

    Raises
    ------
    InputError
        If a word or number is not one, the UN number is ambiguous, or the table refers elsewhere for this
        spill.

    References
    ----------
    The imported table; fallback: ADR and fire-service practice, to be confirmed.

    Examples
    --------
    >>> found = isolation_distances("1017")
    >>> found.isolation_m, found.warnings[0]
    (100.0, 'no_official_distance')
    """
    key = _un(un)
    for name, value, known in (("spill", spill, SPILLS), ("time", time, TIMES)):
        if value not in known:
            raise InputError(name, got=repr(value), expected=", ".join(known), hint=near_miss(value, known))
    if table is not None:
        found = table.frame[
            (table.frame["un"] == key) & ((kemler is None) | (table.frame["kemler"] == kemler))
        ]
        if len(found) > 1:
            raise InputError(
                f"UN {key}",
                got=f"{len(found)} rows",
                expected="one",
                hint="give kemler, or one row a substance",
            )
        if len(found):
            return _official(found.iloc[0], key, spill=spill, time=time, table=table)
    fallback = row(__package__, "tdg_fallback", "kind", kind)
    return Isolation(
        key,
        float(fallback["distance_m"]),
        math.nan,
        fallback["source"],
        ("no_official_distance", *confirm(fallback["verified"], f"fallback distance, {kind}")),
    )


def _official(found: pd.Series, un: str, *, spill: str, time: str, table: IsolationTable) -> Isolation:
    circle, square = float(found[f"{spill}_isolation_m"]), float(found[f"{spill}_{time}_km"]) * 1e3
    if math.isnan(circle) or math.isnan(square):
        raise InputError(
            f"distances of UN {un} for a {spill} spill at {time}",
            got="an empty cell",
            expected="a distance",
            hint="the official table refers to another one for this gas; complete the file from it",
        )
    require_range("isolation distance", circle, 0, 20e3, unit="m", closed="right")
    return Isolation(un, circle, square, f"{table.source}, {table.edition}")


def _un(un: str) -> str:
    digits = str(un).strip().upper().removeprefix("UN").strip().zfill(4)
    if not (digits.isdigit() and len(digits) == 4):
        raise InputError("UN number", got=repr(un), expected="four digits, such as 1017")
    return digits
