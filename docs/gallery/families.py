"""What the gallery shows: a curve of our models for each family, and the points that others published or that
were worked by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geoalarm.analysis import find_model

Run = tuple[str, Sequence[float] | np.ndarray, Sequence[float] | np.ndarray]
"""A curve: its label, x and y."""

Point = tuple[float, float, str]
"""A point: x, y and what it is."""


@dataclass(frozen=True)
class Family:
    """One figure: curves of our models, points printed in a publication, points worked from its formula."""

    name: str
    title: str
    models: tuple[str, ...]
    x: str
    y: str
    curves: tuple[Run, ...]
    printed: tuple[Point, ...] = ()
    worked: tuple[Point, ...] = ()
    reference: str = ""
    scales: tuple[str, str] = ("log", "log")


def over(
    model: str,
    axis: str,
    values: Sequence[float] | np.ndarray,
    output: str = "",
    factor: float = 1.0,
    **given: Any,
) -> np.ndarray:
    """One output of a model over values of one input, in SI."""
    made = find_model(model)
    results = [made(**{axis: float(value)}, **given) for value in values]
    return np.array([float(result[output] if output else result.value) for result in results]) * factor


def _kingery_bulmash() -> Family:
    z = np.geomspace(0.3, 190, 120)
    return Family(
        "kingery_bulmash",
        "Blast of TNT on the ground",
        ("kingery_bulmash", "kingery_bulmash_distance"),
        "scaled distance Z [m kg$^{-1/3}$]",
        "peak overpressure [kPa]",
        (("Kingery and Bulmash", z, over("kingery_bulmash", "scaled_distance", z, factor=1e-3)),),
        printed=((5, 43.23, "43.23 at Z = 5"), (10, 14.89, "14.89 at Z = 10")),
        worked=(
            (45.19, 2, "20 mbar"),
            (23.41, 5, "50 mbar"),
            (10.46, 14, "140"),
            (8.11, 20, "200"),
            (6.22, 30, "300"),
        ),
        reference="Swisdak (1994), ADA526744, hemispherical surface burst",
    )


def _kinney_graham() -> Family:
    z = np.geomspace(0.3, 60, 120)
    return Family(
        "kinney_graham",
        "Blast in free air beside blast on the ground",
        ("kinney_graham",),
        "scaled distance Z [m kg$^{-1/3}$]",
        "peak overpressure [kPa]",
        (
            ("Kinney and Graham, free air", z, over("kinney_graham", "scaled_distance", z, factor=1e-3)),
            ("Kingery and Bulmash, ground", z, over("kingery_bulmash", "scaled_distance", z, factor=1e-3)),
        ),
        printed=((5, 29.24, "published, Z = 5"),),
        worked=((10, 9.985, "Z = 10"),),
        reference="Kinney and Graham (1985)",
    )


def _tnt_distances() -> Family:
    distance = np.geomspace(40, 1500, 100)
    blast = over("tnt_overpressure", "distance", distance, "overpressure", 0.01, tnt_mass=3022.8)
    rings = (
        (653, 20, "20 mbar, 653 m"),
        (338, 50, "SEI, 338 m"),
        (151, 140, "SEL, 151 m"),
        (117, 200, "SELS, 117 m"),
        (90, 300, "300 mbar, 90 m"),
    )
    return Family(
        "tnt_distances",
        "10 t of propane by TNT equivalence (3,022.8 kg of TNT)",
        ("tnt_equivalent", "tnt_overpressure", "tnt_distance"),
        "distance [m]",
        "peak overpressure [mbar]",
        (("TNT equivalent, yield 0.03", distance, blast),),
        worked=rings,
        reference="TNO, Yellow Book, eq. 5.1; thresholds of the arrete of 29 September 2005",
    )


def _multi_energy() -> Family:
    scaled, scale = np.geomspace(0.8, 12, 60), 32.567
    curves = tuple(
        (
            f"class {strength}",
            scaled,
            over(
                "multi_energy",
                "distance",
                scaled * scale,
                "overpressure",
                1 / 101325,
                volume=1000,
                strength=strength,
            ),
        )
        for strength in (10, 7, 5, 3)
    )
    return Family(
        "multi_energy",
        "Multi-energy: the stated fallback, not the published drawings",
        ("multi_energy", "multi_energy_distance"),
        "scaled distance R (P0/E)$^{1/3}$",
        "peak overpressure over that of the air",
        curves,
        worked=(
            (1, 0.809, "0.809"),
            (2, 0.241, "0.241"),
            (3, 0.135, "0.135"),
            (5, 0.070, "0.070"),
            (10, 0.0278, "0.0278"),
        ),
        reference="fallback: lower of the plateau and Kingery-Bulmash with W = E / 4.52 MJ/kg",
    )


def _briggs() -> Family:
    x = np.geomspace(100, 10_000, 60)
    cases = (("D", "rural"), ("D", "urban"), ("F", "rural"))
    curves = tuple(
        (
            f"$\\sigma_{axis}$ {letter} {terrain}",
            x,
            over("briggs_sigmas", "x", x, f"sigma_{axis}", stability=letter, terrain=terrain),
        )
        for letter, terrain in cases
        for axis in "yz"
    )
    points = {
        (1000, 76.277): "76.277",
        (1000, 37.947): "37.947",
        (1000, 135.225): "135.225, 122.788",
        (1000, 122.788): "",
    }
    points |= {(500, 19.518): "19.518", (500, 6.957): "6.957"}
    return Family(
        "briggs_sigmas",
        "Width and height of a plume",
        ("briggs_sigmas",),
        "distance downwind [m]",
        "dispersion parameter [m]",
        curves,
        worked=tuple((x, y, words) for (x, y), words in points.items()),
        reference="Briggs (1973), as tabled in the ALOHA technical documentation, table 13",
    )


def _plume() -> Family:
    x = np.geomspace(100, 10_000, 80)
    curves = tuple(
        (
            f"{letter}{wind}",
            x,
            over("plume", "x", x, factor=1e6, rate=1.0, wind_speed=float(wind), stability=letter),
        )
        for letter, wind in (("D", 5), ("F", 2))
    )
    levels = {
        "NH3 AEGL-3": ("ammonia", "AEGL-3"),
        "NH3 AEGL-2": ("ammonia", "AEGL-2"),
        "NH3 AEGL-1": ("ammonia", "AEGL-1"),
    }
    levels |= {
        "Cl2 AEGL-3": ("chlorine", "AEGL-3"),
        "Cl2 AEGL-2": ("chlorine", "AEGL-2"),
        "Cl2 AEGL-1": ("chlorine", "AEGL-1"),
    }
    reach = {
        "NH3 AEGL-3": (138, 631),
        "NH3 AEGL-2": (391, 1972),
        "NH3 AEGL-1": (1032, 6889),
        "Cl2 AEGL-3": (565, 3069),
    }
    reach |= {"Cl2 AEGL-2": (2318,), "Cl2 AEGL-1": (6074,)}
    level = {
        name: find_model("toxic_threshold")(*given)["concentration"] * 1e6 for name, given in levels.items()
    }
    return Family(
        "plume_distances",
        "1 kg/s at the ground, rural, passive: where AEGLs end",
        ("plume", "plume_distance", "toxic_threshold", "share_to_concentration"),
        "distance downwind [m]",
        "concentration [mg/m$^3$]",
        curves,
        worked=tuple(
            (at, level[name], f"{name}, {at} m" if at == places[0] else f"{at} m")
            for name, places in reach.items()
            for at in places
        ),
        reference="Gaussian plume with reflection, Briggs rural; AEGLs, 60 min",
    )


def _purple_book_plume() -> Family:
    rates = np.geomspace(1, 300, 40)
    given = {"wind_speed": 5.0, "sigma_y": 28.8, "sigma_z": 10.3, "z": 1.0, "release_height": 1.0}
    return Family(
        "gaussian_plume",
        "Carbon monoxide, Purple Book example 6.B",
        ("gaussian_plume",),
        "rate of release [kg/s]",
        "concentration [g/m$^3$]",
        (("Gaussian plume", rates, over("gaussian_plume", "rate", rates, factor=1e3, **given)),),
        printed=((100, 21.3, "printed 21.3"),),
        reference="Purple Book (CPR 18E), example 6.B",
    )


def _dense_gas() -> Family:
    x = np.geomspace(10, 2000, 90)
    rate = 0.23 * 425.6
    given = {
        "rate": rate,
        "density": 1.76,
        "wind_speed": 10.9,
        "release_temperature": 111.15,
        "ambient_temperature": 298.0,
    }
    return Family(
        "britter_mcquaid",
        "Liquefied natural gas, CCPS example: a dense cloud",
        ("dense_plume", "dense_distance"),
        "distance downwind [m]",
        "share of volume",
        (("Britter and McQuaid", x, over("dense_plume", "x", x, "share", **given)),),
        printed=((367, 0.050718, "5 % at 367 m"), (45.2, 0.67202, "45.2 m")),
        reference="Britter and McQuaid (1988); CCPS (1999), p. 122",
    )


def _gas_outflow() -> Family:
    pressure = np.geomspace(1.05e5, 1e7, 80)
    flow = over(
        "gas_outflow",
        "pressure",
        pressure,
        "mass_flow",
        heat_capacity_ratio=1.405,
        hole_diameter=0.1,
        molar_mass=0.002016,
    )
    return Family(
        "gas_outflow",
        "Hydrogen through a hole of 100 mm at 15 °C",
        ("gas_outflow",),
        "pressure in the vessel [bar]",
        "rate [kg/s]",
        (("choked above 1.9 bar, subsonic below", pressure / 1e5, flow),),
        printed=((50, 15.31, "printed 15.31"),),
        reference="TNO, Yellow Book, example 2.6.2.1",
    )


def _pool_fire() -> Family:
    x = np.geomspace(45, 400, 70)
    given = {"diameter": 42.4457, "fuel": "benzene", "wind": 5.0, "emissive": "fraction", "fraction": 0.4}
    given |= {"air_density": 1.2243, "viscosity": 7.5133e-6, "transmissivity": 0.71474}
    return Family(
        "pool_fire",
        "Pool fire of benzene, 42 m, wind 5 m/s",
        ("pool_fire", "pool_fire_distance", "pool_flame", "cylinder_view_factor"),
        "distance from the middle [m]",
        "heat [kW/m$^2$]",
        (("solid flame, tilted cylinder", x, over("pool_fire", "distance", x, "flux", 1e-3, **given)),),
        printed=((100, 4.581, "printed 4.581 at 100 m"),),
        reference="TNO, Yellow Book, example 6.6.3",
    )


def _bleve() -> Family:
    x = np.geomspace(60, 800, 80)
    given = {"mass": 20_000.0, "burst_pressure": 1.8e6, "heat_of_combustion": 46.35e6}
    return Family(
        "bleve",
        "Fireball of 20 t of propane, bursting at 18 bar",
        ("bleve", "bleve_distance", "fireball"),
        "distance [m]",
        "dose [(kW/m$^2$)$^{4/3}$ s]",
        (("CCPS, vapour pressure 1193.5 Pa", x, over("bleve", "distance", x, "dose", **given)),),
        worked=((137, 1800, "SELS, 137 m"), (238, 600, "SEI, 238 m")),
        reference="CCPS (1994, 1999); doses of the arrete of 29 September 2005",
    )


def _pipelines() -> Family:
    bar = np.geomspace(5, 150, 60)
    curves = tuple(
        (
            f"{mm} mm",
            bar,
            over("pipeline_impact_radius", "gauge_pressure", bar * 1e5, "radius", diameter=mm / 1000),
        )
        for mm in (1000, 762, 600)
    )
    return Family(
        "pipelines",
        "Impact radius of a gas pipeline: where people die, not a cordon",
        ("pipeline_impact_radius",),
        "pressure [bar]",
        "radius [m]",
        curves,
        printed=((68.95, 199.5, "30 in, 1000 psi: 654.6 ft"),),
        worked=((80, 281.7, "1000 mm, 80 bar"), (59, 145.2, "600 mm, 59 bar")),
        reference="49 CFR 192.903",
    )


def _toxic_probits() -> Family:
    ppm = np.geomspace(20, 30_000, 90)
    points = {"chlorine": (71, 385), "ammonia": (2437, 7798), "hydrogen_fluoride": (204, 960)}
    convert, kill = find_model("share_to_concentration"), find_model("toxic_lethality")

    def deaths(name: str) -> np.ndarray:
        return np.array([kill(name, convert(value * 1e-6, name).value).value for value in ppm])

    return Family(
        "toxic_probits",
        "Death after 30 minutes outdoors",
        ("toxic_lethality", "lethal_concentration"),
        "concentration [ppm]",
        "share that dies (1 % and 50 % marked)",
        tuple((name.replace("_", " "), ppm, deaths(name)) for name in points),
        worked=tuple(
            (at, share, f"{at}")
            for found in points.values()
            for at, share in zip(found, (0.01, 0.5), strict=True)
        ),
        reference="Purple Book (CPR 18E), table 5.2",
        scales=("log", "linear"),
    )


def _thermal_probits() -> Family:
    share = np.linspace(0.005, 0.995, 90)
    curves = tuple(
        (name.replace("_", " and ").title(), over("thermal_lethal_dose", "share", share, probit=name), share)
        for name in ("tsao_perry", "eisenberg")
    )
    printed = ((420, 0.01, "420"), (1046, 0.5, "1046"), (960, 0.01, "960"), (2380, 0.5, "2380"))
    return Family(
        "thermal_probits",
        "Death by heat",
        ("thermal_lethality", "thermal_lethal_dose"),
        "dose [(kW/m$^2$)$^{4/3}$ s]",
        "share that dies",
        curves,
        printed=printed,
        reference="Purple Book (Tsao and Perry); Eisenberg (1975)",
        scales=("log", "linear"),
    )


def _indoor_air() -> Family:
    minutes = np.linspace(2, 120, 60)
    given = {"ventilation_rate": 0.5 / 3600, "n": 2.75}
    names = {
        "end_ratio": "concentration at the end",
        "mean_ratio": "mean concentration",
        "dose_ratio": "dose of chlorine",
    }
    curves = tuple(
        (words, minutes, over("indoor_shelter", "exposure", minutes * 60, name, **given))
        for name, words in names.items()
    )
    return Family(
        "indoor_air",
        "Air in a closed house, half a change an hour",
        ("indoor_shelter",),
        "passage of the cloud [min]",
        "share of that outdoors",
        curves,
        worked=((30, 0.221, "0.221"), (30, 0.115, "0.115"), (30, 0.0045, "0.0045")),
        reference="one well-mixed room; exponent of the chlorine probit 2.75",
        scales=("linear", "log"),
    )


INDUSTRIAL: tuple[Callable[[], Family], ...] = (
    _gas_outflow,
    _briggs,
    _purple_book_plume,
    _plume,
    _dense_gas,
    _toxic_probits,
    _indoor_air,
    _pool_fire,
    _bleve,
    _thermal_probits,
    _kingery_bulmash,
    _kinney_graham,
    _tnt_distances,
    _multi_energy,
    _pipelines,
)
"""Families of industrial accidents, in the order of the page."""
