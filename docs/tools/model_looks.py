"""What the figure of a model shows where the default would show nothing: another axis or output, words, bars
or cells.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from figure_svg import Bars, Curve, Grid
from geoalarm.analysis.model_calculator import find_model


@dataclass(frozen=True)
class Look:
    """Axis and its ends in SI, output, other inputs (``is_another_case``: no example lies on the curve),
    units, logarithmic axes.
    """

    axis: str = ""
    low: float = math.nan
    high: float = math.nan
    output: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    is_another_case: bool = False
    log: str | None = None
    labels: tuple[str, ...] = ()
    unit: str = ""
    x_unit: str = ""
    is_stepped: bool = False


LOOKS: Final[Mapping[str, Look]] = MappingProxyType(
    {
        "bathtub_profile": Look("level", 0.02, 2.0, output="wet_cells", log="", is_stepped=True),
        "briggs_sigmas": Look("x", 100.0, 10_000.0),
        "cavity_influence_radius": Look("depth", 0.0, 100.0),
        "concentration_to_share": Look(unit="ppm"),
        "critical_wetness": Look("cohesion", 0.0, 6e3),
        "drought_months": Look("share", 0.05, 0.5, is_stepped=True),
        "drowning_share": Look("depth", 0.0, 8.0, log=""),
        "expected_annual_people": Look("zero_at", 1.2, 9.9),
        "exposed_people_band": Look("population_s", 0.0, 0.6, output="p95", given={"runs": 10_000}),
        "exposure_class": Look("people", 0.1, 1e4, log="x", is_stepped=True),
        "flash_fraction": Look("temperature", 220.0, 400.0, log=""),
        "flood_damage_share": Look("depth", 0.0, 6.0),
        "flood_fatalities": Look("evacuated", 0.0, 1.0),
        "flood_frequency": Look("return_period", 1.0, 1e4, log="x", labels=("F0", "F1", "F2", "F3")),
        "gaussian_plume": Look("y", -100.0, 100.0, log=""),
        "great_circle_distance": Look("lat_b", 48.0, 52.0, unit="km"),
        "hazard_to_people": Look("speed", 0.0, 3.0),
        "indoor_shelter": Look("exposure", 60.0, 4 * 3600.0, output="end_ratio", x_unit="min", log=""),
        "infinite_slope": Look("wetness", 0.0, 1.0),
        "kingery_bulmash_distance": Look("overpressure", 500.0, 1e5),
        "lethal_concentration": Look("share", 0.001, 0.999, log=""),
        "levee_precaution_band": Look("upstream_level", 20.0, 30.0),
        "liquid_outflow": Look("hole_diameter", 0.001, 0.1, log="xy", x_unit="mm"),
        "overpressure_lethality": Look("overpressure", 1e4, 3e5, log=""),
        "pool_flame": Look("diameter", 1.0, 100.0, output="length"),
        "ppri_alea": Look("depth", 0.0, 3.0, output="alea", labels=("faible", "modere", "fort", "tres_fort")),
        "probability_class": Look("frequency", 1e-7, 1.0, log="x", labels=("E", "D", "C", "B", "A")),
        "risk_matrix": Look("likelihood", 1e-5, 1.0, output="likelihood_class", log="x", is_stepped=True),
        "severity": Look(
            "sei",
            0.1,
            5e3,
            log="x",
            labels=("moderate", "serious", "important", "catastrophic", "disastrous"),
        ),
        "share_to_concentration": Look(x_unit="ppm"),
        "slope_failure_probability": Look("slope", 10.0, 45.0, given={"runs": 10_000}),
        "substance_properties": Look("temperature", 200.0, 400.0, output="vapour_pressure", log="y"),
        "thermal_lethal_dose": Look("share", 0.001, 0.999, log=""),
        "thermal_lethality": Look("flux", 2e3, 4e4, log=""),
        "tnt_distance": Look("overpressure", 500.0, 1e5),
        "toxic_lethality": Look("concentration", 1e-4, 1e-2, log="x"),
        "vessel_outflow": Look("hole_diameter", 0.005, 0.25, log="xy", x_unit="mm"),
    }
)


def _clay() -> Grid:
    made = [find_model("clay_class")(code) for code in (1, 2, 3)]
    cells = (
        tuple(str(one["label"]) for one in made),
        tuple("yes" if one["needs_study"] else "no" for one in made),
    )
    return Grid("code on the map", "", ("1", "2", "3"), ("class", "soil study due"), cells)


def _combined() -> Curve:
    count = np.arange(1, 101)
    y = np.array([find_model("combined_probability")([0.01] * int(number)).value for number in count])
    return Curve(
        "events of 1 % each", "chance of at least one", count.astype(float), y, ((69.0, float(y[68])),)
    )


def _effect_thresholds() -> Bars:
    made = find_model("effect_threshold")
    levels = tuple(
        (label, float(made("thermal", label, measure="flux").value)) for label in ("SEI", "SEL", "SELS", "Z1")
    )
    return Bars("heat on people, France [kW m⁻²]", levels)


def _toxic_thresholds() -> Bars:
    made = find_model("toxic_threshold")
    minutes = (10, 30, 60, 240, 480)
    found = [
        float(made("chlorine", "AEGL-3", exposure=minute * 60.0).to("ppm", "share")) for minute in minutes
    ]
    return Bars(
        "AEGL-3 of chlorine [ppm]",
        tuple((f"{minute} min", value) for minute, value in zip(minutes, found, strict=True)),
    )


def _nuclear() -> Bars:
    made = find_model("nuclear_planning_radius")
    sites = ("Doel", "Tihange", "Chooz", "Borssele", "Mol-Dessel", "Fleurus")
    return Bars(
        "shelter, Belgian rule [km]", tuple((site, float(made(site, "shelter").to("km"))) for site in sites)
    )


def _flood_classes() -> Grid:
    made = find_model("official_flood_class")
    asked = [
        ("fr_tri", "01FOR"),
        ("fr_tri", "02MOY"),
        ("fr_tri", "04FAI"),
        ("wal_zones", "T25"),
        ("wal_zones", "T100"),
        ("vla_watertoets", "D"),
    ]
    found = [made(system, code) for system, code in asked]
    cells = tuple((str(one["frequency"]), _interval(one["period_min"], one["period_max"])) for one in found)
    return Grid(
        "common record",
        "",
        ("frequency", "return period [yr]"),
        tuple(f"{a.partition('_')[0]} {b}" for a, b in asked),
        cells,
    )


def _interval(low: float, high: float) -> str:
    if math.isnan(low):
        return "not stated"
    return f"{low:g}" if low == high else f"from {low:g}" if math.isinf(high) else f"{low:g} to {high:g}"


def _mmr() -> Grid:
    made = find_model("mmr_cell")
    rows, columns = (
        ("moderate", "serious", "important", "catastrophic", "disastrous"),
        ("E", "D", "C", "B", "A"),
    )
    found = [[made(row, column) for column in columns] for row in rows]
    cells = tuple(tuple(f"{one['cell']} {one['rank'] or ''}".strip() for one in line) for line in found)
    return Grid("probability class", "", columns, rows, cells)


def _ranks() -> Grid:
    found = find_model("index_rank")([4.0, 2.5, 2.4], [3.8, 2.0, 2.2], [4.4, 3.0, 2.6])
    names = ("rank", "best", "worst")
    rows = ("2.4 (2.2 to 2.6)", "2.5 (2.0 to 3.0)", "4.0 (3.8 to 4.4)")
    cells = tuple(tuple(f"{found[name][place]:g}" for name in names) for place in (2, 1, 0))
    return Grid("", "", names, rows, cells)


def _index() -> Curve:
    made = find_model("risk_index")
    scores = np.arange(1.0, 6.0)
    y = np.array(
        [
            made([3, 1, score], [0.5, 0.3, 0.2], scores_low=[2, 1, 1], scores_high=[4, 5, 5]).value
            for score in scores
        ]
    )
    return Curve("class of the third hazard (weight 0.2)", "index", scores, y, ((4.0, float(y[3])),))


def _union() -> Curve:
    shares = np.linspace(0, 1, 41)
    made = find_model("share_in_any_zone")
    y = np.array([made([0.5, float(share)])["independent"] for share in shares])
    return Curve(
        "share of the second zone (the first holds half)", "share in any zone", shares, y, ((0.4, 0.7),)
    )


SPECIAL: Final[Mapping[str, Callable[[], Curve | Bars | Grid]]] = MappingProxyType(
    {
        "clay_class": _clay,
        "combined_probability": _combined,
        "effect_threshold": _effect_thresholds,
        "index_rank": _ranks,
        "mmr_cell": _mmr,
        "nuclear_planning_radius": _nuclear,
        "official_flood_class": _flood_classes,
        "risk_index": _index,
        "share_in_any_zone": _union,
        "toxic_threshold": _toxic_thresholds,
    }
)
