"""Distributions of uncertain inputs by their quantiles: one uniform sample serves every method."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from scipy.special import betaincinv, ndtr, ndtri

from geoalarm.core.errors import InputError, near_miss


def random_stream(name: str, seed: int) -> np.random.Generator:
    """Random numbers of one uncertain input: the same for a name and seed, whatever else is drawn."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


@dataclass(frozen=True, slots=True)
class Distribution:
    """An uncertain input: its kind and parameters. Made by the functions of this module, which check them."""

    kind: str
    parameters: tuple[Any, ...]

    def quantile(self, share: float | np.ndarray) -> np.ndarray:
        """Values below which the shares lie; of the shape of ``share``.

        Parameters
        ----------
        share : float or numpy.ndarray
            In [0, 1] [1].

        Raises
        ------
        InputError
            If a share is outside.
        """
        u = np.asarray(share, dtype="float64")
        if not ((u >= 0) & (u <= 1)).all():
            raise InputError("share of a quantile", got=share, expected="0 to 1")
        found: np.ndarray = _QUANTILES[self.kind](u, *self.parameters)
        return found

    @property
    def mean(self) -> float:
        """The exact mean; NaN for words."""
        return float(_MEANS[self.kind](*self.parameters))


def lognormal(s: float, *, mean: float = 1.0) -> Distribution:
    """Log-normal of a mean and a standard deviation ``s`` of its logarithm: ``mu = ln mean - s^2 / 2``."""
    _require("lognormal", s >= 0 and mean > 0, (s, mean), "s of 0 or more, a mean above 0")
    return Distribution("lognormal", (float(s), float(mean)))


def triangular(low: float, mode: float, high: float) -> Distribution:
    """Triangle over ``low`` to ``high`` with its top at ``mode``."""
    _require(
        "triangular", low <= mode <= high and low < high, (low, mode, high), "low <= mode <= high, low < high"
    )
    return Distribution("triangular", (float(low), float(mode), float(high)))


def beta(a: float, b: float) -> Distribution:
    """Beta over 0 to 1, of mean ``a / (a + b)``."""
    _require("beta", a > 0 and b > 0, (a, b), "two positive numbers")
    return Distribution("beta", (float(a), float(b)))


def loguniform(low: float, high: float) -> Distribution:
    """Even in the logarithm between two positive bounds."""
    _require("loguniform", 0 < low < high, (low, high), "0 < low < high")
    return Distribution("loguniform", (float(low), float(high)))


def uniform(low: float, high: float) -> Distribution:
    """Even between two bounds."""
    _require("uniform", low < high, (low, high), "low < high")
    return Distribution("uniform", (float(low), float(high)))


def normal(mean: float, sd: float, *, low: float = -math.inf, high: float = math.inf) -> Distribution:
    """Normal, cut at ``low`` and ``high`` if given (truncated, not clamped: no mass gathers at a bound)."""
    _require("normal", sd > 0 and low < high, (mean, sd, low, high), "sd above 0, low < high")
    _require(
        "normal",
        ndtr((high - mean) / sd) - ndtr((low - mean) / sd) > 1e-12,
        (mean, sd, low, high),
        "bounds that hold some of it",
    )
    return Distribution("normal", (float(mean), float(sd), float(low), float(high)))


def categorical(weights: Mapping[Any, float]) -> Distribution:
    """One of some values or words, by weights that need not add up to 1."""
    shares = np.array(list(weights.values()), dtype="float64")
    _require(
        "categorical",
        bool(len(shares)) and bool((shares >= 0).all()) and shares.sum() > 0,
        (dict(weights),),
        "weights of 0 or more",
    )
    return Distribution("categorical", (tuple(weights), tuple((shares / shares.sum()).tolist())))


def fixed(value: float) -> Distribution:
    """No uncertainty."""
    _require("fixed", math.isfinite(value), (value,), "a finite number")
    return Distribution("fixed", (float(value),))


MAKERS: Final[Mapping[str, Callable[..., Distribution]]] = MappingProxyType(
    {
        "lognormal": lognormal,
        "triangular": triangular,
        "beta": beta,
        "loguniform": loguniform,
        "uniform": uniform,
        "fixed": fixed,
    }
)
"""Kinds a data row may name, with plain numbers as parameters; ``normal`` is written with two or four."""


def from_row(kind: str, parameters: Sequence[float]) -> Distribution:
    """A distribution named in a data row.

    Raises
    ------
    InputError
        If the kind is unknown or the parameters are not its own.
    """
    if kind == "normal" and len(parameters) in (2, 4):
        mean, sd, *bounds = parameters
        return normal(mean, sd, **dict(zip(("low", "high"), bounds, strict=False)))
    if kind not in MAKERS:
        raise InputError("kind of distribution", got=repr(kind), hint=near_miss(kind, [*MAKERS, "normal"]))
    try:
        return MAKERS[kind](*parameters)
    except TypeError as error:
        raise InputError(
            f"parameters of distribution {kind!r}", got=list(parameters), expected="those of its function"
        ) from error


def _require(kind: str, is_right: bool, got: tuple[Any, ...], expected: str) -> None:
    numbers = [item for item in got if isinstance(item, int | float)]
    if not is_right or any(math.isnan(item) for item in numbers):
        raise InputError(f"parameters of distribution {kind!r}", got=list(got), expected=expected)


def _lognormal(u: np.ndarray, s: float, mean: float) -> np.ndarray:
    if s == 0:
        return np.full(u.shape, mean)
    found: np.ndarray = mean * np.exp(s * ndtri(u) - s * s / 2)
    return found


def _triangular(u: np.ndarray, low: float, mode: float, high: float) -> np.ndarray:
    width, rising = high - low, mode - low
    left = low + np.sqrt(u * width * rising)
    right = high - np.sqrt((1 - u) * width * (high - mode))
    return np.where(u <= rising / width, left, right)


def _normal(u: np.ndarray, mean: float, sd: float, low: float, high: float) -> np.ndarray:
    below, above = ndtr((low - mean) / sd), ndtr((high - mean) / sd)
    found: np.ndarray = np.clip(
        mean + sd * ndtri(below + u * (above - below)), low, high
    )  # rounding at the very ends only
    return found


def _normal_mean(mean: float, sd: float, low: float, high: float) -> float:
    a, b = (low - mean) / sd, (high - mean) / sd
    density = [
        0.0 if math.isinf(edge) else math.exp(-edge * edge / 2) / math.sqrt(2 * math.pi) for edge in (a, b)
    ]
    return float(mean + sd * (density[0] - density[1]) / (ndtr(b) - ndtr(a)))


def _categorical(u: np.ndarray, values: tuple[Any, ...], shares: tuple[float, ...]) -> np.ndarray:
    place = np.minimum(np.searchsorted(np.cumsum(shares), u, side="right"), len(values) - 1)
    return np.asarray(values)[place]


def _categorical_mean(values: tuple[Any, ...], shares: tuple[float, ...]) -> float:
    if any(isinstance(value, str) for value in values):
        return math.nan
    return float(np.dot(values, shares))


_QUANTILES: Final[Mapping[str, Callable[..., np.ndarray]]] = MappingProxyType(
    {
        "lognormal": _lognormal,
        "triangular": _triangular,
        "beta": lambda u, a, b: np.asarray(betaincinv(a, b, u)),
        "loguniform": lambda u, low, high: low * (high / low) ** u,
        "uniform": lambda u, low, high: low + u * (high - low),
        "normal": _normal,
        "categorical": _categorical,
        "fixed": lambda u, value: np.full(u.shape, value),
    }
)
_MEANS: Final[Mapping[str, Callable[..., float]]] = MappingProxyType(
    {
        "lognormal": lambda s, mean: mean,
        "triangular": lambda low, mode, high: (low + mode + high) / 3,
        "beta": lambda a, b: a / (a + b),
        "loguniform": lambda low, high: (high - low) / math.log(high / low),
        "uniform": lambda low, high: (low + high) / 2,
        "normal": _normal_mean,
        "categorical": _categorical_mean,
        "fixed": lambda value: value,
    }
)
