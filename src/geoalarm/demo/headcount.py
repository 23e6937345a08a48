"""People of the Belgian municipalities, estimated from GeoNames and scaled to the provinces' official totals.

GeoNames lists a municipality and its sections with figures of different kinds: a namesake may carry the
people of the whole municipality, or of one village. The two are told apart by comparing it with the sum of
the other settlements.
"""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import pandas as pd

from geoalarm.demo.belgium import HAMLET_PEOPLE, vocabulary
from geoalarm.demo.names import key
from geoalarm.demo.wheel import read_facts

VINTAGE: Final = "2020"
PROVINCE_TOTALS: Final = {"50000": 1_346_840, "90000": 495_832, "80000": 286_752, "30000": 1_200_945}
"""People on 1 January 2020 in Hainaut, Namur, Luxembourg and West Flanders, outlines of 2025 (Statbel)."""

WHOLE_FROM: Final = 0.8
"""A namesake whose figure is at least this share of the other settlements' sum stands for the whole
municipality; below, for a village.
"""


def estimate(table: pd.DataFrame, settlements: gpd.GeoDataFrame) -> pd.Series:
    """People of each municipality by code [1], before scaling; a municipality without any figure is absent.

    For each municipality, or each former one where it was made of several: the figure of its namesake where
    that stands for the whole, at least the sum of the others; else the sum of all settlements, and
    :data:`HAMLET_PEOPLE` for each section that GeoNames does not list because it has fewer than 500 people.
    """
    words, titles = vocabulary(table), table.set_index("code")
    seats = {
        (row["nis"], row["former"]): key(row["figure_of_the_whole"])
        for row in read_facts("be_sections")
        if row["figure_of_the_whole"]
    }
    known = settlements[settlements["code"].notna() & (settlements["people"] > 0)].drop_duplicates(
        ["code", "people"]
    )
    former = [
        next((words[row.code][word] for word in row.keys if word in words[row.code]), "")
        for row in known.itertuples()
    ]
    total: dict[str, float] = {}
    for (code, part), rows in known.groupby([known["code"], pd.Series(former, index=known.index)]):
        own = {key(part)} if part else {key(titles.name_fr[code]), key(titles.name_nl[code])}
        namesakes = [bool(own & set(names)) or names[0] == seats.get((code, part)) for names in rows["keys"]]
        sections = {word for word, group in words[code].items() if group == part} - own
        unlisted = len(sections - {name for names in rows["keys"] for name in names})
        total[code] = total.get(code, 0.0) + people_of(
            rows["people"].tolist(), namesakes, unlisted=unlisted * HAMLET_PEOPLE
        )
    return pd.Series(total, name="population", dtype="float64").sort_index()


def people_of(figures: list[int], namesakes: list[bool], *, unlisted: float = 0.0) -> float:
    """People of a municipality from the figures of its settlements, which of them bear its name, and people
    not listed.

    >>> people_of([69554, 7412, 3627], [True, False, False])   # the namesake stands for the whole
    69554.0
    >>> people_of([675, 1297, 1147], [True, False, False])     # it stands for its village
    3119.0
    """
    named = max((figure for figure, flag in zip(figures, namesakes, strict=True) if flag), default=0)
    others = sum(figures) - named
    return float(max(named, others)) if named and named >= WHOLE_FROM * others else named + others + unlisted


def scale_to_provinces(people: pd.Series, table: pd.DataFrame) -> tuple[pd.Series, dict[str, float]]:
    """Scale the estimates of each province of :data:`PROVINCE_TOTALS` to its official total; elsewhere by the
    mean factor.

    Returns
    -------
    pandas.Series
        Whole people by code.
    dict of str to float
        Factor by province code [1], and ``elsewhere``.
    """
    province = table.set_index("code")["department_code"].reindex(people.index)
    sums = people.groupby(province).sum()
    factors = {code: total / float(sums[code]) for code, total in PROVINCE_TOTALS.items()}
    elsewhere = sum(PROVINCE_TOTALS.values()) / float(sums[list(PROVINCE_TOTALS)].sum())
    scaled = (people * province.map(factors).fillna(elsewhere)).round().astype("int64")
    return scaled, {**factors, "elsewhere": elsewhere}
