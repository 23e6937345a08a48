"""Families of flood, ground movement and sums over return periods."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from families import Family, over

from geoalarm.analysis import find_model


def _hazard_to_people() -> Family:
    speed = np.linspace(0, 3, 61)
    made = find_model("hazard_to_people")
    curves = tuple(
        (f"depth {depth:g} m", speed, np.array([made(depth, v, debris_factor=1.0).value for v in speed]))
        for depth in (0.4, 0.8, 1.2)
    )
    return Family(
        "hazard_to_people",
        "Danger of flowing water, debris factor 1 (levels at 0.75, 1.25, 2)",
        ("hazard_to_people",),
        "speed [m/s]",
        "hazard rating d (v + 0.5) + DF",
        (*curves, *((f"level {level:g}", speed, np.full(len(speed), level)) for level in (0.75, 1.25, 2.0))),
        worked=((0.3, 1.32, "1.32"), (1.0, 2.2, "2.2")),
        reference="Defra and Environment Agency, FD2321, table 3.1",
        scales=("linear", "linear"),
    )


def _flood_damage() -> Family:
    depth = np.linspace(0, 6, 61)
    table = (
        (0, 0.0),
        (0.5, 0.25),
        (1, 0.40),
        (1.5, 0.50),
        (2, 0.60),
        (3, 0.75),
        (4, 0.85),
        (5, 0.95),
        (6, 1.0),
    )
    return Family(
        "flood_damage",
        "Damage of homes by depth (for experts)",
        ("flood_damage_share",),
        "depth [m]",
        "share of the value",
        (("residential, Europe", depth, over("flood_damage_share", "depth", depth, expert=True)),),
        printed=tuple((x, y, "") for x, y in table),
        worked=((0.8, 0.34, "0.34"), (2.5, 0.675, "0.675")),
        reference="Huizinga et al. (2017), JRC",
        scales=("linear", "linear"),
    )


def _annual_expectation() -> Family:
    made = find_model("expected_annual_people")
    periods, people = np.array([10.0, 100.0, 1000.0]), np.array([1200.0, 5400.0, 9800.0])
    zero = np.geomspace(1.5, 9.9, 40)
    with_tail = np.array(
        [made(periods, people, convention="trapezoid", zero_at=float(at)).value for at in zero]
    )
    flat = {name: made(periods, people, convention=name).value for name in ("trapezoid", "log-linear")}
    return Family(
        "annual_expectation",
        "One map, several conventions: people in an average year",
        ("expected_annual_people",),
        "return period at which nobody is exposed [yr]",
        "people a year",
        (
            ("trapezoid, with more frequent floods", zero, with_tail),
            *((f"{name}, without them", zero, np.full(len(zero), value)) for name, value in flat.items()),
        ),
        worked=((2, 615.2, "615.2"), (8, 375.2, "375.2"), (8, 301.36, "301.36")),
        reference="1,200, 5,400 and 9,800 people at 10, 100 and 1,000 years",
        scales=("linear", "linear"),
    )


def _fiat() -> Family:
    made = find_model("expected_annual_people")
    periods, damage = [1, 2, 5, 25, 50, 100], [5, 10, 50, 300, 1200, 3000]
    last = np.arange(3, 7)
    found = np.array(
        [
            made(np.array(periods[:n], float), np.array(damage[:n], float), convention="log-linear").value
            for n in last
        ]
    )
    return Family(
        "annual_log_linear",
        "Log-linear expectation as the rarest map is added",
        ("expected_annual_people",),
        "longest return period [yr]",
        "expectation a year",
        (("log-linear", [periods[n - 1] for n in last], found),),
        printed=((100, 98.5, "Delft-FIAT test: 98.5"),),
        reference="Delft-FIAT, test of its risk density",
        scales=("log", "linear"),
    )


def _infinite_slope() -> Family:
    wet = np.linspace(0, 1, 41)
    made = find_model("infinite_slope")

    def safety(cohesion: float) -> np.ndarray:
        return np.array([made(cohesion, 30.0, 25.0, 2.0, wetness=float(m)).value for m in wet])

    return Family(
        "infinite_slope",
        "A slope of 25°, 2 m deep, as it fills with water",
        ("infinite_slope", "critical_wetness"),
        "height of the water over the depth",
        "factor of safety",
        (
            *tuple((f"cohesion {kpa:g} kPa", wet, safety(kpa * 1000)) for kpa in (5.0, 2.0, 0.0)),
            ("it slides below", wet, np.ones(len(wet))),
        ),
        worked=(
            (0, 1.5817, "1.5817"),
            (1, 0.9424, "0.9424"),
            (0, 1.2381, "1.2381"),
            (1, 0.5989, "0.5989"),
            (0.5875, 1.0, "0.5875"),
        ),
        reference="infinite slope, effective stresses; friction 30°, 19 kN/m3",
        scales=("linear", "linear"),
    )


def _rainfall() -> Family:
    hours = np.geomspace(0.5, 400, 60)
    made = find_model("rain_threshold")

    def intensity(curve: str) -> np.ndarray:
        return np.array(
            [
                made(
                    float(value) * 3600 if made.inputs["duration"].unit == "s" else float(value), curve=curve
                ).value
                for value in hours
            ]
        )

    return Family(
        "rainfall",
        "Rain that set off slides",
        ("rain_threshold", "rain_over_threshold"),
        "duration [h]",
        "intensity [mm/h]",
        tuple((name.title(), hours, intensity(name)) for name in ("caine", "guzzetti")),
        worked=(
            (24, 4.291, "4.291"),
            (24, 0.543, "0.543"),
            (6, 7.368, "7.368"),
            (6, 1.0, "1.000"),
            (1, 14.82, "14.82"),
            (1, 2.2, "2.20"),
        ),
        reference="Caine (1980); Guzzetti et al. (2008)",
    )


NATURAL: tuple[Callable[[], Family], ...] = (
    _hazard_to_people,
    _flood_damage,
    _annual_expectation,
    _fiat,
    _infinite_slope,
    _rainfall,
)
"""In the order of the page."""
