"""Explosions: TNT equivalence with the blast of a charge, and the multi-energy method with a curve file or a
stated fallback.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from geoalarm.core.errors import InputError
from geoalarm.core.quantities import require_range
from geoalarm.core.reference_rows import confirm, row
from geoalarm.core.registry import FlaggedOutputs, ModelInput, model, positive, word
from geoalarm.core.result import BEYOND_MODEL_RANGE
from geoalarm.core.settings import expand_user
from geoalarm.hazards.industrial.blast import (
    ATMOSPHERE,
    SCALED_RANGE,
    kingery_bulmash,
    kingery_bulmash_distance,
    kinney_graham,
    tnt_distance,
    tnt_equivalent,
    tnt_overpressure,
)
from geoalarm.hazards.industrial.crossing import outermost

__all__ = [
    "BlastCurves",
    "kingery_bulmash",
    "kingery_bulmash_distance",
    "kinney_graham",
    "multi_energy",
    "multi_energy_distance",
    "read_blast_curves",
    "tnt_distance",
    "tnt_equivalent",
    "tnt_overpressure",
]

ENERGY_DENSITY: Final = 3.5e6
"""Heat of a stoichiometric mixture of a hydrocarbon with air [J m-3]."""

DETONATION_HEAT: Final = 4.52e6
"""Heat of TNT for the detonation curve of the fallback [J kg-1]."""

_INPUTS: Final = {
    "volume": positive("m^3"),
    "strength": ModelInput("1", 1, 10),
    "energy_density": positive("J m-3"),
    "air_pressure": positive("Pa"),
    "curves": word(),
}
_SOURCE: Final = "Multi-energy: van den Berg (1985); TNO, Yellow Book (CPR 14E), section 5.5.3"


@dataclass(frozen=True, slots=True)
class BlastCurves:
    """Peak overpressure over air pressure by scaled distance, a curve a class; from a file of the user."""

    frame: pd.DataFrame
    source: str

    def at(self, scaled: np.ndarray, strength: int) -> np.ndarray:
        """Overpressure over air pressure [1] of a class, log-log between points; refused beyond its ends."""
        curve = self.frame[self.frame["strength"] == strength]
        if curve.empty:
            raise InputError(
                "class 'strength' of the blast curves",
                got=strength,
                expected=", ".join(map(str, sorted(self.frame["strength"].unique()))),
            )
        known = curve["scaled_distance"].to_numpy()
        require_range("scaled distance of the blast curve", scaled, known[0], known[-1])
        ratio: np.ndarray = np.exp(
            np.interp(np.log(scaled), np.log(known), np.log(curve["overpressure"].to_numpy()))
        )
        return ratio


def read_blast_curves(path: str | Path, *, source: str = "") -> BlastCurves:
    """Curves of the multi-energy method from a file the user may hold a licence for.

    Parameters
    ----------
    path : str or Path
        CSV with columns ``strength`` (class 1 to 10), ``scaled_distance`` (``R (P0/E)^(1/3)``) and
        ``overpressure`` (``dP / P0``), points of a class in rising distance.
    source : str
        Where the curves were published; the file's name without it.

    Raises
    ------
    InputError
        If the file or a column is missing, a value is not positive, distances do not rise, or a curve rises.
    """
    file = expand_user(path)
    if not file.is_file():
        raise InputError("file of blast curves", got=str(path), expected="a CSV file", hint="check the path")
    frame = pd.read_csv(file)
    columns = ["strength", "scaled_distance", "overpressure"]
    if missing := [name for name in columns if name not in frame.columns]:
        raise InputError(
            "file of blast curves",
            got=", ".join(map(str, frame.columns)),
            expected=", ".join(columns),
            hint=f"add {', '.join(missing)}",
        )
    values = frame[columns].apply(pd.to_numeric, errors="coerce")
    if values.isna().any(axis=None) or (values <= 0).any(axis=None):
        raise InputError(
            "file of blast curves", got="a value that is no positive number", expected="positive numbers only"
        )
    for strength, curve in values.groupby("strength"):
        if (
            (curve["scaled_distance"].diff().dropna() <= 0).any()
            or (curve["overpressure"].diff().dropna() > 0).any()
            or len(curve) < 2
        ):
            raise InputError(
                f"blast curve of class {strength:g}",
                got="points out of order",
                expected="at least two, distance rising, pressure falling",
            )
    return BlastCurves(values.astype({"strength": int}), source or file.name)


@model(
    inputs={"distance": positive("m"), **_INPUTS},
    outputs={"overpressure": "Pa", "scaled_distance": "1", "energy": "J", "scale": "m"},
    source=_SOURCE,
)
def multi_energy(
    distance: float | np.ndarray,
    volume: float,
    strength: float,
    *,
    energy_density: float = ENERGY_DENSITY,
    air_pressure: float = ATMOSPHERE,
    curves: BlastCurves | str | Path | None = None,
) -> FlaggedOutputs:
    """Overpressure of a gas explosion by the energy in the congested volume: ``Rb = R (P0/E)^(1/3)``, ``E =
    3.5 MJ/m3 V``.

    The published far curves are drawings; none is shipped. With a curve file they are read from it. Without
    one an upper bound stands in, and the result says so: the lower of the class's plateau and of the blast of
    a charge of TNT with ``W = E / 4.52e6``. Where the latter is lower (from ``Rb`` 0.9 for class 7, 2.3 for
    class 5) all stronger classes have the same bound: the class makes no difference there.

    Parameters
    ----------
    distance : float or numpy.ndarray
        From the middle of the congested volume [m].
    volume : float
        Of mixed gas and air inside the congestion, and no other [m3].
    strength : float
        Class of the blast, 1 weak to 10 detonation, a whole number [1].
    energy_density : float
        Heat of the mixture [J m-3].
    air_pressure : float
        [Pa].
    curves : BlastCurves or path, optional
        Curves of the user.

    Raises
    ------
    InputError
        If the class is not whole, or the curve file is not usable.
    RangeError
        If the class is outside 1 to 10, or the distance outside the range of the curve.

    References
    ----------
    van den Berg (1985), J. Hazard. Mater. 12; TNO, Yellow Book (CPR 14E), section 5.5.3. The
    bound without curves is a choice of this project, its plateaus are to be confirmed.

    Examples
    --------
    >>> case = multi_energy("32.567 m", "1000 m^3", 10)
    >>> round(float(case) / 101325, 3), round(case["scale"], 3)
    (0.809, 32.567)
    """
    energy = energy_density * volume
    scale = (energy / air_pressure) ** (1 / 3)
    scaled = np.asarray(distance, dtype=float) / scale
    ratio, flags = _ratio(scaled, _whole(strength), air_pressure=air_pressure, curves=_curves(curves))
    return FlaggedOutputs(((ratio * air_pressure)[()], scaled[()], energy, scale), flags)


@model(
    inputs={"overpressure": positive("Pa"), **_INPUTS},
    outputs={"distance": "m", "scale": "m"},
    source=_SOURCE,
    passes_to=multi_energy,
    may_be_missing=("distance",),
)
def multi_energy_distance(
    overpressure: float,
    volume: float,
    strength: float,
    *,
    curves: BlastCurves | str | Path | None = None,
    **mixture: Any,
) -> FlaggedOutputs:
    """How far a gas explosion of the multi-energy method gives an overpressure.

    The R at which ``dP(R) = overpressure``, with the pressure of ``multi_energy``.

    Parameters
    ----------
    overpressure : float
        The threshold [Pa].
    volume : float
        Of mixed gas and air inside the congestion, and no other [m3].
    strength : float
        Class of the blast, 1 weak to 10 detonation, a whole number [1].
    curves : BlastCurves or path, optional
        Curves of the user.
    **mixture
        Heat of the mixture and pressure of the air, as :func:`multi_energy`.

    Returns
    -------
    FlaggedOutputs
        NaN and the flag ``never_reached`` where the class is too weak for the threshold.

    Raises
    ------
    InputError, RangeError
        As :func:`multi_energy`.

    References
    ----------
    As :func:`multi_energy`.

    Examples
    --------
    >>> round(float(multi_energy_distance("200 mbar", "1000 m^3", 10)))
    75
    """
    air_pressure = float(mixture.get("air_pressure", ATMOSPHERE))
    scale = (mixture.get("energy_density", ENERGY_DENSITY) * volume / air_pressure) ** (1 / 3)
    chosen, strong, read = _whole(strength), float(overpressure), _curves(curves)
    low, high = _scaled_range(chosen, air_pressure, read)
    flags: tuple[str, ...] = ()

    def effect(scaled: np.ndarray) -> np.ndarray:
        nonlocal flags
        ratio, flags = _ratio(np.clip(scaled, low, high), chosen, air_pressure=air_pressure, curves=read)
        return ratio * air_pressure

    found = outermost(effect, strong, low=low, high=high)
    if math.isnan(found):
        return FlaggedOutputs((found, scale), (*flags, "never_reached"))
    return FlaggedOutputs(
        (found * scale, scale), (*flags, BEYOND_MODEL_RANGE) if math.isinf(found) else flags
    )


def _whole(strength: float) -> int:
    if strength != int(strength):
        raise InputError(
            "input 'strength'", got=strength, expected="a whole class, 1 to 10", hint="take the higher class"
        )
    return int(strength)


def _curves(given: BlastCurves | str | Path | None) -> BlastCurves | None:
    return read_blast_curves(given) if isinstance(given, str | Path) else given


def _scale_of_tnt(air_pressure: float) -> float:
    """Scaled distance of TNT [m kg-1/3] for a scaled distance of 1 of the multi-energy method."""
    return float((DETONATION_HEAT / air_pressure) ** (1 / 3))


def _scaled_range(strength: int, air_pressure: float, curves: BlastCurves | None) -> tuple[float, float]:
    """Scaled distances in which a class is known [1]."""
    if curves is not None:
        known = curves.frame.loc[curves.frame["strength"] == strength, "scaled_distance"]
        return (float(known.iloc[0]), float(known.iloc[-1])) if len(known) else (1.0, 2.0)
    low, high = (bound / _scale_of_tnt(air_pressure) for bound in SCALED_RANGE)
    return low, high * (1 - 1e-12)


def _ratio(
    scaled: np.ndarray, strength: int, *, air_pressure: float, curves: BlastCurves | None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Overpressure over air pressure [1], and the flags of how it was found."""
    if curves is not None:
        return curves.at(scaled, strength), (f"curves_of_the_user: {curves.source}",)
    found = row(__package__, "multi_energy_plateaus", "strength", str(strength))
    plateau = float(found["plateau"])
    # no curve of the paper: it drew them, and a reading of drawings would be an invention
    flags = (*confirm(found["verified"], "plateaus of the multi-energy classes"), "multi_energy_fallback")
    tnt = np.atleast_1d(scaled * _scale_of_tnt(air_pressure))
    near = tnt < SCALED_RANGE[0]
    if math.isinf(plateau) and near.any():
        require_range("distance", tnt, *SCALED_RANGE, unit="m kg^(-1/3)")
    blast = np.full(tnt.shape, math.inf)
    blast[~near] = np.asarray(kingery_bulmash.pure(tnt[~near])) / air_pressure
    # no class is above its plateau, and none above a detonation: what the lower of both tells is a bound, and
    # where it is the detonation the class makes no difference
    alike = ("class_makes_no_difference",) if (blast < plateau).any() else ()
    return np.minimum(plateau, blast).reshape(np.shape(scaled)), (*flags, "upper_bound", *alike)
