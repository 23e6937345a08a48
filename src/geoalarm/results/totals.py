"""Pure operations on the exposure table: totals from a threshold up, shares, rankings, differences, sums by
country.

One row a commune and footprint comes out. Unknown stays unknown: a class that is not studied makes the total
NaN, never smaller; a hidden class makes it a lower bound (``hidden``), or hides it. A class in which it is
not known how many live in some units leaves the known part: a lower bound too, without an upper end.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.schema import KEY, join_keys, split_keys
from geoalarm.core.terms import State

FOOTPRINT: Final = [name for name in KEY if name not in ("commune_id", "intensity_class")]
"""Columns that name one footprint."""

PARTLY: Final = "population_partly_unknown"
"""Caveat of communes of which the number of residents is known in part."""

UNKNOWN: Final = (State.OUTSIDE_COVERAGE, State.NOT_STUDIED)
"""States of a class that leave the whole commune unknown, the stronger first."""


@dataclass(frozen=True, slots=True)
class PeopleTotal:
    """People over several communes.

    ``people``, ``low`` and ``high`` [1] are sums over the communes with a number and NaN where there is none;
    ``high`` is NaN too where one of them has no upper end. ``population`` is of all communes,
    ``population_mapped`` of those with a number; ``communes`` = ``mapped`` + ``not_mapped`` + ``hidden``.
    """

    people: float
    low: float
    high: float
    population: float
    population_mapped: float
    communes: int
    mapped: int
    not_mapped: int
    hidden: int

    @property
    def is_known(self) -> bool:
        """Whether there is a number at all."""
        return self.mapped > 0


def classes(table: pd.DataFrame) -> list[str]:
    """Classes of a table, mild to severe, in its own order."""
    return list(dict.fromkeys(table["intensity_class"]))


def classes_from(table: pd.DataFrame, label: str) -> list[str]:
    """The classes that count from ``label`` up: itself and the more severe; itself alone where classes
    overlap without an order.
    """
    known = classes(table)
    return [label] if overlaps(table) else known[known.index(label) :]


def overlaps(table: pd.DataFrame) -> bool:
    """Whether classes overlap without an order, so that rows do not add up."""
    return any("classes_overlap" in split_keys(cell) for cell in table["caveats"].unique())


def threshold_total(table: pd.DataFrame, *, from_class: str | None = None) -> pd.DataFrame:
    """One row a commune and footprint: people in the classes from ``from_class`` up.

    Parameters
    ----------
    table : pandas.DataFrame
        Exposure table; within a footprint, classes from mild to severe.
    from_class : str, optional
        Label of the mildest class that counts; None: all. A footprint without that class counts whole. Where
        classes overlap without an order, "from" means this class alone, and None the union: at least the
        largest class, at most the sum.

    Returns
    -------
    pandas.DataFrame
        Columns of the exposure table without ``intensity_class``, and ``share_exposed`` [1] and ``hidden``
        (bool: part of the people is not published, or not known, and the number is a lower bound). NaN where
        nothing is known; ``state`` says why.

    Raises
    ------
    InputError
        If no footprint of the table has the class.
    """
    known = classes(table)
    if from_class is not None and from_class not in known:
        raise InputError(
            "class to count from",
            got=from_class,
            expected="a class of the table",
            hint=near_miss(from_class, known),
        )
    plain = table.copy(deep=False)
    plain.attrs = {}
    parts = [
        _footprint_total(rows, from_class) for _, rows in plain.groupby(FOOTPRINT, dropna=False, sort=False)
    ]
    if not parts:
        return table.drop(columns="intensity_class").assign(share_exposed=0.0, hidden=False)
    return pd.concat(parts, ignore_index=True)


def people_by_commune(
    rows: pd.DataFrame, codes: np.ndarray, population: np.ndarray, overlapping: bool
) -> dict[str, np.ndarray]:
    """The rule of every total: people, their bounds, area, state and ``hidden`` of each commune over rows of
    one footprint.

    Parameters
    ----------
    codes : numpy.ndarray of int
        Position in ``population`` of the commune of each row.
    population : numpy.ndarray
        Residents of each commune [1].
    overlapping : bool
        Whether the classes overlap without an order (:func:`overlaps`): people are then the largest class, at
        most the sum.
    """
    count = len(population)
    added = {
        name: _added(rows[name], codes, count, largest=overlapping and name != "population_exposed_high")
        for name in (
            "population_exposed",
            "population_exposed_low",
            "population_exposed_high",
            "area_exposed_km2",
        )
    }
    states = rows["state"].to_numpy(dtype=object)
    has = {state: np.bincount(codes, weights=states == str(state), minlength=count) > 0 for state in State}
    lacking = np.bincount(codes, weights=_lacking(rows, states), minlength=count) > 0
    return _settled(added, has, lacking, population)


def share(totals: pd.DataFrame) -> pd.Series:
    """People exposed over residents [1]; zero where nobody lives, NaN where nothing is known."""
    people, residents = totals["population_exposed"], totals["population"]
    ratio = (people / residents.where(residents > 0)).clip(upper=1.0)
    return ratio.where(~((residents <= 0) & people.notna()), 0.0)


def ranking(totals: pd.DataFrame, *, by: str = "population_exposed") -> pd.DataFrame:
    """Communes from largest to smallest value, with ``rank`` (equals share one); unknown last, rank NaN."""
    order = totals.assign(rank=totals[by].rank(ascending=False, method="min"))
    keys = [by, "state", "commune_id"]
    return order.sort_values(
        keys, ascending=[False, True, True], na_position="last", kind="stable", ignore_index=True
    )


def difference(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Second minus first, commune by commune.

    Parameters
    ----------
    first, second : pandas.DataFrame
        Totals of one footprint each (:func:`threshold_total`).

    Returns
    -------
    pandas.DataFrame
        ``commune_id``, ``population_exposed_first``, ``_second``, ``difference``, ``share_difference`` [1],
        ``state_first``, ``state_second``, ``reason``: empty where there is a difference, else ``first_only``,
        ``second_only``, ``neither`` (mapped there) or ``hidden``. A lower bound has no difference.
    """
    columns = ["commune_id", "population_exposed", "share_exposed", "state", "hidden"]
    for totals in (first, second):
        if totals["commune_id"].duplicated().any():
            raise InputError(
                "totals to compare",
                got="several footprints",
                expected="one row a commune",
                hint="choose one hazard, scenario and return period",
            )
    both = first[columns].merge(
        second[columns], on="commune_id", how="outer", suffixes=("_first", "_second"), sort=False
    )
    order = {
        key: position
        for position, key in enumerate(dict.fromkeys([*first["commune_id"], *second["commune_id"]]))
    }
    both = both.sort_values("commune_id", key=lambda keys: keys.map(order), ignore_index=True)
    for side in ("first", "second"):
        both[f"state_{side}"] = both[f"state_{side}"].fillna(State.OUTSIDE_COVERAGE)
        both[f"hidden_{side}"] = both[f"hidden_{side}"].eq(True) | both[f"state_{side}"].eq(State.SUPPRESSED)
    both["reason"] = _reasons(both)
    comparable = both["reason"] == ""
    for name, source in (("difference", "population_exposed"), ("share_difference", "share_exposed")):
        both[name] = (both[f"{source}_second"] - both[f"{source}_first"]).where(comparable)
    return both[
        [
            "commune_id",
            "population_exposed_first",
            "population_exposed_second",
            "difference",
            "share_difference",
            "state_first",
            "state_second",
            "reason",
        ]
    ]


def summary(totals: pd.DataFrame) -> PeopleTotal:
    """People over all communes of one footprint; a commune without a number is counted, not added as zero."""
    known = totals["population_exposed"].notna()
    is_hidden = totals["state"].eq(State.SUPPRESSED)

    def summed(column: str) -> float:
        return float(totals.loc[known, column].sum(skipna=False)) if known.any() else float("nan")

    return PeopleTotal(
        people=summed("population_exposed"),
        low=summed("population_exposed_low"),
        high=summed("population_exposed_high"),
        population=float(totals["population"].sum()),
        population_mapped=summed("population"),
        communes=len(totals),
        mapped=int(known.sum()),
        not_mapped=int((~known & ~is_hidden).sum()),
        hidden=int(is_hidden.sum()),
    )


def by_country(totals: pd.DataFrame) -> dict[str, PeopleTotal]:
    """:func:`summary` for each country, in first-seen order."""
    return {
        str(country): summary(rows)
        for country, rows in totals.groupby(country_of(totals["commune_id"]), sort=False)
    }


def country_of(commune_ids: pd.Series) -> pd.Series:
    """Country of each ``commune_id``; empty where it names none."""
    return (
        commune_ids.str.partition(":")[0]
        .where(commune_ids.str.contains(":", regex=False), "")
        .rename("country")
    )


def only(
    totals: pd.DataFrame,
    *,
    countries: Collection[str] = (),
    states: Collection[str] = (),
    communes: Collection[str] | None = None,
    at_least: float = 0.0,
) -> pd.DataFrame:
    """The rows that pass every filter; an empty ``countries`` or ``states`` lets all pass.

    ``at_least`` people [1] above zero leaves out what is unknown: it is not known to be as many.
    """
    keep = pd.Series(True, index=totals.index)
    if countries:
        keep &= country_of(totals["commune_id"]).isin(list(countries))
    if states:
        keep &= totals["state"].isin(list(states))
    if communes is not None:
        keep &= totals["commune_id"].isin(list(communes))
    if at_least > 0:
        keep &= totals["population_exposed"] >= at_least
    return totals.loc[keep].reset_index(drop=True)


def _footprint_total(rows: pd.DataFrame, from_class: str | None) -> pd.DataFrame:
    """Totals of one footprint, communes in first-seen order."""
    overlapping = overlaps(rows)
    if from_class is not None and from_class in classes(rows):
        rows = rows[rows["intensity_class"].isin(classes_from(rows, from_class))]
    codes, ids = pd.factorize(rows["commune_id"])
    out = rows.drop_duplicates("commune_id").drop(columns="intensity_class").reset_index(drop=True)
    shares = np.full(len(ids), np.inf)
    np.minimum.at(shares, codes, rows["mapped_share"].to_numpy())
    out = out.assign(
        mapped_share=shares, **people_by_commune(rows, codes, out["population"].to_numpy(), overlapping)
    )
    for column in ("source_ids", "caveats"):
        out[column] = _joined(rows[column], rows["commune_id"]).reindex(ids).to_numpy()
    return out.assign(share_exposed=share(out), state=out["state"].astype("str"))[
        [*out.columns.drop("hidden"), "share_exposed", "hidden"]
    ]


def _added(values: pd.Series, codes: np.ndarray, count: int, *, largest: bool) -> np.ndarray:
    """Sum, or the largest, of the known values of each commune."""
    known = np.nan_to_num(values.to_numpy(dtype="float64"))
    if not largest:
        return np.bincount(codes, weights=known, minlength=count)
    out = np.zeros(count)
    np.maximum.at(out, codes, known)
    return out


def _lacking(rows: pd.DataFrame, states: np.ndarray) -> np.ndarray:
    """Rows that touch units of which it is not known how many live there: with the known part as their
    number, or with none.
    """
    known = rows["population_exposed"].notna().to_numpy()
    part = known & rows["population_exposed_high"].isna().to_numpy()
    silent = np.flatnonzero(states == str(State.OUTSIDE_COVERAGE))
    part[silent] = rows["caveats"].iloc[silent].str.contains(PARTLY, regex=False).to_numpy(dtype=bool)
    return part


def _settled(
    added: dict[str, np.ndarray], has: dict[State, np.ndarray], lacking: np.ndarray, population: np.ndarray
) -> dict[str, np.ndarray]:
    """States of the totals, bounds within [0, population], NaN where nothing is known."""
    people = np.fmin(added["population_exposed"], population)
    part = lacking & (people > 0)
    unknown = (has[State.OUTSIDE_COVERAGE] & ~part) | has[State.NOT_STUDIED]
    is_hidden = has[State.SUPPRESSED] & ~unknown
    suppressed = is_hidden & ~(people > 0)
    silent = unknown | suppressed
    high = np.where(is_hidden, population, np.fmin(added["population_exposed_high"], population))
    states = {
        State.OUTSIDE_COVERAGE: has[State.OUTSIDE_COVERAGE] & ~part,
        State.NOT_STUDIED: has[State.NOT_STUDIED],
        State.SUPPRESSED: suppressed,
        State.EXPOSED: people > 0,
    }
    return {
        "population_exposed": np.where(silent, np.nan, people),
        "population_exposed_low": np.where(silent, np.nan, np.fmin(added["population_exposed_low"], people)),
        "population_exposed_high": np.where(silent | part, np.nan, np.fmax(high, people)),
        "area_exposed_km2": np.where(unknown, np.nan, added["area_exposed_km2"]),
        "state": np.select(list(states.values()), [str(state) for state in states], str(State.ZERO)),
        "hidden": (is_hidden | part) & ~unknown,
    }


def _joined(cells: pd.Series, keys: pd.Series) -> pd.Series:
    """Keys of all rows of a commune in one cell; most communes have the same cell in every row."""
    pairs = pd.DataFrame({"key": keys, "cell": cells}).drop_duplicates()
    several = pairs["key"].duplicated(keep=False)
    joined = (
        pairs[several]
        .groupby("key", sort=False)["cell"]
        .agg(lambda part: join_keys(key for cell in part for key in split_keys(cell)))
    )
    out: pd.Series = pd.concat([pairs[~several].set_index("key")["cell"], joined])
    return out


def _reasons(both: pd.DataFrame) -> np.ndarray:
    first, second = (~both[f"state_{side}"].isin(UNKNOWN) for side in ("first", "second"))
    is_hidden = both["hidden_first"] | both["hidden_second"]
    cases = {
        "neither": ~first & ~second,
        "first_only": first & ~second,
        "second_only": second & ~first,
        "hidden": is_hidden,
    }
    return np.select(list(cases.values()), list(cases), "")
