"""Which uncertain input matters: one at a time (tornado), and by shares of the variance (Sobol indices)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from geoalarm.core.distributions import Distribution
from geoalarm.core.english_counts import counted
from geoalarm.core.errors import InputError
from geoalarm.core.quantities import require_range

SEED: Final = 20260101
BASE_SAMPLES: Final = (2**8, 2**16)
"""Fewest and most base samples of Sobol indices; 2^12 and more are for figures that leave the house."""

Simulation = Callable[..., Any]


def tornado(simulation: Simulation, factors: Mapping[str, Distribution]) -> pd.DataFrame:
    """Result when one input goes from its P5 to its P95 and the others stay at their median; the widest swing
    first.

    Parameters
    ----------
    simulation : callable
        Takes one array a factor by name, gives an array of results of the same length.
    factors : mapping
        Name and distribution of each uncertain input; numbers only.

    Returns
    -------
    pandas.DataFrame
        ``factor``, ``input_p5``, ``input_p95`` in the input's unit, ``result_p5``, ``result_p95``, ``base``
        and ``swing`` in the result's; ``swing`` is the difference without its sign.

    Raises
    ------
    InputError
        If there is no factor, or the result is not finite.
    """
    names = _names(factors)
    middle = {name: float(factors[name].quantile(0.5)) for name in names}
    runs = 1 + 2 * len(names)
    inputs = {name: np.full(runs, middle[name]) for name in names}
    for place, name in enumerate(names):
        inputs[name][1 + 2 * place : 3 + 2 * place] = factors[name].quantile(np.array([0.05, 0.95]))
    result = evaluate(simulation, inputs, runs)
    rows = [
        {
            "factor": name,
            "input_p5": inputs[name][1 + 2 * place],
            "input_p95": inputs[name][2 + 2 * place],
            "result_p5": result[1 + 2 * place],
            "result_p95": result[2 + 2 * place],
            "base": result[0],
            "swing": abs(result[2 + 2 * place] - result[1 + 2 * place]),
        }
        for place, name in enumerate(names)
    ]
    return pd.DataFrame(rows).sort_values("swing", ascending=False, kind="stable", ignore_index=True)


def sobol(
    simulation: Simulation, factors: Mapping[str, Distribution], *, samples: int = 2**12, seed: int = SEED
) -> pd.DataFrame:
    """Sobol indices: share of the variance that an input explains alone (S) and with all its company (ST).

    Sampling after Saltelli over a scrambled Sobol sequence, first order by Saltelli (2010), total by Jansen
    (1999).

    Parameters
    ----------
    simulation : callable
        As :func:`tornado`.
    factors : mapping
        At least two.
    samples : int
        Base samples, a power of 2; the simulation runs ``samples x (factors + 2)`` times.
    seed : int
        The same seed gives the same indices.

    Returns
    -------
    pandas.DataFrame
        ``factor``, ``S``, ``S_confidence``, ``ST``, ``ST_confidence`` (half width of the interval of 95 %)
        [1], in the order of the factors; ``attrs``: ``variance``, ``mean``, ``runs``, ``seed``.

    Raises
    ------
    InputError
        If there are fewer than two factors, the samples are no power of 2, or the result does not vary.
    RangeError
        If the samples are fewer than 256 or more than 65536.

    References
    ----------
    Saltelli et al. (2010), Computer Physics Communications 181; Jansen (1999); SALib.
    """
    from SALib.analyze import sobol as analyse  # type: ignore[import-untyped]
    from SALib.sample import sobol as sample  # type: ignore[import-untyped]

    names = _names(factors)
    require_range("samples", samples, *BASE_SAMPLES)
    if len(names) < 2 or samples & (samples - 1):
        got = f"{counted(len(names), 'factor')}, {counted(samples, 'sample')}"
        raise InputError(
            "Sobol indices", got=got, expected="at least two factors and a power of 2 of samples"
        )
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    shares = np.clip(sample.sample(problem, samples, calc_second_order=False, seed=seed), 1e-12, 1 - 1e-12)
    inputs = {name: factors[name].quantile(shares[:, place]) for place, name in enumerate(names)}
    result = evaluate(simulation, inputs, len(shares))
    if not np.ptp(result) > 0:
        raise InputError(
            "Sobol indices", got="a result that does not vary", expected="one that its inputs change"
        )
    found = analyse.analyze(problem, result, calc_second_order=False, num_resamples=100, seed=seed)
    table = pd.DataFrame(
        {
            "factor": names,
            "S": found["S1"],
            "S_confidence": found["S1_conf"],
            "ST": found["ST"],
            "ST_confidence": found["ST_conf"],
        }
    )
    table.attrs = {
        "variance": float(result.var()),
        "mean": float(result.mean()),
        "runs": len(shares),
        "seed": seed,
    }
    return table


def evaluate(simulation: Simulation, inputs: Mapping[str, np.ndarray], runs: int) -> np.ndarray:
    """Results of all runs (runs,), from a function of arrays or a model by name; refused if one is missing or
    not finite.

    Raises
    ------
    InputError
        If the shape is not that of the runs, or a result is not finite.
    """
    returned = simulation(**inputs)
    result = np.asarray(getattr(returned, "value", returned), dtype="float64")
    if result.shape != (runs,):
        raise InputError(
            "result of an uncertain model",
            got=f"shape {result.shape}",
            expected=f"({runs},), one a run",
            hint="use arrays",
        )
    if not np.isfinite(result).all():
        bad = int((~np.isfinite(result)).sum())
        raise InputError(
            "result of an uncertain model",
            got=f"{bad} of {runs} not finite",
            expected="numbers",
            hint="check the distributions",
        )
    return result


def _names(factors: Mapping[str, Distribution]) -> list[str]:
    if not factors:
        raise InputError("uncertain inputs", got="none", expected="at least one name and its distribution")
    return list(factors)
